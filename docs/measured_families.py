"""Strengths and weaknesses of the families of generators, from a stored result."""

from __future__ import annotations

from typing import Any

from stored import measured, result

_SHARP, _KEPT = "sharpness {sharpness:.2f}, 1 is real", "{classes:.0f} of 10 classes drawn"
_SLOW, _BITS = "{ms a sample:.1f} ms an image", "{bits} bits a pixel"
_TRIVIAL = ("real images", "independent pixels")
_FAMILIES = {
    "VAE": ("variational", "blurred, or sharp by noise alone", _SHARP),
    "GAN": ("adversarial", "unstable, drops modes", _KEPT),
    "DCGAN": ("adversarial", "the same, with convolutions", _KEPT),
    "WGAN": ("adversarial", "the same, with another distance", _KEPT),
    "StyleGAN": ("adversarial", "the same, with penalties and styles", _KEPT),
    "BigGAN": (
        "adversarial, told the class",
        "needs labels; little variety",
        "recall {recall:.2f}",
    ),
    "Glow": ("flow", "invertible layers: limited, and costly to train", _BITS),
    "PixelCNN": ("autoregressive", "one pixel after the other: slow to draw", _SLOW),
    "DDPM": ("diffusion", "many steps an image: slow to draw", _SLOW),
    "FlowMatching": ("diffusion", "many steps an image: slow to draw", _SLOW),
    "RBM": ("energy", "rarely used now; blurred", _SHARP),
}


def families_table() -> str:
    """Return one line a generator: its known weakness in a number, and how good its images are."""
    stored = result("image_families")
    minutes = stored["rows"][0]["minutes"]
    some = [row for row in stored["rows"] if row["minutes"] == minutes]
    of = {row["method"].removeprefix("likely."): row for row in some}
    rows = [_line(name, *_FAMILIES[name], of[name]) for name in _FAMILIES if name in of]
    rows += [_line(name, "", "", "", of[name]) for name in of if name in _TRIVIAL]
    heads = ("generator", "family", "known weakness", "measured", "Fréchet", "told", "bits")
    about = f", {minutes:g} minutes of one core ({stored['hardware']['processor']}) each, one seed."
    return measured(heads, rows, stored, about=about)


def _line(name: str, family: str, weakness: str, shown: str, row: dict[str, Any]) -> list[str]:
    figures = [f"{row['frechet / floor']:.1f}", f"{row['told']:.2f}", row["bits"].strip("-") or "–"]
    return [f"`{name}`" if family else name, family, weakness, shown.format(**row), *figures]
