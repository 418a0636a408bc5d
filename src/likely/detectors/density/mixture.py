"""Mixtures of Gaussians as arrays: their density, and expectation-maximisation to fit them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp
from scipy.stats import chi2

from likely.core.covariance import regularise, whitening

SMALLEST_SHARE = 0.01
"""Components of a smaller share of the rows are a few odd rows, not a cluster: they are dropped."""

SPREAD_FLOOR = 0.1
"""No component is narrower, in any column, than this share of the spread of all rows together."""

_TOLERANCE = 1e-4
_MOST_STEPS = 100
_LEAST_ROWS_TO_TRIM = 10
_LLOYD_STEPS = 5
_SEED_QUANTILE = 0.9


class Mixture(NamedTuple):
    """A mixture of k Gaussians.

    Parameters
    ----------
    weights : ndarray of shape (k,)
        Their shares, positive, summing to 1.
    means : ndarray of shape (k, width)
        Their centres.
    whitenings : ndarray of shape (k, width, width)
        Upper triangular W with `W @ W.T` the inverse covariance.
    """

    weights: np.ndarray
    means: np.ndarray
    whitenings: np.ndarray

    def log_joint(self, x: np.ndarray) -> np.ndarray:
        """Return log(share of component x its density) in nats, shape (n, k)."""
        joint = np.empty((len(x), len(self.weights)))
        constant = 0.5 * x.shape[1] * np.log(2 * np.pi)
        for j, (weight, mean, white) in enumerate(zip(*self, strict=True)):
            y = (x - mean) @ white
            joint[:, j] = -0.5 * np.einsum("ij,ij->i", y, y)
            joint[:, j] += np.log(np.diag(white)).sum() + np.log(weight) - constant
        return joint

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density in nats, shape (n,)."""
        return np.asarray(logsumexp(self.log_joint(x), axis=1))

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return a split of minus the log-density over the features, shape (n, width).

        Every component's z P z / 2 splits by feature; components count by their responsibility;
        what belongs to no feature (volumes, weights) is spread evenly.
        """
        joint = self.log_joint(x)
        density = np.asarray(logsumexp(joint, axis=1, keepdims=True))
        responsibility = np.exp(joint - density)
        shares = np.zeros_like(x)
        for j, (mean, white) in enumerate(zip(self.means, self.whitenings, strict=True)):
            z = x - mean
            shares += responsibility[:, [j]] * 0.5 * z * ((z @ white) @ white.T)
        return shares + (-density - shares.sum(axis=1, keepdims=True)) / x.shape[1]

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n rows, shape (n, width)."""
        chosen = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.normal(size=(n, self.means.shape[1]))
        rows = np.empty_like(noise)
        for j, (mean, white) in enumerate(zip(self.means, self.whitenings, strict=True)):
            here = chosen == j
            rows[here] = mean + solve_triangular(white.T, noise[here].T, lower=True).T
        return rows


def fit_mixture(
    x: np.ndarray, components: int, starts: int, trim: float, rng: np.random.Generator
) -> Mixture:
    """Fit a mixture by expectation-maximisation from several starts and return the likeliest.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    components : int
        At most so many Gaussians, at most n.
    starts : int
        From how many first guesses to climb.
    trim : float in [0, 0.5]
        Share of the rows, the least likely ones, that every step leaves out.
    rng : Generator
        Draws the first guesses.
    """
    found = [
        improve(_start(x, components, trim, rng), x, trim)
        for _ in range(starts if components > 1 else 1)
    ]
    return max(found, key=lambda mixture: trimmed_mean(mixture.log_density(x), trim))


def improve(mixture: Mixture, x: np.ndarray, trim: float) -> Mixture:
    """Return the mixture after expectation-maximisation on x, stopped when it gains little."""
    reached = -np.inf
    for _ in range(_MOST_STEPS):
        joint = mixture.log_joint(x)
        density = np.asarray(logsumexp(joint, axis=1))
        value = trimmed_mean(density, trim)
        if value < reached + _TOLERANCE:
            break
        reached = value
        responsibility = np.exp(joint - density[:, None])
        responsibility[~_likeliest(density, trim)] = 0.0
        mixture = _maximise(x, responsibility)
    return mixture


def widened(mixture: Mixture, trim: float) -> Mixture:
    """Return the mixture with the spread that trimming took from Gaussian rows given back."""
    if trim == 0:
        return mixture
    width = mixture.means.shape[1]
    cut = chi2.ppf(1 - trim, width)
    factor = chi2.cdf(cut, width + 2) / (1 - trim)
    return mixture._replace(whitenings=mixture.whitenings * np.sqrt(factor))


def criterion(mixture: Mixture, x: np.ndarray, trim: float) -> float:
    """Return the Bayesian information criterion on the rows not trimmed; lower is better."""
    k, width = mixture.means.shape
    free = k - 1 + k * width + k * width * (width + 1) / 2
    kept = len(x) - _left_out(len(x), trim)
    return free * np.log(kept) - 2 * kept * trimmed_mean(mixture.log_density(x), trim)


def trimmed_mean(density: np.ndarray, trim: float) -> float:
    """Return the mean log-density of all but the least likely share `trim` of the rows."""
    left_out = _left_out(len(density), trim)
    return float(np.partition(density, left_out)[left_out:].mean())


def _left_out(rows: int, trim: float) -> int:
    return int(np.ceil(trim * rows)) if rows >= _LEAST_ROWS_TO_TRIM else 0


def _likeliest(density: np.ndarray, trim: float) -> np.ndarray:
    kept = np.ones(len(density), dtype=bool)
    left_out = _left_out(len(density), trim)
    if left_out:
        kept[np.argpartition(density, left_out - 1)[:left_out]] = False
    return kept


def _start(x: np.ndarray, components: int, trim: float, rng: np.random.Generator) -> Mixture:
    """Return a first mixture: k-means from well-spread seeds, every cluster a Gaussian."""
    centres = _seeds(x, components, rng)
    squares = _squares(x, centres)
    for _ in range(_LLOYD_STEPS if components > 1 else 0):
        label = squares.argmin(axis=1)
        kept = _likeliest(-squares.min(axis=1), trim)
        for j in range(components):
            rows = x[kept & (label == j)]
            if len(rows):
                centres[j] = rows.mean(axis=0)
        squares = _squares(x, centres)
    member = np.eye(components)[squares.argmin(axis=1)]  # (n, k)
    member[~_likeliest(-squares.min(axis=1), trim)] = 0.0
    return _maximise(x, member)


def _maximise(x: np.ndarray, responsibility: np.ndarray) -> Mixture:
    """Return the mixture of the weighted means and covariances."""
    counts = responsibility.sum(axis=0)
    floor = SPREAD_FLOOR * x[responsibility.sum(axis=1) > 0].std(axis=0)
    real = counts >= min(SMALLEST_SHARE * counts.sum(), counts.max())
    means, whitenings = [], []
    for weight, count in zip(responsibility.T[real], counts[real], strict=True):
        rows = weight > 0
        used, share = x[rows], weight[rows, None] / count
        mean = (share * used).sum(axis=0)
        centred = used - mean
        covariance = (share * centred).T @ centred
        means.append(mean)
        whitenings.append(whitening(regularise(covariance, count, floor)))
    return Mixture(counts[real] / counts[real].sum(), np.array(means), np.array(whitenings))


def _seeds(x: np.ndarray, components: int, rng: np.random.Generator) -> np.ndarray:
    """Draw well-spread rows (k-means++), gross rows no likelier than other far ones."""
    central = np.einsum("ij,ij->i", x, x)
    centres = [x[rng.choice(np.flatnonzero(central <= np.median(central)))]]
    squares = _squares(x, np.array(centres))[:, 0]
    for _ in range(components - 1):
        clipped = np.minimum(squares, np.quantile(squares, _SEED_QUANTILE))
        total = clipped.sum()
        chance = clipped / total if total > 0 else np.full(len(x), 1 / len(x))
        centres.append(x[rng.choice(len(x), p=chance)])
        squares = np.minimum(squares, _squares(x, centres[-1][None])[:, 0])
    return np.array(centres)


def _squares(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    squares = np.empty((len(x), len(centres)))
    for j, centre in enumerate(centres):
        difference = x - centre
        squares[:, j] = np.einsum("ij,ij->i", difference, difference)
    return squares
