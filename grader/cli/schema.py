"""`grader schema`: JSON Schemas for editors and for whoever reads results."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("schema")
@click.option("--result", is_flag=True, help="The schema of result.json, in place of the one of a rubric.")
@click.option("--writeup", is_flag=True, help="The schema of writeup.yaml, in place of the one of a rubric.")
def command(result: bool, writeup: bool) -> None:
    """Print the JSON Schema of a rubric, for an editor that completes and checks it.

    \b
    Example:  grader schema > rubric.schema.json
    """
    from grader.schema import as_text, result_schema, rubric_schema, writeup_schema

    schema = result_schema if result else writeup_schema if writeup else rubric_schema
    click.echo(as_text(schema()), nl=False)
