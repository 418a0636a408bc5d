"""Layers of full connections that let each feature see only those before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Draw = Callable[[Tensor, int], Tensor]
"""From what the network says of a feature, (batch, size), and its position, to values (batch,)."""


class MaskedDense(nn.Module):
    """Dense layers under masks: what is said of a feature depends on those before it (MADE).

    Every hidden unit has a degree, how many features it may see. A connection from a feature or a
    unit exists if it does not lead to a smaller degree, and to the output of a feature only from
    what has a smaller degree than the rank of the feature. There are direct connections too, and
    layers of equal size add to what they are given.

    Parameters
    ----------
    ranks : ndarray of int, shape (order, feature)
        For each order the rank of every feature in it, from 1.
    hidden : sequence of int
        Sizes of the hidden layers.
    size : int
        Numbers to say of each feature.
    dropout : float in [0, 1), default 0.0
        Share of the hidden units that is left out at random in training.
    shuffled : bool, default False
        Whether hidden units have other degrees in every order.
    given : int, default 0
        Numbers that rows are given, which every unit and every output may see.
    """

    ranks: Tensor

    def __init__(
        self,
        ranks: np.ndarray,
        hidden: Sequence[int],
        size: int,
        dropout: float = 0.0,
        *,
        shuffled: bool = False,
        given: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.hidden = size, tuple(hidden)
        orders, self.width = ranks.shape
        self.register_buffer("ranks", torch.tensor(ranks), persistent=False)
        for i, units in enumerate(self.hidden):
            degrees = _degrees(units, self.width, orders, shuffled=shuffled)
            self.register_buffer(f"degrees{i}", torch.tensor(degrees), persistent=False)
        sizes = (self.width, *self.hidden)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.last = nn.Linear(sizes[-1], size * self.width) if hidden else None
        self.direct = nn.Linear(self.width, size * self.width)
        nn.init.zeros_(self.direct.weight)
        self.dropout = nn.Dropout(dropout)
        self.told: nn.Linear | None = None
        if given:
            self.told = nn.Linear(given, sum(self.hidden[:1]) + size * self.width, bias=False)
            nn.init.zeros_(self.told.weight)

    def forward(self, x: Tensor, order: int = 0, given: Tensor | None = None) -> Tensor:
        """Return what is said of every feature, (batch, feature) to (batch, size, feature)."""
        inner, told = self._told(given)
        rank = self.ranks[order]
        outer = rank.repeat(self.size)[:, None]
        out = F.linear(x, self.direct.weight * (outer > rank), self.direct.bias) + told
        below, h = rank, x
        for i, layer in enumerate(self._each()):
            degrees = self._degrees(i, order)
            weight = layer.weight * (degrees[:, None] >= below)
            added = F.linear(h, weight, layer.bias)
            h = self._joined(i, h, added if i else added + inner)
            below = degrees
        if self.last is not None:
            out = out + F.linear(h, self.last.weight * (outer > below), self.last.bias)
        return out.unflatten(1, (self.size, self.width))

    def one_by_one(
        self, x: Tensor, known: Tensor, order: int, draw: Draw, given: Tensor | None = None
    ) -> Tensor:
        """Return features drawn one after the other, as an order has them.

        Units are computed as soon as all that they see is there, so that all of it costs no more
        than one pass.

        Parameters
        ----------
        x : Tensor of shape (batch, feature)
            As the network sees them; only what is known counts.
        known : bool Tensor of shape (batch, feature)
            What is kept.
        order : int
            Which order.
        draw : callable
            Draws values of a feature, as the network sees them.
        given : Tensor of shape (batch, given), optional
            What rows are given.
        """
        inner, told = self._told(given)
        seen = torch.zeros_like(x)
        states = [x.new_zeros(len(x), units) for units in self.hidden]
        rows = torch.arange(self.size, device=x.device) * self.width
        for rank, feature in enumerate(self.ranks[order].argsort().tolist(), start=1):
            out = F.linear(
                seen, self.direct.weight[rows + feature], self.direct.bias[rows + feature]
            )
            out = out + (told if given is None else told[:, rows + feature])
            if self.last is not None:
                weight, bias = self.last.weight[rows + feature], self.last.bias[rows + feature]
                out = out + F.linear(states[-1], weight, bias)  # later units are still 0
            drawn = draw(out, feature)
            seen[:, feature] = torch.where(known[:, feature], x[:, feature], drawn)
            below = seen
            for i, layer in enumerate(self._each()):
                units = torch.nonzero(self._degrees(i, order) == rank)[:, 0]
                if len(units):
                    added = F.linear(below, layer.weight[units], layer.bias[units])
                    if i == 0 and given is not None:
                        added = added + inner[:, units]
                    before = below[:, units] if self._adds(i) else None
                    states[i][:, units] = (
                        F.silu(added) if before is None else before + F.silu(added)
                    )
                below = states[i]
        return seen

    def _told(self, given: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return what is added to the first hidden layer and to the outputs."""
        if self.told is None or given is None:
            nothing = self.direct.bias.new_zeros(())
            return nothing, nothing
        return self.told(given).split([sum(self.hidden[:1]), self.size * self.width], dim=1)

    def _each(self) -> list[nn.Linear]:
        return cast("list[nn.Linear]", list(self.layers))

    def _joined(self, i: int, h: Tensor, added: Tensor) -> Tensor:
        added = self.dropout(F.silu(added))
        return h + added if self._adds(i) else added

    def _adds(self, i: int) -> bool:
        return i > 0 and self.hidden[i] == self.hidden[i - 1]

    def _degrees(self, i: int, order: int) -> Tensor:
        return getattr(self, f"degrees{i}")[order]


def rank_features(natural: np.ndarray, orders: int, seed: int) -> np.ndarray:
    """Return the ranks of features in several orders, (order, feature).

    Parameters
    ----------
    natural : ndarray of int, shape (feature,)
        Ranks in the first order, from 1.
    orders : int in [1, inf)
        How many; all but the first are random.
    seed : int
        Of the random ones.
    """
    rng = np.random.default_rng(seed)
    others = [1 + rng.permutation(len(natural)) for _ in range(orders - 1)]
    return np.stack([natural, *others])


def _degrees(units: int, width: int, orders: int, *, shuffled: bool) -> np.ndarray:
    """Return degrees of hidden units, evenly from 1 to width - 1, (order, unit)."""
    even = 1 + np.arange(units) * max(width - 1, 1) // units
    if not shuffled:
        return np.tile(even, (orders, 1))
    rng = np.random.default_rng(units)  # layers of one size have the same, so that they can add
    return np.stack([rng.permutation(even) if k else even for k in range(orders)])
