"""Kernel density."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Density, Explainer, Sampler
from likely.base.state import Array
from likely.core.kernels import exponents, kernel_log_sums, kernel_log_sums_of_others
from likely.core.neighbours import nearest
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.core.spreads import distance_axes

_KERNELS = 4_000_000  # weights held at a time (32 MB)
_NEAR = 5
_LEAST_NEARNESS = 0.01  # where most rows have exact copies


class KernelDensity(Density, Sampler, Explainer):
    r"""Kernel density estimate with Gaussian kernels (Rosenblatt, 1956; Parzen, 1962).

    p(x) is the mean of Gaussians of one bandwidth h around the training rows, in columns that are
    scaled to a like spread and, in wide tables, along directions that are evened out
    (`likely.core.spreads`). The score is log p(x), with robustly scaled columns as units; the
    contributions of a row sum to -log p(x). A training row is left out of its own density.

    Parameters
    ----------
    bandwidth : float in [0.01, 100] or {"scott", "silverman", "neighbours"}, default "scott"
        Standard deviation of the kernels, in spreads of the columns. With m rows and w
        features, "scott" is m^(-1 / (w + 4)) and "silverman" (m (w + 2) / 4)^(-1 / (w + 4)): best
        for Gaussian rows, and wide rather than narrow for all others. "neighbours" is how far apart
        near rows lie: the median of the rows' mean distances to their five nearest, over sqrt(w).
        It follows rows that fill little of the space, and is sharper where the rows are known to be
        clean; among rows that are not, a few anomalies close together hide one another, and new
        rows that have drifted look odder than they are.
    max_reference : int in [2, 10000000], default 20000
        At most this many training rows, drawn at random, carry a kernel.
    seed : int in [0, inf), default 0
        Which rows are drawn when there are more.

    Notes
    -----
    Every pair of rows is looked at, as matrix products: exact, and in many columns faster than a
    tree. Gross training rows move no kernel but their own, and widen a column by a bounded factor.

    Column j of a row counts by the mean of (x_j - r_j)^2 / 2 h^2 over the training rows r, weighted
    by their kernels at x; what belongs to no column (the volume of a kernel, how many rows are
    near) is spread evenly.

    **Intuition.** Every learnt row blurs a little; where many blurs overlap, rows are likely.

    **Formula.** $p(x) = \frac1n \sum_i \mathcal N(x; x_i, h^2 I)$, where x_i are the n rows kept,
    in scaled columns, h is the width of the blur, I the unit matrix and $\mathcal N$ the normal
    density. The score is log p(x).

    **When to use.** Shapes that no few ellipsoids fit, in few columns and with many rows.

    **Where it fails.** One width is too wide for a tight cluster and too narrow for a loose one,
    and in many columns nearly all rows are far from one another.

    **Cost.** Of order n d to judge a row, with n at most `max_reference`; learning judges every row
    once.

    Warnings
    --------
    In many columns every row is far from every other: the estimate then ranks rows like a smooth
    nearest-neighbour distance, and its nats should not be taken at face value.

    References
    ----------
    Rosenblatt, M. (1956). Remarks on some nonparametric estimates of a density function. Ann. Math.
    Stat. 27(3). https://doi.org/10.1214/aoms/1177728190
    Parzen, E. (1962). On estimation of a probability density function and mode. Ann. Math. Stat.
    33(3). https://doi.org/10.1214/aoms/1177704472
    Scott, D. W. (1992). Multivariate density estimation. Wiley.
    https://doi.org/10.1002/9780470316849

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import KernelDensity
    >>> rng = np.random.default_rng(0)
    >>> angle = rng.uniform(0, 2 * np.pi, 500)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(500, 2))
    >>> model = KernelDensity(bandwidth=0.1).fit(ring)
    >>> model.predict([[0.0, 0.0], [1.0, 0.0]])
    array([-1,  1])
    >>> model.sample(3, seed=0).shape
    (3, 2)
    """

    card = {"kinds": ["table"], "paper": "doi:10.1214/aoms/1177704472"}
    expected_failures = {
        "check_outliers_fit_predict": "a training row judged as a new row finds its own kernel, so "
        "fit(X).predict(X) is milder than fit_predict(X), which leaves each row out",
        "check_outliers_train": "as above: predict(X) on the training rows is milder than "
        "offset_, which comes from scores with each row left out",
    }
    leaves_itself_out = True
    state_version = 2
    _state_spec = {
        "reference_": Array("n", "width", rows=True),
        "axes_": Array("width", "width"),
        "bandwidth_": Array(low=0),
    }

    reference_: np.ndarray
    axes_: np.ndarray
    bandwidth_: np.ndarray

    def __init__(
        self,
        bandwidth: Annotated[float, Interval(0.01, 100)]
        | Literal["scott", "silverman", "neighbours"] = "scott",
        max_reference: Annotated[int, Interval(2, 10_000_000)] = 20_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.bandwidth = bandwidth
        self.max_reference = max_reference
        self.seed = seed

    def _check_state(self) -> None:
        if not len(self.reference_) or self.bandwidth_ <= 0:
            raise ValueError(f"{len(self.reference_)} rows of bandwidth {self.bandwidth_}")

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._kept = some_rows(len(x), self.max_reference, rng)
        kept = x[self._kept]
        self.axes_ = distance_axes(kept, self.schema_.steps)
        self.reference_ = kept @ self.axes_
        self.bandwidth_ = np.array(self._chosen_bandwidth(*self.reference_.shape))

    def _score(self, x: np.ndarray) -> np.ndarray:
        sums = kernel_log_sums(x @ self.axes_, self.reference_, self._rate)
        return sums + self._log_share(len(self.reference_))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._score(x)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        scores = np.empty(len(x))
        kept = np.zeros(len(x), dtype=bool)
        kept[self._kept] = True
        others = kernel_log_sums_of_others(self.reference_, self._rate)
        scores[kept] = others + self._log_share(len(self.reference_) - 1)
        if not kept.all():
            scores[~kept] = self._score(x[~kept])
        return scores

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        centres = self.reference_[rng.integers(len(self.reference_), size=n)]
        return (centres + self.bandwidth_ * rng.normal(size=centres.shape)) @ np.linalg.inv(
            self.axes_
        )

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        shares = np.empty_like(x)
        coordinates = x @ self.axes_
        step = max(1, _KERNELS // len(self.reference_))
        squares = self.reference_**2
        for start in range(0, len(x), step):
            here = slice(start, start + step)
            shares[here] = self._near_squares(coordinates[here], squares)
        shares *= self._rate
        rest = -self._score(x) - shares.sum(axis=1)
        return shares + rest[:, None] / x.shape[1]

    def _near_squares(self, block: np.ndarray, squares: np.ndarray) -> np.ndarray:
        """Return mean squared differences to the rows near by, in each coordinate, (n, width)."""
        weights = exponents(block, self.reference_, self._rate)  # (n, m)
        weights -= weights.max(axis=1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=1, keepdims=True)
        centre = weights @ self.reference_
        spread = weights @ squares - centre**2
        return (block - centre) ** 2 + np.maximum(spread, 0.0)

    def _chosen_bandwidth(self, rows: int, width: int) -> float:
        scott = rows ** (-1 / (width + 4))
        if self.bandwidth == "scott":
            return scott
        if self.bandwidth == "silverman":
            return scott * ((width + 2) / 4) ** (-1 / (width + 4))
        if self.bandwidth == "neighbours":
            return self._nearness()
        return float(self.bandwidth)

    def _nearness(self) -> float:
        """Return how far apart near rows typically are, in each column."""
        rows, width = self.reference_.shape
        if rows == 1:
            return 1.0
        among = self.reference_
        distances = nearest(among, among, min(_NEAR, rows - 1), leave_self_out=True)[0]
        typical = float(np.median(distances.mean(axis=1))) / np.sqrt(width)
        return max(typical, _LEAST_NEARNESS)

    def _log_share(self, rows: int) -> float:
        """Return the logarithm of one kernel's largest value in a mean over so many rows."""
        width = self.reference_.shape[1]
        kernel = width * np.log(np.sqrt(2 * np.pi) * self.bandwidth_)
        return float(np.linalg.slogdet(self.axes_)[1] - np.log(rows) - kernel)

    @property
    def _rate(self) -> float:
        return float(0.5 / self.bandwidth_**2)
