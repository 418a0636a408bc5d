"""Columns that no model looks at, in new rows: their own values by chance, or fresh identifiers.

| set aside as | in new rows |
|---|---|
| ignored, labels | drawn from the column's own distribution, whatever the others hold |
| free text | texts of the data, drawn at random |
| id-like | numbers that go on behind the last; texts of the same form that the data do not hold |
| empty, nested | nothing |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from likely.base.capabilities import Sampler, can
from likely.base.columnwise import Columnwise
from likely.base.model import Model
from likely.core import catalogue
from likely.core.random import generator
from likely.data.column import Column
from likely.data.identifiers import more_identifiers
from likely.data.table import Table

_MOST_ROWS = 20_000  # a distribution of one column needs no more


def learn_margins(table: Table, model: Model, seed: int) -> tuple[Columnwise, ...]:
    """Return a model of every column set aside that holds values, one each.

    Parameters
    ----------
    table : Table
        All rows and columns.
    model : Model
        What draws the other columns; without one that draws rows, nothing is learnt.
    seed : int
        Which rows are drawn of very many.
    """
    if not can(model, "sample"):
        return ()
    aside = [j for j, column in enumerate(table.columns) if not column.used]
    aside = [j for j in aside if not np.isnan(table.matrix[:, j]).all()]
    rows = np.arange(len(table))
    if aside and len(rows) > _MOST_ROWS:
        rows = np.sort(generator(seed).choice(len(table), _MOST_ROWS, replace=False))
    return tuple(_margin(table.columns[j], table.matrix[rows, j], seed) for j in aside)


def draw_aside(
    columns: Sequence[Column], margins: Sequence[Model], n: int, seed: int | None
) -> dict[str, tuple[Column, np.ndarray]]:
    """Return new values of the columns that no model looks at, by name.

    Parameters
    ----------
    columns : sequence of Column
        All columns of the data.
    margins : sequence of Model
        What was learnt of columns set aside; of others nothing is known, and new rows have no
        values there.
    n : int
        How many rows.
    seed : int or None
        The same seed draws the same values.
    """
    by_name = {margin.schema_.columns[0].name: margin for margin in margins}
    rng = generator(seed)
    return {
        column.name: _values(column, by_name, n, rng) for column in columns if not column.used
    }


def about_aside(columns: Sequence[Column]) -> tuple[str, ...]:
    """Say what new rows hold in the columns that were set aside."""
    says: Mapping[str, str] = {
        "free text": "holds texts of the data as they are, drawn at random",
        "id-like": "holds identifiers that the data do not have",
        "ignored": "is drawn by itself, whatever the other columns hold",
        "labels": "is drawn by itself, whatever the other columns hold",
        "empty": "holds nothing",
        "nested": "holds nothing",
    }
    by_reason: dict[str, list[str]] = {}
    for column in columns:
        if column.set_aside in says:
            by_reason.setdefault(says[column.set_aside], []).append(repr(column.name))
    return tuple(
        f"In new rows, {', '.join(names)} {say}." for say, names in by_reason.items()
    )


def _margin(column: Column, values: np.ndarray, seed: int) -> Columnwise:
    alone = Table(values[:, None], (replace(column, set_aside=""),))
    return cast(Columnwise, catalogue.make("SequentialTrees", seed=seed)).fit(alone)


def _values(
    column: Column, by_name: Mapping[str, Model], n: int, rng: np.random.Generator
) -> tuple[Column, np.ndarray]:
    seed = int(rng.integers(2**32))
    margin = by_name.get(column.name)
    if not isinstance(margin, Sampler):
        return column, np.full(n, np.nan)
    values = margin.sample(n, seed=seed)[:, 0]
    if column.set_aside != "id-like":
        return column, values
    missing = np.isnan(values)
    if column.kind == "category":
        labels = more_identifiers(column.labels, n, seed)
        return replace(column, labels=labels), np.where(missing, np.nan, np.arange(n))
    return column, np.where(missing, np.nan, _running(margin, column, n))


def _running(margin: Model, column: Column, n: int) -> np.ndarray:
    """Return numbers behind the last one learnt, in steps as the learnt ones have."""
    step = float(getattr(margin, "column_step_")[0]) or 1.0
    top = float(np.nanmax(getattr(margin, "piece_high_")))
    start = np.floor((top + 1e-6 * step) / step) * step + step
    found = start + step * np.arange(n)
    most = _largest(column.dtype)
    return found if found[-1] <= most else np.mod(np.arange(n), most) + 1


def _largest(dtype: str) -> float:
    """Return the largest whole number that a column of this type holds exactly as a float."""
    name = dtype.lower()
    known = name.startswith(("int", "uint")) and name.strip("uint").isdigit()
    bits = int(name.strip("uint")) if known else 64
    return float(min(2 ** (bits - (not name.startswith("u"))) - 1, 2**53))
