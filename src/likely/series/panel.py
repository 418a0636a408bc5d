"""Several views of a series, of which the sure one prevails."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.over_time import OverTime
from likely.base.state import Array
from likely.core.params import Interval
from likely.data.timeline import Stretch
from likely.series.alarms import UsualTail
from likely.series.channels import ChannelScale
from likely.series.interpolation import Interpolator
from likely.series.pooling import ScoreScale
from likely.series.views import LENGTHS, Views, fit_views, longest_of, stride_of, views_oddness
from likely.series.window_mahalanobis import WindowGaussian

_LENGTHS = ("short", "middle", "long")
_VIEWS = 4  # of each channel: three lengths, and single points


class Panel(OverTime):
    r"""Windows of three lengths, usual shapes and single points, pooled: for any series.

    Every channel is seen by a Gaussian of its windows of 32, 100 and 200 steps and by what is left
    of a value given its neighbours; all channels together by the distance to twenty usual windows,
    of 100 steps and of one period. Each view is put on one scale, in spreads above its usual score,
    and the mean of their third powers counts, so that a view that is sure prevails. Where the
    shortest windows or a point alone are far beyond what they ever were on stretches held out, they
    count alone.
    Oddness is in nats. Channels of two values, such as switches, are not judged.

    Parameters
    ----------
    seed : int in [0, inf), default 0
        Of the first guesses of usual windows.

    Notes
    -----
    **Intuition.** Windows of several lengths, usual shapes and neighbouring values are asked, and
    the one that is sure prevails.

    **Formula.** $v(t) = \bigl(\frac16 \sum_k v_k(t)^3\bigr)^{1/3}$, where v_k are six views in
    spreads above their usual values: three of $d_m = \sqrt{(w - \mu)^\top \Sigma_m^{-1} (w - \mu)}$
    with mean μ and covariance Σ_m of windows w of length m, two distances to usual windows, and, by
    half, a value given its neighbours. The score is minus v in nats beyond its usual tail, or a
    sharp view alone if it is 10 nats surer.

    **When to use.** Series of which little is known.

    **Where it fails.** One Gaussian blurs beats that drift; anomalies that fill most of the series
    are normal.

    **Cost.** Of order T m + m³ a channel for T moments and windows of length m, and k-means of 20
    centres on at most 4,000 windows; learning does it four times, to judge thirds held out.

    References
    ----------
    Paparrizos, J. et al. (2022). TSB-UAD: an end-to-end benchmark suite for univariate time-series
    anomaly detection. PVLDB 15(8). https://doi.org/10.14778/3529337.3529354

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import Panel
    >>> wave = np.sin(np.arange(900) / 5)
    >>> model = Panel().fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.14778/3529337.3529354"}
    min_rows = 8
    _state_spec = {
        **OverTime.state,
        "judged_": Array("judged", dtype="int64", low=0),
        "mean_": Array("judged"),
        "spread_": Array("judged", low=0),
        "short_mean_": Array("judged", "short"),
        "short_root_": Array("judged", "short", "short"),
        "middle_mean_": Array("judged", "middle"),
        "middle_root_": Array("judged", "middle", "middle"),
        "long_mean_": Array("judged", "long"),
        "long_root_": Array("judged", "long", "long"),
        "between_mean_": Array("judged"),
        "between_": Array("judged", "sides"),
        "shapes_": Array("shape", "window"),
        "beats_": Array("beat", "period"),
        "scores_": Array("view", 2),
        "tails_": Array("tail", 2),
    }

    judged_: np.ndarray
    mean_: np.ndarray
    spread_: np.ndarray
    short_mean_: np.ndarray
    short_root_: np.ndarray
    middle_mean_: np.ndarray
    middle_root_: np.ndarray
    long_mean_: np.ndarray
    long_root_: np.ndarray
    between_mean_: np.ndarray
    between_: np.ndarray
    shapes_: np.ndarray
    beats_: np.ndarray
    scores_: np.ndarray
    tails_: np.ndarray

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from: those of the longest window."""
        return max(LENGTHS)

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps: all windows start there."""
        return stride_of(self._views())

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have: those of the longest window."""
        return longest_of(self._views())

    @property
    def _prototypes(self) -> tuple[np.ndarray, np.ndarray]:
        return self.shapes_, self.beats_

    def __init__(self, seed: Annotated[int, Interval(0)] = 0) -> None:
        self.seed = seed

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        found = fit_views([stretch.values for stretch in stretches], rng)
        self.judged_, self.mean_, self.spread_ = found.scale
        for name, part in zip(_LENGTHS, found.windows, strict=True):
            setattr(self, f"{name}_mean_", np.stack([one.mean for one in part]))
            setattr(self, f"{name}_root_", np.stack([one.root for one in part]))
        self.between_mean_ = np.array([one.mean for one in found.points])
        self.between_ = np.stack([one.weights for one in found.points])
        self.shapes_, self.beats_ = found.prototypes
        self.scores_ = np.array(found.scores)
        self.tails_ = np.array(found.tails)

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        return views_oddness(stretch.values, self._views())

    def _check_state(self) -> None:
        super()._check_state()
        numbers = [c.kind in ("number", "boolean") for c in self.schema_.used]
        channels = len(self.judged_)
        sound = (
            channels > 0
            and (np.diff(self.judged_) > 0).all()
            and self.judged_[-1] < sum(numbers)
            and self.scores_.shape[0] == _VIEWS * channels + 2
            and len(self.tails_) == len(self.scores_) + 1
            and all(len(part) and part.shape[1] % channels == 0 for part in self._prototypes)
            and min(part.shape[1] for part in self._prototypes) >= channels
            and min(len(part) for part in (self.short_mean_, self.middle_mean_, self.long_mean_))
        )
        if not sound:
            raise ValueError("channels, windows and scores do not fit together")
        roots = (self.short_root_, self.middle_root_, self.long_root_)
        scales = np.concatenate([self.scores_[:, 1], self.tails_[:, 1]])
        diagonals = [np.diagonal(part, axis1=1, axis2=2) for part in roots]
        if not all((part > 0).all() for part in (*diagonals, self.spread_, scales)):
            raise ValueError("a spread is not positive")

    def _views(self) -> Views:
        windows = tuple(
            tuple(
                map(WindowGaussian, getattr(self, f"{name}_mean_"), getattr(self, f"{name}_root_"))
            )
            for name in _LENGTHS
        )
        points = tuple(
            Interpolator(float(mean), weights)
            for mean, weights in zip(self.between_mean_, self.between_, strict=True)
        )
        return Views(
            ChannelScale(self.judged_, self.mean_, self.spread_),
            windows,
            points,
            self._prototypes,
            tuple(ScoreScale(*map(float, one)) for one in self.scores_),
            tuple(UsualTail(*map(float, one)) for one in self.tails_),
        )
