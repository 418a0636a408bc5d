"""The Boltzmann machine as a network: visible units are coupled to one another, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from likely.nets.clamped import Clamp
from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann, bits

_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Coupled(Plain):
    """A machine whose visible units are coupled; two numbers never are, as they were whitened.

    Parameters
    ----------
    weight, visible, hidden, precision, numbers, mixed
        As in `Plain`.
    coupling : Tensor of shape (visible, visible)
        Symmetric, 0 on the diagonal and between numbers.
    """

    coupling: Tensor

    def own(self, v: Tensor) -> Tensor:
        """Return what visible units add to the free energy, (...,)."""
        u = v * self.precision
        return super().own(v) - 0.5 * ((u @ self.coupling) * u).sum(dim=-1)

    def alone(self, v: Tensor) -> Tensor:
        """Return log-odds of bits and means of numbers by visible units alone, (..., visible)."""
        return self.visible + (v * self.precision) @ self.coupling

    def smaller_side(self) -> tuple[int, Callable[[Tensor], Tensor]]:
        """Return how many units decide the partition function, and the measure of their states."""
        visible, hidden = self.weight.shape
        if not self.mixed:
            return visible, lambda states: -self.free_energy(states)
        return int((~self.numbers).sum()) + hidden, self._measure_of_bits

    def draw_visible(self, h: Tensor, v: Tensor, clamp: Clamp | None = None) -> Tensor:
        """Return visible states after a sweep: bits one by one, then all numbers."""
        zero = torch.zeros_like(self.visible)
        return self._sweep(h, v, torch.ones(1).to(v), zero, torch.ones_like(zero), clamp)

    def draw_at(
        self, h: Tensor, v: Tensor, beta: Tensor, base: Tensor, precision: Tensor
    ) -> Tensor:
        """Return visible states at a temperature after a sweep, on the way from those before."""
        return self._sweep(h, v, beta, base, precision, None)

    def _sweep(
        self,
        h: Tensor,
        v: Tensor,
        beta: Tensor,
        base: Tensor,
        precision: Tensor,
        clamp: Clamp | None,
    ) -> Tensor:
        above = self.fields(h)
        u = v * self.precision
        stays = self.numbers if clamp is None else self.numbers | clamp.held
        for i in torch.nonzero(~stays)[:, 0].tolist():
            field = above[..., i] + u @ self.coupling[:, i]
            field = (1 - beta[..., 0]) * base[i] + beta[..., 0] * field
            u[..., i] = bits(torch.sigmoid(field))
        if not self.mixed:
            return u
        fields = above + u @ self.coupling  # numbers are coupled to bits only
        first, last = (1 - beta) * precision, beta * self.precision
        mean = (first * base + last * fields) / (first + last)
        normal = mean + torch.randn_like(mean) * (first + last).rsqrt()
        found = torch.where(self.numbers, normal, u)
        return found if clamp is None else clamp.settle(found, fields, self.precision)

    def _measure_of_bits(self, states: Tensor) -> Tensor:
        """Return the logarithm of the measure of visible bits and hidden units, (state,)."""
        two = ~self.numbers
        t, h = states[:, : int(two.sum())], states[:, int(two.sum()) :]
        among = self.coupling[two][:, two]
        found = t @ self.visible[two] + 0.5 * ((t @ among) * t).sum(dim=1) + h @ self.hidden
        found = found + ((t @ self.weight[two]) * h).sum(dim=1)
        start, precision = self.visible[self.numbers], self.precision[self.numbers]
        fields = h @ self.weight[self.numbers].T + t @ self.coupling[two][:, self.numbers] + start
        squares = 0.5 * precision * (fields**2 - start**2)
        return found + (squares + 0.5 * (_LOG_2PI - precision.log())).sum(dim=1)


class Boltzmann(RestrictedBoltzmann):
    """A machine whose visible units are coupled to one another and to hidden ones, if there are.

    Parameters
    ----------
    numbers : ndarray of bool, shape (visible,)
        Which visible units are numbers.
    hidden : int
        Hidden units; may be 0.
    chains : int
        Persistent chains.
    """

    def __init__(self, numbers: np.ndarray, hidden: int, chains: int) -> None:
        super().__init__(numbers, hidden, chains)
        width = len(numbers)
        self.coupling = nn.Parameter(torch.zeros(width, width))

    def plain(self) -> Coupled:
        """Return the machine without centring."""
        found = super().plain()
        allowed = ~(self.numbers[:, None] & self.numbers)
        allowed = allowed & ~torch.eye(len(allowed), dtype=torch.bool, device=allowed.device)
        coupling = (self.coupling + self.coupling.T) * allowed
        visible = found.visible - coupling @ (self.middle * found.precision)
        return Coupled(
            found.weight,
            visible,
            found.hidden,
            found.precision,
            found.numbers,
            found.mixed,
            coupling,
        )
