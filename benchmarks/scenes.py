"""Scenes of two pieces of clothing with captions, made on the spot of Fashion-MNIST."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from tables import DATA

NAMES = {"shirt": 0, "trousers": 1, "bag": 8, "boot": 9}
RELATIONS = ("above", "left of")
LIGHTS = {"dark": 90, "bright": 250}
SIDE, SMALL = 28, 14

EVERY = tuple(product(NAMES, NAMES, RELATIONS, LIGHTS))

_PAIRS = {("shirt", "boot"), ("boot", "trousers"), ("trousers", "bag"), ("bag", "shirt")}
_VARIANTS = tuple(product(RELATIONS, LIGHTS))


def held_out(what: str) -> tuple[tuple, tuple]:
    """Return the sorts of scenes that are learnt, and those that are not.

    Parameters
    ----------
    what : {"captions", "pairs"}
        What is new in the sorts that are not learnt. "captions": of each of the 16 pairs, one of
        the four ways to stand and be lit is left out. "pairs": four pairs are, in every way; each
        thing is seen in both places, but never with this other one.
    """
    names = list(NAMES)
    turn = {(a, b): (i + j) % 4 for i, a in enumerate(names) for j, b in enumerate(names)}
    new = tuple(
        one
        for one in EVERY
        if (one[:2] in _PAIRS if what == "pairs" else one[2:] == _VARIANTS[turn[one[:2]]])
    )
    return tuple(one for one in EVERY if one not in new), new


class Scenes(NamedTuple):
    """Images and what is on them.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Two things each.
    sorts : list of tuple
        First thing, second thing, how they stand, how bright they are.
    """

    images: np.ndarray
    sorts: list[tuple[str, str, str, str]]

    @property
    def captions(self) -> list[str]:
        """What is said of each."""
        return [caption(sort) for sort in self.sorts]


def caption(sort: tuple[str, str, str, str]) -> str:
    """Return what is said of a scene, such as "a boot above a bag, dark"."""
    first, second, relation, light = sort
    return f"{_counted(first)} {relation} {_counted(second)}, {light}"


def make_scenes(part: str, sorts: tuple[tuple[str, str, str, str], ...], n: int, seed: int):
    """Return n scenes of given sorts, one after the other, of the clothes of "train" or "test"."""
    rng = np.random.default_rng(seed)
    with np.load(DATA / "generative" / "fashion_mnist_20k_10k.npz") as stored:
        images, labels = stored[f"x_{part}"], stored[f"y_{part}"]
    things = {name: images[labels == label] for name, label in NAMES.items()}
    chosen = [sorts[i % len(sorts)] for i in range(n)]
    return Scenes(np.stack([_scene(things, sort, rng) for sort in chosen]), chosen)


def _scene(things: dict[str, np.ndarray], sort: tuple[str, ...], rng: np.random.Generator):
    first, second, relation, light = sort
    scene = np.zeros((SIDE, SIDE))
    for place, name in enumerate((first, second)):
        picture = things[name][rng.integers(len(things[name]))]
        small = picture.reshape(SMALL, 2, SMALL, 2).mean(axis=(1, 3))
        small = small / max(np.quantile(small[small > 20] if (small > 20).any() else small, 0.8), 1)
        small = np.minimum(small, 1.1) / 1.1 * LIGHTS[light]
        along, across = place * SMALL, int(rng.integers(4, SIDE - SMALL - 3))
        row, column = (along, across) if relation == "above" else (across, along)
        scene[row : row + SMALL, column : column + SMALL] += small
    return np.clip(scene, 0, 255).astype(np.uint8)


def _counted(name: str) -> str:
    return name if name == "trousers" else f"a {name}"
