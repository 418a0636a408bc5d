"""Measure whether images of another kind are found by a likelihood, in both directions.

A density learns one of MNIST, Fashion-MNIST and Omniglot (28 x 28 bytes); unseen images of the same
set are ordinary, those of another set, or the same ones inverted or turned by a right angle, are
odd. AUROC of each measure of oddness of one and the same network: plain likelihood finds plain
images likelier than what was learnt, which is a failure of the question and not of the model.
"ratio" is against a background model; "states", the default, asks how unusual several statistics
are together. These statistics were chosen with pairs like these in view.
Beside them the size of a zlib file (small is odd) and the likelihood of probabilistic PCA (64
components). The mean and the least are over the eight directed pairs; noise is a control that no
measure may miss, and is not among them.

    python benchmarks/out_of_distribution.py                 stores its results
    python benchmarks/out_of_distribution.py --learnt Omniglot             measures one set anew
    python benchmarks/out_of_distribution.py --model MADE --steps 300      a quick look
"""

from __future__ import annotations

import argparse
import json
from time import process_time

import numpy as np
from sklearn.decomposition import PCA

import store
from likely.core.catalogue import make
from likely.evaluation import auroc
from likely.nets.states import ODDNESS, compressed
from tables import DATA

SETTINGS: dict[str, dict] = {
    "PixelCNN": {"layers": 3, "width": 24, "batch_size": 16, "learning_rate": 0.004},
    "MADE": {"kind": "image", "hidden": (512,), "batch_size": 64, "learning_rate": 0.002},
}
STEPS = {"PixelCNN": 400, "MADE": 1_500}
SETS = ("MNIST", "Fashion", "Omniglot")
LEARNT, JUDGED, COMPONENTS = 12_000, 1_000, 64
PAIRS = (
    *((a, b) for a in ("MNIST", "Fashion", "Omniglot") for b in ("MNIST", "Fashion", "Omniglot")),
    ("MNIST", "MNIST inverted"),
    ("Fashion", "Fashion turned"),
)
DIRECTED = tuple((known, other) for known, other in PAIRS if known != other)
CONTROLS = tuple((known, "noise") for known in ("MNIST", "Fashion", "Omniglot"))


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a pair."""
    sets = read()
    rows = [row for row in stored(asked) if row["learnt"] not in (*asked.learnt, "mean", "least")]
    for known in asked.learnt:
        learnt = sets[known][0][:LEARNT]
        started = process_time()
        steps = asked.steps or STEPS[asked.model]
        settings = SETTINGS[asked.model] | {"oddness": "ratio"}  # learns a background, too
        model = make(asked.model, budget=f"{steps} steps", **settings).fit(learnt)
        seconds = process_time() - started
        pca = PCA(COMPONENTS, random_state=0).fit(flat(learnt))
        for of, other in (*DIRECTED, *CONTROLS):
            if of == known:
                usual, odd = sets[known][1][:JUDGED], others(other, sets)[:JUDGED]
                rows.append({"learnt": known, "odd": other} | judge(model, pca, usual, odd))
                rows[-1]["fit cpu_s"] = round(seconds)
                store.show(rows[-1])
    pairs = [row for row in rows if row["odd"] != "noise"]
    for name, summary in (("mean", np.mean), ("least", np.min)):
        figures = {m: round(float(summary([row[m] for row in pairs])), 3) for m in measures()}
        rows.append({"learnt": name, "odd": "", **figures})
        store.show(rows[-1])
    if asked.steps is None:
        store.save("out_of_distribution", rows, model=asked.model, settings=SETTINGS[asked.model])


def stored(asked: argparse.Namespace) -> list[dict]:
    """Return what was measured before, if only a part of it is measured anew."""
    if set(asked.learnt) == set(SETS) or asked.steps is not None:
        return []
    text = (store.FOLDER / "out_of_distribution.json").read_text(encoding="utf-8")
    return json.loads(text)["rows"]


def measures() -> tuple[str, ...]:
    """Return the names of all that is measured."""
    return (*ODDNESS, "zlib", "PPCA")


def judge(model, pca: PCA, usual: np.ndarray, odd: np.ndarray) -> dict:
    """Return the AUROC of every measure."""
    truth = np.arange(len(usual) + len(odd)) >= len(usual)
    images = np.concatenate([usual, odd])
    found = {}
    for oddness in ODDNESS:
        found[oddness] = -model.set_params(oddness=oddness).score_samples(images)
    found["zlib"] = -compressed(images[:, None] / 255)
    found["PPCA"] = -pca.score_samples(flat(images))
    return {name: round(auroc(truth, values), 3) for name, values in found.items()}


def flat(images: np.ndarray) -> np.ndarray:
    """Return images as rows of numbers from 0 to 1."""
    return images.reshape(len(images), -1) / 255


def others(name: str, sets: dict) -> np.ndarray:
    """Return images that are odd."""
    of, _, how = name.partition(" ")
    if name == "noise":
        return np.random.default_rng(1).integers(0, 256, (JUDGED, 28, 28)).astype(np.uint8)
    unseen = sets[of][1]
    if how == "inverted":
        return 255 - unseen[-JUDGED:]
    return np.rot90(unseen[-JUDGED:], axes=(1, 2)).copy() if how == "turned" else unseen


def read() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return images to learn from, and unseen ones, of each set."""
    found = {}
    for name, file in (("MNIST", "mnist_20k_10k"), ("Fashion", "fashion_mnist_20k_10k")):
        with np.load(DATA / "generative" / f"{file}.npz") as stored:
            found[name] = stored["x_train"], stored["x_test"]
    with np.load(DATA / "generative" / "omniglot28_small.npz") as stored:
        images = stored["x"][np.random.default_rng(0).permutation(len(stored["x"]))]
    found["Omniglot"] = images[:-JUDGED], images[-JUDGED:]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=tuple(SETTINGS), default="PixelCNN")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--learnt", nargs="+", choices=SETS, default=SETS)
    main(parser.parse_args())
