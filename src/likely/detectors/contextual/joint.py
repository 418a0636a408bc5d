"""Standardised residuals together: one surprise in nats."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaln, log_ndtr, logsumexp

_CUT = 2.5
_RIDGE = 0.1
_LEAST = 0.15
"""A direction of less variance than this follows from others, as the last of some shares does."""

_FAR = 20.0
"""Below exp(-20) a p-value is combined by its logarithm, which does not end at 0."""

_NO_MORE = float(np.log(0.99))


def learn_relations(residuals: np.ndarray) -> np.ndarray:
    """Return the covariance of residuals, shape (outputs, outputs).

    Parameters
    ----------
    residuals : ndarray of shape (n, outputs)
        In standard deviations; larger ones count as 2.5, so that gross rows relate nothing.
    """
    clipped = np.clip(residuals, -_CUT, _CUT)
    return clipped.T @ clipped / len(clipped)


def learn_scales(
    residuals: np.ndarray, relations: np.ndarray, blocks: list[np.ndarray]
) -> np.ndarray:
    """Return the median sum of squares of each block, in units of that of normal deviates.

    Parameters
    ----------
    residuals, relations, blocks
        As in `joint_surprise`.
    """
    scales = []
    for block in blocks:
        squares, freedom = _squares(residuals, relations, block)
        median = freedom * (1 - 2 / (9 * freedom)) ** 3  # Wilson and Hilferty, 1931
        scales.append(max(float(np.median(squares)) / median, 1e-12))
    return np.array(scales)


def joint_surprise(
    residuals: np.ndarray,
    relations: np.ndarray,
    blocks: list[np.ndarray],
    scales: np.ndarray,
    groups: float,
) -> np.ndarray:
    """Return how surprising rows of residuals are if they are normal, in nats, shape (n,).

    Several questions are asked of a row: how large is its largest residual, and how large the sum
    of squares of each block? Their p-values are combined by Cauchy's distribution (Liu & Xie,
    2020), which is right far out however the questions depend on one another.

    Parameters
    ----------
    residuals : ndarray of shape (n, outputs)
        In standard deviations.
    relations : ndarray of shape (outputs, outputs)
        Their covariance.
    blocks : list of ndarray of int64
        Positions of outputs that are asked about together.
    scales : ndarray of shape (blocks,)
        What their sums of squares are divided by to be distributed like those of normal deviates.
    groups : float
        From how many rows the covariance was estimated.
    """
    bounded = np.clip(residuals, -1e100, 1e100)
    largest = np.abs(bounded).max(axis=1)
    inside = np.clip(largest, 1e-9, 6.0)
    within = np.log1p(-np.exp(np.log(2.0) + log_ndtr(-inside)))  # log P(one is smaller)
    exact = np.log(-np.expm1(residuals.shape[1] * within))
    far = np.log(2.0 * residuals.shape[1]) + log_ndtr(-largest)
    answers = [np.where(largest < 6.0, exact, far)]
    for block, scale in zip(blocks, scales, strict=True):
        squares, freedom = _squares(bounded, relations, block)
        answers.append(_log_beyond(squares / scale, freedom, groups))
    return -_combined(np.array(answers))


def _combined(log_p: np.ndarray) -> np.ndarray:
    """Return the logarithm of the Cauchy combination of p-values, shape (n,).

    Parameters
    ----------
    log_p : ndarray of shape (questions, n)
        Their natural logarithms.

    References
    ----------
    Liu, Y. & Xie, J. (2020). Cauchy combination test: a powerful test with analytic p-value
    calculation under arbitrary dependency structures. JASA 115(529), 393-402.
    """
    p = np.exp(np.clip(log_p, -2 * _FAR, _NO_MORE))  # 1 would outweigh all others
    away = np.mean(1 / np.tan(np.pi * p), axis=0)
    near = np.log(np.arctan2(1.0, away) / np.pi)
    far = np.log(len(log_p)) - logsumexp(-log_p, axis=0)  # what it tends to where one is small
    return np.where(far < -_FAR, far, near)


def _squares(
    residuals: np.ndarray, relations: np.ndarray, block: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the sum of squares of a block of residuals once they are uncorrelated, (n,).

    Also return of how many normal deviates it is the sum (Satterthwaite, 1946), fewer than there
    are outputs where some follow from others.
    """
    variances, directions = np.linalg.eigh(relations[np.ix_(block, block)])
    kept = variances > _LEAST
    variances, directions = variances[kept], directions[:, kept]
    # more than was estimated: an estimate fits the rows it comes from too well
    white = residuals[:, block] @ (directions / np.sqrt(variances + _RIDGE))
    parts = variances / (variances + _RIDGE)
    freedom = float(parts.sum() ** 2 / (parts**2).sum()) if kept.any() else 1.0
    return np.einsum("ij,ij->i", white, white), freedom


def _log_beyond(squares: np.ndarray, freedom: float, groups: float) -> np.ndarray:
    """Return log P(a sum of squares >= this), never -inf, by Hotelling's distribution (1931).

    Parameters
    ----------
    squares : ndarray of shape (n,)
        Sums of squares of deviates whose covariance was estimated.
    freedom : float > 0
        Of how many deviates.
    groups : float
        From how many rows the covariance was estimated.
    """
    rest = max(groups - freedom, 1.0)
    estimated = max(groups - 1, 1.0)
    share = estimated / (estimated + np.minimum(squares, 1e200))
    survival = betainc(rest / 2, freedom / 2, share)
    # the first term of the series in `share`, where the function itself ends at 0
    far = rest / 2 * np.log(share) - np.log(rest / 2) - betaln(rest / 2, freedom / 2)
    near = survival > 1e-200
    return np.minimum(np.where(near, np.log(np.where(near, survival, 1.0)), far), 0.0)
