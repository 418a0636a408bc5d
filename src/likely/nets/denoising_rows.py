"""The network that takes noise off rows: layers of full connections that are told the level."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.denoiser import LevelEmbedding
from likely.nets.text_reader import TextReader


class DenseDenoiser(nn.Module):
    """Rows with noise (batch, width) to what is foretold of them; of samples with axes, flat ones.

    Parameters
    ----------
    shape : sequence of int
        Of a sample.
    hidden : sequence of int
        Numbers behind each layer.
    given : int
        Numbers known of a sample; 0: none.
    reader : TextReader, optional
        Reads what is known of a sample, a caption.
    """

    def __init__(
        self,
        shape: Sequence[int],
        hidden: Sequence[int],
        given: int,
        reader: TextReader | None = None,
    ) -> None:
        super().__init__()
        width = 1
        for size in shape:
            width *= size
        told = max(64, hidden[0] // 2)
        self.reader = reader
        self.embedding = LevelEmbedding(told, reader.width if reader else given + (given > 0))
        self.start = nn.Linear(width, hidden[0])
        before = (hidden[0], *hidden[:-1])
        self.blocks = nn.ModuleList(
            _Block(*sizes, told) for sizes in zip(before, hidden, strict=True)
        )
        self.norm = nn.LayerNorm(hidden[-1])
        self.end = nn.Linear(hidden[-1], width)
        nn.init.zeros_(self.end.weight)
        nn.init.zeros_(self.end.bias)

    def forward(self, x: Tensor, log_level: Tensor, known: Tensor | None = None) -> Tensor:
        """Return what is foretold."""
        if self.reader is not None:
            known = self.reader(self.reader.nothing(len(x), x) if known is None else known).whole
        told = self.embedding(log_level, known)
        found = self.start(x.flatten(1))
        for block in self.blocks:
            found = block(found, told)
        return self.end(F.silu(self.norm(found))).view_as(x)


class _Block(nn.Module):
    """A normalised layer whose scale and shift are told, added to what came in."""

    def __init__(self, before: int, after: int, told: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(before)
        self.told = nn.Linear(told, 2 * before)
        self.first = nn.Linear(before, 2 * after)
        self.second = nn.Linear(2 * after, after)
        self.past = nn.Identity() if before == after else nn.Linear(before, after)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.told(told).chunk(2, dim=1)
        new = self.norm(x) * (1 + scale) + shift
        return self.past(x) + self.second(F.silu(self.first(new)))
