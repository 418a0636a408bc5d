"""What is missing of rows, as the model expects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from likely.base.capabilities import Imputer
from likely.base.model import Model
from likely.core import catalogue
from likely.core.errors import CannotDo
from likely.core.progress import track
from likely.data.frames import as_table
from likely.data.gaps import fill_gaps
from likely.data.schema import Schema
from likely.data.table import Table

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

_PART = 2_048  # rows filled at a time, for the progress


@dataclass(frozen=True)
class Filled:
    """Rows without gaps.

    Parameters
    ----------
    rows : dataframe or ndarray
        As the user gave them.
    gaps : dict of str to int
        How many cells of each column were filled, for those that had any.
    left : dict of str to int
        How many cells are still missing.
    notes : tuple of str
        What was decided while reading and learning.
    """

    rows: Any
    gaps: dict[str, int]
    left: dict[str, int]
    notes: tuple[str, ...]


def impute(
    data: Any,
    method: str | Model = "auto",
    *,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
    seed: int = 0,
    **params: Any,
) -> Any:
    """Fill what is missing of rows, having learnt from the same rows what to expect.

    Parameters
    ----------
    data : dataframe, array, list of rows or path
        A table, as in `likely.learn`.
    method : str or Model, default "auto"
        A model that knows what to expect of what is missing, by name or one's own.
    columns, ignore, seed, **params
        As in `likely.learn`; columns left out stay as they are.

    Returns
    -------
    dataframe or ndarray
        As from `Learned.impute`.

    Raises
    ------
    CannotDo
        If the method does not know what to expect; the message says which do.

    Examples
    --------
    >>> import numpy as np, likely
    >>> rows = np.random.default_rng(0).normal(size=(300, 1)) + [0.0, 10.0]
    >>> rows[0, 1] = np.nan
    >>> bool(abs(likely.impute(rows)[0, 1] - rows[0, 0] - 10) < 1)
    True
    """
    return learn_and_fill(
        data, method, columns=columns, ignore=ignore, seed=seed, params=params
    ).rows


def learn_and_fill(
    data: Any,
    method: str | Model,
    *,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    seed: int,
    params: dict[str, Any],
) -> Filled:
    """Fill rows by what is learnt from them; the parameters are those of `impute`."""
    from likely.workflow.learn import learn

    check_fills(method)
    table = as_table(data)
    learned = learn(
        table, method, aim="generate", kind="table",
        columns=columns, ignore=ignore, seed=seed, **params,
    )  # fmt: skip
    return replace(fill(learned, data, table), notes=learned.notes)


def fill(learned: Learned, rows: Any, table: Table | None = None) -> Filled:
    """Fill what is missing; the parameters are those of `Learned.impute`."""
    model = learned.drawing_model
    if not isinstance(model, Imputer) or not isinstance(model.schema_, Schema):
        raise CannotDo(
            f"{type(model).__name__} does not know what to expect of what is missing. Learn with "
            f'aim="generate" (or aim="both"), or with one of {", ".join(_imputers())} by method=.'
        )
    table = as_table(rows, learned.columns) if table is None else table
    matched = model.schema_.match(table)
    gaps = np.isnan(matched.matrix)
    lacking = np.flatnonzero(gaps.any(axis=1))
    filled = matched.matrix.copy()
    starts = range(0, len(lacking), _PART)
    for start in track(starts, "Filling what is missing"):
        part = lacking[start : start + _PART]
        filled[part] = model.impute(matched.take(part))
    values = np.where(gaps, filled, np.nan)
    found = {
        column.name: (column, values[:, j])
        for j, column in enumerate(matched.columns)
        if not np.isnan(values[:, j]).all()
    }
    still = np.isnan(filled).sum(axis=0).tolist()
    return Filled(
        fill_gaps(rows, table, _under_own_names(found, table, model.schema_)),
        {c.name: int(g) for c, g in zip(matched.columns, gaps.sum(axis=0), strict=True) if g},
        {c.name: int(k) for c, k in zip(matched.columns, still, strict=True) if k},
        table.notes,
    )


def check_fills(method: str | Model) -> None:
    """Raise `CannotDo` if a method that was asked for does not know what to expect."""
    if isinstance(method, Model):
        fills, name = isinstance(method, Imputer), type(method).__name__
    elif method == "auto":
        return
    else:
        entry = catalogue.entry(str(method))
        fills, name = "Imputer" in entry.capabilities, entry.name
    if not fills:
        raise CannotDo(
            f"{name} does not know what to expect of what is missing. Choose one that does: "
            f"{', '.join(_imputers())}, or leave method= out."
        )


def _under_own_names(found: dict[str, Any], table: Table, schema: Schema) -> dict[str, Any]:
    """Return columns by the names that they have in the user's rows."""
    if schema.named and table.named:
        return found
    learnt = [c.name for c in schema.columns]
    if len(table.names) != len(learnt):
        learnt = [c.name for c in schema.used]
    return {new: found[old] for old, new in zip(learnt, table.names, strict=True) if old in found}


def _imputers() -> list[str]:
    """Return the names of the models that fill what is missing of tables."""
    return [
        name
        for name, entry in catalogue.entries().items()
        if "Imputer" in entry.capabilities and "table" in entry.kinds
    ]
