"""The tree of generative models as one drawing: each leaf with what it drew, nats and seconds."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from figures.svg import BLUE, GROUND, INK, PALE

from likely.core.catalogue import Entry
from likely.workflow.tree import Branch

_WIDE, _HIGH, _EACH_ROW, _MARGIN = 166, 142, 4, 8
_LINE, _STEP = 26, 18

Points = Mapping[str, Sequence[tuple[float, float]]]


def poster(root: Branch, measured: Mapping[str, Mapping[str, Any]], points: Points) -> str:
    """Return the drawing, as a figure that a page can hold.

    Parameters
    ----------
    root : Branch
        Whose branches and models are drawn.
    measured : mapping of str to mapping
        "nats" and "seconds" by the name of a model, of those that were measured.
    points : mapping of str to sequence of pairs
        What each has drawn of two moons.
    """
    body, height = _drawn(root, 0, _MARGIN, measured, points)
    width = _EACH_ROW * _WIDE + 2 * _MARGIN + 3 * _STEP
    title = "Generative models, each with rows it drew of two moons, nats and seconds"
    return (
        f'<figure class="drawn poster" tabindex="0"><svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height + _MARGIN}" width="{width}" role="img" '
        f'aria-label="{title}" font-family="sans-serif" fill="{INK}">\n'
        f'<rect width="100%" height="100%" fill="{GROUND}"/>\n{body}</svg>\n'
        f"<figcaption>{title}. A leaf without points says what it learns from instead.</figcaption>"
        "</figure>"
    )


def _drawn(
    branch: Branch, depth: int, top: int, measured: Mapping[str, Mapping[str, Any]], points: Points
) -> tuple[str, int]:
    """Return a branch as drawing and where it ends."""
    left = _MARGIN + depth * _STEP
    parts = [_text(left, top + 14, branch.name, size=14 if depth else 18, weight="bold")]
    top += _LINE
    for number, entry in enumerate(branch.models):
        row, column = divmod(number, _EACH_ROW)
        at = (left + column * _WIDE, top + row * _HIGH)
        parts += _leaf(entry, at, measured.get(entry.name, {}), points.get(entry.name, ()))
    top += -(-len(branch.models) // _EACH_ROW) * _HIGH
    for below in branch.branches:
        body, end = _drawn(below, depth + 1, top, measured, points)
        x = left + 5
        parts.append(f'<path d="M{x} {top - 4}V{end - 8}" stroke="{PALE}" fill="none"/>\n')
        parts.append(body)
        top = end
    return "".join(parts), top


def _leaf(
    entry: Entry,
    at: tuple[int, int],
    row: Mapping[str, Any],
    points: Sequence[tuple[float, float]],
) -> Iterator[str]:
    left, top = at
    yield (
        f'<rect x="{left}" y="{top}" width="{_WIDE - 8}" height="{_HIGH - 8}" rx="4" '
        f'fill="none" stroke="{PALE}" stroke-opacity="0.6"/>\n'
    )
    yield _text(left + 6, top + 16, entry.name, size=11, weight="bold")
    dots = "".join(
        f"M{left + 42 + 32 * x:.0f} {top + 68 - 30 * y:.0f}h0"
        for x, y in points
        if -1.3 < x < 2.9 and -1.2 < y < 1.6
    )
    if dots:
        yield f'<path d="{dots}" stroke="{BLUE}" stroke-width="2" stroke-linecap="round"/>\n'
    else:
        yield _text(left + 6, top + 52, "learns from", size=11)
        yield _text(left + 6, top + 68, ", ".join(entry.kinds), size=11)
    nats = row.get("nats")
    words = [f"{nats:.2f} nats"] if isinstance(nats, float) else []
    words += [f"{row['seconds']:.2g} s"] if "seconds" in row else []
    yield _text(left + 6, top + _HIGH - 16, ", ".join(words), size=11)


def _text(x: int, y: int, words: str, size: float, weight: str = "normal") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}">'
        f"{html.escape(words)}</text>\n"
    )
