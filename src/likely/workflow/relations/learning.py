"""Learning one table, given those that it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.relations.keys import Key, rows_referred_to
from likely.workflow.relations.plan import Place
from likely.workflow.relations.roles import Roles, as_positions, find_roles
from likely.workflow.relations.siblings import Family, Siblings


@dataclass(frozen=True)
class LearntTable:
    """What was learnt of one table.

    Parameters
    ----------
    place : Place
        How it hangs on others.
    columns : tuple of Column
        Its columns; those that are not drawn come without labels, which may be names of people.
    named : bool
        Whether their names came from the user.
    roles : Roles
        What is done with each.
    passed_on : tuple of int
        Copies that tables hanging on this one are learnt given, as positions of columns.
    work : tuple of Column
        What those are learnt given: the columns drawn, how many rows hang on a row by each key,
        and `passed_on`.
    siblings : Siblings
        What draws rows.
    rows : int
        How many were learnt.
    without : dict of Key to float
        Share of rows that refer to none by the owner's key and by each link.
    distinct : tuple of Key
        Links by which no two siblings refer to the same row.
    """

    place: Place
    columns: tuple[Column, ...]
    named: bool
    roles: Roles
    passed_on: tuple[int, ...]
    work: tuple[Column, ...]
    siblings: Siblings
    rows: int
    without: dict[Key, float]
    distinct: tuple[Key, ...]

    def counts_of(self, key: Key) -> int:
        """Return which of the columns in `work` says how many rows refer to a row by a key."""
        return len(self.roles.learnt) + self.place.counted.index(key)


def learn_table(
    place: Place,
    tables: Mapping[str, Table],
    keys: list[Key],
    learnt: Mapping[str, LearntTable],
    seed: int,
) -> LearntTable:
    """Learn a table.

    Parameters
    ----------
    place : Place
        How it hangs on others.
    tables : mapping of str to Table
        All tables.
    keys : list of Key
        All keys.
    learnt : mapping of str to LearntTable
        What was learnt of the tables that it hangs on.
    seed : int
        Of splits that are as good as one another.
    """
    table, roles = tables[place.name], find_roles(place, tables, keys)
    above = [key for key in (place.owner, *place.links) if key is not None]
    refer = {key: rows_referred_to(tables, key) for key in above}
    columns, values = _drawn(place, roles, tables)
    passed_on = tuple(
        j for j, (key, at) in roles.copies.items() if at in _passed_by(learnt[key.parent])
    )
    given: list[Column] = []
    known = [np.empty((len(table), 0))]
    for key, rows in refer.items():
        given += learnt[key.parent].work
        known.append(rows_at(_work(learnt[key.parent], tables), rows))
    owner = refer[place.owner] if place.owner else np.full(len(table), -1)
    date = None if roles.date is None else roles.learnt.index(roles.date)
    family = Family.of(owner, np.zeros(len(table)) if date is None else values[:, date])
    lone = tuple(
        i
        for i, j in enumerate(roles.learnt)
        if j in roles.lookups and _no_twins(owner, values[:, i])
    )
    siblings = Siblings.learn(
        (given, np.hstack(known)), (columns, values), family, date, lone, seed
    )
    distinct = tuple(key for key in place.links if _no_twins(owner, refer[key]))
    return LearntTable(
        place=place,
        columns=tuple(
            column if j in roles.learnt else replace(column, labels=())
            for j, column in enumerate(table.columns)
        ),
        named=table.named,
        roles=roles,
        passed_on=passed_on,
        work=(*columns, *(table.columns[j] for j in passed_on)),
        siblings=siblings,
        rows=len(table),
        without={key: float((rows < 0).mean()) for key, rows in refer.items()},
        distinct=distinct,
    )


def rows_at(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return rows at positions; NaN where there is none (-1)."""
    return np.vstack([values, np.full((1, values.shape[1]), np.nan)])[rows]


def _drawn(
    place: Place, roles: Roles, tables: Mapping[str, Table]
) -> tuple[list[Column], np.ndarray]:
    """Return the columns that are drawn, and their values in the rows learnt."""
    table = tables[place.name]
    columns, values = [], [np.empty((len(table), 0))]
    for j in roles.learnt:
        column, own = table.columns[j], table.matrix[:, j]
        if j in roles.lookups:
            column, own = as_positions(tables, roles.lookups[j])
        columns.append(column)
        values.append(own[:, None])
    for key in place.counted:
        rows = rows_referred_to(tables, key)
        columns.append(Column(str(key), "number", integer=True))
        counts = np.bincount(rows[rows >= 0], minlength=len(table))
        values.append(counts[:, None].astype(np.float64))
    return columns, np.hstack(values)


def _passed_by(learnt: LearntTable) -> set[int]:
    """Return the columns of a table that are among those that others are learnt given."""
    return {*learnt.roles.learnt, *learnt.passed_on} - set(learnt.roles.lookups)


def _work(learnt: LearntTable, tables: Mapping[str, Table]) -> np.ndarray:
    values = _drawn(learnt.place, learnt.roles, tables)[1]
    return np.hstack([values, tables[learnt.place.name].matrix[:, list(learnt.passed_on)]])


def _no_twins(owner: np.ndarray, values: np.ndarray) -> bool:
    """Whether no two siblings, of which there are some, hold the same."""
    there = owner >= 0
    pairs = np.column_stack([owner[there], values[there]])
    some = len(np.unique(owner[there])) < len(pairs)
    return some and len(np.unique(pairs, axis=0)) == len(pairs)
