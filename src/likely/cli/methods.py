"""`likely methods`: the catalogue."""

from __future__ import annotations

import rich_click as click

from likely.cli import options, output
from likely.workflow.methods import rows
from likely.workflow.tree import lines, tree


@click.command("methods")
@click.option("--tree", "as_tree", is_flag=True, help="Show where each stands in the field.")
@options.as_json
def command(as_tree: bool, as_json: bool) -> None:
    """List every model: its name, family, and what it does."""
    if as_json:
        output.print_json(rows())
        return
    if as_tree:
        for branch in tree():
            for line in lines(branch):
                output.say(line)
        return
    columns = (("name", "left"), ("family", "left"), ("what it does", "left"))
    output.table(columns, [(row["name"], row["family"], row["summary"]) for row in rows()])
