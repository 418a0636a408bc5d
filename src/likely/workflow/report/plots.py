"""Small pictures of one column with the value of one row marked."""

from __future__ import annotations

import math

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join, shorten
from likely.workflow.report.svg import LEFT, RIGHT, bars, figure, foot, marked, picture, text
from likely.workflow.report.words import count

_TOP, _BASE = 28, 118
_LEVELS = 8
_LINE = 20
_LABEL = 112


def column_plot(
    column: Column, values: np.ndarray, mark: float, usual: tuple[float, float], of_what: str
) -> Html:
    """Draw how a column is distributed, with one value marked.

    Parameters
    ----------
    column : Column
        The column: numbers and dates become a histogram, the others bars for their levels.
    values : ndarray of shape (n,)
        Values to show.
    mark : float
        The value of the row; may be missing, infinite or far off.
    usual : (float, float)
        Ends of the usual range, shown as a band; NaN for none.
    of_what : str
        What the rows are, such as "these 200 rows".
    """
    if column.kind in ("category", "boolean"):
        return _level_bars(column, values, mark, of_what)
    return _histogram(column, values, mark, usual, of_what)


def _histogram(
    column: Column, values: np.ndarray, mark: float, usual: tuple[float, float], of_what: str
) -> Html:
    axis = Axis.around(column, values, [mark, *usual], LEFT, RIGHT)
    inside = values[(values >= axis.low) & (values <= axis.high)]
    edges = axis.edges(column.integer)
    counts, _ = np.histogram(inside, edges)
    most = max(int(counts.max()), 1)
    places = [
        (
            axis.place(a) + 0.5,
            axis.place(b) - 0.5,
            max(1.0, c / most * (_BASE - _TOP - 12)) if c else 0,
        )
        for a, b, c in zip(edges, edges[1:], counts, strict=False)
    ]
    written, name = write_value(column, mark), shorten(column.name, 40)
    if math.isnan(mark):
        here = text(LEFT, _TOP - 8, "this row: missing", class_="marked")
    else:
        here = marked(axis, mark, f"this row: {written}", _TOP, _BASE)
    svg = picture(
        _BASE + 22,
        f"Histogram of {name}; this row has {written}",
        _band(axis, usual),
        bars(places, _BASE),
        foot(axis, _BASE),
        here,
    )
    parts = [f"{name} in {of_what}; the highest bar is {count(most, 'row')}."]
    if all(map(axis.holds, usual)):
        parts.append("Shaded: usual for this row.")
    missing = int(np.isnan(values).sum())
    if beyond := len(values) - len(inside) - missing:
        parts.append(f"Beyond the axis: {beyond:,}.")
    if missing:
        parts.append(f"Missing: {missing:,}.")
    return figure(svg, " ".join(parts))


def _band(axis: Axis, usual: tuple[float, float]) -> Html | None:
    if not all(map(axis.holds, usual)):
        return None
    left, right = map(axis.place, usual)
    left, right = min(left, right - 1), max(right, left + 1)
    return element("path", d=f"M{left:g} {_BASE}V{_TOP}H{right:g}V{_BASE}z", class_="band")


def _level_bars(column: Column, values: np.ndarray, mark: float, of_what: str) -> Html:
    shown, others, rest = _levels(values, mark)
    most = max([1, *(number for _, number in shown)])
    parts: list[Html] = []
    for i, (value, number) in enumerate(shown):
        label = shorten(write_value(column, value), 14)
        parts.append(_level(i, label, number, most, _same(value, mark)))
    if others:
        y = len(shown) * _LINE + 14
        parts.append(text(_LABEL, y, f"{count(others, 'other level')}: {count(rest, 'row')}"))
    name, written = shorten(column.name, 40), shorten(write_value(column, mark), 40)
    height = (len(shown) + (others > 0)) * _LINE + 4
    svg = picture(height, f"Levels of {name}; this row has {written}", *parts)
    return figure(svg, f"{name} in {of_what}, as rows a level. ◂ this row.")


def _level(i: int, label: str, number: int, most: int, here: bool) -> Html:
    y = i * _LINE + 14
    length = max(1.0 if number else 0.0, number / most * 120)
    box = element(
        "path",
        d=f"M{_LABEL} {y - 11}h{length:.1f}v14h-{length:.1f}z",
        class_="bar here" if here else "bar",
    )
    after = f"{number:,} ◂ this row" if here else f"{number:,}"
    return join(
        [
            text(_LABEL - 6, y, label, "end", "marked" if here else None),
            box,
            text(_LABEL + length + 6, y, after, class_="marked" if here else None),
        ]
    )


def _levels(values: np.ndarray, mark: float) -> tuple[list[tuple[float, int]], int, int]:
    """Return the levels to draw with their counts, how many are left out, and their rows."""
    levels, counts = np.unique(values, return_counts=True)  # missing values are one level
    order = np.argsort(-counts, kind="stable")
    ranked = [(float(levels[k]), int(counts[k])) for k in order]
    place = next((k for k, (value, _) in enumerate(ranked) if _same(value, mark)), len(ranked))
    if place == len(ranked):
        ranked.append((mark, 0))
    # the level of the row is shown, however rare it is
    shown = (
        [*ranked[: _LEVELS - 1], ranked[max(place, _LEVELS - 1)]]
        if len(ranked) > _LEVELS
        else ranked
    )
    rest = sum(number for _, number in ranked) - sum(number for _, number in shown)
    return shown, len(ranked) - len(shown), rest


def _same(value: float, mark: float) -> bool:
    return value == mark or (math.isnan(value) and math.isnan(mark))
