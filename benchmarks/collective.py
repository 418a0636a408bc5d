"""Measure whether groups are found whose members are each unremarkable.

In tables of four sorts (groups.py) a few groups are planted in one of six ways. Power and the
share of false findings are those of `likely.detect(table, group="account")` at its default promise,
fdr=0.1. Beside them stands what is known of single members: how well the same default, judging
rows, tells members of planted groups from others (AUROC, 0.5 is chance; one seed), and how many of
them it reports. Clean tables should stay quiet. The trivial baseline is the largest robust z-score
among the means of the columns of each group (AUROC). For tables that are held
out nothing was chosen by what is measured here.

    python benchmarks/collective.py            stores benchmarks/results/collective.json
    python benchmarks/collective.py 2          two seeds, nothing stored
    python benchmarks/collective.py 10 shops   one sort only; stored beside the others
"""

from __future__ import annotations

import sys

import numpy as np

import likely
import store
from groups import WORLDS, Draw, World
from likely.evaluation import auroc

SEEDS = 10
SEEDS_OF_MEMBERS = 1
"""Single members are judged for so many seeds: 10,000 rows take longer than 300 groups."""


def main(seeds: int, names: list[str]) -> None:
    """Measure, print and store one row a kind."""
    rows = [row for row in store.load("collective") if row.get("table") not in (*names, None)]
    for name in names:
        world = WORLDS[name]
        for natural in (False, True):
            about = {"table": name, "held_out": world.held_out, "natural": natural}
            for kind in world.kinds:
                found = [judge(world, kind, natural, seed) for seed in range(seeds)]
                rows.append(about | {"planted": kind} | summary(found))
                store.show(rows[-1])
            quiet = [is_quiet(world, natural, 100 + seed) for seed in range(2 * seeds)]
            rows.append(about | {"planted": "nothing", "quiet": float(np.mean(quiet))})
            store.show(rows[-1])
    if seeds == SEEDS:
        store.save("collective", rows, seeds=seeds)


def judge(world: World, kind: str, natural: bool, seed: int) -> dict[str, float]:
    """Plant groups in one table, and measure."""
    drawn = world.draw(natural, seed)
    truth = world.plant(kind, drawn)
    table = world.table(drawn)
    found = likely.detect(table, group="account")
    reported = found.anomaly
    result = {
        "power": float(reported[truth].mean()),
        "false": float((reported & ~truth).sum() / max(reported.sum(), 1)),
        "auroc": auroc(truth, found.surprise),
        "baseline": auroc(truth, largest_mean(drawn)),
    }
    if seed < SEEDS_OF_MEMBERS:
        members = likely.detect(table, ignore="account")
        planted = truth[drawn.group]
        result["members"] = auroc(planted, members.surprise)
        result["reported_members"] = float(members.anomaly[planted].mean())
    return result


def is_quiet(world: World, natural: bool, seed: int) -> bool:
    """Return whether nothing is reported in a table without planted groups."""
    table = world.table(world.draw(natural, seed))
    return not likely.detect(table, group="account").anomaly.any()


def summary(found: list[dict[str, float]]) -> dict[str, float]:
    """Return means over seeds, and the standard error of the share of false findings."""
    means = {
        key: round(float(np.mean([one[key] for one in found if key in one])), 3) for key in found[0]
    }
    error = np.std([one["false"] for one in found], ddof=1) / np.sqrt(len(found))
    return means | {"false_se": round(float(error), 3)}


def largest_mean(drawn: Draw) -> np.ndarray:
    """Return the largest robust z-score among the means of each group, shape (groups,)."""
    numbers = [values for name, values in drawn.columns.items() if name.startswith("x")]
    sizes = np.bincount(drawn.group)
    means = np.array([np.bincount(drawn.group, values) / sizes for values in numbers]).T
    away = np.abs(means - np.median(means, axis=0))
    return (away / np.median(away, axis=0)).max(axis=1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS, sys.argv[2:] or list(WORLDS))
