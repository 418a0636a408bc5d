"""New samples from what was learnt, as what the user's data were."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Sampler, can
from likely.base.conditional import Conditional
from likely.core import catalogue
from likely.core.errors import CannotDo, ParameterError
from likely.core.params import check_parameters
from likely.data.alphabet import Alphabet
from likely.data.back import to_frame
from likely.data.captions import Captions
from likely.data.clips import Clips
from likely.data.samples import Samples
from likely.data.schema import Schema
from likely.data.shaped import Shaped
from likely.data.sound import Sound
from likely.data.table import Table
from likely.data.texts import Texts
from likely.workflow.learned import Learned


def generate(
    learned: Learned,
    n: int,
    *,
    prompt: str | None = None,
    like: Any = None,
    seed: int | None = 0,
    drawing: dict[str, Any],
) -> Any:
    """Draw new samples; the parameters are those of `Learned.generate`."""
    drawn = draw(learned, n, prompt=prompt, seed=seed, drawing=drawing)
    if isinstance(drawn, (Texts, Clips)):
        return list(drawn.parts)
    if not isinstance(drawn, Table):
        return drawn.parts
    return to_frame(drawn, like) if drawn.named or like is not None else drawn.matrix


def draw(
    learned: Learned, n: int, *, prompt: str | None, seed: int | None, drawing: dict[str, Any]
) -> Samples:
    """Draw new samples as models see them; the parameters are those of `Learned.generate`."""
    if not isinstance(n, int) or n < 1:
        raise ParameterError(f"n must be an integer of at least 1. Got {n!r}.")
    model, schema = learned.model, learned.model.schema_
    name = type(model).__name__
    if not isinstance(model, Sampler) or learned.grouping is not None:
        kind = "table" if isinstance(schema, Schema) else schema.kind
        raise CannotDo(
            f"{name} cannot generate {learned.worded('rows')}. For these there are "
            f"{', '.join(_samplers(kind)) or 'none yet'}; choose one with method=."
        )
    asked = is_asked(model)
    if (prompt is not None or drawing) and not asked:
        return _continued(model, n, prompt, seed, drawing)
    drawn = _asked(model, n, prompt, seed, drawing) if asked else model.sample(n, seed=seed)
    if isinstance(schema, Alphabet):
        return Texts(tuple(drawn), kind=schema.kind)
    if isinstance(schema, Sound):
        return Clips(tuple(drawn), schema.rate, schema.dtype)
    if isinstance(schema, Schema):
        whole = [column.integer for column in schema.used]
        drawn[:, whole] = np.rint(drawn[:, whole])  # as the data were
        return Table(drawn, schema.used, named=schema.named)
    return Shaped(schema.kind, drawn, schema.flat)


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
    model: Any, n: int, prompt: str | None, seed: int | None, drawing: dict[str, Any]
) -> np.ndarray:
    """Draw samples of which the prompt says what is on them."""
    name = type(model).__name__
    if prompt is None:
        raise ParameterError(
            f"{name} was told what is on samples, so it has to be told what to draw: give prompt=, "
            'such as "a boot above a bag".'
        )
    others = set(drawing) - ({"guidance"} if hasattr(model, "guidance") else set())
    if others:
        raise ParameterError(f"{', '.join(sorted(others))} is not for {name}.")
    before = model.get_params(deep=False)
    try:
        model.set_params(**drawing)
        check_parameters(model)
        return model.sample(n, seed=seed, condition=prompt)
    finally:
        model.set_params(**{name: before[name] for name in drawing})


def _continued(
    model: Any, n: int, prompt: str | None, seed: int | None, drawing: dict[str, Any]
) -> Samples:
    """Draw texts or clips token by token, as their own `complete` does."""
    schema = model.schema_
    if can(model, "complete") and isinstance(schema, Alphabet):
        texts = model.complete([prompt or ""] * n, seed=seed, **drawing)
        return Texts(tuple(texts), kind=schema.kind)
    if can(model, "complete") and isinstance(schema, Sound) and prompt is None:
        nothing = (schema.rate, [np.zeros(0, np.float32)] * n)
        found = model.complete(nothing, seed=seed, **drawing)
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
