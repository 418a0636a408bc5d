"""How well samples are restored from noise of several levels (after Mahmood et al., 2021).

Where a model has learnt what is likely, it knows what lies under the noise; elsewhere it does not,
at one level or another: fine textures show at low levels, shapes at high ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likely.nets.denoising import Denoise
from likely.nets.states import pooled

LEVELS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Noise levels at which samples are looked at, in spreads of the data."""

_PLACES = {1: 8, 2: 4}
_LEAST = 1e-6


def squares(denoise: Denoise, x: Tensor, noise: Tensor, levels: Sequence[float] = LEVELS) -> Tensor:
    """Return squared errors of what is restored from each level, (batch, level, ...).

    Parameters
    ----------
    denoise : callable
        The model.
    x : Tensor of shape (batch, ...)
        Samples.
    noise : Tensor of shape (level, ...)
        The noise of every sample, at each level.
    levels : sequence of float
        How much noise is added.
    """
    pairs = zip(levels, noise, strict=True)
    found = [(denoise(x + level * one, level) - x) ** 2 for level, one in pairs]
    return torch.stack(found, dim=1)


def statistics(errors: Tensor) -> Tensor:
    """Return logarithms of mean squared errors: at every level, and in parts of the axes.

    Parameters
    ----------
    errors : Tensor of shape (batch, level, ...)
        Of rows (batch, level, column), or of samples with axes (batch, level, channel, *axes).

    Returns
    -------
    Tensor of shape (batch, statistic)
        Those of all levels, then those of parts.
    """
    total = errors.flatten(2).mean(dim=2)
    parts = errors.flatten(1)
    if errors.ndim > 3:
        parts = pooled(errors.mean(dim=2), _PLACES[errors.ndim - 3])
    return torch.cat([total, parts], dim=1).add(_LEAST).log()


def parts_of(shape: Sequence[int], levels: int = len(LEVELS)) -> int:
    """Return how many of the statistics are those of parts.

    Parameters
    ----------
    shape : sequence of int
        Of the features of one sample.
    levels : int
        Noise levels.
    """
    if len(shape) == 1:
        return levels * shape[0]
    found = levels
    for size in shape[1:]:
        found *= min(_PLACES[len(shape) - 1], size)
    return found
