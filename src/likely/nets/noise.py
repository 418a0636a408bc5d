"""How signal and noise are mixed on the way from data to nothing but noise.

A sample that is mixed with noise e is a x + b e, and only the *noise level* s = b / a counts: all
ways of mixing are the same one, x + s e, seen at another scale (Karras et al., 2022). So samplers,
likelihoods and scores work with x + s e and s, whatever a model was trained with, and two things
are left that differ: the scale at which a network sees samples, a `Path`, and which levels are
learnt and passed through, a schedule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from likely.nets.gaussian_codec import fixed_noise

Prediction = Literal["noise", "sample", "velocity"]

_LEAST, _MOST = 0.0001, 0.02  # variance added in a step of DDPM, with a thousand of them
_FEW = 8
_OFFSET, _MOST_ADDED = 0.008, 0.999  # of the cosine schedule

MOST = 150.0
"""The largest noise level that is learnt, in spreads of the data: next to nothing else is left."""


@dataclass(frozen=True)
class Mixture:
    """How much of signal and noise a network sees, and how that changes along the path.

    Parameters
    ----------
    signal, noise : Tensor
        Factors a and b.
    signal_change, noise_change : Tensor
        Their derivatives along the path.
    """

    signal: Tensor
    noise: Tensor
    signal_change: Tensor
    noise_change: Tensor

    def flat(self) -> Mixture:
        """Return the mixture in the shape (batch, 1)."""
        parts = (self.signal, self.noise, self.signal_change, self.noise_change)
        return Mixture(*[part.flatten(1) for part in parts])


@dataclass(frozen=True)
class Path:
    """The scale at which networks see samples of a noise level, and what they foretell of them.

    Parameters
    ----------
    kind : {"preserving", "straight"}
        "preserving": a^2 + b^2 = 1, as of DDPM. "straight": a + b = 1, as of flow matching.
    predicts : {"noise", "sample", "velocity"}
        What the network foretells: e, x, or where what it sees moves along the path, a' x + b' e.
    """

    kind: Literal["preserving", "straight"] = "preserving"
    predicts: Prediction = "velocity"

    def at(self, level: Tensor) -> Mixture:
        """Return the mixture at noise levels, each in the shape of the levels."""
        if self.kind == "straight":
            signal = 1 / (1 + level)
            one = torch.ones_like(level)
            return Mixture(signal, level * signal, -one, one)
        signal = torch.rsqrt(1 + level**2)
        return Mixture(signal, level * signal, -level * signal, signal)

    def goal(self, mixture: Mixture, sample: Tensor, noise: Tensor) -> Tensor:
        """Return what a network should foretell."""
        if self.predicts == "noise":
            return noise
        if self.predicts == "sample":
            return sample
        return mixture.signal_change * sample + mixture.noise_change * noise

    def usual(self, mixture: Mixture, variance: Tensor | float) -> Tensor:
        """Return the factor on what is seen that foretells normal samples of a variance best."""
        share = variance * mixture.signal**2 + mixture.noise**2
        if self.predicts == "noise":
            return mixture.noise / share
        if self.predicts == "sample":
            return variance * mixture.signal / share
        along = variance * mixture.signal * mixture.signal_change
        return (along + mixture.noise * mixture.noise_change) / share

    def sample(self, mixture: Mixture, seen: Tensor, foretold: Tensor) -> Tensor:
        """Return the sample that a network foretells, given what it saw."""
        if self.predicts == "sample":
            return foretold
        if self.predicts == "noise":
            return (seen - mixture.noise * foretold) / mixture.signal
        change = mixture.signal * mixture.noise_change - mixture.signal_change * mixture.noise
        return (mixture.noise_change * seen - mixture.noise * foretold) / change


def linear(count: int) -> np.ndarray:
    """Return the noise levels of DDPM (Ho et al., 2020), ascending, shape (count,).

    The variance added in a step grows evenly, from 0.0001 to 0.02 if there are a thousand steps.

    Parameters
    ----------
    count : int in [2, inf)
        How many.
    """
    scale = 1000 / count
    added = np.linspace(scale * _LEAST, min(scale * _MOST, _MOST_ADDED), count)
    return _levels(added)


def cosine(count: int) -> np.ndarray:
    """Return the noise levels of Nichol & Dhariwal (2021), ascending, shape (count,).

    The share of the signal falls like a squared cosine: information goes at an even pace.

    Parameters
    ----------
    count : int in [2, inf)
        How many.
    """
    along = (np.arange(count + 1) / count + _OFFSET) / (1 + _OFFSET)
    kept = np.cos(along * np.pi / 2) ** 2
    return _levels(np.minimum(1 - kept[1:] / kept[:-1], _MOST_ADDED))


def straight(count: int) -> np.ndarray:
    """Return noise levels at even steps of a straight path, ascending, shape (count,).

    Parameters
    ----------
    count : int in [2, inf)
        How many.
    """
    nearest = 1 / (1 + MOST)  # to both ends of the path
    along = np.linspace(nearest, 1 - nearest, count)
    return along / (1 - along)


def learnable(levels: np.ndarray) -> np.ndarray:
    """Return rising levels without those at which next to nothing but noise is left.

    Parameters
    ----------
    levels : ndarray
        At least two.
    """
    return levels[: max(2, int((levels <= MOST).sum()))]


def picked(levels: np.ndarray, shares: Tensor) -> Tensor:
    """Return one of some levels for each number in [0, 1), all of them alike, (batch,).

    Parameters
    ----------
    levels : ndarray
        The levels.
    shares : Tensor of shape (batch,)
        As of `spread_shares`.
    """
    every = torch.from_numpy(levels).to(shares)
    return every[(shares * len(every)).long().clamp(max=len(every) - 1)]


def spread_shares(batch: Tensor) -> Tensor:
    """Return one number in [0, 1) for each sample of a batch, spread evenly, (batch,).

    Levels of noise drawn by them make losses vary less than independent ones.

    Parameters
    ----------
    batch : Tensor of shape (batch, ...)
        The samples.
    """
    places = torch.arange(len(batch), device=batch.device)
    return (places + torch.rand(len(batch), device=batch.device)) / len(batch)


def even_noise(shape: tuple[int, ...], seed: int, draws: int = 32) -> Tensor:
    """Return noise whose squares have a mean of 1, (k, ...), the same for a seed.

    Of samples of few numbers there are several draws, spread evenly; of those that have many
    numbers there is one.

    Parameters
    ----------
    shape : tuple of int
        Of a sample.
    seed : int
        Of the one.
    draws : int, default 32
        How many there are of samples of up to eight numbers; of larger ones fewer.
    """
    width = math.prod(shape)
    draws = max(1, draws * _FEW // max(width, _FEW))
    if draws == 1:
        one = np.random.default_rng(seed).normal(size=(1, *shape))
        return torch.from_numpy(one / np.sqrt(np.square(one).mean()))
    drawn = fixed_noise(draws, width)
    return torch.from_numpy((drawn / np.sqrt(np.square(drawn).mean(axis=0))).reshape(-1, *shape))


def _levels(added: np.ndarray) -> np.ndarray:
    kept = np.cumprod(1 - added)
    return np.sqrt((1 - kept) / kept)
