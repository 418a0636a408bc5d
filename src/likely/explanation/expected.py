"""The usual values of one column, and how far from them a value is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.explanation.dates import phase_shares
from likely.explanation.design import Part

LEVELS = np.array([0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
"""Quantiles of what is usual: the ends give the range, the middle five are put in a row's place."""

MOST_ODD = 10.0
"""Oddness ends here: further out, only the model's own score tells columns apart."""


@dataclass(frozen=True)
class Expected:
    """What is usual for one column in each of n rows, and how far off the rows are.

    Parameters
    ----------
    part : Part
        The column.
    best, low, high : ndarray of shape (n,)
        The value to expect and the range that holds 90 % of likely rows, as stored values. Columns
        without an order have the expected level in all three.
    draws : ndarray of shape (n, 5)
        Values to put in the row's place, together like a draw from the likely ones.
    oddness : ndarray of shape (n,)
        0 where the value is the expected one, about 1 at the end of what is usual, and rising.
    depends : bool
        Whether the other columns tell anything about this one.
    """

    part: Part
    best: np.ndarray
    low: np.ndarray
    high: np.ndarray
    draws: np.ndarray
    oddness: np.ndarray
    depends: bool


def expect_number(
    part: Part, values: np.ndarray, quantiles: np.ndarray, rows: int, *, depends: bool
) -> Expected:
    """Return what is usual for a column of numbers or dates.

    Parameters
    ----------
    part : Part
        The column.
    values : ndarray of shape (n,)
        What the rows have there.
    quantiles : ndarray of shape (n, 7)
        The quantiles `LEVELS` of what is usual in each row, as stored values.
    rows : int
        How many likely rows they come from.
    depends : bool
        Whether they depend on the other columns.
    """
    oddness = _distance(part, values, quantiles) if part.measured else np.zeros(len(values))
    quantiles = _as_occurring(part, quantiles)
    low, best, high = quantiles[:, 0], quantiles[:, 3], quantiles[:, -1]
    for shares in phase_shares(part, values).values():
        oddness = np.maximum(oddness, _rarity(shares, rows))
    return Expected(
        part,
        best,
        low,
        high,
        _with_gaps(part, quantiles[:, 1:-1]),
        _gap_oddness(part, values, oddness, rows),
        depends,
    )


def expect_level(
    part: Part, values: np.ndarray, shares: np.ndarray, rows: int, depends: bool
) -> Expected:
    """Return what is usual for a column of categories or of yes and no.

    Parameters
    ----------
    part : Part
        The column.
    values : ndarray of shape (n,)
        What the rows have there.
    shares : ndarray of shape (n, levels)
        How likely each of `part.levels` is in each row; need not sum to 1.
    rows : int
        How many likely rows they come from.
    depends : bool
        Whether they depend on the other columns.
    """
    floor = 0.5 / rows
    if not len(part.levels):
        gap = np.full(len(values), np.nan)
        odd = _gap_oddness(part, values, np.zeros(len(values)), rows)
        return Expected(part, gap, gap, gap, np.tile(gap[:, None], 5), odd, depends)
    shares = np.maximum(shares, floor)
    shares /= shares.sum(axis=1, keepdims=True)
    order = np.argsort(-shares, axis=1, kind="stable")
    climbing = np.cumsum(np.take_along_axis(shares, order, axis=1), axis=1)
    best = part.levels[order[:, 0]]
    picks = (climbing[:, None, :-1] < LEVELS[None, 1:-1, None]).sum(axis=2)  # (n, 5)
    draws = part.levels[np.take_along_axis(order, picks, axis=1)]
    own = np.where(values[:, None] == part.levels, shares, 0.0).sum(axis=1)
    odd = _rarity(as_rare_as(np.maximum(own, floor), shares), rows)
    # a sample cannot show how rare something is that never occurred at all
    odd = np.where(_never_occurred(part, values), 2 * odd, odd)
    odd = _gap_oddness(part, values, odd, rows)
    return Expected(part, best, best, best, _with_gaps(part, draws), odd, depends)


def usual_alone(part: Part) -> np.ndarray:
    """Return the quantiles `LEVELS` of a column's likely values, whatever the other columns say."""
    if not len(part.values):
        return np.full(len(LEVELS), part.encoding.centre)
    return np.quantile(part.values, LEVELS, method="nearest")


def as_rare_as(own: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return how often a level as rare as this one, or rarer, occurs.

    One of forty equally common levels is not odd, though each is rare. Shares within a factor of
    2.5 count as equal, since they are estimates; so a new level is as common as one that occurred
    once.

    Parameters
    ----------
    own : ndarray of shape (n,)
        Shares of the levels in question.
    shares : ndarray of shape (n, levels)
        Shares of all levels.
    """
    return np.where(shares <= 2.5 * own[:, None], shares, 0.0).sum(axis=1)


def _as_occurring(part: Part, values: np.ndarray) -> np.ndarray:
    """Keep predictions to what occurs: inside the range, whole if all are, real dates."""
    if not len(part.values):
        return values
    values = np.clip(values, part.values[0], part.values[-1])
    if part.column.kind == "date":
        place = np.clip(np.searchsorted(part.values, values), 1, max(len(part.values) - 1, 1))
        below, above = part.values[place - 1], part.values[np.minimum(place, len(part.values) - 1)]
        return np.where(values - below < above - values, below, above)
    return np.round(values) if part.column.integer else values


def _distance(part: Part, values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return how far values are from the middle, in widths of the usual range on that side."""
    low, best, high = quantiles[:, 0], quantiles[:, 3], quantiles[:, -1]
    # a range of no width still has a unit: a small part of the spread of all values
    least = 0.05 * part.encoding.scale
    with np.errstate(over="ignore", invalid="ignore"):
        up = (values - best) / np.maximum(high - best, least)
        down = (best - values) / np.maximum(best - low, least)
    return np.clip(np.nan_to_num(np.maximum(up, down)), 0.0, MOST_ODD)


def _never_occurred(part: Part, values: np.ndarray) -> np.ndarray:
    """Tell which categories came in none of the rows learnt from."""
    counts = np.array([*(part.encoding.counts or (1.0,) * len(part.column.labels)), 0.0])
    codes = np.clip(np.nan_to_num(values), 0, len(counts) - 1).astype(np.int64)
    return (counts[codes] == 0) & (part.column.kind == "category") & ~np.isnan(values)


def _with_gaps(part: Part, draws: np.ndarray) -> np.ndarray:
    """Leave as many of the draws missing as likely rows are."""
    draws = draws.copy()
    # from the outside in, so that the middle stays longest
    draws[:, [0, 4, 1, 3, 2][: round(5 * part.gaps)]] = np.nan
    return draws


def _gap_oddness(part: Part, values: np.ndarray, odd: np.ndarray, rows: int) -> np.ndarray:
    """Return the oddness of values, also of being missing and of not being missing."""
    present = np.maximum(odd, _rarity(np.array(1 - part.gaps), rows))
    return np.where(np.isnan(values), _rarity(np.array(part.gaps), rows), present)


def _rarity(share: np.ndarray, rows: int) -> np.ndarray:
    """Oddness of something that happens with this share: 1 at 5 %."""
    return np.log(np.clip(share, 0.5 / rows, 1.0)) / np.log(0.05)
