"""Columns that no model looks at, in new rows: their own values by chance, or fresh identifiers.

| set aside | in new rows |
|---|---|
| numbers, dates and yes/no that were ignored | drawn by the column's own distribution |
| id-like | numbers that go on behind the last; texts of the same form |
| text that was ignored, free text, empty, nested | nothing |

Texts of such columns are never kept: names and addresses of people stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from likely.base.capabilities import can
from likely.base.model import Model
from likely.core import catalogue
from likely.core.random import generator, some_rows
from likely.data.column import Column
from likely.data.identifiers import IdentifierForm, form_of
from likely.data.table import Table

_MOST_ROWS = 20_000  # a distribution of one column needs no more


@dataclass(frozen=True)
class Aside:
    """What is known of the columns that no model looks at.

    Parameters
    ----------
    margins : tuple of Columnwise
        A model of each column of numbers, dates or yes/no that holds values.
    forms : tuple of IdentifierForm
        How the identifiers of each column of such texts are written.
    """

    margins: tuple[Model, ...] = ()
    forms: tuple[IdentifierForm, ...] = ()

    def draw(
        self, columns: Sequence[Column], n: int, seed: int | None
    ) -> dict[str, tuple[Column, np.ndarray]]:
        """Return new values of the columns that no model looks at, by name.

        Parameters
        ----------
        columns : sequence of Column
            All columns of the data.
        n : int
            How many rows.
        seed : int or None
            The same seed draws the same values.
        """
        margins = {margin.schema_.columns[0].name: margin for margin in self.margins}
        forms = {form.name: form for form in self.forms}
        seeds = generator(seed).integers(2**32, size=len(columns)).tolist()
        found = {}
        for column, own in zip(columns, seeds, strict=True):
            if column.name in margins and not column.used:
                values = _margin_values(margins[column.name], column, n, own)
                found[column.name] = (column, values)
            elif column.name in forms and not column.used:
                found[column.name] = _identifiers(forms[column.name], column, n, own)
            elif not column.used:
                found[column.name] = (column, np.full(n, np.nan))
        return found


def learn_aside(table: Table, model: Model, seed: int) -> Aside:
    """Return what new rows need of the columns set aside; nothing if the model draws no rows.

    Parameters
    ----------
    table : Table
        All rows and columns.
    model : Model
        What draws the other columns.
    seed : int
        Which rows are looked at of very many.
    """
    if not can(model, "sample"):
        return Aside()
    rows = some_rows(len(table), _MOST_ROWS, generator(seed))
    margins, forms = [], []
    for column, values in zip(table.columns, table.matrix.T, strict=True):
        if column.used or np.isnan(values).all():
            continue
        if column.kind != "category":
            if not np.isnan(values[rows]).all():
                margins.append(_margin(column, values[rows], seed))
        elif column.set_aside == "id-like":
            missing = float(np.isnan(values).mean())
            forms.append(form_of(column.name, column.labels, missing))
    return Aside(tuple(margins), tuple(forms))


def about_aside(columns: Sequence[Column]) -> tuple[str, ...]:
    """Say what new rows hold in the columns that were set aside."""
    says: dict[str, list[str]] = {}
    for column in columns:
        if column.used:
            continue
        if column.set_aside == "id-like":
            say = "made-up identifiers"
        elif column.kind == "category" or column.set_aside == "empty":
            say = "nothing"
        else:
            say = "values drawn by themselves, whatever the other columns hold"
        says.setdefault(say, []).append(repr(column.name))
    return tuple(f"New rows have {say} in {', '.join(names)}." for say, names in says.items())


def _margin(column: Column, values: np.ndarray, seed: int) -> Model:
    alone = Table(values[:, None], (replace(column, set_aside=""),))
    return cast(Model, catalogue.make("SequentialTrees", seed=seed)).fit(alone)


def _margin_values(margin: Any, column: Column, n: int, seed: int) -> np.ndarray:
    values = margin.sample(n, seed=seed)[:, 0]
    if column.set_aside != "id-like":
        return np.rint(values) if column.integer else values
    return np.where(np.isnan(values), np.nan, _running(margin, column, n))


def _identifiers(
    form: IdentifierForm, column: Column, n: int, seed: int
) -> tuple[Column, np.ndarray]:
    missing = generator(seed).random(n) < form.missing
    labels = form.draw(n, seed)
    return replace(column, labels=labels), np.where(missing, np.nan, np.arange(n))


def _running(margin: Any, column: Column, n: int) -> np.ndarray:
    """Return numbers behind the last one learnt, in steps as the learnt ones have."""
    step = float(margin.column_step_[0]) or 1.0
    top = float(np.nanmax(margin.piece_high_))
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
