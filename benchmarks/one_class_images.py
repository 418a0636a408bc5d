"""Measure how well one class of pictures is told from nine others, after learning that class alone.

Of each class of MNIST and Fashion-MNIST (the subsets of 20,000 and 10,000 pictures in
`LIKELY_DATA/generative`), the about 2,000 training pictures are learnt, and all 10,000 test
pictures judged; anomalies are the other nine classes. AUROC of `ConvolutionalAutoencoder` by its
default oddness (`density`) and by the two others of the same trained network (`scaled`, `error`);
`fit_s` and `score_s` are seconds of the processor. Beside it principal components (the squared
error of 32 of them, the best of 16, 32 and 64 on average), the distance to the nearest training
picture in pixels, and a trivial statistic, minus the standard deviation of the pixels.

`rbm` is the free energy of `RBM` and `energy` the oddness of `EnergyModel`, both with their
defaults but for the annealing, which does not change a ranking; `ano_gan` is `AnoGAN` with its
defaults (as f-AnoGAN, with a `DCGAN`). The noise and the directions that `EnergyModel` has by
default were chosen on seven of the twenty classes, on a part of their training pictures, after test
figures of an earlier setting had been seen for three.

    python benchmarks/one_class_images.py            stores benchmarks/results/one_class_images.json
    python benchmarks/one_class_images.py further    the columns after `score_s` only
    python benchmarks/one_class_images.py mnist 8    one class, nothing stored
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
from sklearn.decomposition import PCA

import store
from likely.autoencoders import ConvolutionalAutoencoder
from likely.core.catalogue import make
from likely.core.neighbours import nearest
from likely.evaluation import auroc
from tables import DATA

SETS = {"Fashion-MNIST": "fashion_mnist_20k_10k.npz", "MNIST": "mnist_20k_10k.npz"}
COMPONENTS = 32
FURTHER = {
    "rbm": ("RBM", {"annealing": 10}),
    "energy": ("EnergyModel", {"annealing": 1}),
    "ano_gan": ("AnoGAN", {}),
}


def main(*, only_further: bool) -> None:
    """Measure, print and store one row a class, and the means."""
    done = store.load("one_class_images")
    rows = {(row["data"], row["class"]): row for row in done if row["class"] != "mean"}
    for name, kind in [(name, kind) for name in SETS for kind in range(10)]:
        row = rows.setdefault((name, kind), {})
        if not (row or only_further):
            row |= judge(name, kind)
        missing = [column for column in FURTHER if column not in row]
        for column in missing:
            row |= judge_further(name, kind, column)
        if missing:
            store.show(row)
            store.save("one_class_images", [*rows.values(), *means([*rows.values()])])
    for row in means([*rows.values()]):
        store.show(row)


def judge(name: str, kind: int) -> dict:
    """Learn one class and return how well the others are told from it."""
    known, new, odd = pictures(name, kind)
    started = process_time()
    model = ConvolutionalAutoencoder(kind="image").fit(known)
    learnt = process_time()
    found = {"density": -model.score_samples(new)}
    judged = process_time()
    for oddness in ("scaled", "error"):
        found[oddness] = -model.set_params(oddness=oddness).score_samples(new)
    found |= baselines(known, new)
    measured = {method: round(auroc(odd, oddness), 4) for method, oddness in found.items()}
    times = {"fit_s": round(learnt - started, 1), "score_s": round(judged - learnt, 1)}
    return {"data": name, "class": kind, **measured, **times}


def judge_further(name: str, kind: int, column: str) -> dict:
    """Learn one class by another model and return how well the others are told from it."""
    known, new, odd = pictures(name, kind)
    model, settings = FURTHER[column]
    started = process_time()
    fitted = make(model, kind="image", **settings).fit(known)
    learnt = process_time()
    found = round(auroc(odd, -fitted.score_samples(new)), 4)
    return {column: found, f"{column}_fit_s": round(learnt - started, 1)}


def pictures(name: str, kind: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the training pictures of a class, all test pictures, and which are of other ones."""
    with np.load(DATA / "generative" / SETS[name]) as file:
        known = file["x_train"][file["y_train"] == kind]
        return known, file["x_test"], file["y_test"] != kind


def baselines(known: np.ndarray, new: np.ndarray) -> dict[str, np.ndarray]:
    """Return oddness by pixels alone."""
    a, b = (x.reshape(len(x), -1) / 255.0 for x in (known, new))
    pca = PCA(COMPONENTS, random_state=0).fit(a)
    error = ((b - pca.inverse_transform(pca.transform(b))) ** 2).sum(axis=1)
    centre = a.mean(axis=0)
    distance = nearest(b - centre, a - centre, 1)[0][:, 0]
    return {"pca": error, "knn": distance, "minus_std": -b.std(axis=1)}


def means(rows: list[dict]) -> list[dict]:
    """Return the mean over the classes of each set that is complete."""
    found = []
    for name in SETS:
        mine = [row for row in rows if row["data"] == name]
        if len(mine) == 10:
            numbers = [key for key in mine[0] if all(key in row for row in mine)]
            numbers = [key for key in numbers if key not in ("data", "class")]
            mean = {key: round(float(np.mean([row[key] for row in mine])), 4) for key in numbers}
            found.append({"data": name, "class": "mean", **mean})
    return found


if __name__ == "__main__":
    if len(sys.argv) > 2:
        store.show(
            judge({"mnist": "MNIST", "fashion": "Fashion-MNIST"}[sys.argv[1]], int(sys.argv[2]))
        )
    else:
        main(only_further="further" in sys.argv)
