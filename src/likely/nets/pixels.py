"""Pixels as flows and diffusion see them: in the middle of their level, about 0, never far out."""

from __future__ import annotations

import numpy as np

from likely.data.form import Form

_FINE = 256
"""Levels of images that are not of bytes: noise of one level is added to them in training."""


def levels_of(form: Form) -> int:
    """Return how many levels a pixel has as flows see it.

    Parameters
    ----------
    form : Form
        Of the images.
    """
    return form.levels or _FINE


def pixels(x: np.ndarray, form: Form) -> np.ndarray:
    """Return features as networks see them, float32: level i of 256 as (i + 1/2) / 256 - 1/2.

    Parameters
    ----------
    x : ndarray of shape (n, channel, height, width)
        Features, in [0, 1] but for pixels unlike all learnt, which are drawn in by a logarithm.
    form : Form
        Of the images.
    """
    size = np.abs(y := _line(np.asarray(x, dtype=np.float64), form))
    far = np.sign(y) * (1 + np.log(np.maximum(size, 1)))
    return np.ascontiguousarray(np.where(size > 1, far, y), dtype=np.float32)


def restore_pixels(y: np.ndarray, form: Form) -> np.ndarray:
    """Return the features that `pixels` made these of.

    Parameters
    ----------
    y : ndarray of shape (n, channel, height, width)
        As networks make them.
    form : Form
        Of the images.
    """
    size = np.abs(y)
    far = np.sign(y) * np.exp(np.minimum(size, 20) - 1)
    y = np.where(size > 1, far, y) + 0.5
    return (y * form.levels - 0.5) / (form.levels - 1) if form.levels else y


def stretch_pixels(x: np.ndarray, form: Form) -> np.ndarray:
    """Return the log-derivatives of `pixels`, in the shape of the features.

    Parameters
    ----------
    x : ndarray of shape (n, channel, height, width)
        Features.
    form : Form
        Of the images.
    """
    scale = (form.levels - 1) / form.levels if form.levels else 1.0
    return np.log(scale) - np.log(np.maximum(np.abs(_line(x, form)), 1))


def _line(x: np.ndarray, form: Form) -> np.ndarray:
    if not form.levels:
        return x - 0.5
    return (x * (form.levels - 1) + 0.5) / form.levels - 0.5
