"""What an autoregressive network says of one feature given those before it: its distribution.

A network gives `size` numbers for every feature, (batch, size, ...) beside features (batch, ...). A
conditional makes a distribution of them. All of it is computed in float32 at least.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from types import EllipsisType

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.likelihoods import LEVELS, log_chance_of_level

_LEAST_SPREAD = 0.01
_LOG_SPREADS = (-9.0, 5.0)
_NO_ATOM = 20.0  # nats for a value that is none of the two a column can have, and more if far off
_NEAR = 1e-3  # of the gap between two values: what still counts as one of them

Place = int | slice | EllipsisType


class Conditional(nn.Module, ABC):
    """The distribution of a feature given those before it.

    `size` is how many numbers a feature needs; `discrete` says whether `log_prob` is the logarithm
    of a probability, not of a density.
    """

    size: int
    discrete: bool = True

    @abstractmethod
    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return nats of every feature; `x` is (batch, ...), `out` is (batch, size, ...)."""

    @abstractmethod
    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return features, (batch, ...).

        Parameters
        ----------
        out : Tensor of shape (batch, size, ...)
            What the network says.
        chance : Tensor of shape (batch, 2, ...)
            Uniform in (0, 1): one for the choice, one for the value.
        place : int, slice or ..., default ...
            Which of the features of a table they are.
        """

    def inputs(self, x: Tensor, place: Place = ...) -> Tensor:
        """Return features as the network should see them: between -1 and 1."""
        return 2 * x - 1


class Bernoulli(Conditional):
    """Features are 0 or 1, and the network says the log-odds of 1."""

    size = 1

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities; values beyond 0 and 1 count as the nearer one."""
        odds = _precise(out)[:, 0]
        return -F.binary_cross_entropy_with_logits(odds, x.clamp(0, 1).to(odds), reduction="none")

    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return zeros and ones."""
        odds = _precise(out)[:, 0]
        return (chance[:, 1] < torch.sigmoid(odds)).to(odds)


class Softmax(Conditional):
    """256 levels in [0, 1], each with a chance of its own (van den Oord et al., 2016)."""

    size = LEVELS

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities; values between levels count as the nearest one."""
        level = torch.round(x.clamp(0, 1) * (LEVELS - 1)).long()
        return torch.log_softmax(_precise(out), dim=1).gather(1, level[:, None])[:, 0]

    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return levels."""
        return _choose(_precise(out), chance[:, 1]).to(chance) / (LEVELS - 1)


class LogisticMixture(Conditional):
    """256 levels in [0, 1] under a mixture of logistic distributions (Salimans et al., 2017).

    The chance of a level is that of the interval half-way to its neighbours; the first and the last
    level have all that lies beyond them.

    Parameters
    ----------
    components : int in [1, inf)
        How many are mixed.

    References
    ----------
    Salimans, T., Karpathy, A., Chen, X. & Kingma, D. P. (2017). PixelCNN++: improving the PixelCNN
    with discretized logistic mixture likelihood and other modifications. ICLR.
    https://arxiv.org/abs/1701.05517
    """

    def __init__(self, components: int) -> None:
        super().__init__()
        self.size = 3 * components
        self.components = components
        self.least = 0.001  # a quarter of a level

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities; values between levels count as the nearest one."""
        weights, means, scales = self._parts(out)
        found = log_chance_of_level(x[:, None].to(means), means, scales)
        return torch.logsumexp(torch.log_softmax(weights, dim=1) + found, dim=1)

    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return levels."""
        weights, means, scales = self._parts(out)
        mean, scale = _pick(weights, chance[:, 0], means, scales)
        value = mean + scale * torch.logit(chance[:, 1])
        return torch.round(value.clamp(0, 1) * (LEVELS - 1)) / (LEVELS - 1)

    def _parts(self, out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weights, means, scales = _precise(out).split(self.components, dim=1)
        k = self.components
        start = _along_first((torch.arange(k, device=out.device) + 0.5) / k, means)
        scale = (scales.clamp(*_LOG_SPREADS)).exp() / (2 * k + 2) + self.least
        return weights, start + 0.5 * means, scale


class GaussianMixture(Conditional):
    """Numbers under a mixture of Gaussians (Bishop, 1994).

    Parameters
    ----------
    components : int in [1, inf)
        How many are mixed.
    low, high : float
        Between which the components lie before anything is learnt.
    """

    discrete = False

    def __init__(self, components: int, low: float = -2.0, high: float = 2.0) -> None:
        super().__init__()
        self.size = 3 * components
        self.components = components
        self.low, self.high = low, high

    def inputs(self, x: Tensor, place: Place = ...) -> Tensor:
        """Return features as they are, but for their centre."""
        return x - 0.5 * (self.low + self.high)

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-densities."""
        weights, means, spreads = self._parts(out)
        z = (x[:, None].to(means) - means) / spreads
        found = -0.5 * z**2 - spreads.log() - 0.5 * math.log(2 * math.pi)
        return torch.logsumexp(torch.log_softmax(weights, dim=1) + found, dim=1)

    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return numbers."""
        weights, means, spreads = self._parts(out)
        mean, spread = _pick(weights, chance[:, 0], means, spreads)
        return mean + spread * torch.special.ndtri(chance[:, 1])

    def _parts(self, out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weights, means, spreads = _precise(out).split(self.components, dim=1)
        k, whole = self.components, self.high - self.low
        start = self.low + whole * (torch.arange(k, device=out.device) + 0.5) / k
        spread = spreads.clamp(*_LOG_SPREADS).exp() * whole / (k + 3)
        return weights, _along_first(start, means) + means, (spread**2 + _LEAST_SPREAD**2).sqrt()


class Columns(Conditional):
    """Columns of a table: of two values Bernoulli, all others a mixture of Gaussians.

    Parameters
    ----------
    components : int in [1, inf)
        How many Gaussians are mixed.
    lows, gaps : ndarray of shape (width,)
        The smaller of two values, and how far the other is from it; a gap of 0 for a column of many
        values.
    """

    discrete = False
    low: Tensor
    gap: Tensor
    two: Tensor

    def __init__(self, components: int, lows: np.ndarray, gaps: np.ndarray) -> None:
        super().__init__()
        only_two = bool((gaps > 0).all())
        self.odds, self.mixture = Bernoulli(), GaussianMixture(components)
        self.size = 1 if only_two else self.mixture.size
        two = gaps > 0
        for name, value in (("low", lows), ("gap", np.where(two, gaps, 1.0)), ("two", two)):
            self.register_buffer(name, torch.tensor(value), persistent=False)

    def inputs(self, x: Tensor, place: Place = ...) -> Tensor:
        """Return values of two as -1 and 1, and others as they are."""
        shares = (x - self.low[place].to(x)) / self.gap[place].to(x)
        return torch.where(self.two[place], 2 * shares - 1, x)

    def log_prob(self, x: Tensor, out: Tensor) -> Tensor:
        """Return log-probabilities and log-densities; no value of two counts as very odd."""
        share = (x - self.low.to(x)) / self.gap.to(x)
        nearest = (share > 0.5).to(x)
        off = (share - nearest).abs()
        of_two = self.odds.log_prob(nearest, out[:, :1])
        of_two = of_two - torch.where(off > _NEAR, _NO_ATOM + 0.5 * off**2, torch.zeros_like(off))
        if self.size == 1:
            return of_two
        return torch.where(self.two, of_two, self.mixture.log_prob(x, out))

    def draw(self, out: Tensor, chance: Tensor, place: Place = ...) -> Tensor:
        """Return values."""
        low, gap, two = (part[place] for part in (self.low, self.gap, self.two))
        of_two = low.to(chance) + gap.to(chance) * self.odds.draw(out[:, :1], chance)
        if self.size == 1:
            return of_two
        return torch.where(two, of_two, self.mixture.draw(out, chance))


def _precise(out: Tensor) -> Tensor:
    return out if out.dtype == torch.float64 else out.float()


def _along_first(values: Tensor, like: Tensor) -> Tensor:
    """Return values (k,) in the shape (1, k, 1, ...)."""
    return values.to(like).reshape(1, -1, *[1] * (like.ndim - 2))


def _choose(logits: Tensor, chance: Tensor) -> Tensor:
    """Return positions along the axis of the logits, (batch, k, ...) to (batch, ...)."""
    heaped = torch.softmax(logits, dim=1).cumsum(dim=1)
    return (heaped < chance[:, None]).sum(dim=1).clamp(max=logits.shape[1] - 1)


def _pick(logits: Tensor, chance: Tensor, *parts: Tensor) -> list[Tensor]:
    """Return what parts say of the component chosen."""
    chosen = _choose(logits, chance)[:, None]
    return [part.gather(1, chosen)[:, 0] for part in parts]
