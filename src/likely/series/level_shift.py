"""Tests of a change in level or in variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from likely.base.state import Array
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.series.over_windows import OverWindows

Test = Literal["level", "variance"]

_TESTS: tuple[Test, ...] = ("level", "variance")
_TRIM = 0.1
"""Share of the values of a window that is left out on each side."""

_STILL = 0.05  # usual differences: what one is at least taken for, in a stretch that stands still
_LEAST_ROUGHNESS = 1e-6  # spreads of a channel
_MOST_VALUES = 2**20  # held at a time


class LevelShift(OverWindows):
    r"""Differences of the level, and of the variance, of what comes before and after each step.

    Of the `length` steps before each step and of those from it on two things are compared: their
    mean, and the logarithm of the mean size of differences from one step to the next, which tells
    of the variance and is blind to the level (von Neumann, 1941). Means leave out a tenth of the
    values on each side, so that a single gross one shifts nothing. The changes of each channel are
    put in units of what they usually are, and pooled. A step nearer to an end than a length is not
    tested, and as usual.

    Parameters
    ----------
    length : int in [2, 100000], optional
        Steps on each side. Default: the period of the first judged channel, so that a rhythm is no
        shift.
    of : sequence of str, default ("level", "variance")
        What is tested: one or both.

    Attributes
    ----------
    tested_ : ndarray of int64
        Which tests are made: 0 of the level, 1 of the variance.
    roughness_ : ndarray of shape (judged,)
        Root of the mean square of differences from one step to the next, while learnt.

    Notes
    -----
    **Intuition.** Compare what came before a moment with what comes after.

    **Formula.** $c(t) = |\bar x_{t, \dots, t+m-1} - \bar x_{t-m, \dots, t-1}|$, where the means
    leave out a tenth on each side and m is `length`; and the same of $\log \overline{|x_t -
    x_{t-1}|}$ for the variance. The score is minus the root of the mean square of all c, each in
    spreads above what it usually is.

    **When to use.** Changes of level or of variance.

    **Where it fails.** Slow drifts, and shifts shorter than `length` or nearer than that to an end.

    **Cost.** Values of each window are sorted: of order T m log m a channel for T moments.

    References
    ----------
    Aminikhanghahi, S. & Cook, D. J. (2017). A survey of methods for time series change point
    detection. Knowledge and Information Systems 51. https://doi.org/10.1007/s10115-016-0987-z
    von Neumann, J. (1941). Distribution of the ratio of the mean square successive difference to
    the variance. Annals of Mathematical Statistics 12(4).
    Tukey, J. W. & McLaughlin, D. H. (1963). Less vulnerable confidence and significance procedures
    for location based on a single sample: trimming/winsorization 1. Sankhya A 25(3).

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import LevelShift
    >>> values = np.random.default_rng(0).normal(size=900)
    >>> model = LevelShift(length=50).fit(values[:400, None])
    >>> values[700:] += 3.0
    >>> bool(695 <= model.score_samples(values[:, None]).argmin() <= 705)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1007/s10115-016-0987-z"}
    spans = 2
    _state_spec = {
        **OverWindows.state,
        "tested_": Array("test", dtype="int64", low=0, high=1),
        "roughness_": Array("judged", low=0),
    }

    tested_: np.ndarray
    roughness_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(2, 100_000)] | None = None,
        of: Sequence[str] = ("level", "variance"),
    ) -> None:
        self.length = length
        self.of = of

    @property
    def stride_(self) -> int:
        """Every step is tested."""
        return 1

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before and after it a score depends on."""
        return int(self.length_), int(self.length_)

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        if not self.of or not set(self.of) <= set(_TESTS):
            raise ParameterError(
                f'LevelShift: of must name "level", "variance" or both. Got {self.of!r}.'
            )
        squares = [np.diff(one, axis=0) ** 2 for one in stretches]
        self.roughness_ = np.sqrt(np.concatenate(squares).mean(axis=0)) + _LEAST_ROUGHNESS
        self.tested_ = np.array([k for k, test in enumerate(_TESTS) if test in self.of])

    def _views(self, values: np.ndarray) -> np.ndarray:
        length = int(self.length_)
        found = np.zeros((len(self.tested_), values.shape[1], len(values)))
        for j, (channel, usual) in enumerate(zip(values.T, self.roughness_, strict=True)):
            sizes = np.abs(np.diff(channel)) / usual
            level = trimmed_means(channel, length)
            variance = np.log(trimmed_means(sizes, length - 1) + _STILL)
            both = np.stack([level, variance])[self.tested_]  # (test, window)
            change = np.abs(both[:, length:] - both[:, :-length])
            found[:, j, length : length + change.shape[1]] = change
        return found.reshape(-1, len(values))  # (test * judged, time)

    def _check_state(self) -> None:
        super()._check_state()
        if not 0 < len(self.tested_) <= len(_TESTS) or not (np.diff(self.tested_) > 0).all():
            raise ValueError(f"tests {self.tested_.tolist()}")
        if not (self.roughness_ > 0).all():
            raise ValueError("a usual difference is not positive")
        if len(self.scores_) != len(self.tested_) * len(self.judged_):
            raise ValueError(f"{len(self.scores_)} views of {len(self.judged_)} channels")


def trimmed_means(values: np.ndarray, length: int) -> np.ndarray:
    """Return the mean of the middle four fifths of the values of each window.

    Parameters
    ----------
    values : ndarray of float64, shape (time,)
        A channel.
    length : int in [1, time]
        Steps a window.

    Returns
    -------
    ndarray of shape (windows,)

    Examples
    --------
    >>> trimmed_means(np.array([0.0] * 5 + [99.0] + [1.0] * 5), 10).tolist()
    [0.5, 0.625]
    """
    windows = sliding_window_view(values, length)
    out = int(_TRIM * length)
    found = np.empty(len(windows))
    batch = max(1, _MOST_VALUES // length)
    for first in range(0, len(windows), batch):
        part = slice(first, first + batch)
        found[part] = np.sort(windows[part], axis=1)[:, out : length - out].mean(axis=1)
    return found
