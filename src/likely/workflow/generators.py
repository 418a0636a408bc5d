"""`aim="generate"` and `aim="both"`: a model that draws, alone or beside one that judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import can
from likely.base.conditional import Conditional
from likely.base.model import Model
from likely.calibration.summary import summarise
from likely.core import catalogue
from likely.core.empirical import learn_empirical
from likely.core.errors import CannotDo, DataError, ParameterError
from likely.core.random import generator
from likely.data.frames import as_table
from likely.data.origin import origin_of
from likely.data.series_or_table import is_series
from likely.data.table import Table
from likely.data.texts import Texts, is_text
from likely.workflow.aside import about_aside, learn_aside
from likely.workflow.auto import choose
from likely.workflow.engines import choose_engine
from likely.workflow.kinds import read_others
from likely.workflow.learned import NO_ROWS, Learned
from likely.workflow.prepare import prepare
from likely.workflow.study import MOST_LIKELY_ROWS, Study

AIMS = ("detect", "generate", "both")
"""What a model can be learnt for."""


def learn_to_draw(
    data: Any,
    method: str | Model,
    aim: str,
    study: Callable[..., Study],
    *,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    **asked: Any,
) -> Learned:
    """Learn to draw from data; the other parameters are those of `likely.learn`.

    Parameters
    ----------
    data, method
        As in `likely.learn`.
    aim : {"generate", "both"}
        Whether to draw only, or to judge new samples as well.
    study : callable
        Learns to judge.
    columns, ignore, **asked
        As in `likely.learn`.
    """
    check_draws(method)
    others = read_others(data, method, asked["kind"])
    if isinstance(others, Texts) and aim == "generate" and asked["context"]:
        return _given(data, others, method, asked)
    if others is not None:  # one model does both
        return _drawing(study(data, method, columns=columns, ignore=ignore, **asked).learned)
    _check_asked(aim, asked)
    table = as_table(data)
    labels = asked["labels"]
    if aim == "generate":
        rows = prepare(table, columns, ignore)
        return _learned(rows, method, asked["time"], asked["seed"], asked["params"])
    params = asked["params"]
    if method == "auto":  # a budget is one of the choice of an engine, and not of judging
        asked["params"] = {name: value for name, value in params.items() if name != "budget"}
    learned = study(table, method, columns=columns, ignore=ignore, **asked).learned
    if can(learned.model, "sample") and learned.pace is None:
        return learned
    if columns is not None and isinstance(labels, str) and labels not in columns:
        columns = [*columns, labels]
    rows = prepare(table, columns, ignore)
    drawing = _learned(rows, method, None, asked["seed"], params)
    return replace(
        learned,
        generator=drawing.model,
        aside=drawing.aside,
        origin=drawing.origin,
        notes=(*learned.notes, *(note for note in drawing.notes if note not in learned.notes)),
    )


def check_aim(aim: str) -> None:
    """Raise `ParameterError` unless it is one of `AIMS`."""
    if aim not in AIMS:
        raise ParameterError(f"aim must be one of {', '.join(map(repr, AIMS))}. Got {aim!r}.")


def check_draws(method: str | Model) -> None:
    """Raise `CannotDo` if a method that was asked for draws no samples."""
    if isinstance(method, str) and method == "auto":
        return
    if isinstance(method, Model):
        draws, name, kinds = can(method, "sample"), type(method).__name__, method.card["kinds"]
    else:
        entry = catalogue.entry(str(method))
        draws, name, kinds = "Sampler" in entry.capabilities, entry.name, entry.kinds
    if not draws:
        others = [
            one
            for one, entry in catalogue.entries().items()
            if "Sampler" in entry.capabilities and set(kinds) & set(entry.kinds)
        ]
        raise CannotDo(
            f"{name} draws no samples, and was asked to learn to. Choose one that does, "
            f"{', '.join(others) or 'of which there is none yet'}, or leave method= out."
        )


def _check_asked(aim: str, asked: dict[str, Any]) -> None:
    """Raise an error if something is said that is no matter of drawing rows."""
    labels = asked["labels"]
    judging = {"group": asked["group"] is not None}
    if aim == "generate":
        judging |= {
            "context": bool(asked["context"]),
            "labels": labels is not None and not isinstance(labels, str),
        }
    said = [name for name, given in judging.items() if given]
    if said:
        instead = 'aim="detect"' if "group" in said else 'aim="both"'
        raise ParameterError(
            f"{' and '.join(said)} say how rows are judged, and aim={aim!r} draws rows. Leave them "
            f"out, or learn with {instead}."
        )
    if asked["kind"] == "timeline":
        raise CannotDo(
            "Moments of one series cannot be drawn yet in their course. Learn with kind='table' to "
            "draw them one by one, or aim='detect' to judge them."
        )


def _drawing(learned: Learned) -> Learned:
    """Return what was learnt of samples that are no table, or raise if its model cannot draw."""
    if not can(learned.model, "sample"):
        name = type(learned.model).__name__
        others = [
            one
            for one, entry in catalogue.entries().items()
            if "Sampler" in entry.capabilities and learned.unit in entry.kinds
        ]
        raise CannotDo(
            f"{name}, which auto chose, draws no {learned.worded('rows')}. Choose a method that "
            f"does with method=: {', '.join(others)}."
        )
    return learned


def _given(data: Any, texts: Texts, method: str | Model, asked: dict[str, Any]) -> Learned:
    """Return a model fitted to all texts given the columns of the context beside them."""
    able = [
        name
        for name, entry in catalogue.entries().items()
        if {"Sampler", "Conditional"} <= set(entry.capabilities) and texts.kind in entry.kinds
    ]
    model, chosen = choose(able[0] if method == "auto" else method, asked["seed"], asked["params"])
    if not isinstance(model, Conditional):
        raise CannotDo(
            f"{type(model).__name__} cannot be given a context. Choose {' or '.join(able)} with "
            "method=, or leave context= out."
        )
    if is_text(data):
        raise ParameterError(
            "context= names columns beside the texts, and these stand alone. Give a table."
        )
    context, table = asked["context"], as_table(data)
    names = [context] if isinstance(context, str) else list(context)
    table.check_names(names)
    beside = [table.names.index(name) for name in names]
    columns = tuple(replace(table.columns[j], set_aside="") for j in beside)
    fitted = cast(Model, clone(model)).fit(texts, condition=Table(table.matrix[:, beside], columns))
    if method == "auto":
        chosen = f"auto chose {able[0]}, because it can be given a context"
    return Learned(
        model=fitted,
        reference=learn_empirical(-fitted.training_scores_),
        held_out=False,
        likely_rows=NO_ROWS,
        columns=(),
        time=None,
        rows_learnt=len(texts),
        notes=(
            *texts.notes,
            f"{chosen}.",
            f"Each was learnt given {', '.join(names)}: say with where= what is to be drawn.",
            *getattr(fitted, "notes_", ()),
        ),
    )


def _learned(
    table: Table, method: str | Model, time: str | None, seed: int, params: dict[str, Any]
) -> Learned:
    """Return a model fitted to all rows, with all that new rows need, and no reference apart."""
    if len(table) < 2:
        raise DataError("Learning needs at least 2 rows. Got 1.")
    if method == "auto" and "budget" in params:
        model, chosen = choose_engine(table, seed, params)
    else:
        model, chosen = choose(method, seed, params, kind="generate")
    fitted = cast(Model, clone(model)).fit(table)
    schema = fitted.schema_
    rows = np.arange(len(table))
    if len(rows) > MOST_LIKELY_ROWS:
        rows = np.sort(generator(seed).choice(len(table), MOST_LIKELY_ROWS, replace=False))
    course = ()
    if is_series(table, time)[0]:
        course = ("Rows are moments of a series; new ones are drawn one by one, in no course.",)
    return Learned(
        model=fitted,
        reference=learn_empirical(
            -fitted.training_scores_, tail_counts=1, least_scale=fitted.least_scale
        ),
        held_out=False,
        likely_rows=schema.match(table.take(rows)),
        columns=table.columns,
        time=time,
        rows_learnt=len(table),
        notes=(*table.notes, f"{chosen}.", *course, *about_aside(table.columns)),
        summaries=summarise(schema, schema.match(table)),
        aside=learn_aside(table, fitted, seed),
        origin=origin_of(table),
    )
