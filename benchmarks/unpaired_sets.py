"""Measure whether translations between unpaired sets of images show what the originals show.

MNIST digits and what was made of other MNIST digits, so that no image has a counterpart but the
truth is known: the same digits inverted, outlined (what lies within one pixel of an edge), or in
colour (orange strokes on blue). 5,000 digits are learnt from in the first set, 5,000 others in the
second; 1,000 test digits are translated out of each into the other. Settings are the defaults, but
for fewer steps and no pool of earlier translations (`settings`); outlines, which are harder, get
more and smaller ones and the pool (`outlined`), as was chosen on training digits held out.

"kept" is the share of translations that a classifier, which has seen real images of the set they
are translated to, takes for the digit of the original; "truth" what it says of the right
translations. "error" is the mean absolute difference from the right translation, "cycle" that
between images and what they become there and back, as shares of the range of values. "unchanged"
translates nothing. "shared encoder" is an autoencoder of both sets with a decoder for each, and no
game. One seed.

    python benchmarks/unpaired_sets.py      measures what results/unpaired_sets.json does not hold
    python benchmarks/unpaired_sets.py --held-out       on training digits; stores nothing
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.ndimage import maximum_filter, minimum_filter

import store
import tables
from likely.core.catalogue import make
from recognised import Judge

LEARNT, TRANSLATED = 5_000, 1_000
STROKE, GROUND = np.array([255, 140, 0]), np.array([20, 40, 120])
SETTINGS: dict[str, dict[str, Any]] = {
    "CycleGAN": {"budget": "500 steps", "pool": 0},
    "shared encoder": {
        "sharing": "encoder", "adversarial": 0.0, "cycle": 0.0, "budget": "500 steps",
    },
}  # fmt: skip
OUTLINED: dict[str, Any] = {"budget": "6000 steps", "pool": 50, "batch_size": 4}
METHODS = ("truth", "unchanged", *SETTINGS)
Images = np.ndarray
Change = Callable[[Images], Images]


def inverted(images: Images) -> Images:
    """Return dark digits on a light ground."""
    return 255 - images


def in_colour(images: Images) -> Images:
    """Return orange digits on a blue ground."""
    share = images[..., None] / 255
    return (GROUND + share * (STROKE - GROUND)).round().astype(np.uint8)


def in_grey(images: Images) -> Images:
    """Return digits as they are, in three channels."""
    return np.repeat(images[..., None], 3, axis=-1)


def outlined(images: Images) -> Images:
    """Return the largest difference between pixels around each."""
    return maximum_filter(images, (1, 3, 3)) - minimum_filter(images, (1, 3, 3))


SETS: dict[str, tuple[Change, Change]] = {
    "inverted": (np.array, inverted),
    "outlined": (np.array, outlined),
    "in colour": (in_grey, in_colour),
}


def main(*, held_out: bool) -> None:
    """Measure, print and store, as far as it has come."""
    torch.set_num_threads(1)
    rows = [] if held_out else store.load("unpaired_sets")
    for name, changes in SETS.items():
        done = {row["method"] for row in rows if row["sets"] == name}
        missing = [method for method in METHODS if method not in done]
        some = Unpaired(*changes, held_out=held_out) if missing else None
        for method in missing if some else ():
            row = {"sets": name, **some.row(method, settings_of(name, method))}
            store.show(row)
            rows.append(row)
        rows.sort(key=lambda row: ([*SETS].index(row["sets"]), METHODS.index(row["method"])))
        if some and not held_out:
            facts = {"settings": SETTINGS, "outlined": OUTLINED}
            store.save("unpaired_sets", rows, learnt=LEARNT, translated=TRANSLATED, **facts)


def settings_of(name: str, method: str) -> dict[str, Any]:
    """Return the settings of a model for two sets."""
    further = OUTLINED if (name, method) == ("outlined", "CycleGAN") else {}
    return SETTINGS.get(method, {}) | further


def read(*, held_out: bool) -> tuple[Any, Any]:
    """Return images and labels to learn from, twice as many as a set has, and to translate."""
    with np.load(tables.DATA / "generative" / "mnist_20k_10k.npz") as file:
        images, digits = file["x_train"], file["y_train"]
        if held_out:
            new = images[-TRANSLATED:], digits[-TRANSLATED:]
        else:
            drawn = np.random.default_rng(0).permutation(len(file["x_test"]))[:TRANSLATED]
            new = file["x_test"][drawn], file["y_test"][drawn]
    return (images[: 2 * LEARNT], digits[: 2 * LEARNT]), new


class Unpaired:
    """Digits changed in two ways, different ones to learn from, and a classifier of each way.

    Parameters
    ----------
    first, second : callable
        The changes.
    held_out : bool
        Whether training images are translated that are not learnt from, instead of test images.
    """

    def __init__(self, first: Change, second: Change, *, held_out: bool) -> None:
        (images, digits), (new, self.digits) = read(held_out=held_out)
        self.parts = [change(images[i::2]) for i, change in enumerate((first, second))]
        self.judges = [Judge(part, digits[i::2], epochs=3) for i, part in enumerate(self.parts)]
        self.right = [first(new), second(new)]

    def row(self, method: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Return figures of translations back to the first set and there into the second."""
        start, cycle = process_time(), None
        if method in SETTINGS:
            model = make("CycleGAN", device="cpu", **settings)
            told = np.repeat(["0", "1"], LEARNT)
            model.fit(np.concatenate(self.parts), condition=told)
            made = [model.translate(self.right[1 - to], str(to), str(1 - to)) for to in range(2)]
            errors = [model.cycle_error(self.right[of], str(of)).mean() for of in range(2)]
            cycle = round(float(np.mean(errors)), 4)
        else:
            made = self.right if method == "truth" else self.right[::-1]
        row: dict[str, Any] = {"method": method}
        for to, name in enumerate(("back", "there")):
            kept = self.judges[to].classes(made[to]) == self.digits
            error = np.abs(made[to].astype(float) - self.right[to]).mean() / 255
            row |= {f"kept {name}": round(float(kept.mean()), 3)}
            row |= {f"error {name}": round(float(error), 4)}
        return row | {"cycle": cycle, "cpu_s": round(process_time() - start)}


if __name__ == "__main__":
    main(held_out="--held-out" in sys.argv[1:])
