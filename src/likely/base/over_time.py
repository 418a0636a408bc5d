"""`OverTime`: a model of one series, whose rows are moments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from likely.base.model import Model
from likely.core.errors import DataError
from likely.data.timeline import Timeline, in_order


class OverTime(Model, ABC):
    """A model that judges each row of a table by the rows around it, in the order of time.

    Rows are put in the order of the only column of dates, and come as they are without one; scores
    come back in the order of the rows. Every other column of numbers is a channel, gaps in which
    are bridged by straight lines. A row without a time is judged as the usual one.

    Hooks get arrays of shape (time, channel), in the order of time and without gaps: `_learn` and
    `_oddness`.
    """

    usual_: float

    @property
    @abstractmethod
    def least_steps_(self) -> int:
        """How many steps a stretch must have to be judged: those of the longest window."""

    @abstractmethod
    def _learn(self, values: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from a stretch, (time, channel)."""

    @abstractmethod
    def _oddness(self, values: np.ndarray) -> np.ndarray:
        """Return how odd each step of a stretch is, (time,)."""

    def _view(self, schema: Any, samples: Any) -> Any:
        return in_order(samples)

    def _fit(self, x: Any, rng: np.random.Generator) -> None:
        if len(x) < self.min_rows:
            raise DataError(
                f"{type(self).__name__} needs at least {self.min_rows} rows with a time. Got "
                f"{len(x):,}."
            )
        self._learn(x.filled, rng)

    def _score(self, x: Any) -> np.ndarray:
        timeline: Timeline = x
        if len(timeline) < self.least_steps_:
            raise DataError(
                f"The series has {len(timeline):,} steps with a time; this {type(self).__name__} "
                f"looks at {self.least_steps_:,} at once. Give a longer stretch, with what came "
                "before it."
            )
        return -timeline.onto_rows(self._oddness(timeline.filled), self.usual_)

    def _score_training(self, x: Any) -> np.ndarray:
        odd = self._oddness(x.filled)
        self.usual_ = float(np.median(odd))
        return -x.onto_rows(odd, self.usual_)

    def _over_batches(
        self, X: Any, compute: Callable[[np.ndarray], np.ndarray], condition: Any = None
    ) -> np.ndarray:
        self._check_fitted()
        table = self.schema_.match(X)
        self._given(condition, len(table))
        return compute(self._view(self.schema_, table))  # a series is judged as a whole
