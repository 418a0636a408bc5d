"""The regime in which a series runs: what its context lets expect of every channel, step by step.

Speed, load, mode or set point say where the other channels should be. Their mean and spread given
the context are those of `Contextual`: sums of effects of levels and of knots of numbers, shrunk
where steps are few. A model of series sees what is left, in spreads, and never the context; people
see their own units, in which what is usual moves with the regime. Channels of yes and no are not
judged: most are set by the regime, and nothing is left of them to tell how far another is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from likely.core.errors import CannotDo, DataError
from likely.data.column import Column
from likely.data.schema import Schema
from likely.data.table import Table
from likely.detectors.contextual.axes import KNOTS, Axis, axes_of, learn_knots
from likely.detectors.contextual.given import Given, cells_in_all, expect, learn_given

_MOST_LEARNT = 50_000


def check_context(table: Table, names: Sequence[str]) -> None:
    """Raise what is wrong with a context before anything is learnt.

    Parameters
    ----------
    table : Table
        The rows, with their clock.
    names : sequence of str
        The columns of the context.

    Raises
    ------
    CannotDo
        If it holds dates, or no channel is left to judge.
    """
    dates = [c.name for c in table.columns if c.name in names and c.kind == "date"]
    if dates:
        raise CannotDo(
            f"The context {', '.join(map(repr, dates))} holds dates. Hours, weekdays and seasons "
            "of the clock are looked at anyway; leave it out."
        )
    kinds = [table.columns[j].kind for j in table.used() if table.names[j] not in names]
    if names and "number" not in kinds:
        raise CannotDo("All numbers are context: name fewer columns, so that one is left to judge.")


@dataclass(frozen=True)
class Regime:
    """What was learnt of channels given a context.

    Parameters
    ----------
    schema : Schema
        Of the rows: channels, context and clock.
    names : tuple of str
        The columns of the context.
    series : int
        How many series have levels of their own; 0 if there is one.
    knots : ndarray of shape (context, 17)
        Of numbers in the context.
    given : Given
        What the context lets expect; outputs are channels.
    one : int, default -1
        The series of all rows that do not say theirs, which else is not known.
    """

    schema: Schema
    names: tuple[str, ...]
    series: int
    knots: np.ndarray
    given: Given
    one: int = -1

    @classmethod
    def learn(cls, table: Table, names: Sequence[str]) -> Regime:
        """Learn what a context lets expect, from rows that lie anywhere in time.

        Of more than 50,000 rows, as many from all over the series are learnt from.

        Parameters
        ----------
        table : Table
            The rows; a row's series, if there are several, is a part of its context.
        names : sequence of str
            The columns of the context.
        """
        schema = Schema.learn(table)
        rows = schema.match(table)
        every = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_LEARNT)).astype(np.int64)
        rows = rows.take(every)
        series = 0 if rows.series is None else int(rows.series.max(initial=-1)) + 1
        nothing = np.zeros((0, KNOTS))
        start = cls(schema, tuple(names), series, nothing, Given(*[np.zeros(0)] * 7))
        context = start.context(rows)
        knots = np.array([learn_knots(v) for v in context[:, : len(start.names)].T])
        start = replace(start, knots=knots)
        values = rows.matrix[:, start.channels]
        values = np.where(np.isfinite(values), values, np.nan)
        missing = np.isnan(values)
        no_switches = np.zeros(values.shape[1], dtype=bool)
        given, _ = learn_given(start.axes, context, np.nan_to_num(values), missing, no_switches)
        return replace(start, given=given)

    def of_one(self, number: int) -> Regime:
        """Return the regime of one of the series: rows need not say whose they are.

        Parameters
        ----------
        number : int
            Of the series; one that was not learnt has `series`, and follows it as they do on
            average.
        """
        return replace(self, one=number)

    @cached_property
    def channels(self) -> list[int]:
        """Positions of the channels among the columns of the schema that are used."""
        return [
            j
            for j, column in enumerate(self.schema.used)
            if column.kind == "number" and column.name not in self.names
        ]

    @cached_property
    def axes(self) -> list[Axis]:
        """Ways in which the context tells steps apart; the last one is the series, if several."""
        places = self._places
        used, encodings = self.schema.used, self.schema.encodings
        axes = axes_of(
            tuple(used[j] for j in places), tuple(encodings[j] for j in places), self.knots
        )
        if self.series:
            axes.append(Axis(len(places), "levels", self.series, np.zeros(0)))
        return axes

    @property
    def _places(self) -> list[int]:
        names = [column.name for column in self.schema.used]
        missing = [name for name in self.names if name not in names]
        if missing:
            raise DataError(f"The context {', '.join(map(repr, missing))} holds nothing to read.")
        return [names.index(name) for name in self.names]

    def context(self, rows: Table) -> np.ndarray:
        """Return the context of matched rows, shape (n, columns): the last is their series."""
        context = rows.matrix[:, self._places]
        if not self.series:
            return context
        codes = np.full(len(rows), self.one) if rows.series is None else rows.series
        return np.column_stack([context, np.where(codes < 0, np.nan, codes)])

    def units(
        self, rows: Table, columns: Sequence[Column] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what is expected in channels of matched rows, and its spread there.

        Parameters
        ----------
        rows : Table
            As the schema matches them.
        columns : sequence of Column, optional
            Which channels, by name; default: all.

        Returns
        -------
        level, spread : ndarray of shape (n, channel)
        """
        means, variances = expect(self.axes, self.given, self.context(rows))
        if columns is None:
            return means, np.sqrt(variances)
        names = [self.schema.used[j].name for j in self.channels]
        at = [names.index(column.name) for column in columns]
        return means[:, at], np.sqrt(variances[:, at])

    def taken_off(self, rows: Table) -> Table:
        """Return matched rows as a model sees them: what is left of channels, in spreads."""
        level, spread = self.units(rows)
        matrix = rows.matrix.copy()
        matrix[:, self.channels] = (matrix[:, self.channels] - level) / spread
        columns = [
            replace(c, integer=False, reading="") if j in self.channels else c
            for j, c in enumerate(rows.columns)
        ]
        left = [j for j, c in enumerate(columns) if c.kind == "date" or j in self.channels]
        kept = tuple(columns[j] for j in left)
        return replace(rows, matrix=matrix[:, left], columns=kept, native=None)

    def as_given(self, channels: Sequence[Column]) -> tuple[Column, ...]:
        """Return channels as people gave them, by name."""
        known = {column.name: column for column in self.schema.used}
        return tuple(known[column.name] for column in channels)

    def unknown(self, rows: Table) -> np.ndarray:
        """Return which matched rows are in a regime that was not learnt, bool of shape (n,)."""
        context = self.context(rows)
        found = np.zeros(len(rows), dtype=bool)
        for axis in self.axes[: len(self.axes) - bool(self.series)]:
            cells, _ = axis.weights(context[:, axis.column])
            found |= (cells == axis.cells + 1).any(axis=1)
        return found

    def about(self, rows: Table) -> list[str]:
        """Say how many of new rows are in a regime that was not learnt."""
        count = int(self.unknown(rows).sum())
        if not count:
            return []
        are = "is" if count == 1 else "are"
        return [
            f"{count:,} of {len(rows):,} moments {are} in a regime that was not learnt, by "
            f"{', '.join(self.names)}: what is usual there is as wide as regimes differ."
        ]

    @property
    def sound(self) -> bool:
        """Whether the parts fit one another."""
        width, axes, given = len(self.channels), self.axes, self.given
        if self.knots.shape != (len(self.names), KNOTS) or given.pairs.shape[1:] != (2,):
            return False
        if given.pairs.size and not 0 <= given.pairs.min() <= given.pairs.max() < len(axes):
            return False
        cells = cells_in_all(axes, given.pairs)
        rows = (given.base, given.level, given.floor)
        tables = (given.means, given.doubts, given.logs)
        shaped = all(one.shape == (width,) for one in rows)
        shaped = shaped and all(one.shape == (cells, width) for one in tables)
        finite = all(bool(np.isfinite(one).all()) for one in (*rows, *tables, self.knots))
        return shaped and finite and bool((given.floor > 0).all() and (given.doubts >= 0).all())
