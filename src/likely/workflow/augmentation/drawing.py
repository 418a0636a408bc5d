"""Rows for rare classes, whatever makes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Sampler
from likely.base.model import Model
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.data.table import Table
from likely.workflow.augmentation.interpolation import interpolate

INTERPOLATION = "smote"
TREES = "SequentialTrees"

_LEAST_LEARNT = 2  # rows of a class that a model can learn from


def name_of(method: str | Model) -> str:
    """Return the name of a way to make rows."""
    return method if isinstance(method, str) else type(method).__name__


def checked(method: str | Model) -> str | Model:
    """Return a way to make rows, or raise `ParameterError` if it is none."""
    if method == INTERPOLATION:
        return method
    model = catalogue.make(method) if isinstance(method, str) else method
    if not isinstance(model, Sampler) or "table" not in model.card["kinds"]:
        raise ParameterError(
            f"{name_of(method)} draws no rows of a table. Give 'auto', {INTERPOLATION!r}, "
            f"{TREES!r} or another model that does."
        )
    return method


def lacking(classes: np.ndarray, ratio: float) -> dict[int, int]:
    """Return how many rows each class lacks to be `ratio` as frequent as the largest one.

    Examples
    --------
    >>> lacking(np.array([0, 0, 0, 0, 1]), 0.5)
    {1: 1}
    """
    counts = np.bincount(classes)
    wanted = round(ratio * counts.max())
    return {c: wanted - n for c, n in enumerate(counts.tolist()) if 0 < n < wanted}


def make_rows(
    table: Table, classes: np.ndarray, ratio: float, method: str | Model, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return new rows of the classes that are rare, and the class of each.

    Every rare class is learnt from its own rows: with the class as a column among others, trees of
    most columns never ask for it where few rows have it, and draw what all rows are like.

    Parameters
    ----------
    table : Table
        Rows; values of columns that are set aside are taken from rows of the class.
    classes : ndarray of int, shape (n,)
        The class of every row.
    ratio : float
        How frequent a class is to be, as a share of the largest one.
    method : str or Model
        "smote", or what draws rows.
    seed : int
        Draws them.

    Returns
    -------
    values : ndarray of shape (m, columns)
        Stored values.
    which : ndarray of int, shape (m,)
    """
    rng = generator(seed)
    values, which = [table.matrix[:0]], [classes[:0]]
    for one, n in lacking(classes, ratio).items():
        own = table.take(classes == one)
        made = own.matrix[rng.integers(len(own), size=n)]  # copies, for columns set aside
        used = own.used()
        made[:, used] = _made(own, used, n, method, rng)
        values.append(made)
        which.append(np.full(n, one))
    return np.concatenate(values), np.concatenate(which)


def _made(
    own: Table, used: list[int], n: int, method: str | Model, rng: np.random.Generator
) -> np.ndarray:
    columns = tuple(own.columns[j] for j in used)
    if method == INTERPOLATION:
        return interpolate(own.matrix[:, used], columns, n, rng)
    if len(own) < _LEAST_LEARNT:
        return np.repeat(own.matrix[:, used], n, axis=0)
    model: Any = catalogue.make(method) if isinstance(method, str) else clone(method)
    if "seed" in model.get_params(deep=False):
        model.set_params(seed=int(rng.integers(2**31)))
    model.fit(own)
    drawn = model.sample(n, seed=int(rng.integers(2**31)))
    whole = [column.integer for column in columns]
    drawn[:, whole] = np.rint(drawn[:, whole])
    return drawn
