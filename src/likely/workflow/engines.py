"""`aim="generate"` inside a budget: the engine that gives rows held out the highest density.

Engines of mixed columns cut columns into the same pieces (`likely.data.pieces`), since pieces
depend on the rows alone. So what one counts the other counts, what one measures in euros the other
does, and each sets aside as much for what was never seen: nats of one are nats of the other.
"""

from __future__ import annotations

import math
import time
from importlib.util import find_spec
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Density
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import parameters
from likely.core.progress import track
from likely.core.random import generator, some_rows
from likely.data.table import Table
from likely.nets.budget import read_budget

ENGINES = ("GaussianCopula", "SequentialTrees", "AnyOrder")
"""What is compared, the quickest first."""

_DEFAULT = "SequentialTrees"
_NEEDS = {"AnyOrder": "torch"}  # a package that may be absent
_FEWEST = 20  # rows, of which some can be held out
_FEW, _FOLDS = 1_000, 5  # of fewer rows each is held out once, of more a fifth of them
_MOST_HELD_OUT = 10_000
_LEAST_SHARE = 0.05  # of the budget, for a network that was long in coming


class Chosen(NamedTuple):
    """The engine that was chosen.

    Parameters
    ----------
    model : Model
        Unfitted.
    sentence : str
        What was chosen and by which figures, without a full stop.
    nats : dict of str to float
        Mean log-density of a row held out, by engine.
    """

    model: Any
    sentence: str
    nats: dict[str, float]


def choose_engine(table: Table, seed: int, settings: dict[str, Any]) -> Chosen:
    """Return the engine under which rows of a table that were held out are likeliest.

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
        return Chosen(
            _made(_DEFAULT, seed, said),
            f"auto chose a {_DEFAULT} untried: {len(table)} rows are too few to hold some out",
            {},
        )
    begun, parts = time.monotonic(), _held_out(len(table), seed)
    nats: dict[str, float] = {}
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
        nats[name] = _tried(models[name], table, parts)
    best = max(nats, key=lambda name: nats[name])
    return Chosen(models[best], _sentence(best, nats, len(parts), why), nats)


def _held_out(n: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return which rows are learnt from and which are held out, once or for every fold."""
    order = generator(seed).permutation(n)
    folds = np.array_split(order, _FOLDS)
    return [
        (np.sort(np.setdiff1d(order, fold)), np.sort(fold))
        for fold in (folds if n < _FEW else folds[:1])
    ]


def _tried(model: Any, table: Table, parts: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the mean log-density of rows held out, in nats."""
    found = []
    for learnt, apart in parts:
        fitted = cast(Density, clone(model)).fit(table.take(learnt))
        some = apart[some_rows(len(apart), _MOST_HELD_OUT, generator(0))]
        found.append(fitted.log_prob(table.take(some)))
    return float(np.concatenate(found).mean())


def _made(name: str, seed: int, budget: Any) -> Any:
    """Return an engine with those of the settings that it has."""
    owner = catalogue.entry(name).load()
    known = {p.name for p in parameters(owner)}
    return owner(**{k: v for k, v in {"seed": seed, "budget": budget}.items() if k in known})


def _sentence(best: str, nats: dict[str, float], folds: int, why: list[str]) -> str:
    rest = ", ".join(
        f"{nats[name]:.2f} under {name}" for name in sorted(nats, key=lambda n: -nats[n])[1:]
    )
    how = "each row held out once" if folds > 1 else "a fifth of the rows held out"
    beside = f", beside {rest}" if rest else ""
    return "; ".join(
        (
            f"auto chose {'an' if best[0] in 'AEIOU' else 'a'} {best}, which gives rows held out "
            f"the highest density: {nats[best]:.2f} nats a row{beside} ({how})",
            *why,
        )
    )
