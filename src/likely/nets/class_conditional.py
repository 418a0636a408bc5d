"""Generator and discriminator of BigGAN: residual blocks that are all told class and code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, interpolate, relu

from likely.nets.adversarial import Discriminator
from likely.nets.convolution import stages
from likely.nets.players import Verdict
from likely.nets.spectral import spectral

_LOOKS = 2  # places along each axis, at which a discriminator's maps count as features
_COMPARED = 1 / 8  # of the channels, in which attention compares places


class ConditionalNorm(nn.Module):
    """Batches normalised per channel, then stretched and moved as a code says.

    Parameters
    ----------
    width : int
        Channels.
    told : int
        Numbers in a code: a part of z, and what stands for the class.
    """

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width, affine=False)
        self.stretch = _line(told, width, bias=False)
        self.move = _line(told, width, bias=False)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """Return normalised maps, (batch, width, height, width)."""
        stretch, move = self.stretch(told), self.move(told)  # (batch, width)
        return self.norm(x) * (1 + stretch[:, :, None, None]) + move[:, :, None, None]


class Attention(nn.Module):
    """Every place of an image takes up what it likes of all others (Zhang et al., 2019).

    Places are compared in an eighth of the channels, with a quarter of all places. It begins as the
    identity.

    Parameters
    ----------
    width : int
        Channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        narrow, half = max(1, int(width * _COMPARED)), max(1, width // 2)
        self.ask = _maps(width, narrow, 1)
        self.answer = _maps(width, narrow, 1)
        self.value = _maps(width, half, 1)
        self.back = _maps(half, width, 1)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Return maps with what was taken up, (batch, width, height, width)."""
        asked = self.ask(x).flatten(2).transpose(1, 2)  # (batch, place, narrow)
        answers = halved(self.answer(x)).flatten(2)  # (batch, narrow, fewer places)
        values = halved(self.value(x)).flatten(2).transpose(1, 2)  # (batch, fewer places, half)
        taken = torch.softmax(asked @ answers, dim=-1) @ values
        return x + self.strength * self.back(taken.transpose(1, 2).unflatten(2, x.shape[2:]))


class BlockUp(nn.Module):
    """A residual block that brings maps to the next larger size.

    Parameters
    ----------
    before, after : int
        Channels.
    told : int
        Numbers in a code.
    size : (height, width)
        To come to.
    """

    def __init__(self, before: int, after: int, told: int, size: tuple[int, ...]) -> None:
        super().__init__()
        self.size = size
        self.norms = nn.ModuleList(ConditionalNorm(width, told) for width in (before, after))
        self.first = _maps(before, after, 3)
        self.second = _maps(after, after, 3)
        self.past = _maps(before, after, 1)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """Return larger maps."""
        new = self.first(relu(self.norms[0](x, told)))  # at the smaller size: a quarter of the work
        new = self.second(self._larger(relu(self.norms[1](new, told))))
        return new + self._larger(self.past(x))

    def _larger(self, x: Tensor) -> Tensor:
        height, width = self.size  # what halved to this may be one place smaller than twice it
        return interpolate(x, scale_factor=2, mode="nearest")[:, :, :height, :width]


class BlockDown(nn.Module):
    """A residual block that brings maps to half their size, rounded up, or leaves them at one.

    Parameters
    ----------
    before, after : int
        Channels.
    first : bool, default False
        Whether it sees pixels, which are not cut at zero.
    halving : bool, default True
        Whether it halves.
    """

    def __init__(
        self, before: int, after: int, *, first: bool = False, halving: bool = True
    ) -> None:
        super().__init__()
        self.sees_pixels, self.halving = first, halving
        self.first = _maps(before, after, 3)
        self.second = _maps(after, after, 3)
        self.past = _maps(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return smaller maps."""
        new = self._smaller(self.first(x if self.sees_pixels else relu(x)))
        return self.second(relu(new)) + self.past(self._smaller(x))

    def _smaller(self, x: Tensor) -> Tensor:
        return halved(x) if self.halving else x


class BigGenerator(nn.Module):
    """Codes to images (batch, channel, height, width): a part of the code for every block.

    Parameters
    ----------
    latent, given : int
        Numbers in a code, one or more for each of `widths`; and in what is known of an image.
    shape : (channels, height, width)
        Of an image.
    widths : sequence of int
        Channels at every size, from that of the images on; each further one halves it.
    embedding : int
        Numbers that stand for what is known, the same for all blocks.
    attention : int
        Behind how many halvings there is attention; 0: nowhere.
    """

    def __init__(
        self,
        latent: int,
        given: int,
        shape: tuple[int, ...],
        widths: Sequence[int],
        embedding: int,
        attention: int,
    ) -> None:
        super().__init__()
        sizes = stages(shape[1:], len(widths) - 1)
        widths = tuple(widths)[: len(sizes)]
        self.parts = [
            len(part) for part in torch.arange(latent, device="cpu").tensor_split(len(sizes))
        ]
        self.known = nn.Linear(given, embedding, bias=False) if given else None
        if self.known is not None:
            nn.init.normal_(
                self.known.weight
            )  # as wide as the code, so that classes differ at once
        told = embedding if given else 0
        self.smallest = (widths[-1], *sizes[-1])
        self.start = _line(self.parts[0] + told, prod(self.smallest))
        through = list(zip(widths, sizes, strict=True))[::-1]
        self.blocks = nn.ModuleList(
            BlockUp(before, after, part + told, size)
            for ((before, _), (after, size)), part in zip(
                pairwise(through), self.parts[1:], strict=True
            )
        )
        self.attended = len(self.blocks) - 1 - attention
        there = 0 < attention < len(self.blocks)
        self.attention = Attention(widths[attention]) if there else None
        self.norm = nn.BatchNorm2d(widths[0])
        self.pixels = _maps(widths[0], shape[0], 3)
        self.to(memory_format=torch.channels_last)  # pyright: ignore - a quarter faster

    def forward(self, codes: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the images that codes stand for, with values in [0, 1]."""
        parts = codes.split(self.parts, dim=1)
        if self.known is not None and given is not None:
            known = self.known(given)
            parts = [torch.cat([part, known], dim=1) for part in parts]
        x = self.start(parts[0]).unflatten(1, self.smallest)
        for i, (block, told) in enumerate(zip(self.blocks, parts[1:], strict=True)):
            x = block(x, told)
            if self.attention is not None and i == self.attended:
                x = self.attention(x)
        return torch.sigmoid(2 * self.pixels(relu(self.norm(x))))


class BigDiscriminator(Discriminator):
    """Images (batch, channel, height, width) to verdicts, which are given the class (projection).

    Nothing in it depends on the batch.

    Parameters
    ----------
    shape, given, widths, attention
        As of the generator.
    """

    def __init__(
        self, shape: tuple[int, ...], given: int, widths: Sequence[int], attention: int
    ) -> None:
        super().__init__()
        widths = tuple(widths)[: len(stages(shape[1:], len(widths) - 1))]
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise((shape[0], *widths[1:]))):
            layers.append(BlockDown(before, after, first=i == 0))
            if i + 1 == attention < len(widths) - 1:
                layers.append(Attention(after))
        last = shape[0] if len(widths) == 1 else widths[-1]
        layers.append(BlockDown(last, widths[-1], first=len(widths) == 1, halving=False))
        self.maps = nn.Sequential(*layers)
        self.verdict = Verdict(widths[-1], given)
        spectral(self.verdict.line)
        if self.verdict.asked is not None:
            spectral(self.verdict.asked)
        self.to(memory_format=torch.channels_last)  # pyright: ignore

    def features(self, x: Tensor) -> Tensor:
        """Return what is seen of images in each quarter of them, (batch, feature)."""
        return adaptive_avg_pool2d(relu(self.maps(2 * x - 1)), _LOOKS).flatten(1)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the verdicts on images."""
        return self.verdict(relu(self.maps(2 * x - 1)).sum(dim=(2, 3)), given)


def halved(x: Tensor) -> Tensor:
    """Return the means over two by two places, (batch, channel, height, width) halved, rounded up.

    Parameters
    ----------
    x : Tensor
        Maps.
    """
    return avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)


def _maps(before: int, after: int, size: int) -> nn.Conv2d:
    """Return a convolution whose weight begins orthogonal and stays at norm 1."""
    layer = nn.Conv2d(before, after, size, padding=size // 2)
    nn.init.orthogonal_(layer.weight)
    return spectral(layer)


def _line(before: int, after: int, *, bias: bool = True) -> nn.Linear:
    layer = nn.Linear(before, after, bias=bias)
    nn.init.orthogonal_(layer.weight)
    return spectral(layer)
