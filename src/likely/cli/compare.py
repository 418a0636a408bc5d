"""`likely compare`: several methods on the same rows."""

from __future__ import annotations

from typing import Any

import rich_click as click

import likely
from likely.cli import options, output
from likely.cli.parsing import names, readable


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
@options.choice_of_columns
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
        click.echo(str(compared))
