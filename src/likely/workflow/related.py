"""`likely.learn_related`: tables that refer to one another, and new ones like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.aside import set_aside_useless
from likely.data.back import to_frame
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.table import Table
from likely.workflow.augmentation.in_kind import frame_of
from likely.workflow.relations.drawing import draw_tables
from likely.workflow.relations.keys import Key, find_keys, read_keys
from likely.workflow.relations.learning import LearntTable, learn_table
from likely.workflow.relations.plan import FEWEST, plan


@dataclass(frozen=True)
class Related:
    """Tables that refer to one another, learnt; `learn_related` makes it.

    Parameters
    ----------
    tables : dict of str to LearntTable
        What was learnt of each, those that others hang on first.
    keys : tuple of Key
        Which columns refer to which tables.
    kept : dict of str to Table
        Tables too small to learn from, which stay as they are.
    given : dict of str to dataframe or None
        What was given, without rows: the types to give back, and the order of tables.
    """

    tables: dict[str, LearntTable]
    keys: tuple[Key, ...]
    kept: dict[str, Table]
    given: dict[str, Any] = field(repr=False)

    def generate(
        self, n: int | Mapping[str, int] | None = None, *, seed: int | None = 0
    ) -> dict[str, Any]:
        """Draw new tables that refer to one another as those learnt do.

        Parameters
        ----------
        n : int or dict of str to int, optional
            How many rows of tables that hang on no other; an integer is for the first of these, and
            the others grow with it. By default as many as were learnt.
        seed : int, optional
            The same seed draws the same tables; None draws new ones.

        Returns
        -------
        dict of str to dataframe
            By the names and of the types of the tables learnt. Every key refers to a row that is
            there. Columns that name rows are counted anew.

        Raises
        ------
        ParameterError
            If a number is below 1, or for a table that hangs on others or does not exist.
        """
        sizes = self._sizes(n)
        drawn = draw_tables(self.tables, self.kept, sizes, generator(seed))
        return {name: to_frame(drawn[name], like) for name, like in self.given.items()}

    def _sizes(self, n: int | Mapping[str, int] | None) -> dict[str, int]:
        roots = {name: t.rows for name, t in self.tables.items() if t.place.owner is None}
        if n is None:
            return roots
        if isinstance(n, Mapping):
            unknown = [name for name in n if name not in roots]
            if unknown:
                raise ParameterError(
                    f"{', '.join(map(repr, unknown))} cannot be asked for. Give numbers for "
                    f"{', '.join(map(repr, roots))}; other tables follow from these or are kept."
                )
            asked = {**roots, **n}
        else:
            first = next((name for name in self.given if name in roots), None)
            asked = {
                name: n if name == first else max(1, round(rows * n / roots[str(first)]))
                for name, rows in roots.items()
            }
        for name, rows in asked.items():
            if not isinstance(rows, int) or rows < 1:
                raise ParameterError(f"n of {name!r} must be an integer of at least 1. Got {n!r}.")
        return asked


def learn_related(
    tables: Mapping[str, Any], keys: Mapping[str, str] | None = None, *, seed: int = 0
) -> Related:
    """Learn tables that refer to one another.

    Of every row the number of rows that hang on it is learnt as one of its columns; these follow
    one after another, each given the row that it hangs on, how many siblings it has, its place
    among them, and the one before it. Siblings are in the order of their dates, and later dates are
    learnt as distances. The first key of a table says what its rows hang on; which rows its other
    keys refer to is drawn by how often such rows are referred to. Columns that always repeat a
    column of a row referred to go on doing so.

    Tables of fewer than 30 rows are kept as they are, and keys to them are learnt as labels.

    Parameters
    ----------
    tables : mapping of str to dataframe, file or what else `likely.learn` reads
        By name.
    keys : mapping of str to str, optional
        Such as {"invoices.CustomerId": "customers.CustomerId"}. By default those that the names of
        columns and their values both speak for.
    seed : int in [0, inf), default 0
        Of splits that are as good as one another.

    Returns
    -------
    Related
        `keys` says what refers to what.

    Raises
    ------
    DataError
        If a key names no rows, or refers to rows that do not exist, or all tables are small.
    CannotDo
        If tables hang on one another in a circle, or one of 30 rows or more on itself.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> bought = rng.integers(0, 4, size=50)
    >>> customers = {"id": np.arange(50), "young": bought > 1}
    >>> who = np.repeat(np.arange(50), bought)
    >>> orders = {"customer_id": who, "price": rng.normal(size=len(who))}
    >>> related = learn_related({"customers": customers, "orders": orders})
    >>> print(*related.keys)
    orders.customer_id -> customers.id
    >>> related.generate(10)["customers"].num_rows
    10
    """
    if not tables:
        raise DataError("There is no table to learn from.")
    read = {name: _without_useless(as_table(data)) for name, data in tables.items()}
    found = find_keys(read) if keys is None else read_keys(keys, read)
    learnt: dict[str, LearntTable] = {}
    for place in plan(read, found):
        if not place.kept:
            learnt[place.name] = learn_table(place, read, found, learnt, seed)
    if not learnt:
        raise DataError(f"No table has {FEWEST} rows, which is what it takes to learn from one.")
    kept = {name: replace(t, native=None) for name, t in read.items() if name not in learnt}
    given = {name: _empty(data) for name, data in tables.items()}
    return Related(learnt, tuple(found), kept, given)


def _without_useless(table: Table) -> Table:
    """Return a table with useless columns set aside, also where that is all of them."""
    mark = Column("", "boolean")
    values = (np.arange(len(table)) % 2).astype(np.float64)
    wider = replace(
        table,
        matrix=np.column_stack([table.matrix, values]),
        columns=(*table.columns, mark),
    )
    return replace(table, columns=set_aside_useless(wider).columns[:-1])


def _empty(data: Any) -> Any:
    """Return a dataframe without its rows; None for other data."""
    frame = frame_of(data)
    return None if frame is None else frame.head(0).to_native()
