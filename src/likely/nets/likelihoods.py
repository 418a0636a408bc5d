"""What a decoder says of every feature: its likelihood, its mean, and how to draw from it.

A decoder gives one number a feature. A likelihood makes a distribution of it, whose width, if it
has one, is learnt for every feature and bounded from below, so that a feature that never varies
does not have an infinite density.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEVELS = 256
"""Values of a byte."""

_LEAST_SPREAD = 0.01
_LARGEST_LOG = 5.0


class Likelihood(nn.Module, ABC):
    """The distribution of features given what a decoder says.

    `discrete` says whether `log_prob` is the logarithm of a probability, not of a density.
    """

    discrete: bool

    @abstractmethod
    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return nats of every feature; `x` is (batch, ...), `out` may have axes before it."""

    @abstractmethod
    def mean(self, out: Tensor) -> Tensor:
        """Return the expected features, in the shape of `out`."""

    @abstractmethod
    def draw(self, out: Tensor, chance: Tensor) -> Tensor:
        """Return features at uniform chances in (0, 1), which have the shape of `out`."""


class Gaussian(Likelihood):
    """Features are Gaussian about what the decoder says (Kingma & Welling, 2014).

    Parameters
    ----------
    shape : sequence of int
        Shape of the features of one sample.
    least : float in (0, inf), default 0.01
        Smallest standard deviation that a feature may get.
    """

    discrete = False

    def __init__(self, shape: Sequence[int], least: float = _LEAST_SPREAD) -> None:
        super().__init__()
        self.least = least
        self.log_spread = nn.Parameter(torch.zeros(*shape))

    def spread(self) -> Tensor:
        """Return the standard deviation of each feature."""
        spread = self.log_spread.clamp(max=_LARGEST_LOG).exp()
        return (spread**2 + self.least**2).sqrt()

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-densities."""
        spread = self.spread()
        return -0.5 * ((x - out) / spread) ** 2 - spread.log() - 0.5 * float(np.log(2 * np.pi))

    def mean(self, out: Tensor) -> Tensor:
        """Return what the decoder says."""
        return out

    def draw(self, out: Tensor, chance: Tensor) -> Tensor:
        """Return Gaussian features."""
        return out + self.spread() * torch.special.ndtri(chance)


class Bernoulli(Likelihood):
    """Features are 0 or 1, and the decoder says the log-odds of 1."""

    discrete = True

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities; values beyond 0 and 1 count as the nearer one."""
        x = x.clamp(0, 1).expand_as(out)
        return -F.binary_cross_entropy_with_logits(out, x, reduction="none")

    def mean(self, out: Tensor) -> Tensor:
        """Return the chances of 1."""
        return torch.sigmoid(out)

    def draw(self, out: Tensor, chance: Tensor) -> Tensor:
        """Return zeros and ones."""
        return (chance < torch.sigmoid(out)).to(out.dtype)


class DiscretisedLogistic(Likelihood):
    """256 levels in [0, 1], logistic about what the decoder says (Kingma et al., 2016).

    The chance of a level is that of the interval half-way to its neighbours; the first and the last
    level have all that lies beyond them.

    Parameters
    ----------
    shape : sequence of int
        Shape of the features of one sample.
    least : float in (0, inf), default 0.001
        Smallest scale that a feature may get, a quarter of a level.

    References
    ----------
    Kingma, D. P. et al. (2016). Improved variational inference with inverse autoregressive flow.
    NeurIPS. https://arxiv.org/abs/1606.04934
    """

    discrete = True

    def __init__(self, shape: Sequence[int], least: float = 0.001) -> None:
        super().__init__()
        self.least = least
        self.log_scale = nn.Parameter(torch.full(tuple(shape), -2.5))

    def scale(self) -> Tensor:
        """Return the scale of each feature."""
        return self.log_scale.clamp(max=_LARGEST_LOG).exp() + self.least

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities; values between levels count as the nearest one."""
        return log_chance_of_level(x, out, self.scale())

    def mean(self, out: Tensor) -> Tensor:
        """Return what the decoder says, within the levels."""
        return out.clamp(0, 1)

    def draw(self, out: Tensor, chance: Tensor) -> Tensor:
        """Return levels."""
        value = out + self.scale() * torch.logit(chance)
        return torch.round(value.clamp(0, 1) * (LEVELS - 1)) / (LEVELS - 1)


def log_chance_of_level(x: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """Return the log-probability of one of 256 levels in [0, 1] under a logistic distribution.

    Parameters
    ----------
    x : Tensor
        Values; those between levels count as the nearest one.
    mean, scale : Tensor
        Of the distribution, in shapes that go with the values.
    """
    level = torch.round(x.clamp(0, 1) * (LEVELS - 1))
    half = 0.5 / (LEVELS - 1)
    upper = (level / (LEVELS - 1) + half - mean) / scale
    lower = (level / (LEVELS - 1) - half - mean) / scale
    below, above = F.logsigmoid(upper), F.logsigmoid(-lower)
    # sigmoid(u) - sigmoid(l) = sigmoid(u) sigmoid(-l) (1 - exp(l - u))
    inside = below + above + torch.log(-torch.expm1(-2 * half / scale))
    return torch.where(level == 0, below, torch.where(level == LEVELS - 1, above, inside))


LIKELIHOODS = ("gaussian", "bernoulli", "logistic")


def make_likelihood(name: str, shape: Sequence[int]) -> Likelihood:
    """Return a likelihood by its name.

    Parameters
    ----------
    name : {"gaussian", "bernoulli", "logistic"}
        Which.
    shape : sequence of int
        Shape of the features of one sample.
    """
    if name == "bernoulli":
        return Bernoulli()
    return Gaussian(shape) if name == "gaussian" else DiscretisedLogistic(shape)
