"""Groups of rows as rows of their own: averages over the members of each.

Numbers count as no more than the 0.5 % and 99.5 % quantiles of all rows, so that one gross member
does not make a group: finding single rows is another task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from likely.core.errors import DataError
from likely.data.back import to_frame
from likely.data.column import Column
from likely.data.entities import name_of
from likely.data.header import unused_name
from likely.data.table import Table, stack
from likely.workflow.averages import Members
from likely.workflow.habits import Habits

SIZE = "members"
"""Name of the column that says how many members a group has."""


@dataclass(frozen=True)
class Grouping:
    """How rows become groups.

    Parameters
    ----------
    name : str
        The column that says which rows belong together.
    habits : Habits
        What the rows learnt from look like.
    """

    name: str
    habits: Habits

    @classmethod
    def learn(cls, rows: Table, name: str) -> Grouping:
        """Learn from rows how to describe groups of them.

        Parameters
        ----------
        rows : Table
            The rows; columns that are of no use are set aside, but not the one that groups.
        name : str
            The column that says which rows belong together.
        """
        return cls(name, Habits.learn(rows.set_aside({name: "ignored"})))

    @property
    def size(self) -> str:
        """Name of the column that says how many members a group has."""
        return unused_name(SIZE, [self.name])

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the rows, with that one among those to be read."""
        return tuple(
            replace(column, set_aside="") if column.name == self.name else column
            for column in self.habits.schema.columns
        )

    def title(self, groups: Table, row: int) -> str:
        """Return what a group is called, such as "account 17"."""
        return f"{self.name} {groups.text(row, groups.names.index(self.name))}"

    def groups(self, rows: Table) -> tuple[Table, dict[str, str]]:
        """Return a table of groups, in the order of what they are called, and what is no mean.

        Parameters
        ----------
        rows : Table
            Rows with the columns learnt from and the one that groups.

        Raises
        ------
        DataError
            If no row says which group it belongs to.
        """
        keys, group = positions(rows, self.name)
        inside = group >= 0
        matched = self.habits.schema.match(rows)
        notes = matched.notes
        if not inside.all():
            notes += (f"{(~inside).sum():,} rows have no {self.name} and belong to no group.",)
        averages = list(
            Members(self.habits, matched.take(np.flatnonzero(inside)), group[inside]).averages()
        )
        column = rows.columns[rows.names.index(self.name)]
        labels = tuple(name_of(column, key) for key in keys)
        own = Column(self.name, "category", "String", labels=labels, set_aside="ignored")
        size = Column(self.size, "number", "Int64", integer=True)
        table = stack(
            [own, size, *(Column(average.name, "number") for average in averages)],
            [
                np.arange(len(keys), dtype=np.float64),
                np.bincount(group[inside]).astype(np.float64),
                *(average.values for average in averages),
            ],
            notes=notes,
        )
        native = _like(to_frame(table), rows.native)
        forms = {average.name: average.form for average in averages if average.form != "mean"}
        return replace(table, native=native), forms


def learn_grouping(
    rows: Table, name: str, known: np.ndarray | None, *, normal: bool
) -> tuple[Grouping, np.ndarray | None]:
    """Return how rows become groups, and what is known of the groups.

    What rows look like is learnt without those of groups that are not to be learnt from.

    Parameters
    ----------
    rows : Table of n rows
        The rows.
    name : str
        The column that says which rows belong together.
    known : ndarray of shape (n,) or None
        Labels of the rows: 1, 0 or NaN.
    normal : bool
        Whether only groups known to be ordinary are learnt from.
    """
    if known is None:
        return Grouping.learn(rows, name), None
    _, group = positions(rows, name)
    inside = group >= 0
    of_groups = labels_of_groups(group[inside], known[inside])
    of_rows = np.where(inside, of_groups[group], np.nan)
    learnt = np.flatnonzero(of_rows == 0 if normal else of_rows != 1)
    return Grouping.learn(rows.take(learnt) if len(learnt) else rows, name), of_groups


def labels_of_groups(group: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return what labels of members say of their groups, as 1, 0 or NaN, shape (groups,).

    A group is a known anomaly if one of its members is labelled 1, and known to be ordinary if all
    of them are labelled 0.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        The group that each row belongs to, from 0.
    known : ndarray of shape (n,)
        1, 0 or NaN.
    """
    odd, unsure = np.bincount(group, known == 1), np.bincount(group, known != 0)
    return np.where(odd > 0, 1.0, np.where(unsure > 0, np.nan, 0.0))


def positions(rows: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return what the groups are called, as stored, and which each row belongs to; -1 for none.

    Parameters
    ----------
    rows : Table
        The rows.
    name : str
        The column that says which rows belong together.

    Raises
    ------
    DataError
        If no row says which group it belongs to.
    """
    rows.check_names([name])
    keys = rows.matrix[:, rows.names.index(name)]
    inside = ~np.isnan(keys)
    if not inside.any():
        raise DataError(f"The column {name!r} is empty: no row belongs to a group.")
    group = np.full(len(rows), -1)
    found, group[inside] = np.unique(keys[inside], return_inverse=True)
    return found, group


def _like(made: Any, given: Any) -> Any:
    """Return a frame in the library of what the user gave, if that is a frame."""
    frame = nw.from_native(given, pass_through=True)
    if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return made
    return nw.from_arrow(made, backend=frame.implementation).to_native()
