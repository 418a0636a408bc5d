"""`likely compare`: several methods on the same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

import likely
from likely.cli import groups, options, output, printing
from likely.cli.parsing import readable

if TYPE_CHECKING:
    from likely.workflow.comparison import Comparison


_METHOD = re.compile(r"(?:[^,(]|\([^)]*\))+")
"""Methods are parted by commas, except by those between parentheses."""


def _methods(_: click.Context, __: click.Parameter, given: Sequence[str]) -> list[str] | None:
    found = [method.strip() for text in given for method in _METHOD.findall(text)]
    return [method for method in found if method] or None


@click.command("compare")
@click.argument("data")
@click.option(
    "--method",
    "--methods",
    "methods",
    multiple=True,
    callback=_methods,
    metavar="A,B",
    help="Names from `likely methods`, with settings as in KNN(n_neighbors=20), or detectors of "
    "installed packages as in pyod.models.knn:KNN; repeatable. By default auto and what it is "
    "made of.",
)
@click.option(
    "--labels",
    metavar="COLUMN",
    help="1 for an anomaly, 0 for an ordinary row, empty if unknown. No model sees this column.",
)
@click.option(
    "--fpr",
    type=float,
    default=0.01,
    metavar="SHARE",
    help="The share of false alarms promised for new rows; 0.01 by default.",
)
@groups.choice_of_columns
@options.as_json
def command(
    data: str,
    methods: list[str] | None,
    labels: str | None,
    fpr: float,
    choice: dict[str, Any],
    as_json: bool,
) -> None:
    """Compare methods on the same rows of DATA: findings, alarms, agreement, time, memory.

    With --labels also how well each ranks the anomalies first, and how many it finds.
    """
    with readable(data) as path:
        compared = likely.compare(path, methods, labels, fpr=fpr, **choice)
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
