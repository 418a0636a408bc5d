"""A generator and a discriminator, and what each of them wants of the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import relu, softplus

Aim = Literal["logistic", "wasserstein", "hinge", "least squares"]
"""By what a discriminator tells real from made samples."""

_TOLD = 0.02  # share of the latest step in what is remembered of how often both were told apart


class Discriminator(nn.Module, ABC):
    """A network that says of samples how real they look."""

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """Return what is seen of samples, (batch, feature); a few hundred numbers at most."""

    @abstractmethod
    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return verdicts on samples, (batch,): larger for those that look more real."""


class Game(nn.Module):
    """A generator and the discriminator that it plays against.

    Parameters
    ----------
    generator : Module
        From codes (batch, latent), and conditions (batch, given) or None, to samples (batch, ...).
    discriminator : Discriminator
        From samples, and conditions or None, to verdicts.
    latent : int
        Numbers in a code.
    """

    discriminator: Discriminator
    told: Tensor

    def __init__(self, generator: nn.Module, discriminator: Discriminator, latent: int) -> None:
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.latent = latent
        self.register_buffer("told", torch.tensor(0.5))

    def remember(self, real: Tensor, made: Tensor) -> None:
        """Take up into `told` how many made samples the discriminator finds less real."""
        share = (real.detach() > made.detach()).float().mean()
        self.told.lerp_(share.to(self.told), _TOLD)


def contest(aim: Aim, real: Tensor, made: Tensor) -> Tensor:
    """Return the loss of a discriminator that says this of real and made samples, (batch, ...)."""
    if aim == "wasserstein":
        return made - real
    if aim == "hinge":
        return relu(1 - real) + relu(1 + made)
    if aim == "least squares":
        return (1 - real).square() + made.square()
    return softplus(-real) + softplus(made)


def persuasion(aim: Aim, made: Tensor) -> Tensor:
    """Return the loss of a generator of whose samples the discriminator says these, (batch, ...).

    With the logistic aim it is the one that does not saturate: the generator raises the chance that
    its samples are called real, which has a slope where the discriminator is sure, too.
    """
    if aim == "least squares":
        return (1 - made).square()
    return softplus(-made) if aim == "logistic" else -made


def unmoved(network: nn.Module, *inputs: Any) -> Tensor:
    """Apply a network whose weights get no gradient from it; what it is applied to does."""
    weights = {name: weight.detach() for name, weight in network.named_parameters()}
    return functional_call(network, weights, inputs)


def slope_penalty(critic: nn.Module, real: Tensor, made: Tensor, given: Tensor | None) -> Tensor:
    """Return how far the slope of a critic is from 1 between real and made samples, (batch,).

    The gradient penalty of Gulrajani et al. (2017).
    """
    share = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)
    between = torch.lerp(real, made.detach(), share.to(real))
    return (_squared_slope(critic, between, given).add(1e-12).sqrt() - 1) ** 2


def steepness(discriminator: nn.Module, real: Tensor, given: Tensor | None) -> Tensor:
    """Return the squared slope of a discriminator at real samples, (batch,).

    The R1 penalty of Mescheder, Geiger & Nowozin (2018).
    """
    return _squared_slope(discriminator, real, given)


def _squared_slope(network: nn.Module, at: Tensor, given: Tensor | None) -> Tensor:
    at = at.detach().requires_grad_()
    total = network(at, given).sum()
    (slope,) = torch.autograd.grad(total, at, create_graph=True)
    return slope.flatten(1).square().sum(dim=1)


def clip_weights(network: nn.Module, most: float) -> None:
    """Bring all weights of a network into [-most, most], in place (Arjovsky et al., 2017)."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.clamp_(-most, most)
