"""The variational bound of a model that goes from noise to samples step by step.

For steps between noise levels s_1 < ... < s_T (Ho et al., 2020):

    -log p(x) <= KL(x + s_T e; noise) + sum_t KL(true step back; step of the model)
                 - E log p(x | x + s_1 e)

Both steps are normal. The true one, given x, has its mean at x + (s_(t-1) / s_t)^2 (x_t - x), the
model's has what is foretold in place of x. The model's variance is the best one, given how far
foretold samples are from true ones usually (Bao et al., 2022). Fewer levels make a model of fewer
steps, and a looser bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from likely.nets.denoising import Denoise

Last = Callable[[Tensor, Tensor, float], Tensor]
"""From samples (batch, ...), what is foretold of them, and its spread, to log p, (batch, ...)."""

_LEAST = 1e-12


def variational_bound(
    denoise: Denoise,
    x: Tensor,
    levels: Sequence[float],
    usual: Sequence[float],
    noise: Callable[[int], Tensor],
    last: Last,
) -> Tensor:
    """Return the bound of log p(x) in nats, (batch,).

    Parameters
    ----------
    denoise : callable
        The model.
    x : Tensor of shape (batch, ...)
        Samples.
    levels : sequence of float
        Rising.
    usual : sequence of float
        Mean squared error of a number of what is foretold, at each level.
    noise : callable
        From a step to several draws of noise, (k, ...), each of the shape of one sample.
    last : callable
        The last step, from the least noise to samples.
    """
    total = _prior(x, levels[-1])
    for i, (before, level) in enumerate(pairwise(levels)):
        gone = 1 - (before / level) ** 2  # share of the variance that the step takes away
        true = before**2 * gone
        drawn = noise(i + 1)
        errors = [(denoise(x + level * one, level) - x).double() ** 2 for one in drawn]
        of_model = true + gone**2 * usual[i + 1]
        mean = torch.stack(errors).mean(dim=0)
        by_number = (true + gone**2 * mean) / of_model - 1 - math.log(true / of_model)
        total += 0.5 * by_number.flatten(1).sum(dim=1)
    ends = [last(x, denoise(x + levels[0] * one, levels[0]), usual[0] ** 0.5) for one in noise(0)]
    return torch.stack(ends).mean(dim=0).double().flatten(1).sum(dim=1) - total


def gaussian(x: Tensor, foretold: Tensor, spread: float) -> Tensor:
    """Return the log-density of numbers about what is foretold."""
    return torch.distributions.Normal(foretold, spread).log_prob(x)


def of_bytes(width: Tensor, low: Tensor, high: Tensor) -> Last:
    """Return the last step to whole levels: how much of a Gaussian lies in each of them.

    Parameters
    ----------
    width : Tensor
        Of a level.
    low, high : Tensor
        The middles of the first and the last level, which reach out without end.
    """

    def log_prob(x: Tensor, foretold: Tensor, spread: float) -> Tensor:
        upper = torch.special.ndtr((x + width / 2 - foretold) / spread)
        lower = torch.special.ndtr((x - width / 2 - foretold) / spread)
        upper = torch.where(x > high - width / 2, torch.ones_like(upper), upper)
        lower = torch.where(x < low + width / 2, torch.zeros_like(lower), lower)
        return (upper - lower).clamp(min=_LEAST).log()

    return log_prob


def _prior(x: Tensor, level: float) -> Tensor:
    """Return the divergence of what is left at the last level from noise alone, in nats."""
    signal = 1 / (1 + level**2)  # variance
    rest = 1 - signal
    by_number = signal * x.double() ** 2 + rest - 1 - math.log(rest)
    return 0.5 * by_number.flatten(1).sum(dim=1)
