"""Models that draw pictures by captions, or through codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from figures import draws, pictures
from figures.figure import Figure, need
from figures.svg import picture
from likely.core.catalogue import make

_UNSEEN = ("dim", "right")


def _part(steps: int = 250) -> Any:
    return make("DDPM", hidden=(16,), budget=f"{steps} steps", sampling_steps=10)


def _prior() -> Any:
    prior = make("DDPM", hidden=(64,), budget="300 steps", sampling_steps=10)
    return make(
        "PriorDecoder",
        prior=prior,
        decoder=_part(),
        embedding=8,
        hidden=(32,),
        budget="200 steps",
    )


def _cascade() -> Any:
    return make("TextCascade", base=_part(), hidden=(16,), budget="200 steps", sampling_steps=10)


def _told(name: str, build: Callable[[], Any], unseen: bool) -> Figure:
    """Draw what captions ask for; with one combination that was never learnt, or with all."""
    images, captions = pictures.squares(300, without=_UNSEEN if unseen else None)
    model = build().fit(images, condition=captions)
    shares, panels = {}, []
    asked = [("bright", "left"), ("bright", "right"), ("dim", "left"), _UNSEEN]
    for light, side in asked:
        drawn = model.sample(32, seed=0, condition=f"a {light} square on the {side}")
        shares[light, side] = pictures.as_told(drawn, light, side)
        title = f"{light}, {side}: {shares[light, side]:.0%}"
        panels.append(pictures.sheet(title, np.asarray(drawn).reshape(-1, 8, 8)[:16]))
    rest = float(np.mean([share for key, share in shares.items() if key != _UNSEEN]))
    alternative = f"Pictures that {name} has drawn for four captions."
    if unseen:
        need(shares[_UNSEEN] < rest - 0.15, f"{name} failing at what it has not seen: {shares}")
        caption = (
            "Light and side are not learnt apart from one another: with no picture of a dim square "
            f"on the right among 300 learnt from, {name} draws it as told in "
            f"{shares[_UNSEEN]:.0%} of 32 pictures; what it has seen, in {rest:.0%}."
        )
        return Figure(picture(panels, alternative), caption, alternative, "failure")
    need(min(shares.values()) > 0.4, f"{name} drawing as told: {shares}")
    mean = float(np.mean(list(shares.values())))
    caption = (
        f"{name} has learnt from 300 pictures with captions such as 'a dim square on the right'. "
        f"Of 32 pictures a caption, {mean:.0%} have the light and the side that they were told."
    )
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def _latent(latent: int, images: np.ndarray, steps: int = 400) -> Any:
    autoencoder = make("VAE", latent=latent, hidden=(64,), layers="dense", budget="400 steps")
    diffusion = make("DDPM", hidden=(64,), budget=f"{steps} steps", sampling_steps=10)
    return make("LatentDiffusion", autoencoder=autoencoder, diffusion=diffusion).fit(images)


def _latent_idea() -> Figure:
    toy = pictures.as_toy(pictures.digits())
    learnt = toy.learnt.reshape(-1, 8, 8)
    model = _latent(12, learnt.astype(np.uint8))
    drawn = np.asarray(model.sample(64, seed=0), float).reshape(-1, 8, 8)
    stray = draws.strays(drawn.reshape(len(drawn), -1), toy, 1.0)
    need(stray < 0.6, f"digits near real ones; {stray:.0%} are not")
    caption = (
        f"Codes of an autoencoder are drawn by diffusion, and then decoded. Of {len(drawn)} "
        f"digits that were drawn through codes of 12 numbers, {1 - stray:.0%} are as near a real "
        "one as 99 % of real digits that were held out."
    )
    alternative = "Digits that were learnt from beside digits that LatentDiffusion has drawn."
    panels = [
        pictures.sheet("learnt from", learnt),
        pictures.sheet("LatentDiffusion, latent=12", drawn),
    ]
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def _dotted(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pictures of a block and a dot of one pixel beside it, and where either is."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 20, (n, 8, 8)).astype(np.uint8)
    blocks, dots = np.zeros((2, n, 8, 8), bool)
    for k in range(n):
        left = rng.choice([0, 4])
        blocks[k, 2:6, left : left + 4] = True
        dots[k, rng.integers(8), 4 - left + rng.integers(4)] = True
    images[blocks | dots] = 200
    return images, blocks, dots


def _latent_failure() -> Figure:
    """Draw dots that are lost in a code before diffusion begins."""
    model = _latent(12, _dotted(300, 1)[0], 50)
    images, *places = _dotted(64, 2)
    restored = np.asarray(model.reconstruct(images), float).reshape(-1, 8, 8)
    left = []
    for place in places:
        ground = ~(places[0] | places[1])
        was, came = (one[place].mean() - one[ground].mean() for one in (images, restored))
        left.append(came / was)
    block, dot = left
    need(dot < 0.3 < 0.8 < block, f"a block kept and dots lost; {block:.0%} and {dot:.0%} are left")
    caption = (
        "What the code does not hold no diffusion can bring back. Blocks of 16 pixels and dots of "
        f"one pixel are equally bright in {len(images)} pictures; once they have been through "
        f"codes of 12 numbers, {block:.0%} of the contrast of the blocks is left, and "
        f"{max(dot, 0):.0%} of that of the dots, which could be anywhere."
    )
    alternative = "Pictures with a block and a dot each, and what is restored: the blocks only."
    panels = [
        pictures.sheet("given", images[:32]),
        pictures.sheet("through the code and back", restored[:32]),
    ]
    return Figure(picture(panels, alternative), caption, alternative, "failure")


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "LatentDiffusion": (_latent_idea, _latent_failure),
    "PriorDecoder": (
        lambda: _told("PriorDecoder", _prior, False),
        lambda: _told("PriorDecoder", _prior, True),
    ),
    "TextCascade": (
        lambda: _told("TextCascade", _cascade, False),
        lambda: _told("TextCascade", _cascade, True),
    ),
}
