"""`Conditional`: a model of samples given something known about each, p(x | condition)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, final

import numpy as np

from likely.base.model import Model
from likely.core.errors import CannotDo, DataError
from likely.data.captions import Captions
from likely.data.column import Column
from likely.data.features import Encoding
from likely.data.frames import as_table
from likely.data.schema import Schema
from likely.data.table import Table, stack

NAME = "condition"
"""Name of the column that a list of labels makes."""


class Conditional(Model, ABC):
    """A model that may be told something of every sample: a label, a speaker, an hour.

    It is fitted with conditions or without. With conditions, everything it says is given them, and
    the conditions themselves are never judged. They are a table with one row a sample: a dataframe,
    an array, or a list of labels. Texts, booleans and whole numbers in a list are labels, and each
    label is a category of its own; numbers in a table are numbers.

    Hooks of a model that was fitted with conditions see features and conditions together, as
    `_joined` makes them; of one that was fitted without, they see features as ever.

    Attributes
    ----------
    condition_ : Schema or None
        What was learnt about the conditions; None if there were none. Of models that read texts
        (`likely.base.captioned`) it may be `Captions`.
    """

    condition_: Schema | Captions | None = None

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        """Draw features of n samples; `given` are features of conditions, (n, width), or None.

        Models that draw samples bring it.
        """
        raise CannotDo(f"{type(self).__name__} draws no samples.")

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        """Return features and those of conditions together: one row a sample, conditions last."""
        if given is None:
            return x
        return np.hstack([x.reshape(len(x), -1), given.astype(x.dtype)])

    @final
    def _apart(self, joined: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Return features of samples of some shape, and those of conditions (None: there are none).

        Parameters
        ----------
        joined : ndarray or Tensor
            As `_joined` makes them of arrays.
        shape : tuple of int
            Of the features of one sample.
        """
        if self.condition_ is None:
            return joined, None
        width = int(np.prod(shape))
        return joined[:, :width].reshape(len(joined), *shape), joined[:, width:]

    @property
    def _given_width(self) -> int:
        """How many features conditions have; 0 if there are none."""
        return 0 if self.condition_ is None else self.condition_.width

    @final
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._sample_given(n, None, rng)

    def _learn_condition(self, condition: Any, n: int) -> np.ndarray | None:
        if condition is None:
            self.condition_ = None
            return None
        table = _read(condition, n)
        self.condition_ = schema = _as_labels(Schema.learn(table))
        return schema.features(schema.match(table))

    def _given(self, condition: Any, n: int) -> np.ndarray | None:
        name = type(self).__name__
        schema = self.condition_
        if not isinstance(schema, Schema):
            if condition is not None:
                raise DataError(
                    f"This {name} was fitted without conditions. Fit it anew: "
                    "fit(X, condition=...)."
                )
            return None
        known = ", ".join(column.name for column in schema.used)
        if condition is None:
            raise DataError(
                f"This {name} was fitted with conditions ({known}), so it needs them here: give "
                "condition=, one row a sample."
            )
        table = schema.match(_read(condition, n))
        for ours, theirs in zip(schema.used, table.columns, strict=True):
            unseen = theirs.labels[len(ours.labels) :]
            if unseen:
                raise DataError(
                    f"The condition {ours.name!r} is {unseen[0]!r}, which was never learnt. "
                    f"Expected one of {', '.join(map(repr, ours.labels[:20]))}."
                )
        return schema.features(table)


def _read(condition: Any, n: int) -> Table:
    """Return conditions as a table with n rows; one row alone counts for all."""
    table = as_table(_rows(condition))
    if len(table) == 1 and n != 1:
        table = replace(table, matrix=np.repeat(table.matrix, n, axis=0), native=None)
    if len(table) != n:
        raise DataError(
            f"There are {len(table):,} conditions for {n:,} samples. Give one a sample."
        )
    return table


def _rows(condition: Any) -> Any:
    """Return conditions as something with rows: a single one and a list of labels are none yet."""
    if isinstance(condition, Table) or hasattr(condition, "columns"):
        return condition
    if isinstance(condition, Mapping):
        columns = any(np.ndim(value) > 0 for value in condition.values())
        return condition if columns else [dict(condition)]
    if isinstance(condition, str) or not np.ndim(condition):
        condition = [condition]
    cells = np.asarray(condition, dtype=object)
    listed = cells.ndim == 1 and not any(isinstance(cell, Mapping) for cell in cells)
    return _labelled(cells) if listed else condition


def _labelled(cells: np.ndarray) -> Table:
    """Return a list of conditions as a table: labels, or numbers if none is whole by type."""
    if all(isinstance(cell, (float, np.floating)) for cell in cells):
        return stack([Column(NAME, "number")], [cells.astype(np.float64)])
    known = [cell for cell in cells if cell is not None]
    labels = sorted({str(cell) for cell in known})
    place = {label: i for i, label in enumerate(labels)}
    values = [np.nan if cell is None else place[str(cell)] for cell in cells]
    return stack([Column(NAME, "category", "String", labels=tuple(labels))], [np.array(values)])


def _as_labels(schema: Schema) -> Schema:
    """Return a schema in which every category has an indicator, however many there are."""
    encodings = tuple(
        Encoding("levels", flag=encoding.flag, levels=tuple(range(len(column.labels))))
        if encoding.rule in ("frequency", "levels") and column.labels
        else encoding
        for column, encoding in zip(schema.used, schema.encodings, strict=True)
    )
    return replace(schema, encodings=encodings)
