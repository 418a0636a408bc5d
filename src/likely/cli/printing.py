"""Findings for people."""

from __future__ import annotations

from collections.abc import Sequence

import likely
from likely.cli import output
from likely.cli.finding import entries

_MOST_NOTES = 8


def print_findings(found: likely.Findings, show: int) -> None:
    """Print the verdict, the notes, and the oddest rows each with its sentence."""
    output.say(found.summary(), style="bold")
    print_notes(found.notes)
    shown = entries(found, found.oddest[:show].tolist())
    if not shown:
        return
    passed, total = found.count, len(found.oddest)
    if found.decision.ranking_only:
        heading = f"The {len(shown):,} oddest rows, as a ranking"
    elif not passed:
        heading = f"The {len(shown):,} oddest rows, none of them odd enough for the promise"
    elif len(shown) < total:
        count = f"{len(shown):,} " if len(shown) > 1 else ""
        heading = f"The {count}oddest of {total:,} findings"
    else:
        heading = f"The {total:,} findings, oddest first" if total > 1 else "The finding"
    output.say("")
    output.say(found.learned.worded(heading), style="bold")
    names = [found.name_of(e["row"] - 1) for e in shown]
    named = names[0] is not None
    output.table(
        (
            (found.learned.worded("row"), "left" if named else "right"),
            ("rarity", "left"),
            ("bits", "right"),
            ("why", "left"),
        ),
        [
            (
                name or f"{e['row']:,}",
                e["rarity"],
                f"{e['surprise_bits']:.1f}",
                e["sentence"],
            )
            for name, e in zip(names, shown, strict=True)
        ],
    )
    if passed and len(shown) < total:
        output.say(
            f"{total - len(shown):,} more; --show N shows N of them, -o findings.csv writes all."
        )


def size(kind: str, shape: Sequence[int], channels: int) -> str:
    """Return how large samples with axes are, such as "28 x 28 pixels, 1 channel"."""
    parts = []
    if kind != "image":
        parts.append(f"{shape[0]} {'steps' if kind == 'series' else 'frames'}")
    if kind != "series":
        parts.append(f"{shape[-1]} x {shape[-2]} pixels")
    return ", ".join([*parts, f"{channels} channel{'' if channels == 1 else 's'}"])


def print_notes(notes: Sequence[str]) -> None:
    """Print what was decided on the way; the first of it if it is much."""
    if not notes:
        return
    notes = list(dict.fromkeys(notes))  # a model and the data it judges may say the same
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
