"""Measure how often drift is noticed, and how often rows from the same source are called drifted.

A table of ten columns is learnt (`likely.learn`, Mahalanobis), and new tables are judged. Planted:
one column shifted by 1, 0.5 or 0.1 standard deviations, spread twice as wide, a category that
becomes common, gaps, a broken correlation. Clean: rows from the same source, in every shape and
for 30 to 100,000 new rows, also with 5 % of gross anomalies in one column. The bar: a shift by 1
standard deviation in one of ten columns, 500 new rows, is noticed in at least 95 % of repetitions,
and at most 5 % of the clean repetitions are called drifted.

    python benchmarks/drift.py              stores benchmarks/results/drift.json
    python benchmarks/drift.py 20           20 repetitions instead of 40, nothing stored
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np
import pandas as pd

import likely
import store

REPETITIONS = 40
COLUMNS = 10
SHAPES = ("gaussian", "correlated", "student_t3", "discrete", "mixed", "in time")
LEARNT = (200, 2_000, 20_000)
NEW = (30, 100, 500, 2_000, 100_000)


def main(wanted: list[str]) -> None:
    """Measure, print every row as it comes, and store them."""
    repetitions = int(wanted[0]) if wanted else REPETITIONS
    rows = []
    for row in chain(clean_rows(repetitions), drifted_rows(repetitions)):
        store.show(row)
        rows.append(row)
    if not wanted:
        store.save("drift", rows, repetitions=repetitions, columns=COLUMNS)


def clean_rows(repetitions: int) -> Iterator[dict]:
    """Yield how often clean rows are called drifted."""
    for shape in SHAPES:
        for learnt in LEARNT:
            for new in NEW:
                fewer = max(5, repetitions // 10) if new == NEW[-1] else repetitions
                yield row("nothing", shape, learnt, new, fewer, lambda table, rng: table)
    for new in (100, 500, 2_000, 100_000):
        fewer = max(5, repetitions // 10) if new == NEW[-1] else repetitions
        yield row("5 % gross rows", "gaussian", 2_000, new, fewer, gross)
        yield row("shift by 0.1 sd", "gaussian", 2_000, new, fewer, shift(0.1))


def drifted_rows(repetitions: int) -> Iterator[dict]:
    """Yield how often a planted drift is noticed, and the right column is named."""
    for learnt in LEARNT:
        for shape in ("gaussian", "correlated", "student_t3", "mixed"):
            yield row("shift by 1 sd", shape, learnt, 500, repetitions, shift(1.0))
    for new in (30, 100, 500, 2_000):
        yield row("shift by 1 sd", "gaussian", 2_000, new, repetitions, shift(1.0))
        yield row("shift by 0.5 sd", "gaussian", 2_000, new, repetitions, shift(0.5))
        yield row("twice as wide", "gaussian", 2_000, new, repetitions, wider)
        yield row("category common", "mixed", 2_000, new, repetitions, common)
        yield row("20 % missing", "gaussian", 2_000, new, repetitions, gaps)
        yield row("correlation gone", "correlated", 2_000, new, repetitions, apart)


def row(
    planted: str,
    shape: str,
    learnt: int,
    new: int,
    repetitions: int,
    change: Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame],
) -> dict:
    """Return one figure: the share of repetitions in which drift was told."""
    rng = np.random.default_rng([SHAPES.index(shape), learnt, new, len(planted)])
    references = max(1, min(10, repetitions // 5))
    told = named = 0
    for i in range(repetitions):
        if i % max(1, repetitions // references) == 0:  # a reference may be unlucky, too
            learned = likely.learn(draw(shape, learnt, 0.0, rng), "Mahalanobis", seed=i)
        table = change(draw(shape, new, 1.0, rng), rng)
        drift = learned.detect(table).drift
        told += bool(drift)
        named += bool(drift) and "'x0'" in drift[0]
    return {
        "planted": planted,
        "shape": shape,
        "learnt": learnt,
        "new": new,
        "repetitions": repetitions,
        "told": round(told / repetitions, 3),
        "x0 named first": round(named / repetitions, 3),
    }


def draw(shape: str, n: int, start: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return n clean rows; "in time" has a clock that goes on from `start` years, and a season."""
    z = rng.normal(size=(n, COLUMNS))
    if shape in ("correlated", "mixed", "in time"):
        for j in range(1, COLUMNS):
            z[:, j] = 0.8 * z[:, j - 1] + 0.6 * z[:, j]
    if shape == "student_t3":
        z = rng.standard_t(3, size=(n, COLUMNS))
    if shape == "discrete":
        z = rng.poisson(np.linspace(0.2, 20, COLUMNS), size=(n, COLUMNS)).astype(float)
    table = pd.DataFrame(z, columns=[f"x{j}" for j in range(COLUMNS)])
    if shape == "mixed":
        table["x7"] = rng.choice(["red", "green", "blue", "grey"], n, p=[0.6, 0.2, 0.15, 0.05])
        table["x8"] = [f"shop {k}" for k in np.minimum(rng.geometric(0.01, n), 2_000)]
        table["x9"] = rng.random(n) < 0.1
        table.loc[rng.random(n) < 0.1, "x6"] = np.nan
    if shape == "in time":
        seconds = (365 * 86_400 * (start + np.sort(rng.random(n)))).astype("timedelta64[s]")
        table["when"] = np.datetime64("2025-01-01") + seconds
    return table


def shift(deviations: float) -> Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]:
    """Return a change that moves the first column by so many standard deviations."""

    def change(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        return table.assign(x0=table["x0"] + deviations)

    return change


def wider(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Spread the first column twice as wide."""
    return table.assign(x0=2 * table["x0"])


def gross(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put 5 % of the rows far out in the first column."""
    return table.assign(x0=np.where(rng.random(len(table)) < 0.05, 50.0, table["x0"]))


def common(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Make "grey" rise from 5 % to about 30 %."""
    return table.assign(x7=table["x7"].mask(rng.random(len(table)) < 0.27, "grey"))


def gaps(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Leave every fifth value of the first column out, where none was missing."""
    return table.assign(x0=table["x0"].mask(rng.random(len(table)) < 0.2))


def apart(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Shuffle the first column: it is as before, but goes with its neighbour no more."""
    return table.assign(x0=rng.permutation(table["x0"].to_numpy()))


if __name__ == "__main__":
    main(sys.argv[1:])
