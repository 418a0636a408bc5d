"""What made samples say about the generator that made them, beside real ones."""

from __future__ import annotations

import numpy as np

from likely.core.k_means import k_means
from likely.core.neighbours import nearest

_NEIGHBOURS = 5
_IN_A_PART = 25  # real samples on average, so that hardly any made ones are no accident
_FEW = 0.2  # of as many as there should be


def reach(made: np.ndarray, real: np.ndarray) -> float:
    """Return the share of real samples that have a made one among their nearest ones.

    That is coverage (Naeem et al., 2020): a made sample lies no farther than the fifth nearest of
    the other real ones. Of perfect samples it is about 0.97.

    Parameters
    ----------
    made, real : ndarray of shape (n, ...)
        As many of each.
    """
    real, made = _flat(real), _flat(made)
    k = min(_NEIGHBOURS, len(real) - 1)
    radius = nearest(real, real, k, leave_self_out=True)[0][:, -1]
    return float(np.mean(nearest(real, made, 1)[0][:, 0] <= radius))


def left_out(made: np.ndarray, real: np.ndarray) -> float:
    """Return the share of real samples that lie in parts of the space with hardly a made one.

    Parts are clusters of the real samples, 25 in each on average, and hardly one is a fifth of as
    many as there should be. Coverage falls, too, where all parts are made a little wrong; this is
    about 0 then.

    Parameters
    ----------
    made, real : ndarray of shape (n, ...)
        Some of each.
    """
    real, made = _flat(real), _flat(made)
    centre = real.mean(axis=0)
    centres, parts = k_means(
        real - centre, max(1, len(real) // _IN_A_PART), np.random.default_rng(0)
    )
    near = nearest(made - centre, centres, 1)[1][:, 0]
    shares = [np.bincount(of, minlength=len(centres)) / len(of) for of in (parts, near)]
    return float(shares[0][shares[1] < _FEW * shares[0]].sum())


def variety(made: np.ndarray, real: np.ndarray) -> float:
    """Return how far made samples are spread, as a share of how far real ones are."""
    spread = [np.sqrt(_flat(some).var(axis=0).sum()) for some in (made, real)]
    return float(spread[0] / max(spread[1], 1e-12))


def learnt_by_heart(made: np.ndarray, learnt: np.ndarray, apart: np.ndarray) -> float:
    """Return the share of made samples that are nearer to a learnt one than to any other real one.

    Half of them are, if nothing was learnt by heart; as many real samples of each sort count.
    """
    size = min(len(learnt), len(apart))
    made, learnt, apart = _flat(made), _flat(learnt[:size]), _flat(apart[:size])
    near, far = nearest(made, learnt, 1)[0][:, 0], nearest(made, apart, 1)[0][:, 0]
    return float(np.mean(near < far) + np.mean(near == far) / 2)


def _flat(samples: np.ndarray) -> np.ndarray:
    return np.asarray(samples, dtype=np.float64).reshape(len(samples), -1)
