"""Histogram-based outlier score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.params import Interval
from likely.detectors.statistical.columns import SMALLEST_SPREAD

_REACH = 10.0
"""Bins end this many robust spreads from the median, lest one gross value make all others equal."""

_FEWEST_BINS, _MOST_BINS = 8, 64
_ROUNDING = 1e-9
"""In bins: a value on an edge, such as a whole number, belongs to the bin above, rounded or not."""

_MOST_FOUND = 4_000_000  # cells remembered from learning to scoring (32 MB)

_BLOCK_CELLS = 40_000
"""Rows are sorted into bins in blocks of about this many values, which stay in the fast memory."""


class HBOS(Explainer):
    r"""Sum over columns of how empty the histogram is at each value (Goldstein & Dengel, 2012).

    Each column has a histogram of equal bins between its smallest and its largest value, or ten
    robust spreads (interquartile range / 1.349) from its median where they lie farther out, and an
    open bin beyond either end. With c rows in the bin of the value, C rows in the column's fullest
    bin and s = `smoothing`, the column adds

        log((C + s) / (c + s)) + d  nats,

    where d is how far the value lies beyond the outermost edge, in robust spreads: 0 inside, and
    farther is always odder. A column whose value lies in its fullest bin adds nothing. The score
    is minus the sum.

    Parameters
    ----------
    n_bins : int in [2, 1000] or "auto", default "auto"
        Bins a column, the open ones aside. "auto" is 2 n^(1/3) for n rows (Rice's rule), at least
        8 and at most 64.
    smoothing : float in (0, 100], default 0.1
        Rows added to every bin: an empty bin counts as if it held this many.

    Attributes
    ----------
    lowest_, highest_ : ndarray of shape (width,)
        Where the first bin of each feature begins and the last one ends.
    surprises_ : ndarray of shape (width, bins)
        Nats of each bin; the first and the last bin are the open ones.

    Warnings
    --------
    Columns are taken as independent: broken correlations are missed, and columns that tell the
    same thing count twice. Two values that differ by a hair can lie in different bins.

    Notes
    -----
    **Intuition.** A histogram for each column; a value in an empty bin is odd.

    **Formula.** $O(x) = \sum_j \log \frac{C_j + s}{c_j(x_j) + s} + d_j(x_j)$, where c_j(x_j) are
    the rows in the bin of the value, C_j those in the fullest bin of column j, s is `smoothing`,
    and d_j how far the value lies beyond all bins. The score is −O(x).

    **When to use.** Very many rows; values in a gap between two heaps.

    **Where it fails.** Relations between columns; results hang on where bins begin.

    **Cost.** Two passes, one for the ends of the bins and one to count: of order n d to learn, d to
    judge a row.

    References
    ----------
    Goldstein, M. & Dengel, A. (2012). Histogram-based outlier score (HBOS): a fast unsupervised
    anomaly detection algorithm. KI-2012: Poster and Demo Track, 59-63.
    https://www.goldiges.de/publications/HBOS-KI-2012.pdf

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import HBOS
    >>> rng = np.random.default_rng(0)
    >>> rows = np.where(rng.random((300, 1)) < 0.5, 0.0, 10.0) + rng.normal(size=(300, 1))
    >>> HBOS().fit(rows).predict([[0.0], [10.0], [5.0]])  # a value in the gap is odd, too
    array([ 1,  1, -1])
    """

    card = {
        "kinds": ["table"],
        "paper": "https://www.goldiges.de/publications/HBOS-KI-2012.pdf",
    }
    _state_spec = {
        "lowest_": Array("width"),
        "highest_": Array("width"),
        "surprises_": Array("width", "bin", low=0.0),
    }

    lowest_: np.ndarray
    highest_: np.ndarray
    surprises_: np.ndarray

    def __init__(
        self,
        n_bins: Annotated[int, Interval(2, 1000)] | Literal["auto"] = "auto",
        smoothing: Annotated[float, Interval(0, 100, open_low=True)] = 0.1,
    ) -> None:
        self.n_bins = n_bins
        self.smoothing = smoothing

    def _check_state(self) -> None:
        if self.surprises_.shape[1] < 3:
            raise ValueError(f"surprises of shape {self.surprises_.shape} leave no bin inside")
        if (self.lowest_ > self.highest_).any():
            raise ValueError("a feature's bins end before they begin")

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        n, width = x.shape
        inside = rice_bins(n) if self.n_bins == "auto" else int(self.n_bins)
        few = x.size <= _MOST_FOUND
        blocks = list(_blocks(x)) if few else None
        ends = [(each.min(axis=1), each.max(axis=1)) for _, each in blocks or _blocks(x)]
        self.lowest_ = np.clip(np.min([least for least, _ in ends], axis=0), -_REACH, _REACH)
        self.highest_ = np.clip(np.max([most for _, most in ends], axis=0), -_REACH, _REACH)
        counts = np.zeros(width * (inside + 2), dtype=np.int64)
        self._found = []  # where the training rows are, so that they need not be looked up twice
        for (rows, columns), (least, most) in zip(blocks or _blocks(x), ends, strict=True):
            outside = self._outside(least, most)
            cells = self._cells(columns, outside, inside)
            counts += np.bincount(cells.ravel(), minlength=len(counts))
            if few:
                self._found.append((rows, columns, outside, cells))
        filled = np.log(counts.reshape(width, inside + 2) + self.smoothing)
        self.surprises_ = filled.max(axis=1, keepdims=True) - filled

    def _score(self, x: np.ndarray) -> np.ndarray:
        scores = np.empty(len(x))
        for rows, columns in _blocks(x):
            scores[rows] = -self._surprises(columns).sum(axis=0)
        return scores

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        found, self._found = self._found, []
        if not found:
            return self._score(x)
        scores = np.empty(len(x))
        for rows, *known in found:
            scores[rows] = -self._looked_up(*known).sum(axis=0)
        return scores

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._surprises(x.T).T

    def _surprises(self, columns: np.ndarray) -> np.ndarray:
        """Return the nats of each value, shape (width, n)."""
        outside = self._outside(columns.min(axis=1), columns.max(axis=1))
        cells = self._cells(columns, outside, self.surprises_.shape[1] - 2)
        return self._looked_up(columns, outside, cells)

    def _looked_up(self, columns: np.ndarray, outside: np.ndarray, cells: np.ndarray) -> np.ndarray:
        surprises = self.surprises_.ravel().take(cells)
        for j in outside:
            surprises[j] += np.maximum(self.lowest_[j] - columns[j], 0.0)
            surprises[j] += np.maximum(columns[j] - self.highest_[j], 0.0)
        return surprises

    def _outside(self, least: np.ndarray, most: np.ndarray) -> np.ndarray:
        """Return which features have values in an open bin."""
        return np.flatnonzero((least < self.lowest_) | (most > self.highest_))

    def _cells(self, columns: np.ndarray, outside: np.ndarray, inside: int) -> np.ndarray:
        """Return where each value's bin is among those of all features, shape (width, n)."""
        lowest = self.lowest_[:, None]
        span = self.highest_[:, None] - lowest
        bins = inside / np.where(span > SMALLEST_SPREAD, span, np.inf)  # per unit
        position = columns * bins
        position += _ROUNDING - lowest * bins
        cells = np.clip(position, 0.0, inside - 1.0, out=position).astype(np.intp)
        cells += np.arange(1, len(columns) * (inside + 2), inside + 2)[:, None]
        for j in outside:
            cells[j] += columns[j] > self.highest_[j]
            cells[j] -= columns[j] < self.lowest_[j]
        return cells


def _blocks(x: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield rows and their values by column, shape (width, block), side by side in memory."""
    step = max(1, _BLOCK_CELLS // x.shape[1])
    for start in range(0, len(x), step):
        rows = slice(start, start + step)
        yield rows, np.ascontiguousarray(x[rows].T)


def rice_bins(n: int) -> int:
    """Return how many bins suit n values: 2 n^(1/3), at least 8 and at most 64."""
    return int(np.clip(np.ceil(2 * np.cbrt(n)), _FEWEST_BINS, _MOST_BINS))
