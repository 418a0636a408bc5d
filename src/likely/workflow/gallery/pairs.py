"""Two columns against each other: likely rows beside drawn ones, on the same axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.workflow.gallery.columns import in_short
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, cell, element, join, shorten
from likely.workflow.report.svg import RIGHT, foot, picture, text

_POINTS = 400
_LEVELS = 6
_GOLDEN = (math.sqrt(5) - 1) / 2
_LEFT, _TOP, _BASE = 78, 20, 184


@dataclass(frozen=True)
class Levels(Axis):
    """An axis of levels, one place each, the most frequent first.

    Parameters
    ----------
    low, high, start, stop, dates, zone
        As of `Axis`; levels lie at 0, 1, 2 ...
    names : tuple of str
        What is written at the places.
    """

    names: tuple[str, ...] = ()

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """Return all places with what is written there."""
        return [(float(i), name) for i, name in enumerate(self.names)]


def pair(
    columns: tuple[Column, Column],
    learnt: np.ndarray,
    drawn: np.ndarray,
    strengths: tuple[float, float],
) -> Html:
    """Return two pictures side by side, with how strongly the columns are related in each.

    Parameters
    ----------
    columns : (Column, Column)
        What lies across and what lies upwards.
    learnt, drawn : ndarray of shape (n, 2)
        Rows; at most 400 of each are drawn.
    strengths : (float, float)
        How strongly the two are related among the rows learnt and among those drawn.
    """
    if columns[0].kind in ("category", "boolean"):  # levels have more room at the side
        columns = (columns[1], columns[0])
        learnt, drawn = learnt[:, ::-1], drawn[:, ::-1]
    plain = columns[1].kind not in ("category", "boolean")
    what = "Spearman's rank correlation" if plain else "Strength of the relation"
    made = [_axis(c, learnt[:, k], drawn[:, k], *ends) for k, (c, ends) in
            enumerate(zip(columns, ((_LEFT, RIGHT), (_BASE - 6, _TOP)), strict=True))]  # fmt: skip
    (across, a, new_a), (upward, b, new_b) = made
    names = [shorten(column.name, 24) for column in columns]
    parts = []
    for word, x, y, class_, strength in (
        ("learnt", a, b, "dots", strengths[0]),
        ("drawn", new_a, new_b, "drawn dots", strengths[1]),
    ):
        label = f"{names[1]} against {names[0]}, {word}"
        svg = _dots(across, upward, x, y, class_, names, label)
        said = f" {word}: {cell(names[1])} against {cell(names[0])}. {what}: {strength:.2f}."
        key = element("span", class_="key new" if word == "drawn" else "key")
        parts.append(element("figure", svg, element("figcaption", key, Html(said))))
    return element("div", *parts, class_="beside")


def _axis(
    column: Column, learnt: np.ndarray, drawn: np.ndarray, start: float, stop: float
) -> tuple[Axis, np.ndarray, np.ndarray]:
    """Return the axis of a column, and where on it the values learnt and those drawn lie."""
    if column.kind not in ("category", "boolean"):
        present = drawn[np.isfinite(drawn)]
        spread = np.quantile(present, [0.01, 0.99]).tolist() if len(present) else []
        return Axis.around(column, learnt, spread, start, stop), learnt, drawn
    levels, counts = np.unique(learnt[np.isfinite(learnt)], return_counts=True)
    chosen = levels[np.argsort(-counts, kind="stable")[:_LEVELS]]
    upwards = stop < start
    chosen = chosen[::-1] if upwards else chosen
    names = tuple(in_short(write_value(column, float(level)), 11) for level in chosen)
    axis = Levels(-0.5, len(chosen) - 0.5, start, stop, names=names)
    return axis, _strewn(learnt, chosen), _strewn(drawn, chosen)


def _strewn(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the places of levels, strewn a little so that dots do not cover one another."""
    places = np.full(len(values), np.nan)
    for place, level in enumerate(chosen):
        places[values == level] = place
    return places + 0.6 * (np.arange(len(values)) * _GOLDEN % 1 - 0.5)


def _dots(
    across: Axis, upward: Axis, x: np.ndarray, y: np.ndarray,
    class_: str, names: Sequence[str], label: str,
) -> Html:  # fmt: skip
    shown = [p for p in zip(x.tolist(), y.tolist(), strict=True)
             if across.holds(p[0]) and upward.holds(p[1])]  # fmt: skip
    some = shown[:: max(1, math.ceil(len(shown) / _POINTS))]
    dots = "".join(f"M{across.place(p):.0f} {upward.place(q):.0f}h0" for p, q in some)
    side = join([text(_LEFT - 4, upward.place(v) + 4, t, "end") for v, t in upward.ticks(4)])
    return picture(
        _BASE + 34,
        label,
        element("path", d=dots, class_=class_) if dots else None,
        foot(across, _BASE, 6),
        side,
        text(4, 11, f"{names[1]} ↑", class_="name"),
        text(RIGHT, _BASE + 31, f"{names[0]} →", "end", "name"),
    )
