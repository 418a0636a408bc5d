"""`likely.learn_related`: tables that refer to one another, and new ones like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from likely import persistence
from likely.core.errors import DamagedFile, DataError, ParameterError
from likely.core.random import generator
from likely.data.aside import set_aside_useless
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.origin import Origin, origin_of
from likely.data.table import Table
from likely.workflow.generate import in_kind
from likely.workflow.relations.drawing import draw_tables
from likely.workflow.relations.keys import Key, find_keys, read_keys
from likely.workflow.relations.learning import LearntTable, learn_table
from likely.workflow.relations.plan import FEWEST, plan
from likely.workflow.relations.storage import parts_of, read_parts
from likely.workflow.storage import made_by, origin_parts, read_origin


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
    origins : dict of str to Origin
        What tables were before they were read, in the order in which they were given.
    """

    tables: dict[str, LearntTable]
    keys: tuple[Key, ...]
    kept: dict[str, Table]
    origins: dict[str, Origin] = field(repr=False)

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
        DataError
            If a table would get more than 134,217,728 rows.
        """
        sizes = self._sizes(n)
        drawn = draw_tables(self.tables, self.kept, sizes, generator(seed))
        return {
            name: in_kind(drawn[name], origin, self._columns(name))
            for name, origin in self.origins.items()
        }

    def save(self, path: str | Path) -> None:
        """Write everything to one file that `Related.load` reads.

        Parameters
        ----------
        path : str or Path
            Where; by custom the name ends in ".likely". An old file there is replaced at once or
            not at all. Tables that are too small to learn from are in it as they are, and so are
            the labels of columns that are drawn.
        """
        parts = parts_of(self.tables, self.keys, self.kept)
        parts["origins"] = [
            {"name": name, **origin_parts(origin)} for name, origin in self.origins.items()
        ]
        persistence.save(path, persistence.Saved("related", parts, made_by()))

    @classmethod
    def load(cls, path: str | Path) -> Related:
        """Load what `save` wrote; no code from the file is ever run.

        Parameters
        ----------
        path : str or Path
            The file.

        Raises
        ------
        DamagedFile
            If its bytes are not those that were written.
        UnsupportedFile
            If it is no such file, or was written by a newer likely.
        """
        parts = persistence.load(path, "related").parts
        if set(parts) != {"tables", "keys", "kept", "origins"}:
            raise DamagedFile(f"{path} does not have the parts of related tables.")
        tables, keys, kept = read_parts(parts)
        related = cls(tables, keys, kept, {})
        for stored in persistence.read_as(list[dict[str, Any]], parts["origins"], "origins"):
            name = stored.pop("name", None)
            if name not in tables and name not in kept:
                raise DamagedFile(f"{path} says where a table comes from that it does not have.")
            related.origins[name] = read_origin(stored, len(related._columns(name)))
        if set(related.origins) != {*tables, *kept}:
            raise DamagedFile(f"{path} does not say where all of its tables come from.")
        return related

    def _columns(self, name: str) -> tuple[Column, ...]:
        return (self.tables if name in self.tables else self.kept)[name].columns

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
            first = next((name for name in self.origins if name in roots), None)
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
    given = {name: as_table(data) for name, data in tables.items()}
    read = {name: _without_useless(table) for name, table in given.items()}
    found = find_keys(read) if keys is None else read_keys(keys, read)
    learnt: dict[str, LearntTable] = {}
    for place in plan(read, found):
        if not place.kept:
            learnt[place.name] = learn_table(place, read, found, learnt, seed)
    if not learnt:
        raise DataError(f"No table has {FEWEST} rows, which is what it takes to learn from one.")
    kept = {name: replace(t, native=None) for name, t in read.items() if name not in learnt}
    origins = {name: origin_of(table) for name, table in given.items()}
    return Related(learnt, tuple(found), kept, origins)


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
