r"""mu-law: loudness on the scale of an ear, in 256 levels (ITU-T G.711; van den Oord et al., 2016).

Pressure x between -1 and 1 is bent so that quiet sounds get as many levels as loud ones have,

$$ y = \operatorname{sign}(x)\,\frac{\ln(1 + 255\,|x|)}{\ln 256} $$

and y is rounded to a multiple of 1/128: levels -128 to 127, stored as 0 to 255. Silence is a level
of its own, 128, and comes back as silence.
"""

from __future__ import annotations

import numpy as np

LEVELS = 256
"""How many levels there are."""

SILENCE = 128
"""The level of no pressure at all."""

_MU = 255.0


def to_levels(values: np.ndarray) -> np.ndarray:
    """Return the level of pressure between -1 and 1, int32 from 0 to 255; what is louder is cut."""
    bent = np.sign(values) * np.log1p(_MU * np.abs(values)) / np.log1p(_MU)
    return np.clip(np.rint(SILENCE * bent) + SILENCE, 0, LEVELS - 1).astype(np.int32)


def from_levels(levels: np.ndarray) -> np.ndarray:
    """Return the pressure in the middle of levels, float32 between -1 and 1.

    Examples
    --------
    >>> from_levels(to_levels(np.array([0.0, 0.01, -0.5]))).round(3).tolist()
    [0.0, 0.009999999776482582, -0.49799999594688416]
    """
    return _unbent((np.asarray(levels, np.float64) - SILENCE) / SILENCE).astype(np.float32)


def bounds() -> np.ndarray:
    """Return the pressures between which levels lie, shape (257,); the outer ones are infinite."""
    between = _unbent((np.arange(1, LEVELS) - 0.5 - SILENCE) / SILENCE)
    return np.concatenate([[-np.inf], between, [np.inf]])


def _unbent(bent: np.ndarray) -> np.ndarray:
    return np.sign(bent) * np.expm1(np.abs(bent) * np.log1p(_MU)) / _MU
