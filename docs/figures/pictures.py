"""Small pictures to learn from: digits, squares that captions tell of; and sheets of them."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from figures.svg import Panel
from figures.toys import Toy

SIDES, LIGHTS = ("left", "right"), ("bright", "dim")


def digits(most: int = 500, kinds: tuple[int, ...] = (0, 1, 4)) -> np.ndarray:
    """Return digits of 8 x 8 pixels that people wrote, (n, 8, 8) of uint8.

    Parameters
    ----------
    most : int in [1, inf), default 500
        How many at most.
    kinds : tuple of int, default (0, 1, 4)
        Which digits.
    """
    rows, target = load_digits(return_X_y=True)
    chosen = np.asarray(rows)[np.isin(target, kinds)][:most]
    return (chosen.reshape(-1, 8, 8) * 15.9).astype(np.uint8)


def as_toy(images: np.ndarray) -> Toy:
    """Return images as rows of pixels: two thirds to learn from, the others as ordinary ones."""
    rows = images.reshape(len(images), -1).astype(float)
    cut = 2 * len(rows) // 3
    return Toy(rows[:cut], rows[cut:], rows[:0])


def sheet(title: str, images: np.ndarray, columns: int = 8, size: int = 30) -> Panel:
    """Return images side by side, at most four rows of them.

    Parameters
    ----------
    title : str
        What stands above.
    images : ndarray of shape (n, height, width)
        Values in [0, 255].
    columns : int in [1, inf), default 8
        How many side by side.
    size : int in [8, inf), default 30
        How high each is drawn, in px.
    """
    shown = np.asarray(images, float)[: 4 * columns] / 255
    shown = shown.reshape(len(shown), *shown.shape[1:3])
    lines = -(-len(shown) // columns)
    height, width = shown.shape[1:]
    whole = np.zeros((lines * (height + 1) - 1, columns * (width + 1) - 1))
    for k, image in enumerate(shown):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        whole[top : top + height, left : left + width] = image
    high = lines * (size + 2)
    wide = high * whole.shape[1] / whole.shape[0]
    panel = Panel(title, (0, 1), (0, 1), wide, high, ticks=False)
    panel.image(whole, 0, 0, high)
    return panel


def squares(n: int, seed: int = 0, without: tuple[str, str] | None = None) -> tuple:
    """Return pictures with one square, (n, 8, 8) of uint8, and captions.

    Parameters
    ----------
    n : int in [1, inf)
        How many.
    seed : int in [0, inf), default 0
        The same seed gives the same pictures.
    without : (str, str), optional
        A light and a side that never come together.
    """
    rng = np.random.default_rng(seed)
    both = [(light, side) for light in LIGHTS for side in SIDES if (light, side) != without]
    images = rng.integers(0, 20, (n, 8, 8)).astype(np.uint8)
    captions = []
    for image in images:
        light, side = both[rng.integers(len(both))]
        top, left = rng.integers(1, 4), 0 if side == "left" else 5
        image[top : top + 4, left : left + 3] = 230 if light == "bright" else 110
        captions.append(f"a {light} square on the {side}")
    return images, captions


def as_told(images: np.ndarray, light: str, side: str) -> float:
    """Return the share of pictures whose square has the light and the side it should have."""
    values = np.asarray(images, float).reshape(len(images), 8, 8)
    halves = np.stack([values[:, :, :3], values[:, :, 5:]], axis=1)
    peaks = np.quantile(halves.reshape(len(values), 2, -1), 0.8, axis=-1)
    k = SIDES.index(side)
    apart = peaks[:, k] > peaks[:, 1 - k] + 40
    right = (peaks[:, k] > 165) == (light == "bright")
    return float((apart & right).mean())
