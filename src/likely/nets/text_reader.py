"""The network that reads captions: what each word means among the others, and all together."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_WIDER = 2  # the inner layer of a block


class Read(NamedTuple):
    """What was read of captions.

    Parameters
    ----------
    whole : Tensor of shape (batch, width)
        What a caption says altogether.
    states : Tensor of shape (batch, 1 + word, width)
        What each word says, behind the mark that begins every caption.
    there : Tensor of bool, shape (batch, 1 + word)
        Which words there are.
    """

    whole: Tensor
    states: Tensor
    there: Tensor


class TextReader(nn.Module):
    """A small transformer in which every word attends to all others, before it and behind it.

    Every caption begins with a mark of its own, and where nothing else is told, the mark alone is
    read: what it says then is learnt, too.

    Parameters
    ----------
    size : int
        How many numbers words have, 0 for no word included.
    longest : int
        Words of the longest caption.
    width : int, default 64
        Numbers in the state of a word.
    layers, heads : int, default 2, 4
        Blocks, and parts of a state that attend on their own.
    """

    def __init__(
        self, size: int, longest: int, width: int = 64, layers: int = 2, heads: int = 4
    ) -> None:
        super().__init__()
        self.size, self.width = size, width
        self.words = nn.Embedding(size, width)
        self.begin = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.zeros(1 + longest, width))
        self.blocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        for one in (self.begin, self.places):  # as wide as words: their order counts from the start
            nn.init.normal_(one)

    def forward(self, known: Tensor) -> Read:
        """Return what was read.

        Parameters
        ----------
        known : Tensor of shape (batch, longest + 1)
            Numbers of words, 0 where there is none, and whether anything is told.
        """
        ids = known[:, :-1].round().long().clamp(0, self.size - 1)
        there = F.pad(ids > 0, (1, 0), value=True)
        begin = self.begin.expand(len(ids), -1, -1)
        x = torch.cat([begin, self.words(ids)], dim=1) + self.places  # (batch, 1 + word, width)
        for block in self.blocks:
            x = block(x, there)
        x = self.norm(x)
        return Read(x[:, 0], x, there)

    def nothing(self, n: int, like: Tensor) -> Tensor:
        """Return captions that say nothing, as `forward` takes them."""
        return like.new_zeros(n, len(self.places))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.heads = heads
        self.taken = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.inner = nn.Linear(width, _WIDER * width)
        self.back = nn.Linear(_WIDER * width, width)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        parts = self.taken(self.before(x)).unflatten(2, (3, self.heads, -1))
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (batch, head, word, inner)
        seen = there[:, None, None]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.back(F.gelu(self.inner(self.between(x))))


class CrossAttention(nn.Module):
    """Every place of maps takes up what it likes of the words; added to what came in.

    Parameters
    ----------
    channels : int
        Of the maps.
    width : int
        Numbers in the state of a word.
    heads : int
        Parts that attend on their own; divides `channels`.
    """

    def __init__(self, channels: int, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, channels)
        self.taken = nn.Linear(width, 2 * channels)
        self.back = nn.Linear(channels, channels)
        nn.init.zeros_(self.back.weight)
        nn.init.zeros_(self.back.bias)

    def forward(self, x: Tensor, read: Read) -> Tensor:
        """Return maps, (batch, channel, *axes), with what was taken up."""
        rows = self.norm(x.flatten(2).transpose(1, 2))  # (batch, place, channel)
        query = self.query(rows).unflatten(2, (self.heads, -1)).transpose(1, 2)
        taken = self.taken(read.states).unflatten(2, (2, self.heads, -1))
        key, value = taken.permute(2, 0, 3, 1, 4)  # each (batch, head, word, inner)
        seen = read.there[:, None, None]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        new = self.back(mixed.transpose(1, 2).flatten(2))  # (batch, place, channel)
        return x + new.transpose(1, 2).reshape(x.shape)
