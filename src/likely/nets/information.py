"""How much is learnt of a sample from what is told of it, by a network that takes noise off.

Knowing c, noise of every level is taken off x better, and what that adds up to is how much likelier
c makes x (Kong et al., 2024):

    log p(x | c) / p(x) = E_e integral (|D(x + s e) - x|^2 - |D(x + s e, c) - x|^2) / s^2 d log s
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from likely.nets.denoising import Denoise
from likely.nets.multiscale import squares

LEVELS = tuple(np.geomspace(0.1, 12.8, 8).tolist())
"""Noise levels that are summed over, in spreads of the data, at even steps of the logarithm."""


def information(told: Denoise, free: Denoise, x: Tensor, noise: Tensor) -> Tensor:
    """Return log p(x | c) / p(x) as errors of eight levels have it, in nats, (batch,) float64.

    Parameters
    ----------
    told, free : callable
        Take noise off, knowing c and not knowing it.
    x : Tensor of shape (batch, ...)
        Samples.
    noise : Tensor of shape (level, draw, ...)
        The noise of every sample, at each level.
    """
    total = torch.zeros(len(x), dtype=torch.float64, device=x.device)
    stride = np.log(LEVELS[1] / LEVELS[0])
    weights = stride / np.square(LEVELS)
    weights[[0, -1]] /= 2  # trapezes
    weights = torch.from_numpy(weights).to(x.device)
    for one in noise.unbind(1):
        gained = squares(free, x, one, LEVELS) - squares(told, x, one, LEVELS)
        total += (gained.flatten(2).double().sum(dim=2) * weights).sum(dim=1) / noise.shape[1]
    return total
