"""A network that says what every column of a row may be, given any set of the others.

Rows are pieces (`likely.data.pieces`): every column has a few that are numbered, and a number above
them stands for "not known".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

EMBEDDING = 32  # numbers that stand for a piece
RANK = 64  # numbers that the chances of a column are made of, at most
NEVER = -1e4  # logit of a piece that no row has

_FALL = 0.7  # how fast waves get smaller, as a power of how often they turn
_FEW = 100  # rows: an interval of so many is believed as much as its neighbours
_NEAR = np.array([1, 2, 3, 4, 3, 2, 1]) / 16


class AnySetNetwork(nn.Module):
    """Pieces of some columns to the logits of the pieces of all.

    What is known is embedded, each column on its own, and brought together by layers that add to
    what they are given. Of every column a few numbers come out. Weighed by them, curves over its
    pieces change the logits, which begin at what is usual in the column. Of columns of numbers the
    curves, and the embeddings, begin as waves over the ranks of the pieces, so that what is learnt
    of one number holds for its neighbours.

    Parameters
    ----------
    sizes : sequence of int
        How many pieces each column has.
    width : int
        Numbers between the layers.
    blocks : int
        How many layers add to what they are given.
    dropout : float
        Share of the inner numbers left out at random in training.
    """

    def __init__(self, sizes: Sequence[int], width: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.ranks = tuple(min(RANK, size) for size in sizes)
        self.start = torch.tensor([0, *np.cumsum([size + 1 for size in sizes])[:-1]])
        self.embedding = nn.Embedding(sum(sizes) + len(sizes), EMBEDDING)
        reach = 1 / math.sqrt(len(sizes) * EMBEDDING)
        self.together = nn.Parameter(
            torch.empty(len(sizes), EMBEDDING, width).uniform_(-reach, reach)
        )
        self.bias = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(_Block(width, dropout) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleList(nn.Linear(width, rank) for rank in self.ranks)
        shapes = zip(self.ranks, self.sizes, strict=True)
        self.curves = nn.ParameterList(torch.randn(shape) for shape in shapes)
        self.usual = nn.ParameterList(torch.zeros(size) for size in sizes)
        for head in self.heads:
            assert isinstance(head, nn.Linear)
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def settle(
        self,
        counts: Sequence[np.ndarray],
        is_number: Sequence[bool],
        volumes: Sequence[np.ndarray],
    ) -> None:
        """Begin at what is usual, and with waves for numbers.

        Parameters
        ----------
        counts : sequence of ndarray
            How many rows have each piece, column by column.
        is_number : sequence of bool
            Whether the pieces of a column lie in a line, from the third on.
        volumes : sequence of ndarray
            Logarithms of the widths of the pieces; 0 for those that are one value.
        """
        with torch.no_grad():
            for j, (count, start) in enumerate(zip(counts, self.start.tolist(), strict=True)):
                self.usual[j].copy_(torch.from_numpy(_usual(count, volumes[j])))
                if is_number[j]:
                    reached = np.cumsum(count[2:])
                    place = (reached - count[2:] / 2) / max(1, count[2:].sum())
                    codes = slice(start + 2, start + self.sizes[j])
                    self.embedding.weight[codes] = _waves(place, EMBEDDING).T
                    self.curves[j][:, 2:] = _waves(place, self.ranks[j])
                self.embedding.weight[start + self.sizes[j]] = 0.0

    def of_pieces(self) -> list[nn.Parameter]:
        """Return the weights each of which belongs to one piece of one column."""
        lists = (self.embedding, self.curves, self.usual)
        return [weight for part in lists for weight in part.parameters()]

    def forward(self, codes: Tensor) -> Tensor:
        """Return what is made of what is known, (batch, width), of pieces (batch, column)."""
        found = self.bias + self._brought_together(codes + self.start.to(codes.device))
        for block in self.blocks:
            found = block(found)
        return F.silu(self.norm(found))

    def _brought_together(self, places: Tensor) -> Tensor:
        """Return the sum of what columns say, (batch, width), of rows of the embedding."""
        if places.numel() < self.embedding.num_embeddings:
            return torch.einsum("nde,dew->nw", self.embedding(places), self.together)
        sizes = [size + 1 for size in self.sizes]  # of many rows: every piece once
        parts = zip(self.embedding.weight.split(sizes), self.together, strict=True)
        return F.embedding_bag(places, torch.cat([part @ m for part, m in parts]), mode="sum")

    def logits(self, found: Tensor, column: int) -> Tensor:
        """Return the logits of a column, (batch, piece), given what `forward` made."""
        weights = self.heads[column](found) / math.sqrt(self.ranks[column])
        return self.usual[column] + weights @ self.curves[column]


class _Block(nn.Module):
    """A hidden layer behind a normalisation, added to what came in."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, 2 * width)
        self.dropout = nn.Dropout(dropout)
        self.second = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.dropout(F.silu(self.first(self.norm(x)))))


def _usual(count: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """Return the logarithms of the chances of pieces; intervals of few rows learn from neighbours.

    An interval ends where rows happen to lie, so how many there are for its width is a guess.
    """
    found = np.where(count > 0, np.log(np.maximum(count, 1) / max(1, count.sum())), NEVER)
    wide = np.flatnonzero((volume != 0) & (count > 0))
    if len(wide) > len(_NEAR):
        density = found[wide] - volume[wide]
        padded = np.pad(density, len(_NEAR) // 2, mode="edge")
        share = _FEW / (_FEW + count[wide])
        smooth = (1 - share) * density + share * np.convolve(padded, _NEAR, mode="valid")
        smooth += volume[wide]
        found[wide] = smooth - np.logaddexp.reduce(smooth) + np.logaddexp.reduce(found[wide])
    return found


def _waves(place: np.ndarray, count: int) -> Tensor:
    """Return cosines of places in [0, 1], ever faster and smaller, (count, place)."""
    k = np.arange(1, count + 1)[:, None]
    return torch.from_numpy(math.sqrt(2) * np.cos(math.pi * k * place) * k**-_FALL).float()
