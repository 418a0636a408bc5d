"""`likely compare`: several methods on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

import likely
from likely.cli import groups, options, output, printing
from likely.cli.parsing import names, readable

if TYPE_CHECKING:
    from likely.workflow.comparison import Comparison


@click.command("compare")
@click.argument("data")
@click.option(
    "--methods",
    multiple=True,
    callback=names,
    metavar="A,B",
    help="Names from `likely methods`. By default auto and what it is made of.",
)
@click.option(
    "--labels",
    metavar="COLUMN",
    help="1 for an anomaly, 0 for an ordinary row, empty if unknown. No model sees this column.",
)
@groups.choice_of_columns
@options.as_json
def command(
    data: str,
    methods: list[str] | None,
    labels: str | None,
    choice: dict[str, Any],
    as_json: bool,
) -> None:
    """Compare methods on the same rows of DATA: findings, agreement, time and memory.

    With --labels also how well each ranks the anomalies first.
    """
    with readable(data) as path:
        compared = likely.compare(path, methods, labels, **choice)
    if as_json:
        output.print_json(compared.to_json())
    else:
        _print(compared)


def _print(compared: Comparison) -> None:
    """Print one row a method, and what its columns mean."""
    heads, rows = compared.cells()
    output.say(compared.title(), style="bold")
    output.say("")
    sides = ["left", *["right"] * (len(heads) - 1)]
    output.table(list(zip(heads, sides, strict=True)), rows)
    output.say("")
    output.bullets(compared.legend())
    printing.print_notes(compared.notes)
