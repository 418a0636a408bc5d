"""What `likely.learn` and `likely.detect` have in common: read, choose, fit, calibrate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.base.labelled import label_values
from likely.base.model import Model
from likely.base.over_time import OverTime
from likely.calibration.cross_fit import CrossFit, cross_fit, hold_out
from likely.calibration.decisions import benjamini_hochberg
from likely.calibration.same_rows import Judgement
from likely.calibration.summary import summarise
from likely.core.empirical import learn_empirical
from likely.core.errors import CannotDo, DataError, ParameterError
from likely.core.random import generator
from likely.data.clips import Clips
from likely.data.clock_column import with_clock
from likely.data.origin import Origin, origin_of
from likely.data.samples import Samples
from likely.data.series_or_table import are_series
from likely.data.shaped import Shaped
from likely.data.table import Table
from likely.data.texts import Texts
from likely.workflow.aside import Aside, learn_aside
from likely.workflow.auto import choose
from likely.workflow.circumstances import in_context, in_regime, of_groups
from likely.workflow.grouping import Grouping, learn_grouping
from likely.workflow.kinds import is_one_series, models_of, read_others
from likely.workflow.labels import Lesson, take_lesson
from likely.workflow.learned import NO_ROWS, Learned
from likely.workflow.over_time.entities import Entities
from likely.workflow.over_time.study import study_series
from likely.workflow.roles import Roles, take_roles

MOST_LIKELY_ROWS = 1_000
_SUSPECT_AT = 0.1


@dataclass(frozen=True)
class Study:
    """Rows, how odd each is by a model that did not see it, and what was learnt from them.

    Parameters
    ----------
    samples : Table, Shaped, Texts or Clips
        The rows, the samples with axes, the texts, or the sound.
    cross : CrossFit
        Their held-out oddness.
    judgement : Judgement
        Their p-values.
    learned : Learned
        What new rows can be judged by.
    known : ndarray of shape (n,) or None
        Of moments of a series, 1 for known anomalies.
    """

    samples: Samples
    cross: CrossFit
    judgement: Judgement
    learned: Learned
    known: np.ndarray | None = None


def study(
    data: Any,
    method: str | Model,
    *,
    labels: Any,
    context: Sequence[str] | str | None,
    group: str | None,
    time: str | None,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    normal: bool,
    seed: int,
    params: dict[str, Any],
    kind: str | None = None,
    for_new: bool = False,
) -> Study:
    """Learn from data; the parameters are those of `likely.learn`.

    With `for_new`, only new samples will be judged: a slow model then learns once, and the result
    is of the samples that it did not see.
    """
    others = read_others(data, method, kind)
    if others is not None:
        _refuse(others, context=context, group=group, time=time, columns=columns, ignore=ignore)
        return _study_others(
            others, method, labels, normal=normal, seed=seed, params=params, for_new=for_new
        )
    roles = take_roles(data, columns, ignore, labels=labels, context=context, group=group)
    table, known = roles.table, roles.labels
    if len(table) < 2:
        raise DataError("Learning needs at least 2 rows. Got 1.")
    if time is not None:
        table.check_names([time])
    if is_one_series(table, method, kind, time, roles):
        return _study_series(table, method, roles, time, normal=normal, seed=seed, params=params)
    if group is not None and roles.context:
        channels = table.set_aside(dict.fromkeys(roles.context, "context"))
        series, why = are_series(channels, group, time)
        more = "" if series else f" {why} A column that stands in the way is left out by ignore=."
        raise ParameterError(
            f"Ask for context or group, not both: groups of rows take no context.{more}"
        )
    labelled = known is not None and not normal
    model, chosen = choose(method, seed, params, normal=normal, labelled=labelled)
    model, given = in_context(model, roles.context, seed)
    grouping = None
    if roles.group is not None:
        grouping, known = learn_grouping(table, roles.group, known, normal=normal)
        table, forms = grouping.groups(table)
        time = None  # averages over members have none
        if method == "auto":
            model, chosen = of_groups(grouping, forms)
    chosen += given
    if len(table) < 2:
        raise DataError(f"Learning needs at least 2 groups. {group!r} makes 1.")
    judged = "rows" if grouping is None else "groups"
    lesson = take_lesson(model, known, len(table), normal=normal, judged=judged)
    return _conclude(
        table,
        model,
        lesson,
        chosen,
        normal=normal,
        seed=seed,
        time=time,
        grouping=grouping,
        for_new=for_new and known is None,
    )


def _study_series(
    table: Table,
    method: str | Model,
    roles: Roles,
    time: str | None,
    *,
    normal: bool,
    seed: int,
    params: dict[str, Any],
) -> Study:
    """Learn from rows that are moments; the parameters are those of `likely.learn`."""
    model, chosen = choose(method, seed, params, normal=normal, kind="timeline")
    if roles.context and method == "auto":
        model, chosen = in_regime(seed, params)
    if not isinstance(model, OverTime):
        raise CannotDo(
            f"{type(model).__name__} judges each row by itself. For moments of one series there "
            f"are {', '.join(models_of('timeline'))}."
        )
    entities = None
    table = table.set_aside(dict.fromkeys(roles.context, "context"))  # it is no clock either
    if roles.group is None:
        table = with_clock(table, time)
    else:
        entities, table = Entities.learn(table, roles.group, time)
    table = table.set_aside(dict.fromkeys(roles.context, ""))
    cross, judgement, learned = study_series(
        table,
        model,
        chosen,
        time=time,
        normal=normal,
        entities=entities,
        context=roles.context,
        known=roles.labels,
    )
    return Study(table, cross, judgement, learned, roles.labels)


def _study_others(
    samples: Shaped | Texts | Clips,
    method: str | Model,
    labels: Any,
    *,
    normal: bool,
    seed: int,
    params: dict[str, Any],
    for_new: bool,
) -> Study:
    """Learn from samples that are no table; the parameters are those of `likely.learn`."""
    if len(samples) < 2:
        raise DataError(f"Learning needs at least 2 samples. Got {len(samples)}.")
    known = None if labels is None else label_values(labels, len(samples))
    model, chosen = choose(method, seed, params, normal=normal, kind=samples.kind)
    lesson = take_lesson(model, known, len(samples), normal=normal)
    said = tuple(f"Of those learnt from, {note[:1].lower()}{note[1:]}" for note in samples.notes)
    noted = replace(samples, notes=said)  # they are told beside what new samples are like
    return _conclude(
        noted, model, lesson, chosen, normal=normal, seed=seed, for_new=for_new and known is None
    )


def _refuse(samples: Shaped | Texts | Clips, **about_columns: Any) -> None:
    """Raise `ParameterError` if something was said about columns of samples that have none."""
    given = [name for name, value in about_columns.items() if value]
    if given:
        raise ParameterError(
            f"{', '.join(given)} {'is' if len(given) == 1 else 'are'} about columns of a table, "
            f"and samples of the kind {samples.kind} have none. Leave it out."
        )


def _conclude(
    samples: Samples,
    model: Model,
    lesson: Lesson,
    chosen: str,
    *,
    normal: bool,
    seed: int,
    time: str | None = None,
    grouping: Grouping | None = None,
    for_new: bool,
) -> Study:
    """Cross-fit the model, judge the samples, and put together what new ones are judged by."""
    apart = hold_out(model, samples, seed) if for_new else None
    if apart is not None:
        cross, judged = apart
        lesson = take_lesson(model, None, len(judged), normal=normal)
    else:
        cross = cross_fit(model, samples, seed, labels=lesson.labels, unlearnt=lesson.unlearnt)
        judged = samples
    judgement = lesson.judge(cross.oddness, cross.model)
    suspects = np.zeros(len(judged), dtype=bool)
    if judgement.holds and not normal:
        suspects = benjamini_hochberg(judgement.log_p, _SUSPECT_AT)
        suspects &= np.isnan(lesson.known)
    likely_rows = NO_ROWS
    if isinstance(judged, Table):
        likely_rows = _likely_rows(judged, cross, judgement, lesson, seed)
    is_table = isinstance(samples, Table)
    schema = cross.model.schema_
    learned = Learned(
        model=cross.model,
        reference=learn_empirical(
            cross.oddness[~suspects & ~lesson.kept_out],
            tail_counts=1,
            least_scale=cross.model.least_scale,
        ),
        held_out=cross.held_out,
        likely_rows=likely_rows,
        columns=samples.columns if is_table else (),
        time=time,
        rows_learnt=len(samples),
        summaries=summarise(schema, schema.match(samples)) if is_table else (),
        grouping=grouping,
        aside=learn_aside(samples, cross.model, seed) if is_table else Aside(),
        origin=origin_of(samples) if is_table else Origin(),
    )
    about_rows = (*lesson.notes, *_about(suspects), *_about_bounds(cross.model))
    if apart is not None:
        about_rows = (_about_reference(len(samples), len(judged)), *about_rows)
    training = getattr(cross.model, "notes_", ())
    notes = (*samples.notes, chosen + ".", *map(learned.worded, about_rows), *training)
    return Study(judged, cross, judgement, replace(learned, notes=notes))


def _about_reference(n: int, apart: int) -> str:
    """Say that the model did not learn from all rows."""
    return (
        f"Learnt from {n - apart:,} of {n:,} rows; the other {apart:,} rows are the reference "
        "that new rows are compared with."
    )


def _about(suspects: np.ndarray) -> list[str]:
    """Say how many rows are kept out of the reference."""
    count = int(suspects.sum())
    if not count:
        return []
    looks, they = ("looks", "it is") if count == 1 else ("look", "they are")
    return [
        f"{count:,} of {len(suspects):,} rows {looks} odd already; {they} kept out of the "
        "reference that new rows are compared with."
    ]


def _about_bounds(model: Model) -> list[str]:
    """Say which models compare with some of the rows that they learnt from, as neighbours do.

    Of detectors of one kind the one that keeps most rows counts.
    """
    n = len(model.training_scores_)
    kept: dict[str, int] = {}
    for part in getattr(model, "detectors_", (model,)):
        name, most = type(part).__name__, getattr(part, "max_reference", n)
        kept[name] = max(kept.get(name, 0), most)
    bounds: dict[int, list[str]] = {}
    for name, most in kept.items():
        if most < n:
            bounds.setdefault(most, []).append(name)
    return [
        f"{' and '.join(names)} {'compares' if len(names) == 1 else 'compare'} with {most:,} rows, "
        f"drawn at random from the {n:,} that it learnt from (max_reference)."
        for most, names in bounds.items()
    ]


def _likely_rows(
    table: Table, cross: CrossFit, judgement: Judgement, lesson: Lesson, seed: int
) -> Table:
    """Return a sample of the rows that are not odd, in the terms of the model's schema."""
    ordinary = np.flatnonzero((judgement.log_p >= np.log(0.1)) & ~lesson.kept_out)
    if len(ordinary) > MOST_LIKELY_ROWS:
        ordinary = np.sort(generator(seed).choice(ordinary, MOST_LIKELY_ROWS, replace=False))
    return cross.model.schema_.match(table.take(ordinary))
