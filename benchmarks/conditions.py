"""Measure how long rows under rare conditions take, and whether all rows satisfy them.

Tables and divisions are those of synthetic.py. Conditions are made of rows learnt from: of columns
in any order, the label of the row, or numbers within a tenth of all ranks from its own, until at
most one row in 10,000 satisfies all of them. Each is asked for 1,000 rows. "share" is how many rows
learnt from satisfy a condition, "probability" what the model says of it (both in 1 of 10,000 rows,
geometric means), "columns" how many are asked for; "most_s" and "median_s" are seconds of a
processor for a condition, "satisfied" the share of the rows drawn that do satisfy it, checked on
the frame. "of rows learnt": what would be left of as many rows as are learnt from, drawn without
conditions, which is all that a model can offer that throws rows away.

    python benchmarks/conditions.py     stores results/conditions.json
"""

from __future__ import annotations

import os
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from synthetic import FILES, read

ASKED, CONDITIONS, RARE, WITHIN, SEED = 1_000, 20, 1e-4, 0.1, 0


def main() -> None:
    """Measure, print and store."""
    rows = []
    for table in FILES:
        rows.append(measured(table))
        store.show(rows[-1])
    store.save("conditions", rows, asked=ASKED, conditions=CONDITIONS)


def measured(table: str) -> dict[str, Any]:
    """Return figures of all conditions of one table."""
    train, _, _ = read(table, SEED)
    learned = likely.learn(train, aim="generate", seed=SEED)
    free = learned.generate(len(train), seed=SEED)
    rng = np.random.default_rng(SEED)
    found = []
    for number in range(CONDITIONS):
        where = condition(train, rng)
        started = process_time()
        drawn = learned.generate(ASKED, where=where, seed=number)
        seconds = process_time() - started
        found.append(
            (
                10_000 * satisfying(train, where).mean(),
                10_000 * learned.probability(where),
                len(where),
                seconds,
                satisfying(drawn, where).mean(),
                satisfying(free, where).sum(),
            )
        )
    share, probability, columns, seconds, satisfied, left = np.array(found).T
    return {
        "table": table,
        "columns": round(float(columns.mean()), 1),
        "share": round(float(np.exp(np.log(share).mean())), 2),
        "probability": round(float(np.exp(np.log(probability).mean())), 2),
        "median_s": round(float(np.median(seconds)), 2),
        "most_s": round(float(seconds.max()), 2),
        "satisfied": float(satisfied.min()),
        "of rows learnt": round(float(left.mean()), 1),
    }


def condition(frame: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    """Return a condition that one row satisfies and at most one in 10,000 others do."""
    row, where = frame.iloc[rng.integers(len(frame))], {}
    here = np.ones(len(frame), dtype=bool)
    for name in rng.permutation(frame.columns):
        if here.mean() <= RARE:
            break
        if pd.isna(row[name]):
            continue
        where[name] = row[name]
        if pd.api.types.is_numeric_dtype(frame[name].dtype):
            rank = (frame[name] <= row[name]).mean()
            ends = frame[name].quantile([max(0.0, rank - WITHIN), min(1.0, rank + WITHIN)])
            where[name] = tuple(float(end) for end in ends)
        here &= satisfying(frame, {name: where[name]})
    return where


def satisfying(frame: pd.DataFrame, where: dict[str, Any]) -> np.ndarray:
    """Return which rows satisfy a condition."""
    here = np.ones(len(frame), dtype=bool)
    for name, asked in where.items():
        column = frame[name]
        here &= (column.between(*asked) if isinstance(asked, tuple) else column == asked).fillna(
            False
        )
    return here


if __name__ == "__main__":
    main()
