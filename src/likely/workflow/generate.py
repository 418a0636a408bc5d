"""New samples from what was learnt, as what the user's data were."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Sampler, can
from likely.core import catalogue
from likely.core.errors import CannotDo, ParameterError
from likely.data.alphabet import Alphabet
from likely.data.back import to_frame
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
    if prompt is not None or drawing:
        return _continued(model, n, prompt, seed, drawing)
    drawn = model.sample(n, seed=seed)
    if isinstance(schema, Alphabet):
        return Texts(tuple(drawn))
    if isinstance(schema, Sound):
        return Clips(tuple(drawn), schema.rate, schema.dtype)
    if isinstance(schema, Schema):
        whole = [column.integer for column in schema.used]
        drawn[:, whole] = np.rint(drawn[:, whole])  # as the data were
        return Table(drawn, schema.used, named=schema.named)
    return Shaped(schema.kind, drawn, schema.flat)


def _continued(
    model: Any, n: int, prompt: str | None, seed: int | None, drawing: dict[str, Any]
) -> Samples:
    """Draw texts or clips token by token, as their own `complete` does."""
    schema = model.schema_
    if can(model, "complete") and isinstance(schema, Alphabet):
        return Texts(tuple(model.complete([prompt or ""] * n, seed=seed, **drawing)))
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
