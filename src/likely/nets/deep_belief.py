"""The deep belief network: machines on top of one another, the uppermost undirected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.clamped import Clamp
from likely.nets.contrastive import contrastive_loss
from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann, bits

_LOG_2PI = float(np.log(2 * np.pi))


class DeepBelief(nn.Module):
    """Layers of bits that make one another, from an undirected machine downwards.

    Parameters
    ----------
    layers : sequence of RestrictedBoltzmann
        From the visible units upwards. Below the last one, only what a layer says of the units
        below it is used; what is above, given what is below, is said by networks of their own.
    """

    def __init__(self, layers: Sequence[RestrictedBoltzmann]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        sizes = [(layer.weight.shape[0], layer.weight.shape[1]) for layer in layers[:-1]]
        self.ups = nn.ModuleList(nn.Linear(before, after) for before, after in sizes)

    @property
    def top(self) -> RestrictedBoltzmann:
        """The undirected machine."""
        return cast(RestrictedBoltzmann, self.layers[-1])

    @property
    def inner(self) -> int:
        """How many hidden units are below the undirected machine's own hidden ones."""
        return sum(up.out_features for up in self._upwards())

    def untie(self) -> None:
        """Begin the networks that look upwards with what the layers say."""
        with torch.no_grad():
            for up, machine in zip(self._upwards(), self._directed(), strict=True):
                up.weight.copy_((machine.weight * machine.precision[:, None]).T)
                up.bias.copy_(machine.hidden)

    def log_weights(self, v: Tensor, chance: Tensor) -> Tensor:
        """Return log p*(v, h) - log q(h | v) for codes at uniform chances, (draw, batch).

        Parameters
        ----------
        v : Tensor of shape (batch, visible)
            Samples.
        chance : Tensor of shape (draw, inner)
            Where in their distributions codes are drawn, the same for every sample.
        """
        below = v.expand(len(chance), -1, -1)
        total, place = torch.zeros_like(below[..., 0]), 0
        for up, machine in zip(self._upwards(), self._directed(), strict=True):
            logits = up(below)  # (draw, batch, unit)
            wide = logits.shape[2]
            h = (chance[:, None, place : place + wide] < torch.sigmoid(logits)).to(v)
            place += wide
            total = total + log_chance(machine, below, h) - log_of_bits(logits, h)
            below = h
        return total - self.top.plain().free_energy(below)

    def costs(self, v: Tensor, chance: Tensor) -> Tensor:
        """Return what visible units cost given the codes that speak for a sample, (batch, visible).

        Of bits it is minus their log-probability, of numbers the slope of it; codes count as much
        as in `log_weights`.
        """
        share = torch.softmax(self.log_weights(v, chance), dim=0)[..., None]  # (draw, batch, 1)
        up, machine = self._upwards()[0], self._directed()[0]
        h = (chance[:, None, : up.out_features] < torch.sigmoid(up(v))).to(v)
        fields = machine.fields(h)  # (draw, batch, visible)
        nats = F.softplus(fields) - v * fields
        slopes = machine.precision * (v - fields)
        return (share * torch.where(machine.numbers, slopes, nats)).sum(dim=0)

    def draw_given(self, clamp: Clamp, steps: int) -> Tensor:
        """Return visible units of which some are known, after steps of Gibbs sampling of all units.

        Units of a layer depend on one another given the layer below, so they are drawn one by one.

        Parameters
        ----------
        clamp : Clamp
            What is known of each sample.
        steps : int
            Sweeps over all layers.
        """
        layers, top = self._directed(), self.top.plain()
        v = self.down(self.top.draw(len(clamp.values), 0))
        states = [clamp.settle(v, v, layers[0].precision)]
        for up in self._upwards():
            states.append(bits(torch.sigmoid(up(states[-1]))))
        told = [clamp.held | clamp.summed, *(torch.ones_like(s[0]) > 0 for s in states[1:])]
        for _ in range(steps):
            above = top.fields(top.draw_hidden(states[-1]))
            for i in range(len(layers) - 1, -1, -1):
                states[i + 1] = swept(layers[i], states[i], told[i], states[i + 1], above)
                above = layers[i].fields(states[i + 1])
            states[0] = layers[0].draw_visible(states[1], states[0], clamp)
        return states[0]

    def down(self, states: Tensor) -> Tensor:
        """Draw visible units, given states of the visible side of the undirected machine."""
        for machine in self._directed()[::-1]:
            states = machine.draw_visible(states, states)
        return states

    def up_down(self, batch: Tensor, sampling: str, steps: int) -> Tensor:
        """Return the loss of wake and sleep, (batch,).

        Awake, codes of samples are drawn upwards, and layers learn to make what is below of what is
        above; asleep, the undirected machine dreams, dreams are drawn downwards, and the networks
        that look upwards learn to recognise them (Hinton et al., 2006).
        """
        below, loss = batch, torch.zeros_like(batch[:, 0])
        for up, machine in zip(self._upwards(), self._directed(), strict=True):
            with torch.no_grad():
                h = bits(torch.sigmoid(up(below)))
            loss = loss - log_chance(machine, below, h)
            below = h
        loss = loss + contrastive_loss(self.top, below, sampling, steps)
        dream = self.top.kept()[-1]
        for up, machine in zip(self._upwards()[::-1], self._directed()[::-1], strict=True):
            with torch.no_grad():
                below = machine.draw_visible(dream, dream)
            loss = loss - log_of_bits(up(below), dream).mean()
            dream = below
        return loss

    def _upwards(self) -> list[nn.Linear]:
        return [cast(nn.Linear, up) for up in self.ups]

    def _directed(self) -> list[Plain]:
        return [cast(RestrictedBoltzmann, layer).plain() for layer in self.layers[:-1]]


def log_of_bits(logits: Tensor, states: Tensor) -> Tensor:
    """Return the log-probability of bits, summed over the last axis."""
    return -F.binary_cross_entropy_with_logits(
        logits.expand_as(states), states, reduction="none"
    ).sum(dim=-1)


def log_chance(machine: Plain, v: Tensor, h: Tensor) -> Tensor:
    """Return log p(v | h) of a machine, summed over visible units."""
    fields = machine.fields(h)
    found = v * fields - F.softplus(fields)
    if machine.mixed:
        squares = -0.5 * machine.precision * (v - fields) ** 2
        normal = squares + 0.5 * (machine.precision.log() - _LOG_2PI)
        found = torch.where(machine.numbers, normal, found)
    return found.sum(dim=-1)


def swept(machine: Plain, below: Tensor, told: Tensor, h: Tensor, above: Tensor) -> Tensor:
    """Return hidden units drawn one after the other, given what they made and what makes them.

    Parameters
    ----------
    machine : Plain
        What makes the units below of hidden ones.
    below : Tensor of shape (batch, visible)
        What they made.
    told : Tensor of bool, shape (visible,)
        Which of the units below are given; the others say nothing.
    h : Tensor of shape (batch, hidden)
        Hidden units before.
    above : Tensor of shape (batch, hidden)
        Their log-odds by what makes them.
    """
    fields, h = machine.fields(h)[:, told], h.clone()
    weight, below = machine.weight[told], below[:, told]
    numbers, precision = machine.numbers[told], machine.precision[told]
    for j in range(h.shape[1]):
        mine = weight[:, j]
        off = fields - h[:, j, None] * mine
        gain = mine * below - F.softplus(off + mine) + F.softplus(off)
        if machine.mixed:
            squares = precision * mine * (below - off - 0.5 * mine)
            gain = torch.where(numbers, squares, gain)
        h[:, j] = bits(torch.sigmoid(above[:, j] + gain.sum(dim=1)))
        fields = off + h[:, j, None] * mine
    return h
