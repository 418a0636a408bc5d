"""The generators' view of a column: its values, cut into pieces of which each is drawn as a whole.

| piece | what it holds |
|---|---|
| 0, missing | no value |
| 1, unseen | every value that lies in no other piece, or a label never seen |
| an atom | one value that many rows share, such as 0 or 40 hours; a label |
| an interval | numbers between two bounds, which are about equally likely; several rare labels |

A model of pieces is a model of mixed columns: what is left to know of a value once its piece is
known is where in the interval it lies, and that is even. So a probability of pieces is a density
of values, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.data.column import Column
from likely.data.features import robust_scale
from likely.data.steps import step_of

MISSING, UNSEEN, FIRST = 0, 1, 2
_LEAST = 12  # rows in an interval
_MOST = 256  # intervals of numbers
_MOST_DATES = 1_024
_MOST_LABELS = 1_000


@dataclass(frozen=True)
class Pieces:
    """How the values of one column are cut.

    Parameters
    ----------
    low, high : ndarray of shape (pieces,)
        Where each piece begins and ends: equal for atoms; an interval holds `low <= value < high`.
        Missing, unseen and labels have none: 0 stands there.
    step : float
        Numbers are multiples of it, such as whole ones; 0 if they are not.
    centre, scale : float
        Median and robust spread of the numbers, for those never seen.
    labels : ndarray of int, shape (labels,)
        The piece of each label; empty for numbers and dates.
    shares : ndarray of shape (labels,)
        How likely each label is, given its piece.
    """

    low: np.ndarray
    high: np.ndarray
    step: float
    centre: float
    scale: float
    labels: np.ndarray
    shares: np.ndarray

    def __len__(self) -> int:
        return len(self.low)

    @cached_property
    def volume(self) -> np.ndarray:
        """Logarithm of the width of each piece in the column's own units, 0 for atoms."""
        half = self.high / 2 - self.low / 2  # a width may be beyond the largest number
        return np.where(half > 0, np.log(np.where(half > 0, half, 1.0)) + np.log(2.0), 0.0)

    @cached_property
    def middle(self) -> np.ndarray:
        """The mean value of each piece of numbers."""
        return self.low / 2 + self.high / 2

    def code(self, values: np.ndarray) -> np.ndarray:
        """Return the piece of every value, shape (n,) of int."""
        missing = np.isnan(values)
        known = np.where(missing, 0.0, values)
        if len(self.labels):
            place = np.minimum(known.astype(np.int64), len(self.labels))
            found = np.append(self.labels, UNSEEN)[place]
        elif len(self) == FIRST:
            found = np.full(len(values), UNSEEN)
        else:
            found = np.searchsorted(self.low[FIRST:], known, side="right") + FIRST - 1
            low, high = self.low[found], self.high[found]
            inside = (found >= FIRST) & np.where(low == high, known == low, known < high)
            found = np.where(inside, found, UNSEEN)
        return np.where(missing, MISSING, found)

    def nearest(self, codes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return pieces in which those of numbers never seen are the nearest ones with values."""
        if len(self.labels) or len(self) == FIRST or not (codes == UNSEEN).any():
            return codes
        known = np.nan_to_num(values, posinf=np.inf, neginf=-np.inf)
        below = np.searchsorted(self.low[FIRST:], known, side="right") + FIRST - 1
        return np.where(codes == UNSEEN, np.clip(below, FIRST, len(self) - 1), codes)

    def log_density(self, codes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return the log-density of values given their pieces, in nats, shape (n,).

        Of a number never seen it is that of a Cauchy distribution as wide as the column; of a label
        never seen it is 0.
        """
        found = -self.volume[codes]
        if len(self.labels):
            with np.errstate(divide="ignore"):
                shares = np.log(np.append(self.shares, 1.0))
            place = np.minimum(np.nan_to_num(values).astype(np.int64), len(self.labels))
            return np.where(codes == MISSING, 0.0, shares[place])
        unseen = codes == UNSEEN
        if unseen.any():
            with np.errstate(over="ignore"):
                away = (values[unseen] - self.centre) / self.scale
            away = np.clip(away, -1e150, 1e150)
            found[unseen] = -np.log(np.pi) - np.log(self.scale) - np.log1p(away**2)
        return found

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a value of every piece, shape (n,); of `UNSEEN` there is none to draw."""
        if len(self.labels):
            return self._draw_labels(codes, rng.random(len(codes)))
        values = self.draw_between(self.low[codes], self.high[codes], rng)
        return np.where(codes == MISSING, np.nan, values)

    def draw_between(
        self, low: np.ndarray, high: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw a number between bounds that lie in one piece each, shape (n,).

        Parameters
        ----------
        low, high : ndarray of shape (n,)
            Bounds, halfway between two steps if numbers have steps; equal where nothing is open.
        rng : Generator
            Draws the numbers.
        """
        u = rng.random(len(low))
        values = low * (1 - u) + high * u  # their difference may be beyond the largest number
        inside = self.on_step(values) if self.step else np.minimum(values, np.nextafter(high, low))
        return np.where(high > low, inside, low)

    def within(self, values: np.ndarray) -> np.ndarray:
        """Return numbers put into the range of those learnt."""
        return np.clip(values, self.low[FIRST:].min(), self.high[FIRST:].max())

    def on_step(self, values: np.ndarray) -> np.ndarray:
        """Return the nearest multiples of the step, written as a person would; all, without one."""
        if not self.step > 0:
            return values
        if self.step >= 1:
            return np.rint(values / self.step) * self.step
        whole = np.rint(1 / self.step)  # 0.35 rather than 0.35000000000000003
        return np.rint(values * whole) / whole

    def _draw_labels(self, codes: np.ndarray, u: np.ndarray) -> np.ndarray:
        order = np.lexsort((-self.shares, self.labels))
        piece = self.labels[order]
        reached = np.cumsum(self.shares[order]) + 0.0
        before = np.concatenate([[0.0], reached])[np.searchsorted(piece, np.arange(len(self)))]
        total = np.bincount(self.labels, self.shares, minlength=len(self))
        wanted = before[codes] + u * total[codes] * (1 - 1e-12)
        place = np.minimum(np.searchsorted(reached, wanted, side="right"), len(order) - 1)
        return np.where(codes == MISSING, np.nan, order[place].astype(np.float64))


def learn_pieces(column: Column, values: np.ndarray, most: int | None = None) -> Pieces:
    """Cut the values of a column.

    Numbers and dates that many rows share become atoms; between them, intervals hold about as many
    rows each, and fewer towards the ends, where rows lie far apart.

    Parameters
    ----------
    column : Column
        Its description.
    values : ndarray of float64, shape (n,)
        As `Column.kind` says; NaN is missing.
    most : int, optional
        About how many intervals at most. By default 256, and 1,024 for dates: what rows of a few
        hours have in common is not known from those of a week.
    """
    if most is None:
        most = _MOST_DATES if column.kind == "date" else _MOST
    known = values[~np.isnan(values)]
    if column.kind == "category":
        return _of_labels(np.bincount(known.astype(np.int64), minlength=len(column.labels)))
    known = known[np.isfinite(known)]
    if not len(known):
        return _made([], [], 0.0, 0.0, 1.0)
    distinct, counts = np.unique(known, return_counts=True)
    step = step_of(column, distinct)
    many = 2 if len(distinct) <= most and len(known) >= 4 * len(distinct) else len(known) / most
    is_atom = (counts >= max(2.0, many)) | (len(distinct) == 1)
    low, high = list(distinct[is_atom]), list(distinct[is_atom])
    for start, stop in _runs(~is_atom):
        edges = _edges(distinct[start:stop], counts[start:stop], step, most / len(known))
        low += list(edges[:-1])
        high += list(edges[1:])
    return _made(low, high, step, *robust_scale(known))


def _of_labels(counts: np.ndarray) -> Pieces:
    """Cut labels: one piece each, and one for all that are rare among very many."""
    order = np.argsort(-counts, kind="stable")
    own, rare = order[:_MOST_LABELS], order[_MOST_LABELS:]
    pieces = np.empty(len(counts), dtype=np.int64)
    pieces[np.sort(own)] = FIRST + np.arange(len(own))
    pieces[rare] = FIRST + len(own)
    total = np.bincount(pieces, counts, minlength=FIRST + len(own) + 1)[pieces]
    alone = np.bincount(pieces, minlength=FIRST + len(own) + 1)[pieces]
    shares = np.where(total > 0, counts / np.maximum(total, 1), 1 / alone)
    none = np.zeros(FIRST)
    size = np.zeros(len(own) + (len(rare) > 0))
    edges = np.concatenate([none, size])
    return Pieces(edges, edges, 0.0, 0.0, 1.0, pieces, shares)


def _made(
    low: Sequence[float], high: Sequence[float], step: float, centre: float, scale: float
) -> Pieces:
    order = np.lexsort((np.asarray(high), np.asarray(low)))
    none = np.zeros(FIRST)
    bottom = np.concatenate([none, np.asarray(low, dtype=np.float64)[order]])
    top = np.concatenate([none, np.asarray(high, dtype=np.float64)[order]])
    return Pieces(bottom, top, step, centre, scale, np.empty(0, dtype=np.int64), np.empty(0))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Return begin and end of every run of True."""
    change = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return list(zip(change[::2].tolist(), change[1::2].tolist(), strict=True))


def _edges(distinct: np.ndarray, counts: np.ndarray, step: float, density: float) -> np.ndarray:
    """Return bounds of intervals over a run of numbers of which none is an atom.

    Parameters
    ----------
    distinct, counts : ndarray of shape (n,)
        Ascending numbers, and how many rows have each.
    step : float
        Of the numbers.
    density : float
        Intervals a row.
    """
    half = step / 2
    first = distinct[0] - half
    last = distinct[-1] + half if step > 0 else np.nextafter(distinct[-1], np.inf)
    if step == 0 and len(distinct) == 1:  # a rare value between two atoms: about as wide as it is
        reach = max(abs(distinct[0]), 1e-300) * 1e-6
        return np.array([distinct[0] - reach, distinct[0] + reach])
    rows = np.cumsum(counts)
    total = int(rows[-1])
    wanted = np.unique(np.concatenate([_places(total, density), total - _places(total, density)]))
    cut = np.unique(np.searchsorted(rows, wanted[(wanted > 0) & (wanted < total)]))
    cut = cut[cut < len(distinct) - 1]
    between = distinct[cut] / 2 + distinct[cut + 1] / 2
    if step > 0:
        between = np.floor(between / step) * step + half
        between = np.where(between < distinct[cut], between + step, between)
    return np.unique(np.concatenate([[first], between, [last]]))


def _places(total: int, density: float) -> np.ndarray:
    """Return after how many rows to cut, from an end to the middle: ever wider, then evenly."""
    size = max(_LEAST, 1 / density)
    near = _LEAST * 2.0 ** np.arange(max(0, int(np.log2(size / _LEAST)) + 1))
    far = np.arange(size, total / 2 + size, size)
    return np.concatenate([near[near < size], far])
