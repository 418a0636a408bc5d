"""Clean tables of several shapes, and anomalies to plant in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

WIDTH = 6
PROMISED = ("gaussian", "uniform", "exponential", "correlated", "mixed", "payments")
HEAVY = ("student_t3", "lognormal")


def clean(shape: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return n rows of a shape without any anomaly."""
    if shape in ("mixed", "payments"):
        return _mixed(n, rng) if shape == "mixed" else _payments(n, rng)
    draw = {
        "gaussian": lambda: rng.normal(size=(n, WIDTH)),
        "uniform": lambda: rng.random((n, WIDTH)),
        "exponential": lambda: rng.exponential(size=(n, WIDTH)),
        "correlated": lambda: rng.multivariate_normal(np.zeros(WIDTH), _covariance(), size=n),
        "student_t3": lambda: rng.standard_t(3, size=(n, WIDTH)),
        "lognormal": lambda: rng.lognormal(size=(n, WIDTH)),
    }[shape]
    return pd.DataFrame(draw(), columns=[f"x{j}" for j in range(WIDTH)])


def plant_gross(
    table: pd.DataFrame, count: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Put values of 50 to 500 robust deviations into one column of `count` random rows."""
    rows = rng.choice(len(table), count, replace=False)
    planted = table.copy()
    column = rng.choice([name for name in table if name.startswith("x")])
    centre = table[column].median()
    spread = 1.4826 * (table[column] - centre).abs().median()
    sizes = np.exp(rng.uniform(np.log(50), np.log(500), count))
    planted.loc[planted.index[rows], column] = centre + spread * sizes
    return planted, rows


def plant_beyond(
    table: pd.DataFrame, shape: str, share: float, columns: str, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Move rows beyond the shape's 1 - 1e-6 quantile.

    In `columns="one"` a random numeric column of each planted row goes there, in "all" every
    numeric column does. A uniform column ends at that quantile, so there the value lies beyond the
    edge by half a robust deviation and more; elsewhere by an exponential with the tail's own mean
    excess.
    """
    count = max(1, round(share * len(table)))
    rows = rng.choice(len(table), count, replace=False)
    names = [name for name in table if name.startswith("x")]
    marginal = {
        "uniform": stats.uniform(),
        "exponential": stats.expon(),
        "student_t3": stats.t(3),
        "lognormal": stats.lognorm(1),
    }.get(shape, stats.norm())
    edge = marginal.isf(1e-6)
    if shape == "uniform":
        values = edge + (0.5 + rng.random((count, len(names)))) / 1.349 / 2
    else:
        step = marginal.isf(1e-6 / np.e) - edge
        values = edge + step * rng.exponential(size=(count, len(names)))
    moved = np.ones_like(values, dtype=bool)
    if columns == "one":
        moved = rng.integers(len(names), size=count)[:, None] == np.arange(len(names))
    block = table[names].to_numpy(copy=True)
    block[rows] = np.where(moved, values, block[rows])
    planted = table.copy()
    planted[names] = block
    return planted, rows


def _covariance() -> np.ndarray:
    return 0.8 * np.ones((WIDTH, WIDTH)) + 0.2 * np.eye(WIDTH)


def _mixed(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Numbers, a skewed category, a boolean, a gap-ridden number and a date."""
    gaps = rng.normal(size=n)
    gaps[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "x0": rng.normal(size=n),
            "x1": rng.normal(size=n),
            "x2": rng.normal(size=n),
            "gaps": gaps,
            "country": rng.choice(list("ABCDE"), n, p=[0.5, 0.3, 0.12, 0.06, 0.02]),
            "member": rng.random(n) < 0.3,
            "when": pd.Timestamp("2026-01-01")
            + pd.to_timedelta(rng.integers(0, 365 * 86_400, n), unit="s"),
        }
    )


def _payments(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One number among categories and a date."""
    amounts = rng.normal(size=n)
    amounts[rng.random(n) < 0.01] = np.nan
    start = pd.Timestamp("2026-01-01")
    return pd.DataFrame(
        {
            "x0": amounts,
            "when": start + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
            "country": rng.choice(list("ABCD"), n, p=[0.6, 0.3, 0.07, 0.03]),
            "category": rng.choice(["office", "travel", "food"], n),
        }
    )
