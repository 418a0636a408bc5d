"""What a coder by linear prediction, as FLAC is one, needs for the levels of a clip.

A clip is cut into frames. In each, the coefficients of every order are those that the windowed
autocorrelation gives (Levinson, Durbin), applied without rounding; what they leave is Laplace with
a scale of its own, in steps of a quarter of an octave. A level costs the mass of the interval of
pressures that it stands for, so that a coder of levels and this one speak of the same. The order
with the fewest bits is taken, those for saying order, scale and coefficients included.
"""

from __future__ import annotations

import numpy as np

from likely.data.companding import bounds

ORDERS = (0, 2, 4, 8, 12, 16, 24, 32)
BITS_OF_ORDER, BITS_OF_SCALE, BITS_OF_COEFFICIENT = 4, 7, 12  # what FLAC spends, about


def bits_of(pressure: np.ndarray, levels: np.ndarray, frame: int, most: int) -> np.ndarray:
    """Return bits of a clip: of its levels, and of what a reader must be told of its frames.

    Parameters
    ----------
    pressure : ndarray of shape (time,)
        Between -1 and 1.
    levels : ndarray of int, shape (time,)
        Of `likely.data.companding`.
    frame : int
        Values of a frame.
    most : int
        Largest order.

    Returns
    -------
    ndarray of shape (2,)
    """
    total = np.zeros(2)
    edges = bounds()
    for start in range(0, len(pressure), frame):
        here = pressure[start : start + frame]
        of = levels[start : start + frame]
        choices = []
        for order, weights in enumerate(coefficients(here, most)):
            if order not in ORDERS:
                continue
            seen = np.concatenate([np.zeros(order), pressure[max(0, start - order) : start], here])
            seen = seen[len(seen) - len(here) - order :]
            foretold = sum(
                (
                    w * seen[order - 1 - j : order - 1 - j + len(here)]
                    for j, w in enumerate(weights)
                ),
                np.zeros(len(here)),
            )
            scale = max(float(np.abs(here - foretold).mean()), 2e-5)
            scale = 2 ** (np.rint(4 * np.log2(scale)) / 4)
            nats = -log_mass((edges[of] - foretold) / scale, (edges[of + 1] - foretold) / scale)
            told = BITS_OF_ORDER + BITS_OF_SCALE + order * BITS_OF_COEFFICIENT
            choices.append((nats.sum() / np.log(2), told))
        total += min(choices, key=sum)
    return total


def coefficients(frame: np.ndarray, most: int) -> list[np.ndarray]:
    """Return the coefficients of orders 0 to `most`, nearest value first."""
    n = len(frame)
    bent = frame * np.hanning(n + 2)[1:-1] ** 0.25  # flat but for its ends
    together = np.array([bent[: n - k] @ bent[k:] if k < n else 0.0 for k in range(most + 1)])
    together[0] = together[0] * (1 + 1e-9) + 1e-12
    weights, left = np.zeros(0), together[0]
    found = [weights]
    for k in range(1, most + 1):
        reflected = (together[k] - weights @ together[k - 1 : 0 : -1]) / left
        weights = np.append(weights - reflected * weights[::-1], reflected)
        left *= 1 - reflected**2
        found.append(weights)
    return found


def log_mass(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the logarithm of what a Laplace distribution of scale 1 has between two numbers."""
    mirrored = low > 0
    low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = high + np.log(-np.expm1(np.minimum(low - high, -1e-12))) - np.log(2)
        around = np.log1p(-0.5 * np.exp(np.minimum(low, 0)) - 0.5 * np.exp(-np.maximum(high, 0)))
    return np.where(high <= 0, beside, around)
