"""A channel over time: its values, the band of what is usual, and where events are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likely.data.table import write_number
from likely.explanation.course import Course
from likely.workflow.over_time.moments import Moments
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.svg import foot, text

_WIDE = 720
_LEFT, _RIGHT = 10, 710
_TOP, _HEIGHT, _FOOT = 18, 96, 24
_MOST_POINTS = 700
_LEAST_MARK = 3.0
_OUTER = (0.001, 0.999)


def course_picture(
    moments: Moments,
    channel: int,
    course: Course,
    marked: Sequence[slice],
    seen: slice,
    *,
    link: Sequence[str] = (),
) -> Html:
    """Draw one channel over some steps.

    Parameters
    ----------
    moments : Moments
        The series.
    channel : int
        Which channel.
    course : Course
        What is usual in it at each step of the series.
    marked : sequence of slice
        Steps to mark.
    seen : slice
        Steps to draw.
    link : sequence of str, optional
        Where each mark leads to, such as "#row-7".
    """
    values = moments.given(channel)[seen]
    band = Course(*(line[seen] for line in course))
    axis = _time_axis(moments, seen)
    up = _value_axis(values, band)
    base = _TOP + _HEIGHT
    name = moments.channels[channel].name
    within = [(i, run) for i, run in enumerate(marked) if run.stop > seen.start]
    within = [(i, run) for i, run in within if run.start < seen.stop]
    marks = [_mark(axis, moments, run, seen, link[i] if i < len(link) else "") for i, run in within]
    written = f"{name}: {write_number(up.low)} to {write_number(up.high)}"
    return element(
        "svg",
        join(marks),
        _band(axis, up, moments, band, seen),
        _line(axis, up, moments, values, seen),
        text(_LEFT, _TOP - 6, written, class_="name"),
        foot(axis, base, 6),
        viewBox=f"0 0 {_WIDE} {base + _FOOT}",
        role="img",
        aria_label=f"{name} over time, {len(values):,} steps, {len(within)} marked",
    )


def _place(axis: Axis, moments: Moments, step: int) -> float:
    where = float(step) if moments.times is None else float(moments.times[step])
    return axis.place(where)


def _time_axis(moments: Moments, seen: slice) -> Axis:
    last = max(seen.stop - 1, seen.start)
    if moments.times is None or moments.clock is None:
        return Axis(float(seen.start), float(max(last, seen.start + 1)), _LEFT, _RIGHT)
    low, high = float(moments.times[seen.start]), float(moments.times[last])
    high = high if high > low else low + 1e6
    return Axis(low, high, _LEFT, _RIGHT, dates=True, zone=moments.clock.zone)


def _value_axis(values: np.ndarray, band: Course) -> Axis:
    """Span all values, and the band where it does not dwarf them."""
    low, high = float(values.min()), float(values.max())
    usual = np.quantile(np.concatenate([band.low, band.high]), _OUTER)
    room = high - low
    low, high = (
        min(low, max(float(usual[0]), low - room)),
        max(high, min(float(usual[1]), high + room)),
    )
    if not low < high:
        low, high = low - 0.5, high + 0.5
    return Axis(low, high, _TOP + _HEIGHT, _TOP)


def _buckets(count: int) -> np.ndarray:
    """Return the first value of each bucket; in each, the lowest and the highest are kept."""
    return np.unique(np.linspace(0, count, min(count, _MOST_POINTS // 2) + 1).astype(int)[:-1])


def _band(axis: Axis, up: Axis, moments: Moments, band: Course, seen: slice) -> Html:
    starts = _buckets(len(band.low))
    low, high = np.minimum.reduceat(band.low, starts), np.maximum.reduceat(band.high, starts)
    places = [_place(axis, moments, seen.start + int(step)) for step in starts]
    above = [f"{x:g} {up.place(float(y)):g}" for x, y in zip(places, high, strict=True)]
    below = [f"{x:g} {up.place(float(y)):g}" for x, y in zip(places, low, strict=True)]
    return element("path", d="M" + "L".join(above + below[::-1]) + "z", class_="usually")


def _line(axis: Axis, up: Axis, moments: Moments, values: np.ndarray, seen: slice) -> Html:
    starts = _buckets(len(values))
    ends = [*starts[1:].tolist(), len(values)]
    steps: list[int] = []
    for start, end in zip(starts.tolist(), ends, strict=True):
        part = values[start:end]
        steps += sorted({start + int(part.argmin()), start + int(part.argmax())})
    points = [
        f"{_place(axis, moments, seen.start + step):g} {up.place(float(values[step])):g}"
        for step in steps
    ]
    return element("path", d="M" + "L".join(points), class_="line")


def _mark(axis: Axis, moments: Moments, run: slice, seen: slice, link: str) -> Html:
    first, last = max(run.start, seen.start), min(run.stop, seen.stop) - 1
    left, right = _place(axis, moments, first), _place(axis, moments, last)
    missing = max(0.0, _LEAST_MARK - (right - left)) / 2
    left, right = left - missing, right + missing
    top, base = _TOP - 4, _TOP + _HEIGHT
    shape = element("path", d=f"M{left:g} {top}H{right:g}V{base}H{left:g}z", class_="odd")
    label = f"Event at {moments.when(first)}"
    return element("a", shape, href=link, aria_label=label) if link else shape
