"""Whether Markov chains have forgotten where they began."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_LEAST = 1e-12


class Mixing(NamedTuple):
    """How well chains mix.

    Attributes
    ----------
    r_hat : float
        How much wider all chains are together than one by itself; near 1 where they have mixed.
    memory : float
        Integrated autocorrelation time: so many steps make one independent draw.
    """

    r_hat: float
    memory: float


def mixing_of(passed: np.ndarray) -> Mixing:
    """Return how well chains mix by a number that they pass.

    Chains are cut in halves for R-hat (Gelman & Rubin, 1992). Autocorrelations are averaged over
    chains, about the mean of all, and summed until they are beyond six memories (Sokal, 1997).

    Parameters
    ----------
    passed : ndarray of shape (chain, step)
        At least two chains of four steps.

    Examples
    --------
    >>> import numpy as np
    >>> found = mixing_of(np.random.default_rng(0).normal(size=(8, 1000)))
    >>> round(found.r_hat, 1), round(found.memory)
    (1.0, 1)
    """
    half = passed.shape[1] // 2
    parts = np.concatenate([passed[:, :half], passed[:, half : 2 * half]])  # (chain, step)
    within = float(parts.var(axis=1, ddof=1).mean()) + _LEAST
    between = float(parts.mean(axis=1).var(ddof=1))
    r_hat = float(np.sqrt((half - 1) / half + between / within))
    away = passed - passed.mean()
    size = float((away**2).mean())
    if size <= _LEAST:
        return Mixing(r_hat, 1.0)
    memory = 1.0
    for lag in range(1, passed.shape[1] - 1):
        memory += 2 * float((away[:, :-lag] * away[:, lag:]).mean()) / size
        if lag >= 6 * memory:
            break
    return Mixing(r_hat, max(1.0, memory))
