"""How far out in the fitted tails of its columns a row lies."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from scipy.special import gammaincc, gammaln, logsumexp

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.empirical import censored_posterior, grouped
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.detectors.statistical.columns import only_largest

FEWEST_VALUES = 10
"""A feature with fewer distinct values than this is judged by how often each occurs."""

MOST_ATOMS = 64
"""So many frequent values of a feature are known by how often they occur."""

_LEAST_SHARE = 0.001
_NOWHERE = 1e300  # pads the atoms of a feature that has fewer

_POWERS = np.array([0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0])
_GAUSSIAN_ODDS = float(np.log(len(_POWERS) / 2))  # a side is Gaussian until its middle says no
_RELATIVE_SCALES = np.exp(np.linspace(-1.6, 1.6, 33))
_KNOTS = np.concatenate([[0.0], np.geomspace(0.02, 80.0, 63)])  # in mean deviations of the side
_UNCENSORED = 0.88


class MarginalTails(Explainer):
    r"""Surprise of each column's value in its fitted tail (Subbotin, 1923), summed or the largest.

    Each side of each column's median is fitted by an exponential power distribution,
    f(y) ~ exp(-(y / a)^b), which is Gaussian for b = 2 and exponential for b = 1; tails lighter
    than Gaussian are not believed in, however flat the middle looks. The outer 12 % of each side
    are censored, so that gross values and even a group of them leave the tail as it is, and the
    fit is averaged over its posterior. A value that occurs often is never odder than its frequency
    says; columns of few values and categories are judged by that alone, and a new value there by
    the share that half a row would have.

    Surprises are in nats. Beyond about 80 mean deviations they grow in a straight line.

    Parameters
    ----------
    combine : {"largest", "sum"}, default "largest"
        "largest" (Tippett's way) for rows that are odd in one column; "sum" (Fisher's) for rows
        that are a little odd in many.
    max_reference : int in [20, 10000000], default 20000
        At most this many rows, drawn at random, are used to fit the tails.
    seed : int in [0, inf), default 0
        Which rows are drawn when there are more.

    Attributes
    ----------
    centres_ : ndarray of shape (width,)
        Median of each feature.
    scales_ : ndarray of shape (width, 2)
        Mean deviation above and below it, without the outer 12 %.
    surprises_ : ndarray of shape (width, 2, 64)
        -log P(at least so far out on this side), at fixed deviations in units of `scales_`.
    atoms_, rarities_ : ndarray of shape (width, 64)
        Frequent values of each feature, ascending, and -log of the share of the rows that hold
        each; places not needed come last.

    Warnings
    --------
    Columns are judged one by one: broken correlations and values between two clusters are missed.
    With "sum", columns that say the same thing count twice.

    Notes
    -----
    **Intuition.** Each side of a column gets a tail of its own form, so that "far" has a
    probability.

    **Formula.** $O(x) = \max_j -\log \int_{y_j}^\infty f_j(t) \, dt, \; f_j(t) \propto e^{-(t /
    a_j)^{b_j}}$, where y_j is the distance from the median of column j, and a_j and b_j are scale
    and form of the tail on that side: b = 2 is Gaussian, b = 1 exponential. The score is −O(x);
    `combine="sum"` adds instead.

    **When to use.** Columns with tails of different weight, when a row with one odd value counts.

    **Where it fails.** Rows odd only in combination; a value between two clusters; a tail learnt
    from fewer than about a hundred values is half a guess.

    **Cost.** Of order n log n for each column to learn, with n at most `max_reference`; d to judge
    a row.

    References
    ----------
    Subbotin, M. T. (1923). On the law of frequency of error. Mat. Sbornik 31, 296-301.
    Nadarajah, S. (2005). A generalized normal distribution. Journal of Applied Statistics 32,
    685-694. https://doi.org/10.1080/02664760500079464

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import MarginalTails
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = MarginalTails().fit(rows)
    >>> model.predict([[0.0, 0.0], [0.0, 9.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1080/02664760500079464"}
    _state_spec = {
        "centres_": Array("width"),
        "scales_": Array("width", 2, low=0.0),
        "surprises_": Array("width", 2, len(_KNOTS), low=0.0),
        "atoms_": Array("width", MOST_ATOMS),
        "rarities_": Array("width", MOST_ATOMS, low=0.0),
    }

    centres_: np.ndarray
    scales_: np.ndarray
    surprises_: np.ndarray
    atoms_: np.ndarray
    rarities_: np.ndarray

    def __init__(
        self,
        combine: Literal["largest", "sum"] = "largest",
        max_reference: Annotated[int, Interval(20, 10_000_000)] = 20_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.combine = combine
        self.max_reference = max_reference
        self.seed = seed

    @property
    def least_scale(self) -> float:
        """One nat: the oddness is that of the oddest column, or more."""
        return 1.0

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        x = x[some_rows(len(x), self.max_reference, rng)]
        width = x.shape[1]
        self.centres_ = np.median(x, axis=0)
        self.scales_ = np.ones((width, 2))
        self.surprises_ = np.zeros((width, 2, len(_KNOTS)))
        self.atoms_ = np.full((width, MOST_ATOMS), _NOWHERE)
        self.rarities_ = np.zeros((width, MOST_ATOMS))
        of_categories = self.schema_.steps > 0
        for j in range(width):
            values, counts = np.unique(x[:, j], return_counts=True)
            if of_categories[j] and len(values) >= FEWEST_VALUES:  # how rare each row's level is
                self.surprises_[j, 0] = _surprise_of_rarity(x[:, j] - self.centres_[j])
                continue
            self._keep_atoms(j, values, counts)
            if len(values) < FEWEST_VALUES:
                self.surprises_[j] = -np.log(0.5 / (len(x) + 1))  # any other value is new
                continue
            for side, sign in enumerate((1.0, -1.0)):
                deviations = sign * (x[:, j] - self.centres_[j])
                self.scales_[j, side], self.surprises_[j, side] = _fit_side(
                    np.sort(deviations[deviations > 0])
                )

    def _keep_atoms(self, j: int, values: np.ndarray, counts: np.ndarray) -> None:
        total = counts.sum()
        if len(values) >= FEWEST_VALUES:
            frequent = counts >= max(3, _LEAST_SHARE * total)
            values, counts = values[frequent], counts[frequent]
        kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_ATOMS])
        self.atoms_[j, : len(kept)] = values[kept]
        self.rarities_[j, : len(kept)] = -np.log(counts[kept] / (total + 1))

    def _score(self, x: np.ndarray) -> np.ndarray:
        surprises = self._surprises(x)
        return -(surprises.max(axis=1) if self.combine == "largest" else surprises.sum(axis=1))

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        surprises = self._surprises(x)
        return surprises if self.combine == "sum" else only_largest(surprises)

    def _surprises(self, x: np.ndarray) -> np.ndarray:
        """Return -log of the two-sided tail probability of each value, in nats, like x."""
        deviations = x - self.centres_
        side = 2 * np.arange(x.shape[1]) + (deviations < 0)  # among all sides, (n, width)
        y = np.abs(deviations) / self.scales_.ravel().take(side)
        result = _interpolate(y, side, self.surprises_.reshape(-1, len(_KNOTS)))
        for j in np.flatnonzero(self.atoms_[:, 0] < _NOWHERE):
            place = np.minimum(np.searchsorted(self.atoms_[j], x[:, j]), MOST_ATOMS - 1)
            known = self.atoms_[j, place] == x[:, j]
            capped = np.minimum(result[:, j], self.rarities_[j, place])
            result[:, j] = np.where(known, capped, result[:, j])
        return result


def _interpolate(y: np.ndarray, side: np.ndarray, surprises: np.ndarray) -> np.ndarray:
    """Return -log S at deviations, linear between and beyond the knots.

    `y` and `side` have the same shape, `surprises` is (sides, knots): which side, and how far out.
    """
    last = len(_KNOTS) - 2
    knot = np.minimum(np.searchsorted(_KNOTS, y, side="right") - 1, last)
    start = side * len(_KNOTS) + knot
    low, high = surprises.ravel().take(start), surprises.ravel().take(start + 1)
    return low + (y - _KNOTS.take(knot)) / np.diff(_KNOTS).take(knot) * (high - low)


def _surprise_of_rarity(deviations: np.ndarray) -> np.ndarray:
    """Return -log of the share of rows whose level is at least so rare, at the knots.

    A level that nobody had is half a row's worth: categories have no tail to be fitted.
    """
    ordered = np.sort(deviations)
    as_rare = len(ordered) - np.searchsorted(ordered, _KNOTS, side="left")
    return -np.log(np.maximum(as_rare, 0.5) / (len(ordered) + 1))


def _fit_side(deviations: np.ndarray) -> tuple[float, np.ndarray]:
    """Fit one side of a column: its mean deviation, and -log S at the knots."""
    if len(deviations) < 3:  # nothing lies on this side: any step out is news
        return 1.0, np.log(2.0) + _KNOTS
    observed = max(2, int(_UNCENSORED * len(deviations)))
    scale = float(deviations[:observed].mean())
    y, top = deviations[:observed] / scale, deviations[min(observed, len(deviations) - 1)] / scale
    values, counts = grouped(y, 128)
    powers, relative = (a.ravel() for a in np.meshgrid(_POWERS, _RELATIVE_SCALES, indexing="ij"))
    widths = relative * np.exp(gammaln(1 / powers) - gammaln(2 / powers))  # a, given mean 1
    log_density = np.log(powers) - np.log(widths) - gammaln(1 / powers)
    likelihood = observed * log_density - counts @ (values[:, None] / widths) ** powers
    log_prior = -0.5 * (np.log(powers) / 0.6) ** 2
    log_prior[powers == _POWERS[-1]] += _GAUSSIAN_ODDS
    log_beyond = _log_survival(np.array([top]), widths, powers)[0]
    weights = censored_posterior(
        likelihood + log_prior, log_beyond, observed, len(deviations) - observed
    )
    weights -= np.asarray(logsumexp(weights))
    likely = weights > -30  # the rest could not add a billionth, however heavy
    log_survival = _log_survival(_KNOTS, widths[likely], powers[likely])  # (knot, component)
    weight = weights[likely]
    return scale, np.maximum(-np.asarray(logsumexp(weight + log_survival, axis=1)), 0.0)


def _log_survival(y: np.ndarray, widths: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """Return log S of the exponential power distribution, shape (value, component)."""
    with np.errstate(over="ignore", divide="ignore"):
        t = (y[:, None] / widths) ** powers
        inverse = 1 / powers
        near = np.log(gammaincc(inverse, np.minimum(t, 100.0)))
        far = -t + (inverse - 1) * np.log(np.maximum(t, 1.0)) - gammaln(inverse)
    return np.where(t < 100, near, far)
