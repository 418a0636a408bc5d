"""Flows over columns: networks that say from some columns how others are mapped.

What networks see is cut at five spreads, so that far values steer nothing that was never learnt.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from likely.nets.bijections import Bijection
from likely.nets.layers import Shortcut, dense
from likely.nets.masked import MaskedDense
from likely.nets.univariate import Univariate

SEEN = 5.0
"""Networks see no values beyond this many spreads."""


class Coupling(Bijection):
    """Some columns stay and say how the others are mapped (Dinh et al., 2015).

    Parameters
    ----------
    width : int
        Columns.
    stay : sequence of int
        Which of them stay; there may be none.
    univariate : Univariate
        How a column is mapped.
    hidden : sequence of int
        Sizes of the layers of the network.
    dropout : float in [0, 1), default 0.0
        Share of the inner features left out at random in training.
    direct : bool, default True
        Whether there are connections past the layers, which is much for very many columns.
    """

    stay: Tensor
    move: Tensor

    def __init__(
        self,
        width: int,
        stay: Sequence[int],
        univariate: Univariate,
        hidden: Sequence[int],
        dropout: float = 0.0,
        *,
        direct: bool = True,
    ) -> None:
        super().__init__()
        move = sorted(set(range(width)) - set(stay))
        self.univariate = univariate
        self.register_buffer("stay", torch.tensor(stay, dtype=torch.int64), persistent=False)
        self.register_buffer("move", torch.tensor(move, dtype=torch.int64), persistent=False)
        sizes = (max(len(stay), 1), *hidden, len(move) * univariate.count)
        layers = dense(sizes, dropout)
        silence(layers[-1])
        self.network: nn.Module = layers
        if direct:
            self.network = Shortcut(layers)
            silence(self.network.line)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return all columns, some of them mapped."""
        moved, gain = self.univariate.forward(x[:, self.move], self.raw(x))
        gains = torch.zeros_like(x).index_copy(1, self.move, gain)
        return x.index_copy(1, self.move, moved), gains

    def inverse(self, z: Tensor) -> Tensor:
        """Map them back."""
        moved = self.univariate.inverse(z[:, self.move], self.raw(z))
        return z.index_copy(1, self.move, moved)

    def raw(self, x: Tensor) -> Tensor:
        """Return the parameters of the maps, (batch, move, count)."""
        seen = x[:, self.stay].clamp(-SEEN, SEEN) if len(self.stay) else x.new_zeros(len(x), 1)
        return self.network(seen).to(x.dtype).unflatten(1, (len(self.move), -1))


class Autoregressive(Bijection):
    """Every column is mapped as those before it in an order say (Papamakarios et al., 2017).

    Parameters
    ----------
    ranks : sequence of int
        Place of every column in the order, from 1.
    univariate : Univariate
        How a column is mapped.
    hidden : sequence of int
        Sizes of the layers of the network.
    dropout : float in [0, 1), default 0.0
        Share of the inner features left out at random in training.
    """

    def __init__(
        self,
        ranks: Sequence[int],
        univariate: Univariate,
        hidden: Sequence[int],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.univariate = univariate
        self.network = MaskedDense(np.array([ranks]), hidden, univariate.count, dropout)
        silence(self.network.direct)
        if self.network.last is not None:
            silence(self.network.last)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return all columns mapped, at once."""
        return self.univariate.forward(x, self.raw(x))

    def inverse(self, z: Tensor) -> Tensor:
        """Map them back, one column after the other."""
        x = torch.empty_like(z)

        def draw(raw: Tensor, column: int) -> Tensor:
            x[:, column] = self.univariate.inverse(z[:, column], raw)
            return x[:, column].clamp(-SEEN, SEEN)

        self.network.one_by_one(z, torch.zeros_like(z, dtype=torch.bool), 0, draw)
        return x

    def raw(self, x: Tensor) -> Tensor:
        """Return the parameters of the maps, (batch, width, count)."""
        return self.network(x.clamp(-SEEN, SEEN)).to(x.dtype).movedim(1, 2)


def couplings(
    width: int,
    layers: int,
    univariate: Univariate,
    hidden: Sequence[int],
    dropout: float = 0.0,
    *,
    direct: bool = True,
) -> list[Bijection]:
    """Return layers of couplings; of each two, the second moves what stays in the first.

    Parameters
    ----------
    width, layers : int
        Columns and layers.
    univariate, hidden, dropout, direct
        As in `Coupling`.
    """
    rng = np.random.default_rng(0)  # the same split whenever the network is built
    found: list[Bijection] = []
    order = np.arange(width)
    for layer in range(layers):
        order = rng.permutation(width) if layer % 2 == 0 else order
        half = order[: width // 2] if layer % 2 == 0 or width == 1 else order[width // 2 :]
        stay = sorted(half.tolist())
        found.append(Coupling(width, stay, univariate, hidden, dropout, direct=direct))
    return found


def autoregressive(
    width: int, layers: int, univariate: Univariate, hidden: Sequence[int], dropout: float = 0.0
) -> list[Bijection]:
    """Return autoregressive layers, every other one in reversed order.

    Parameters
    ----------
    width, layers : int
        Columns and layers.
    univariate, hidden, dropout
        As in `Autoregressive`.
    """
    along = list(range(1, width + 1))
    return [
        Autoregressive(along if layer % 2 == 0 else along[::-1], univariate, hidden, dropout)
        for layer in range(layers)
    ]


def silence(layer: nn.Module) -> None:
    """Set a linear layer or a convolution to 0, so that a map starts as the identity.

    Parameters
    ----------
    layer : Module
        With a weight and a bias.
    """
    for parameter in layer.parameters(recurse=False):
        nn.init.zeros_(parameter)
