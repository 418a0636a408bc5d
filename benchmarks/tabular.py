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
import warnings
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np

import store
import tabular_summary as summary
from contenders import judge, method_names
from limited import Worker
from rows import Rows, parser
from tables import SETTINGS, chance, measures, read_table, table_names, task

STORED = Rows(
    "tabular",
    ("table", "setting", "method", "seed", "rows"),
    ("auroc", "auprc", "fit_s", "score_s", "not_finite", "failure"),
)


def main() -> None:
    """Measure what is asked for and not stored, or summarise what is stored."""
    asked = arguments()
    if not asked.summary:
        run(asked)
        return
    STORED.tidy()
    full = [row for row in STORED.read() if not row["rows"]]
    lists = summary.summarise(full)
    summary.show(lists)
    means = lists.pop("means")
    store.save("tabular", means, "--summary", pyod=version("pyod"), **lists)


def run(asked: argparse.Namespace) -> None:
    """Measure table by table, the smallest first."""
    done = set(map(STORED.run, STORED.read()))
    worker = Worker(measure, asked.limit)
    tables = [t for t in table_names() if any(fnmatchcase(t, p) for p in asked.tables)]
    for table in tables:
        for setting in asked.settings:
            for seed in asked.seeds:
                for method in method_names(asked.methods):
                    run = {"table": table, "setting": setting, "method": method, "seed": seed}
                    run |= {"rows": asked.rows}
                    if STORED.run(run) in done and not asked.again:
                        continue
                    figures, failure = worker.call(table, setting, method, seed, asked.rows)
                    if failure:
                        x, odd = read_table(table, asked.rows, seed)
                        figures = chance(task(x, odd, setting, seed).truth)
                    for name in ("auroc", "auprc"):
                        figures[name] = f"{figures[name]:.6f}"
                    STORED.append(run | figures | {"failure": failure})
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


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    made = parser(__doc__, seeds=[0], rows=None, limit=300.0)
    made.add_argument("--settings", nargs="+", default=SETTINGS, choices=SETTINGS)
    return made.parse_args()


if __name__ == "__main__":
    main()
