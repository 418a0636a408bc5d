"""Measure whether groups are found whose members are each unremarkable.

Tables of 300 groups of 10 to 80 members, four numbers (one of them lopsided, two correlated) and a
category of five levels; twelve groups of at least 30 members are planted in one of six ways.
`natural` says whether the ordinary groups differ from one another in their means (by 0.15 standard
deviations), spreads (by 5 %) and mixtures. Power and the share of false findings are those of
`likely.detect(table, group="account")` at its default promise, fdr=0.1. Beside them stands what is
known of single members: how well the same default, judging rows, tells members of planted groups
from others (AUROC, 0.5 is chance; one seed), and how many of them it reports. Clean tables should
stay quiet. The trivial baseline is the largest robust z-score among the means of the columns of
each group (AUROC).

    python benchmarks/collective.py            stores benchmarks/results/collective.json
    python benchmarks/collective.py 2          two seeds, nothing stored
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pyarrow as pa

import likely
import store
from likely.evaluation import auroc

SEEDS, GROUPS, PLANTED = 10, 300, 12
SEEDS_OF_MEMBERS = 1
"""Single members are judged for so many seeds: 10,000 rows take longer than 300 groups."""

MIXTURE = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
LEVELS = np.array(["red", "green", "blue", "grey", "violet"])


def main(seeds: int) -> None:
    """Measure, print and store one row a kind."""
    rows = []
    for natural in (False, True):
        for kind, plant in KINDS.items():
            found = [judge(kind, plant, natural, seed) for seed in range(seeds)]
            rows.append({"planted": kind, "natural": natural} | summary(found))
            store.show(rows[-1])
        quiet = [
            not likely.detect(clean(natural, 100 + seed)[0], group="account").anomaly.any()
            for seed in range(2 * seeds)
        ]
        rows.append({"planted": "nothing", "natural": natural, "quiet": float(np.mean(quiet))})
        store.show(rows[-1])
    if seeds == SEEDS:
        store.save("collective", rows, seeds=seeds, groups=GROUPS, planted=PLANTED)


def judge(kind: str, plant: Callable, natural: bool, seed: int) -> dict[str, float]:
    """Plant groups in one table, and measure."""
    columns, account, rng = draw(natural, seed)
    sizes = np.bincount(account)
    chosen = rng.choice(np.flatnonzero(sizes >= 30), PLANTED, replace=False)
    for group in chosen:
        members = np.flatnonzero(account == group)
        plant(columns, members, rng)
    table = as_table(columns, account)
    found = likely.detect(table, group="account")
    truth = np.isin(np.arange(GROUPS), chosen)
    reported = found.anomaly
    result = {
        "power": float(reported[truth].mean()),
        "false": float((reported & ~truth).sum() / max(reported.sum(), 1)),
        "auroc": auroc(truth, found.surprise),
        "baseline": auroc(truth, largest_mean(columns, account)),
    }
    if seed < SEEDS_OF_MEMBERS:
        members = likely.detect(table, ignore="account")
        planted = np.isin(account, chosen)
        result["members"] = auroc(planted, members.surprise)
        result["reported_members"] = float(members.anomaly[planted].mean())
    return result


def summary(found: list[dict[str, float]]) -> dict[str, float]:
    """Return means over seeds, and the standard error of the share of false findings."""
    means = {
        key: round(float(np.mean([one[key] for one in found if key in one])), 3) for key in found[0]
    }
    error = np.std([one["false"] for one in found], ddof=1) / np.sqrt(len(found))
    return means | {"false_se": round(float(error), 3)}


def clean(natural: bool, seed: int) -> tuple[pa.Table, np.ndarray]:
    """Return a table without planted groups."""
    columns, account, _ = draw(natural, seed)
    return as_table(columns, account), account


def draw(natural: bool, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.random.Generator]:
    """Draw ordinary members as standard normal scores x0 to x3 and levels of a category."""
    rng = np.random.default_rng([seed, natural])
    sizes = np.clip(np.round(np.exp(rng.normal(3.3, 0.5, GROUPS))), 10, 80).astype(int)
    account = np.repeat(np.arange(GROUPS), sizes)
    x = rng.normal(size=(len(account), 4))
    x[:, 1] = 0.6 * x[:, 0] + 0.8 * x[:, 1]
    uniform = rng.random(len(account))
    mixture = np.tile(MIXTURE, (GROUPS, 1))
    if natural:
        x = x * np.exp(rng.normal(0, 0.05, (GROUPS, 4)))[account]
        x += rng.normal(0, 0.15, (GROUPS, 4))[account]
        mixture = rng.dirichlet(100 * MIXTURE, GROUPS)
    level = (uniform[:, None] > np.cumsum(mixture, axis=1)[account]).sum(axis=1)
    columns = {f"x{j}": x[:, j] for j in range(4)}
    return columns | {"level": np.minimum(level, len(MIXTURE) - 1)}, account, rng


def as_table(columns: dict[str, np.ndarray], account: np.ndarray) -> pa.Table:
    """Return the members as a user has them: x3 is lopsided, the category has names."""
    data = {name: columns[name] for name in ("x0", "x1", "x2")}
    data["amount"] = np.exp(3 + 0.7 * columns["x3"])
    return pa.table({"account": account, **data, "colour": LEVELS[columns["level"]]})


def largest_mean(columns: dict[str, np.ndarray], account: np.ndarray) -> np.ndarray:
    """Return the largest robust z-score among the means of each group, shape (groups,)."""
    sizes = np.bincount(account)
    means = np.array([np.bincount(account, columns[f"x{j}"]) / sizes for j in range(4)]).T
    away = np.abs(means - np.median(means, axis=0))
    return (away / np.median(away, axis=0)).max(axis=1)


def _shift(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    for name, sign in zip(("x0", "x2", "x3"), rng.choice([-1, 1], 3), strict=True):
        columns[name][members] += 0.9 * sign


def _repeats(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    source = rng.choice(members, len(members) // 4)
    for values in columns.values():
        values[members] = values[source[np.arange(len(members)) % len(source)]]


def _narrow(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    for name in ("x0", "x2"):
        middle = columns[name][rng.choice(members)]
        columns[name][members] = np.clip(middle, -1, 1) + rng.normal(0, 0.2, len(members))


def _mixture(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    changed = members[rng.random(len(members)) < 0.75]
    columns["level"][changed] = 3


def _dependence(
    columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator
) -> None:
    order = np.sort(columns["x2"][members])
    columns["x2"][members] = order[np.argsort(np.argsort(columns["x3"][members]))]


def _moderately_odd(
    columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator
) -> None:
    for name in ("x0", "x2", "x3"):
        changed = members[rng.random(len(members)) < 0.5]
        sign = rng.choice([-1, 1], len(changed))
        columns[name][changed] = sign * rng.uniform(1.5, 2.1, len(changed))


KINDS: dict[str, Callable] = {
    "all a little shifted": _shift,
    "repeated rows": _repeats,
    "spread too small": _narrow,
    "unusual mixture": _mixture,
    "unusual dependence": _dependence,
    "many moderately odd": _moderately_odd,
}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
