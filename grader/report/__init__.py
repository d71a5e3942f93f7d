"""Result → HTML and PDF, for a student or an instructor. Importing this needs neither WeasyPrint nor Pango."""

from __future__ import annotations

from grader.report.page import html
from grader.report.pdf import Renderer, pdf_problem
from grader.report.story import Audience

__all__ = ["Audience", "Renderer", "html", "pdf_problem"]
