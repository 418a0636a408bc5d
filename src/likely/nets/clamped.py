"""What is known of samples, as a machine of units sees it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class Clamp:
    """Units that stay while all others are drawn.

    Bits are known by themselves. Numbers are whitened, so what is known of their features is known
    of sums of units: they are `values + z @ free.T`, with any z. The values are orthogonal to
    `free`, so a normal distribution of units is one of z, too.

    Parameters
    ----------
    values : Tensor of shape (batch, unit)
        Units that are held, and numbers at z = 0.
    held : Tensor of bool, shape (unit,)
        Which are known by themselves.
    summed : Tensor of bool, shape (unit,)
        Which are known by their sums.
    free : Tensor of shape (summed, free)
        Orthonormal directions in which nothing is known.
    """

    def __init__(self, values: Tensor, held: Tensor, summed: Tensor, free: Tensor) -> None:
        self.values, self.held, self.summed, self.free = values, held, summed, free
        self.some_summed = bool(summed.any())
        self._factor: Tensor | None = None

    @property
    def width(self) -> int:
        """How many numbers are free, if no unit is a bit."""
        return self.free.shape[1] if self.some_summed else int((~self.held).sum())

    def spread(self, z: Tensor) -> Tensor:
        """Return units with what is free of them, (batch, unit); none of them is a bit."""
        if self.some_summed:
            return self.values + z @ self.free.T
        found = self.values.clone()
        found[:, ~self.held] = z
        return found

    def settle(self, drawn: Tensor, means: Tensor, precision: Tensor) -> Tensor:
        """Return units of which what is known is as it is known, (batch, unit).

        Parameters
        ----------
        drawn : Tensor of shape (batch, unit)
            Units that were drawn as if nothing was known; numbers are drawn anew.
        means, precision : Tensor of shape (batch, unit) and (unit,)
            Of numbers, independent of one another; always the same precision.
        """
        found = torch.where(self.held, self.values, drawn)
        if self.some_summed:
            start, weight = self.values[:, self.summed], precision[self.summed, None]
            factor = self._factor
            if factor is None:
                factor = torch.linalg.cholesky(self.free.T @ (weight * self.free))
                self._factor = factor
            pull = self.free.T @ (weight * (means[:, self.summed] - start).T)  # (free, batch)
            noise = torch.linalg.solve_triangular(factor.T, torch.randn_like(pull), upper=True)
            z = torch.cholesky_solve(pull, factor) + noise
            found[:, self.summed] = start + (self.free @ z).T
        return found


def clamp_numbers(
    away: np.ndarray, known: np.ndarray, back: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shortest whitened numbers that agree with what is known, and what is free.

    Parameters
    ----------
    away : ndarray of shape (n, number)
        Features of numbers less their means.
    known : ndarray of bool, shape (number,)
        Which of them are known.
    back : ndarray of shape (number, number)
        From whitened numbers to features.

    Returns
    -------
    shortest : ndarray of shape (n, number)
    free : ndarray of shape (number, free)
        Orthonormal directions in which what is known does not change.
    """
    sums = back[:, known]  # (number, known)
    turn, triangle = np.linalg.qr(sums, mode="complete")
    count = sums.shape[1]
    solved = np.linalg.solve(triangle[:count].T, away[:, known].T)  # (known, n)
    return (turn[:, :count] @ solved).T, turn[:, count:]
