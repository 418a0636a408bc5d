"""The distribution of surprise over all rows, with the cut drawn."""

from __future__ import annotations

import math

import numpy as np

from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.svg import LEFT, RIGHT, WIDTH, bars, figure, foot, picture, text
from likely.workflow.report.view import View
from likely.workflow.report.words import bits, count

_START = 48
_TOP, _BASE = 26, 176
_MOST_BINS = 40
_LEAST_COUNT = 0.5
"""The logarithmic axis of counts begins here, so that a single row has a bar."""


def surprise_plot(view: View) -> Html:
    """Draw how many rows have which surprise, and where the cut is."""
    surprise, cut = view.surprise, cut_at(view)
    end = _end(surprise, cut)
    width = next(w for w in (0.5, 1, 2, 5, 10, 20) if end / w <= _MOST_BINS)
    edges = width * np.arange(math.ceil(end / width) + 1, dtype=np.float64)
    axis = Axis(0.0, float(edges[-1]), _START, RIGHT)
    counts, _ = np.histogram(np.minimum(surprise, edges[-1]), edges)
    most = max(int(counts.max()), 2)
    places = [
        (axis.place(a) + 0.5, axis.place(b) - 0.5, _height(c, most))
        for a, b, c in zip(edges, edges[1:], counts, strict=False)
    ]
    beyond = int((surprise > edges[-1]).sum())
    svg = picture(
        _BASE + 38,
        view.worded(f"Rows by surprise; the oddest has {bits(float(surprise.max()))}"),
        _count_axis(most),
        bars(places, _BASE),
        None if view.found.decision.ranking_only else _ordinary(axis, edges, len(surprise), most),
        foot(axis, _BASE, 6),
        text(RIGHT, _BASE + 34, "surprise, in bits →", "end", "name"),
        text(LEFT, 12, view.worded("rows (logarithmic) ↑"), class_="name"),
        None if cut is None else _cut(axis, cut),
    )
    return element("div", figure(svg, view.worded(_caption(view, cut, beyond))), class_="wide")


def cut_at(view: View) -> float | None:
    """Return the least surprise that is reported, in bits; None if nothing can be reported."""
    decision = view.found.decision
    if decision.ranking_only:
        return None
    if decision.name == "top":
        return float(view.surprise[view.found.anomaly].min()) if view.found_any else None
    return max(0.0, -math.log2(decision.least_p))


def _end(surprise: np.ndarray, cut: float | None) -> float:
    """Where the axis ends: gross rows are gathered in its last bar rather than flatten the rest."""
    ordinary = 1.5 * math.log2(len(surprise) + 1) + 2
    return max(
        4.0, min(float(surprise.max()), max(ordinary, 1.25 * (cut or 0.0), 24.0)), cut or 0.0
    )


def _height(number: float, most: float) -> float:
    if number < _LEAST_COUNT:
        return 0.0
    share = math.log(number / _LEAST_COUNT) / math.log(most / _LEAST_COUNT)
    return min(share, 1.0) * (_BASE - _TOP)


def _count_axis(most: int) -> Html:
    powers = [10**k for k in range(9) if 10**k <= most]
    lines = "".join(f"M{_START} {_BASE - _height(p, most):.1f}H{RIGHT}" for p in powers)
    texts = [text(_START - 6, _BASE - _height(p, most) + 4, f"{p:,}", "end") for p in powers]
    return join([element("path", d=lines, class_="grid"), *texts])


def _ordinary(axis: Axis, edges: np.ndarray, n: int, most: int) -> Html:
    """Return the line of what ordinary rows alone would give: half as many with every bit."""
    expected = n * (2.0 ** -edges[:-1] - 2.0 ** -edges[1:])
    middles = (edges[:-1] + edges[1:]) / 2
    points = [
        f"{axis.place(x):g} {_BASE - _height(y, most):.1f}"
        for x, y in zip(middles, expected, strict=True)
        if y >= _LEAST_COUNT
    ]
    return element("path", d="M" + "L".join(points), class_="expected") if points else Html()


def _cut(axis: Axis, cut: float) -> Html:
    x = axis.place(cut)
    side = "end" if x > WIDTH / 2 else "start"
    label = text(x + (5 if side == "start" else -5), _TOP - 2, f"cut: {bits(cut)}", side, "marked")
    return join([element("path", d=f"M{x:g} {_BASE}V{_TOP - 12}", class_="mark"), label])


def _caption(view: View, cut: float | None, beyond: int) -> str:
    found, n = int(view.found.anomaly.sum()), len(view.surprise)
    parts = [f"Surprise of {count(n, 'row')}."]
    if view.found.decision.ranking_only:
        parts.append("No cut is drawn, because no promise can be given: the rows are only ranked.")
    else:
        parts.append(
            "Dashed line: what ordinary rows alone would give, half as many with every bit."
        )
    if cut is not None:
        parts.append(f"Cut at {bits(cut)}: {count(found, 'row')} at or beyond it.")
    if beyond:
        parts.append(f"The last bar gathers all rows beyond the axis ({beyond:,}).")
    return " ".join(parts)
