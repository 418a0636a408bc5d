"""One axis of a plot: which values it spans, where they lie on it, which ticks it has."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np

from likely.data.clock import local_time
from likely.data.column import Column
from likely.data.features import DAY
from likely.data.table import write_number

_CENTRAL = (0.005, 0.995)
_REACH = 0.6
"""A marked value within this many spans of the axis stretches it; one further off gets an arrow."""

_SLACK = 0.15
"""The same for the smallest and the largest value."""

_FARTHEST = 1e300
_FINEST = 1e-12


@dataclass(frozen=True)
class Axis:
    """A stretch of values, drawn from one place to another.

    Parameters
    ----------
    low, high : float
        The values at its ends; low < high.
    start, stop : float
        Where the ends are drawn, in units of the picture; `stop` may be smaller (upwards).
    dates : bool, default False
        Whether values are microseconds since 1970 in UTC.
    zone : str, default ""
        In which time zone dates are written.
    """

    low: float
    high: float
    start: float
    stop: float
    dates: bool = False
    zone: str = ""

    @classmethod
    def around(
        cls, column: Column, values: np.ndarray, marked: list[float], start: float, stop: float
    ) -> Axis:
        """Span the central 99 % of the values, and marked ones that are not far off.

        Parameters
        ----------
        column : Column
            What the values are.
        values : ndarray of shape (n,)
            Values of the column; missing and infinite ones are left out.
        marked : list of float
            Values to include if the axis need not be stretched much for them.
        start, stop : float
            Where the ends are drawn.
        """
        finite = values[np.isfinite(values)]
        if not len(finite):
            finite = np.array([value for value in marked if math.isfinite(value)] or [0.0])
        finite = np.clip(finite, -_FARTHEST, _FARTHEST)
        low, high = map(float, np.quantile(finite, _CENTRAL))
        if low == high:
            low, high = float(finite.min()), float(finite.max())
        if high - low <= max(_FINEST * abs(low), sys.float_info.min):
            half = DAY / 2 if column.kind == "date" else max(abs(low) * 0.05, 0.5)
            low, high = low - half, high + half
        span = high - low
        ends = [float(finite.min()), float(finite.max())]
        low, high = _stretch(low, high, ends, _SLACK * span)
        low, high = _stretch(low, high, marked, _REACH * span)
        if column.integer and high - low <= 40:
            low, high = math.floor(low) - 0.5, math.ceil(high) + 0.5
        return cls(low, high, start, stop, column.kind == "date", column.zone)

    def place(self, value: float) -> float:
        """Return where a value is drawn; beyond the axis, its end. Infinite values have a place."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)

    def holds(self, value: float) -> bool:
        """Whether a value lies on the axis; missing ones do not."""
        return self.low <= value <= self.high

    def edges(self, whole: bool, most: int = 30) -> np.ndarray:
        """Return the edges of histogram bins; whole numbers on a short axis get one bin each."""
        if whole and self.high - self.low <= 41:
            return np.arange(self.low, self.high + 0.5)
        return np.linspace(self.low, self.high, most + 1)

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """Return at most about so many places with what is written there."""
        if self.dates:
            return self._date_ticks()
        step = _round_step((self.high - self.low) / most)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        # low and high so large that steps vanish in rounding: the ends are the ticks
        if last - first > 3 * most or not step > abs(self.low) * 1e-12:
            return [(value, write_number(value)) for value in (self.low, self.high)]
        values = [k * step for k in range(first, last + 1)]
        return [(value, _tick_text(value, step)) for value in values]

    def _date_ticks(self) -> list[tuple[float, str]]:
        short = self.high - self.low < 3 * DAY
        found = []
        for share in (0.0, 0.5, 1.0):
            value = self.low + share * (self.high - self.low)
            local = local_time(np.array([value]), self.zone)[0]
            text = np.datetime_as_string(
                np.datetime64(int(local), "us"), unit="m" if short else "D"
            )
            found.append((value, str(text)[5:].replace("T", " ") if short else str(text)))
        return found


def _stretch(low: float, high: float, values: list[float], reach: float) -> tuple[float, float]:
    """Return the ends moved so that values not farther off than `reach` lie between them."""
    near = [value for value in values if low - reach <= value <= high + reach]
    return min([low, *near]), max([high, *near])


def _round_step(step: float) -> float:
    """Return the next larger 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= 0.999 * step)


def _tick_text(value: float, step: float) -> str:
    if abs(value) >= 1e9 or 0 < step < 1e-4:
        return f"{value:.3g}" if value else "0"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:,.{decimals}f}"
