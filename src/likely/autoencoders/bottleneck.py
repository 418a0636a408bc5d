"""How many numbers a code needs, chosen by samples held out, without labels."""

from __future__ import annotations

import numpy as np

MOST = 64
_HELD_OUT = 0.25
_MOST_ROWS = 4_000
_MOST_WIDTH = 3_000


def choose_latent(x: np.ndarray, rng: np.random.Generator, left: float) -> int:
    """Return the fewest linear components that leave a share of the variance of unseen samples.

    Components are learnt from three quarters of the samples and judged by the others, so that those
    that only fit noise of the samples learnt from do not count.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Samples.
    rng : Generator
        Says which samples are held out.
    left : float in (0, 1)
        Share of the variance that may be left.

    Returns
    -------
    int
        At least 1, at most 64 and one fewer than there are features. The elbow of the curve is
        taken if the share is never reached.
    """
    most = max(1, min(MOST, x.shape[1] - 1))
    if len(x) < 8 or most == 1:
        return min(most, 2)
    errors = held_out_errors(x, rng)
    reached = np.flatnonzero(errors <= left)
    best = int(reached[0]) if len(reached) else int(errors[: most + 1].argmin())
    return int(np.clip(best, 1, most))


def held_out_errors(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the share of the variance of unseen samples that k linear components leave, k = 0, ...

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Samples; at least 8.
    rng : Generator
        Says which are held out.
    """
    order = rng.permutation(len(x))[:_MOST_ROWS]
    apart = max(2, int(_HELD_OUT * len(order)))
    columns = np.sort(rng.permutation(x.shape[1])[:_MOST_WIDTH])
    known, unseen = (
        x[rows][:, columns].astype(np.float64) for rows in (order[apart:], order[:apart])
    )
    centre = known.mean(axis=0)
    _, _, components = np.linalg.svd(known - centre, full_matrices=False)
    shown = ((unseen - centre) @ components[:MOST].T) ** 2  # (unseen, component)
    total = float(((unseen - centre) ** 2).sum())
    if total == 0:
        return np.zeros(1)
    return 1 - np.concatenate([[0.0], np.cumsum(shown.sum(axis=0))]) / total
