"""Layers that several networks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


def dense(sizes: Sequence[int], dropout: float = 0.0) -> nn.Sequential:
    """Return layers of full connections, with SiLU between them and none behind the last.

    Parameters
    ----------
    sizes : sequence of int
        Features before the first layer, between layers, and behind the last.
    dropout : float in [0, 1), default 0.0
        Share of the inner features that is left out at random in training.
    """
    layers: list[nn.Module] = []
    for i, (before, after) in enumerate(pairwise(sizes)):
        layers.append(nn.Linear(before, after))
        if i + 2 < len(sizes):
            layers.append(nn.SiLU())
            if dropout:
                layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


class Codec(nn.Module):
    """An encoder and a decoder.

    Parameters
    ----------
    encoder, decoder : Module
        From samples (batch, ...) to codes (batch, latent), and back.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction of samples."""
        return self.decoder(self.encoder(x))


class Shortcut(nn.Module):
    """Layers beside one linear layer; their outputs are added.

    What is linear is learnt at once, and the layers learn what is not.

    Parameters
    ----------
    layers : Sequential
        Layers of full connections, as of `dense`.
    """

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        self.layers = layers
        self.line = nn.Linear(linear[0].in_features, linear[-1].out_features)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of both ways."""
        return self.layers(x) + self.line(x)


class Bounded(nn.Module):
    """Numbers drawn in smoothly to less than a limit; small ones stay nearly as they are."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.limit = limit

    def forward(self, x: Tensor) -> Tensor:
        """Return the numbers drawn in."""
        return self.limit * (x / self.limit).tanh()


class Everywhere(nn.Module):
    """The same linear layer in every place: (batch, before, ...) to (batch, after, ...)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.line = nn.Linear(before, after)

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs in all places."""
        return self.line(x.movedim(1, -1)).movedim(-1, 1)
