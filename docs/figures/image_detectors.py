"""Detectors of pictures: where in a picture they see what is odd, and what they do not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from figures import pictures
from figures.figure import Figure, need
from figures.maps import Made, called
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
        f"{said} {called(made).removesuffix('()')} has learnt from 100 pictures of 20 x 20 pixels, "
        f"and tells {len(images)} others with and without a patch apart with an AUROC of "
        f"{area:.2f}. Bright places on the right are odd."
    )
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def _failure(
    made: Made, better: Made, learnt: np.ndarray, ordinary: np.ndarray, odd: np.ndarray, said: str
) -> Figure:
    """Draw odd pictures that a model takes for ordinary, with what does better."""
    images = np.concatenate([ordinary, odd])
    labels = np.repeat([0, 1], [len(ordinary), len(odd)])
    mine, other = (
        _found(make(each[0], **each[1]).fit(learnt), images, labels) for each in (made, better)
    )
    need(mine < other - 0.1, f"{called(made)} ({mine:.2f}) behind {called(better)} ({other:.2f})")
    panels = [
        pictures.sheet("ordinary", ordinary[:6], 3, 64),
        pictures.sheet("odd", odd[:6], 3, 64),
    ]
    alternative = f"Ordinary pictures beside odd ones that {made[0]} does not tell from them."
    caption = (
        f"{said} {called(made)} tells the odd pictures from ordinary ones with an AUROC of "
        f"{mine:.2f}, {called(better)} with {other:.2f}; both have learnt from {len(learnt)} "
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


def _unaligned() -> Figure:
    said = (
        "Each place is compared with the same place, so that where the camera has moved by eight "
        "pixels all is odd, scratched or not."
    )
    sets = parts(40, 6), parts(30, 7, moved=True), parts(30, 8, scratched=True)
    return _failure(("PaDiM", _VISION), ("PatchCore", {**_VISION, "relative": False}), *sets, said)


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "ConvolutionalAutoencoder": (
        lambda: _idea(
            ("ConvolutionalAutoencoder", _CODES), "What a short code cannot restore is odd."
        ),
    ),
    "PaDiM": (
        lambda: _idea(("PaDiM", _VISION), "Each place is compared with the same place."),
        _unaligned,
    ),
    "PatchCore": (
        lambda: _idea(
            ("PatchCore", _VISION), "Each place is compared with the nearest remembered one."
        ),
    ),
}
