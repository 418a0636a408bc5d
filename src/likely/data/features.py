"""The detectors' view of a column: a few bounded, robustly scaled, finite features.

| kind | features |
|---|---|
| number, boolean | (value - median) / (interquartile range / 1.349); the standard deviation where half of the values are equal; at least a quarter of the step between two values |
| category, few | one indicator a level, one for all rarer and unseen ones; they weigh like one number |
| category, many | minus the logarithm of the level's frequency |
| date | position in time, unless rows are in order of time; hour, weekday, day of year on circles |
| never any value | one indicator: is there one now |
| anything with gaps | one more feature: is it missing |

Hours and weekdays are those of the clock on the wall, in the column's time zone.
"""  # noqa: E501 - rows of a table

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from likely.data.clock import local_time
from likely.data.column import Column

LIMIT = 1e50
"""Features end here, so that their squares and sums stay finite whatever the data hold."""

MOST_LEVELS = 12
MOST_WEIGHT = 4.0
"""A yes/no feature steps by this much at most, however rare one of its values is, and so does a
constant column at its first other value (by this part of its size)."""

_LEAST_COUNT = 2
_HUGE = 1e300
_SMALLEST = float(np.finfo(np.float64).tiny)  # below it, quotients lose their digits
_SORTED_CELLS = 4_000_000  # values sorted at a time (32 MB)
DAY = 86_400e6
"""One day in microseconds, the unit of stored dates."""

CYCLES = {"hour": DAY, "weekday": 7 * DAY, "season": 365.2425 * DAY}
"""Circles that a date is put on, and how long one round takes in microseconds."""


Rule = Literal["scale", "levels", "frequency", "date"]


@dataclass(frozen=True)
class Encoding:
    """How one column becomes features.

    Parameters
    ----------
    rule : {"scale", "levels", "frequency", "date"}
        Which row of the table above applies.
    centre, scale : float
        Median and robust spread of the values, in the column's own unit.
    flag : float
        Weight of the feature that tells a missing value; 0 if none was missing.
    levels : tuple of int
        Positions of the labels with an indicator of their own.
    counts : tuple of float
        How often each label occurred (rule "frequency").
    cycles : tuple of str
        Which circles a date is put on.
    low, high : float
        Smallest and largest value seen.
    """

    rule: Rule
    centre: float = 0.0
    scale: float = 1.0
    flag: float = 0.0
    levels: tuple[int, ...] = ()
    counts: tuple[float, ...] = ()
    cycles: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def width(self) -> int:
        """Number of features."""
        base = {
            "scale": 1,
            "levels": len(self.levels) + 1,
            "frequency": 1,
            "date": (self.scale > 0) + 2 * len(self.cycles),
        }[self.rule]
        return base + (self.flag > 0)

    @property
    def steps(self) -> list[float]:
        """How far each feature moves where a category or a gap changes; 0 for numbers and dates.

        The rarity of a level counts as changed where it changes e^2 times.
        """
        step = {"levels": 1.0, "frequency": 2.0}.get(self.rule, 0.0)
        flagged = self.flag > 0
        size = step / self.scale if step else 0.0
        return [size] * (self.width - flagged) + [self.flag] * flagged

    @property
    def plain(self) -> bool:
        """Whether it is one shifted and scaled number and no more."""
        return self.rule == "scale" and self.flag == 0

    @cached_property
    def rarity(self) -> np.ndarray:
        """Feature of each label, then of a label not seen before (rule "frequency")."""
        counts = np.array([*self.counts, 0.5])
        share = np.maximum(counts, 0.5) / (counts.sum() - 0.5)
        return (-np.log(share) - self.centre) / self.scale

    def to_json(self) -> dict[str, Any]:
        """Return the encoding as plain JSON values."""
        stored = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in stored.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Encoding:
        """Rebuild an encoding from `to_json`."""
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()
        }
        return cls(**values)


def learn_encodings(columns: Sequence[Column], matrix: np.ndarray) -> tuple[Encoding, ...]:
    """Learn how columns become features from their values, shape (n, width).

    Numbers that need no care, nearly all there are, are learnt together; others one by one.
    """
    step = max(1, _SORTED_CELLS // len(matrix))
    if len(columns) > step:
        starts = range(0, len(columns), step)
        parts = [learn_encodings(columns[i : i + step], matrix[:, i : i + step]) for i in starts]
        return tuple(encoding for part in parts for encoding in part)
    ordered = np.array(matrix.T, order="C")
    ordered.sort(axis=1)
    low, high = ordered[:, 0], ordered[:, -1]  # NaN comes last
    with np.errstate(over="ignore", invalid="ignore"):
        lower, centres, upper = _quartiles(ordered)
        scales = (upper - lower) / 1.349
        size = np.maximum(np.abs(low), np.abs(high))
        careless = (size <= _HUGE) & (scales > _rounding(centres)) & (scales > _SMALLEST)
    learnt = zip(centres.tolist(), scales.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(
        Encoding("scale", centre, scale, low=least, high=most)
        if careless[j] and column.kind in ("number", "boolean")
        else learn_encoding(column, matrix[:, j], ordered[j])
        for j, (column, (centre, scale, least, most)) in enumerate(
            zip(columns, learnt, strict=True)
        )
    )


def learn_encoding(column: Column, values: np.ndarray, ordered: np.ndarray) -> Encoding:
    """Learn how a column becomes features from its values, and these in ascending order."""
    # missing values come last; everything below is read off the ends
    known = len(ordered) if not np.isnan(ordered[-1]) else int(np.searchsorted(ordered, np.nan))
    missing = 1 - known / len(ordered)
    flag = 1.0 / _spread_of_share(missing) if missing > 0 else 0.0
    first, last = np.searchsorted(ordered[:known], [-np.finfo(np.float64).max, np.inf])
    finite = ordered[first:last]
    if finite.size == 0:
        return Encoding("levels" if flag else "scale", flag=flag)
    if column.kind == "category":
        return _learn_category(column, finite.astype(np.int64), flag)
    if column.kind == "date":
        moments = values[np.isfinite(values)]
        return _learn_date(moments, local_time(moments, column.zone), flag)
    centre, scale = _robust_scale(finite)
    low, high = float(finite[0]), float(finite[-1])
    return Encoding("scale", centre, scale, flag, low=low, high=high)


def robust_scale(values: np.ndarray) -> tuple[float, float]:
    """Return the median and a robust spread that is never zero.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite, at least one.

    Returns
    -------
    centre : float
        The median.
    scale : float
        Interquartile range / 1.349, which is the standard deviation of a normal distribution; the
        standard deviation itself where the interquartile range is zero, but of a yes/no column at
        least a quarter of the step; a quarter of the value's size (at least 1) where all are equal.
    """
    return _robust_scale(np.sort(values))


def _robust_scale(ordered: np.ndarray) -> tuple[float, float]:
    """Return `robust_scale` of ascending values."""
    size = max(abs(float(ordered[0])), abs(float(ordered[-1])))
    unit = 2.0**1000 if size > _HUGE else 1.0  # keeps differences finite; a power of 2 is exact
    ordered = ordered / unit if size > _HUGE else ordered
    low, centre, high = _quartiles(ordered)
    scale = (high - low) / 1.349
    if not scale > 0:
        scale = max(_standard_deviation(ordered), _step(ordered) / MOST_WEIGHT)
    rounding = float(_rounding(centre))
    if ordered[-1] - ordered[0] <= rounding:
        scale = max(abs(centre), 1.0) / MOST_WEIGHT
    scale = max(scale, rounding, _SMALLEST)
    return float(centre * unit), float(min(scale, np.finfo(np.float64).max / unit) * unit)


def _rounding(centre: np.ndarray) -> np.ndarray:
    """Return how much values may differ by rounding alone."""
    return 8 * np.finfo(np.float64).eps * np.abs(centre)


def _step(ordered: np.ndarray) -> float:
    """Return the difference between the two values of a yes/no column; 0 for any other column."""
    low, high = ordered[0], ordered[-1]
    two = np.searchsorted(ordered, low, "right") == np.searchsorted(ordered, high, "left")
    return float(high - low) if two else 0.0


def _quartiles(ordered: np.ndarray) -> np.ndarray:
    """Return `np.quantile(ordered, [0.25, 0.5, 0.75], axis=-1)` of ascending values."""
    last = ordered.shape[-1] - 1
    places = np.array([0.25, 0.5, 0.75]) * last
    before = places.astype(np.int64)
    lower, upper = ordered[..., before].T, ordered[..., np.minimum(before + 1, last)].T
    share = (places - before).reshape(-1, *[1] * (lower.ndim - 1))
    # towards the nearer of both, which rounds least
    from_below, from_above = (upper - lower) * share, (upper - lower) * (1 - share)
    return np.where(share < 0.5, lower + from_below, upper - from_above)


def _standard_deviation(values: np.ndarray) -> float:
    """Return the standard deviation; squares neither vanish nor overflow."""
    away = values - values.mean()
    size = float(np.abs(away).max())
    return size * float(np.sqrt(np.mean((away / size) ** 2))) if size > 0 else 0.0


def encode(encoding: Encoding, column: Column, values: np.ndarray) -> np.ndarray:
    """Return the features of one column.

    Parameters
    ----------
    encoding : Encoding
        What was learnt of the column.
    column : Column
        Its description.
    values : ndarray of float64, shape (n,)
        As `Column.kind` says; NaN is missing.

    Returns
    -------
    features : ndarray of float64, shape (n, encoding.width)
        Finite whatever the values are.
    """
    if encoding.rule == "date":
        return _with_flag(encoding, values, _encode_date(encoding, values, column.zone))
    blocks = {
        "scale": _encode_scale,
        "levels": _encode_levels,
        "frequency": _encode_frequency,
    }[encoding.rule](encoding, values)
    return _with_flag(encoding, values, blocks)


def _with_flag(encoding: Encoding, values: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    if encoding.flag > 0:
        return np.column_stack([blocks, encoding.flag * np.isnan(values)])
    return blocks


def _spread_of_share(share: float) -> float:
    """Spread of a yes/no feature, kept from vanishing so that rare values do not outweigh all."""
    return max(float(np.sqrt(share * (1 - share))), 1 / MOST_WEIGHT)


def _learn_category(column: Column, codes: np.ndarray, flag: float) -> Encoding:
    counts = np.bincount(codes, minlength=len(column.labels)).astype(np.float64)
    common = np.flatnonzero(counts >= _LEAST_COUNT)
    if len(common) > MOST_LEVELS:
        rarity = -np.log(np.maximum(counts, 0.5) / counts.sum())
        centre, scale = robust_scale(rarity[codes])
        return Encoding("frequency", centre, max(scale, 1.0), flag, counts=tuple(counts.tolist()))
    shares = counts / counts.sum()
    spread = np.sqrt(max(1 - float(np.sum(shares**2)), 0.25))
    return Encoding("levels", 0.0, spread, flag, levels=tuple(common.tolist()))


def _learn_date(finite: np.ndarray, local: np.ndarray, flag: float) -> Encoding:
    low, high = float(finite.min()), float(finite.max())
    span = high - low
    times = local % DAY
    cycles = [
        name
        for name, applies in {
            "hour": np.ptp(times) > 0,
            "weekday": span >= 14 * DAY,
            "season": span >= 730 * DAY,
        }.items()
        if applies
    ]
    ordered = finite.size > 2 and bool(np.all(np.diff(finite) >= 0)) and span > 0
    centre, scale = robust_scale(finite)
    if ordered and cycles:
        scale = 0.0  # a clock: every new row is later than all learnt ones
    return Encoding("date", centre, scale, flag, cycles=tuple(cycles), low=low, high=high)


def _encode_scale(encoding: Encoding, values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        z = (values - encoding.centre) / encoding.scale
    z = np.nan_to_num(z, copy=False, nan=0.0, posinf=LIMIT, neginf=-LIMIT)
    return np.clip(z, -LIMIT, LIMIT)[:, None]


def _encode_levels(encoding: Encoding, values: np.ndarray) -> np.ndarray:
    indicators = values[:, None] == np.array(encoding.levels, dtype=np.float64)[None, :]
    other = ~indicators.any(axis=1) & ~np.isnan(values)
    return np.column_stack([indicators, other]) / encoding.scale


def _encode_frequency(encoding: Encoding, values: np.ndarray) -> np.ndarray:
    missing = np.isnan(values)
    codes = np.where(missing, 0, np.minimum(values, len(encoding.counts))).astype(np.int64)
    return np.where(missing, 0.0, encoding.rarity[codes])[:, None]


def _encode_date(encoding: Encoding, values: np.ndarray, zone: str) -> np.ndarray:
    blocks = []
    if encoding.scale > 0:
        blocks.append(_encode_scale(encoding, values)[:, 0])
    known = ~np.isnan(values)
    local = local_time(np.nan_to_num(values), zone) if encoding.cycles else values
    for name in encoding.cycles:
        angle = 2 * np.pi * local / CYCLES[name]
        blocks += [known * np.sin(angle), known * np.cos(angle)]
    return np.column_stack(blocks)
