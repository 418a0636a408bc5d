"""Pictures of one set that become pictures of another, though nobody has paired them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from figures import pictures
from figures.figure import Figure, need
from figures.svg import picture
from likely.core.catalogue import make


def _spots(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return spots in [0, 1] on nothing, (n, 8, 8), and how high each stands."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(1, 6, n)
    y, x = np.mgrid[:8, :8]
    return np.exp(-((y - height[:, None, None]) ** 2 + (x - 3.5) ** 2) / 3), height


def _night(spots: np.ndarray) -> np.ndarray:
    return (20 + 210 * spots).astype(np.uint8)


def _fog(spots: np.ndarray) -> np.ndarray:
    return (150 + 80 * spots).astype(np.uint8)


def _dark(spots: np.ndarray) -> np.ndarray:
    return 255 - _night(spots)


def _learnt(other: Callable[[np.ndarray], np.ndarray], **parameters: Any) -> Any:
    """Return a model of bright spots at night and of other pictures, none of them a pair."""
    first, second = _night(_spots(150, 1)[0]), other(_spots(150, 2)[0])
    model = make(
        "CycleGAN", widths=(8, 16), blocks=1, judged=(8, 16), budget="250 steps", **parameters
    )
    labels = ["given"] * len(first) + ["asked"] * len(second)
    return model.fit(np.concatenate([first, second]), condition=labels)


def _turned(model: Any, images: np.ndarray, start: str, end: str) -> np.ndarray:
    return np.asarray(model.translate(images, to=end, condition=start)).reshape(images.shape)


def _agree(height: np.ndarray, spots: np.ndarray) -> float:
    """Return how well heights of spots go with those of bright spots in pictures."""
    above = spots - spots.min(axis=(1, 2), keepdims=True)
    rows = above.mean(axis=2) ** 4 + 1e-9
    found = (rows * np.arange(8)).sum(axis=1) / rows.sum(axis=1)
    return float(np.corrcoef(height, found)[0, 1])


def _idea() -> Figure:
    """Draw spots at night, in fog as a model has it, and at night again."""
    model = _learnt(_fog)
    spots, height = _spots(64, 3)
    night, fog = _night(spots), _fog(spots)
    there = _turned(model, night, "given", "asked")
    back = _turned(model, there, "asked", "given")
    agrees = _agree(height, there.astype(float))
    off, was, again = (
        float(np.abs(a.astype(float) - b).mean())
        for a, b in ((there, fog), (night, fog), (back, night))
    )
    need(agrees > 0.9 and 5 * off < was, f"fog with the same spots: {agrees:.2f}, {off:.1f} off")
    caption = (
        "A translation must fool the judge of the other set, and lead back to where it began. "
        "CycleGAN has learnt from 150 bright spots at night and 150 others in fog, without a "
        f"pair. Spots of {len(night)} new pictures stay where they were (heights correlate by "
        f"{agrees:.2f}), in fog that is {off:.1f} of 255 levels a pixel off what it should be; the "
        f"pictures given were {was:.0f} off. Back at night they are {again:.1f} levels off."
    )
    alternative = "Bright spots on black, the same spots on grey, and on black again."
    panels = [
        pictures.sheet(title, images[:16], 4)
        for title, images in (("given", night), ("in fog", there), ("and back", back))
    ]
    return Figure(picture(panels, alternative, 3), caption, alternative, "idea")


def _upside_down() -> Figure:
    """Draw spots that become dark ones at other heights."""
    model = _learnt(_dark, identity=0.0)
    spots, height = _spots(64, 3)
    night = _night(spots)
    turned = _turned(model, night, "given", "asked")
    agrees = _agree(height, 255.0 - turned)
    need(agrees < -0.3, f"spots that are turned upside down; heights correlate by {agrees:.2f}")
    caption = (
        "Nobody has said which picture becomes which, and the way back is as sure where all is "
        "turned upside down both ways. Without the identity loss CycleGAN(identity=0) makes dark "
        f"spots of bright ones, and heights of {len(night)} spots and of their translations "
        f"correlate by {agrees:.2f}, where 1 was hoped for. Another seed may turn out well."
    )
    alternative = "Bright spots, and dark ones that they are translated to, at other heights."
    panels = [pictures.sheet("given", night), pictures.sheet("translated", turned)]
    return Figure(picture(panels, alternative), caption, alternative, "failure")


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {"CycleGAN": (_idea, _upside_down)}
