"""Detectors of pictures: where in a picture they see what is odd, and what they do not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from figures import pictures
from figures.figure import Figure, need
from figures.maps import Made, short
from figures.svg import picture
from likely.core.catalogue import make
from likely.testing.shaped import clean, planted

_VISION = {"size": 64}
_CODES: dict[str, Any] = {"latent": 8, "budget": "150 steps"}


def _found(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    return float(roc_auc_score(labels, -np.asarray(model.score_samples(images), float)))


def _maps(model: Any, images: np.ndarray) -> np.ndarray:
    """Return what each place adds to how odd a picture is, as pictures in [0, 255]."""
    maps = np.asarray(model.contributions(images), float)
    maps = maps.reshape(len(images), *images.shape[1:3], -1).sum(axis=-1)
    return 255 * np.clip(maps / np.quantile(np.abs(maps), 0.998), 0, 1)


def _idea(made: Made, said: str) -> Figure:
    """Draw pictures with a patch that does not belong there, and where a model sees it."""
    model = make(made[0], **made[1]).fit(clean("image", 100))
    images, labels, _ = planted("image", 60)
    area = _found(model, images, labels)
    need(area > 0.85, f"{made[0]} at home, with an AUROC above 0.85; it has {area:.2f}")
    shown = images[:16]
    panels = [
        pictures.sheet("judged", shown, 4, 56),
        pictures.sheet(f"what is odd to {made[0]}", _maps(model, shown), 4, 56),
    ]
    alternative = (
        f"Sixteen pictures, four of which have a patch, and maps of what is odd to {made[0]}."
    )
    caption = (
        f"{said} {short(made)} has learnt from 100 pictures of 20 x 20 pixels, "
        f"and tells {len(images)} others with and without a patch apart with an AUROC of "
        f"{area:.2f}. Bright places on the right are odd."
    )
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def failure(
    made: Made, better: Made, learnt: np.ndarray, ordinary: np.ndarray, odd: np.ndarray, said: str
) -> Figure:
    """Draw odd pictures that a model takes for ordinary, and say what does better.

    Parameters
    ----------
    made, better : (name, parameters)
        The model, and one that does better here.
    learnt, ordinary, odd : ndarray of shape (n, height, width)
        What both learn from, and what they judge.
    said : str
        One sentence on why it fails.
    """
    images = np.concatenate([ordinary, odd])
    labels = np.repeat([0, 1], [len(ordinary), len(odd)])
    mine, other = (
        _found(make(each[0], **each[1]).fit(learnt), images, labels) for each in (made, better)
    )
    need(mine < other - 0.1, f"{short(made)} ({mine:.2f}) behind {short(better)} ({other:.2f})")
    columns, size = (3, 64) if learnt.shape[1] == learnt.shape[2] else (2, 32)
    panels = [
        pictures.sheet(title, images[:6], columns, size)
        for title, images in (("ordinary", ordinary), ("odd", odd))
    ]
    alternative = f"Ordinary pictures beside odd ones that {made[0]} does not tell from them."
    caption = (
        f"{said} {short(made)} tells the odd pictures from ordinary ones with an AUROC of "
        f"{mine:.2f}, {short(better)} with {other:.2f}; both have learnt from {len(learnt)} "
        "ordinary pictures."
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def parts(n: int, seed: int, moved: bool = False, scratched: bool = False) -> np.ndarray:
    """Return pictures of a bar and a disc, lying where they always do or moved by some pixels."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:64, :64]
    images = np.full((n, 64, 64), 60.0)
    for image in images:
        a, b = rng.choice([-8, 8], 2) if moved else (0, 0)
        image[(abs(x - 18 - a) < 4) & (abs(y - 32 - b) < 18)] = 200
        image[(x - 46 - a) ** 2 + (y - 32 - b) ** 2 < 60] = 200
        if scratched:
            c, d = rng.integers(12, 52, 2)
            image[(abs(x - c - (y - d)) < 2) & (abs(y - d) < 5)] = 10
    return np.clip(images + rng.normal(0, 6, images.shape), 0, 255).astype(np.uint8)


def stripes(n: int, seed: int, contrast: float = 80.0) -> np.ndarray:
    """Return pictures of stripes of any direction and width, with a little noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:20, :20]
    images = np.empty((n, 20, 20))
    for image in images:
        angle, pace, shift = rng.uniform(0, np.pi), rng.uniform(0.8, 1.4), rng.uniform(0, 7)
        image[:] = np.sin(pace * (x * np.cos(angle) + y * np.sin(angle)) + shift)
    noisy = 128 + contrast * images + rng.normal(0, 6, images.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def pairs(n: int, seed: int, alike: bool = False) -> np.ndarray:
    """Return wide pictures of a bar and a disc, either on the left; or of two that are alike."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:32, :128]
    images = np.full((n, 32, 128), 60.0)
    for image in images:
        first = rng.integers(0, 2)
        for left, disc in ((16, first), (112, first if alike else 1 - first)):
            b, a = 16 + rng.integers(-3, 4), left + rng.integers(-3, 4)
            disc_or_bar = (
                np.hypot(x - a, y - b) < 8 if disc else (abs(x - a) < 3) & (abs(y - b) < 9)
            )
            image[disc_or_bar] = 200
    return np.clip(images + rng.normal(0, 6, images.shape), 0, 255).astype(np.uint8)


def _simpler() -> Figure:
    said = (
        "What is simpler than what was learnt is restored better than it: among stripes an empty "
        "picture has the smallest error of all."
    )
    sets = stripes(150, 1), stripes(60, 2), stripes(60, 3, contrast=0)
    name = "ConvolutionalAutoencoder"
    return failure((name, {**_CODES, "oddness": "error"}), (name, _CODES), *sets, said)


def _alike() -> Figure:
    said = (
        "Each place is judged by itself, and a disc or a bar is usual on either side: that there "
        "should be one of each is not seen."
    )
    sets = pairs(60, 1), pairs(30, 2), pairs(30, 3, alike=True)
    better = "ConvolutionalAutoencoder", _CODES
    return failure(("PatchCore", {"size": 128}), better, *sets, said)


def _unaligned() -> Figure:
    said = (
        "Each place is compared with the same place, so that where the camera has moved by eight "
        "pixels all is odd, scratched or not."
    )
    sets = parts(40, 6), parts(30, 7, moved=True), parts(30, 8, scratched=True)
    return failure(("PaDiM", _VISION), ("PatchCore", {**_VISION, "relative": False}), *sets, said)


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "ConvolutionalAutoencoder": (
        lambda: _idea(
            ("ConvolutionalAutoencoder", _CODES), "What a short code cannot restore is odd."
        ),
        _simpler,
    ),
    "PaDiM": (
        lambda: _idea(("PaDiM", _VISION), "Each place is compared with the same place."),
        _unaligned,
    ),
    "PatchCore": (
        lambda: _idea(
            ("PatchCore", _VISION), "Each place is compared with the nearest remembered one."
        ),
        _alike,
    ),
}
