"""What samples are given: `where=` of models that learnt samples under conditions.

Such a model knows p(sample | condition), and nothing of how probable conditions are. So values that
are asked for are given to it as they are, and of a range each sample gets a value from all over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from likely.base.conditional import Conditional
from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.allowed import Allowed, read_allowed
from likely.data.column import Column
from likely.data.features import Encoding
from likely.data.schema import Schema
from likely.data.table import Table, write_value


def conditions_of(model: Any) -> Schema | None:
    """Return what a model learnt of conditions; None if it learnt without any, or captions."""
    found = model.condition_ if isinstance(model, Conditional) else None
    return found if isinstance(found, Schema) else None


def told(schema: Schema, n: int, where: Mapping[str, Any], seed: int | None) -> Table:
    """Return the conditions of n samples.

    Parameters
    ----------
    schema : Schema
        Of the conditions.
    n : int
        How many samples.
    where : mapping of str to conditions
        As `likely.data.allowed` reads them, in the user's own units: one for every condition.
    seed : int or None
        The same seed draws the same values of ranges and lists.

    Raises
    ------
    ParameterError
        If not every condition is said.
    DataError
        If there is no such condition, or a value is none that it can have or ever had.
    """
    allowed = read_allowed(where, schema.used)
    silent = [column.name for j, column in enumerate(schema.used) if j not in allowed]
    if silent:
        raise ParameterError(
            f"Samples were learnt given {', '.join(repr(column.name) for column in schema.used)}, "
            f"so {', '.join(map(repr, silent))} must be said, too, such as "
            f"where={example(schema)}."
        )
    rng = generator(seed)
    values = [
        _drawn(column, encoding, allowed[j], n, rng)
        for j, (column, encoding) in enumerate(zip(schema.used, schema.encodings, strict=True))
    ]
    return Table(np.column_stack(values), schema.used)


def example(schema: Schema) -> dict[str, Any]:
    """Return conditions that could be asked for."""
    return {
        column.name: _usual(column, encoding)
        for column, encoding in zip(schema.used, schema.encodings, strict=True)
    }


def _usual(column: Column, encoding: Encoding) -> Any:
    if column.kind == "number":
        return float(f"{encoding.centre:.3g}")
    return write_value(column, 0.0 if column.labels else encoding.centre)


def _drawn(
    column: Column, encoding: Encoding, allowed: Allowed, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw values of one condition from all that is allowed, each part as often as any other."""
    parts = [_learnt(column, encoding, low, high) for low, high in allowed.ranges]
    if allowed.missing:
        if not encoding.flag > 0:
            raise DataError(
                f"{column.name!r} was never missing when learning, so it cannot be asked to be."
            )
        parts.append((np.nan, np.nan))
    low, high = np.array(parts)[rng.integers(len(parts), size=n)].T
    if column.integer:
        return np.floor(low + rng.random(n) * (high - low + 1))
    return low + rng.random(n) * (high - low)


def _learnt(column: Column, encoding: Encoding, low: float, high: float) -> tuple[float, float]:
    """Return the part of a range that was learnt from; raise `DataError` if there is none."""
    if column.labels:
        return low, high
    least, most = max(low, encoding.low), min(high, encoding.high)
    if least > most or (low == high != least):
        ends = (write_value(column, end) for end in (encoding.low, encoding.high))
        raise DataError(
            f"{column.name!r} was from {' to '.join(map(str, ends))} when learning, and what lies "
            "beyond was never seen. Ask for less."
        )
    return least, most
