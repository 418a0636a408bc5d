"""Layers with an equalised learning rate, and leaky units that keep the size of what passes.

All weights are drawn from N(0, 1) and scaled where they are used, so that Adam moves each as far
beside its usual size (Karras et al., 2018).
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

GAIN = sqrt(2)  # what leaky units take from the size of what passes


class EvenLinear(nn.Module):
    """Full connections with an equalised learning rate.

    Parameters
    ----------
    before, after : int
        Numbers that come in and go out.
    pace : float, default 1.0
        How fast it learns beside others.
    bias : float, default 0.0
        What is added at first.
    """

    def __init__(self, before: int, after: int, pace: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before) / pace)
        self.bias = nn.Parameter(torch.full((after,), bias / pace))
        self.pace = pace

    def forward(self, x: Tensor) -> Tensor:
        """Return what goes out, (batch, after)."""
        scale = self.pace / sqrt(self.weight.shape[1])
        return linear(x, self.weight * scale, self.bias * self.pace)


class EvenConvolution(nn.Module):
    """A convolution with an equalised learning rate; it keeps the size of images, or halves it.

    Parameters
    ----------
    before, after : int
        Channels that come in and go out.
    size : int
        Of the kernel, odd.
    stride : {1, 2}, default 1
        2 halves both axes, rounding up.
    gain : float, default 1.0
        Size of what goes out beside that of what comes in.
    """

    def __init__(
        self, before: int, after: int, size: int, stride: int = 1, gain: float = 1.0
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, size, size))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = gain / sqrt(before * size * size)
        self.stride, self.padding = stride, size // 2

    def forward(self, x: Tensor) -> Tensor:
        """Return what goes out, (batch, after, height, width)."""
        return conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)
