"""How machines of energies learn: data are made likely, what chains dream up is made unlikely."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from likely.nets.annealing import Ladder, cost_of_enumeration, exact_log_partition
from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann

_CHEAP = 1e7  # numbers looked at for an exact partition function between steps
_NEIGHBOURS = 4  # for each sample held out


def contrastive_loss(
    network: RestrictedBoltzmann, batch: Tensor, sampling: str, steps: int
) -> Tensor:
    """Return free energies of samples less the mean of those of the model's own, (batch,).

    The gradient of its mean is that of minus the log-likelihood, as far as the chains have mixed.
    Their states are kept in the network.

    Parameters
    ----------
    network : RestrictedBoltzmann
        The machine.
    batch : Tensor of shape (batch, visible)
        Samples.
    sampling : {"cd", "pcd", "tempering"}
        Whether chains begin at the samples, go on where they were, or do so at many temperatures.
    steps : int
        Steps of Gibbs sampling.
    """
    with torch.autocast(batch.device.type, enabled=False):  # small differences of large numbers
        machine = network.plain()
        with torch.no_grad():
            drawn = _draw(network, machine, batch, sampling, steps)
        energies = machine.free_energy(torch.cat([batch, drawn]))
        return energies[: len(batch)] - energies[len(batch) :].mean()


def held_out_loss(network: RestrictedBoltzmann, batch: Tensor) -> Tensor:
    """Return what training stops early by, (batch,).

    Minus the log-likelihood where all states of a machine are visited at little cost. Otherwise how
    hard samples are to tell from neighbours, which differ in one unit, by their free energies: a
    pseudo-likelihood, which needs no partition function.
    """
    machine = network.plain()
    energies = machine.free_energy(batch)
    if cost_of_enumeration(machine) <= _CHEAP:
        return energies + exact_log_partition(machine)
    total = torch.zeros_like(energies)
    for _ in range(_NEIGHBOURS):
        total += F.softplus(energies - machine.free_energy(_neighbours(machine, batch)))
    return total * (batch.shape[1] / _NEIGHBOURS)


def _draw(
    network: RestrictedBoltzmann, machine: Plain, batch: Tensor, sampling: str, steps: int
) -> Tensor:
    """Return the model's own samples, and keep where chains are."""
    if sampling == "cd":
        found = machine.gibbs(batch, steps)
        chains = network.chain.shape[1]
        network.keep(found[torch.arange(chains, device=found.device) % len(found)][None])
        return found
    states = network.kept()
    if sampling == "pcd":
        found = machine.gibbs(states[0], steps)
        network.keep(found[None])
        return found
    ladder = Ladder(machine, network.base, network.base_precision)
    for _ in range(steps):
        states = tempered(ladder, states)
    network.keep(states)
    return states[-1]


def tempered(ladder: Ladder, states: Tensor) -> Tensor:
    """Return states after one sweep at every temperature and an exchange between neighbours.

    Parameters
    ----------
    ladder : Ladder
        The machines at all temperatures.
    states : Tensor of shape (temperature, chain, visible)
        The first at 0, the last at 1.
    """
    levels = len(states)
    beta = torch.linspace(0, 1, levels).to(states)[:, None, None]
    states = ladder.sweep(states, ladder.machine.inputs(states), beta)
    inputs = ladder.machine.inputs(states)
    low, high = beta[:-1], beta[1:]
    up = ladder.gain(states[:-1], inputs[:-1], low, high)
    down = ladder.gain(states[1:], inputs[1:], low, high)
    accepted = torch.rand_like(up).log() < up - down  # (temperature - 1, chain)
    order = torch.arange(levels)[:, None].repeat(1, states.shape[1]).to(states.device)
    for level in range(int(torch.randint(2, ())), levels - 1, 2):
        swap = accepted[level]
        order[level] += swap.long()
        order[level + 1] -= swap.long()
    return states.gather(0, order[..., None].expand_as(states))


def _neighbours(machine: Plain, batch: Tensor) -> Tensor:
    """Return samples one unit of which is turned round, or moved if it is a number."""
    rows = torch.arange(len(batch), device=batch.device)
    units = torch.randint(batch.shape[1], (len(batch),)).to(batch.device)
    moved = batch.clone()
    old = batch[rows, units]
    far = torch.randn(len(batch)).to(batch)
    moved[rows, units] = torch.where(machine.numbers[units], old + far, 1 - old)
    return moved
