"""Models of pictures: what they draw, restore and find, and where they fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np

from figures import draws, image_detectors, pictures, told_pictures, turned_pictures
from figures.figure import Figure, need
from figures.maps import Made
from figures.svg import BLUE, INK, ORANGE, Panel, picture
from figures.toys import Toy
from likely.core.catalogue import make

_DRAWN = 64
_NEAR = "Near is what 99 % of real digits that were held out are to the nearest one learnt from."

_SMALL: dict[str, dict[str, Any]] = {
    "PixelCNN": {"layers": 4, "width": 16, "budget": "300 steps"},
    "PixelRNN": {"layers": 1, "width": 12, "budget": "120 steps"},
    "Glow": {"steps": 4, "hidden": (32, 32), "scales": 2, "budget": "250 steps"},
    "DCGAN": {"latent": 16, "widths": (16, 32), "budget": "400 steps"},
    "BigGAN": {"latent": 16, "widths": (16, 32), "attention": 0, "budget": "400 steps"},
    "StyleGAN": {"latent": 16, "widths": (16, 24), "mapping": 2, "budget": "300 steps"},
}

_IDEAS = {
    "PixelCNN": "Pixels are drawn one after the other, each given those around and above it.",
    "PixelRNN": "Pixels are drawn one after the other, by a network with a memory of all before.",
    "Glow": "Noise is turned into a picture by steps that can all be undone.",
    "DCGAN": "Noise becomes pictures that a judge takes for real.",
    "BigGAN": "Noise becomes pictures, and a judge hinges on how real they look.",
    "StyleGAN": "Noise becomes a style that sets how each layer draws.",
}


def _idea(name: str) -> Figure:
    toy = pictures.as_toy(pictures.digits())
    made: Made = (name, _SMALL[name])
    drawn = _drawn(made, toy)
    stray = draws.strays(_flat(drawn), toy, 1.0)
    caption = (
        f"{_IDEAS[name]} {name} has learnt from {len(toy.learnt)} digits (0, 1 and 4) of 8 x 8 "
        f"pixels, for {made[1]['budget']} only; {1 - stray:.0%} of the {len(drawn)} that it has "
        f"drawn are near a real one. {_NEAR}"
    )
    need(stray < 0.6, f"{name} drawing digits; {stray:.0%} are near none")
    return _sheets([("learnt from", _square(toy.learnt)), (name, drawn)], caption, "idea")


def _compared(
    made: Made, better: Made, said: str, by: Any = draws.strays, most: int = 500
) -> Figure:
    """Draw digits of a model that fails beside those of one that does better."""
    toy = pictures.as_toy(pictures.digits(most))
    both = [_drawn(each, toy) for each in (made, better)]
    mine, other = (by(_flat(drawn), toy, 1.0) for drawn in both)
    what = "of drawn digits are near no real one" if by is draws.strays else "of digits are missed"
    first, second = _told(made), _told(better)
    need(mine > other + 0.08, f"{first} ({mine:.2f}) worse than {second} ({other:.2f})")
    caption = f"{said} With {first}, {mine:.0%} {what}; with {second}, {other:.0%}. {_NEAR}"
    return _sheets([(first, both[0]), (second, both[1])], caption, "failure")


def _told(made: Made) -> str:
    """Return a model with what is said of it: the parameters that differ from the usual ones."""
    usual = _SMALL.get(made[0], {})
    told = {key: value for key, value in made[1].items() if usual.get(key) != value}
    return f"{made[0]}({', '.join(f'{k}={v!r}' for k, v in told.items())})".removesuffix("()")


def _changed(name: str, **parameters: Any) -> Made:
    return name, {**_SMALL[name], **parameters}


def _drawn(made: Made, toy: Toy) -> np.ndarray:
    model = make(made[0], **made[1]).fit(_square(toy.learnt).astype(np.uint8))
    return np.asarray(model.sample(_DRAWN, seed=0), float).reshape(-1, 8, 8)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _square(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(-1, 8, 8)


def _sheets(
    sheets: list[tuple[str, np.ndarray]], caption: str, shows: Literal["idea", "failure"]
) -> Figure:
    alternative = f"Sheets of small pictures: {' and '.join(title for title, _ in sheets)}."
    panels = [pictures.sheet(title, images) for title, images in sheets]
    return Figure(picture(panels, alternative), caption, alternative, shows)


def _slow() -> Figure:
    """Draw how long it takes to draw pixel by pixel, beside all pixels at once."""
    toy = pictures.as_toy(pictures.digits(300))
    took = {}
    for name in ("PixelRNN", "Glow"):
        small = {**_SMALL[name], "budget": "20 steps"}
        model = make(name, **small).fit(_square(toy.learnt).astype(np.uint8))
        begun = time.process_time()
        model.sample(_DRAWN, seed=0)
        took[name] = time.process_time() - begun
    need(took["PixelRNN"] > 3 * took["Glow"], f"slow drawing: {took}")
    panel = Panel("seconds to draw", (0, 3), (0, 1.1 * took["PixelRNN"]), 260, 180)
    for k, (name, colour) in enumerate((("PixelRNN", ORANGE), ("Glow", BLUE))):
        panel.bars([0.5 + k * 1.25, 1.25 + k * 1.25], [took[name]], colour)
        panel.write(name, 260 * (0.5 + k * 1.25) / 3, 16, INK)
    caption = (
        "A pixel can be drawn only when those before it are. For "
        f"{_DRAWN} digits of 8 x 8 pixels PixelRNN needed {took['PixelRNN']:.2f} s of a "
        f"processor, Glow, which draws all pixels at once, {took['Glow']:.3f} s."
    )
    alternative = "Two bars: the time that PixelRNN and Glow take to draw."
    return Figure(picture([panel], alternative), caption, alternative, "failure")


def _cloudy(n: int, seed: int, contrast: float = 45.0) -> np.ndarray:
    """Return pictures of clouds, (n, 8, 8) of uint8, whose pixels go with their neighbours."""
    fine = np.random.default_rng(seed).normal(size=(n, 9, 9))
    clouds = (fine[:, 1:, 1:] + fine[:, :-1, 1:] + fine[:, 1:, :-1] + fine[:, :-1, :-1]) / 2
    return np.clip(128 + contrast * clouds, 0, 255).astype(np.uint8)


def _foggy() -> Figure:
    """Draw pictures that have lost contrast, which are likelier than those learnt from."""
    said = (
        "Density is highest in the middle, where no picture is: what has lost three quarters of "
        "its contrast is likelier than any picture learnt from."
    )
    made, better = (
        _changed("Glow", steps=2, hidden=(16, 16), budget="120 steps", **oddness)
        for oddness in ({}, {"oddness": "typicality"})
    )
    sets = _cloudy(300, 1), _cloudy(60, 2), _cloudy(60, 3, contrast=12)
    return image_detectors.failure(made, better, *sets, said)


_FAILURES: dict[str, Callable[[], Figure]] = {
    "PixelCNN": lambda: _compared(
        _changed("PixelCNN", layers=1, width=4),
        _changed("PixelCNN"),
        "With one layer a pixel knows its neighbours only, and strokes lead nowhere.",
    ),
    "PixelRNN": _slow,
    "DCGAN": lambda: _compared(
        _changed("DCGAN", budget="40 steps"),
        _changed("DCGAN"),
        "Players need many steps: early on the generator draws stains that fool nobody for long.",
    ),
    "BigGAN": lambda: _compared(
        _changed("BigGAN", truncation=0.1),
        _changed("BigGAN"),
        "Noise that is kept near its middle (truncation) draws the usual and nothing else.",
        draws.missed,
    ),
    "StyleGAN": lambda: _compared(
        _changed("StyleGAN", truncation=0.1),
        _changed("StyleGAN"),
        "Styles that are drawn in towards the mean style give one picture, again and again.",
        draws.missed,
    ),
    "Glow": _foggy,
}

DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    **{name: (partial(_idea, name), fail) for name, fail in _FAILURES.items()},
    **image_detectors.DRAWN,
    **told_pictures.DRAWN,
    **turned_pictures.DRAWN,
}
