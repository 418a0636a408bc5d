"""Whether what a density says of a sample is usual, and not only whether it says much.

A density adds up many small surprises, so a plain image is likelier than any that it learnt from:
a model of clothes finds digits likelier than clothes (Nalisnick et al., 2019). Four answers:

- "typicality": how far log p(x) is from what it usually is, in whichever direction;
- "ratio": what any sample has in common is taken off, as a background model knows it, which learns
  from samples some of whose numbers were replaced (Ren et al., 2019);
- "complexity": what a compressor needs for the sample is taken off -log p(x), as plain images need
  little (Serra et al., 2020);
- "states": how unusual several statistics are together (Morningstar et al., 2021): log p(x), the
  size when compressed, how many nats lie in each part of the sample and how unevenly, how rough it
  is along each axis, and how far it lies from the plane that samples lie near. What is likely in
  the wrong places is odd, and so is what is too likely anywhere.

Statistics are those of samples held out: a network is less surprised by what it learnt.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from likely.core.covariance import regularise, whitening
from likely.nets.plane import Plane

ODDNESS = ("likelihood", "typicality", "ratio", "complexity", "states")

_PLACES = {1: (16, 32), 2: (4, 7), 3: (2, 3)}
"""Into how many parts an axis is cut, coarsely and finely, by the number of axes."""

_SMOOTHEST = 1e-4
_SAMPLES_EACH = 10

_LEVELS = 255
_POOL: dict[int, Any] = {
    1: functional.adaptive_avg_pool1d,
    2: functional.adaptive_avg_pool2d,
    3: functional.adaptive_avg_pool3d,
}


@dataclass(frozen=True)
class States:
    """The usual statistics of a density, as a Gaussian.

    Parameters
    ----------
    centre : ndarray of shape (statistic,)
        Means.
    whitening : ndarray of shape (statistic, statistic)
        Makes them independent, with spreads of 1.
    """

    centre: np.ndarray
    whitening: np.ndarray

    @classmethod
    def learn(cls, found: np.ndarray, fine: int = 0) -> States:
        """Return the states that statistics of ordinary samples, (n, statistic), are in.

        The last `fine` statistics are left out if there are fewer than ten samples a statistic:
        how they go together could not be told.
        """
        if len(found) < _SAMPLES_EACH * found.shape[1]:
            found = found[:, : found.shape[1] - fine]
        covariance = np.atleast_2d(np.cov(found.T, bias=True))
        # as of one row: statistics of a few hundred samples leave some directions nearly empty
        return cls(found.mean(axis=0), whitening(regularise(covariance, 1.0)))

    def distance(self, found: np.ndarray) -> np.ndarray:
        """Return how far statistics are from the usual ones, in spreads, shape (n,)."""
        away = found[:, : len(self.centre)] - self.centre
        return np.sqrt(((away @ self.whitening) ** 2).sum(axis=1))


def statistics(x: np.ndarray, nats: np.ndarray, plane: Plane) -> np.ndarray:
    """Return the statistics of samples, (n, statistic); the last ones are those of fine parts.

    Parameters
    ----------
    x : ndarray of shape (n, channel, *axes)
        Samples, from 0 to 1 if they are images.
    nats : ndarray of the same shape
        Minus log p of every number, given whatever it is given.
    plane : Plane
        What samples lie near.
    """
    by_place = torch.from_numpy(np.ascontiguousarray(nats, dtype=np.float64)).sum(1, keepdim=True)
    coarse, fine = (pooled(by_place, places).numpy() for places in _PLACES[nats.ndim - 2])
    squares = pooled(by_place**2, _PLACES[nats.ndim - 2][0]).numpy()
    total = nats.reshape(len(nats), -1).sum(axis=1)
    size, rest = np.split(at_large(x, plane), [2], axis=1)
    return np.column_stack([total, size, _root(coarse), np.sqrt(squares), rest, _root(fine)])


def at_large(x: np.ndarray, plane: Plane) -> np.ndarray:
    """Return the statistics that need no density: size when compressed, roughness, the plane.

    Parameters
    ----------
    x : ndarray of shape (n, channel, *axes)
        Samples, from 0 to 1 if they are images.
    plane : Plane
        What samples lie near.
    """
    size = compressed(x)
    return np.column_stack([size, np.log(size), roughness(x), plane.statistics(x)])


def _root(means: np.ndarray) -> np.ndarray:
    """Return roots with signs, which are nearer to normal."""
    return np.sign(means) * np.sqrt(np.abs(means))


def fine_parts(shape: tuple[int, ...]) -> int:
    """Return how many statistics are those of fine parts.

    Parameters
    ----------
    shape : tuple of int
        Sizes of the axes of a sample.
    """
    return int(np.prod([min(_PLACES[len(shape)][1], size) for size in shape]))


def roughness(x: np.ndarray) -> np.ndarray:
    """Return logarithms of how much neighbours differ along each axis, (n, axis).

    Parameters
    ----------
    x : ndarray of shape (n, channel, *axes)
        Samples.
    """
    found = [np.abs(np.diff(x, axis=axis)).reshape(len(x), -1) for axis in range(2, x.ndim)]
    means = [part.mean(axis=1) if part.shape[1] else np.zeros(len(x)) for part in found]
    return np.log(np.column_stack(means).astype(np.float64) + _SMOOTHEST)


def compressed(x: np.ndarray) -> np.ndarray:
    """Return how many bits samples need when their values, as bytes, are compressed, shape (n,).

    Parameters
    ----------
    x : ndarray of shape (n, channel, *axes)
        Samples; values are rounded to 256 levels between 0 and 1, or of series between -5 and 5.
    """
    shares = x if x.ndim > 3 else x / 10 + 0.5
    levels = np.rint(np.clip(shares, 0, 1) * _LEVELS).astype(np.uint8)
    return np.array([8.0 * len(zlib.compress(one.tobytes(), 9)) for one in levels])


def pooled(features: Tensor, places: int) -> Tensor:
    """Return means over parts of the axes, (batch, channel * parts).

    Parameters
    ----------
    features : Tensor of shape (batch, channel, *axes)
        Numbers with one to three axes.
    places : int
        Into how many parts each axis is cut, at most as many as it is long.
    """
    sizes = tuple(min(places, size) for size in features.shape[2:])
    return _POOL[len(sizes)](features, sizes).flatten(1)
