"""Ways from noise to samples: one function each, for every model that can take noise off.

Samples with noise are x + s e (see `likely.nets.noise`), and a sampler passes through falling noise
levels s, the last of them 0. What it knows of the model is `denoise(x, s)`, the mean of the samples
that x may come from; (x - denoise(x, s)) / s is the noise that the model sees in x.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]
"""From samples with noise (batch, ...) and their level to samples."""

Draw = Callable[[Tensor], Tensor]
"""Standard normal numbers in the shape of a tensor."""

SAMPLERS = ("ancestral", "ddim", "dpm_solver", "heun")
"""Names of the samplers, as models take them."""

Sampler = Literal["ancestral", "ddim", "dpm_solver", "heun"]


def ancestral(denoise: Denoise, x: Tensor, levels: Sequence[float], draw: Draw) -> Tensor:
    """Return samples by going back step by step as noise was added (DDPM; Ho et al., 2020).

    Parameters
    ----------
    denoise : callable
        The model.
    x : Tensor of shape (batch, ...)
        Samples at the first level.
    levels : sequence of float
        Falling noise levels, the last of them 0.
    draw : callable
        Where noise comes from.
    """
    return ddim(denoise, x, levels, draw, eta=1.0)


def ddim(
    denoise: Denoise, x: Tensor, levels: Sequence[float], draw: Draw | None = None, eta: float = 0.0
) -> Tensor:
    """Return samples by steps that keep some of the noise seen (DDIM; Song et al., 2021).

    Parameters
    ----------
    denoise, x, levels, draw
        As of `ancestral`; without new noise, `eta` 0, none is drawn.
    eta : float in [0, 1], default 0.0
        How much of the noise is new: 0 makes the way one that can be gone back, 1 is `ancestral`.
    """
    for level, after in pairwise(levels):
        x = step(x, denoise(x, level), level, after, eta, draw)
    return x


def step(
    x: Tensor, sample: Tensor, level: float, after: float, eta: float, draw: Draw | None
) -> Tensor:
    """Return samples with noise one step later, given what they are without.

    Parameters
    ----------
    x, sample : Tensor of shape (batch, ...)
        With noise, and without.
    level, after : float
        Noise levels now and then.
    eta, draw
        As of `ddim`.
    """
    new = eta * after * max(0.0, 1 - (after / level) ** 2) ** 0.5
    kept = max(0.0, after**2 - new**2) ** 0.5
    moved = sample + kept / level * (x - sample)
    return moved + new * draw(x) if new and draw is not None else moved


def dpm_solver(
    denoise: Denoise, x: Tensor, levels: Sequence[float], draw: Draw | None = None
) -> Tensor:
    """Return samples by DPM-Solver++ of second order with two steps (Lu et al., 2022).

    What is without noise is extrapolated from the last two steps, along the logarithm of the level.

    Parameters
    ----------
    denoise, x, levels
        As of `ancestral`.
    draw : ignored
        No noise is added.
    """
    before, pace = None, 0.0
    for level, after in pairwise(levels):
        sample = denoise(x, level)
        toward = sample
        stride = math.log(level / after) if after > 0 else 0.0
        if before is not None and stride:
            toward = sample + 0.5 * stride / pace * (sample - before)
        x = toward + after / level * (x - toward)
        before, pace = sample, stride
    return x


def heun(denoise: Denoise, x: Tensor, levels: Sequence[float], draw: Draw | None = None) -> Tensor:
    """Return samples by Heun's steps, each corrected by where it leads (after Karras et al., 2022).

    The equation is d(x / s) / d(1 / s) = denoise(x, s), whose steps stay bounded between levels
    that are far apart. It asks the model twice a step, save the last one.

    Parameters
    ----------
    denoise, x, levels
        As of `ancestral`; they may rise, too, and lead from samples to noise.
    draw : ignored
        No noise is added.
    """
    for level, after in pairwise(levels):
        sample = denoise(x, level)
        if after > 0:
            there = denoise(sample + after / level * (x - sample), after)
            sample = (sample + there) / 2
        x = sample + after / level * (x - sample)
    return x
