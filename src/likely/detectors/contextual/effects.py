"""What a context adds to the mean and the spread of a column: sums of shrunken cell effects.

An effect of a cell with the mean residual m of n rows is estimated as n m / (n + c), where c is the
ratio of the variance within cells to that between them (James & Stein's idea, with the ratio
estimated per term and column): a cell of few rows stays near its parent, the rest of the model, and
a context that tells nothing adds nothing. What remains unknown of an effect is its doubt, a
variance; a cell without any row has the whole variance between cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

LARGEST = 3.0
"""Residuals count as this many standard deviations at most, so that gross rows move nothing."""

_SWEEPS = 12
_TINY = 1e-12


class Term(NamedTuple):
    """One axis or one pair of axes: how far each row lies in each cell, and rows a cell."""

    basis: csr_array
    rows: np.ndarray  # (cells,)


@dataclass
class Effects:
    """Effects of the cells of one term on every output.

    Parameters
    ----------
    values : ndarray of shape (cells, outputs)
        What each cell adds.
    pull : ndarray of shape (outputs,)
        c above: as many rows as it takes to believe a cell as much as its parent; infinite if the
        cells do not differ.
    noise : ndarray of shape (outputs,)
        Variance of one row within a cell.
    """

    values: np.ndarray
    pull: np.ndarray
    noise: np.ndarray

    def doubts(self, rows: np.ndarray) -> np.ndarray:
        """Return the variance that remains of each effect, shape (cells, outputs)."""
        return self.noise / (rows[:, None] + self.pull)

    def leverage(self, term: Term) -> np.ndarray:
        """Return the share of every row in its own effect, shape (n, outputs)."""
        return (term.basis * term.basis) @ (1 / (term.rows[:, None] + self.pull))


def term_of(basis: csr_array) -> Term:
    """Return a term of its basis."""
    return Term(basis, np.asarray(basis.sum(axis=0)).ravel())


def no_effects(terms: list[Term], outputs: int) -> list[Effects]:
    """Return effects of zero."""
    return [
        Effects(np.zeros((len(term.rows), outputs)), np.full(outputs, np.inf), np.zeros(outputs))
        for term in terms
    ]


def improve_means(
    terms: list[Term], effects: list[Effects], residuals: np.ndarray, cut: np.ndarray
) -> np.ndarray:
    """Fit the effects to what they leave, in place, and return what they leave now.

    Parameters
    ----------
    terms, effects : list
        The terms and their effects so far.
    residuals : ndarray of shape (n, outputs)
        What the effects so far leave of the outputs.
    cut : ndarray of shape (outputs,) or (n, outputs)
        Larger residuals count as this much.
    """
    for _ in range(_SWEEPS):
        for term, effect in zip(terms, effects, strict=True):
            clipped = np.clip(residuals, -cut, cut)
            residuals = residuals - term.basis @ _step(term, effect, clipped)
    return residuals


def improve_logs(
    terms: list[Term], effects: list[Effects], squares: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fit log-variances to squared residuals, in place.

    Parameters
    ----------
    terms, effects : list
        The terms and their effects on log-variances so far.
    squares : ndarray of shape (n, outputs)
        Squared residuals; NaN where there is none.
    level : ndarray of shape (n, outputs)
        Log-variance of each row so far.

    Returns
    -------
    level : ndarray of shape (n, outputs)
        Log-variance of each row now.
    shift : ndarray of shape (outputs,)
        What of it was added everywhere.
    """
    shift = np.zeros(squares.shape[1])
    for _ in range(_SWEEPS):
        overall = np.log(np.maximum(_excess(squares, level).mean(axis=0) + 1, _TINY))
        level, shift = level + overall, shift + overall
        for term, effect in zip(terms, effects, strict=True):
            # Fisher scoring: the score of a log-variance is half of this, its information a half
            level = level + term.basis @ _step(term, effect, _excess(squares, level))
    return level, shift


def gain(term: Term, residuals: np.ndarray) -> float:
    """Return by how many standard errors the cells of a term differ, in its best output."""
    noise = np.maximum((residuals**2).mean(axis=0), _TINY)
    means = (term.basis.T @ residuals) ** 2 / np.maximum(term.rows, _TINY)[:, None]
    occupied = max(int((term.rows > 0).sum()), 2)
    beyond = means.sum(axis=0) / noise - occupied
    return float(beyond.max() / np.sqrt(2 * occupied))


def _excess(squares: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Return by how much more than expected each squared residual is; 0 where it is NaN."""
    return np.nan_to_num(np.minimum(squares * np.exp(-level), LARGEST**2) - 1)


def _step(term: Term, effect: Effects, residuals: np.ndarray) -> np.ndarray:
    """Improve the effects of one term on residuals, and return by how much, (cells, outputs)."""
    rows = term.rows[:, None]
    pulled = term.basis.T @ residuals  # (cells, outputs)
    effect.noise = np.maximum((residuals**2).mean(axis=0), _TINY)
    own = pulled / np.maximum(rows, _TINY) + effect.values  # mean of what is left without it
    occupied = max(int((term.rows > 0).sum()), 1)
    between = (rows * own**2).sum(axis=0) - occupied * effect.noise
    variance = np.maximum(between / max(rows.sum(), 1.0), 0.0)
    with np.errstate(divide="ignore"):
        effect.pull = np.where(variance > 0, effect.noise / variance, np.inf)
    finite = np.isfinite(effect.pull)
    pull = np.where(finite, effect.pull, 1.0)
    step = np.where(finite, (pulled - pull * effect.values) / (rows + pull), -effect.values)
    effect.values = effect.values + step
    return step
