"""What a local polynomial does not explain."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.local_polynomial import Around, local_trend
from likely.series.over_windows import OverWindows

_LEAST_VARIANCE = 1e-4  # of a channel in units of its spread: a stretch that stands still


class PolynomialTrend(OverWindows):
    r"""Values beside the polynomial that fits the steps around them: level and variance.

    A polynomial is fitted to the steps around each one, but for the `length` nearest, and says
    what the value should be (POLY; Li et al., 2007). Of the differences in a window around each
    step two things are asked: how far is their mean from what it usually is, and how far the
    logarithm of their mean square? So a hump is odd, and a stretch that stands still as well.
    Answers are pooled, over several channels, too.

    Parameters
    ----------
    length : int in [2, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    degree : int in [0, 4], default 2
        Of the polynomial.
    neighbourhood : int in [2, 100], default 10
        How many lengths it spans.
    causal : bool, default False
        Whether steps before a moment decide alone: the window ends with it, and the polynomial
        before the window. Then `reach_` is as many steps before as the neighbourhood has and a
        length, and none after; the first two lengths of a stretch are judged as usual ones.

    Attributes
    ----------
    usual_levels_, usual_logs_ : ndarray of shape (judged,)
        Median, while learnt, of the mean difference in a window, and of the logarithm of the mean
        square.

    Notes
    -----
    **Intuition.** What a smooth trend leaves should be small.

    **Formula.** $r_t = x_t - \sum_{k \le p} a_k t^k$, where the coefficients a_k up to `degree` p
    are fitted to the values around t but not next to it. The score is minus how far the mean of r
    in a window, and the logarithm of the mean of r², are from their usual values, in spreads,
    pooled.

    **When to use.** Slow series, humps.

    **Where it fails.** Rhythms are left whole by the trend, so what breaks them must change the
    level or the size of what is left.

    **Cost.** Of order T log T for T moments, whatever the length.

    References
    ----------
    Li, Z., Ma, H. & Mei, Y. (2007). A unifying method for outlier and change detection from data
    streams based on local polynomial fitting. PAKDD. https://doi.org/10.1007/978-3-540-71701-0_17
    Liu, Q. & Paparrizos, J. (2024). The elephant in the room: towards a reliable time-series
    anomaly detection benchmark. NeurIPS. (POLY: ten lengths, degree 2)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import PolynomialTrend
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = PolynomialTrend().fit(wave[:600, None])
    >>> wave[700:720] += 1.0
    >>> bool(670 < model.score_samples(wave[:, None]).argmin() < 750)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1007/978-3-540-71701-0_17"}
    _state_spec = {
        **OverWindows.state,
        "usual_levels_": Array("judged"),
        "usual_logs_": Array("judged"),
    }

    usual_levels_: np.ndarray
    usual_logs_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(2, 100_000)] | None = None,
        degree: Annotated[int, Interval(0, 4)] = 2,
        neighbourhood: Annotated[int, Interval(2, 100)] = 10,
        causal: bool = False,
    ) -> None:
        self.length = length
        self.degree = degree
        self.neighbourhood = neighbourhood
        self.causal = causal

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before and after it a score depends on."""
        around, length = self._around, int(self.length_)
        if self.causal:
            return length - 1 - around.first, 0
        return length - around.first, length + around.end

    @property
    def stride_(self) -> int:
        """Every step is in the middle of a window."""
        return 1

    @property
    def _around(self) -> Around:
        """Which steps the polynomial is fitted to."""
        length = int(self.length_)
        half = self.neighbourhood * length // 2
        if self.causal:
            return Around(-2 * half, 1, 1 - length, 1)
        return Around(-half, half + 1, -(length // 2), length // 2 + 1)

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        found = [self._moments(one) for one in stretches]
        self.usual_levels_ = np.median(np.concatenate([level for level, _ in found]), axis=0)
        self.usual_logs_ = np.median(np.concatenate([log for _, log in found]), axis=0)

    def _views(self, values: np.ndarray) -> np.ndarray:
        level, log = self._moments(values)
        away = np.hstack([level - self.usual_levels_, log - self.usual_logs_])
        if self.causal:
            away[: 2 * int(self.length_)] = 0.0  # too little is known yet
        return np.abs(away).T  # (2 * judged, time)

    def _moments(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean, and log mean square, of the differences around each step."""
        left = values - local_trend(values, self.degree, self._around)
        length = int(self.length_)
        ahead = 0 if self.causal else length // 2
        log = np.log(_LEAST_VARIANCE + _window_means(left**2, length, ahead))
        return _window_means(left, length, ahead), log

    def _check_state(self) -> None:
        super()._check_state()
        if len(self.scores_) != 2 * len(self.judged_):
            raise ValueError(f"{len(self.scores_)} views of {len(self.judged_)} channels")


def _window_means(values: np.ndarray, length: int, ahead: int) -> np.ndarray:
    """Return means of windows that end so many steps ahead of each.

    The first windows are those that begin with the series, the last one that ends with it; unless
    no step ahead is seen, of which the first windows are shorter.
    """
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    least = 1 if ahead == 0 else min(length, len(values))
    end = np.clip(np.arange(len(values)) + ahead + 1, least, len(values))
    first = np.maximum(end - length, 0)
    return (sums[end] - sums[first]) / (end - first)[:, None]
