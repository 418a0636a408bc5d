"""Partition functions: by enumeration where a machine is small, else by annealing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann, bits

MOST_ENUMERATED = 20
"""Up to so many units all states are visited."""

_AT_ONCE = 2**22  # numbers
_LOG_2PI = float(np.log(2 * np.pi))


class LogPartition(NamedTuple):
    """The logarithm of a partition function, in nats.

    Attributes
    ----------
    estimate : float
        Logarithm of the mean of the weights.
    error : float
        Its standard error; 0 if it is exact.
    """

    estimate: float
    error: float


def every_state(units: int, start: int, stop: int, like: Tensor) -> Tensor:
    """Return the binary states from number `start` to `stop`, (state, unit)."""
    numbers = torch.arange(start, stop, device=like.device)[:, None]
    return (numbers >> torch.arange(units, device=like.device) & 1).to(like.dtype)


def enumerable(machine: Plain) -> bool:
    """Whether either side of a machine is small enough to visit all of its states."""
    return machine.smaller_side()[0] <= MOST_ENUMERATED


def exact_log_partition(machine: Plain) -> Tensor:
    """Return the logarithm of the partition function by visiting all states of the smaller side."""
    units, measure = machine.smaller_side()
    step = max(1, _AT_ONCE // max(machine.weight.shape))
    parts = []
    for start in range(0, 2**units, step):
        states = every_state(units, start, min(start + step, 2**units), machine.weight)
        parts.append(measure(states).double().logsumexp(dim=0))
    return torch.stack(parts).logsumexp(dim=0)


def cost_of_enumeration(machine: Plain) -> float:
    """Return how many numbers `exact_log_partition` looks at."""
    return 2.0 ** min(machine.smaller_side()[0], 60) * max(machine.weight.shape)


class Ladder:
    """The machines between independent visible units and a whole machine, one a temperature.

    At 0 the visible units have the marginals of the data and know nothing of the hidden ones, at 1
    all is as in the machine (Salakhutdinov & Murray, 2008).

    Parameters
    ----------
    machine : Plain
        The end.
    base, precision : Tensor of shape (visible,)
        Log-odds of bits, means of numbers, and precisions of numbers, at the start.
    """

    def __init__(self, machine: Plain, base: Tensor, precision: Tensor) -> None:
        self.machine, self.base, self.precision = machine, base, precision

    def log_start(self) -> float:
        """Return the logarithm of the partition function at 0."""
        machine = self.machine
        normal = 0.5 * (_LOG_2PI - self.precision.double().log())
        own = torch.where(machine.numbers, normal, F.softplus(self.base.double())).sum()
        return float(own) + machine.weight.shape[1] * float(np.log(2))

    def start(self, chains: int) -> Tensor:
        """Draw visible states at 0, (chain, visible)."""
        return self.machine.settled(self.base.expand(chains, -1), self.precision)

    def gain(self, v: Tensor, inputs: Tensor, before: Tensor, now: Tensor) -> Tensor:
        """Return how much likelier states are at one temperature than at the one before, (chain,).

        Temperatures have the shape (..., 1).
        """
        hidden = (F.softplus(now * inputs) - F.softplus(before * inputs)).sum(dim=-1)
        own = (self._own_at_start(v) + self.machine.own(v)).double()
        return hidden.double() - (now - before)[..., 0] * own

    def sweep(self, v: Tensor, inputs: Tensor, beta: Tensor) -> Tensor:
        """Return visible states after one step of Gibbs sampling at a temperature."""
        h = bits(torch.sigmoid(beta * inputs))
        return self.machine.draw_at(h, v, beta, self.base, self.precision)

    def climb(self, chains: int, temperatures: int) -> tuple[Tensor, Tensor]:
        """Return states at 1 and the logarithms of their weights, (chain, visible) and (chain,)."""
        v = self.start(chains)
        weights = torch.zeros(chains, dtype=torch.float64, device=v.device)
        steps = torch.linspace(0, 1, temperatures + 1).to(v)[:, None]
        for step in range(temperatures):
            inputs = self.machine.inputs(v)
            weights += self.gain(v, inputs, steps[step], steps[step + 1])
            if step + 1 < temperatures:
                v = self.sweep(v, inputs, steps[step + 1])
        return v, weights

    def _own_at_start(self, v: Tensor) -> Tensor:
        """Return the logarithm of the unnormalised probability at 0, (chain,)."""
        if not self.machine.mixed:
            return v @ self.base
        squares = -0.5 * self.precision * (v - self.base) ** 2
        return torch.where(self.machine.numbers, squares, v * self.base).sum(dim=-1)


def ladder_to(network: RestrictedBoltzmann) -> Ladder:
    """Return the way from independent units to a machine."""
    return Ladder(network.plain(), network.base, network.base_precision)


def log_partition_of(network: RestrictedBoltzmann, chains: int, temperatures: int) -> LogPartition:
    """Return the logarithm of a machine's partition function: exact if it is small, else annealed.

    Parameters
    ----------
    network : RestrictedBoltzmann
        The machine.
    chains, temperatures : int
        Of the annealing.
    """
    ladder = ladder_to(network)
    if enumerable(ladder.machine):
        return LogPartition(float(exact_log_partition(ladder.machine)), 0.0)
    return annealed_log_partition(ladder, chains, temperatures)


def annealed_log_partition(ladder: Ladder, chains: int, temperatures: int) -> LogPartition:
    """Estimate the logarithm of a partition function by annealed importance sampling.

    Parameters
    ----------
    ladder : Ladder
        The way from independent units to the machine.
    chains : int
        Independent runs.
    temperatures : int
        Steps of each.
    """
    _, weights = ladder.climb(chains, temperatures)
    return mean_of_weights(weights, ladder.log_start())


def mean_of_weights(log_weights: Tensor, start: float) -> LogPartition:
    """Return the logarithm of the mean of weights, and its standard error by the delta method."""
    top = log_weights.max()
    weights = (log_weights - top).exp()
    mean = weights.mean()
    error = weights.std() / mean / np.sqrt(len(weights)) if len(weights) > 1 else torch.tensor(0.0)
    return LogPartition(start + float(top) + float(mean.log()), float(error))
