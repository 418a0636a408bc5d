"""Random numbers: one seed in, independent streams out, the global state never touched."""

from __future__ import annotations

import numpy as np

from likely.core.errors import ParameterError

Seed = int | np.random.Generator | np.random.RandomState | None


def generator(seed: Seed) -> np.random.Generator:
    """Return a `numpy.random.Generator` for a seed.

    Parameters
    ----------
    seed : int, Generator, RandomState or None
        An integer gives the same numbers every time; None gives new ones; a `RandomState` (which
        scikit-learn users pass) is drawn from once.
    """
    if isinstance(seed, np.random.RandomState):
        return np.random.default_rng(seed.randint(0, 2**31 - 1))
    if isinstance(seed, (int, np.integer)) and seed < 0:
        raise ParameterError(f"seed must be an integer of at least 0. Got {seed}.")
    return np.random.default_rng(seed)


def some_rows(n: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """Return positions of at most `most` of n rows, ascending; drawn at random if there are more.

    Parameters
    ----------
    n : int
        How many rows there are.
    most : int
        How many to take at most.
    rng : Generator
        Draws them; left untouched if all rows are taken.
    """
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False))
