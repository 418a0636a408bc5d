"""Every method of the benchmarks on tables: how it is made, and how it judges a task.

Ours are "likely.NAME" for the detectors of the catalogue and "likely.auto"; PyOD's are "pyod.NAME"
with its defaults; "floor.NAME" are trivial baselines that any method should beat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from importlib import import_module
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

import likely
from likely.core import catalogue
from tables import Task

Judged = tuple[np.ndarray, float, float]
"""Oddness of the judged rows, shape (m,), seconds to fit and seconds to score."""

_PYOD = {
    "KNN": ("knn", {}),
    "KNN standardised": ("knn", {}),
    "LOF": ("lof", {}),
    "LOF standardised": ("lof", {}),
    "GMM": ("gmm", {}),
    "CBLOF": ("cblof", {}),
    "INNE": ("inne", {}),
    "IForest": ("iforest", {}),
    "HBOS": ("hbos", {}),
    "PCA": ("pca", {"svd_solver": "full"}),  # the default gives NaN on rank-deficient tables
    "ECOD": ("ecod", {}),
    "COPOD": ("copod", {}),
    "MCD": ("mcd", {}),
    "OCSVM": ("ocsvm", {}),
    "KDE": ("kde", {}),
}
_MOST_ROWS = {"KNN": 20_000, "LOF": 20_000, "OCSVM": 5_000, "KDE": 5_000}
"""PyOD's methods whose cost grows with the square of the rows learn from so many, drawn at random;
the other rows are then scored as new ones."""

_NOT_ALONE = ("contextual", "supervised")
"""Branches of the catalogue whose models need more than rows: a context, groups or labels."""

FLOORS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sum of squared z": lambda z: (z**2).sum(axis=1),
    "largest |z|": lambda z: np.abs(z).max(axis=1),
}
COUNTERPARTS = {
    "KNN": "KNN",
    "LOF": "LOF",
    "GaussianMixture": "GMM",
    "CBLOF": "CBLOF",
    "IsolationForest": "IForest",
    "HBOS": "HBOS",
    "PCA": "PCA",
    "ECOD": "ECOD",
    "COPOD": "COPOD",
    "Mahalanobis": "MCD",
    "OneClassSVM": "OCSVM",
    "KernelDensity": "KDE",
}
"""Our detectors that PyOD has, too, under its name."""


def method_names(patterns: Iterable[str] = ("*",)) -> list[str]:
    """Return all methods that match any of the patterns, such as "pyod.*"; auto comes last."""
    names = [f"floor.{name}" for name in FLOORS] + [f"pyod.{name}" for name in _PYOD]
    alone = [name for name, entry in catalogue.entries().items() if entry.branch not in _NOT_ALONE]
    names += [f"likely.{name}" for name in alone] + ["likely.auto"]
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def judge(method: str, task: Task, seed: int) -> Judged:
    """Let a method learn and judge, and time it."""
    library, _, name = method.partition(".")
    if library == "floor":
        return _floor(name, task)
    if library == "pyod":
        return _pyod(name, task, seed)
    return _auto(task, seed) if name == "auto" else _ours(name, task, seed)


def make_pyod(name: str, seed: int) -> Any:
    """Return an unfitted detector of PyOD with its defaults."""
    module, settings = _PYOD[name]
    owner = getattr(import_module(f"pyod.models.{module}"), name.split()[0])
    model = owner(**settings)
    return owner(random_state=seed, **settings) if hasattr(model, "random_state") else model


def _ours(name: str, task: Task, seed: int) -> Judged:
    model = catalogue.make(name)
    if "seed" in model.get_params():
        model.set_params(seed=seed)
    start = perf_counter()
    model.fit(task.train)
    fitted = perf_counter()
    scores = model.training_scores_ if task.test is None else model.score_samples(task.test)
    return -scores, fitted - start, perf_counter() - fitted


def _auto(task: Task, seed: int) -> Judged:
    start = perf_counter()
    if task.test is None:
        surprise = likely.detect(task.train, seed=seed).surprise
        return surprise, perf_counter() - start, 0.0
    learned = likely.learn(task.train, normal=True, seed=seed)
    fitted = perf_counter()
    return learned.surprise(task.test), fitted - start, perf_counter() - fitted


def _pyod(name: str, task: Task, seed: int) -> Judged:
    model = make_pyod(name, seed)
    start = perf_counter()
    train, test = task.train, task.test
    if name.endswith("standardised"):
        scaler = StandardScaler().fit(train)
        train, test = scaler.transform(train), None if test is None else scaler.transform(test)
    most = _MOST_ROWS.get(name.split()[0], len(train))
    kept = np.sort(np.random.default_rng(0).permutation(len(train))[:most])
    model.fit(train[kept])
    fitted = perf_counter()
    if test is not None:
        return model.decision_function(test), fitted - start, perf_counter() - fitted
    oddness = np.empty(len(train))
    oddness[kept] = model.decision_scores_  # KNN and LOF leave the row itself out in these
    others = np.setdiff1d(np.arange(len(train)), kept)
    if len(others):
        oddness[others] = model.decision_function(train[others])
    return oddness, fitted - start, perf_counter() - fitted


def _floor(name: str, task: Task) -> Judged:
    start = perf_counter()
    scaler = StandardScaler().fit(task.train)
    fitted = perf_counter()
    oddness = FLOORS[name](scaler.transform(task.train if task.test is None else task.test))
    return oddness, fitted - start, perf_counter() - fitted
