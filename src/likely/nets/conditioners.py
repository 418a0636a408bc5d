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
    given : int, default 0
        Numbers that rows are given.
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
        given: int = 0,
    ) -> None:
        super().__init__()
        move = sorted(set(range(width)) - set(stay))
        self.univariate = univariate
        self.register_buffer("stay", torch.tensor(stay, dtype=torch.int64), persistent=False)
        self.register_buffer("move", torch.tensor(move, dtype=torch.int64), persistent=False)
        sizes = (max(len(stay) + given, 1), *hidden, len(move) * univariate.count)
        layers = dense(sizes, dropout)
        silence(layers[-1])
        self.network: nn.Module = layers
        if direct:
            self.network = Shortcut(layers)
            silence(self.network.line)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return all columns, some of them mapped."""
        moved, gain = self.univariate.forward(x[:, self.move], self.raw(x, given))
        gains = torch.zeros_like(x).index_copy(1, self.move, gain)
        return x.index_copy(1, self.move, moved), gains

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map them back."""
        moved = self.univariate.inverse(z[:, self.move], self.raw(z, given))
        return z.index_copy(1, self.move, moved)

    def raw(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the parameters of the maps, (batch, move, count)."""
        seen = beside(x[:, self.stay], given).clamp(-SEEN, SEEN)
        if not seen.shape[1]:
            seen = x.new_zeros(len(x), 1)
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
    given : int, default 0
        Numbers that rows are given.
    """

    def __init__(
        self,
        ranks: Sequence[int],
        univariate: Univariate,
        hidden: Sequence[int],
        dropout: float = 0.0,
        given: int = 0,
    ) -> None:
        super().__init__()
        self.univariate = univariate
        self.network = MaskedDense(
            np.array([ranks]), hidden, univariate.count, dropout, given=given
        )
        silence(self.network.direct)
        if self.network.last is not None:
            silence(self.network.last)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return all columns mapped, at once."""
        return self.univariate.forward(x, self.raw(x, given))

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map them back, one column after the other."""
        x = torch.empty_like(z)

        def draw(raw: Tensor, column: int) -> Tensor:
            x[:, column] = self.univariate.inverse(z[:, column], raw)
            return x[:, column].clamp(-SEEN, SEEN)

        seen = None if given is None else given.clamp(-SEEN, SEEN)
        self.network.one_by_one(z, torch.zeros_like(z, dtype=torch.bool), 0, draw, seen)
        return x

    def raw(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the parameters of the maps, (batch, width, count)."""
        seen = None if given is None else given.clamp(-SEEN, SEEN)
        return self.network(x.clamp(-SEEN, SEEN), 0, seen).to(x.dtype).movedim(1, 2)


def couplings(
    width: int,
    layers: int,
    univariate: Univariate,
    hidden: Sequence[int],
    dropout: float = 0.0,
    *,
    direct: bool = True,
    given: int = 0,
) -> list[Bijection]:
    """Return layers of couplings; of each two, the second moves what stays in the first.

    Parameters
    ----------
    width, layers : int
        Columns and layers.
    univariate, hidden, dropout, direct, given
        As in `Coupling`.
    """
    rng = np.random.default_rng(0)  # the same split whenever the network is built
    found: list[Bijection] = []
    order = np.arange(width)
    for layer in range(layers):
        order = rng.permutation(width) if layer % 2 == 0 else order
        half = order[: width // 2] if layer % 2 == 0 or width == 1 else order[width // 2 :]
        stay = sorted(half.tolist())
        coupling = Coupling(width, stay, univariate, hidden, dropout, direct=direct, given=given)
        found.append(coupling)
    return found


def autoregressive(
    width: int,
    layers: int,
    univariate: Univariate,
    hidden: Sequence[int],
    dropout: float = 0.0,
    given: int = 0,
) -> list[Bijection]:
    """Return autoregressive layers, every other one in reversed order.

    Parameters
    ----------
    width, layers : int
        Columns and layers.
    univariate, hidden, dropout, given
        As in `Autoregressive`.
    """
    along = list(range(1, width + 1))
    orders = [along if layer % 2 == 0 else along[::-1] for layer in range(layers)]
    return [Autoregressive(order, univariate, hidden, dropout, given) for order in orders]


def beside(x: Tensor, given: Tensor | None) -> Tensor:
    """Return rows or images, (batch, channel, ...), with what they are given as more channels.

    Parameters
    ----------
    x : Tensor of shape (batch, channel, ...)
        Rows or images.
    given : Tensor of shape (batch, given) or None
        What they are given, the same everywhere in an image.
    """
    if given is None:
        return x
    more = given.reshape(*given.shape, *[1] * (x.ndim - 2)).expand(-1, -1, *x.shape[2:])
    return torch.cat([x, more.to(x.dtype)], dim=1)


def silence(layer: nn.Module) -> None:
    """Set a linear layer or a convolution to 0, so that a map starts as the identity.

    Parameters
    ----------
    layer : Module
        With a weight and a bias.
    """
    for parameter in layer.parameters(recurse=False):
        nn.init.zeros_(parameter)
