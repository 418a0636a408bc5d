"""The detectors' view of a column: a few bounded, robustly scaled, finite features.

| kind | features |
|---|---|
| number, boolean | (value - median) / (interquartile range / 1.349); the standard deviation stands in where half of the values are equal |
| category, few | one indicator a level, one more for all rarer and unseen ones; together they weigh like one number |
| category, many | minus the logarithm of the level's frequency |
| date | position in time, unless rows are in order of time; hour of day, day of week, day of year on circles |
| anything with gaps | one more feature: is it missing |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from likely.data.column import Column

LIMIT = 1e50
"""Features end here, so that their squares and sums stay finite whatever the data hold."""

MOST_LEVELS = 12
_LEAST_COUNT = 2
_DAY = 86_400e6
_CYCLES = {"hour": _DAY, "weekday": 7 * _DAY, "season": 365.2425 * _DAY}

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
    def plain(self) -> bool:
        """Whether it is one shifted and scaled number and no more."""
        return self.rule == "scale" and self.flag == 0

    def to_json(self) -> dict[str, Any]:
        """Return the encoding as plain JSON values."""
        stored = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in stored.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Encoding:
        """Rebuild an encoding from `to_json`."""
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()})


def learn_encoding(column: Column, values: np.ndarray) -> Encoding:
    """Learn how a column becomes features from its values."""
    finite = values[np.isfinite(values)]
    missing = float(np.isnan(values).mean())
    flag = 1.0 / _spread_of_share(missing) if 0 < missing < 1 else 0.0
    if finite.size == 0:
        return Encoding("scale", flag=flag)
    bounds = {"low": float(finite.min()), "high": float(finite.max())}
    if column.kind == "category":
        return _learn_category(column, finite.astype(np.int64), flag)
    if column.kind == "date":
        return _learn_date(values, finite, flag, bounds)
    centre, scale = robust_scale(finite)
    return Encoding("scale", centre, scale, flag, **bounds)


def robust_scale(values: np.ndarray) -> tuple[float, float]:
    """Return the median and a robust spread that is never zero."""
    low, centre, high = np.quantile(values, [0.25, 0.5, 0.75])
    with np.errstate(over="ignore"):
        scale = (high - low) / 1.349
    if not scale > 0:
        size = np.abs(values - centre).max()
        scale = size * np.std((values - centre) / size) if size > 0 else 0.0
    if not np.isfinite(scale):
        scale = np.finfo(np.float64).max / 8
    if scale <= np.finfo(np.float64).tiny / np.finfo(np.float64).eps:
        scale = max(abs(float(centre)), 1.0) if values.min() == values.max() else scale
    return float(centre), float(scale) if scale > 0 else 1.0


def encode(encoding: Encoding, column: Column, values: np.ndarray) -> np.ndarray:
    """Return the features of one column: (n, encoding.width) float64, finite."""
    blocks = {
        "scale": _encode_scale,
        "levels": _encode_levels,
        "frequency": _encode_frequency,
        "date": _encode_date,
    }[encoding.rule](encoding, values)
    if encoding.flag > 0:
        blocks = np.column_stack([blocks, encoding.flag * np.isnan(values)])
    return blocks


def _spread_of_share(share: float) -> float:
    """Spread of a yes/no feature, kept from vanishing so that rare values weigh at most 4."""
    return float(np.sqrt(max(share * (1 - share), 1 / 16)))


def _learn_category(column: Column, codes: np.ndarray, flag: float) -> Encoding:
    counts = np.bincount(codes, minlength=len(column.labels)).astype(np.float64)
    common = np.flatnonzero(counts >= _LEAST_COUNT)
    if len(common) > MOST_LEVELS:
        rarity = -np.log(np.maximum(counts, 0.5) / counts.sum())
        centre, scale = robust_scale(rarity[codes])
        return Encoding(
            "frequency", centre, max(scale, 1.0), flag, counts=tuple(counts.tolist())
        )
    shares = counts / counts.sum()
    spread = np.sqrt(max(1 - float(np.sum(shares**2)), 0.25))
    return Encoding("levels", 0.0, spread, flag, levels=tuple(common.tolist()))


def _learn_date(
    values: np.ndarray, finite: np.ndarray, flag: float, bounds: dict[str, float]
) -> Encoding:
    span = bounds["high"] - bounds["low"]
    times = finite % _DAY
    cycles = [
        name
        for name, applies in {
            "hour": np.ptp(times) > 0,
            "weekday": span >= 14 * _DAY,
            "season": span >= 730 * _DAY,
        }.items()
        if applies
    ]
    ordered = finite.size > 2 and bool(np.all(np.diff(finite) >= 0)) and span > 0
    centre, scale = robust_scale(finite)
    if ordered and cycles:
        scale = 0.0  # a clock: every new row is later than all learnt ones
    return Encoding("date", centre, scale, flag, cycles=tuple(cycles), **bounds)


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
    counts = np.array([*encoding.counts, 0.5])
    total = counts.sum() - 0.5
    missing = np.isnan(values)
    codes = np.where(missing, 0, np.minimum(np.nan_to_num(values), len(counts) - 1))
    rarity = -np.log(np.maximum(counts[codes.astype(np.int64)], 0.5) / total)
    return np.where(missing, 0.0, (rarity - encoding.centre) / encoding.scale)[:, None]


def _encode_date(encoding: Encoding, values: np.ndarray) -> np.ndarray:
    blocks = []
    if encoding.scale > 0:
        blocks.append(_encode_scale(encoding, values)[:, 0])
    known = ~np.isnan(values)
    for name in encoding.cycles:
        angle = 2 * np.pi * np.nan_to_num(values) / _CYCLES[name]
        blocks += [known * np.sin(angle), known * np.cos(angle)]
    return np.column_stack(blocks)
