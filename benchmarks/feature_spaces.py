"""Measure in which space of features the faults of generated images show.

2,000 test images are compared with 2,000 others that were made worse in a known way. Figures are
Fréchet distances over their floor: 1 is what real images have, and the larger, the plainer is the
fault. "noise 0.05" and "noise 0.2" have that standard deviation, of a range of 1; "40 components"
are all that is left of an image, as of a blurred one; in "a quarter" it is so of a quarter of the
images; "patch" is a black square of five pixels; "two pixels" are images moved to the side; of
"seven classes" three of ten are missing. "with labels" is the default of `learn_features` where
there are labels; "without" has none; "not trained" is the same network as it begins; "64
components" are those of the pixels. None of them learns from the images compared.

    python benchmarks/feature_spaces.py      stores results/feature_spaces.json
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from sklearn.decomposition import PCA

import store
import tables
from generated_images import LEARNT, SETS
from likely.evaluation import frechet_distance, learn_features

COMPARED = 2_000


def main() -> None:
    """Measure, print and store one row a set and space."""
    torch.set_num_threads(1)
    rows = []
    for name, file_name in SETS.items():
        with np.load(tables.DATA / "generative" / file_name) as file:
            train, labels, test, truth = (
                file[key] for key in ("x_train", "y_train", "x_test", "y_test")
            )
        train, labels = train[:LEARNT], labels[:LEARNT]
        order = np.random.default_rng(0).permutation(len(test))  # MNIST's second half is easier
        test, truth = test[order], truth[order]
        faulty = faults(test[COMPARED:], truth[COMPARED:], train)
        for space, encode in spaces(train, labels).items():
            row: dict[str, Any] = {"images": name, "space": space}
            for fault, images in faulty.items():
                found = frechet_distance(test[:COMPARED], images, encode)
                row[fault] = round(found.distance / found.floor, 1)
            rows.append(row)
            store.show(row)
    store.save("feature_spaces", rows, learnt=LEARNT, compared=COMPARED)


def spaces(train: np.ndarray, labels: np.ndarray) -> dict[str, Callable[[Any], np.ndarray]]:
    """Return functions from images to features."""
    pixels = PCA(64, random_state=0).fit(flat(train))
    return {
        "with labels": learn_features(train, labels),
        "without": learn_features(train),
        "not trained": learn_features(train, budget="1 steps"),
        "64 components": lambda images: pixels.transform(flat(images)),
    }


def faults(images: np.ndarray, truth: np.ndarray, train: np.ndarray) -> dict[str, np.ndarray]:
    """Return real images, and such with faults, `COMPARED` of each."""
    real = images[:COMPARED]
    few = PCA(40, random_state=0).fit(flat(train))
    blurred = few.inverse_transform(few.transform(flat(real))).reshape(real.shape)
    patched = real.copy()
    patched[:, 10:15, 10:15] = 0
    rng = np.random.default_rng(0)
    return {
        "real": real,
        "noise 0.05": as_bytes(real / 255 + rng.normal(0, 0.05, real.shape)),
        "noise 0.2": as_bytes(real / 255 + rng.normal(0, 0.2, real.shape)),
        "40 components": as_bytes(blurred),
        "a quarter": np.concatenate([real[COMPARED // 4 :], as_bytes(blurred)[: COMPARED // 4]]),
        "patch": patched,
        "two pixels": np.roll(real, 2, axis=2),
        "seven classes": images[truth < 7][:COMPARED],
    }


def flat(images: np.ndarray) -> np.ndarray:
    """Return images as rows of numbers in [0, 1]."""
    return images.reshape(len(images), -1) / 255


def as_bytes(images: np.ndarray) -> np.ndarray:
    """Return images of numbers in [0, 1] as bytes."""
    return np.clip(np.rint(255 * images), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
