"""Small made-up samples with axes, the same in every run: clean, and with planted anomalies.

Samples of a kind have one thing in common that varies: the phase of a wave, the place of a bright
spot, where a spot starts to move. An anomaly is a stretch, a patch or a block that has nothing to
do with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.model import Model
from likely.testing.law import shaped_kinds, takes_ragged, takes_tables, takes_timelines
from likely.testing.ragged import toy_of
from likely.testing.timelines import timeline
from likely.testing.toys import gaussian

SIZES: dict[str, tuple[int, ...]] = {"series": (32,), "image": (20, 20), "video": (5, 12, 12)}
"""Sizes of the axes of the toy samples of each kind."""

_PLANTED: dict[str, tuple[int, ...]] = {"series": (4,), "image": (5, 5), "video": (2, 4, 4)}


def clean(kind: str, n: int = 60, seed: int = 0) -> np.ndarray:
    """Return ordinary samples of a kind.

    Parameters
    ----------
    kind : {"series", "image", "video"}
        Series are float64 with two channels of different units, images grey bytes, video float32.
    n : int in [1, inf), default 60
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.

    Returns
    -------
    ndarray of shape (n, 32, 2), (n, 20, 20) or (n, 5, 12, 12)
    """
    rng = np.random.default_rng(seed)
    return {"series": _series, "image": _images, "video": _video}[kind](n, rng)


def planted(
    kind: str, n: int = 40, seed: int = 1
) -> tuple[np.ndarray, np.ndarray, list[tuple[slice, ...]]]:
    """Return samples of which every fourth has something planted.

    Parameters
    ----------
    kind : {"series", "image", "video"}
        As in `clean`.
    n : int in [4, inf), default 40
        Number of samples.
    seed : int in [0, inf), default 1
        The same seed gives the same samples.

    Returns
    -------
    samples : ndarray of shape (n, ...)
        As from `clean`.
    labels : ndarray of int64, shape (n,)
        1 for samples with something planted.
    places : list of tuple of slice
        Where it is, along the axes, of each of them in turn.
    """
    rng = np.random.default_rng([seed, 1])
    samples = clean(kind, n, seed)
    labels = (np.arange(n) % 4 == 3).astype(np.int64)
    places = []
    for i in np.flatnonzero(labels):
        size = _PLANTED[kind]
        corner = [
            rng.integers(0, whole - part + 1) for whole, part in zip(SIZES[kind], size, strict=True)
        ]
        place = tuple(slice(a, a + part) for a, part in zip(corner, size, strict=True))
        _spoil(kind, samples[i], place)
        places.append(place)
    return samples, labels, places


def samples_for(model: Model, n: int = 60, seed: int = 0) -> Any:
    """Return toy samples of the first kind that a model takes: a table if it takes tables.

    Parameters
    ----------
    model : Model
        Fitted or not.
    n : int in [1, inf), default 60
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.
    """
    if takes_tables(model):
        return gaussian(n, seed=seed)
    if takes_timelines(model):
        return timeline(n, seed)
    return (
        toy_of(model).clean(n, seed)
        if takes_ragged(model)
        else clean(shaped_kinds(model)[0], n, seed)
    )


def _series(n: int, rng: np.random.Generator) -> np.ndarray:
    t = np.linspace(0, 4 * np.pi, SIZES["series"][0])
    phase = rng.uniform(0, 1.5, size=(n, 1))
    size = rng.uniform(0.8, 1.2, size=(n, 1))
    waves = np.stack([size * np.sin(t + phase), 100 * size * np.cos(t + phase) + 1000], axis=-1)
    return waves + rng.normal(size=waves.shape) * [0.05, 5.0]  # (n, time, channel)


def _images(n: int, rng: np.random.Generator) -> np.ndarray:
    centre = np.array(SIZES["image"]) / 2 + rng.uniform(-3, 3, size=(n, 2))
    light = 40 + 110 * _spots(SIZES["image"], centre, 3.0)
    return np.clip(light + rng.normal(0, 4, size=light.shape), 0, 255).round().astype(np.uint8)


def _video(n: int, rng: np.random.Generator) -> np.ndarray:
    frames, *size = SIZES["video"]
    start = rng.uniform(2, 5, size=(n, 2))
    moved = start[:, None] + 1.2 * np.arange(frames)[:, None]  # one step a frame, down and right
    light = 0.1 + 0.5 * _spots(tuple(size), moved, 1.8)
    return np.clip(light + rng.normal(0, 0.02, size=light.shape), 0, 1).astype(np.float32)


def _spots(size: tuple[int, ...], centre: np.ndarray, width: float) -> np.ndarray:
    """Return a bright spot around every centre (..., 2) on a plane, shape (..., *size)."""
    y, x = np.ogrid[: size[0], : size[1]]
    away = (y - centre[..., 0, None, None]) ** 2 + (x - centre[..., 1, None, None]) ** 2
    return np.exp(-away / (2 * width**2))


def _spoil(kind: str, sample: np.ndarray, place: tuple[slice, ...]) -> None:
    if kind == "series":
        sample[place[0], 0] += np.array([5.0, -5.0, 5.0, -5.0])
        return
    corners = np.indices(sample[place].shape)[-2:].sum(axis=0)
    bright = 255 if sample.dtype == np.uint8 else 1.0
    sample[place] = np.where(corners % 2, bright, bright * 0.8).astype(sample.dtype)
