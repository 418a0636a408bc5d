"""Rows of one table given the rows that they hang on, one sibling after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.column import Column
from likely.workflow.relations.given_rows import GivenRows

_FEWEST_LATER = 20  # rows that are not first, to learn how siblings follow one another


@dataclass(frozen=True)
class Family:
    """Which rows hang on which.

    Parameters
    ----------
    owner : ndarray of int, shape (n,)
        The row that each hangs on; -1 for none, of which each stands alone.
    place : ndarray of int, shape (n,)
        Its place among its siblings, from 0.
    size : ndarray of int, shape (n,)
        How many siblings there are.
    before : ndarray of int, shape (n,)
        The row before it among them; -1 for the first.
    """

    owner: np.ndarray
    place: np.ndarray
    size: np.ndarray
    before: np.ndarray

    @classmethod
    def of(cls, owner: np.ndarray, key: np.ndarray) -> Family:
        """Put the rows of every owner in the order of a key, shape (n,); NaN comes last."""
        n = len(owner)
        group = np.where(owner < 0, -1 - np.arange(n), owner)
        order = np.lexsort((np.arange(n), key, group))
        starts = np.flatnonzero(np.diff(group[order], prepend=group[order][:1] - 1))
        sizes = np.diff(np.append(starts, n))
        place, before = np.empty(n, dtype=np.int64), np.full(n, -1)
        place[order] = np.arange(n) - np.repeat(starts, sizes)
        size = np.empty(n, dtype=np.int64)
        size[order] = np.repeat(sizes, sizes)
        later = np.flatnonzero(place[order] > 0)
        before[order[later]] = order[later - 1]
        return cls(owner, place, size, before)


@dataclass(frozen=True)
class Siblings:
    """Models of the first row of an owner, and of each later one given the one before.

    Parameters
    ----------
    first, later : GivenRows
        `later` is None where there are too few of them: all rows are drawn as first ones.
    date : int or None
        The column of dates in which siblings are ordered; later ones are drawn by their distance.
    lone : tuple of int
        Columns of labels that no two siblings share.
    """

    first: GivenRows
    later: GivenRows | None
    date: int | None
    lone: tuple[int, ...]

    @classmethod
    def learn(
        cls,
        above: tuple[list[Column], np.ndarray],
        own: tuple[list[Column], np.ndarray],
        family: Family,
        date: int | None,
        lone: tuple[int, ...],
        seed: int,
    ) -> Siblings:
        """Learn from rows.

        Parameters
        ----------
        above : list of Column and ndarray of shape (n, columns above)
            What is known of every row from the rows that it refers to.
        own : list of Column and ndarray of shape (n, columns)
            The rows themselves.
        family : Family
            Which are siblings.
        date, lone
            As those of the class.
        seed : int
            Of splits that are as good as one another.
        """
        given, known = above
        columns, values = own
        head = _head(known, family, slice(None))
        start = family.place == 0
        numbers = [*given, _COUNT]
        later = None
        follow = np.flatnonzero(~start)
        all_first = len(follow) < _FEWEST_LATER
        chosen = np.arange(len(values)) if all_first else np.flatnonzero(start)
        first = GivenRows.learn(
            [*numbers, *columns], np.hstack([head, values])[chosen], len(numbers), seed
        )
        if not all_first:
            rows = _following(values, family, follow, date)
            last = [_GAP if j == date else column for j, column in enumerate(columns)]
            table = np.hstack(
                [head[follow], family.place[follow, None], values[family.before[follow]], rows]
            )
            names = [*numbers, _COUNT, *columns, *last]
            later = GivenRows.learn(names, table, len(numbers) + 1 + len(columns), seed)
        return cls(first, later, date, lone)

    def draw(self, known: np.ndarray, family: Family, rng: np.random.Generator) -> np.ndarray:
        """Draw rows, (n, columns), given what is known of each from above."""
        width = len(self.first.order)
        values = np.full((len(known), width), np.nan)
        drawn_by_place: list[np.ndarray] = []
        for place in range(int(family.place.max(initial=-1)) + 1):
            rows = np.flatnonzero(family.place == place)
            drawn_by_place.append(rows)
            head = _head(known, family, rows)
            model = self.first if place == 0 or self.later is None else self.later
            if model is self.later:
                before = values[family.before[rows]]
                head = np.hstack([head, np.full((len(rows), 1), place), before])
            skip = head.shape[1]
            banned = {skip + j: self._taken(values, family, rows, j) for j in self.lone}
            drawn = model.draw(head, rng, banned if place else None)[:, skip:]
            if model is self.later and self.date is not None:
                past = values[family.before[rows], self.date]
                drawn[:, self.date] = past + np.maximum(drawn[:, self.date], 0)
            values[rows] = drawn
        return values

    def _taken(
        self, values: np.ndarray, family: Family, rows: np.ndarray, j: int
    ) -> list[np.ndarray]:
        """Return what all siblings before rows, which have the same place, hold in a column."""
        found, at = [], family.before[rows]
        while (at >= 0).all() and len(at):
            found.append(values[at, j])
            at = family.before[at]
        return found


_COUNT = Column("count", "number", integer=True)
_GAP = Column("gap", "number", integer=True)  # between dates, in microseconds


def _head(known: np.ndarray, family: Family, rows: np.ndarray | slice) -> np.ndarray:
    alone = np.where(family.owner < 0, np.nan, family.size)[rows]
    return np.hstack([known[rows], alone[:, None]])


def _following(
    values: np.ndarray, family: Family, rows: np.ndarray, date: int | None
) -> np.ndarray:
    found = values[rows].copy()
    if date is not None:
        found[:, date] -= values[family.before[rows], date]
    return found
