"""What a network says of the time for which a row has diffused.

Times are spreads of noise, and even in their logarithm between the least and the most. The answer
is a distribution over times: a share for every class of them, or an inverse gamma distribution of
their square. The latter is exact if noise went from one known row: with d directions and a squared
distance r^2, sigma^2 then has the shape d/2 and the scale r^2/2, but for what is known of times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_LEAST_SHAPE = 0.1
_MOST_LOG = 30.0  # of a scale, which then stays finite


@dataclass(frozen=True)
class Classes:
    """Times in classes of equal width in their logarithm.

    Parameters
    ----------
    least, most : float
        The range of times.
    count : int
        How many classes.
    """

    least: float
    most: float
    count: int

    @property
    def outputs(self) -> int:
        """Return how many numbers the network puts out."""
        return self.count

    def losses(self, found: Tensor, place: Tensor) -> Tensor:
        """Return the cross-entropy of every row, given its time's place in the range, in [0, 1)."""
        target = (place * self.count).long().clamp(max=self.count - 1)
        return functional.cross_entropy(found, target, reduction="none")

    def log_time(self, found: Tensor) -> Tensor:
        """Return the expected logarithm of the time, shape (batch,)."""
        low, high = math.log(self.least), math.log(self.most)
        places = (torch.arange(self.count, dtype=found.dtype, device=found.device) + 0.5) / (
            self.count
        )
        return found.softmax(dim=1) @ (low + places * (high - low))


@dataclass(frozen=True)
class InverseGamma:
    """An inverse gamma distribution of squared times.

    Parameters
    ----------
    least, most : float
        The range of times.
    """

    least: float
    most: float

    @property
    def outputs(self) -> int:
        """Return how many numbers the network puts out."""
        return 2

    def losses(self, found: Tensor, place: Tensor) -> Tensor:
        """Return minus the log-density of the square of every row's time, shape (batch,)."""
        shape, log_scale = self._parameters(found)
        low, high = math.log(self.least), math.log(self.most)
        log_square = 2 * (low + place * (high - low))
        fitted = shape * log_scale - torch.lgamma(shape) - shape * log_square
        return (log_scale - log_square).clamp(max=_MOST_LOG).exp() - fitted

    def log_time(self, found: Tensor) -> Tensor:
        """Return the expected logarithm of the time, shape (batch,)."""
        shape, log_scale = self._parameters(found)
        return 0.5 * (log_scale - torch.digamma(shape))

    def _parameters(self, found: Tensor) -> tuple[Tensor, Tensor]:
        shape = functional.softplus(found[:, 0]) + _LEAST_SHAPE
        # beside the logarithm of the shape, so that the mean time is learnt apart from its spread
        log_scale = found[:, 1].clamp(-_MOST_LOG, _MOST_LOG) + shape.log()
        return shape, log_scale
