"""A series as the report shows it: its channels as lines, with the odd stretch marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.data.table import write_number
from likely.explanation.places import Region
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.svg import LEFT, RIGHT, figure, foot, picture, text

_HEIGHT = 64
_GAP = 14
_TOP = 18
_MOST_POINTS = 600
_MOST_CHANNELS = 4


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
    shown = np.sort(order[:_MOST_CHANNELS])
    axis = Axis(1.0, float(max(len(series), 2)), LEFT, RIGHT)
    height = len(shown) * (_HEIGHT + _GAP)
    bands = [_band(axis, region, height) for region in regions]
    lines = [
        _channel(axis, series, restored, int(channel), _TOP + i * (_HEIGHT + _GAP))
        for i, channel in enumerate(shown)
    ]
    base = _TOP + height
    svg = picture(
        base + 20, f"Series of {len(series):,} steps", join(bands), join(lines), foot(axis, base)
    )
    return figure(svg, _caption(series.shape[1], len(shown), restored is not None, bool(regions)))


def _channel(
    axis: Axis, series: np.ndarray, restored: np.ndarray | None, channel: int, top: float
) -> Html:
    values = series[:, channel]
    expected = None if restored is None else restored[:, channel]
    both = values if expected is None else np.concatenate([values, expected])
    finite = both[np.isfinite(both)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    up = Axis(low, high, top + _HEIGHT, top)
    name = f"channel {channel + 1}: " if series.shape[1] > 1 else ""
    label = f"{name}{write_number(low)} to {write_number(high)}"
    return join(
        [
            text(LEFT, top - 4, label),
            None if expected is None else _line(axis, up, expected, "expected"),
            _line(axis, up, values, "line"),
        ]
    )


def _line(axis: Axis, up: Axis, values: np.ndarray, class_: str) -> Html:
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
