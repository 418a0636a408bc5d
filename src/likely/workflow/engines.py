"""`aim="generate"` inside a budget: which engine of mixed columns, by rows that are held out.

Engines cut columns into the same pieces (`likely.data.pieces`), since pieces depend on the rows
alone. So what one counts the other counts, what one measures in euros the other does, and each sets
aside as much for what was never seen: nats of one are nats of the other, and few rows are enough to
compare them. But a density may be high and its rows easily told from real ones
(`benchmarks/synthetic.py`: of shoppers and of credit it is), so where there are rows enough to
learn to tell them, that decides.
"""

from __future__ import annotations

import math
import time
from importlib.util import find_spec
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.base import clone

from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import parameters
from likely.core.progress import track
from likely.core.random import generator, some_rows
from likely.data.table import Table
from likely.evaluation import two_sample_test
from likely.nets.budget import read_budget
from likely.workflow.conditions import rounded

ENGINES = ("GaussianCopula", "SequentialTrees", "AnyOrder")
"""What is compared, the quickest first."""

_DEFAULT = "SequentialTrees"
_NEEDS = {"AnyOrder": "torch"}  # a package that may be absent
_FEWEST = 20  # rows, of which some can be held out
_FEW, _FOLDS = 1_000, 5  # of fewer rows each is held out once, of more a fifth of them
_MOST_HELD_OUT = 2_000
_ENOUGH = 2_000  # rows, of which a fifth is enough to learn to tell drawn rows from them
_LEAST_SHARE = 0.05  # of the budget, for a network that was long in coming


class Trial(NamedTuple):
    """What rows held out say of an engine.

    Parameters
    ----------
    nats : float
        Their mean log-density.
    auroc : float or None
        How well boosted trees tell rows it drew from them; 0.5 is ideal. None for few rows.
    """

    nats: float
    auroc: float | None


def choose_engine(table: Table, seed: int, settings: dict[str, Any]) -> tuple[Any, str]:
    """Return the unfitted engine that rows held out speak for, and a sentence that says so.

    Of fewer than 2,000 rows it is that under which these are likeliest, of more that whose rows are
    hardest to tell from them.

    One after the other is tried, the quickest first. Another one is begun as long as half of the
    budget is left, and a network shares what is left among its trials and its last training.

    Parameters
    ----------
    table : Table
        All rows to learn from.
    seed : int
        Of what is held out, and of the engines.
    settings : dict
        The budget: of time, such as "30s", for all that is done here and after; or of steps, which
        is that of every training of a network, and does not ask the clock.

    Raises
    ------
    ParameterError
        If there are other settings, or the budget cannot be read.
    """
    others = sorted(set(settings) - {"budget"})
    if others:
        raise ParameterError(
            f"Of a method that auto chooses inside a budget nothing else can be set. Leave "
            f"{', '.join(others)} out, or name a method: {', '.join(ENGINES)}."
        )
    said, seconds = settings["budget"], read_budget(settings["budget"]).seconds
    if len(table) < _FEWEST:
        return _made(_DEFAULT, seed, said), (
            f"auto chose a {_DEFAULT} untried: {len(table)} rows are too few to hold some out"
        )
    begun, parts = time.monotonic(), _held_out(len(table), seed)
    trials: dict[str, Trial] = {}
    models: dict[str, Any] = {}
    absent = [name for name, package in _NEEDS.items() if find_spec(package) is None]
    why = [f"{name} needs likely[{catalogue.EXTRAS[_NEEDS[name]]}]" for name in absent]
    for name in track([one for one in ENGINES if one not in absent], "Comparing engines"):
        if models and time.monotonic() - begun > seconds / 2:
            why.append(f"there was no time for {name}")
            continue
        catalogue.entry(name).load()  # of a network that takes seconds by itself
        left = max(seconds - (time.monotonic() - begun), seconds * _LEAST_SHARE)
        models[name] = _made(name, seed, said if math.isinf(seconds) else left / (len(parts) + 1))
        trials[name] = _tried(models[name], table, parts, seed)
    ranked = sorted(trials, key=lambda name: _merit(trials[name]), reverse=True)
    return models[ranked[0]], _sentence({name: trials[name] for name in ranked}, len(parts), why)


def _held_out(n: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return which rows are learnt from and which are held out, once or for every fold."""
    order = generator(seed).permutation(n)
    folds = np.array_split(order, _FOLDS)
    return [
        (np.sort(np.setdiff1d(order, fold)), np.sort(fold))
        for fold in (folds if n < _FEW else folds[:1])
    ]


def _tried(
    model: Any, table: Table, parts: list[tuple[np.ndarray, np.ndarray]], seed: int
) -> Trial:
    """Fit an engine to rows, and ask those held out."""
    nats, auroc = [], None
    for learnt, apart in parts:
        fitted = cast(Any, clone(model)).fit(table.take(learnt))
        rows = table.take(apart[some_rows(len(apart), _MOST_HELD_OUT, generator(seed))])
        nats.append(fitted.log_prob(rows))
        if len(table) >= _ENOUGH:
            schema = fitted.schema_
            made = Table(rounded(schema, fitted.sample(len(rows), seed=seed)), schema.used)
            real = schema.match(rows)
            auroc = two_sample_test(real, made, "codes", folds=3, seed=seed).auroc
    return Trial(float(np.concatenate(nats).mean()), auroc)


def _merit(trial: Trial) -> float:
    return trial.nats if trial.auroc is None else -trial.auroc


def _made(name: str, seed: int, budget: Any) -> Any:
    """Return an engine with those of the settings that it has."""
    owner = catalogue.entry(name).load()
    known = {p.name for p in parameters(owner)}
    return owner(**{k: v for k, v in {"seed": seed, "budget": budget}.items() if k in known})


def _sentence(ranked: dict[str, Trial], folds: int, why: list[str]) -> str:
    """Say which engine was chosen, by which figures, and which were not tried, the best first."""
    best, *others = ranked
    how = "each row held out once" if folds > 1 else "a fifth of the rows held out"
    chose = f"auto chose {'an' if best[0] in 'AEIOU' else 'a'} {best}"
    figures = ", ".join(f"{trial.nats:.2f} under {name}" for name, trial in ranked.items())
    if not others:
        said = f"{chose}, the only one tried"
    elif ranked[best].auroc is None:
        said = f"{chose}, under which rows held out are likeliest: {figures}, in nats a row ({how})"
    else:
        told = ", ".join(f"{trial.auroc:.2f} of {name}" for name, trial in ranked.items())
        said = (
            f"{chose}, whose rows are the hardest to tell from rows held out: AUROC {told} "
            f"(0.50 is ideal; {how}, which have {figures}, in nats a row)"
        )
    return "; ".join((said, *why))
