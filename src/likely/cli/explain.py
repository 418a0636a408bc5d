"""`likely explain`: why are these rows unlikely?"""

from __future__ import annotations

from typing import Any

import rich_click as click

import likely
from likely.cli import finding, options, output, printing

_ODDEST = 5


@click.command("explain")
@click.argument("data")
@options.model_file
@click.option(
    "--row",
    "rows",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="N",
    help=f"Explain this row, counted from 1; repeatable. By default the {_ODDEST} oddest.",
)
@options.learning
@options.as_json
@options.quiet
def command(
    data: str,
    model: str | None,
    rows: tuple[int, ...],
    learning: dict[str, Any],
    as_json: bool,
    quiet: bool,
) -> None:
    """Say of rows in DATA which columns make them unlikely, and what was expected there."""
    found = finding.find(data, model, learning, {"top": len(rows) or _ODDEST})
    beyond = [row for row in rows if row > len(found)]
    if beyond:
        raise likely.ParameterError(
            f"There is no row {beyond[0]:,}; {data} has {len(found):,}. Count from 1, without the "
            "header."
        )
    explained = finding.entries(found, [row - 1 for row in rows] or found.oddest)
    if as_json:
        output.print_json(
            {"likely": likely.__version__, "notes": list(found.notes), "rows": explained}
        )
    elif not quiet:
        for entry in explained:
            printing.print_explanation(entry)
        printing.print_notes(found.notes)
