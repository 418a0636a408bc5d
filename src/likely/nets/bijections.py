"""Invertible maps of samples whose log-determinants are known, and what they are chained to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import log, pi

import torch
from torch import Tensor, nn


class Bijection(nn.Module, ABC):
    """An invertible map that keeps the shape of samples.

    The logarithm of the determinant is given in parts, one for every number of a sample, which sum
    to it: so what a flow says of a sample can be laid out over its columns or pixels. What samples
    are given, (batch, given) or None, may steer a map, and is never mapped itself.
    """

    @abstractmethod
    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return mapped samples and the parts of their log-determinants, each (batch, ...)."""

    @abstractmethod
    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the samples that `forward` maps to `z`."""

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Set from samples what is set from samples, before training; most maps have nothing."""


class Chain(Bijection):
    """Maps one behind the other.

    Parameters
    ----------
    parts : sequence of Bijection
        The first is nearest to the data.
    """

    def __init__(self, parts: Sequence[Bijection]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return what the last map makes, and the sum of all gains."""
        total = torch.zeros_like(x)
        for part in self.parts:
            x, gain = part(x, given)
            total = total + gain
        return x, total

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Settle every map on what the maps before it make of the samples."""
        for part in self.parts:
            part.settle(x, given)  # pyright: ignore[reportCallIssue] - a Bijection
            x = part(x, given)[0]

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Go through the maps backwards."""
        for part in reversed(self.parts):
            z = part.inverse(z, given)  # pyright: ignore[reportCallIssue] - a Bijection
        return z


class Gaussianised(nn.Module):
    """A density: a bijection to independent standard normal numbers.

    Parameters
    ----------
    bijection : Bijection
        From samples to latent numbers.
    """

    def __init__(self, bijection: Bijection) -> None:
        super().__init__()
        self.bijection = bijection

    def parts(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return log-densities of latent numbers and gains, each in the shape of the samples.

        Together they sum to the log-density of a sample.
        """
        z, gain = self.bijection(x, given)
        return -0.5 * z * z - 0.5 * log(2 * pi), gain

    def log_prob(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return log-densities of samples in nats, shape (batch,)."""
        normal, gain = self.parts(x, given)
        return (normal + gain).flatten(1).sum(dim=1)

    def encode(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return latent numbers, in the shape of the samples."""
        return self.bijection(x, given)[0]

    def decode(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the samples that latent numbers stand for."""
        return self.bijection.inverse(z, given)


class ActNorm(Bijection):
    """Shifts and scales; at first so that samples have mean 0 and spread 1 (Kingma, 2018).

    Parameters
    ----------
    shape : sequence of int
        Of a sample, with 1 for axes that share their numbers.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(*shape))
        self.log_scale = nn.Parameter(torch.zeros(*shape))

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return shifted and scaled samples."""
        return (x + self.shift) * self.log_scale.exp(), self.log_scale.expand_as(x)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Scale and shift back."""
        return z * (-self.log_scale).exp() - self.shift

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Take mean and spread of samples."""
        shared = [0, *(i + 1 for i, size in enumerate(self.shift.shape) if size == 1)]
        mean, spread = x.mean(shared, keepdim=True), x.std(shared, keepdim=True, correction=0)
        self.shift.copy_(-mean[0])
        self.log_scale.copy_(-spread[0].clamp(min=1e-3).log())
