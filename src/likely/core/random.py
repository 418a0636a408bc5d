"""Random numbers: one seed in, independent streams out, the global state never touched."""

from __future__ import annotations

import numpy as np

from likely.core.errors import ParameterError


def generator(seed: int | np.random.Generator | np.random.RandomState | None) -> np.random.Generator:
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
