"""Comparing methods over many data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.evaluation.ranking import average_ranks


def mean_ranks(results: Any) -> np.ndarray:
    """Return the mean rank of every method over data sets: 1 is best, ties share their ranks.

    Parameters
    ----------
    results : array of shape (data sets, methods)
        A metric where higher is better.

    Returns
    -------
    ndarray of shape (methods,)

    Raises
    ------
    DataError
        If it is not a table of numbers without gaps: a method that failed on a data set has no rank
        there.

    References
    ----------
    Demšar, J. (2006). Statistical comparisons of classifiers over multiple data sets. JMLR 7.

    Examples
    --------
    >>> mean_ranks([[0.9, 0.8, 0.8], [0.7, 0.9, 0.6]])
    array([1.5 , 1.75, 2.75])
    """
    table = np.asarray(results, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise DataError(
            "Results must be a table with a row a data set and a column a method. "
            f"Found shape {table.shape}."
        )
    if np.isnan(table).any():
        row, column = (int(i) for i in np.argwhere(np.isnan(table))[0])
        raise DataError(
            f"The result of method {column} on data set {row} is NaN. Leave out the data set, or "
            "give failures the worst value."
        )
    return np.mean([average_ranks(-row) for row in table], axis=0)
