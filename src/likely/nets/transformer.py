"""The decoder-only transformer: every token is foretold from those before it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Past = list[tuple[Tensor, Tensor]]
"""Keys and values of every layer, (batch, head, time, width of a head), of tokens already read."""

_BASE = 10_000.0
_SPREAD = 0.02
_WIDER = 4  # the inner layer of a block


class Transformer(nn.Module):
    """Embedding, blocks of causal attention, and logits of the next token by the same embedding.

    Positions are told by turning queries and keys (Su et al., 2021), so only distances count and
    a window may begin anywhere.

    Parameters
    ----------
    tokens : int
        How many there are.
    layers, width, heads : int
        Blocks, numbers in the state of a token, and parts of it that attend on their own; each
        part has an even number.
    dropout : float in [0, 1)
        Share of the numbers that is left out at random in training.

    References
    ----------
    Radford, A. et al. (2019). Language models are unsupervised multitask learners.
    Su, J. et al. (2021). RoFormer. https://arxiv.org/abs/2104.09864
    """

    def __init__(self, tokens: int, layers: int, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.turn = width // heads // 2  # pairs of numbers that are turned
        self.embedding = nn.Embedding(tokens, width)
        self.dropout = nn.Dropout(dropout)
        blocks = [_Block(width, heads, dropout) for _ in range(layers)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width)
        self.apply(_initialise)
        for block in blocks:  # so that the sum over blocks does not grow with their number
            for last in (block.attention.out, block.back):
                nn.init.normal_(last.weight, std=_SPREAD / math.sqrt(2 * layers))

    def forward(self, ids: Tensor, past: Past | None = None) -> Tensor:
        """Return the logits of the token behind each, in float32.

        Parameters
        ----------
        ids : Tensor of int64, shape (batch, time)
            Tokens.
        past : list, optional
            Of tokens before these; the list is brought up to date in place. Empty at first.

        Returns
        -------
        Tensor of shape (batch, time, token)
        """
        return self.logits(self.states(ids, past))

    def states(self, ids: Tensor, past: Past | None = None) -> Tensor:
        """Return the state behind each token, (batch, time, width)."""
        start = past[0][0].shape[2] if past else 0
        turns = self._turns(start, ids.shape[1], ids.device)
        x = self.dropout(self.embedding(ids))  # (batch, time, width)
        for i, block in enumerate(self.blocks):
            x = block(x, turns, past, i)
        return self.norm(x)

    def logits(self, states: Tensor) -> Tensor:
        """Return the logits of the token behind each, in float32, (..., token)."""
        return F.linear(states, self.embedding.weight).float()

    def _turns(self, start: int, count: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Return cosines and sines of the angles of positions, each (time, pair)."""
        rates = _BASE ** (-torch.arange(self.turn, device=device) / self.turn)
        angles = torch.arange(start, start + count, device=device)[:, None] * rates
        kind = self.embedding.weight.dtype
        return angles.cos().to(kind), angles.sin().to(kind)


class _Block(nn.Module):
    """Attention, then a layer for every token on its own; each is added to what was there."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.attention = _Attention(width, heads, dropout)
        self.between = nn.LayerNorm(width)
        self.inner = nn.Linear(width, _WIDER * width)
        self.back = nn.Linear(_WIDER * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, turns: tuple[Tensor, Tensor], past: Past | None, layer: int
    ) -> Tensor:
        x = x + self.dropout(self.attention(self.before(x), turns, past, layer))
        return x + self.dropout(self.back(F.gelu(self.inner(self.between(x)))))


class _Attention(nn.Module):
    """What a token takes from those before it, in several parts."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.share = heads, dropout
        self.taken = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, turns: tuple[Tensor, Tensor], past: Past | None, layer: int
    ) -> Tensor:
        batch, time, width = x.shape
        taken = self.taken(x).view(batch, time, 3, self.heads, width // self.heads)
        query, key, value = taken.permute(2, 0, 3, 1, 4)  # each (batch, head, time, inner)
        query, key = _turned(query, turns), _turned(key, turns)
        causal = True
        if past is not None:
            if layer < len(past):
                key = torch.cat([past[layer][0], key], dim=2)
                value = torch.cat([past[layer][1], value], dim=2)
                past[layer] = (key, value)
                causal = time > 1  # a single token sees all that was before
            else:
                past.append((key, value))
        share = self.share if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, dropout_p=share, is_causal=causal)
        return self.out(mixed.transpose(1, 2).reshape(batch, time, width))


def _turned(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Return pairs of numbers, (batch, head, time, inner), turned by the angle of their place."""
    cosine, sine = turns
    first, second = x.chunk(2, dim=-1)
    turned = [first * cosine - second * sine, first * sine + second * cosine]
    return torch.cat(turned, dim=-1).to(x.dtype)  # of half precision in training on a GPU


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=_SPREAD)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
