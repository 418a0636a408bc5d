"""What the two benchmarks of generators measure, and how they sum it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from likely.evaluation import (
    frechet_distance,
    mean_discrepancy,
    memorisation,
    prdc,
    two_sample_test,
)

FIGURES = (
    "told", "p", "precision", "recall", "density", "coverage", "mmd", "p mmd", "frechet", "floor",
    "nearer", "p nearer", "copies", "by chance", "calibration", "lean", "seconds",
)  # fmt: skip
SHOWN = (
    "told", "precision", "recall", "density", "coverage", "mmd", "frechet / floor", "nearer",
    "copies", "calibration",
)  # fmt: skip
Row = dict[str, Any]


def judge(
    made: Any, real: Any, train: Any, apart: Any, space: Any = "scaled", *, trees: bool = True
) -> Row:
    """Return all figures of generated samples.

    Parameters
    ----------
    made : array
        Generated samples.
    real : array
        As many real ones that nothing was learnt from.
    train : array
        Those learnt from.
    apart : array
        Further real ones that nothing was learnt from, beside which copies are looked for.
    space : as in `likely.evaluation`
        Where.
    trees : bool, default True
        Whether the classifier is boosted trees; else logistic regression.
    """
    told = two_sample_test(real, made, space, classifier="boosting" if trees else "logistic")
    near = prdc(real, made, space)
    mean = mean_discrepancy(real, made, space, permutations=100)
    gauss = frechet_distance(real, made, space)
    kept = memorisation(made, train, apart, space)
    found = {
        "told": told.accuracy,
        "p": told.p_value,
        "precision": near.precision,
        "recall": near.recall,
        "density": near.density,
        "coverage": near.coverage,
        "mmd": 1000 * mean.squared,
        "p mmd": mean.p_value,
        "frechet": gauss.distance,
        "floor": gauss.floor,
        "nearer": kept.nearer_to_training,
        "p nearer": kept.p_value,
        "copies": len(kept.copies) / len(made),
        "by chance": kept.copies_by_chance,
    }
    return {name: float(f"{value:.5g}") for name, value in found.items()}


def summed_up(rows: Sequence[dict[str, str]], methods: Sequence[str]) -> list[Row]:
    """Return one row a method: means over everything, and the spread over seeds of `told`.

    Parameters
    ----------
    rows : sequence of dict
        As stored; those with a method and a seed.
    methods : sequence of str
        In their order.
    """
    result = []
    for method in methods:
        mine = [row for row in rows if row["method"] == method]
        if not mine:
            continue
        shown: Row = {"method": method, "runs": len(mine)}
        for name in SHOWN:
            values = [_value(row, name) for row in mine]
            known = [value for value in values if value is not None]
            shown[name] = round(float(np.median(known)), 3) if known else ""
        seeds = sorted({row["seed"] for row in mine})
        by_seed = [np.mean([float(r["told"]) for r in mine if r["seed"] == s]) for s in seeds]
        shown["spread of told"] = round(float(np.std(by_seed, ddof=1)), 3) if len(seeds) > 1 else ""
        shown["passed"] = f"{sum(float(row['p']) > 0.05 for row in mine)} of {len(mine)}"
        result.append(shown)
    return result


def _value(row: dict[str, str], name: str) -> float | None:
    if name == "frechet / floor":
        return float(row["frechet"]) / float(row["floor"])
    return float(row[name]) if row[name] else None
