"""Layers whose weights stretch nothing more than a given number of times."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.parametrize import register_parametrization

Layer = TypeVar("Layer", bound=nn.Module)

_FIRST_TURNS = 5  # of the power method, before anything is learnt


class Spectral(nn.Module):
    """A weight divided by its largest singular value (Miyato et al., 2018).

    The value is found by the power method, one turn whenever the weight is used in training. What
    is kept is one vector, whose length does not matter, so that averaged weights have it, too.

    Parameters
    ----------
    weight : Tensor of shape (out, ...)
        To begin with.
    """

    direction: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("direction", torch.randn(len(weight)))
        for _ in range(0 if weight.is_meta else _FIRST_TURNS):  # of shapes alone nothing is known
            self._turn(weight.detach().flatten(1))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight with 1 as its largest singular value."""
        if weight.is_meta:
            return weight
        flat = weight.flatten(1)
        if self.training:
            self._turn(flat.detach())
        left = normalize(self.direction.clone(), dim=0)
        right = normalize(flat.detach().T @ left, dim=0)
        return weight / (left @ flat @ right).clamp(min=1e-12)

    @torch.no_grad()
    def _turn(self, flat: Tensor) -> None:
        self.direction.copy_(normalize(flat @ (flat.T @ self.direction), dim=0))


def spectral(layer: Layer) -> Layer:
    """Return a layer with a `weight`, the same object, whose weight is kept at norm 1."""
    register_parametrization(layer, "weight", Spectral(layer.weight))  # pyright: ignore
    return layer


def overlap(network: nn.Module) -> Tensor:
    """Return how far the weights of a network's layers are from orthogonal, summed.

    The squared products of different rows of every weight, or of its columns if they are fewer, so
    that their lengths do not count (Brock, Donahue & Simonyan, 2019).
    """
    total = torch.zeros((), device=next(network.parameters()).device)
    for weight in network.parameters():
        if weight.ndim > 1:
            flat = weight.flatten(1)
            flat = flat if len(flat) <= flat.shape[1] else flat.T
            between = flat @ flat.T
            total = total + between.square().sum() - between.diagonal().square().sum()
    return total
