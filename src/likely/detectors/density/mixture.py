"""Mixtures of Gaussians as arrays: their density, and expectation-maximisation to fit them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp

from likely.core.covariance import regularise, whitening

SMALLEST_SHARE = 0.01
"""Components of a smaller share of the rows are a few odd rows, not a cluster: they are dropped."""

SPREAD_FLOOR = 0.1
"""No component is narrower, in any column, than this share of the spread of all rows together."""

_TOLERANCE = 1e-4
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
        return logsumexp(self.log_joint(x), axis=1)

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return a split of minus the log-density over the features, shape (n, width).

        Every component's z P z / 2 splits by feature; components count by their responsibility;
        what belongs to no feature (volumes, weights) is spread evenly.
        """
        joint = self.log_joint(x)
        density = logsumexp(joint, axis=1, keepdims=True)
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
    x: np.ndarray, components: int, starts: int, trim: float, rng: np.random.Generator, steps: int
) -> Mixture:
    """Fit a mixture by expectation-maximisation from several starts and return the likeliest."""
    best, reached = None, -np.inf
    for _ in range(starts if components > 1 else 1):
        found = improve(start(x, components, trim, rng), x, trim, steps)
        value = trimmed_mean(found.log_density(x), trim)
        if best is None or value > reached:
            best, reached = found, value
    return best


def start(x: np.ndarray, components: int, trim: float, rng: np.random.Generator) -> Mixture:
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
    member = np.eye(components)[squares.argmin(axis=1)]
    member[~_likeliest(-squares.min(axis=1), trim)] = 0.0
    return _maximise(x, member)


def improve(mixture: Mixture, x: np.ndarray, trim: float, steps: int) -> Mixture:
    """Return the mixture after at most `steps` rounds of expectation-maximisation."""
    reached = -np.inf
    for _ in range(steps):
        joint = mixture.log_joint(x)
        density = logsumexp(joint, axis=1)
        value = trimmed_mean(density, trim)
        if value < reached + _TOLERANCE:
            break
        reached = value
        responsibility = np.exp(joint - density[:, None])
        responsibility[~_likeliest(density, trim)] = 0.0
        mixture = _maximise(x, responsibility)
    return mixture


def trimmed_mean(density: np.ndarray, trim: float) -> float:
    """Return the mean log-density of all but the least likely share `trim` of the rows."""
    kept = len(density) - int(trim * len(density))
    return float(np.partition(density, len(density) - kept)[len(density) - kept :].mean())


def _likeliest(density: np.ndarray, trim: float) -> np.ndarray:
    kept = np.ones(len(density), dtype=bool)
    left_out = int(trim * len(density))
    if left_out:
        kept[np.argpartition(density, left_out - 1)[:left_out]] = False
    return kept


def _maximise(x: np.ndarray, responsibility: np.ndarray) -> Mixture:
    """Return the mixture of the weighted means and covariances."""
    counts = responsibility.sum(axis=0)
    floor = SPREAD_FLOOR * _pooled_spread(x, responsibility.sum(axis=1))
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


def _pooled_spread(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    used = x[weight > 0]
    return used.std(axis=0)


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
