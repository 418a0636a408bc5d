"""Whether every two columns of a synthetic table go together as the real ones do."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from likely.core.errors import ParameterError
from likely.core.random import generator, some_rows
from likely.data.table import Table
from likely.evaluation.same_columns import is_nominal, same_columns

_BINS = 10
_DENSE = 4  # cells of a table of counts for each row; with more, only those that occur are counted


@dataclass(frozen=True)
class PairTrends:
    """How alike the relations of every two columns are in two tables.

    Parameters
    ----------
    names : tuple of str
        The columns.
    similarity : ndarray of shape (columns, columns)
        Of each pair, in [0, 1]; 1 is alike. NaN on the diagonal, and for pairs left out.
    """

    names: tuple[str, ...]
    similarity: np.ndarray

    @property
    def pairs(self) -> int:
        """How many pairs were compared."""
        return int(np.isfinite(self.similarity).sum()) // 2

    @property
    def mean(self) -> float:
        """Mean similarity of all pairs, in [0, 1]; 1 if there is none."""
        return float(np.nanmean(self.similarity)) if self.pairs else 1.0

    @property
    def error(self) -> float:
        """1 less the mean similarity."""
        return 1 - self.mean

    def worst(self, n: int = 3) -> list[tuple[str, str, float]]:
        """Return the n pairs that differ most, with 1 less their similarity.

        Parameters
        ----------
        n : int, default 3
            How many.
        """
        first, second = np.triu_indices(len(self.names), 1)
        away = 1 - self.similarity[first, second]
        order = np.argsort(-away, kind="stable")  # NaN comes last
        order = order[np.isfinite(away[order])][:n]
        return [(self.names[first[k]], self.names[second[k]], float(away[k])) for k in order]

    def __str__(self) -> str:
        if not self.pairs:
            return "There are no two columns to compare."
        one, other, most = self.worst(1)[0]
        return (
            f"Pairs of columns differ by {self.error:.2%} on average over {self.pairs:,} (0% is "
            f"alike); {one!r} with {other!r} most, by {most:.2%}."
        )


def pair_trends(real: Any, synthetic: Any, *, most: int = 20_000, seed: int = 0) -> PairTrends:
    r"""Compare how every two columns go together.

    Of two columns of numbers or dates similarity is $1 - |r - s| / 2$ with Pearson's correlations
    r and s of rows that have both. Of two columns of levels it is
    $1 - \frac12 \sum_{kl} |p_{kl} - q_{kl}|$, with missing as one more level. Where one of the two
    holds numbers, these are cut into 10 bins of equal width between the smallest and the largest
    real one, and one below and one above.

    Parameters
    ----------
    real : dataframe of any library, array, list, dict or path
        Real rows.
    synthetic : as `real`
        Rows to compare with them, with the same columns in any order.
    most : int in [1, inf), default 20000
        Pairs that are compared at most; of more, so many are drawn.
    seed : int in [0, inf), default 0
        Of that draw.

    Returns
    -------
    PairTrends

    Raises
    ------
    DataError
        If the columns are not the same.
    ParameterError
        If `most` is below 1.

    Notes
    -----
    A column that does not vary is correlated with nothing (0). The figure knows little of numbers:
    a relation that is no straight line is invisible to a correlation. A `two_sample_test` sees it.

    References
    ----------
    Patki, N., Wedge, R. & Veeramachaneni, K. (2016). The synthetic data vault. DSAA.
    https://doi.org/10.1109/DSAA.2016.49

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(500, 1))
    >>> print(pair_trends(np.hstack([x, x]), np.hstack([x, -x])))
    Pairs of columns differ by 100.00% on average over 1 (0% is alike); 'column_0' with 'column_1' most, by 100.00%.
    """  # noqa: E501 - what is printed
    if most < 1:
        raise ParameterError(f"most must be an integer of at least 1. Got {most!r}.")
    return trends_of(*same_columns(real, synthetic), most=most, seed=seed)


def trends_of(real: Table, synthetic: Table, *, most: int = 20_000, seed: int = 0) -> PairTrends:
    """Return `pair_trends` of tables that have the same columns already."""
    width = len(real.columns)
    nominal = np.array([is_nominal(column) for column in real.columns])
    similarity = np.full((width, width), np.nan)
    numbers = np.flatnonzero(~nominal)
    before, after = (correlations(table.matrix[:, numbers]) for table in (real, synthetic))
    similarity[np.ix_(numbers, numbers)] = 1 - np.abs(before - after) / 2
    codes = [
        _codes(a, b, levels=bool(of_levels))
        for a, b, of_levels in zip(real.matrix.T, synthetic.matrix.T, nominal, strict=True)
    ]
    every = np.array(list(combinations(range(width), 2)), dtype=np.int64).reshape(-1, 2)
    chosen = every[some_rows(len(every), most, generator(seed))]
    for i, j in chosen.tolist():
        if nominal[i] or nominal[j]:
            similarity[i, j] = similarity[j, i] = _contingency(codes[i], codes[j])
    asked = np.zeros((width, width), dtype=bool)
    asked[tuple(chosen.T)] = True
    similarity[~(asked | asked.T)] = np.nan
    return PairTrends(tuple(real.names), similarity)


def correlations(x: np.ndarray) -> np.ndarray:
    """Return Pearson's correlations of columns over rows that have both; 0 where there is none.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        NaN is missing, and so is what is infinite.

    Returns
    -------
    ndarray of shape (width, width)
        1 on the diagonal.
    """
    there = np.isfinite(x)
    z = np.where(there, x, 0.0)
    size = np.maximum(np.abs(z).max(axis=0, initial=0.0), np.finfo(np.float64).tiny)
    z = z / size  # neither squares of large values nor those of small ones get lost
    m = there.astype(np.float64)
    z -= there * (z.sum(axis=0) / np.maximum(m.sum(axis=0), 1))  # sums lose fewer digits near zero
    spread = np.sqrt((z**2).sum(axis=0) / np.maximum(m.sum(axis=0), 1))
    moves = spread > 1e-12  # of values of size 1: less is rounding
    z = z / np.where(moves, spread, 1.0)
    n = np.maximum(m.T @ m, 1)
    sums, squares = z.T @ m, (z**2).T @ m  # of the first column, over rows that have both
    covariance = z.T @ z / n - sums * sums.T / n**2
    variance = squares / n - (sums / n) ** 2
    scale = np.sqrt(np.maximum(variance * variance.T, 0.0))
    tells = (scale > 1e-9) & moves[:, None] & moves
    found = np.where(tells, covariance / np.where(tells, scale, 1.0), 0.0)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1.0, 1.0)


def _codes(a: np.ndarray, b: np.ndarray, *, levels: bool) -> tuple[np.ndarray, np.ndarray, int]:
    """Return values as whole numbers, those missing as the last, and how many there are."""
    if levels:
        size = int(np.nanmax(np.concatenate([a, b, [0.0]]))) + 2
        both = [np.where(np.isnan(x), size - 1, x).astype(np.int64) for x in (a, b)]
        return both[0], both[1], size
    known = a[np.isfinite(a)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    edges = low + (high - low) * np.linspace(0, 1, _BINS + 1) if high - low < np.inf else low
    edges = np.append(np.atleast_1d(edges)[:-1], np.nextafter(high, np.inf))  # the largest belongs
    size = len(edges) + 2
    both = [
        np.where(np.isnan(x), size - 1, np.searchsorted(edges, x, side="right")) for x in (a, b)
    ]
    return both[0], both[1], size


def _contingency(
    one: tuple[np.ndarray, np.ndarray, int], other: tuple[np.ndarray, np.ndarray, int]
) -> float:
    """Return 1 less the total variation of two columns together."""
    size = one[2] * other[2]
    cells = [a * other[2] + b for a, b in zip(one[:2], other[:2], strict=True)]
    lengths = [len(side) for side in cells]
    if size > _DENSE * sum(lengths):
        _, place = np.unique(np.concatenate(cells), return_inverse=True)
        cells, size = np.split(place, lengths[:1]), int(place.max()) + 1
    p, q = (np.bincount(side, minlength=size) / len(side) for side in cells)
    return float(1 - np.abs(p - q).sum() / 2)
