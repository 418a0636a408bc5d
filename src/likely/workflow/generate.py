"""New samples from what was learnt, as what the user's data were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from likely.base.capabilities import Sampler, can
from likely.base.conditional import Conditional
from likely.core import catalogue
from likely.core.errors import CannotDo, ParameterError
from likely.core.params import check_parameters
from likely.data.alphabet import Alphabet
from likely.data.back import to_array, to_frame
from likely.data.captions import Captions
from likely.data.clips import Clips
from likely.data.column import Column
from likely.data.origin import Origin
from likely.data.rules import doubts, read_rules
from likely.data.samples import Samples
from likely.data.schema import Schema
from likely.data.shaped import Shaped
from likely.data.sound import Sound
from likely.data.table import Table, stack
from likely.data.texts import Texts
from likely.workflow.conditions import (
    Probable,
    checked_where,
    draw_keeping,
    draw_where,
    probability_of,
    rounded,
)
from likely.workflow.learned import Learned
from likely.workflow.told import conditions_of, example, told


def generate(
    learned: Learned,
    n: int,
    *,
    where: Any = None,
    rules: Sequence[str] | str = (),
    prompt: str | None = None,
    like: Any = None,
    seed: int | None = 0,
    drawing: dict[str, Any],
) -> Any:
    """Draw new samples; the parameters are those of `Learned.generate`."""
    asked = checked_where(where)
    drawn = draw(learned, n, where=asked, rules=rules, prompt=prompt, seed=seed, drawing=drawing)
    if isinstance(drawn, (Texts, Clips)):
        return list(drawn.parts)
    if not isinstance(drawn, Table):
        return drawn.parts
    return _as_the_data(learned, whole(learned, drawn, seed), like)


def draw(
    learned: Learned,
    n: int,
    *,
    where: Mapping[str, Any] | None = None,
    rules: Sequence[str] | str = (),
    prompt: str | None,
    seed: int | None,
    drawing: dict[str, Any],
) -> Samples:
    """Draw new samples as models see them; the parameters are those of `Learned.generate`."""
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 1:
        raise ParameterError(f"n must be an integer of at least 1. Got {n!r}.")
    model = sampler_of(learned)
    schema, n = model.schema_, int(n)
    asked, conditions = is_asked(model), conditions_of(model)
    given = None
    if where and conditions is not None and not rules:
        given = told(conditions, n, where, seed)
    elif where or rules:
        return _rows(learned, model, n, where or {}, rules, (prompt, drawing, asked), seed)
    elif conditions is not None and not asked:
        raise ParameterError(
            f"{type(model).__name__} was told something of every sample, so it has to be told what "
            f"to draw: give where=, such as where={example(conditions)}."
        )
    if (prompt is not None or drawing) and not asked:
        return _continued(model, n, prompt, given, seed, drawing)
    drawn = (
        _asked(model, n, prompt, given, seed, drawing)
        if asked
        else model.sample(n, seed=seed, condition=given)
    )
    if isinstance(schema, Alphabet):
        return Texts(tuple(drawn), kind=schema.kind)
    if isinstance(schema, Sound):
        return Clips(tuple(drawn), schema.rate, schema.dtype)
    if isinstance(schema, Schema):
        return Table(rounded(schema, drawn), schema.used, named=schema.named)
    return Shaped(schema.kind, drawn, schema.flat)


def sampler_of(learned: Learned) -> Any:
    """Return the model that draws, or raise `CannotDo` if there is none."""
    model = learned.drawing_model
    if isinstance(model, Sampler) and (learned.grouping is None or learned.generator is not None):
        return model
    schema = model.schema_
    kind = "table" if isinstance(schema, Schema) else schema.kind
    which = ", ".join(_samplers(kind)) or "none yet"
    cannot = f"{type(model).__name__} cannot generate {learned.worded('rows')}."
    if kind == "table":
        raise CannotDo(
            f'{cannot} Learn with aim="generate" (or aim="both", to judge rows, too), or choose a '
            f"method that can with method=: {which}."
        )
    raise CannotDo(f"{cannot} For these there are {which}; choose one with method=.")


def probability(learned: Learned, where: Any, seed: int | None) -> float:
    """Return how probable conditions are; the parameters are those of `Learned.probability`."""
    model = sampler_of(learned)
    if conditions_of(model) is not None:
        raise CannotDo(
            f"{type(model).__name__} knows samples given conditions, and not how probable these "
            "are."
        )
    return probability_of(model, checked_where(where), seed)


def broken_rules(learned: Learned, rules: Sequence[str] | str) -> tuple[str, ...]:
    """Say which rules the rows learnt from break, as far as rows of them are kept."""
    model = sampler_of(learned)
    schema = model.schema_
    if not isinstance(schema, Schema):
        raise ParameterError("rules are about columns of a table, and these samples have none.")
    read, kept = read_rules(rules, schema.columns), learned.likely_rows
    if not len(kept):
        return ()
    places = {column.name: j for j, column in enumerate(kept.columns)}
    matrix = np.full((len(kept), len(schema.used)), np.nan)
    for j, column in enumerate(schema.used):
        place = places.get(column.name)
        if place is not None and kept.columns[place].labels == column.labels:
            matrix[:, j] = kept.matrix[:, place]
    return doubts(read, matrix)


def whole(learned: Learned, drawn: Table, seed: int | None) -> Table:
    """Return drawn rows with the columns that were set aside, all in the order of the data."""
    columns = learned.drawing_model.schema_.columns
    aside = learned.aside.draw(columns, len(drawn), seed)
    used = {c.name: (c, drawn.matrix[:, j]) for j, c in enumerate(drawn.columns)}
    parts = [used[c.name] if c.used else aside[c.name] for c in columns]
    return stack([part[0] for part in parts], [part[1] for part in parts], named=drawn.named)


def _rows(
    learned: Learned,
    model: Any,
    n: int,
    where: Mapping[str, Any],
    rules: Sequence[str] | str,
    others: tuple[str | None, dict[str, Any], bool],
    seed: int | None,
) -> Table:
    """Draw rows of a table of which something is asked."""
    schema = model.schema_
    prompt, drawing, asked = others
    name = type(model).__name__
    if not isinstance(schema, Schema):
        raise ParameterError(
            f"{name} reads what to draw: say it with prompt=."
            if asked
            else f"{name} was told nothing of its samples, so nothing can be asked of them. where= "
            "says conditions of a model that was fitted with condition=, one row a sample; rules= "
            "are about rows of a table."
        )
    if asked or conditions_of(model) is not None or prompt is not None or drawing:
        raise ParameterError(
            "where and rules are about columns of a table that was learnt without conditions, and "
            "go with no prompt."
        )
    read = read_rules(rules, schema.columns)
    known = broken_rules(learned, rules) if rules else ()
    found = draw_keeping(partial(_where, model, where), n, read, known, seed)
    return Table(found.rows, schema.used, named=schema.named)


def _where(model: Any, where: Mapping[str, Any], n: int, seed: int | None) -> Probable:
    return draw_where(model, n, where, seed)


def _as_the_data(learned: Learned, table: Table, like: Any) -> Any:
    """Return rows as a dataframe or array, as the data were, or like what the user gives."""
    if not table.named and like is None:
        return to_array(table, learned.origin.types)
    if like is not None:
        return to_frame(learned.origin.as_written(table, like), like)
    return in_kind(table, learned.origin, learned.columns)


def in_kind(table: Table, origin: Origin, columns: Sequence[Column]) -> Any:
    """Return rows as a dataframe of the library and the types that the data had."""
    like = origin.like(columns)
    frame = to_frame(origin.as_written(table, like), like)
    return frame if like is None else origin.as_objects(frame)


def is_asked(model: Any) -> bool:
    """Whether a model draws samples of which something is said: a caption, or a label."""
    told = isinstance(model, Conditional) and model.condition_ is not None
    return told and not isinstance(model.schema_, (Alphabet, Sound))


def unknown_words(model: Any, prompt: str | None) -> tuple[str, ...]:
    """Return the words of a prompt that a model that reads captions never learnt."""
    learnt = getattr(model, "condition_", None)
    if prompt is None or not isinstance(learnt, Captions):
        return ()
    return learnt.unknown([prompt])


def _asked(
    model: Any,
    n: int,
    prompt: str | None,
    given: Table | None,
    seed: int | None,
    drawing: dict[str, Any],
) -> np.ndarray:
    """Draw samples of which the prompt, or a table of conditions, says what is on them."""
    name = type(model).__name__
    if (prompt is None) == (given is None):
        raise ParameterError(
            f"{name} was told what is on samples, so it has to be told what to draw: give either "
            'prompt=, such as "a boot above a bag", or where=.'
        )
    others = set(drawing) - ({"guidance"} if hasattr(model, "guidance") else set())
    if others:
        raise ParameterError(f"{', '.join(sorted(others))} is not for {name}.")
    before = model.get_params(deep=False)
    try:
        model.set_params(**drawing)
        check_parameters(model)
        return model.sample(n, seed=seed, condition=prompt if given is None else given)
    finally:
        model.set_params(**{name: before[name] for name in drawing})


def _continued(
    model: Any,
    n: int,
    prompt: str | None,
    given: Table | None,
    seed: int | None,
    drawing: dict[str, Any],
) -> Samples:
    """Draw texts or clips token by token, as their own `complete` does."""
    schema = model.schema_
    if can(model, "complete") and isinstance(schema, Alphabet):
        texts = model.complete([prompt or ""] * n, seed=seed, condition=given, **drawing)
        return Texts(tuple(texts), kind=schema.kind)
    if can(model, "complete") and isinstance(schema, Sound) and prompt is None:
        nothing = (schema.rate, [np.zeros(0, np.float32)] * n)
        found = model.complete(nothing, seed=seed, condition=given, **drawing)
        return Clips(tuple(found), schema.rate, schema.dtype)
    said = ", ".join((*(["prompt"] if prompt is not None else []), *drawing))
    which = "texts" if prompt is not None else "texts and sound"
    raise ParameterError(f"{said} is for models of {which}, and {type(model).__name__} is none.")


def _samplers(kind: str) -> list[str]:
    """Return the names of the models that draw samples of a kind."""
    return [
        name
        for name, entry in catalogue.entries().items()
        if kind in entry.kinds and "Sampler" in entry.capabilities
    ]
