"""The network that takes noise off images and series: down to coarse maps, and up again.

Every block is told the noise level and what is known of the sample. What a block on the way down
made is handed to its partner on the way up, so that details need not pass through the coarsest
maps (Ronneberger et al., 2015; Ho et al., 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.convolution import CONVOLUTIONS
from likely.nets.denoiser import LevelEmbedding
from likely.nets.text_reader import CrossAttention, TextReader

_GROUP = 8  # channels that are normalised together, at least
_HEAD = 32  # numbers that attention compares at once
_LARGE = 16  # places along an axis, from which maps begin at half the size


class UNet(nn.Module):
    """What is seen of samples (batch, before, *axes) to what is foretold, (batch, after, *axes).

    Sizes that cannot be halved so often are filled up with zeros, and cut off at the end. Samples
    of sixteen places or more come in as maps of half their size with more channels, which costs a
    quarter.

    Parameters
    ----------
    shape : sequence of int
        Sizes of the one or two axes.
    before, after : int
        Channels of what is seen, and of what is foretold.
    widths : sequence of int
        Channels at every size, each half the one before.
    blocks : int in [1, 16]
        Residual blocks at every size, down and up.
    given : int
        Numbers known of a sample; 0: none.
    reader : TextReader, optional
        Reads what is known of a sample, a caption. Blocks are told what it says altogether, and
        the coarsest maps attend to its words.
    """

    def __init__(
        self,
        shape: Sequence[int],
        before: int,
        after: int,
        widths: Sequence[int],
        blocks: int,
        given: int,
        reader: TextReader | None = None,
    ) -> None:
        super().__init__()
        axes = len(shape)
        self.fold = 2 if min(shape) >= _LARGE else 1
        halvings = min(len(widths) - 1, max(0, (max(shape) // self.fold - 1).bit_length()))
        widths = tuple(widths)[: halvings + 1]
        unit = self.fold << halvings
        self.room = [-(-size // unit) * unit for size in shape]
        folded, told = self.fold**axes, 4 * widths[0]
        convolution = CONVOLUTIONS[axes - 1]
        self.reader = reader
        self.embedding = LevelEmbedding(told, reader.width if reader else given + (given > 0))
        self.start = convolution(folded * before, widths[0], 3, padding=1)
        self.down, self.smaller = nn.ModuleList(), nn.ModuleList()
        for i, width in enumerate(widths):
            self.down.append(nn.ModuleList(Block(axes, width, width, told) for _ in range(blocks)))
            if i + 1 < len(widths):
                self.smaller.append(convolution(width, widths[i + 1], 3, stride=2, padding=1))
        last = widths[-1]
        self.middle = nn.ModuleList([Block(axes, last, last, told), Attention(axes, last)])
        self.reading = CrossAttention(last, reader.width, _heads(last)) if reader else None
        self.up, self.larger = nn.ModuleList(), nn.ModuleList()
        for i, width in reversed(list(enumerate(widths))):
            parts = (Block(axes, 2 * width, width, told) for _ in range(blocks))
            self.up.append(nn.ModuleList(parts))
            if i:
                self.larger.append(convolution(width, widths[i - 1], 3, padding=1))
        self.norm = _norm(widths[0])
        self.end = convolution(widths[0], folded * after, 3, padding=1)
        nn.init.zeros_(self.end.weight)
        if axes == 2:
            self.to(memory_format=torch.channels_last)  # pyright: ignore - a quarter faster

    def forward(self, x: Tensor, log_level: Tensor, known: Tensor | None = None) -> Tensor:
        """Return what is foretold."""
        sizes, read = x.shape[2:], None
        if self.reader is not None:
            read = self.reader(self.reader.nothing(len(x), x) if known is None else known)
            known = read.whole
        told = self.embedding(log_level, known)
        x = self.start(_folded(_filled_up(x, self.room), self.fold))
        kept = []
        for i, blocks in enumerate(self.down):
            for block in blocks:  # pyright: ignore[reportGeneralTypeIssues] - modules of modules
                x = block(x, told)
                kept.append(x)
            if i < len(self.smaller):
                x = self.smaller[i](x)
        block, attention = self.middle
        x = attention(block(x, told))
        if self.reading is not None:
            x = self.reading(x, read)
        for i, blocks in enumerate(self.up):
            for block in blocks:  # pyright: ignore[reportGeneralTypeIssues]
                x = block(torch.cat([x, kept.pop()], dim=1), told)
            if i < len(self.larger):
                x = self.larger[i](F.interpolate(x, scale_factor=2, mode="nearest"))
        x = _unfolded(self.end(F.silu(self.norm(x))), self.fold)
        return x[(..., *(slice(size) for size in sizes))]


class Block(nn.Module):
    """Two convolutions that are told something, added to what came in.

    Parameters
    ----------
    axes : int in [1, 2]
        Number of axes.
    before, after : int
        Channels.
    told : int
        Numbers that every channel's scale and shift depend on.
    """

    def __init__(self, axes: int, before: int, after: int, told: int) -> None:
        super().__init__()
        convolution = CONVOLUTIONS[axes - 1]
        self.norms = nn.ModuleList([_norm(before), _norm(after)])
        self.first = convolution(before, after, 3, padding=1)
        self.second = convolution(after, after, 3, padding=1)
        self.told = nn.Linear(told, 2 * after)
        self.past = nn.Identity() if before == after else convolution(before, after, 1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """Return new maps, (batch, after, *axes)."""
        new = self.first(F.silu(self.norms[0](x)))
        parts = self.told(told)
        scale, shift = parts.reshape(*parts.shape, *[1] * (x.ndim - 2)).chunk(2, dim=1)
        new = self.second(F.silu(self.norms[1](new) * (1 + scale) + shift))
        return self.past(x) + new


class Attention(nn.Module):
    """Every place takes up what it likes of all others; added to what came in.

    Parameters
    ----------
    axes : int in [1, 2]
        Number of axes.
    width : int
        Channels.
    """

    def __init__(self, axes: int, width: int) -> None:
        super().__init__()
        convolution = CONVOLUTIONS[axes - 1]
        self.heads = _heads(width)
        self.norm = _norm(width)
        self.taken = convolution(width, 3 * width, 1)
        self.back = convolution(width, width, 1)
        nn.init.zeros_(self.back.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps with what was taken up."""
        taken = self.taken(self.norm(x)).flatten(2)  # (batch, 3 * width, place)
        parts = taken.unflatten(1, (3, self.heads, -1)).permute(1, 0, 2, 4, 3)
        query, key, value = parts.contiguous()  # each (batch, head, place, width of a head)
        mixed = F.scaled_dot_product_attention(query, key, value).transpose(2, 3)
        return x + self.back(mixed.reshape(x.shape))


def _heads(width: int) -> int:
    return max(1, width // _HEAD) if width % _HEAD == 0 else 1


def _norm(width: int) -> nn.GroupNorm:
    groups = max(1, width // _GROUP)
    return nn.GroupNorm(gcd(groups, width), width)


def _filled_up(x: Tensor, room: Sequence[int]) -> Tensor:
    """Return maps with zeros behind them, so that they have the sizes of `room`."""
    more: list[Any] = []
    for size, wanted in zip(x.shape[:1:-1], room[::-1], strict=True):
        more += [0, wanted - size]
    return F.pad(x, more) if any(more) else x


def _folded(x: Tensor, fold: int) -> Tensor:
    """Return maps of a part of the size, with as many more channels."""
    if fold == 1:
        return x
    if x.ndim == 4:
        return F.pixel_unshuffle(x, fold)
    return x.unflatten(2, (-1, fold)).movedim(3, 2).flatten(1, 2)


def _unfolded(x: Tensor, fold: int) -> Tensor:
    if fold == 1:
        return x
    if x.ndim == 4:
        return F.pixel_shuffle(x, fold)
    return x.unflatten(1, (-1, fold)).movedim(2, 3).flatten(2)
