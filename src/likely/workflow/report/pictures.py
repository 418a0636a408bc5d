"""An image as the report shows it: as it is, with what is odd laid over it, and as restored."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from likely.data.form import Form
from likely.data.resize import resize
from likely.explanation.places import Region
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.png import as_data

SIDE = 176
"""Pixels along the longer side of a picture."""

_MAP_SIDE = 64
_STEPS = 4  # shades are rounded to so many levels of 256, which halves the file and is not seen
_ODD = np.array([200, 40, 20])


def pictures(
    form: Form,
    image: np.ndarray,
    odd: np.ndarray | None,
    most: float,
    restored: np.ndarray | None,
    regions: Sequence[Region],
) -> Html:
    """Return one image and what a model makes of it, side by side.

    Parameters
    ----------
    form : Form
        How values become shades.
    image : ndarray of shape (height, width, channel)
        As the user gave it.
    odd : ndarray of shape (height, width), optional
        How odd every place is.
    most : float
        What the strongest colour stands for: one scale for all images of the page.
    restored : ndarray of shape (height, width, channel), optional
        What the model would have there, in the same units.
    regions : sequence of Region
        Boxes to draw, the oddest first.
    """
    plain = _figure("As it is", element("img", src=as_data(_shades(form, image)), alt=""))
    parts = [plain]
    if odd is not None:
        over = element("img", src=as_data(_heat(odd, most)), alt="", class_="over")
        under = element("img", src=as_data(_shades(form, image, grey=True)), alt="")
        boxes = [_box(region, odd.shape) for region in regions]
        parts.append(_figure("Where it is odd", under, over, *boxes))
    if restored is not None:
        seen = element("img", src=as_data(_shades(form, restored)), alt="")
        parts.append(_figure("As the model would have it", seen))
    return element("div", *parts, class_="pictures")


def _figure(caption: str, *content: Html) -> Html:
    return element(
        "figure", element("div", join(content), class_="stack"), element("figcaption", caption)
    )


def _box(region: Region, shape: tuple[int, ...]) -> Html:
    (top, bottom), (left, right) = region.bounds[-2:]
    height, width = shape
    places = {
        "left": left / width, "top": top / height,
        "width": (right - left) / width, "height": (bottom - top) / height,
    }  # fmt: skip
    style = ";".join(f"{name}:{100 * share:.2f}%" for name, share in places.items())
    return element("span", class_="box", style=style)


def _shades(form: Form, image: np.ndarray, *, grey: bool = False) -> np.ndarray:
    """Return an image as bytes, (height, width, 1 or 3)."""
    height, width = image.shape[:2]
    shrink = min(1.0, SIDE / max(height, width))
    grow = max(1, math.floor(SIDE / max(height, width)))
    values = resize(image, (max(1, round(height * shrink)), max(1, round(width * shrink))))
    values = (values - np.array(form.centre)) / np.array(form.scale)
    if values.shape[-1] != 3 or grey:
        values = values.mean(axis=-1, keepdims=True)
    shades = np.clip(np.rint(np.nan_to_num(values) * 255 / _STEPS) * _STEPS, 0, 255)
    return np.repeat(np.repeat(shades.astype(np.uint8), grow, axis=0), grow, axis=1)


def _heat(odd: np.ndarray, most: float) -> np.ndarray:
    """Return a map as one colour whose opacity says how odd a place is, (height, width, 4)."""
    height, width = odd.shape
    shrink = min(1.0, _MAP_SIDE / max(height, width))
    small = resize(odd[..., None], (max(1, round(height * shrink)), max(1, round(width * shrink))))
    share = np.clip(small[..., 0] / most if most > 0 else small[..., 0], 0.0, 1.0)
    opacity = np.rint(np.sqrt(share) * 13) * 16  # up to 208 of 255: the picture stays visible
    colour = np.broadcast_to(_ODD, (*share.shape, 3))
    return np.concatenate([colour, opacity[..., None]], axis=-1).astype(np.uint8)
