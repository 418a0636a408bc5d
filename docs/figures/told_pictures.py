"""Models that draw pictures by captions, through codes, or from other pictures."""

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


def _latent(latent: int, images: np.ndarray) -> np.ndarray:
    autoencoder = make("VAE", latent=latent, hidden=(64,), layers="dense", budget="400 steps")
    diffusion = make("DDPM", hidden=(64,), budget="400 steps", sampling_steps=10)
    model = make("LatentDiffusion", autoencoder=autoencoder, diffusion=diffusion)
    return np.asarray(model.fit(images).sample(64, seed=0), float).reshape(-1, 8, 8)


def _latent_idea() -> Figure:
    toy = pictures.as_toy(pictures.digits())
    learnt = toy.learnt.reshape(-1, 8, 8)
    drawn = _latent(12, learnt.astype(np.uint8))
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


def _spots(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return dark pictures with a bright spot, (n, 8, 8) of uint8, and how high each stands."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(1, 6, n)
    y, x = np.mgrid[:8, :8]
    spots = np.exp(-((y - height[:, None, None]) ** 2 + (x - 3.5) ** 2) / 3)
    return (20 + 210 * spots).astype(np.uint8), height


def _translated(cycle: float, identity: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return spots, what they become in the other set, and how well their places agree."""
    light, dark = _spots(150, 1)[0], 255 - _spots(150, 2)[0]
    model = make(
        "CycleGAN",
        widths=(8, 16),
        blocks=1,
        judged=(8, 16),
        cycle=cycle,
        identity=identity,
        budget="250 steps",
    ).fit(np.concatenate([light, dark]), condition=["light"] * 150 + ["dark"] * 150)
    shown, height = _spots(64, 3)
    turned = np.asarray(model.translate(shown, to="dark", condition="light"), float)
    turned = turned.reshape(-1, 8, 8)
    rows = (255 - turned).mean(axis=2) ** 4 + 1e-9
    found = (rows * np.arange(8)).sum(axis=1) / rows.sum(axis=1)
    return shown, turned, float(np.corrcoef(height, found)[0, 1])


def _upside_down() -> Figure:
    shown, turned, agrees = _translated(10.0, 0.0)
    need(agrees < -0.3, f"spots that are turned upside down; heights correlate by {agrees:.2f}")
    caption = (
        "Nobody has said which picture becomes which, and the way back is as sure where all is "
        "turned upside down both ways. Without the identity loss CycleGAN(identity=0) makes dark "
        f"spots of bright ones, and heights of {len(shown)} spots and of their translations "
        f"correlate by {agrees:.2f}, where 1 was hoped for."
    )
    alternative = "Bright spots, and dark ones that they are translated to, at other heights."
    panels = [pictures.sheet("given", shown), pictures.sheet("translated", turned)]
    return Figure(picture(panels, alternative), caption, alternative, "failure")


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "CycleGAN": (_upside_down,),
    "LatentDiffusion": (_latent_idea,),
    "PriorDecoder": (
        lambda: _told("PriorDecoder", _prior, False),
        lambda: _told("PriorDecoder", _prior, True),
    ),
    "TextCascade": (
        lambda: _told("TextCascade", _cascade, False),
        lambda: _told("TextCascade", _cascade, True),
    ),
}
