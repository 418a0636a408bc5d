"""What models of windows share: channels in units of their spread, one length, scores pooled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from likely.base.over_time import OverTime
from likely.base.state import Array, Members, Weights
from likely.core.period import dominant_period
from likely.data.timeline import Stretch, Timeline
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.pooling import ScoreScale, fit_score_scale, power_mean, tame
from likely.series.windows import fitting_length, hop_of

LONGEST_PERIOD = 303
"""No rhythm that `dominant_period` finds is longer."""

LONGEST = 100_000
"""More steps no window has."""

_POWER = 2.0  # by which channels are pooled


class OverWindows(OverTime, ABC):
    """A model that judges windows of one length, of all channels that take three values or more.

    Hooks see stretches in units of the spread of each channel, (time, judged): `_learn_windows` and
    `_views`. A single view is the oddness as it is. Several, such as one of every channel, are put
    on one scale (spreads above their usual score), and the root of the mean of their squares
    counts, so that one channel is enough to be odd.

    Attributes
    ----------
    length_ : int
        Steps of a window.
    judged_ : ndarray of int64, shape (judged,)
        Which channels are judged: those that take more than two values, if there are any.
    mean_, spread_ : ndarray of shape (judged,)
        The unit of each.
    scores_ : ndarray of shape (view, 2)
        Mean and spread of the scores of every view while it was learnt.
    """

    state: ClassVar[dict[str, Array | Members | Weights]] = {
        **OverTime.state,
        "length_": Array(dtype="int64", low=2, high=LONGEST),
        "judged_": Array("judged", dtype="int64", low=0),
        "mean_": Array("judged"),
        "spread_": Array("judged", low=0),
        "scores_": Array("view", 2),
    }
    min_rows = 8
    spans: ClassVar[int] = 1  # a stretch needs so many windows one after the other

    length: int | None
    length_: int
    judged_: np.ndarray
    mean_: np.ndarray
    spread_: np.ndarray
    scores_: np.ndarray
    _learnt: list[np.ndarray]

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from."""
        return self.spans * (self.length or LONGEST_PERIOD)

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have to be judged."""
        return self.spans * int(self.length_)

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps: windows start there."""
        return hop_of(int(self.length_))

    @abstractmethod
    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        """Learn from stretches in units of spreads, each (time, judged); `length_` is known."""

    @abstractmethod
    def _views(self, values: np.ndarray) -> np.ndarray:
        """Return how odd each step of a stretch is in each view, (view, time), in any units."""

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        scale = fit_channel_scale(np.concatenate([one.values for one in stretches]))
        self.judged_, self.mean_, self.spread_ = scale
        known = [in_spreads(one.values, scale) for one in stretches]
        longest = max(known, key=len)
        wished = self.length or dominant_period(longest[:, 0])
        self.length_ = fitting_length(wished, max(4, 2 * len(longest) // (1 + self.spans)))
        self._learn_windows(known, rng)
        ends = np.cumsum([len(one) for one in known]).tolist()
        places = [slice(end - len(one), end) for end, one in zip(ends, known, strict=True)]
        self._learnt = self._training_views(places, known, places)  # until training is scored
        views = np.concatenate(self._learnt, axis=1)
        self.scores_ = np.array([fit_score_scale(view) for view in views])

    def _training_views(
        self, places: list[slice], stretches: list[np.ndarray], learnt: list[slice]
    ) -> list[np.ndarray]:
        """Return views of stretches of the series learnt from, (view, time) each.

        A model that can judge moments by all others does so here.

        Parameters
        ----------
        places : list of slice
            Which steps of the series the stretches are.
        stretches : list of ndarray of shape (time, judged)
            What is judged.
        learnt : list of slice
            Which steps were learnt from.
        """
        return [self._views(one) for one in stretches]

    def _score_training(self, x: Any) -> np.ndarray:
        timeline: Timeline = x
        across = bool(self.across_gaps_)
        least = min(self.longest_window, timeline.longest)
        learnt = [steps for steps, _ in timeline.parts(least, across=across)]
        parts = list(timeline.parts(self.least_steps_, across=across))
        found = vars(self).pop("_learnt")
        if len(parts) > len(learnt):  # others are too short to be learnt from
            judged = [in_spreads(stretch.values, self._channels) for _, stretch in parts]
            found = self._training_views([steps for steps, _ in parts], judged, learnt)
        odd = np.full(len(timeline), np.nan)
        for (steps, _), views in zip(parts, found, strict=True):
            odd[steps] = self._pooled(views)
        self.usual_ = float(np.nanmedian(odd))
        odd[np.isnan(odd)] = self.usual_
        return -timeline.onto_rows(odd, self.usual_)

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        return self._pooled(self._views(in_spreads(stretch.values, self._channels)))

    def _pooled(self, views: np.ndarray) -> np.ndarray:
        """Return the oddness of steps from views of them, (view, time)."""
        if len(views) == 1:
            return views[0]
        scales = (ScoreScale(*map(float, one)) for one in self.scores_)
        tamed = [tame(view, scale) for view, scale in zip(views, scales, strict=True)]
        return power_mean(np.stack(tamed), _POWER)

    @property
    def _channels(self) -> ChannelScale:
        return ChannelScale(self.judged_, self.mean_, self.spread_)

    def _check_state(self) -> None:
        numbers = sum(column.kind in ("number", "boolean") for column in self.schema_.used)
        channels = len(self.judged_)
        if not 0 < channels <= numbers or self.judged_[-1] >= numbers:
            raise ValueError(f"{channels} of {numbers} channels are judged")
        if not (np.diff(self.judged_) > 0).all():
            raise ValueError("channels are not in order")
        if not (self.spread_ > 0).all() or not (self.scores_[:, 1] > 0).all():
            raise ValueError("a spread is not positive")
