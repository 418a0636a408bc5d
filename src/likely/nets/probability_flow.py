"""The way from data to noise that gives every sample one code, and a density (Song et al., 2021).

Along dx / ds = e(x, s), where e is the noise seen in x, samples of every level s are distributed as
samples with added noise are. So what it does to volumes says how dense samples lie:

    log p(x) = log N(x at the last level; 0, s^2) + integral of the divergence of e over s

In this module levels rise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from likely.nets.denoising import Denoise

EXACT = 8
"""Up to so many numbers in a sample the divergence is exact; of more it is estimated."""


def codes(denoise: Denoise, x: Tensor, levels: Sequence[float]) -> Tensor:
    """Return what samples become at the last level, in units of it: standard normal numbers.

    Parameters
    ----------
    denoise : callable
        The model.
    x : Tensor of shape (batch, ...)
        Samples, taken to be of the first level.
    levels : sequence of float
        Rising, none of them 0, at even steps of their logarithm.
    """
    for level, after in pairwise(levels):
        x = _moved(denoise, x, denoise(x, level), level, after)[0]
    return x / levels[-1]


def samples(denoise: Denoise, z: Tensor, levels: Sequence[float]) -> Tensor:
    """Return the samples that codes stand for; the way of `codes` back.

    Parameters
    ----------
    denoise
        As of `codes`.
    z : Tensor of shape (batch, ...)
        Codes.
    levels
        As of `codes`.
    """
    x = z * levels[-1]
    for level, after in pairwise(levels[::-1]):
        x = _moved(denoise, x, denoise(x, level), level, after)[0]
    return x


def log_density(
    denoise: Denoise, x: Tensor, levels: Sequence[float], probes: Tensor | None
) -> Tensor:
    """Return the log-density of samples in nats, (batch,).

    Parameters
    ----------
    denoise : callable
        The model, through which gradients pass.
    x : Tensor of shape (batch, ...)
        Samples, taken to be of the first level.
    levels : sequence of float
        As of `codes`.
    probes : Tensor of shape (k, ...) or None
        Signs +1 and -1 by which the divergence is estimated (Hutchinson, 1989), the same for all
        samples. None: it is exact, by as many gradients as a sample has numbers.
    """
    width = x[0].numel()
    if probes is None:
        probes = math.sqrt(width) * torch.eye(width).reshape(width, *x.shape[1:])
    probes = probes.to(x)
    total = torch.zeros(len(x), dtype=torch.float64, device=x.device)
    sample, trace = _sample_and_trace(denoise, x, levels[0], probes)
    for level, after in pairwise(levels):
        x, half_way = _moved(denoise, x, sample, level, after)
        middle = _sample_and_trace(denoise, half_way, math.sqrt(level * after), probes)[1]
        before, (sample, trace) = trace, _sample_and_trace(denoise, x, after, probes)
        mean = (before + 4 * middle + trace) / 6  # Simpson's rule
        total += math.log(after / level) * (width - mean)
    last = x.double().flatten(1) / levels[-1]
    normal = -0.5 * (last**2).sum(dim=1) - width * (math.log(levels[-1]) + _HALF_LOG_TURN)
    return normal + total


def _moved(
    denoise: Denoise, x: Tensor, sample: Tensor, level: float, after: float
) -> tuple[Tensor, Tensor]:
    """Return samples one step of Runge and Kutta's fourth order later, and half-way there.

    The equation is dx / d log s = x - denoise(x, s).
    """
    stride, middle = math.log(after / level), math.sqrt(level * after)
    first = x - sample
    half = x + stride / 2 * first
    second = half - denoise(half, middle)
    half = x + stride / 2 * second
    third = half - denoise(half, middle)
    end = x + stride * third
    fourth = end - denoise(end, after)
    return x + stride / 6 * (first + 2 * second + 2 * third + fourth), half


_HALF_LOG_TURN = 0.5 * math.log(2 * math.pi)


def _sample_and_trace(
    denoise: Denoise, x: Tensor, level: float, probes: Tensor
) -> tuple[Tensor, Tensor]:
    """Return samples without noise, and the trace of their derivatives by those with noise."""
    trace = torch.zeros(len(x), dtype=torch.float64, device=x.device)
    with torch.enable_grad():
        at = x.detach().clone().requires_grad_()
        found = denoise(at, level)
        for i, probe in enumerate(probes):
            more = i + 1 < len(probes)
            (slope,) = torch.autograd.grad((found * probe).sum(), at, retain_graph=more)
            trace += (slope * probe).double().flatten(1).sum(dim=1) / len(probes)
    return found.detach(), trace
