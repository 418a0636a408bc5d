"""Measure whether behaviour that is odd only in its context is found.

Each table has context columns of one shape and two or three behaviour columns; 2 % of the rows get
the behaviour of another context, so that their values are ordinary in themselves. Measured on the
very rows learnt from (AUROC, mean over seeds, and the worst seed): `Contextual`, the default
detector without the context columns, the default detector on all columns, and the largest robust
z-score as the trivial baseline. `rare` is a table in which 1 % of the ordinary rows have a rare
context: there, `false_alarms` is the share of new ordinary rows of that context that are reported
at fpr=0.01 by what was learnt with `context=`, and `joint_alarms` the same without it; `alarms` is
the share among all new ordinary rows.

    python benchmarks/contextual.py            stores benchmarks/results/contextual.json
    python benchmarks/contextual.py 2          two seeds, nothing stored
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pyarrow as pa

import likely
import store
from likely.detectors import Contextual, Ensemble
from likely.evaluation import auroc

SEEDS, ROWS, SHARE, NEW = 10, 2_000, 0.02, 5_000
Columns = dict[str, np.ndarray]


def main(seeds: int) -> None:
    """Measure, print and store one row a shape."""
    rows = []
    for shape, draw in SHAPES.items():
        found = [judge(draw, seed) for seed in range(seeds)]
        means = {key: round(float(np.mean([f[key] for f in found])), 3) for key in found[0]}
        least = round(min(f["contextual"] for f in found), 3)
        rows.append({"shape": shape, **means, "worst_seed": least})
        store.show(rows[-1])
    found = [alarms(seed) for seed in range(seeds)]
    rare = {key: round(float(np.mean([one[key] for one in found])), 4) for key in found[0]}
    error = np.std([one["false_alarms"] for one in found], ddof=1) / np.sqrt(seeds)
    rows.append({"shape": "rare", **rare, "false_alarms_se": round(float(error), 4)})
    store.show(rows[-1])
    if seeds == SEEDS:
        store.save("contextual", rows, seeds=seeds, table_rows=ROWS, planted=SHARE)


def judge(draw: Callable, seed: int) -> dict[str, float]:
    """Plant odd rows in one table, and return how well each way of looking finds them."""
    rng = np.random.default_rng([seed, 7])
    context, behaviour = draw(rng, ROWS)
    planted = plant(behaviour, rng)
    everything = pa.table({**context, **behaviour})
    contextual = Contextual(context=list(context), seed=seed).fit(everything)
    without = Ensemble(seed=seed).fit(pa.table(behaviour))
    joint = Ensemble(seed=seed).fit(everything)
    return {
        "contextual": auroc(planted, -contextual.training_scores_),
        "without_context": auroc(planted, -without.training_scores_),
        "joint": auroc(planted, -joint.training_scores_),
        "largest_z": auroc(planted, largest_z(behaviour)),
    }


def plant(behaviour: Columns, rng: np.random.Generator) -> np.ndarray:
    """Give some rows the behaviour of others whose context expects another, bool, shape (n,).

    Donors are rows from the middle 96 % of the first column, so that no value is odd in itself.
    """
    expected, spread = behaviour.pop("expected"), behaviour.pop("spread")
    original = {name: values.copy() for name, values in behaviour.items()}
    first = original["y"]
    rows = rng.choice(len(first), int(SHARE * len(first)), replace=False)
    low, high = np.quantile(first, [0.02, 0.98])
    usual = np.flatnonzero((first >= low) & (first <= high))
    for row in rows:
        donors = rng.choice(usual, 50)
        away = np.abs(first[donors] - expected[row]) / spread[row]
        donor = donors[np.argsort(-away)[rng.integers(10)]]
        for name, values in behaviour.items():
            values[row] = original[name][donor]
    return np.isin(np.arange(len(first)), rows)


def alarms(seed: int) -> dict[str, float]:
    """Return the share of new ordinary rows that are reported at fpr=0.01."""
    rng = np.random.default_rng([seed, 9])
    learnt, new = _rare(rng, ROWS, 0.01), _rare(rng, NEW, 0.01)
    rare = _rare(rng, NEW, 1.0)
    with_context = likely.learn(learnt, context="day", normal=True, seed=seed)
    joint = likely.learn(learnt, normal=True, seed=seed)
    return {
        "alarms": float((with_context.p_values(new) <= 0.01).mean()),
        "false_alarms": float((with_context.p_values(rare) <= 0.01).mean()),
        "joint_alarms": float((joint.p_values(rare) <= 0.01).mean()),
    }


def largest_z(behaviour: Columns) -> np.ndarray:
    """Return the largest robust z-score of each row, shape (n,)."""
    values = np.array(list(behaviour.values())).T
    away = np.abs(values - np.median(values, axis=0))
    return (away / np.median(away, axis=0)).max(axis=1)


def _rare(rng: np.random.Generator, n: int, share: float) -> pa.Table:
    holiday = rng.random(n) < share
    day = np.where(holiday, "holiday", rng.choice(["weekday", "weekend"], n, p=[0.7, 0.3]))
    sales = np.where(holiday, 300.0, np.where(day == "weekend", 150.0, 100.0))
    sales = sales + rng.normal(0, 10, n)
    return pa.table({"day": day, "sales": sales, "visits": 0.5 * sales + rng.normal(0, 5, n)})


def _behave(rng: np.random.Generator, expected: np.ndarray, spread: np.ndarray | float) -> Columns:
    """Return a column as expected, one that follows it, one that has nothing to do with it."""
    spread = np.broadcast_to(np.asarray(spread, dtype=np.float64), expected.shape)
    y = expected + spread * rng.normal(size=len(expected))
    follower = y + spread * rng.normal(size=len(expected))
    other = rng.normal(size=len(expected))
    return {"y": y, "follower": follower, "other": other, "expected": expected, "spread": spread}


def _category(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    season = rng.choice(4, n, p=[0.32, 0.33, 0.32, 0.03])
    names = np.array(["spring", "summer", "autumn", "winter"])
    return {"season": names[season]}, _behave(rng, np.array([100.0, 200, 150, 60])[season], 8.0)


def _curve(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    degrees = rng.uniform(-10, 35, n)
    return {"degrees": degrees}, _behave(rng, 50 + 0.2 * (degrees - 15) ** 2, 3.0)


def _time_of_day(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    seconds = rng.uniform(0, 60 * 86_400, n)
    start = np.datetime64("2026-01-01", "us")
    at = start + (seconds * 1e6).astype("timedelta64[us]")
    hour = seconds / 3600 % 24
    return {"at": at}, _behave(rng, 100 + 60 * np.sin(2 * np.pi * (hour - 8) / 24), 8.0)


def _interaction(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    kind, load = rng.choice(3, n), rng.uniform(0, 1, n)
    slope = np.array([20.0, -20.0, 5.0])[kind]
    names = np.array(["pump", "fan", "heater"])
    return {"kind": names[kind], "load": load}, _behave(rng, slope * (load - 0.5), 1.0)


def _noise_that_varies(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    load = rng.uniform(0, 1, n)
    return {"load": load}, _behave(rng, 10 * np.sin(5 * load), np.exp(2.5 * load - 2))


def _many_levels(rng: np.random.Generator, n: int) -> tuple[Columns, Columns]:
    shop = rng.choice(100, n, p=rng.dirichlet(np.ones(100)))
    names = np.array([f"shop {i}" for i in range(100)])
    return {"shop": names[shop]}, _behave(rng, rng.normal(0, 10, 100)[shop], 1.0)


SHAPES: dict[str, Callable] = {
    "category": _category,
    "curve": _curve,
    "time of day": _time_of_day,
    "interaction": _interaction,
    "noise that varies": _noise_that_varies,
    "many levels": _many_levels,
}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
