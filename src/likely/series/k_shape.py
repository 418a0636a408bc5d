"""Distance of windows to the shapes that a series is made of."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.over_windows import LONGEST, OverWindows
from likely.series.shape_clusters import ShapeClusters, k_shape, shape_distance
from likely.series.shape_joins import shape_distances
from likely.series.windows import mean_over_cover, only_shapes, some_windows, window_starts

_MOST_WINDOWS = 512  # to learn from
_SPAN = 4
"""A centre is so many windows long, so that every window may begin anywhere in a rhythm."""


class KShape(OverWindows):
    r"""Distance of windows to the shapes that come again and again, weighted by how often they do.

    Stretches of four windows' length, one and a half windows apart, are clustered by their shape,
    wherever in them it begins (k-Shape). A window's distance to a centre is that to the most
    similar part of it, both brought to mean 0 and standard deviation 1, and its oddness is the mean
    of these over all centres: a centre that has more members weighs more, and less the farther it
    is from the other ones (as in NormA and SAND). What varies by less than a twentieth of the
    channel's spread has no shape, and is as a level. Each channel is learnt alone.

    Parameters
    ----------
    length : int in [4, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    clusters : int in [1, 100], default 6
        At most so many shapes.
    seed : int in [0, inf), default 0
        Of the first clusters.

    Attributes
    ----------
    centres_ : ndarray of shape (judged, cluster, 4 * length)
        Shapes of every channel, of mean 0 and length 1.
    weights_ : ndarray of shape (judged, cluster)
        What each counts, 1 in all; 0 for one that a channel does not have.

    Notes
    -----
    **Intuition.** A series is made of shapes that come again, wherever they begin; a window like
    none of the frequent ones is odd.

    **Formula.** $O(w) = \sum_k \pi_k \min_\tau \lVert z(w) - z(c_{k,\tau}) \rVert$, where z brings
    to mean 0 and deviation 1, $c_{k,\tau}$ is the part of centre k that begins at τ and is as long
    as window w, and the weights π_k, 1 in all, are large for centres with many members near the
    others. The score is minus the mean O of the windows that hold a moment.

    **When to use.** Beats that are not in step.

    **Where it fails.** Level and size are taken out, so an odd level is not seen.

    **Cost.** Learning takes at most 512 stretches of 4 m steps, for windows of length m: of order K
    m log m each a round with K centres, and m³ at most for a centre. Judging T moments is of order
    T K m.

    References
    ----------
    Paparrizos, J. & Gravano, L. (2015). k-Shape: efficient and accurate clustering of time series.
    SIGMOD. https://doi.org/10.1145/2723372.2737793
    Boniol, P., Paparrizos, J., Palpanas, T. & Franklin, M. J. (2021). SAND: streaming subsequence
    anomaly detection. PVLDB 14(10). https://doi.org/10.14778/3467861.3467863 (weights, four
    lengths, six clusters)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import KShape
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = KShape().fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1145/2723372.2737793"}
    fast = {"clusters": 2}
    spans = _SPAN
    min_rows = 20
    _state_spec = {
        **OverWindows.state,
        "centres_": Array("judged", "cluster", "stretch"),
        "weights_": Array("judged", "cluster", low=0, high=1),
    }

    centres_: np.ndarray
    weights_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(4, LONGEST)] | None = None,
        clusters: Annotated[int, Interval(1, 100)] = 6,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.length = length
        self.clusters = clusters
        self.seed = seed

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have to be judged: those of a window."""
        return int(self.length_)

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        size, hop = _SPAN * int(self.length_), max(1, 3 * int(self.length_) // 2)
        found = []
        for j in range(len(self.judged_)):
            channel = [one[:, j : j + 1] for one in stretches]
            windows = only_shapes(some_windows(channel, size, hop, _MOST_WINDOWS), 1)
            found.append(_clusters(windows, self.clusters, rng))
        most = max(len(one.sizes) for one in found)
        self.centres_ = np.zeros((len(found), most, size))
        self.weights_ = np.zeros((len(found), most))
        for j, one in enumerate(found):
            self.centres_[j, : len(one.sizes)] = one.centres
            self.weights_[j, : len(one.sizes)] = _weights(one)

    def _views(self, values: np.ndarray) -> np.ndarray:
        length = int(self.length_)
        starts = window_starts(len(values), length, self.stride_)
        unit = np.sqrt(self.centres_.shape[2])  # which brings centres to standard deviation 1
        views = []
        for channel, centres, weights in zip(values.T, self.centres_, self.weights_, strict=True):
            there = weights > 0
            found = shape_distances(channel, starts, unit * centres[there], length)
            views.append(mean_over_cover(found @ weights[there], starts, length, len(values)))
        return np.stack(views)

    def _check_state(self) -> None:
        super()._check_state()
        if self.length_ < 3 or self.centres_.shape[2] != _SPAN * self.length_:
            raise ValueError(f"centres {self.centres_.shape}, windows of {self.length_} steps")
        if len(self.scores_) != len(self.judged_):
            raise ValueError(f"{len(self.scores_)} views of {len(self.judged_)} channels")
        if not (self.weights_.sum(axis=1) > 0).all():
            raise ValueError("a channel has no shapes")


def _clusters(windows: np.ndarray, k: int, rng: np.random.Generator) -> ShapeClusters:
    """Return clusters of windows; those that hardly move are one of their own, of a level centre.

    Parameters
    ----------
    windows : ndarray of shape (window, time)
        Of mean 0 and standard deviation 1, or less where they hardly move.
    k : int in [1, inf)
        At most so many clusters.
    rng : Generator
        Draws the first clusters.
    """
    still = windows.std(axis=1) < 1 - 1e-6
    level = ShapeClusters(np.zeros((1, windows.shape[1])), np.array([still.sum()]))
    if still.all():
        return level
    if not still.any():
        return k_shape(windows, k, rng)
    found = k_shape(windows[~still], max(1, k - 1), rng)
    return ShapeClusters(*(np.concatenate(pair) for pair in zip(found, level, strict=True)))


def _weights(found: ShapeClusters) -> np.ndarray:
    """Return what centres count: squares of their sizes over how far they are from the others.

    Both are brought to [1, 2] first, as Boniol et al. do.
    """
    apart = [sum(shape_distance(one, other) for other in found.centres) for one in found.centres]
    size, distance = (_from_one_to_two(np.asarray(x, float)) for x in (found.sizes, apart))
    weights = size**2 / distance
    return weights / weights.sum()


def _from_one_to_two(values: np.ndarray) -> np.ndarray:
    return 1 + (values - values.min()) / (np.ptp(values) + 1e-6)  # equal ones stay equal
