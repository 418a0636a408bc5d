"""Distance of windows to the most similar one learnt."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.kept_stretches import kept_ranges
from likely.series.over_windows import OverWindows
from likely.series.window_joins import distances_among, distances_elsewhere, distances_to
from likely.series.windows import mean_over_cover

_LEAST_KEPT = 2**11  # steps of every channel, however many channels there are


class MatrixProfile(OverWindows):
    r"""Distance of each window to the most similar one learnt, in shape: discords are far from all.

    Windows of every channel are brought to mean 0 and standard deviation 1, and compared with all
    that are kept, exactly (`likely.series.profiles`). Those that vary by less than a twentieth of
    the channel's spread have no shape but noise, and are as constant ones. A moment has the mean
    distance of the windows that hold it; channels are pooled, so that one is enough.
    The moments learnt from are judged by all other windows, those nearer than a quarter of the
    length left out; if not all of the series is kept, by the stretches kept elsewhere.

    Parameters
    ----------
    length : int in [4, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    kept : int in [64, 10000000], default 32768
        At most so many values are kept, as sixteen stretches that are evenly spread over the
        series; of several channels a share each, but 2,048 steps, and eight windows.

    Attributes
    ----------
    reference_ : ndarray of shape (kept, judged)
        What is kept, one stretch after the other.
    starts_ : ndarray of int64, shape (stretch,)
        Where each stretch begins in it.

    Notes
    -----
    **Intuition.** Find for every window the most similar other one; a window like no other is a
    discord.

    **Formula.** $P_i = \min_{|j - i| > \lceil m / 4 \rceil} \lVert z(w_i) - z(w_j) \rVert$, where
    z(w) is window w of m steps at mean 0 and deviation 1, and near windows are left out so that
    none finds itself; new windows are compared with all that are kept. The score is minus the mean
    P of the windows that hold a moment.

    **When to use.** Shapes, in a series with no model.

    **Where it fails.** An anomaly that came before is in company; level and size are not seen.

    **Cost.** Of order T n a channel for T moments and n values kept, which are all up to `kept`,
    whatever the length.

    References
    ----------
    Yeh, C.-C. M. et al. (2016). Matrix Profile I: all pairs similarity joins for time series. ICDM.
    https://doi.org/10.1109/ICDM.2016.0179

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import MatrixProfile
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = MatrixProfile().fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1109/ICDM.2016.0179"}
    leaves_itself_out = True
    _state_spec = {
        **OverWindows.state,
        "reference_": Array("kept", "judged", rows=True),
        "starts_": Array("stretch", dtype="int64", low=0, high="kept"),
    }

    reference_: np.ndarray
    starts_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(4, 100_000)] | None = None,
        kept: Annotated[int, Interval(64, 10_000_000)] = 32_768,
    ) -> None:
        self.length = length
        self.kept = kept

    @property
    def stride_(self) -> int:
        """Every step begins a window."""
        return 1

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        ranges = self._ranges([len(one) for one in stretches])
        pieces = [stretches[of][first:end] for of, first, end in ranges]
        self.reference_ = np.concatenate(pieces)
        self.starts_ = np.cumsum([0, *map(len, pieces[:-1])], dtype=np.int64)

    def _ranges(self, lengths: list[int]) -> list[tuple[int, int, int]]:
        """Return what is kept of stretches of some lengths: which one, first step, end."""
        length = int(self.length_)
        most = max(self.kept // len(self.judged_), min(self.kept, _LEAST_KEPT), 8 * length)
        return kept_ranges(lengths, most, length)

    def _views(self, values: np.ndarray) -> np.ndarray:
        return self._by_steps(distances_to(values, self._pieces, int(self.length_)))

    @property
    def _pieces(self) -> list[np.ndarray]:
        return np.split(self.reference_, self.starts_[1:])

    def _by_steps(self, distances: np.ndarray) -> np.ndarray:
        """Return the mean distance of the windows that hold each step, (judged, time)."""
        length, starts = int(self.length_), np.arange(len(distances))
        steps = len(distances) + length - 1
        return np.stack([mean_over_cover(one, starts, length, steps) for one in distances.T])

    def _training_views(
        self, places: list[slice], stretches: list[np.ndarray], learnt: list[slice]
    ) -> list[np.ndarray]:
        length = int(self.length_)
        sizes = [steps.stop - steps.start for steps in learnt]
        if len(self.reference_) == sum(sizes):
            return [self._by_steps(found) for found in distances_among(stretches, length)]
        at = [
            (learnt[of].start + first, learnt[of].start + end)
            for of, first, end in self._ranges(sizes)
        ]
        return [
            self._by_steps(distances_elsewhere(one, steps.start, self._pieces, at, length))
            for steps, one in zip(places, stretches, strict=True)
        ]

    def _check_state(self) -> None:
        super()._check_state()
        sizes = np.diff([*self.starts_, len(self.reference_)])
        if not len(sizes) or self.starts_[0] != 0 or sizes.min() < max(3, int(self.length_)):
            raise ValueError("a stretch that is kept is shorter than a window")
        if len(self.scores_) != len(self.judged_):
            raise ValueError(f"{len(self.scores_)} views of {len(self.judged_)} channels")
