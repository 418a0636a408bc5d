"""Drawn images: a grid as one PNG file, and as small pictures on the page; video as strips."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from likely.data.form import Form
from likely.data.resize import resize
from likely.data.shaped import Shaped
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.report.markup import Html, element, join, size
from likely.workflow.report.png import as_data, as_png

BYTES = 800_000
"""Bytes that pictures may take on the page."""

_SIDES = (176, 128, 96, 64, 48)
_COARSE = 96
_GAP = 4
_GREY = 128
_LEAST_SIDE = 84
_FRAMES = 6
_STRIP_SIDE = 64
_MOST = 400


def as_bytes(form: Form, image: np.ndarray) -> np.ndarray:
    """Return an image as bytes, shape (height, width, 1 or 3); other channels become their mean.

    Parameters
    ----------
    form : Form
        How values become shades.
    image : ndarray of shape (height, width, channel) or (height, width)
        In the user's units.
    """
    values = np.asarray(image, dtype=np.float64)
    values = values[..., None] if values.ndim == 2 else values
    values = (values - np.array(form.centre)) / np.array(form.scale)
    if values.shape[-1] != 3:
        values = values.mean(axis=-1, keepdims=True)
    return np.clip(np.rint(np.nan_to_num(values) * 255), 0, 255).astype(np.uint8)


def as_grid(drawn: Drawn) -> bytes:
    """Return images as one PNG file, row by row; small ones are enlarged by a whole number."""
    form, samples = drawn.learned.model.schema_, drawn.samples
    assert isinstance(form, Form)
    assert isinstance(samples, Shaped)
    images = enlarged([as_bytes(form, samples.sample(i)) for i in range(len(samples))])
    height, width, channels = images[0].shape
    across = math.ceil(math.sqrt(len(images)))
    down = math.ceil(len(images) / across)
    shape = (down * (height + _GAP) + _GAP, across * (width + _GAP) + _GAP, channels)
    grid = np.full(shape, _GREY, dtype=np.uint8)
    for i, image in enumerate(images):
        row, column = divmod(i, across)
        top, left = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
        grid[top : top + height, left : left + width] = image
    said = ", ".join(f"{name} {value}" for name, value in drawn.settings.items())
    about = f"{len(images)} images drawn by {type(drawn.learned.model).__name__}, seed {drawn.seed}"
    return as_png(grid, about=f"{about}, {said}" if said else about)


def enlarged(images: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return images of one size, small ones enlarged by a whole number."""
    grow = max(1, round(_LEAST_SIDE / max(images[0].shape[:2])))
    return [image.repeat(grow, 0).repeat(grow, 1) for image in images]


def image_section(drawn: Drawn) -> Html:
    """Return images, smaller and fewer of them where they would take too much room."""
    form, samples = drawn.learned.model.schema_, drawn.samples
    assert isinstance(samples, Shaped)
    images = [as_bytes(form, samples.sample(i)) for i in range(min(len(samples), _MOST))]
    made, side = _fitting(images)
    fitting, room = [], BYTES
    for one in made:
        room -= size(one)
        if room < 0:
            break
        fitting.append(one)
    height, width = images[0].shape[:2]
    notes = []
    if side < max(height, width):
        notes.append(f"They are {width:,} x {height:,} pixels large, and shown smaller here.")
    if len(fitting) < len(samples):
        notes.append(f"The first {len(fitting):,} of {len(samples):,} are shown.")
    if samples.sample(0).shape[-1] not in (1, 3):
        notes.append("Shown is the mean of the channels.")
    said = element("p", " ".join(notes), class_="which") if notes else None
    return join([said, element("div", *fitting, class_="tiny")])


def _fitting(images: Sequence[np.ndarray]) -> tuple[list[Html], int]:
    """Return images as large as there is room for all of them, and the side of that size."""
    for side in _SIDES[:-1]:
        made = [_tiny(image, side, f"Image {i + 1}") for i, image in enumerate(images)]
        if sum(map(size, made)) <= BYTES:
            return made, side
    return [_tiny(one, _SIDES[-1], f"Image {i + 1}") for i, one in enumerate(images)], _SIDES[-1]


def video_section(drawn: Drawn) -> Html:
    """Return frames of videos, evenly spaced in time, one strip each."""
    form, samples = drawn.learned.model.schema_, drawn.samples
    assert isinstance(samples, Shaped)
    strips, room = [], BYTES
    for i, video in enumerate(samples):
        places = np.unique(np.linspace(0, len(video) - 1, _FRAMES).round().astype(int))
        frames = [
            _tiny(as_bytes(form, video[k]), 128, f"Frame {k + 1} of video {i + 1}") for k in places
        ]
        caption = element(
            "figcaption", f"Frames {', '.join(str(k + 1) for k in places)} of video {i + 1}"
        )
        strip = element("figure", element("div", *frames, class_="strip"), caption)
        room -= size(strip)
        if room < 0:
            break
        strips.append(strip)
    return element("div", *strips, class_="several")


def strip_of(images: Sequence[np.ndarray], name: str) -> Html:
    """Return images side by side, small.

    Parameters
    ----------
    images : sequence of ndarray of shape (height, width, 1 or 3)
        Bytes.
    name : str
        What they are, for those who do not see them.
    """
    made = [_tiny(image, _STRIP_SIDE, f"Image {i + 1}, {name}") for i, image in enumerate(images)]
    return element("div", *made, class_="strip")


def _tiny(image: np.ndarray, side: int, name: str) -> Html:
    height, width, _ = image.shape
    shrink = min(1.0, side / max(height, width))
    if shrink < 1:
        sizes = (max(1, round(height * shrink)), max(1, round(width * shrink)))
        image = np.clip(np.rint(resize(image, sizes)), 0, 255).astype(np.uint8)
    coarse = max(height, width) <= _COARSE
    return element("img", src=as_data(image), alt=name, class_="coarse" if coarse else None)
