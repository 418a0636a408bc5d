"""Principal components of windows."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.over_windows import OverWindows
from likely.series.window_covariance import moments_of
from likely.series.window_subspace import Subspace, fit_subspace, subspace_distances

Oddness = Literal["both", "residual", "major"]


class SubPCA(OverWindows):
    r"""Principal components of the windows of each channel, and of all channels at once.

    The leading components of windows are the shapes that a series is made of; they come from the
    covariance of windows, which is one running sum a lag, so windows are never held all at a time.
    A window is odd by the coordinates y of its components with variances l, or by what is left of
    it beside them, r:

        d^2 = sum y_k^2 / l_k + |r|^2 / s^2

    with s^2 the mean variance of the directions left out (probabilistic PCA, Tipping & Bishop,
    1999). Several channels are pooled, and their values at one step are a window, too, so that a
    relation between them may break.

    Parameters
    ----------
    length : int in [2, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    share : float in (0, 1], default 0.9
        Share of the variance that the components kept have.
    oddness : {"both", "residual", "major"}, default "both"
        "residual" leaves out the first sum, "major" the second.
    across : bool, default True
        Whether the values of several channels at one step count as well.

    Attributes
    ----------
    means_ : ndarray of shape (judged, length)
        Mean window of every channel.
    components_ : ndarray of shape (judged, length, component)
        A channel that needs fewer components than others has zeros.
    variances_ : ndarray of shape (judged, component)
        Along each component.
    rests_ : ndarray of shape (judged,)
        Mean variance of the other directions.
    directions_ : ndarray of shape (judged, direction)
        Components of the channels at one step; 0 columns without `across`.
    direction_variances_ : ndarray of shape (direction,)
        Along each.
    direction_rest_ : float
        Mean variance of the other directions.

    Notes
    -----
    **Intuition.** A series is made of a few shapes; too much of one is odd, and so is what they
    leave.

    **Formula.** $d^2 = \sum_k y_k^2 / \lambda_k + |r|^2 / s^2$, where y_k is the part of shape k in
    a window, λ_k its variance, r what is left and s² its mean variance. A moment has the mean d of
    the windows that hold it, channels are pooled, and the score is minus that.

    **When to use.** Rhythms, and channels that are related.

    **Where it fails.** Beats that drift against one another need many shapes.

    **Cost.** Of order T m + m³ a channel to learn from T moments with windows of length m; T K to
    judge them with K shapes.

    References
    ----------
    Shyu, M.-L., Chen, S.-C., Sarinnapakorn, K. & Chang, L. (2003). A novel anomaly detection scheme
    based on principal component classifier. IEEE Foundations and New Directions of Data Mining
    Workshop, 172-179. https://apps.dtic.mil/sti/citations/ADA465712
    Tipping, M. E. & Bishop, C. M. (1999). Probabilistic principal component analysis. JRSS B 61(3).
    Liu, Q. & Paparrizos, J. (2024). The elephant in the room: towards a reliable time-series
    anomaly detection benchmark. NeurIPS. (Sub-PCA, the best of its methods for one channel)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import SubPCA
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = SubPCA().fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "https://apps.dtic.mil/sti/citations/ADA465712"}
    _state_spec = {
        **OverWindows.state,
        "means_": Array("judged", "length"),
        "components_": Array("judged", "length", "component"),
        "variances_": Array("judged", "component", low=0),
        "rests_": Array("judged", low=0),
        "directions_": Array("judged", "direction"),
        "direction_variances_": Array("direction", low=0),
        "direction_rest_": Array(low=0),
    }

    oddness: Oddness
    means_: np.ndarray
    components_: np.ndarray
    variances_: np.ndarray
    rests_: np.ndarray
    directions_: np.ndarray
    direction_variances_: np.ndarray
    direction_rest_: float

    def __init__(
        self,
        length: Annotated[int, Interval(2, 100_000)] | None = None,
        share: Annotated[float, Interval(0, 1, open_low=True)] = 0.9,
        oddness: Oddness = "both",
        across: bool = True,
    ) -> None:
        self.length = length
        self.share = share
        self.oddness = oddness
        self.across = across

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        found = [
            fit_subspace(*moments_of([one[:, j] for one in stretches], self.length_), self.share)
            for j in range(len(self.judged_))
        ]
        most = max(len(one.variances) for one in found)
        self.means_ = np.stack([one.mean for one in found])
        self.components_ = np.zeros((len(found), self.length_, most))
        self.variances_ = np.ones((len(found), most))
        for j, one in enumerate(found):
            self.components_[j, :, : len(one.variances)] = one.components
            self.variances_[j, : len(one.variances)] = one.variances
        self.rests_ = np.array([one.rest for one in found])
        self._learn_directions(np.concatenate(stretches))

    def _learn_directions(self, values: np.ndarray) -> None:
        """Learn the components of channels at one step; their means are 0."""
        channels = values.shape[1]
        self.directions_ = np.zeros((channels, 0))
        self.direction_variances_, self.direction_rest_ = np.zeros(0), 1.0
        if self.across and channels > 1:
            mean = values.mean(axis=0)
            covariance = values.T @ values / len(values) - np.outer(mean, mean)
            found = fit_subspace(np.zeros(channels), covariance, self.share)
            self.directions_, self.direction_variances_ = found.components, found.variances
            self.direction_rest_ = found.rest

    def _views(self, values: np.ndarray) -> np.ndarray:
        length = int(self.length_)
        views = []
        for j, channel in enumerate(values.T):
            own = Subspace(self.means_[j], self.components_[j], self.variances_[j], self.rests_[j])
            views.append(subspace_distances(channel, own, length, self.oddness))
        if self.directions_.shape[1]:
            joint = Subspace(
                np.zeros(len(self.directions_)), self.directions_, self.direction_variances_,
                self.direction_rest_,
            )  # fmt: skip
            views.append(subspace_distances(values, joint, 1, self.oddness))
        return np.stack(views)

    def _check_state(self) -> None:
        super()._check_state()
        views = len(self.judged_) + bool(self.directions_.shape[1])
        if self.means_.shape[1] != self.length_ or len(self.scores_) != views:
            raise ValueError(f"{views} views, windows of {self.length_} steps")
        rests = (*self.rests_, self.direction_rest_)
        if min(rests) <= 0 or not (self.variances_ > 0).all():
            raise ValueError("a variance is not positive")
        if not (self.direction_variances_ > 0).all():
            raise ValueError("a variance is not positive")
