"""How far apart the Gaussians are that fit real and generated samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.evaluation.spaces import Space, in_space


@dataclass(frozen=True)
class Frechet:
    """Fréchet distance between the Gaussians of real and generated samples.

    Parameters
    ----------
    distance : float in [0, inf)
        Squared Fréchet distance, in squared units of the space.
    floor : float in [0, inf)
        What real samples are expected to have against as many real samples: the bias of the
        estimate, which a perfect generator has, too.
    """

    distance: float
    floor: float


def frechet_distance(
    real: Any, generated: Any, space: Space = "scaled", *, repeats: int = 5, seed: int = 0
) -> Frechet:
    """Measure the Fréchet distance of samples, and what a perfect generator would have.

    A Gaussian is fitted to each sort of samples; the distance is

        |m - m'|^2 + tr(S + S' - 2 (S S')^(1/2)).

    It sees means and covariances only: say in which space. In features of the Inception network it
    is known as FID; figures in other spaces cannot be compared with that.

    Parameters
    ----------
    real : dataframe, array, list or path, n samples
        Real samples.
    generated : as `real`, m samples
        Generated samples.
    space : {"scaled", "given"} or callable, default "scaled"
        Where it is measured: of images, a `FeatureSpace`; see `likely.evaluation.spaces.in_space`.
    repeats : int in [1, inf), default 5
        Random halvings of the real samples that the floor is the mean of.
    seed : int in [0, inf), default 0
        Of halvings.

    Returns
    -------
    Frechet

    Raises
    ------
    DataError
        If there are fewer than four real samples, or samples do not fit together.
    ParameterError
        If `repeats` is below 1.

    Notes
    -----
    The estimate is too large by about c (1/n + 1/m), with one c for all generators near the truth,
    so distances can be compared at equal numbers only. The floor is the mean distance of the two
    halves of the real samples, brought from their numbers to n and m by that rule; it is rough with
    fewer samples than ten times the width of the space.

    References
    ----------
    Heusel, M., Ramsauer, H., Unterthiner, T., Nessler, B. & Hochreiter, S. (2017). GANs trained by
    a two time-scale update rule converge to a local Nash equilibrium. NeurIPS.
    https://arxiv.org/abs/1706.08500
    Chong, M. J. & Forsyth, D. (2020). Effectively unbiased FID and inception score and where to
    find them. CVPR. https://arxiv.org/abs/1911.07023

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(4000, 2))
    >>> found = frechet_distance(rows[:2000], rows[2000:] + [3.0, 0.0], space="given")
    >>> bool(abs(found.distance - 9) < 0.3), bool(found.floor < 0.01)
    (True, True)
    """
    if repeats < 1:
        raise ParameterError(f"repeats must be an integer of at least 1. Got {repeats!r}.")
    first, second = in_space(space, real, generated)
    n, m = len(first), len(second)
    if n < 4:
        raise DataError(f"The floor needs at least four real samples. Found {n}.")
    rng, half = generator(seed), n // 2
    halvings = [rng.permutation(n) for _ in range(repeats)]
    found = [_distance(first[order[:half]], first[order[half:]]) for order in halvings]
    to_numbers = (1 / n + 1 / m) / (1 / half + 1 / (n - half))
    return Frechet(_distance(first, second), float(np.mean(found)) * to_numbers)


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    shift = a.mean(axis=0) - b.mean(axis=0)
    first, second = _root(a), _root(b)
    # (S S')^(1/2) has as trace the sum of the singular values of S^(1/2) S'^(1/2): no root of a
    # matrix that is not symmetric, and nothing to add to a singular one
    shared = np.linalg.svd(first @ second, compute_uv=False).sum()
    own = (first**2).sum() + (second**2).sum()
    return max(0.0, float(shift @ shift + own - 2 * shared))


def _root(x: np.ndarray) -> np.ndarray:
    """Return the symmetric square root of the covariance of samples."""
    centred = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1)
    variances, directions = np.linalg.eigh(centred.T @ centred)
    return (directions * np.sqrt(np.maximum(variances, 0.0))) @ directions.T
