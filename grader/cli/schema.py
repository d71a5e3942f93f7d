"""`grader schema`: JSON Schemas for editors and for whoever reads results."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("schema")
@click.option("--result", is_flag=True, help="The schema of result.json, in place of the one of a rubric.")
def command(result: bool) -> None:
    """Print the JSON Schema of a rubric, for an editor that completes and checks it.

    \b
    Example:  grader schema > rubric.schema.json
    """
    from grader.schema import as_text, result_schema, rubric_schema

    click.echo(as_text(result_schema() if result else rubric_schema()), nl=False)
