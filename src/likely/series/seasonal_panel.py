"""Windows of a series as it is and seasonally adjusted, and its values given the season."""

from __future__ import annotations

from dataclasses import replace
from math import lcm
from typing import Annotated, Any, final

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.base.over_time import OverTime
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.errors import CannotDo, ParameterError
from likely.core.params import Interval, check_parameters
from likely.data.timeline import Stretch, Timeline
from likely.series.alarms import UsualTail, beyond, fit_usual_tail, with_alarm
from likely.series.pooling import ScoreScale, fit_score_scale, power_mean, tame
from likely.series.seasonal import Seasonal
from likely.series.told_by_clock import told_by_clock

_LEAST_CHANGE = 1800e6  # microseconds: no clock is set by less
_FARTHEST = 20.0  # spreads
_BLOCKS = 3
_WEIGHT_OF_POINTS = 0.5  # real series have many harmless points
_ACROSS_MEMBERS = 3.0


class SeasonalPanel(OverTime):
    r"""Windows of the series as it is, and where the clock tells much, seasonally adjusted, too.

    Does the clock on the wall halve how far values are from their level? (Profiles learnt from one
    half of the time are asked about the other.) If it does not, this is `Panel`. If it does, three
    are asked: windows of the series as it is, windows of the series less its daily, weekly and
    yearly profile, and each value given its season. Their scores are put on one scale, and the mean
    of their third powers counts, that of single values by half; one that is far beyond what it ever
    was counts alone. Windows in whose reach the clock is set to summer time or back are asked
    seasonally adjusted only, as days of 23 hours are odd.

    Parameters
    ----------
    windows : str or Model, default "Panel"
        What judges windows; copied, and fitted once to the series and once to the adjusted one.
    seasons : str or Model, default "Seasonal"
        A `Seasonal`, which knows what the clock tells; copied.
    least_told : float in [0, 1], default 0.5
        How much the clock must tell. With 0 all three are always asked, as where channels are what
        is left of them given a regime: a single value is then as telling as given its season.
    seed : int in [0, inf), default 0
        Of members named as text.

    Notes
    -----
    **Intuition.** An odd shape may show in the series, in the series without its season, or in one
    value given its hour: all three are asked where the clock tells much.

    **Formula.** $v(t) = \bigl(\frac13 (a_t^3 + b_t^3 + (c_t / 2)^3)\bigr)^{1/3}$, where a is the
    oddness by `Panel` of the series, b that of the series less its season and c that by `Seasonal`,
    in spreads above their usual values. The score is minus v in nats beyond its usual tail, or one
    of the three alone if it is 10 nats surer.

    **When to use.** Anything with a clock.

    **Where it fails.** Seasons that were seen once or twice are hardly known; a season that no
    clock shows is not taken out.

    **Cost.** `Panel`; where the clock tells much, `Panel` twice, and `Seasonal` four times to
    learn.

    References
    ----------
    Hochenbaum, J., Vallis, O. S. & Kejariwal, A. (2017). Automatic anomaly detection in the cloud
    via statistical learning. https://arxiv.org/abs/1704.07706

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> from likely.series import SeasonalPanel
    >>> at = np.datetime64("2026-03-02", "us") + np.arange(24 * 60) * np.timedelta64(1, "h")
    >>> load = np.where((np.arange(24 * 60) % 24 < 8) | (np.arange(24 * 60) % 168 >= 120), 1.0, 5.0)
    >>> load += 0.1 * np.random.default_rng(0).normal(size=24 * 60)
    >>> load[24 * 48 : 24 * 49] = load[24 * 50 : 24 * 51]
    >>> model = SeasonalPanel().fit(pa.table({"at": at, "load": load}))
    >>> model.training_scores_.argmin() // 24
    np.int64(48)
    """

    card = {"kinds": ["timeline"], "paper": "arXiv:1704.07706"}
    min_rows = 8
    _state_spec = {
        **OverTime.state,
        "members_": Members(),
        "told_": Array(low=0, high=1),
        "scores_": Array("member", 2),
        "tails_": Array("tail", 2),
    }

    members_: list[Any]
    told_: float
    scores_: np.ndarray
    tails_: np.ndarray

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from: as many as members ask for."""
        return max(member.longest_window for member in self._fresh())

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have: as many as the most demanding member needs."""
        return max(member.least_steps_ for member in self.members_)

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before and after it a score depends on: the most of any member."""
        before, after = zip(*(member.reach_ for member in self.members_), strict=True)
        return max(before), max(after)

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps: those of all members."""
        return lcm(*(member.stride_ for member in self.members_))

    def __init__(
        self,
        windows: str | Model = "Panel",
        seasons: str | Model = "Seasonal",
        least_told: Annotated[float, Interval(0, 1)] = 0.5,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.windows = windows
        self.seasons = seasons
        self.least_told = least_told
        self.seed = seed

    @final
    def expected(self, X: Any, coverage: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what was expected at each moment, and a band for it: see `Seasonal.expected`.

        Parameters
        ----------
        X : dataframe, array or list, shape (n rows, n columns)
            A series with the columns that were learnt.
        coverage : float in (0, 1), default 0.95
            The share of ordinary values that the band holds.

        Returns
        -------
        middle, low, high : ndarray of shape (n, channel)

        Raises
        ------
        CannotDo
            If the clock tells too little of the series to expect anything.
        """
        self._check_fitted()
        if len(self.members_) == 1:
            raise CannotDo(
                f"The clock tells {self.told_:.0%} of this series, so SeasonalPanel has "
                "learnt nothing to expect. Fit a Seasonal for its level and rhythms."
            )
        return self.members_[2].expected(X, coverage)

    def _fit(self, x: Any, rng: np.random.Generator) -> None:
        super()._fit(x, rng)  # says how much the clock tells
        windows, seasons = self._fresh()
        windows._fit_features(self.schema_, x, rng)
        self.members_ = [windows]
        odd = [-windows.training_scores_]
        if self.told_ >= self.least_told:
            seasons._fit_features(self.schema_, x, rng)
            adjusted = self._fresh()[0]
            less, unexpected = self._unseen(x, rng)
            adjusted._fit_features(self.schema_, less, rng)
            self.members_ += [adjusted, seasons]
            odd += [-adjusted.training_scores_, unexpected]
        self.scores_ = np.array([fit_score_scale(np.minimum(one, _FARTHEST)) for one in odd])
        self.tails_ = np.empty((0, 2))
        if len(odd) > 1:
            together = self._together(odd)
            self.tails_ = np.array([fit_usual_tail([one]) for one in (*odd, together)])

    def _unseen(self, timeline: Timeline, rng: np.random.Generator) -> tuple[Any, np.ndarray]:
        """Return the series less seasons learnt from the rest of it, and how odd they find rows.

        What seasons were learnt from is nearer to them than anything new will be, and windows see
        that at once.
        """
        wholes = list(timeline.parts(1, across=True))
        less, odd = np.empty_like(timeline.values), np.empty(len(timeline))
        edges = [
            np.linspace(0, len(whole.values), _BLOCKS + 1).astype(np.int64) for _, whole in wholes
        ]
        for block in range(_BLOCKS):
            ends = [slice(*of[block : block + 2].tolist()) for of in edges]
            seasons = self._fresh()[1]
            seasons.schema_ = self.schema_
            rest = [
                _part(whole, part)
                for (_, whole), held in zip(wholes, ends, strict=True)
                for part in (slice(0, held.start), slice(held.stop, None))
            ]
            seasons._learn([one for one in rest if len(one.values)], rng)
            for (steps, whole), held in zip(wholes, ends, strict=True):
                less[steps][held] = seasons._adjusted(whole)[held]
                odd[steps][held] = seasons._oddness(whole)[held]
        values = np.where(np.isnan(timeline.values), np.nan, less)
        by_row = timeline.onto_rows(odd, float(np.median(odd)))
        return replace(timeline, values=values), by_row

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        self.told_ = told_by_clock(stretches, rng)

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        if len(self.members_) == 1:
            return self.members_[0]._oddness(stretch)
        windows, adjusted, seasons = self.members_
        less = Stretch(seasons._adjusted(stretch), stretch.local)
        raw = [windows._oddness(stretch), adjusted._oddness(less), seasons._oddness(stretch)]
        raw[0] = np.where(self._clock_changes(stretch), raw[1], raw[0])
        nats = [
            beyond(one, UsualTail(*tail))
            for one, tail in zip([*raw, self._together(raw)], self.tails_.tolist(), strict=True)
        ]
        return with_alarm(nats[-1], np.max(nats[:-1], axis=0))

    def _together(self, raw: list[np.ndarray]) -> np.ndarray:
        """Return what the members say together, each tamed on its scale: the sure one prevails."""
        tamed = [
            tame(np.minimum(one, _FARTHEST), ScoreScale(*scale))
            for one, scale in zip(raw, self.scores_.tolist(), strict=True)
        ]
        tamed[2] = _WEIGHT_OF_POINTS * tamed[2]
        return power_mean(np.stack(tamed), _ACROSS_MEMBERS)

    def _clock_changes(self, stretch: Stretch) -> np.ndarray:
        """Return whether the clock is set within reach of windows around each step, (time,)."""
        windows, _, seasons = self.members_
        found = np.zeros(len(stretch.values), dtype=bool)
        if stretch.local is None:
            return found
        off = np.abs(np.diff(stretch.local) - seasons.clock_[0])
        before, after = windows.reach_
        for last in np.flatnonzero(off >= _LEAST_CHANGE):  # the last step by the old clock
            found[max(0, last + 1 - after) : last + 1 + before] = True
        return found

    def _check_state(self) -> None:
        members = self.members_
        sound = (
            len(members) in (1, 3)
            and len(self.scores_) == len(members)
            and len(self.tails_) == (4 if len(members) == 3 else 0)
            and (self.scores_[:, 1] > 0).all()
            and (self.tails_[:, 1] > 0).all()
            and all(isinstance(member, OverTime) for member in members)
            and all(isinstance(member, Seasonal) for member in members[2:])
        )
        if not sound:
            raise ValueError("members and scores do not fit together")

    def _fresh(self) -> tuple[OverTime, Seasonal]:
        """Return unfitted copies of both models."""
        windows, seasons = (_copy(one, self.seed) for one in (self.windows, self.seasons))
        if not isinstance(windows, OverTime) or not isinstance(seasons, Seasonal):
            raise ParameterError(
                "SeasonalPanel: windows must be a model of one series and seasons a Seasonal. Got "
                f"{self.windows!r} and {self.seasons!r}."
            )
        return windows, seasons


def _copy(model: str | Model, seed: int) -> Any:
    copy: Any = catalogue.make(model) if isinstance(model, str) else clone(model)
    if isinstance(model, str) and "seed" in copy.get_params(deep=False):
        copy.set_params(seed=seed)
    check_parameters(copy)
    return copy


def _part(stretch: Stretch, steps: slice) -> Stretch:
    local = None if stretch.local is None else stretch.local[steps]
    return Stretch(stretch.values[steps], local)
