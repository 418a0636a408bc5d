"""Mixtures of Gaussians as arrays: their density, and expectation-maximisation to fit them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.stats import chi2

from likely.core.covariance import regularise, whitening

SMALLEST_SHARE = 0.01
"""Components of a smaller share of the rows are a few odd rows, not a cluster: they are dropped."""

SPREAD_FLOOR = 0.1
"""No component is narrower, in any column, than this share of the spread of all rows together."""

MOST_STEPS = 100
"""A climb ends after so many steps at the latest."""

_TOLERANCE = 0.01  # nats a row
_FIRST_STEPS = 5
_BLOCK_CELLS = 32_768  # of rows looked at together, so that they stay in the cache
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
        """Return log(share of component x its density) in nats, shape (k, n)."""
        joint = np.empty((len(self.weights), len(x)))
        shifts = [mean @ white for mean, white in zip(self.means, self.whitenings, strict=True)]
        step = max(1, _BLOCK_CELLS // x.shape[1])
        for start in range(0, len(x), step):
            block = x[start : start + step]
            for white, shift, part in zip(self.whitenings, shifts, joint, strict=True):
                y = block @ white
                y -= shift
                np.einsum("ij,ij->i", y, y, out=part[start : start + step])
        volumes = np.log(np.diagonal(self.whitenings, axis1=1, axis2=2)).sum(axis=1)
        constant = 0.5 * x.shape[1] * np.log(2 * np.pi)
        joint *= -0.5
        joint += (volumes + np.log(self.weights) - constant)[:, None]
        return joint

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density in nats, shape (n,)."""
        return log_sum(self.log_joint(x))

    def shares(self, x: np.ndarray) -> np.ndarray:
        """Return a split of minus the log-density over the features, shape (n, width).

        Every component's z P z / 2 splits by feature; components count by their responsibility;
        what belongs to no feature (volumes, weights) is spread evenly.
        """
        joint = self.log_joint(x)
        density = log_sum(joint)
        responsibility = np.exp(joint - density)[:, :, None]  # (k, n, 1)
        shares = np.zeros_like(x)
        for j, (mean, white) in enumerate(zip(self.means, self.whitenings, strict=True)):
            z = x - mean
            shares += responsibility[j] * 0.5 * z * ((z @ white) @ white.T)
        rest = -density - shares.sum(axis=1)
        return shares + rest[:, None] / x.shape[1]

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n rows, shape (n, width)."""
        chosen = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.normal(size=(n, self.means.shape[1]))
        rows = np.empty_like(noise)
        for j, (mean, white) in enumerate(zip(self.means, self.whitenings, strict=True)):
            here = chosen == j
            rows[here] = mean + solve_triangular(white.T, noise[here].T, lower=True).T
        return rows


def log_sum(joint: np.ndarray) -> np.ndarray:
    """Return log(sum(exp(joint))) over the first axis, shape (n,)."""
    if len(joint) == 1:
        return joint[0].copy()
    largest = joint.max(axis=0)
    return np.log(np.exp(joint - largest).sum(axis=0)) + largest


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
        From how many first guesses to climb; the one that is likeliest after a few steps goes on.
    trim : float in [0, 0.5]
        Share of the rows, the least likely ones, that every step leaves out.
    rng : Generator
        Draws the first guesses.
    """
    first = [_start(x, components, trim, rng) for _ in range(starts if components > 1 else 1)]
    if len(first) > 1:
        first = [improve(mixture, x, trim, _FIRST_STEPS) for mixture in first]
        first = [max(first, key=lambda mixture: trimmed_mean(mixture.log_density(x), trim))]
    return improve(first[0], x, trim)


def improve(mixture: Mixture, x: np.ndarray, trim: float, steps: int = MOST_STEPS) -> Mixture:
    """Return the mixture after expectation-maximisation on x, stopped when it gains little."""
    reached = -np.inf
    for _ in range(steps):
        joint = mixture.log_joint(x)
        density = log_sum(joint)
        value = trimmed_mean(density, trim)
        if value < reached + _TOLERANCE:
            break
        reached = value
        joint -= density
        responsibility = np.exp(joint, out=joint)
        responsibility *= _likeliest(density, trim)
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
    member = (squares.argmin(axis=1) == np.arange(components)[:, None]).astype(np.float64)  # (k, n)
    member *= _likeliest(-squares.min(axis=1), trim)
    return _maximise(x, member)


def _maximise(x: np.ndarray, responsibility: np.ndarray) -> Mixture:
    """Return the mixture of the weighted means and covariances; responsibilities are (k, n)."""
    counts = responsibility.sum(axis=1)
    kept = (responsibility.sum(axis=0) > 0).astype(np.float64)
    kept /= kept.sum()
    floor = SPREAD_FLOOR * np.sqrt(kept @ (x - kept @ x) ** 2)
    real = counts >= min(SMALLEST_SHARE * counts.sum(), counts.max())
    counts, weights = counts[real], responsibility[real] / counts[real, None]
    means = weights @ x
    whitenings = np.empty((len(counts), x.shape[1], x.shape[1]))
    for j, (share, mean) in enumerate(zip(weights, means, strict=True)):
        centred = x - mean
        covariance = (centred.T * share) @ centred
        whitenings[j] = whitening(regularise(covariance, counts[j], floor))
    return Mixture(counts / counts.sum(), means, whitenings)


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
