"""A network as an energy, beside that of independent normal numbers, and walks over it."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.annealing import LogPartition, mean_of_weights
from likely.nets.clamped import Clamp

_LOG_2PI = float(np.log(2 * np.pi))
_ANEW = 0.05  # of the chains that begin anew at every step of training
_ACCEPTED = 0.6  # share of the proposals, that steps are made for
_FIRST_STEP = 0.2
_CALM = 1e-3  # weight of squared energies, so that they do not drift away together
_NEAR = 0.3  # spreads to a neighbour


class Energy(nn.Module):
    """The energy of whitened numbers: that of a normal distribution and what a network adds to it.

    Parameters
    ----------
    layers : Module
        From (batch, unit) to (batch, 1).
    width : int
        Units.
    chains : int
        Samples of the model's own that are kept from step to step.
    blurs : int, default 0
        Rows of what makes units those of samples with noise: as many as there are units, or 1 where
        that is a number a unit. None with 0.
    """

    chain: Tensor
    blur: Tensor | None

    def __init__(self, layers: nn.Module, width: int, chains: int, blurs: int = 0) -> None:
        super().__init__()
        self.layers = layers
        self.register_buffer("blur", torch.zeros(blurs, width) if blurs else None)
        self.level = nn.Parameter(torch.zeros(1))  # what noise contrast takes log Z for
        first = torch.randn(chains, width).view(torch.int32)  # left alone by averaging of weights
        self.register_buffer("chain", first)

    def added(self, u: Tensor) -> Tensor:
        """Return what the network adds to the energy, (batch,)."""
        return self.layers(u)[:, 0]

    def forward(self, u: Tensor) -> Tensor:
        """Return energies, (batch,)."""
        return self.added(u) + 0.5 * (u**2).sum(dim=1)

    def blurred(self, u: Tensor) -> Tensor:
        """Return energies whose normal part is that of samples with noise, (batch,)."""
        if self.blur is None:
            return self(u)
        away = u * self.blur if len(self.blur) == 1 else u @ self.blur
        return self.added(u) + 0.5 * (away**2).sum(dim=1)

    def slope(self, u: Tensor) -> Tensor:
        """Return the slopes of energies, (batch, unit)."""
        return _energy_and_slope(self, u, 1.0)[1]

    def kept(self) -> Tensor:
        """Return the samples that are kept, (chain, unit)."""
        return self.chain.view(torch.float32).to(self.level)


def noise_contrast(network: Energy, batch: Tensor, drawn: int) -> Tensor:
    """Return how hard samples are to tell from normal noise, (batch,) (Gutmann & Hyvaerinen, 2012).

    Parameters
    ----------
    network : Energy
        Whose energy and level tell them apart.
    batch : Tensor of shape (batch, unit)
        Samples.
    drawn : int
        Draws of noise for each.
    """
    noise = torch.randn(drawn * len(batch), batch.shape[1]).to(batch)
    told = network.level + network.added(torch.cat([batch, noise]))
    of_noise = F.softplus(-told[len(batch) :]).reshape(drawn, -1).mean(dim=0)
    return F.softplus(told[: len(batch)]) + of_noise


def score_matching(network: Energy, batch: Tensor, spread: float) -> Tensor:
    """Return how far the energy's slope is from the way back from noise (Vincent, 2011), (batch,).

    Parameters
    ----------
    network : Energy
        Whose slope is learnt.
    batch : Tensor of shape (batch, unit)
        Samples.
    spread : float
        Of the noise.
    """
    noise = torch.randn_like(batch)
    with torch.enable_grad():
        moved = (batch + spread * noise).requires_grad_()
        slope = torch.autograd.grad(network(moved).sum(), moved, create_graph=True)[0]
    return 0.5 * ((spread * slope - noise) ** 2).sum(dim=1)


def persistent_contrast(network: Energy, batch: Tensor, steps: int) -> Tensor:
    """Return energies of samples less those of the model's own, which are kept, (batch,).

    The model's own go on by Langevin steps from where they were; a few begin anew (Du & Mordatch,
    2019).

    Parameters
    ----------
    network : Energy
        The model.
    batch : Tensor of shape (batch, unit)
        Samples.
    steps : int
        Of each chain.
    """
    u = network.kept()
    anew = (torch.rand(len(u), 1) < _ANEW).to(u.device)
    u = torch.where(anew, torch.randn_like(u), u)
    u = walk(network, u, 1.0, steps, _FIRST_STEP)[0]
    network.chain.copy_(u.float().contiguous().view(torch.int32))
    ours, theirs = network.added(batch), network.added(u)
    calm = _CALM * (ours**2 + (theirs**2).mean())
    return network(batch) - network(u).mean() + calm


def telling_from_neighbours(network: Energy, batch: Tensor) -> Tensor:
    """Return how hard samples are to tell from what lies near them, (batch,).

    Low where the energy falls towards the data; it needs no log Z (Ceylan & Gutmann, 2018).
    """
    total = torch.zeros_like(batch[:, 0])
    for _ in range(4):
        total += F.softplus(network(batch) - network(batch + _NEAR * torch.randn_like(batch)))
    return total / 4


def walk(
    network: Energy | Slice, u: Tensor, beta: float, steps: int, size: float
) -> tuple[Tensor, float]:
    """Return samples after Langevin steps at a temperature, and the size that steps should have.

    Proposals are accepted as Metropolis does (Roberts & Tweedie, 1996), so that the density stays
    as it is whatever the size of a step.

    Parameters
    ----------
    network : Energy or Slice
        Where to.
    u : Tensor of shape (chain, unit)
        Where from.
    beta : float
        Weight of what the network adds; at 0 it is a normal distribution.
    steps : int
        How many.
    size : float
        Of a step.
    """
    energy, slope = _energy_and_slope(network, u, beta)
    for _ in range(steps):
        step = size**2 / 2
        moved = u - step * slope + size * torch.randn_like(u)
        energy_there, slope_there = _energy_and_slope(network, moved, beta)
        forth = ((moved - u + step * slope) ** 2).sum(dim=1)
        back = ((u - moved + step * slope_there) ** 2).sum(dim=1)
        chance = energy - energy_there + (forth - back) / (4 * step)
        taken = torch.rand(len(u)).to(u).log() < chance
        u = torch.where(taken[:, None], moved, u)
        slope = torch.where(taken[:, None], slope_there, slope)
        energy = torch.where(taken, energy_there, energy)
        size *= float(torch.exp(0.2 * (taken.float().mean() - _ACCEPTED)))
        size = min(max(size, 1e-4), 2.0)
    return u, size


def anneal(
    network: Energy, chains: int, temperatures: int, steps: int
) -> tuple[Tensor, LogPartition]:
    """Return samples of the model and the logarithm of its partition function.

    Annealed importance sampling from normal noise; samples are drawn among the chains by their
    weights.

    Parameters
    ----------
    network : Energy
        The model.
    chains : int
        Independent runs.
    temperatures : int
        Steps of each.
    steps : int
        Langevin steps after the last.
    """
    width = network.chain.shape[1]
    u = torch.randn(chains, width).to(network.level)
    weights = torch.zeros(chains, dtype=torch.float64, device=u.device)
    size = _FIRST_STEP
    for now in range(1, temperatures + 1):
        with torch.no_grad():
            weights -= network.added(u).double() / temperatures
        if now < temperatures:
            u, size = walk(network, u, now / temperatures, 1, size)
    found = mean_of_weights(weights, 0.5 * width * _LOG_2PI)
    chosen = torch.multinomial((weights - weights.max()).exp(), chains, replacement=True)
    if steps:
        u = walk(network, u[chosen], 1.0, steps, size)[0]
    return u, found


class Slice(nn.Module):
    """The energy of what is free of samples of which a part is known.

    Parameters
    ----------
    network : Energy
        Of whole samples.
    clamp : Clamp
        What is known.
    """

    def __init__(self, network: Energy, clamp: Clamp) -> None:
        super().__init__()
        self.network, self.clamp = network, clamp

    def added(self, u: Tensor) -> Tensor:
        """Return what the network adds to the energy of free numbers, (batch,)."""
        return self.network.added(self.clamp.spread(u))

    def draw(self, temperatures: int, steps: int) -> Tensor:
        """Return samples after annealing and Langevin steps, (batch, unit)."""
        u = torch.randn(len(self.clamp.values), self.clamp.width).to(self.clamp.values)
        if not u.shape[1]:
            return self.clamp.values
        size = _FIRST_STEP
        for now in range(1, temperatures):
            u, size = walk(self, u, now / temperatures, 1, size)
        return self.clamp.spread(walk(self, u, 1.0, steps, size)[0])


def _energy_and_slope(network: Energy | Slice, u: Tensor, beta: float) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        here = u.detach().clone().requires_grad_()
        energy = beta * network.added(here) + 0.5 * (here**2).sum(dim=1)
        slope = torch.autograd.grad(energy.sum(), here)[0]
    return energy.detach(), slope
