"""`OverTime`: a model of one series, whose rows are moments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, final

import numpy as np

from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core.errors import DataError
from likely.data.timeline import Stretch, Timeline, in_order

PART = 2**18
"""Steps judged at a time, so that memory stays bounded."""


class OverTime(Model, ABC):
    """A model that judges each row of a table by the rows around it, in the order of time.

    Rows are put in the order of the only column of dates, and come as they are without one; scores
    come back in the order of the rows. Every other column of numbers is a channel, gaps in which
    are bridged by straight lines. Behind a gap in the clock a new stretch begins; a stretch too
    short to be judged, and a row without a time, are judged as the usual one.

    Hooks see stretches, in the order of time: `_learn` and `_oddness`.

    Attributes
    ----------
    usual_ : float
        The median oddness of what was learnt.
    across_gaps_ : int
        1 if gaps in the clock were so many that they count as none, else 0.
    """

    state: ClassVar[dict[str, Array | Members | Weights]] = {
        "usual_": Array(),
        "across_gaps_": Array(dtype="int64", low=0, high=1),
    }
    usual_: float
    across_gaps_: int

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

    @abstractmethod
    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        """Learn from stretches; there is at least one, and each has `longest_window` steps.

        A single one may be shorter: the whole series then is.
        """

    @abstractmethod
    def _oddness(self, stretch: Stretch) -> np.ndarray:
        """Return how odd each step of a stretch of `least_steps_` or more is, (time,)."""

    def _view(self, schema: Any, samples: Any) -> Any:
        return in_order(samples)

    def _fit(self, x: Any, rng: np.random.Generator) -> None:
        timeline: Timeline = x
        if len(timeline) < self.min_rows:
            raise DataError(
                f"{type(self).__name__} needs at least {self.min_rows} rows with a time. Got "
                f"{len(timeline):,}."
            )
        least = min(self.longest_window, len(timeline))
        self.across_gaps_ = int(timeline.too_broken(least))
        parts = timeline.parts(least, across=bool(self.across_gaps_))
        self._learn([stretch for _, stretch in parts], rng)

    def _score(self, x: Any) -> np.ndarray:
        timeline: Timeline = x
        if len(timeline) < self.least_steps_:
            raise DataError(
                f"The series has {len(timeline):,} steps with a time; this {type(self).__name__} "
                f"looks at {self.least_steps_:,} at once. Give a longer stretch, with what came "
                "before it."
            )
        return -timeline.onto_rows(self._by_step(timeline, self.usual_), self.usual_)

    def _score_training(self, x: Any) -> np.ndarray:
        odd = self._by_step(x, np.nan)
        self.usual_ = float(np.nanmedian(odd))
        odd[np.isnan(odd)] = self.usual_
        return -x.onto_rows(odd, self.usual_)

    def _by_step(self, timeline: Timeline, elsewhere: float) -> np.ndarray:
        """Return how odd each step is, (time,); those of too short stretches are `elsewhere`."""
        odd = np.full(len(timeline), elsewhere)
        for steps, stretch in timeline.parts(self.least_steps_, across=bool(self.across_gaps_)):
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
            seen = slice(start, end)
            part = Stretch(
                stretch.values[seen], None if stretch.local is None else stretch.local[seen]
            )
            odd[first : first + size] = self._oddness(part)[first - start : first - start + size]
        return odd

    def _over_batches(
        self, X: Any, compute: Callable[[np.ndarray], np.ndarray], condition: Any = None
    ) -> np.ndarray:
        self._check_fitted()
        table = self.schema_.match(X)
        self._given(condition, len(table))
        return compute(self._view(self.schema_, table))  # a series is judged as a whole
