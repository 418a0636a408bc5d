"""Tail probabilities from a sample: empirical where there are enough values, extrapolated beyond.

The extrapolation rests on one stated assumption: beyond the fitted range the tail falls off like a generalised Pareto
distribution of shape at least 0, that is, not faster than an exponential, and heavier only if the sample says so. It is fitted
with the highest values censored (known to be high, not how high), so that gross values cannot stretch it to hide themselves.
The parameters are not one best guess but a posterior over a grid, averaged, so that a small sample gives cautious probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from likely.core.errors import DataError

FIT_FROM = 0.70
CENSOR_FROM = 0.92
SHAPE_SCALE = 0.05
"""Prior standard deviation of the shape: tails are taken for exponential until data say otherwise."""

COMPONENTS = 64
"""How many components of the posterior are kept."""

MOST_KEPT = 65_536
"""At most this many reference values are kept; the top 5 % are all among them up to half of that."""

FEWEST = 20
"""Below this many values no tail is fitted."""

_SHAPES = np.concatenate([[0.0], np.geomspace(0.01, 1.5, 24)])
_BINS = 512


@dataclass(frozen=True)
class Tail:
    """The upper tail of a distribution: a mixture of generalised Pareto tails.

    Its assumption is that of this module.

    Parameters
    ----------
    start : float
        Value where the tail begins.
    share : float in (0, 1]
        Probability of a value above `start`.
    weights, shapes, scales : ndarray of shape (k,)
        The posterior: logarithm of the weight, shape, scale of each component.
    """

    start: float
    share: float
    weights: np.ndarray
    shapes: np.ndarray
    scales: np.ndarray

    @property
    def shape(self) -> float:
        """Posterior mean of the shape: 0 is exponential, 1/3 is Student-t3."""
        return float(np.exp(self.weights) @ self.shapes)

    def log_survival(self, values: np.ndarray) -> np.ndarray:
        """Return the logarithm of P(value above), for values above `start`."""
        excess = np.maximum(np.asarray(values, dtype=np.float64) - self.start, 0.0)[:, None]
        ratio = excess / self.scales  # (value, component)
        heavy = self.shapes > 0
        shapes = np.where(heavy, self.shapes, 1.0)
        terms = np.where(heavy, np.log1p(shapes * ratio) / shapes, ratio)
        return np.log(self.share) + logsumexp(self.weights - terms, axis=1)


def fit_tail(ordered: np.ndarray, fit_from: float = FIT_FROM, censor_from: float = CENSOR_FROM) -> Tail:
    """Fit the upper tail of a sample, blind to how far out its highest values lie.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        The sample, ascending; n of at least 20.
    fit_from, censor_from : float in (0, 1)
        The tail begins at the first quantile; values above the second only count.
    """
    n = len(ordered)
    if n < FEWEST:
        raise DataError(f"A tail needs at least {FEWEST} values. Got {n}.")
    first, last = int(np.floor(fit_from * n)), int(np.ceil(censor_from * n)) - 1
    start, top = ordered[first - 1], ordered[last]
    excess = ordered[first : last + 1] - start
    above = n - 1 - last
    shapes, scales, log_weights = _posterior(excess, top - start, above)
    return Tail(float(start), (n - first) / (n + 1), log_weights, shapes, scales)


def _posterior(excess: np.ndarray, top: float, above: int) -> tuple[np.ndarray, ...]:
    observed = len(excess)
    guess = (excess.sum() + above * top) / observed
    if not guess > 0:  # ties all the way: any rise is steep
        guess = np.finfo(np.float64).tiny ** 0.25
    width = 6 / np.sqrt(observed)
    offsets = np.linspace(-width, width, 49)
    shapes, log_scales = (a.ravel() for a in np.meshgrid(_SHAPES, offsets, indexing="ij"))
    # a heavier tail with the same bulk has a smaller scale
    scales = guess * np.exp(log_scales) / (1 + shapes)
    values, counts = _grouped(excess)
    heavy = np.where(shapes > 0, shapes, 1.0)
    ratio = values[:, None] / scales
    inside = np.where(shapes > 0, (1 / heavy + 1) * np.log1p(heavy * ratio), ratio)
    edge = top / scales
    beyond = np.where(shapes > 0, np.log1p(heavy * edge) / heavy, edge)
    step = np.gradient(_SHAPES)
    prior = -0.5 * (shapes / SHAPE_SCALE) ** 2 + np.repeat(np.log(step), len(offsets))
    log_weights = -observed * np.log(scales) - counts @ inside - above * beyond + prior
    log_weights -= logsumexp(log_weights)
    kept = np.sort(np.argsort(-log_weights, kind="stable")[:COMPONENTS])
    return shapes[kept], scales[kept], log_weights[kept] - logsumexp(log_weights[kept])


def _grouped(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return representatives of sorted values and how many each stands for."""
    if len(values) <= _BINS:
        return values, np.ones(len(values))
    edges = np.linspace(0, len(values), _BINS + 1).astype(int)
    counts = np.diff(edges).astype(np.float64)
    return np.add.reduceat(values, edges[:-1]) / counts, counts


@dataclass(frozen=True)
class Empirical:
    """P(a value at least this high), from a sample: its own shares, then its tail.

    Strictly decreasing and never zero. Below the takeover it is the smoothed conformal p-value: the
    rank of a value among the sample, interpolated between neighbours, so that a new value from the
    same distribution gets a uniform probability.

    Parameters
    ----------
    values : ndarray of shape (k,)
        Distinct sample values, ascending (thinned if there were very many).
    at_least, above : ndarray of shape (k,)
        How many of the sample are >= and > each value.
    n : int
        Size of the sample.
    takeover : float
        The tail answers for values above this one.
    tail : Tail or None
        None if the sample was too small to fit one.
    """

    values: np.ndarray
    at_least: np.ndarray
    above: np.ndarray
    n: int
    takeover: float
    tail: Tail | None

    def log_p(self, values: np.ndarray) -> np.ndarray:
        """Return the logarithm of the probability of a value at least as high, shape (n,)."""
        values = np.asarray(values, dtype=np.float64)
        result = np.log(self._shares(values))
        if self.tail is not None:
            far = values > self.takeover
            base = self.log_p_at_takeover - self.tail.log_survival(np.array([self.takeover]))[0]
            result[far] = base + self.tail.log_survival(values[far])
        return result

    @property
    def log_p_at_takeover(self) -> float:
        """Logarithm of the probability at the takeover."""
        return float(np.log(self._shares(np.array([self.takeover]))[0]))

    def _shares(self, values: np.ndarray) -> np.ndarray:
        last = len(self.values) - 1
        right = np.searchsorted(self.values, values, side="left")  # first value not below
        hit = right <= last
        here = np.minimum(right, last)
        hit &= self.values[here] == values
        left = np.maximum(right - 1, 0)
        gap = self.values[here] - self.values[left]  # 0 outside the sample
        part = np.clip((values - self.values[left]) / np.where(gap > 0, gap, np.inf), 0.0, 1.0)
        start, end = self.above[left] + 1.0, self.at_least[here]
        count = start + (end - start) * part
        count = np.where(hit, self.at_least[here], count)
        spread = self.values[-1] - self.values[0] or 1.0
        with np.errstate(over="ignore"):
            below = self.n + 1 - 1 / (1 + np.maximum(self.values[0] - values, 0) / spread)
            beyond = 1 / (1 + np.maximum(values - self.values[-1], 0) / spread)
        count = np.where(values < self.values[0], below, count)
        count = np.where(right > last, beyond, count)
        return np.maximum(count, np.finfo(np.float64).tiny) / (self.n + 1)


def learn_empirical(sample: np.ndarray, tail_counts: int | None = None) -> Empirical:
    """Learn tail probabilities from a sample.

    Parameters
    ----------
    sample : ndarray of shape (n,)
        Finite values in any order.
    tail_counts : int, optional
        The tail answers above the value that this many of the sample reach. Default: the whole
        fitted range, for a sample that may hold the very values that are looked for.
    """
    ordered = np.sort(sample)
    n = len(ordered)
    tail = fit_tail(ordered) if n >= FEWEST else None
    values, first = np.unique(ordered, return_index=True)
    at_least = (n - first).astype(np.float64)
    above = np.append(at_least[1:], 0.0)
    if tail is None or tail_counts is None:
        takeover = tail.start if tail else float(ordered[-1])
    else:
        takeover = float(ordered[max(n - tail_counts, int(n * FIT_FROM))])
    keep = _thin(len(values))
    return Empirical(values[keep], at_least[keep], above[keep], n, takeover, tail)


def _thin(count: int) -> np.ndarray:
    if count <= MOST_KEPT:
        return np.arange(count)
    top = min(MOST_KEPT // 2, int(np.ceil(0.05 * count)))
    rest = np.linspace(0, count - top - 1, MOST_KEPT - top).astype(np.int64)
    return np.concatenate([rest, np.arange(count - top, count)])
