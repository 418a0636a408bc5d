"""What a value should be, given the time of day, the weekday and the season."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, final

import numpy as np
from scipy.linalg import solve_triangular

from likely.base.over_time import OverTime
from likely.base.state import Array
from likely.core.errors import DataError, ParameterError
from likely.core.params import Interval
from likely.data.timeline import Stretch, Timeline
from likely.series.calendar import MOST_KNOTS, Calendar
from likely.series.channels import ChannelScale
from likely.series.pooling import power_mean
from likely.series.rhythms import TURNS
from likely.series.season_fitting import fit_seasons
from likely.series.seasons import Seasons, by_clock, expectation, given_shrinkage

_LEVELS = 401  # quantiles of what is left
_FAR = 1e6  # spreads
_LONGEST = 10**9  # steps
_USUAL = 3.0  # spreads up to which values count for what channels do together
_SHRUNK = 0.1
_SURE = 4.0  # power of the mean over channels


class Seasonal(OverTime):
    r"""Values judged given the time of day, the weekday, the season and other channels.

    The score says how many usual distances a value is off; what was expected, `expected` tells with
    a band. It is the sum of a daily profile, one of the weekday, waves of a year (of two or more),
    bent lines of the channels that are given (temperatures, or a switch on holidays), steeper or
    flatter by the time of day, a slow level, and what rhythms that the clock doesn't
    show let expect from one to three turns ago. Profiles and lines come from one robust ridge
    regression. The level is the median of the means of the last seven days (weeks of daily values;
    32 steps without a clock), so that three odd days do not move it and a shift is usual after
    four; a value is not judged by the last ones beyond that, so an odd night stays odd until its
    end. How far a value may be off depends on the time of day and the weekday, too. Times are those
    of the clock on the wall: on days of 23 and 25 hours noon is noon. Channels of two values, such
    as switches, are not judged.

    Parameters
    ----------
    covariates : sequence of str, default ()
        Channels which are given and not judged: others are judged beside them.
    seed : int in [0, inf), default 0
        Of the steps drawn to learn profiles from, where there are more than 100,000.

    Notes
    -----
    **Intuition.** A night as busy as a day is odd, though the value is usual.

    **Formula.** $z_t = (x_t - m_t) / \sigma_t$, where m_t is the sum of what hour, weekday, time of
    year and given channels let expect, a slow level and rhythms, and σ_t is the usual spread at
    that hour and weekday. The score is −|z_t|; several channels are pooled.

    **When to use.** What follows a clock: traffic, load, sales.

    **Where it fails.** Holidays are odd workdays, unless a channel tells of them.

    **Cost.** Linear in the number of moments, at most 100,000 of which the regression takes, and
    the third power of the number of effects.

    References
    ----------
    Hyndman, R. J. & Fan, S. (2010). Density forecasting for long-term peak electricity demand. IEEE
    Transactions on Power Systems 25(2). https://doi.org/10.1109/TPWRS.2009.2036017

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> from likely.series import Seasonal
    >>> at = np.datetime64("2026-03-02", "us") + np.arange(24 * 60) * np.timedelta64(1, "h")
    >>> load = np.where(np.arange(24 * 60) % 24 < 8, 1.0, 5.0)
    >>> load += 0.1 * np.random.default_rng(0).normal(size=24 * 60)
    >>> load[24 * 50 + 3] = 5.0
    >>> model = Seasonal().fit(pa.table({"at": at, "load": load}))
    >>> int(model.training_scores_.argmin()) == 24 * 50 + 3
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1109/TPWRS.2009.2036017"}
    min_rows = 8
    _state_spec = {
        **OverTime.state,
        "judged_": Array("judged", dtype="int64", low=0),
        "mean_": Array("judged"),
        "scale_": Array("judged", low=0),
        "clock_": Array(4, low=0),
        "bends_": Array("given", 7),
        "profile_": Array("judged", "term"),
        "block_": Array(2, dtype="int64", low=1),
        "drift_": Array("judged", low=0),
        "lags_": Array("rhythm", TURNS, dtype="int64", low=1),
        "echo_": Array("rhythm", "judged"),
        "spread_": Array("judged", "spread"),
        "least_": Array("judged", low=0),
        "unknown_": Array("judged", TURNS + 1, low=1),
        "root_": Array("judged", "judged"),
        "usual_sizes_": Array(2, low=0),
        "left_": Array("judged", _LEVELS),
    }

    judged_: np.ndarray
    mean_: np.ndarray
    scale_: np.ndarray
    clock_: np.ndarray
    bends_: np.ndarray
    profile_: np.ndarray
    block_: np.ndarray
    drift_: np.ndarray
    lags_: np.ndarray
    echo_: np.ndarray
    spread_: np.ndarray
    least_: np.ndarray
    unknown_: np.ndarray
    root_: np.ndarray
    usual_sizes_: np.ndarray
    left_: np.ndarray

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from: few, as profiles are shared."""
        return 8

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have: one, as a moment is judged by what came before."""
        return 1

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before it a score depends on: those of the level and of rhythms."""
        return self._seasons().reach, 0

    def __init__(
        self, covariates: Sequence[str] = (), seed: Annotated[int, Interval(0)] = 0
    ) -> None:
        self.covariates = covariates
        self.seed = seed

    @final
    def expected(self, X: Any, coverage: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what was expected at each moment, and a band for it, in the units of the data.

        Parameters
        ----------
        X : dataframe, array or list, shape (n rows, n columns)
            A series with the columns that were learnt.
        coverage : float in (0, 1), default 0.95
            The share of ordinary values that the band holds.

        Returns
        -------
        middle, low, high : ndarray of shape (n, channel)
            Channels are the columns of numbers and booleans, in their order; NaN for those which
            are not judged and for rows without a time.
        """
        if not 0 < coverage < 1:
            raise ParameterError(f"coverage must be between 0 and 1. Got {coverage!r}.")
        tails = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
        found: list[np.ndarray] = []

        def judge(timeline: Any) -> np.ndarray:
            found.extend(self._bands(timeline, tails))
            return np.zeros(timeline.size)

        self._over_batches(X, judge)
        return found[0], found[1], found[2]

    def _bands(self, timeline: Timeline, tails: np.ndarray) -> list[np.ndarray]:
        """Return middle, low and high of every row of the table, (n, channel) each."""
        shape = (3, timeline.size, timeline.values.shape[1])
        found = np.full(shape, np.nan)
        quantiles = np.array([np.interp(tails, _levels(), one) for one in self.left_])
        for steps, stretch in timeline.parts(1, across=bool(self.across_gaps_)):
            middle, spread = expectation(stretch, self._seasons())
            rows = timeline.rows[steps]
            there = rows >= 0  # steps that were put in have no row
            for i, off in enumerate((0.0, quantiles[:, 0], quantiles[:, 1])):
                band = self.mean_ + self.scale_ * (middle + off * spread)
                found[i][np.ix_(rows[there], self.judged_)] = band[there]
        return list(found)

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        seasons = fit_seasons(stretches, self._given_channels(), rng)
        self.judged_, self.mean_, self.scale_ = seasons.scale
        self.clock_ = np.array(seasons.calendar, dtype=np.float64)
        self.bends_ = seasons.bends
        self.profile_, self.spread_, self.least_ = seasons.profile, seasons.spread, seasons.least
        self.block_, self.drift_ = seasons.block, seasons.drift
        self.lags_, self.echo_, self.unknown_ = seasons.lags, seasons.echo, seasons.unknown
        left = np.concatenate([self._left(stretch) for stretch in stretches])
        self.left_ = np.quantile(left, _levels(), axis=0).T
        near = np.clip(left, -_USUAL, _USUAL)
        together = near.T @ near / len(near)
        size = np.sqrt(np.diagonal(together)) + 1e-9
        together = (1 - _SHRUNK) * together / np.outer(size, size) + _SHRUNK * np.eye(len(size))
        self.root_ = np.linalg.cholesky(together)
        self.usual_sizes_ = np.ones(2)
        self.usual_sizes_ = np.array([float(np.median(one)) for one in self._sizes(left)]) + 1e-9

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        left = self._left(stretch)
        if left.shape[1] == 1:
            return np.abs(left[:, 0])
        return power_mean(self._sizes(left), _SURE)

    def _left(self, stretch: Stretch) -> np.ndarray:
        """Return what is left of the judged channels, in spreads, (time, judged)."""
        seasons = self._seasons()
        expected = expectation(stretch, seasons)
        z = (stretch.values[:, self.judged_] - self.mean_) / self.scale_
        return np.clip((z - expected.middle) / expected.spread, -_FAR, _FAR)

    def _adjusted(self, stretch: Stretch) -> np.ndarray:
        """Return the series less what the clock and given channels let expect, (time, channel)."""
        values = stretch.values.copy()
        values[:, self.judged_] -= self.scale_ * by_clock(stretch, self._seasons())[0]
        return values

    def _sizes(self, left: np.ndarray) -> np.ndarray:
        """Return how far channels are off, each and jointly, beside what is usual, (2, time)."""
        each = power_mean(np.abs(left.T), _SURE)
        joint = solve_triangular(self.root_, left.T, lower=True)
        jointly = np.sqrt(np.mean(joint**2, axis=0))
        return np.stack([each, jointly]) / self.usual_sizes_[:, None]

    def _check_state(self) -> None:
        given, channels = self._given_channels(), len(self._names())
        step, knots, week, year = self.clock_
        if (
            not len(self.judged_)
            or (np.diff(self.judged_) <= 0).any()
            or self.judged_[-1] >= channels
            or np.isin(self.judged_, given).any()
            or len(self.bends_) != len(given)
        ):
            raise ValueError("channels do not fit together")
        if not (0 <= knots <= MOST_KNOTS and {knots % 1, week, year} <= {0, 1}):
            raise ValueError("there is no such calendar")
        calendar = Calendar(float(step), int(knots), bool(week), bool(year))
        if (
            self.profile_.shape[1] != calendar.width + len(given_shrinkage(self._seasons()))
            or self.spread_.shape[1] != calendar._replace(year=False).width
            or self.block_.max() > _LONGEST
            or (np.diff(self.lags_, axis=1) < 0).any()
        ):
            raise ValueError("terms, level or rhythms do not fit the calendar")
        spreads = (self.scale_, self.least_, self.usual_sizes_, np.diagonal(self.root_))
        if not all((part > 0).all() for part in spreads):
            raise ValueError("a spread is not positive")

    def _names(self) -> list[str]:
        return [c.name for c in self.schema_.used if c.kind in ("number", "boolean")]

    def _given_channels(self) -> list[int]:
        """Return positions of the covariates among the channels."""
        asked = [self.covariates] if isinstance(self.covariates, str) else list(self.covariates)
        names = self._names()
        unknown = [name for name in asked if name not in names]
        if unknown:
            raise DataError(
                f"There is no channel named {', '.join(map(repr, unknown))} among "
                f"{', '.join(map(repr, names))}."
            )
        given = [names.index(name) for name in asked]
        if len(set(given)) == len(names):
            raise DataError(
                "All channels are covariates: name fewer, so that one is left to judge."
            )
        return given

    def _seasons(self) -> Seasons:
        step, knots, week, year = self.clock_
        return Seasons(
            ChannelScale(self.judged_, self.mean_, self.scale_),
            Calendar(float(step), int(knots), bool(week), bool(year)),
            np.array(self._given_channels(), dtype=np.int64),
            self.bends_,
            self.profile_,
            self.block_,
            self.drift_,
            self.lags_,
            self.echo_,
            self.spread_,
            self.least_,
            self.unknown_,
        )


def _levels() -> np.ndarray:
    """Return the levels at which quantiles are kept, denser towards both ends."""
    even = np.linspace(0, 1, _LEVELS)
    return 0.5 - 0.5 * np.cos(np.pi * even)
