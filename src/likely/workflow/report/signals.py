"""A series as the report shows it: its channels as lines, with the odd stretch marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from likely.data.table import write_number
from likely.explanation.places import Region
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.svg import LEFT, RIGHT, figure, foot, picture, text

_HEIGHT = 64
_GAP = 20
_TOP = 18
_MOST_POINTS = 600
MOST_CHANNELS = 4


def signal(
    series: np.ndarray,
    odd: np.ndarray | None,
    restored: np.ndarray | None,
    regions: Sequence[Region],
) -> Html:
    """Draw one series.

    Parameters
    ----------
    series : ndarray of shape (time, channel)
        In the user's units.
    odd : ndarray of shape (time, channel), optional
        How odd every value is: the channels with most of it are drawn.
    restored : ndarray of shape (time, channel), optional
        What the model would have there.
    regions : sequence of Region
        Stretches to mark.
    """
    order = np.arange(series.shape[1])
    if odd is not None:
        order = np.argsort(-odd.sum(axis=0), kind="stable")
    shown = np.sort(order[:MOST_CHANNELS]).tolist()
    spans = {
        k: span([series[:, k], *([] if restored is None else [restored[:, k]])]) for k in shown
    }
    svg = curves(series, spans, restored, regions)
    return figure(svg, _caption(series.shape[1], len(shown), restored is not None, bool(regions)))


def curves(
    series: np.ndarray,
    spans: Mapping[int, tuple[float, float]],
    restored: np.ndarray | None = None,
    regions: Sequence[Region] = (),
) -> Html:
    """Draw some channels of a series, one below the other.

    Parameters
    ----------
    series : ndarray of shape (time, channel)
        In the user's units.
    spans : mapping of int to (float, float)
        The channels, and the lowest and the highest value that there is room for in each.
    restored : ndarray of shape (time, channel), optional
        What the model would have there.
    regions : sequence of Region
        Stretches to mark.
    """
    axis = Axis(1.0, float(max(len(series), 2)), LEFT, RIGHT)
    height = len(spans) * (_HEIGHT + _GAP)
    bands = [_band(axis, region, height) for region in regions]
    many = series.shape[1] > 1
    lines = [
        _channel(axis, spans[k], series[:, k], None if restored is None else restored[:, k],
                 f"channel {k + 1}: " if many else "", _TOP + i * (_HEIGHT + _GAP))
        for i, k in enumerate(spans)
    ]  # fmt: skip
    base = _TOP + height
    return picture(
        base + 34,
        f"Series of {len(series):,} steps",
        join(bands),
        join(lines),
        foot(axis, base),
        text(RIGHT, base + 31, "step →", "end", "name"),
    )


def span(lines: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the lowest and the highest finite value of some lines, a little apart at least."""
    values = np.concatenate(lines)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _channel(
    axis: Axis, ends: tuple[float, float], values: np.ndarray,
    expected: np.ndarray | None, name: str, top: float,
) -> Html:  # fmt: skip
    up = Axis(*ends, top + _HEIGHT, top)
    label = f"{name}{write_number(ends[0])} to {write_number(ends[1])}"
    return join(
        [
            text(LEFT, top - 4, label),
            None if expected is None else line(axis, up, expected, "expected"),
            line(axis, up, values, "line"),
        ]
    )


def line(axis: Axis, up: Axis, values: np.ndarray, class_: str) -> Html:
    """Return a line; of very many steps the lowest and the highest of each stretch are kept."""
    steps = np.arange(len(values))
    if len(values) > _MOST_POINTS:
        stretch = -(-len(values) // (_MOST_POINTS // 2))
        starts = np.arange(0, len(values), stretch)
        parts = [values[s : s + stretch] for s in starts]
        ends = [
            sorted({s + int(np.argmin(p)), s + int(np.argmax(p))})
            for s, p in zip(starts, parts, strict=True)
        ]
        steps = np.array([step for pair in ends for step in pair])
    points = [
        f"{axis.place(step + 1.0):g} {up.place(float(values[step])):g}"
        for step in steps
        if np.isfinite(values[step])
    ]
    return element("path", d="M" + "L".join(points), class_=class_) if points else Html()


def _band(axis: Axis, region: Region, height: float) -> Html:
    low, high = region.bounds[0]
    left, right = axis.place(low + 1.0), axis.place(float(high))
    right = max(right, left + 2)
    return element(
        "path", d=f"M{left:g} {_TOP - 2}H{right:g}V{_TOP + height}H{left:g}z", class_="odd"
    )


def _caption(channels: int, shown: int, restored: bool, marked: bool) -> str:
    parts = ["Values by step."]
    if shown < channels:
        parts.append(f"Shown are the {shown} channels, of {channels}, with most of what is odd.")
    if marked:
        parts.append("Shaded: where it is odd.")
    if restored:
        parts.append("Dashed: what the model would have.")
    return " ".join(parts)
