"""Tail probabilities from a sample: empirical where there are enough values, extrapolated beyond.

The extrapolation rests on one stated assumption: beyond the fitted range the tail falls off
like a generalised Pareto distribution of shape at least 0, that is, not faster than an
exponential, and heavier only if the sample says so. It is fitted with the highest values
censored: that they are high counts, how high does not, and some of them may be no part of the
distribution at all. So gross values can neither stretch the tail nor, by their number, lift it
to hide themselves. The parameters are not one best guess but a posterior over a grid, averaged,
which keeps small samples cautious.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp

from likely.core.errors import DataError

FIT_FROM = 0.70
CENSOR_FROM = 0.92
SHAPE_SCALE = 0.03
"""Prior standard deviation of the shape: a tail is exponential until data say otherwise."""

CLEAN = 0.9
"""Prior probability that every value is part of the distribution."""

NEGLIGIBLE = 20.0
"""Components this many nats less probable than the best are left out: a billionth in all."""

_BLOCK = 2_000_000
"""Numbers held at a time when a tail is evaluated (16 MB)."""

MOST_KEPT = 65_536
"""At most this many reference values are kept; of these, up to half are the top 5 %."""

FEWEST = 20
"""Below this many values no tail is fitted."""

_SHAPES = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
_STRANGERS = np.linspace(0.0, 0.95, 12)  # share of the censored values that do not belong


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
        The posterior: logarithm of the weight (times the share of values that belong), shape and
        scale of each component.
    """

    start: float
    share: float
    weights: np.ndarray
    shapes: np.ndarray
    scales: np.ndarray

    @property
    def shape(self) -> float:
        """Posterior mean of the shape: 0 is exponential, 1/3 is Student-t3."""
        return float(np.exp(self.weights - logsumexp(self.weights)) @ self.shapes)

    def log_survival(self, values: np.ndarray) -> np.ndarray:
        """Return the logarithm of P(value above), for values above `start`."""
        excess = np.maximum(np.asarray(values, dtype=np.float64) - self.start, 0.0)
        result = np.empty_like(excess)
        step = max(1, _BLOCK // len(self.weights))
        for i in range(0, len(excess), step):
            terms = self.weights - _cumulative(excess[i : i + step], self.shapes, self.scales)
            result[i : i + step] = _log_sum(terms)
        return np.log(self.share) + result


def fit_tail(ordered: np.ndarray, *, cautious: bool = True, least_scale: float = 0.0) -> Tail:
    """Fit the upper tail of a sample, blind to how far out its highest values lie.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        The sample, ascending; n of at least 20.
    cautious : bool, default True
        Whether to average over everything the sample leaves possible. False takes the most
        probable exponential, for scores that are calibrated once more later.
    least_scale : float >= 0, default 0
        The scale is known to be at least this, in the unit of the sample.
    """
    n = len(ordered)
    if n < FEWEST:
        raise DataError(f"A tail needs at least {FEWEST} values. Got {n}.")
    first, last = int(np.floor(FIT_FROM * n)), int(np.ceil(CENSOR_FROM * n)) - 1
    start, top = ordered[first - 1], ordered[last]
    window = ordered[first : last + 1] - start
    posterior = _posterior(window, top - start, n - 1 - last, cautious, least_scale)
    return Tail(float(start), (n - first) / (n + 1), *posterior)


def _posterior(
    window: np.ndarray, top: float, above: int, cautious: bool, least_scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log weights, shapes and scales, the most probable first."""
    observed = len(window)
    guess = (window.sum() + above * top) / observed
    if not guess > 0:  # ties all the way: any rise is steep
        guess = np.finfo(np.float64).tiny ** 0.25
    values, counts = grouped(window)
    best = _best_scales(values, counts, top, above, guess)
    offsets = np.linspace(-1.4, 1.0, 161)
    chosen = _SHAPES if cautious else _SHAPES[:1]
    shapes = np.repeat(chosen, len(offsets))
    scales = np.outer(best[: len(chosen)], np.exp(offsets)).ravel()
    scales = np.maximum(scales, least_scale)
    log_likelihood = -observed * np.log(scales) - counts @ _log_density(values, shapes, scales)
    log_beyond = -_cumulative(np.array([top]), shapes, scales)[0]  # log S(top) by component
    log_prior = -0.5 * (shapes / SHAPE_SCALE) ** 2
    weights = censored_posterior(log_likelihood + log_prior, log_beyond, observed, above)
    if not cautious:
        best = np.argmax(weights)
        return np.zeros(1), shapes[[best]], scales[[best]]
    kept = weights > weights.max() - NEGLIGIBLE
    return weights[kept], shapes[kept], scales[kept]


def _best_scales(
    values: np.ndarray, counts: np.ndarray, top: float, above: int, guess: float
) -> np.ndarray:
    """Return the most likely scale for each shape, where no value is a stranger."""
    offsets = np.linspace(-3.0, 3.0, 121)
    shapes = np.repeat(_SHAPES, len(offsets))
    scales = np.tile(guess * np.exp(offsets), len(_SHAPES))
    log_likelihood = (
        -counts.sum() * np.log(scales)
        - counts @ _log_density(values, shapes, scales)
        - above * _cumulative(np.array([top]), shapes, scales)[0]
    )
    chosen = log_likelihood.reshape(len(_SHAPES), -1).argmax(axis=1)
    return guess * np.exp(offsets[chosen])


def censored_posterior(
    log_likelihood: np.ndarray, log_beyond: np.ndarray, observed: int, above: int
) -> np.ndarray:
    """Return log weights of tail components given a censored sample that may hold strangers.

    A value belongs to the distribution with probability 1 - r. Then it has density f up to the
    censoring point and lies above it with probability S; a stranger always lies above it:

        L = prod (1 - r) f * ((1 - r) S + r)^above

    The share r is averaged out, with prior probability 0.9 that there are no strangers.

    Parameters
    ----------
    log_likelihood : ndarray of shape (k,)
        Sum of log f over the uncensored values, plus any log prior, for each component.
    log_beyond : ndarray of shape (k,)
        log S at the censoring point, for each component.
    observed, above : int
        How many values are uncensored, and how many censored.

    Returns
    -------
    ndarray of shape (k,)
        Logarithm of each component's weight times the share of values that belong.
    """
    share = (_STRANGERS * above / (observed + above))[:, None]
    belongs = np.log1p(-share)  # (share, 1)
    counted = np.logaddexp(belongs + log_beyond, np.log(np.maximum(share, 1e-300)))
    joint = log_likelihood + observed * belongs + above * counted  # (share, component)
    joint[1:] += np.log((1 - CLEAN) / CLEAN / (len(share) - 1))
    return np.asarray(logsumexp(joint - logsumexp(joint) + belongs, axis=0))


def _log_sum(terms: np.ndarray) -> np.ndarray:
    """Return log(sum(exp(terms))) along the last axis: scipy's costs a row alone ten times this."""
    largest = terms.max(axis=-1)
    return largest + np.log(np.exp(terms - largest[..., None]).sum(axis=-1))


def _cumulative(values: np.ndarray, shapes: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return -log S of excesses under each component, shape (value, component)."""
    ratio = values[:, None] / scales
    heavy = np.where(shapes > 0, shapes, 1.0)
    return np.where(shapes > 0, np.log1p(heavy * ratio) / heavy, ratio)


def _log_density(values: np.ndarray, shapes: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return -log(scale * density) of excesses under each component, shape (value, component)."""
    return (1 + shapes) * _cumulative(values, shapes, scales)


def grouped(values: np.ndarray, bins: int = 512) -> tuple[np.ndarray, np.ndarray]:
    """Return representatives of sorted values and how many each stands for."""
    if len(values) <= bins:
        return values, np.ones(len(values))
    edges = np.linspace(0, len(values), bins + 1).astype(int)
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
            if far.any():
                result[far] = self._join + self.tail.log_survival(values[far])
        return result

    @cached_property
    def _join(self) -> float:
        """What to add to the tail's logarithms so that they begin where the shares end."""
        there = np.array([self.takeover])
        return self.log_p_at_takeover - (self.tail.log_survival(there)[0] if self.tail else 0.0)

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


def learn_empirical(
    sample: np.ndarray,
    tail_counts: int | None = None,
    *,
    cautious: bool = True,
    least_scale: float = 0.0,
) -> Empirical:
    """Learn tail probabilities from a sample.

    Parameters
    ----------
    sample : ndarray of shape (n,)
        Finite values in any order.
    tail_counts : int, optional
        The tail answers above the value that this many of the sample reach. Default: the whole
        fitted range, for a sample that may hold the very values that are looked for.
    cautious, least_scale
        As in `fit_tail`.
    """
    ordered = np.sort(sample)
    n = len(ordered)
    tail = fit_tail(ordered, cautious=cautious, least_scale=least_scale) if n >= FEWEST else None
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
