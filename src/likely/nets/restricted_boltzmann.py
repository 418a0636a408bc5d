"""The restricted Boltzmann machine as a network: energies, conditionals and chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.clamped import Clamp

_LEAST_LOG_VARIANCE = -7.0
_START = 0.01
_REST = -2.0  # bias of hidden units at the start: one in eight is on
_LOG_2PI = float(np.log(2 * np.pi))
_AT_ONCE = 2**22  # numbers


@dataclass(frozen=True)
class Plain:
    """The numbers of a machine without centring, as sampling uses them.

    Parameters
    ----------
    weight : Tensor of shape (visible, hidden)
        Couplings.
    visible : Tensor of shape (visible,)
        Log-odds of bits, means of numbers, when every hidden unit is off.
    hidden : Tensor of shape (hidden,)
        Log-odds of hidden units when every visible unit is 0.
    precision : Tensor of shape (visible,)
        Of numbers; 1 for bits.
    numbers : Tensor of bool, shape (visible,)
        Which visible units are numbers; the others are bits.
    mixed : bool
        Whether there are numbers at all.
    """

    weight: Tensor
    visible: Tensor
    hidden: Tensor
    precision: Tensor
    numbers: Tensor
    mixed: bool

    def inputs(self, v: Tensor) -> Tensor:
        """Return log-odds of hidden units, (..., hidden)."""
        return (v * self.precision if self.mixed else v) @ self.weight + self.hidden

    def fields(self, h: Tensor) -> Tensor:
        """Return log-odds of bits and means of numbers, (..., visible)."""
        return h @ self.weight.T + self.visible

    def own(self, v: Tensor) -> Tensor:
        """Return what visible units add to the free energy by themselves, (...,)."""
        if not self.mixed:
            return -(v @ self.visible)
        squares = 0.5 * self.precision * (v - self.visible) ** 2
        return torch.where(self.numbers, squares, -v * self.visible).sum(dim=-1)

    def free_energy(self, v: Tensor) -> Tensor:
        """Return minus the logarithm of the unnormalised probability of visible states, (...,)."""
        return self.own(v) - F.softplus(self.inputs(v)).sum(dim=-1)

    def alone(self, v: Tensor) -> Tensor:
        """Return log-odds of bits and means of numbers by visible units alone, (..., visible)."""
        return self.visible.expand_as(v)

    def costs(self, v: Tensor) -> Tensor:
        """Return what visible units add to the free energy, given all others, (batch, visible).

        Of bits it is minus the log-probability given all others, in nats; of numbers the slope of
        the free energy.
        """
        inputs, alone = self.inputs(v), self.alone(v)
        on = torch.sigmoid(inputs)
        found = self.precision * (v - alone - on @ self.weight.T)
        usual = F.softplus(inputs)[:, None]
        two = torch.nonzero(~self.numbers)[:, 0]
        for units in two.split(max(1, _AT_ONCE // max(1, inputs.numel()))):
            turned = (1 - 2 * v[:, units])[..., None]  # (batch, unit, 1)
            other = F.softplus(inputs[:, None] + turned * self.weight[units])
            gain = (other - usual).sum(dim=-1) + turned[..., 0] * alone[:, units]
            found[:, units] = F.softplus(gain)
        return found

    def log_measure(self, h: Tensor) -> Tensor:
        """Return the logarithm of the unnormalised probability of hidden states, (...,)."""
        fields = self.fields(h)
        found = F.softplus(fields)
        if self.mixed:
            squares = 0.5 * self.precision * (fields**2 - self.visible**2)
            found = torch.where(
                self.numbers, squares + 0.5 * (_LOG_2PI - self.precision.log()), found
            )
        return found.sum(dim=-1) + h @ self.hidden

    def smaller_side(self) -> tuple[int, Callable[[Tensor], Tensor]]:
        """Return how many units decide the partition function, and the measure of their states."""
        visible, hidden = self.weight.shape
        if not self.mixed and visible < hidden:
            return visible, lambda states: -self.free_energy(states)
        return hidden, self.log_measure

    def draw_hidden(self, v: Tensor) -> Tensor:
        """Return hidden states given visible ones."""
        return bits(torch.sigmoid(self.inputs(v)))

    def draw_visible(self, h: Tensor, v: Tensor, clamp: Clamp | None = None) -> Tensor:
        """Return visible states given hidden ones and what is known; `v` are those before."""
        fields = self.fields(h)
        found = self.settled(fields, self.precision)
        return found if clamp is None else clamp.settle(found, fields, self.precision)

    def draw_at(
        self, h: Tensor, v: Tensor, beta: Tensor, base: Tensor, precision: Tensor
    ) -> Tensor:
        """Return visible states at a temperature, on the way from independent units at 0."""
        fields = self.fields(h)
        if not self.mixed:
            return bits(torch.sigmoid((1 - beta) * base + beta * fields))
        first, last = (1 - beta) * precision, beta * self.precision
        mixture = torch.where(self.numbers, (first * base + last * fields) / (first + last), 0.0)
        fields = torch.where(self.numbers, mixture, (1 - beta) * base + beta * fields)
        return self.settled(fields, first + last)

    def settled(self, fields: Tensor, precision: Tensor) -> Tensor:
        """Return bits with some log-odds, and numbers with some means and precisions."""
        found = bits(torch.sigmoid(fields))
        if not self.mixed:
            return found
        normal = fields + torch.randn_like(fields) * precision.rsqrt()
        return torch.where(self.numbers, normal, found)

    def gibbs(self, v: Tensor, steps: int, clamp: Clamp | None = None) -> Tensor:
        """Return visible states after so many steps of Gibbs sampling; what is known stays."""
        for _ in range(steps):
            v = self.draw_visible(self.draw_hidden(v), v, clamp)
        return v


class RestrictedBoltzmann(nn.Module):
    """A machine of visible and hidden units, each coupled to those of the other sort only.

    Visible units are bits or Gaussian numbers, hidden ones bits. Energies are of centred units,
    which makes gradients of couplings and of biases independent of one another (Melchior et al.,
    2016).

    Parameters
    ----------
    numbers : ndarray of bool, shape (visible,)
        Which visible units are numbers.
    hidden : int
        Hidden units.
    chains : int
        Persistent chains.
    temperatures : int, default 1
        Temperatures that every persistent chain has.
    """

    numbers: Tensor
    middle: Tensor
    base: Tensor
    base_precision: Tensor
    chain: Tensor

    def __init__(
        self, numbers: np.ndarray, hidden: int, chains: int, temperatures: int = 1
    ) -> None:
        super().__init__()
        width = len(numbers)
        self.mixed = bool(numbers.any())
        self.weight = nn.Parameter(_START * torch.randn(width, hidden))
        self.visible = nn.Parameter(torch.zeros(width))
        self.hidden = nn.Parameter(torch.full((hidden,), _REST))
        if self.mixed:
            self.log_variance = nn.Parameter(torch.zeros(width))
        self.register_buffer("numbers", torch.from_numpy(np.array(numbers)), persistent=False)
        self.register_buffer("middle", torch.zeros(width))
        self.register_buffer("base", torch.zeros(width))
        self.register_buffer("base_precision", torch.ones(width))
        # numbers of 32 bits, so that averaging of weights leaves them alone
        self.register_buffer("chain", torch.zeros(temperatures, chains, width, dtype=torch.int32))

    def settle(self, x: Tensor) -> None:
        """Take marginals, biases and the states that chains begin with from samples."""
        n = len(x)
        mean, spread = x.mean(dim=0), x.std(dim=0, correction=0).clamp(min=0.05)
        share = (x.sum(dim=0) + 0.5) / (n + 1)
        with torch.no_grad():
            self.middle.copy_(mean)
            self.base.copy_(torch.where(self.numbers, mean, torch.logit(share)))
            self.base_precision.copy_(torch.where(self.numbers, spread**-2, 1.0))
            self.visible.copy_(self.base)
            if self.mixed:
                self.log_variance.copy_(-self.base_precision.log())
            first = x[torch.randint(n, self.chain.shape[:2])]
            self.keep(first)

    def keep(self, states: Tensor) -> None:
        """Keep the states of the chains, (temperature, chain, visible)."""
        self.chain.copy_(states.float().contiguous().view(torch.int32))

    def kept(self) -> Tensor:
        """Return the states of the chains, (temperature, chain, visible)."""
        return self.chain.view(torch.float32).to(self.weight)

    def draw(self, n: int, steps: int) -> Tensor:
        """Return visible states so many steps behind those of the chains, (n, visible)."""
        states = self.kept()[-1]
        return self.plain().gibbs(states[torch.randint(len(states), (n,))], steps)

    def draw_given(self, clamp: Clamp, steps: int) -> Tensor:
        """Return visible states of which some are known, so many steps behind those of the chains.

        Parameters
        ----------
        clamp : Clamp
            What is known of each.
        steps : int
            Of Gibbs sampling.
        """
        machine, first = self.plain(), self.draw(len(clamp.values), 0)
        first = clamp.settle(first, first, machine.precision)
        return machine.gibbs(first, steps, clamp)

    def plain(self) -> Plain:
        """Return the machine without centring."""
        precision = torch.ones_like(self.visible)
        if self.mixed:
            variance = self.log_variance.clamp(min=_LEAST_LOG_VARIANCE)
            precision = torch.where(self.numbers, torch.exp(-variance), precision)
        rest = torch.sigmoid(torch.full_like(self.hidden, _REST))
        visible = self.visible - self.weight @ rest
        hidden = self.hidden - (self.middle * precision) @ self.weight
        return Plain(self.weight, visible, hidden, precision, self.numbers, self.mixed)

    def forward(self, v: Tensor) -> Tensor:
        """Return free energies, (batch,)."""
        return self.plain().free_energy(v)


def bits(chance: Tensor) -> Tensor:
    """Return 1 with some chances, else 0."""
    return (torch.rand_like(chance) < chance).to(chance.dtype)
