"""Measure whether pneumonia, and planted lesions, are found after learning healthy chest X-rays.

Paediatric chest X-rays, 28 x 28 pixels: 1,079 of healthy chests are learnt, 524 judged, 389 of
them with pneumonia (AUROC and average precision of pictures). For maps, a lesion is planted in each
of 135 further healthy chests that nothing was learnt from: a bright or a dark blob of 2 to 4
pixels, or a patch of stripes, drawn by ourselves (average precision over pixels; pointing: how
often the map peaks in or next to the lesion). Of the baselines, minus the standard deviation of the
pixels is the strongest trivial one; pixel components are what is left of a picture without its main
ones. `alarms` is the share of new healthy chests reported at fpr=0.01, learnt from one half and
judged on the other, and `allowed` where a kept promise lies in 99 % of cases.

    python benchmarks/chest_xray.py            stores benchmarks/results/chest_xray.json
    python benchmarks/chest_xray.py 200        200 healthy chests, nothing stored
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

import likely
import store
from likely.autoencoders import ConvolutionalAutoencoder
from likely.diffusion import DDPM
from likely.energy import RBM
from likely.gan import AnoGAN
from likely.vision import PaDiM, PatchCore
from pictures import FOLDER, TRIVIAL, interval, learnt_and_judged, pixel_pca, placing, ranking

PLANTED, RATE = 135, 0.01
STEPS = "600 steps"  # of diffusion models, about three minutes of a core


def main(most: int | None) -> None:
    """Measure, print and store one row a method."""
    data = np.load(FOLDER / "pneumonia_xray28" / "dev.npz")
    healthy, new = data["train_normal"], data["test_images"]
    labels = data["test_labels"].ravel()
    order = np.random.default_rng(0).permutation(len(healthy))[:most]
    apart = min(PLANTED, len(order) // 3)
    learnt, hosts = healthy[order[apart:]], healthy[order[:apart]]
    lesions, masks = plant(hosts, np.random.default_rng(1))
    rows: list[dict[str, Any]] = []
    for row in judge(learnt, new, labels, lesions, masks):
        rows.append(row)
        store.show(row)
    for model in (PaDiM(), PatchCore()):
        rows.append(promise(model, healthy[order]))
        store.show(rows[-1])
    if most is None:
        store.save("chest_xray", rows, learnt=len(learnt), judged=len(new), planted=apart)


def judge(
    learnt: np.ndarray, new: np.ndarray, labels: np.ndarray, lesions: np.ndarray, masks: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Yield one row for each method."""
    kinds = np.where(labels == 1, "pneumonia", "healthy")
    for name, statistic in TRIVIAL.items():
        odd = np.array([statistic(one / 255) for one in new])
        yield {"method": name, **whole(labels, kinds, odd)}
    known, unknown, spoiled = ([one / 255 for one in some] for some in (learnt, new, lesions))
    for components in (10, 60):
        odd, _ = pixel_pca(known, unknown, 28, components)
        _, maps = pixel_pca(known, spoiled, 28, components)
        row = whole(labels, kinds, odd) | placing(list(masks), maps)
        yield {"method": f"pixel components, {components}", **row}
    difference = np.abs(np.array(spoiled) - np.mean(known, axis=0)) / np.std(known, axis=0)
    yield {"method": "trivial: largest pixel z", **placing(list(masks), list(difference))}
    for model in (PaDiM(), PatchCore()):
        odd, took = learnt_and_judged(model, learnt, new)
        row = whole(labels, kinds, odd) | placing(list(masks), list(model.contributions(lesions)))
        yield {"method": repr(model), **row, **took}
        model.detail = 0.0
        maps = list(model.contributions(lesions))
        yield {"method": f"{model!r}, maps only", **placing(list(masks), maps)}
        model.top = 1.0
        odd = -model.score_samples(new)
        yield {"method": f"{model!r}", **whole(labels, kinds, odd)}
    for model in (
        ConvolutionalAutoencoder(kind="image"),
        RBM(kind="image", annealing=10),  # which does not change a ranking
        AnoGAN(kind="image"),
        DDPM(budget=STEPS),
        DDPM(oddness="restored", budget=STEPS),
    ):
        odd, took = learnt_and_judged(model, learnt, new)
        row = whole(labels, kinds, odd) | placing(list(masks), list(model.contributions(lesions)))
        yield {"method": repr(model), **row, **took}


def whole(labels: np.ndarray, kinds: np.ndarray, odd: np.ndarray) -> dict[str, float]:
    """Return AUROC and average precision; there is one kind only."""
    found = ranking(labels, kinds, odd)
    return {name: found[name] for name in ("AUROC", "AP")}


def plant(hosts: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures with a lesion each, and masks of the lesions."""
    y, x = np.indices(hosts.shape[1:])
    found, masks = hosts.astype(np.float64), np.zeros(hosts.shape, dtype=bool)
    for i, picture in enumerate(found):
        middle, radius = rng.uniform(7, 21, 2), rng.uniform(1.0, 2.0)
        away = ((y - middle[0]) ** 2 + (x - middle[1]) ** 2) / radius**2
        strength = rng.uniform(40, 80)
        if i % 3 < 2:
            picture += (1 if i % 3 else -1) * strength * np.exp(-away / 2)
        else:
            stripes = np.sign(np.sin(2 * y + rng.uniform(0, 3)))
            picture += strength / 2 * stripes * (away < 4)
        masks[i] = away < (2 if i % 3 < 2 else 4)
    return np.clip(found, 0, 255).round().astype(np.uint8), masks


def promise(model: Any, healthy: np.ndarray) -> dict[str, Any]:
    """Return the share of new healthy chests that are reported at a promised rate."""
    half = len(healthy) // 2
    learned = likely.learn(healthy[:half], method=model, normal=True)
    reported = np.asarray(learned.p_values(healthy[half:])) <= RATE
    low, high = interval(RATE, half, len(healthy) - half)
    return {
        "method": f"promise of {RATE:g}: {type(model).__name__}",
        "alarms": round(float(reported.mean()), 4),
        "allowed": f"{low} to {high}",
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
