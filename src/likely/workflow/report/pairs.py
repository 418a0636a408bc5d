"""A small picture of two columns against each other, with one row marked."""

from __future__ import annotations

import math

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join, shorten
from likely.workflow.report.svg import RIGHT, figure, foot, picture, text

_POINTS = 250


def scatter(
    pair: tuple[Column, Column], points: np.ndarray, mark: tuple[float, float], of_what: str
) -> Html:
    """Draw two columns against each other, with one row marked.

    Parameters
    ----------
    pair : (Column, Column)
        What lies across and what lies upwards; numbers or dates.
    points : ndarray of shape (n, 2)
        Rows to show; at most 250 of them, evenly spaced, are drawn.
    mark : (float, float)
        The values of the row.
    of_what : str
        What the rows are.
    """
    across = Axis.around(pair[0], points[:, 0], [mark[0]], 66, RIGHT)
    upward = Axis.around(pair[1], points[:, 1], [mark[1]], 176, 20)
    shown = [p for p in points.tolist() if across.holds(p[0]) and upward.holds(p[1])]
    some = shown[:: max(1, math.ceil(len(shown) / _POINTS))]
    dots = "".join(f"M{across.place(x):.0f} {upward.place(y):.0f}h0" for x, y in some)
    x, y = across.place(mark[0]), upward.place(mark[1])
    values = [write_value(c, v) for c, v in zip(pair, mark, strict=True)]
    names = [shorten(column.name, 30) for column in pair]
    label = f"{names[1]} against {names[0]}; this row has {values[1]} and {values[0]}"
    svg = picture(
        212,
        label,
        element("path", d=dots, class_="dots"),
        foot(across, 180),
        _side(upward, 62),
        text(4, 11, f"{names[1]} ↑", class_="name"),
        text(RIGHT, 209, f"{names[0]} →", "end", "name"),
        element("path", d=f"M66 {y:g}H{RIGHT}M{x:g} 180V20", class_="cross"),
        element("circle", cx=f"{x:g}", cy=f"{y:g}", r=6, class_="ring"),
    )
    drawn = of_what if len(some) == len(points) else f"{len(some):,} of {of_what}"
    return figure(svg, f"{names[1]} against {names[0]}. Ring: this row. Dots: {drawn}.")


def _side(axis: Axis, x: float) -> Html:
    texts = [text(x, axis.place(value) + 4, label, "end") for value, label in axis.ticks(4)]
    return join(texts)
