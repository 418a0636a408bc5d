"""Findings and explanations for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import likely
from likely.cli import output
from likely.cli.finding import entries

_MOST_NOTES = 8
_MOST_REASONS = 6


def print_findings(found: likely.Findings, show: int) -> None:
    """Print the verdict, the notes, and the oddest rows each with its sentence."""
    output.say(found.summary(), style="bold")
    print_notes(found.notes)
    shown = entries(found, found.oddest[:show].tolist())
    if not shown:
        return
    passed, total = int(found.anomaly.sum()), len(found.oddest)
    if not passed:
        heading = f"The {total:,} oddest rows, none of them beyond the promise"
    elif len(shown) < total:
        heading = f"The {len(shown):,} oddest of {total:,} findings"
    else:
        heading = f"The {total:,} findings, oddest first" if total > 1 else "The finding"
    output.say("")
    output.say(heading, style="bold")
    output.table(
        (("row", "right"), ("rarity", "left"), ("bits", "right"), ("why", "left")),
        [
            (f"{e['row']:,}", e["rarity"], f"{e['surprise_bits']:.1f}", e["sentence"])
            for e in shown
        ],
    )
    if passed and len(shown) < total:
        output.say(f"{total - len(shown):,} more: -o findings.csv writes all, --show N shows N.")


def print_explanation(entry: dict[str, Any]) -> None:
    """Print one row: how rare it is, its sentence, and its columns, most responsible first."""
    heading = f"Row {entry['row']:,}: {entry['rarity']}, {entry['surprise_bits']:.1f} bits"
    output.say(heading, style="bold")
    output.say(entry["sentence"])
    nearest = entry["nearest_likely_row"] or {}
    reasons = entry["reasons"][:_MOST_REASONS]
    output.table(
        (
            ("column", "left"),
            ("part", "right"),
            ("value", "left"),
            ("expected", "left"),
            ("usual", "left"),
            ("nearest likely row", "left"),
        ),
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
    output.say("")


def print_notes(notes: Sequence[str]) -> None:
    """Print what was decided on the way; the first of it if it is much."""
    if not notes:
        return
    output.say("")
    output.say("Notes", style="bold")
    output.bullets(notes[:_MOST_NOTES])
    if len(notes) > _MOST_NOTES:
        output.say(f"{len(notes) - _MOST_NOTES} more notes: --json lists all.")


def print_written(paths: Sequence[str]) -> None:
    """Print which files were written."""
    if paths:
        output.say("")
        output.say(f"Written: {', '.join(paths)}")


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
