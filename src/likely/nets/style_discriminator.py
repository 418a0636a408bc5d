"""Discriminator of StyleGAN: residual, and told how much the images of a batch differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, leaky_relu

from likely.nets.adversarial import Discriminator
from likely.nets.convolution import stages
from likely.nets.even_layers import GAIN, EvenConvolution, EvenLinear
from likely.nets.players import SLOPE, Verdict

_REMEMBERED = 0.005  # share of the latest step in the usual spread of a batch
_TINY = 1e-8
_LOOKS = 2  # places along each axis, at which maps count as features


class StyleDiscriminator(Discriminator):
    """Images (batch, channel, height, width) to verdicts by residual blocks that halve them.

    A verdict also knows how much the images of its batch differ, so that a generator must not
    repeat itself; what is seen of an image as features does not.

    Parameters
    ----------
    shape, given, widths
        As of the generator.
    """

    spread: Tensor

    def __init__(self, shape: tuple[int, ...], given: int, widths: Sequence[int]) -> None:
        super().__init__()
        sizes = stages(shape[1:], len(widths) - 1)
        widths = tuple(widths)[: len(sizes)]
        self.start = EvenConvolution(shape[0], widths[0], 3, gain=GAIN)
        self.blocks = nn.ModuleList(Halving(*pair) for pair in pairwise(widths))
        self.end = EvenConvolution(widths[-1] + 1, widths[-1], 3, gain=GAIN)
        self.last = EvenLinear(widths[-1] * prod(sizes[-1]), widths[-1])
        self.verdict = Verdict(widths[-1], given)
        self.register_buffer("spread", torch.zeros(()))

    def features(self, x: Tensor) -> Tensor:
        """Return what is seen of images in each quarter of them, (batch, feature)."""
        return adaptive_avg_pool2d(self._maps(x), _LOOKS).flatten(1)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the verdicts on images; on trained networks, not by what else is in the batch."""
        x = self._maps(x)
        spread = self._spread(x).expand(len(x), 1, *x.shape[2:])
        x = leaky_relu(self.end(torch.cat([x, spread], dim=1)), SLOPE)
        return self.verdict(leaky_relu(self.last(x.flatten(1)), SLOPE) * GAIN, given)

    def _maps(self, x: Tensor) -> Tensor:
        x = leaky_relu(self.start(2 * x - 1), SLOPE)
        for block in self.blocks:
            x = block(x)
        return x

    def _spread(self, x: Tensor) -> Tensor:
        """Return the mean standard deviation over a batch; the usual one when not learning."""
        if not self.training:
            return self.spread
        found = (x.var(dim=0, unbiased=False) + _TINY).sqrt().mean()
        self.spread.lerp_(found.detach().to(self.spread), _REMEMBERED)
        return found


class Halving(nn.Module):
    """A block beside which its input passes, both at half the size."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.change = EvenConvolution(before, after, 3, stride=2)
        self.past = EvenConvolution(before, after, 1, gain=1 / GAIN)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps (batch, after, height, width)."""
        past = self.past(avg_pool2d(x, 2, ceil_mode=True))
        return past + leaky_relu(self.change(x), SLOPE)
