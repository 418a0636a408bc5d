"""A walk through what a model can draw, as an animated GIF."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

from likely.core.errors import CannotDo, MissingDependency, ParameterError
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.grid import as_bytes, enlarged
from likely.workflow.gallery.walks import codes_of, has_codes, round_trip

STOPS = 8
"""So many images the walk goes to if nothing is said."""

_STEPS = 10  # from one to the next
_MILLISECONDS = 80  # a step


def check_walk(model: Any, n: int) -> None:
    """Raise unless there can be a walk through n images of a model.

    Raises
    ------
    CannotDo
        If the model has no codes to walk between.
    MissingDependency
        If Pillow is not installed.
    ParameterError
        If there are fewer than two images.
    """
    if not has_codes(model):
        raise CannotDo(
            f"{type(model).__name__} has no space of codes to walk through, as VAE, Glow and DCGAN "
            "have. Its images go to .png, .html or a folder."
        )
    if isinstance(n, int) and n < 2:
        raise ParameterError(f"A walk needs at least 2 images to go between. Got n={n}.")
    if find_spec("PIL") is None:
        raise MissingDependency("animations", "Pillow", "images")


def as_gif(drawn: Drawn) -> bytes:
    """Return the images on the way from each that was drawn to the next, and back to the first.

    Parameters
    ----------
    drawn : Drawn
        Images; the walk goes through the codes that the same seed draws.
    """
    from PIL import Image

    model: Any = drawn.learned.model
    images = round_trip(model, codes_of(model, len(drawn), drawn.seed), _STEPS)
    frames = enlarged([as_bytes(model.schema_, image) for image in images])
    shades = [Image.fromarray(one[..., 0] if one.shape[-1] == 1 else one) for one in frames]
    name = type(model).__name__
    about = f"A walk through {len(drawn)} images drawn by {name}, seed {drawn.seed}"
    file = io.BytesIO()
    shades[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=shades[1:],
        duration=_MILLISECONDS,
        loop=0,  # for ever
        comment=about.encode("latin-1", "replace"),
    )
    return file.getvalue()
