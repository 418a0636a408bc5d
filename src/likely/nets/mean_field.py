"""Mean field: units that know of one another by their means only."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann

_HALF_WAY = 0.5  # of each update, so that means do not swing
_UPDATES = 10
_LEAST = 1e-6
_LOG_2PI = float(np.log(2 * np.pi))


def mean_field(machine: Plain, start: Tensor, updates: int) -> Tensor:
    """Return means of visible units that agree with one another, (start, visible).

    Parameters
    ----------
    machine : Plain
        The machine.
    start : Tensor of shape (start, visible)
        States or means to begin with; each ends in a mode near it.
    updates : int
        How often all means follow from all others, half way each time.
    """
    means = start
    for _ in range(updates):
        fields = machine.alone(means) + torch.sigmoid(machine.inputs(means)) @ machine.weight.T
        settled = torch.where(machine.numbers, fields, torch.sigmoid(fields))
        means = means + _HALF_WAY * (settled - means)
    return means


def log_partition_below(machine: Plain, means: Tensor) -> Tensor:
    """Return lower bounds of the logarithm of the partition function, one for each mean, (start,).

    It is the energy of independent units with these means, and their entropy.

    Parameters
    ----------
    machine : Plain
        The machine.
    means : Tensor of shape (start, visible)
        Of visible units; any will do.
    """
    chance = means.clamp(_LEAST, 1 - _LEAST)
    entropy = -torch.special.xlogy(chance, chance) - torch.special.xlogy(1 - chance, 1 - chance)
    normal = 0.5 * (_LOG_2PI - machine.precision.log()).expand_as(means)
    return torch.where(machine.numbers, normal, entropy).sum(dim=-1) - machine.free_energy(means)


def mean_field_loss(network: RestrictedBoltzmann, batch: Tensor) -> Tensor:
    """Return free energies of samples and a lower bound of log Z, (batch,).

    The bound is that of mixtures of modes near the samples (Welling & Hinton, 2002).

    Parameters
    ----------
    network : RestrictedBoltzmann
        The machine.
    batch : Tensor of shape (batch, visible)
        Samples.
    """
    machine = network.plain()
    with torch.no_grad():
        means = mean_field(machine, batch, _UPDATES)
    bounds = log_partition_below(machine, means)
    return machine.free_energy(batch) + bounds.logsumexp(dim=0) - float(np.log(len(batch)))
