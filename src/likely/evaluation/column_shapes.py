"""Whether every column of a synthetic table is distributed as the real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.data.table import Table
from likely.evaluation.same_columns import is_nominal, same_columns


@dataclass(frozen=True)
class ColumnShapes:
    """How alike the columns of two tables are distributed, one by one.

    Parameters
    ----------
    names : tuple of str
        The columns.
    similarity : ndarray of shape (columns,)
        Of each column, in [0, 1]; 1 is alike.
    missing : ndarray of shape (columns, 2)
        Shares of missing values, real and synthetic.
    """

    names: tuple[str, ...]
    similarity: np.ndarray
    missing: np.ndarray

    @property
    def mean(self) -> float:
        """Mean similarity of all columns, in [0, 1]."""
        return float(self.similarity.mean())

    @property
    def error(self) -> float:
        """1 less the mean similarity."""
        return 1 - self.mean

    def worst(self, n: int = 3) -> list[tuple[str, float]]:
        """Return the n columns that differ most, with 1 less their similarity.

        Parameters
        ----------
        n : int, default 3
            How many.
        """
        order = np.argsort(self.similarity, kind="stable")[:n]
        return [(self.names[j], float(1 - self.similarity[j])) for j in order]

    def __str__(self) -> str:
        name, most = self.worst(1)[0]
        return (
            f"Columns differ by {self.error:.2%} on average (0% is alike); "
            f"{name!r} most, by {most:.2%}."
        )


def column_shapes(real: Any, synthetic: Any) -> ColumnShapes:
    r"""Compare the distribution of every column.

    Of numbers and dates similarity is $1 - \sup_x |F(x) - G(x)|$ over values that are there
    (Kolmogorov and Smirnov), of categories and booleans
    $1 - \frac12 \sum_k |p_k - q_k|$ (total variation), with missing as one more category.
    Where shares of missing numbers differ more than the distributions, that difference counts.

    Parameters
    ----------
    real : dataframe of any library, array, list, dict or path
        Real rows.
    synthetic : as `real`
        Rows to compare with them, with the same columns in any order.

    Returns
    -------
    ColumnShapes

    Raises
    ------
    DataError
        If the columns are not the same.

    Notes
    -----
    Published figures leave missing numbers out; without any, these are the same. Two samples of one
    distribution are not alike, either: put real rows that were held out beside it, as many.

    References
    ----------
    Patki, N., Wedge, R. & Veeramachaneni, K. (2016). The synthetic data vault. DSAA.
    https://doi.org/10.1109/DSAA.2016.49

    Examples
    --------
    >>> import pyarrow as pa
    >>> real = pa.table({"age": [20, 30, 40, 50], "sex": ["F", "F", "M", "M"]})
    >>> made = pa.table({"age": [20, 30, 40, 40], "sex": ["F", "M", "M", "M"]})
    >>> column_shapes(real, made).similarity
    array([0.75, 0.75])
    """
    return shapes_of(*same_columns(real, synthetic))


def shapes_of(real: Table, synthetic: Table) -> ColumnShapes:
    """Return `column_shapes` of tables that have the same columns already."""
    pairs = list(zip(real.matrix.T, synthetic.matrix.T, strict=True))
    similarity = [
        _levels(a, b) if is_nominal(column) else _numbers(a, b)
        for column, (a, b) in zip(real.columns, pairs, strict=True)
    ]
    missing = [[np.isnan(side).mean() for side in pair] for pair in pairs]
    return ColumnShapes(tuple(real.names), np.array(similarity), np.array(missing))


def _levels(a: np.ndarray, b: np.ndarray) -> float:
    """Return 1 less the total variation; missing is a level."""
    size = int(np.nanmax(np.concatenate([a, b, [0.0]]))) + 2
    p, q = (
        np.bincount(np.where(np.isnan(x), size - 1, x).astype(np.int64), minlength=size) / len(x)
        for x in (a, b)
    )
    return float(1 - np.abs(p - q).sum() / 2)


def _numbers(a: np.ndarray, b: np.ndarray) -> float:
    """Return 1 less the larger of the gap of distributions and that of missing shares."""
    gaps = abs(float(np.isnan(a).mean()) - float(np.isnan(b).mean()))
    a, b = np.sort(a[~np.isnan(a)]), np.sort(b[~np.isnan(b)])
    if not len(a) or not len(b):
        return 1 - gaps
    at = np.concatenate([a, b])
    below = [np.searchsorted(x, at, side="right") / len(x) for x in (a, b)]
    return 1 - max(gaps, float(np.abs(below[0] - below[1]).max()))
