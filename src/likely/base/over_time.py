"""`OverTime`: a model of one series, whose rows are moments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, final

import numpy as np

from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core.errors import DataError
from likely.data.aside import without_silent
from likely.data.clock_column import with_clock
from likely.data.dataframes import index_as_column
from likely.data.own_units import OneUnits, OwnUnits, in_own_units, learn_own_units
from likely.data.samples import Samples
from likely.data.table import Table
from likely.data.timeline import Stretch, Timeline, in_order, level_of

PART = 2**18
"""Steps judged at a time, so that memory stays bounded."""

MOST_LEARNT = 2**21
"""Steps learnt from; of a longer series blocks from all over it, for the same reason."""

BLOCK = 2**17


class OverTime(Model, ABC):
    """A model that judges each row of a table by the rows around it, in the order of time.

    Rows are put in the order of their clock, and come as they are without one; scores come back in
    the order of the rows. The clock is the only column of dates, numbers that are one
    (`likely.data.clock_column`), or the index of a pandas dataframe. Every other column of numbers
    is a channel, gaps in which are bridged by straight lines; one without any value is left out.
    Behind a gap of more than 32 steps in the clock or in all channels a new stretch begins; a
    stretch too short to be judged, and a row without a time or without a value nearby, are judged
    as the usual one. Of more than two million steps blocks from all over the series are learnt
    from.

    A table may hold several series (`Table.series`): each is seen in units of its own usual spread
    around its own level, and one model is learnt from the stretches of all. A series that was not
    learnt from has the level and the spread of what is judged of it.

    Hooks see stretches, in the order of time: `_learn` and `_oddness`.

    Attributes
    ----------
    usual_ : float
        The median oddness of what was learnt.
    across_gaps_ : int
        1 if gaps in the clock were so many that they count as none, else 0.
    level_ : ndarray of shape (channel,)
        The median of each channel: what it is taken for where nothing is known of it.
    own_level_, own_spread_ : ndarray of shape (series, channel)
        Level and usual spread of each series; no rows if one series was learnt from.
    """

    state: ClassVar[dict[str, Array | Members | Weights]] = {
        "usual_": Array(),
        "across_gaps_": Array(dtype="int64", low=0, high=1),
        "level_": Array("series_channel"),
        "own_level_": Array("series", "series_channel"),
        "own_spread_": Array("series", "series_channel"),
    }
    usual_: float
    across_gaps_: int
    level_: np.ndarray
    own_level_: np.ndarray
    own_spread_: np.ndarray

    @property
    @abstractmethod
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from; shorter ones are left out."""

    @property
    @abstractmethod
    def least_steps_(self) -> int:
        """How many steps a stretch must have to be judged: those of the longest window."""

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before and after it a score depends on."""
        return self.least_steps_, self.least_steps_

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps without changing scores."""
        return 1

    @final
    def stretch_oddness(self, stretch: Stretch) -> np.ndarray:
        """Return how odd each step of a stretch without gaps is, (time,).

        For those who keep the order of time themselves, as a stream does.

        Parameters
        ----------
        stretch : Stretch
            Channels in the order of those learnt from.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        DataError
            If the stretch is shorter than `least_steps_`, or has other channels.
        """
        self._check_fitted()
        channels = sum(c.kind in ("number", "boolean") for c in self.schema_.used)
        if len(stretch.values) < self.least_steps_ or stretch.values.shape[1:] != (channels,):
            raise DataError(
                f"A stretch for this {type(self).__name__} has at least {self.least_steps_:,} "
                f"steps of {channels} channels. Got the shape {stretch.values.shape}."
            )
        return self._in_parts(stretch)

    def units_of(self, number: int) -> OneUnits:
        """Return the units in which one of several series that were learnt is seen."""
        return OneUnits(self.own_level_[number], self.own_spread_[number])

    def units_of_new(self, values: np.ndarray) -> OneUnits:
        """Return the units in which a series not learnt from is seen, by some of its values.

        Parameters
        ----------
        values : ndarray of shape (time, channel)
            Channels in the order of those learnt from; NaN where nothing is known.
        """
        known = OwnUnits(self.own_level_, self.own_spread_)
        return OneUnits.of_new(values, known, _scaled(self.schema_))

    @abstractmethod
    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        """Learn from stretches; there is at least one, and each has `longest_window` steps.

        A single one may be shorter: the whole series then is.
        """

    @abstractmethod
    def _oddness(self, stretch: Stretch) -> np.ndarray:
        """Return how odd each step of a stretch of `least_steps_` or more is, (time,)."""

    def _read(self, X: Any) -> Samples:
        samples = super()._read(index_as_column(X))
        return without_silent(with_clock(samples)) if isinstance(samples, Table) else samples

    def _view(self, schema: Any, samples: Any) -> Any:
        return in_order(samples)

    def _fit_features(
        self, schema: Any, x: Any, rng: np.random.Generator, labels: np.ndarray | None = None
    ) -> None:
        self.own_level_, self.own_spread_ = learn_own_units(x, _scaled(schema))
        super()._fit_features(schema, self._in_own_units(schema, x), rng, labels)

    def _in_own_units(self, schema: Any, x: Any) -> Any:
        return in_own_units(x, OwnUnits(self.own_level_, self.own_spread_), _scaled(schema))

    def _fit(self, x: Any, rng: np.random.Generator) -> None:
        timeline: Timeline = x
        if len(timeline) < self.min_rows:
            raise DataError(
                f"{type(self).__name__} needs at least {self.min_rows} rows with a time. Got "
                f"{len(timeline):,}."
            )
        if not timeline.known.any():
            raise DataError("Not one value of the series is known. Give rows that hold numbers.")
        least = min(self.longest_window, timeline.longest)
        self.level_ = level_of(timeline.values)
        self.across_gaps_ = int(timeline.too_broken(least))
        parts = timeline.parts(least, across=bool(self.across_gaps_), level=self.level_)
        self._learn(_blocks([stretch for _, stretch in parts], least), rng)

    def _score(self, x: Any) -> np.ndarray:
        timeline: Timeline = x
        if timeline.longest < self.least_steps_:
            raise DataError(
                f"The series has {timeline.longest:,} steps with a time; this "
                f"{type(self).__name__} looks at {self.least_steps_:,} at once. Give a longer "
                "stretch, with what came before it."
            )
        return -timeline.onto_rows(self._by_step(timeline, self.usual_), self.usual_)

    def _score_training(self, x: Any) -> np.ndarray:
        odd = self._by_step(x, np.nan)
        judged = odd[~np.isnan(odd)]
        self.usual_ = float(np.median(judged)) if len(judged) else 0.0
        odd[np.isnan(odd)] = self.usual_
        return -x.onto_rows(odd, self.usual_)

    def _check_state(self) -> None:
        super()._check_state()
        numbers = sum(column.kind in ("number", "boolean") for column in self.schema_.used)
        if len(self.level_) != numbers:
            raise ValueError(f"{len(self.level_)} levels of {numbers} channels")
        if not (self.own_spread_ > 0).all():
            raise ValueError("the spread of a series is none")

    def _by_step(self, timeline: Timeline, elsewhere: float) -> np.ndarray:
        """Return how odd each step is, (time,); those of too short stretches are `elsewhere`."""
        odd = np.full(len(timeline), elsewhere)
        across = bool(self.across_gaps_)
        for steps, stretch in timeline.parts(self.least_steps_, across=across, level=self.level_):
            odd[steps] = self._in_parts(stretch)
        return odd

    def _in_parts(self, stretch: Stretch) -> np.ndarray:
        """Judge a stretch, a long one part by part: parts overlap by what scores depend on."""
        steps = len(stretch.values)
        before, after = self.reach_
        if steps <= PART + before + after:
            return self._oddness(stretch)
        size = PART // self.stride_ * self.stride_
        odd = np.empty(steps)
        for first in range(0, steps, size):
            start = max(0, first - before) // self.stride_ * self.stride_
            start = min(start, max(0, steps - self.least_steps_) // self.stride_ * self.stride_)
            end = min(steps, first + size + after)
            part = _cut(stretch, slice(start, end))
            odd[first : first + size] = self._oddness(part)[first - start : first - start + size]
        return odd

    def _over_batches(
        self, X: Any, compute: Callable[[np.ndarray], np.ndarray], condition: Any = None
    ) -> np.ndarray:
        self._check_fitted()
        table = self.schema_.match(index_as_column(X, [c.name for c in self.schema_.used]))
        self._given(condition, len(table))
        timeline = self._view(self.schema_, table)
        return compute(self._in_own_units(self.schema_, timeline))  # judged as a whole


def _scaled(schema: Any) -> np.ndarray:
    """Return which channels are measured in units, (channel,) of bool: yes and no are not."""
    kinds = [column.kind for column in schema.used]
    return np.array([kind == "number" for kind in kinds if kind in ("number", "boolean")])


def _blocks(stretches: list[Stretch], least: int) -> list[Stretch]:
    """Return stretches with at most `MOST_LEARNT` steps in all, evenly from all of them."""
    total = sum(len(stretch.values) for stretch in stretches)
    if total <= MOST_LEARNT:
        return stretches
    size = max(BLOCK, least)
    every = [
        _cut(one, slice(first, first + size))
        for one in stretches
        for first in range(0, len(one.values), size)
        if first == 0 or len(one.values) - first >= least
    ]
    chosen = np.linspace(0, len(every) - 1, max(1, int(len(every) * MOST_LEARNT / total)))
    return [every[k] for k in chosen.astype(int)]


def _cut(stretch: Stretch, steps: slice) -> Stretch:
    """Return some steps of a stretch."""
    return Stretch(stretch.values[steps], None if stretch.local is None else stretch.local[steps])
