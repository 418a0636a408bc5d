"""Find network attacks, many of them of unseen kinds, after learning normal traffic only (NSL-KDD).

Everything learns from the 13,449 normal connections of the training file and judges all 22,544 of
the test file. Ours get the table as it is, with its mixed types: auto is
`likely.learn(normal_rows, normal=True)`, the detectors are by name through the same call. PyOD's
methods, with their defaults, get the three text columns one-hot encoded and every column
standardised, both learnt from the training rows. AUROC by kind compares the attacks of one kind
with all normal test rows; "new" are attacks that the training file does not know even by name.
The false alarms are the share of normal test rows with p-values of at most 0.01: they come from
another time and network than the training rows, so the promise may not hold, and that is worth
seeing. PyOD's cut at the 99 % quantile of its training scores, which nothing promises, stands
beside it.

    python benchmarks/intrusion.py                       measures what is not stored yet
    python benchmarks/intrusion.py likely.auto pyod.KNN  measures these anew
"""

from __future__ import annotations

import sys
import warnings
from importlib.metadata import version
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import likely
import store
from contenders import make_pyod, method_names
from limited import Worker
from tables import DATA

FPR = 0.01
LIMIT = 600.0
KINDS = {
    "denial of service": "apache2 back land mailbomb neptune pod processtable smurf teardrop "
    "udpstorm worm",
    "probe": "ipsweep mscan nmap portsweep saint satan",
    "remote access": "ftp_write guess_passwd httptunnel imap multihop named phf sendmail "
    "snmpgetattack snmpguess spy warezclient warezmaster xlock xsnoop",
    "user to root": "buffer_overflow loadmodule perl ps rootkit sqlattack xterm",
}
NOT_COLUMNS = ["label", "difficulty"]
ALL = [
    method
    for method in method_names(["likely.*", "pyod.*"])
    if not method.endswith((".Ensemble", ".Grubbs", ".GeneralizedESD", " standardised"))
]
"""The tests of single columns are for small tables, and all of PyOD's methods are standardised."""


def main(wanted: list[str]) -> None:
    """Measure what is asked for, or what is not stored yet; print and store."""
    stored = {row["method"]: row for row in store.load("intrusion")}
    methods = method_names(wanted) if wanted else [m for m in ALL if m not in stored]
    worker = Worker(measure, LIMIT)
    for method in methods:
        figures, failure = worker.call(method)
        stored[method] = {"method": method} | (figures or {"failure": failure})
        store.show(stored[method])
        rows = sorted(stored.values(), key=lambda row: -row.get("auroc", 0.5))
        store.save("intrusion", rows, pyod=version("pyod"), fpr=FPR)
    worker.stop()


def measure(method: str) -> dict[str, Any]:
    """Return the figures of one method; called in a process of its own."""
    train, test = read("nsl_kdd_train20"), read("nsl_kdd_test")
    normal = train[train["label"] == "normal"].drop(columns=NOT_COLUMNS)
    labels = test.pop("label")
    judged = test.drop(columns="difficulty")
    odd = (labels != "normal").to_numpy()
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn of constant columns
        library, _, name = method.partition(".")
        oddness, alarms = (_ours if library == "likely" else _pyod)(name, normal, judged)
    figures = {
        "auroc": roc_auc_score(odd, oddness),
        "auprc": average_precision_score(odd, oddness),
        "false_alarms": alarms[~odd].mean(),
        "found": alarms[odd].mean(),
    }
    groups = {kind: labels.isin(names.split()) for kind, names in KINDS.items()}
    groups["new"] = odd & ~labels.isin(set(train["label"]))
    for kind, members in groups.items():
        chosen = ~odd | members
        figures[f"auroc {kind}"] = roc_auc_score(odd[chosen], oddness[chosen])
    rounded = {key: round(float(value), 4) for key, value in figures.items()}
    return rounded | {"seconds": round(perf_counter() - start, 1)}


def read(name: str) -> pd.DataFrame:
    """Return a file of the data set."""
    return pd.read_parquet(DATA / "synthetic" / f"{name}.parquet")


def _ours(name: str, normal: pd.DataFrame, judged: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    learned = likely.learn(normal, name, normal=True)
    log_p = learned.log_p(judged)
    return -log_p, log_p <= np.log(FPR)


def _pyod(name: str, normal: pd.DataFrame, judged: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    text = list(normal.select_dtypes(exclude="number"))
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder = ColumnTransformer([("levels", one_hot, text)], remainder="passthrough")
    x = encoder.fit_transform(normal).astype(np.float64)
    scaler = StandardScaler().fit(x)
    model = make_pyod(name, 0).fit(scaler.transform(x))
    new = scaler.transform(encoder.transform(judged).astype(np.float64))
    oddness = np.nan_to_num(model.decision_function(new), posinf=0.0, neginf=0.0)
    return oddness, oddness > np.quantile(model.decision_scores_, 1 - FPR)


if __name__ == "__main__":
    main(sys.argv[1:])
