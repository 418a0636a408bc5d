"""`likely methods`: the catalogue."""

from __future__ import annotations

import rich_click as click

from likely.cli import options, output
from likely.workflow.methods import rows


@click.command("methods")
@options.as_json
def command(as_json: bool) -> None:
    """List every model: its name, family, and what it does."""
    if as_json:
        output.print_json(rows())
        return
    columns = (("name", "left"), ("family", "left"), ("what it does", "left"))
    output.table(columns, [(row["name"], row["family"], row["summary"]) for row in rows()])
