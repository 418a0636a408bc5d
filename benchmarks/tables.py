"""The tables of the benchmarks, and the protocol by which methods judge them.

Two settings: "unlabelled" fits on all rows and judges the same rows; "normals" fits on a random
half of the normal rows and judges the others. Labels are used to split and to measure, never to
fit. Data are read from the folder that the environment variable LIKELY_DATA names, by default
`../shared/data` beside the project.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from likely.core import catalogue

DATA = Path(os.environ.get("LIKELY_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SETTINGS = ("unlabelled", "normals")


class Task(NamedTuple):
    """What a method gets: rows to learn from, and rows to judge (None: the same ones).

    Parameters
    ----------
    train : ndarray of shape (n, d)
        Rows to fit on, in the units of the file.
    test : ndarray of shape (m, d) or None
        Rows to judge.
    truth : ndarray of bool, shape (m,)
        Which of the judged rows are anomalies.
    """

    train: np.ndarray
    test: np.ndarray | None
    truth: np.ndarray


def models_of_tables() -> list[str]:
    """Return the names of all our models that learn from tables."""
    return [name for name, entry in catalogue.entries().items() if "table" in entry.kinds]


def table_names() -> list[str]:
    """Return all tables, those with the fewest cells first; embeddings as "embed/NAME"."""
    folder = DATA / "tabular"
    paths = [*folder.glob("*.npz"), *(folder / "embed").glob("*.npz")]
    sizes = {path.relative_to(folder).with_suffix("").as_posix(): _cells(path) for path in paths}
    return sorted(sizes, key=lambda name: (sizes[name], name))


def suite(table: str) -> str:
    """Return "embed" or "classical"."""
    return "embed" if table.startswith("embed/") else "classical"


def read_table(table: str, rows: int | None = None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows as float64, shape (n, d), and which are anomalies, shape (n,).

    With `rows` at most about so many are kept, with the share of anomalies as it is.
    """
    with np.load(DATA / "tabular" / f"{table}.npz") as file:
        x, odd = file["X"].astype(np.float64), file["y"].astype(bool)
    if rows is None or len(x) <= rows:
        return x, odd
    rng = np.random.default_rng(seed)
    kept = [
        rng.permutation(np.flatnonzero(odd == kind))[: max(2, round((odd == kind).mean() * rows))]
        for kind in (False, True)
    ]
    chosen = np.sort(np.concatenate(kept))
    return x[chosen], odd[chosen]


def task(x: np.ndarray, odd: np.ndarray, setting: str, seed: int) -> Task:
    """Return what to learn from and what to judge in a setting."""
    if setting == "unlabelled":
        return Task(x, None, odd)
    normals = np.random.default_rng(seed).permutation(np.flatnonzero(~odd))
    train = np.sort(normals[: len(normals) // 2])
    rest = np.ones(len(x), dtype=bool)
    rest[train] = False
    return Task(x[train], x[rest], odd[rest])


def measures(truth: np.ndarray, oddness: np.ndarray) -> dict[str, float]:
    """Return AUROC and average precision; scores that are not finite are counted and set to 0."""
    finite = np.isfinite(oddness)
    oddness = np.where(finite, oddness, 0.0)
    return {
        "auroc": float(roc_auc_score(truth, oddness)),
        "auprc": float(average_precision_score(truth, oddness)),
        "not_finite": int((~finite).sum()),
    }


def chance(truth: np.ndarray) -> dict[str, float]:
    """Return the measures of a method that failed: those of guessing."""
    return {"auroc": 0.5, "auprc": float(truth.mean()), "not_finite": 0}


def _cells(path: Path) -> int:
    with np.load(path) as file:
        return int(np.prod(file["X"].shape))
