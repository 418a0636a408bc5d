"""`likely explain`: say why rows are unlikely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rich_click as click

import likely
from likely.cli import finding, groups, options, output, printing

_ODDEST = 5
_MOST_REASONS = 6
_LEAST_SHARE = 0.01
_PLACES = {"text": "word", "molecule": "symbol", "clip": "moment"}


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
@groups.learning
@options.as_json
def command(
    data: str,
    model: str | None,
    rows: tuple[int, ...],
    learning: dict[str, Any],
    as_json: bool,
) -> None:
    """Say of rows in DATA which columns make them unlikely, and what was expected there."""
    found = finding.find(data, model, learning, {"top": len(rows) or _ODDEST})
    beyond = [row for row in rows if row > len(found)]
    if beyond:
        header = "" if found.shaped is not None else ", without the header"
        raise likely.ParameterError(
            found.learned.worded(f"There is no row {beyond[0]:,}")
            + f"; {data} has {len(found):,}. Count from 1{header}."
        )
    explained = finding.entries(found, [row - 1 for row in rows] or found.oddest)
    if as_json:
        output.print_json(
            {"likely": likely.__version__, "notes": list(found.notes), "rows": explained}
        )
    else:
        for i, entry in enumerate(explained):
            if i:
                output.say("")
            _print(found, entry)
        printing.print_notes(found.notes)


def _print(found: likely.Findings, entry: dict[str, Any]) -> None:
    """Print one row: how rare it is, its sentence, and its columns, most responsible first."""
    name = finding.title(found, entry)
    output.say(f"{name}: {entry['rarity']}, {entry['surprise_bits']:.1f} bits", style="bold")
    output.say(entry["sentence"])
    reasons = [r for r in entry["reasons"][:_MOST_REASONS] if r["share"] >= _LEAST_SHARE]
    if found.shaped is not None:
        what = _PLACES.get(found.learned.unit, "place")
        _print_places(reasons, what)
        return
    nearest = entry["nearest_likely_row"] or {}
    heads = ("column", "part", "value", "expected", "usual", "nearest likely row")
    output.table(
        _columns(heads),
        [
            (
                reason["column"],
                f"{reason['share']:.0%}",
                reason["value"],
                reason["expected"],
                _range(reason["low"], reason["high"]),
                nearest.get(reason["column"], ""),
            )
            for reason in reasons
        ],
    )


def _print_places(reasons: Sequence[dict[str, Any]], what: str) -> None:
    """Print the regions of an image, a series or a video with means over each, words or moments."""
    if reasons:
        output.table(
            _columns((what, "part", "value", "expected")),
            [(r["column"], f"{r['share']:.0%}", r["value"], r["expected"]) for r in reasons],
        )


def _columns(heads: Sequence[str]) -> list[tuple[str, str]]:
    return [(head, "right" if head == "part" else "left") for head in heads]


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
