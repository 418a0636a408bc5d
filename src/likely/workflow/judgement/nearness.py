"""How close synthetic rows are to training rows, beside real rows held out."""

from __future__ import annotations

import numpy as np

from likely.data.column import Column
from likely.evaluation import Gate, Privacy
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.svg import RIGHT, foot, picture, text

_START, _TOP, _BASE = 40, 22, 150
_DISTANCE = Column("distance", "number")


def nearness_section(found: Privacy, gate: Gate) -> Html:
    """Return the gate, what was found, and the distances to the closest training row.

    Parameters
    ----------
    found : Privacy
        What the synthetic rows tell about training rows.
    gate : Gate
        Whether there are few enough copies.
    """
    return join(
        [
            element("p", element("strong", str(gate))),
            element("p", str(found)),
            _curves(found),
            element(
                "p",
                "Close rows are no copies in themselves: rows that are all ordinary lie close to "
                "others. None of this is a guarantee; an attacker may know more.",
                class_="which",
            ),
        ]
    )


def _curves(found: Privacy) -> Html:
    """Draw the shares of rows that have a training row within a distance."""
    both = np.concatenate([found.distances, found.distances_real])
    axis = Axis.around(_DISTANCE, both, [0.0], _START, RIGHT)
    svg = picture(
        _BASE + 34,
        "Shares of rows that have a training row within a distance, synthetic and real",
        *_side(),
        element("path", d=_line(found.distances_real, axis), class_="line"),
        element("path", d=_line(found.distances, axis), class_="drawn"),
        foot(axis, _BASE),
        text(4, 11, "share of rows ↑", class_="name"),
        text(RIGHT, _BASE + 31, "distance to the closest training row →", "end", "name"),
    )
    caption = element(
        "figcaption",
        element("span", class_="key"), " real rows held out, ",
        element("span", class_="key new"), f" {found.n:,} synthetic rows: shares that have a "
        "training row within a distance, in spreads of the columns. An orange line far above the "
        "other at its left end means copies, or nearly.",
    )  # fmt: skip
    return element("div", element("figure", svg, caption), class_="wide")


def _side() -> list[Html]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _BASE - share * (_BASE - _TOP)
        parts.append(element("path", d=f"M{_START} {y:g}H{RIGHT}", class_="grid"))
        parts.append(text(_START - 5, y + 4, f"{100 * share:.0f} %", "end"))
    return parts


def _line(percentiles: np.ndarray, axis: Axis) -> str:
    shares = np.linspace(0, 1, len(percentiles))
    points = [
        f"{axis.place(float(value)):g} {_BASE - share * (_BASE - _TOP):.1f}"
        for value, share in zip(percentiles, shares, strict=True)
        if value <= axis.high
    ]
    return f"M{axis.place(0.0):g} {_BASE}L{'L'.join(points)}" if points else ""
