"""Compare all detectors and auto with PyOD on 22 tables and 11 sets of image embeddings.

In the setting "unlabelled" a method learns from all rows and judges the same rows (a detector by
`training_scores_`, PyOD's by `decision_scores_`, auto by `likely.detect(X).surprise`); in "normals"
it learns from a random half of the normal rows and judges all others. Methods have their default
settings, and no labels. PyOD's KNN and LOF learn from at most 20,000 rows, its OCSVM and KDE from
5,000, since their cost grows with the square. AUROC and average precision (AUPRC) are means over
tables, and over seeds where there are several. The rank of a method is its mean place in AUROC
among PyOD's methods, the floors and itself (PyOD's: with auto, if that was measured). A method that
fails or runs out of time counts as guessing (0.5, the share of anomalies, last place) and is
counted under "failed". The ceiling picks PyOD's best method of every table by its labels.

    python benchmarks/tabular.py                       measures what is not stored yet
    python benchmarks/tabular.py --methods 'likely.*' --tables glass 'embed/*' --seeds 0 1 2
    python benchmarks/tabular.py --methods likely.auto --again    measures it anew
    python benchmarks/tabular.py --rows 2000           on subsamples, not in the summary
    python benchmarks/tabular.py --summary             prints and stores what the stored rows say

One line a table, setting, method and seed goes to `results/tabular_rows.csv` as soon as it is
known, so a run can be stopped and goes on where it was; the summary goes to `results/tabular.json`.
"""

from __future__ import annotations

import argparse
import csv
import os
import warnings
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import store
import tabular_summary as summary
from contenders import judge, method_names
from limited import Worker
from tables import SETTINGS, chance, measures, read_table, table_names, task

STORED = Path(__file__).parent / "results" / "tabular_rows.csv"
KEY = ("table", "setting", "method", "seed", "rows")
FIELDS = (*KEY, "auroc", "auprc", "fit_s", "score_s", "not_finite", "failure")


def main() -> None:
    """Measure what is asked for and not stored, or summarise what is stored."""
    asked = arguments()
    if not asked.summary:
        run(asked)
        return
    stored = read_stored()
    write_stored(stored)
    full = [row for row in stored if not row["rows"]]
    lists = summary.summarise(full)
    summary.show(lists)
    means = lists.pop("means")
    store.save("tabular", means, "--summary", pyod=version("pyod"), **lists)


def run(asked: argparse.Namespace) -> None:
    """Measure table by table, the smallest first."""
    done = {tuple(row[name] for name in KEY) for row in read_stored()}
    worker = Worker(measure, asked.limit)
    tables = [t for t in table_names() if any(fnmatchcase(t, p) for p in asked.tables)]
    for table in tables:
        for setting in asked.settings:
            for seed in asked.seeds:
                for method in method_names(asked.methods):
                    key = (table, setting, method, str(seed), str(asked.rows or ""))
                    if key in done and not asked.again:
                        continue
                    figures, failure = worker.call(table, setting, method, seed, asked.rows)
                    if failure:
                        x, odd = read_table(table, asked.rows, seed)
                        figures = chance(task(x, odd, setting, seed).truth)
                    row = dict(zip(KEY, key, strict=True)) | figures | {"failure": failure}
                    append(row)
                    store.show(row)
    worker.stop()


def measure(table: str, setting: str, method: str, seed: int, rows: int | None) -> dict[str, Any]:
    """Return the figures of one method; called in the worker."""
    x, odd = _read(table, rows, seed)
    given = task(x, odd, setting, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn of what the protocol counts anyway
        oddness, fit, score = judge(method, given, seed)
    return {
        **measures(given.truth, np.asarray(oddness, dtype=np.float64)),
        "fit_s": round(fit, 4),
        "score_s": round(score, 4),
    }


@lru_cache(maxsize=1)
def _read(table: str, rows: int | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return read_table(table, rows, seed)


def read_stored() -> list[dict[str, str]]:
    """Return the stored rows; of those measured several times the last."""
    if not STORED.exists():
        return []
    with STORED.open(encoding="utf-8", newline="") as file:
        last = {tuple(row[name] for name in KEY): row for row in csv.DictReader(file)}
    return [last[key] for key in sorted(last)]


def append(row: dict[str, Any]) -> None:
    """Add a row to those stored."""
    STORED.parent.mkdir(exist_ok=True)
    is_new = not STORED.exists()
    with STORED.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow({k: f"{v:.6f}" if k in ("auroc", "auprc") else v for k, v in row.items()})


def write_stored(rows: list[dict[str, str]]) -> None:
    """Write the rows in order, each once."""
    fresh = STORED.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(fresh, STORED)  # noqa: PTH105 - replaces at once on every system


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=["*"], help='such as "pyod.*"')
    parser.add_argument("--tables", nargs="+", default=["*"], help='such as "embed/*"')
    parser.add_argument("--settings", nargs="+", default=SETTINGS, choices=SETTINGS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--rows", type=int, help="at most so many rows of a table")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds a method may take")
    parser.add_argument("--again", action="store_true", help="measure also what is stored")
    parser.add_argument("--summary", action="store_true", help="print what is stored, store it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
