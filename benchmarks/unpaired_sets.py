"""Measure whether translations between unpaired sets of images show what the originals show.

MNIST digits and what was made of other MNIST digits, so that no image has a counterpart but the
truth is known: the same digits inverted, in colour (orange strokes on blue), or outlined (what
lies within one pixel of an edge). 5,000 digits are learnt from in the first set, 5,000 others in
the second; 1,000 test digits are translated out of each into the other. Settings were chosen on
digits of the training part that are not learnt from.

"kept" is the share of translations that a classifier, which has seen real images of the set they
are translated to, takes for the digit of the original; "truth" what it says of the right
translations. "error" is the mean absolute difference from the right translation, "cycle" that
between images and what they become there and back, as shares of the range of values. "unchanged"
translates nothing. "shared encoder" is an autoencoder of both sets with a decoder for each and no
game, "shared encoder, game" the same with the losses of `CycleGAN`. One seed.

    python benchmarks/unpaired_sets.py                        stores results/unpaired_sets.json
    python benchmarks/unpaired_sets.py --held-out             on training digits; stores nothing
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
    "CycleGAN": {"budget": "600 steps"},
    "shared encoder": {
        "sharing": "encoder", "adversarial": 0.0, "cycle": 0.0, "budget": "600 steps",
    },
    "shared encoder, game": {"sharing": "encoder", "budget": "600 steps"},
}  # fmt: skip
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
    "in colour": (in_grey, in_colour),
    "outlined": (np.array, outlined),
}


def main(*, held_out: bool) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    rows = []
    learnt, new = read(held_out=held_out)
    for name, changes in SETS.items():
        rows += [{"sets": name, **row} for row in compared(changes, learnt, new)]
    if not held_out:
        store.save("unpaired_sets", rows, learnt=LEARNT, translated=TRANSLATED, settings=SETTINGS)


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


def compared(changes: tuple[Change, Change], learnt: Any, new: Any) -> list[dict]:
    """Return a row for every way of translating between digits changed in two ways."""
    (images, digits), (x, truth) = learnt, new
    parts = [change(images[i::2]) for i, change in enumerate(changes)]
    told = [np.repeat(str(i), LEARNT) for i in range(2)]
    judges = [Judge(part, digits[i::2], epochs=3) for i, part in enumerate(parts)]
    right = [change(x) for change in changes]
    rows = [
        row_of("truth", judges, truth, right, right, None),
        row_of("unchanged", judges, truth, right, right[::-1], None),
    ]
    for method, settings in SETTINGS.items():
        start = process_time()
        model = make("CycleGAN", device="cpu", **settings)
        model.fit(np.concatenate(parts), condition=np.concatenate(told))
        seconds = round(process_time() - start)
        made = [model.translate(right[1 - to], str(to), str(1 - to)) for to in range(2)]
        cycle = [float(model.cycle_error(right[of], str(of)).mean()) for of in range(2)]
        rows.append(row_of(method, judges, truth, right, made, cycle) | {"cpu_s": seconds})
    return rows


def row_of(
    method: str,
    judges: list[Judge],
    truth: np.ndarray,
    right: list[Images],
    made: list[Images],
    cycle: list[float] | None,
) -> dict:
    """Return figures of translations into the first set and into the second."""
    row: dict[str, Any] = {"method": method}
    for to, name in enumerate(("back", "there")):
        kept = judges[to].classes(made[to]) == truth
        error = np.abs(made[to].astype(float) - right[to]).mean() / 255
        row |= {f"kept {name}": round(float(kept.mean()), 3), f"error {name}": round(error, 4)}
    row |= {"cycle": round(float(np.mean(cycle)), 4) if cycle else None, "cpu_s": None}
    store.show(row)
    return row


if __name__ == "__main__":
    main(held_out="--held-out" in sys.argv[1:])
