"""Measure whether rows added to a rare class help, and whether `likely.augment` knows.

Tables with 1 to 15 % of positives, of at most 2,000 rows (positives in proportion). Five stratified
outer folds: four are augmented, a classifier learns from them, and the average precision (AUPRC)
counts for the fifth, which nothing has seen. "smote" and "SequentialTrees" add rows until both
classes are equally frequent; "auto" sees by cross-validation within the four folds which of both
helps, or adds nothing. The classifiers are gradient boosting and logistic regression (standardised;
no class weights), each also the one that "auto" asks. "error" is the standard error of the mean
difference from "none" over tables, each one mean of its folds.

    python benchmarks/augmentation.py                measures what is not stored yet
    python benchmarks/augmentation.py --tables glass --methods boosting
    python benchmarks/augmentation.py --summary      prints and stores what the stored rows say

One line a table, classifier and fold goes to `results/augmentation_rows.csv` as soon as it is
known, so a run can be stopped and goes on where it was; the summary goes to
`results/augmentation.json`.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import store
from likely import Augment
from rows import Rows, parser
from tables import read_table

TABLES = (
    "lymphography", "glass", "wbc", "vertebral", "stamps", "vowels", "cardio", "mammography",
    "pendigits", "cover", "aloi", "satimage-2",
)  # fmt: skip
CLASSIFIERS = {
    "boosting": HistGradientBoostingClassifier(random_state=0),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
}
ADDED = ("none", "smote", "SequentialTrees")
ROWS, FOLDS = 2_000, 5
STORED = Rows(
    "augmentation",
    ("table", "classifier", "fold"),
    ("rows", "positives", *ADDED, "auto", "chosen"),
)


def main() -> None:
    """Measure what is not stored yet, or sum up."""
    asked = parser(__doc__, seeds=(0,), rows=ROWS, limit=600).parse_args()
    warnings.simplefilter("ignore")  # columns that do not vary, few members of a class
    if not asked.summary:
        known = {STORED.run(row) for row in STORED.read()}
        names = TABLES if asked.tables == ["*"] else asked.tables
        for table in names:
            for classifier in CLASSIFIERS if asked.methods == ["*"] else asked.methods:
                for fold in range(FOLDS):
                    run = (table, classifier, str(fold))
                    if asked.again or run not in known:
                        STORED.append(measured(table, classifier, fold))
        STORED.tidy()
    summary()


def measured(table: str, classifier: str, fold: int) -> dict:
    """Return the average precision of every way in one outer fold."""
    x, odd = read_table(table, ROWS)
    y = odd.astype(int)
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y)
    learnt, held = list(split)[fold]
    row = {"table": table, "classifier": classifier, "fold": fold}
    row |= {"rows": len(y), "positives": int(y.sum())}
    for method in (*ADDED, "auto"):
        made = (x[learnt], y[learnt])
        if method != "none":
            augment = Augment(method, classifier=CLASSIFIERS[classifier], seed=fold)
            made = augment.fit_resample(*made)
            row["chosen"] = augment.verdict_.method
        chances = CLASSIFIERS[classifier].fit(*made).predict_proba(x[held])[:, 1]
        row[method] = round(float(average_precision_score(y[held], chances)), 4)
    return row


def summary() -> None:
    """Print and store means by table, and over tables."""
    rows, overall = STORED.read(), []
    found = []
    for classifier in CLASSIFIERS:
        means = []
        for table in TABLES:
            own = [r for r in rows if (r["table"], r["classifier"]) == (table, classifier)]
            if len(own) < FOLDS:
                continue
            mean = {m: float(np.mean([float(r[m]) for r in own])) for m in (*ADDED, "auto")}
            means.append(list(mean.values()))
            row = {"table": table, "classifier": classifier}
            row |= {"rows": int(own[0]["rows"]), "positives": int(own[0]["positives"])}
            row |= {name: round(value, 3) for name, value in mean.items()}
            row |= {"chosen": dict(Counter(r["chosen"] for r in own))}
            found.append(row)
            store.show(row)
        if means:
            overall += over_tables(classifier, np.array(means))
    for row in overall:
        store.show(row)
    store.save("augmentation", [*overall, *found])


def over_tables(classifier: str, means: np.ndarray) -> list[dict]:
    """Return the mean over tables of every way, and how sure its difference from none is."""
    rows = []
    for method, column in zip((*ADDED, "auto"), means.T, strict=True):
        away = column - means[:, 0]
        row = {"classifier": classifier, "method": method, "tables": len(means)}
        row |= {"auprc": round(float(column.mean()), 4), "gain": round(float(away.mean()), 4)}
        row |= {"error": round(float(away.std(ddof=1) / np.sqrt(len(away))), 4)}
        row |= {"better_than_none": int((away > 1e-9).sum())}
        row |= {"worse_than_none": int((away < -1e-9).sum())}
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
