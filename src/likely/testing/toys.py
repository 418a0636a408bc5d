"""Small made-up tables, the same in every run: clean, with planted anomalies, mixed, hostile."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa

CITIES = ("Aarhus", "Berlin", "Cádiz", "Delft")
PLANS = ("basic", "plus", "pro")
HOSTILE_NAMES = (
    "名前 📈",
    "<script>alert(1)</script>",
    "=1+1",
    "",
    "a b\tc\nd",
    "'; DROP TABLE rows;--",
)


def gaussian(n: int = 200, width: int = 3, seed: int = 0) -> np.ndarray:
    """Return correlated normal rows, shape (n, width), with means and spreads of several sizes.

    Parameters
    ----------
    n : int in [1, inf), default 200
        Number of rows.
    width : int in [1, inf), default 3
        Number of columns.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    rows = 0.8 * rng.normal(size=(n, width)) + 0.6 * common  # correlation 0.36, variance 1
    return rows * 10.0 ** (np.arange(width) % 3 - 1) + 5.0 * np.arange(width)


def planted(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return normal rows with eight gross ones among them, and labels.

    The gross rows are 15 standard deviations off in all three columns, each in an octant of its
    own, so that they do not form a group.

    Parameters
    ----------
    n : int in [1, inf), default 400
        Number of normal rows.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.

    Returns
    -------
    rows : ndarray of shape (n + 8, 3)
    labels : ndarray of int, shape (n + 8,)
        1 for planted rows.
    """
    rng = np.random.default_rng(seed)
    corners = np.array(list(itertools.product((-15.0, 15.0), repeat=3)))  # (8, 3)
    gross = corners * rng.uniform(0.9, 1.1, size=corners.shape)
    rows = np.vstack([rng.normal(size=(n, 3)), gross])
    labels = np.repeat([0, 1], [n, len(gross)])
    order = rng.permutation(len(rows))
    return rows[order], labels[order]


def broken_column(n: int = 20, width: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return normal rows with one gross cell each, and which column holds it.

    Parameters
    ----------
    n : int in [1, inf), default 20
        Number of rows.
    width : int in [1, inf), default 4
        Number of columns; independent, with mean 0 and standard deviation 1.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, width))
    where = rng.integers(0, width, size=n)
    rows[np.arange(n), where] = rng.choice([-30.0, 30.0], size=n)
    return rows, where


def mixed(n: int = 120, seed: int = 0) -> pa.Table:
    """Return a table of numbers, whole numbers, categories, booleans and dates, with gaps.

    Parameters
    ----------
    n : int in [10, inf), default 120
        Number of rows.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    amount = rng.lognormal(4.0, 0.5, size=n)
    amount[rng.choice(n, n // 10, replace=False)] = np.nan
    plan = np.array(PLANS, dtype=object)[rng.integers(0, len(PLANS), size=n)]
    plan[rng.choice(n, n // 10, replace=False)] = None
    start = np.datetime64("2024-01-01T00:00:00", "us")
    seconds = rng.integers(0, 300 * 86_400, size=n).astype("timedelta64[s]")
    return pa.table(
        {
            "amount": pa.array(amount, from_pandas=True),  # NaN is missing
            "visits": pa.array(rng.poisson(5.0, size=n), pa.int64()),
            "city": pa.array(rng.choice(CITIES, size=n, p=[0.4, 0.3, 0.2, 0.1]).tolist()),
            "plan": pa.array(plan.tolist(), pa.string()),
            "active": pa.array(rng.random(n) < 0.8),
            "since": pa.array(start + seconds, pa.timestamp("us")),
        }
    )


def hostile_names(n: int = 60, seed: int = 0) -> pa.Table:
    """Return numbers under column names that break careless code.

    Parameters
    ----------
    n : int in [1, inf), default 60
        Number of rows.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    values = gaussian(n, len(HOSTILE_NAMES), seed)
    return pa.table({name: values[:, j] for j, name in enumerate(HOSTILE_NAMES)})


def hostile(n: int = 60, seed: int = 0) -> dict[str, np.ndarray]:
    """Return tables by name whose values break careless arithmetic; most have three columns.

    Parameters
    ----------
    n : int in [10, inf), default 60
        Number of rows of most tables.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    clean = rng.normal(size=(n, 3))

    def with_cells(*values: float) -> np.ndarray:
        table = clean.copy()
        for i, value in enumerate(values):
            table[i, i % 3] = value
        return table

    def with_column(column: np.ndarray | float) -> np.ndarray:
        table = clean.copy()
        table[:, 1] = column
        return table

    return {
        "a constant column": with_column(7.0),
        "a constant huge column": with_column(1e308),
        "all values equal": np.full((n, 3), 3.0),
        "all values zero": np.zeros((n, 3)),
        "every row twice": np.repeat(clean[: n // 2], 2, axis=0),
        "two different rows only": np.tile(clean[:2], (n // 2, 1)),
        "a column twice": clean[:, [0, 1, 0]],
        "huge cells": with_cells(1e308, -1e308, 1.7e308),
        "huge columns": clean * 1e307,
        "infinite cells": with_cells(np.inf, -np.inf, np.inf),
        "an infinite column": with_column(np.inf),
        "missing cells": with_cells(*[np.nan] * 12),
        "a missing column": with_column(np.nan),
        "all missing": np.full((n, 3), np.nan),
        "missing, infinite and huge cells": with_cells(np.nan, np.inf, -np.inf, 1e308, np.nan),
        "one column": clean[:, :1],
        "one constant column": np.ones((n, 1)),
        "one row": clean[:1],
        "two rows": clean[:2],
        "two equal rows": np.ones((2, 3)),
        "three rows": clean[:3],
        "more columns than rows": rng.normal(size=(6, 40)),
        "subnormal columns": np.full((n, 3), 5e-324) * rng.integers(0, 3, size=(n, 3)),
        "tiny columns": clean * 1e-300,
        "noise on a large number": clean + 1e15,
        "mostly one value": with_column(np.where(np.arange(n) < 4, clean[:, 1], 0.0)),
        "one gross cell in a constant column": with_column(np.where(np.arange(n) == 0, 1e9, 0.0)),
        "whole numbers": rng.integers(-(2**62), 2**62, size=(n, 3)),
        "unsigned bytes": rng.integers(0, 256, size=(n, 3)).astype(np.uint8),
        "booleans": clean > 0,
    }
