"""Flows over images: couplings of convolutions, at several scales (Dinh et al., 2017).

At each scale 2x2 pixels become four times as many channels, half of which are done after some maps
while the others go on to the next scale. Latent numbers stay where they are in the image, so they
have its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.bijections import ActNorm, Bijection, Chain
from likely.nets.conditioners import Coupling, silence
from likely.nets.image_maps import (
    ChannelCoupling,
    CheckerboardCoupling,
    Flat,
    Half,
    Mixing,
    Squeezed,
)
from likely.nets.univariate import Affine, Univariate

Maps = Callable[[int, tuple[int, int]], list[Bijection]]
"""From channels and the sizes of the axes to the maps of one scale."""


class Residual(nn.Module):
    """Convolutions of 3x3 pixels whose outputs are added to what they are given.

    Parameters
    ----------
    channels : int
        Before and behind.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum."""
        return x + self.second(F.silu(self.first(F.silu(x))))


def residual_network(hidden: Sequence[int]) -> Callable[[int, int], nn.Module]:
    """Return a maker of networks of residual blocks, one for each size, whose outputs start at 0.

    Parameters
    ----------
    hidden : sequence of int
        Channels of each block.
    """

    def make(before: int, behind: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Conv2d(before, hidden[0], 3, padding=1)]
        for i, size in enumerate(hidden):
            if i and size != hidden[i - 1]:
                layers.append(nn.Conv2d(hidden[i - 1], size, 1))
            layers.append(Residual(size))
        last = nn.Conv2d(hidden[-1], behind, 3, padding=1)
        silence(last)
        return nn.Sequential(*layers, nn.SiLU(), last)

    return make


def plain_network(hidden: Sequence[int]) -> Callable[[int, int], nn.Module]:
    """Return a maker of networks as of Glow: 3x3, 1x1 and 3x3 pixels, whose outputs start at 0.

    Parameters
    ----------
    hidden : sequence of int
        Channels between the layers.
    """

    def make(before: int, behind: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Conv2d(before, hidden[0], 3, padding=1), nn.ReLU()]
        for size, after in pairwise(hidden):
            layers += [nn.Conv2d(size, after, 1), nn.ReLU()]
        last = nn.Conv2d(hidden[-1], behind, 3, padding=1)
        silence(last)
        return nn.Sequential(*layers, last)

    return make


def multi_scale(
    channels: int, size: tuple[int, int], scales: int, maps: Maps, before: Maps | None = None
) -> Bijection:
    """Return maps at several scales; halves of the channels leave between one and the next.

    Parameters
    ----------
    channels : int
        Of the images.
    size : (int, int)
        Sizes of the axes; they are halved while they are even.
    scales : int
        How often at most.
    maps : callable
        Makes the maps of squeezed images at each scale.
    before : callable, optional
        Makes the maps before an image is squeezed, and those of the last scale.
    """
    parts = before(channels, size) if before else []
    if scales == 0 or size[0] % 2 or size[1] % 2:
        return Chain(parts or maps(channels, size))
    channels, size = 4 * channels, (size[0] // 2, size[1] // 2)
    inner = maps(channels, size)
    if scales > 1 or before:
        inner.append(Half(multi_scale(channels // 2, size, scales - 1, maps, before)))
    return Chain([*parts, Squeezed(Chain(inner))])


def glow_steps(depth: int, hidden: Sequence[int], given: int = 0) -> Maps:
    """Return a maker of Glow's steps: normalise, mix channels, couple.

    Parameters
    ----------
    depth : int
        Steps a scale.
    hidden : sequence of int
        Channels of the convolutions.
    given : int, default 0
        Numbers that images are given.
    """
    network = plain_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found += [ActNorm((channels, 1, 1)), Mixing(channels)]
            if channels > 1:
                found.append(ChannelCoupling(channels, network, Affine(), given=given))
            elif size != (1, 1):
                found.append(
                    CheckerboardCoupling(
                        1, size, network, Affine(), turned=step % 2 == 1, given=given
                    )
                )
        if channels > 1:  # what leaves is scaled by what stays
            found.append(ChannelCoupling(channels, network, Affine(), given=given))
        return found

    return make


def board_steps(depth: int, hidden: Sequence[int], given: int = 0) -> Maps:
    """Return a maker of couplings by checkerboards, turn by turn.

    Parameters
    ----------
    depth : int
        Couplings.
    hidden : sequence of int
        Channels of the residual blocks.
    given : int, default 0
        Numbers that images are given.
    """
    network = residual_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found.append(ActNorm((channels, 1, 1)))
            if size != (1, 1):
                turned = step % 2 == 1
                found.append(
                    CheckerboardCoupling(
                        channels, size, network, Affine(), turned=turned, given=given
                    )
                )
        return found

    return make


def channel_steps(depth: int, hidden: Sequence[int], given: int = 0) -> Maps:
    """Return a maker of couplings by channels, turn by turn.

    Parameters
    ----------
    depth : int
        Couplings; in the last one what leaves is mapped as what stays says.
    hidden : sequence of int
        Channels of the residual blocks.
    given : int, default 0
        Numbers that images are given.
    """
    network = residual_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found.append(ActNorm((channels, 1, 1)))
            turned = step % 2 != depth % 2
            found.append(ChannelCoupling(channels, network, Affine(), turned=turned, given=given))
        return found

    return make


def flat_couplings(
    width: int,
    layers: int,
    univariate: Univariate,
    hidden: Sequence[int],
    dropout: float,
    given: int = 0,
) -> Bijection:
    """Return couplings of all numbers of an image, every other one by turns, and a scale for each.

    Parameters
    ----------
    width : int
        Numbers of an image.
    layers, univariate, hidden, dropout, given
        As in `likely.nets.conditioners.Coupling`.
    """
    parts: list[Bijection] = [ActNorm((width,))]
    for layer in range(layers):
        stay = list(range(layer % 2, width, 2)) if width > 1 else []
        parts.append(Coupling(width, stay, univariate, hidden, dropout, given=given))
    return Flat(Chain([*parts, ActNorm((width,))]))
