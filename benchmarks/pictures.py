"""What the benchmarks on pictures share: folders, baselines, measures of maps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

from likely.data.resize import resize
from likely.evaluation import auprc, auroc
from tables import DATA

FOLDER = DATA / "images"


def pixel_pca(train: list, test: list, side: int, components: int) -> tuple[np.ndarray, list]:
    """Return how badly the main components of pixels restore pictures, and maps of it.

    Parameters
    ----------
    train, test : list of ndarray
        Grey pictures in [0, 1].
    side : int
        To which height and width they are brought.
    components : int
        Number of principal components.
    """
    first, second = (
        np.array([resize(one[..., None], (side, side)).ravel() for one in some])
        for some in (train, test)
    )
    centre = first.mean(axis=0)
    axes = np.linalg.svd(first - centre, full_matrices=False)[2][:components]
    rest = second - centre
    rest = ((rest - rest @ axes.T @ axes) ** 2).reshape(-1, side, side)
    maps = [
        resize(ndimage.gaussian_filter(one, side / 90)[..., None], picture.shape)[..., 0]
        for one, picture in zip(rest, test, strict=True)
    ]
    return np.array([one.max() for one in maps]), maps


def ranking(labels: np.ndarray, kinds: np.ndarray, odd: np.ndarray) -> dict[str, float]:
    """Return AUROC and average precision of pictures, and the AUROC of each kind of defect."""
    found = {"AUROC": auroc(labels, odd), "AP": auprc(labels, odd)}
    for kind in sorted(set(kinds[labels == 1])):
        some = (labels == 0) | (kinds == kind)
        found[f"AUROC_{kind}"] = auroc(labels[some], odd[some])
    return {name: round(float(value), 3) for name, value in found.items()}


def placing(masks: list, maps: list) -> dict[str, float]:
    """Return average precision and AUROC over all pixels, and how often a map peaks in its mask.

    Masks are thinned to every second pixel in each direction, keeping what is smaller than that.
    """
    truth = np.concatenate([ndimage.maximum_filter(m, 2)[::2, ::2].ravel() for m in masks])
    odd = np.concatenate([np.asarray(one)[::2, ::2].ravel() for one in maps])
    hits = [
        bool(ndimage.maximum_filter(mask, 5).flat[int(np.argmax(one))])
        for mask, one in zip(masks, maps, strict=True)
        if mask.any()
    ]
    return {
        "pixel_AP": round(float(auprc(truth, odd)), 3),
        "pixel_AUROC": round(float(auroc(truth, odd)), 3),
        "pointing": round(float(np.mean(hits)), 3),
    }


def learnt_and_judged(model: Any, known: Any, new: Any) -> tuple[np.ndarray, dict[str, float]]:
    """Fit a model; return how odd new pictures are, and what learning and judging took.

    Milliseconds are those of the clock and those that all cores together worked.
    """
    start = time.perf_counter()
    model.fit(known)
    fitting = time.perf_counter() - start
    start, worked = time.perf_counter(), time.process_time()
    odd = -model.score_samples(new)
    scoring, work = time.perf_counter() - start, time.process_time() - worked
    return odd, {
        "fit_seconds": round(fitting, 1),
        "milliseconds_a_picture": round(1000 * scoring / len(new), 1),
        "of_processors": round(1000 * work / len(new), 1),
    }


def interval(rate: float, reference: int, new: int) -> tuple[float, float]:
    """Return where the share of false alarms of a kept promise lies in 99 % of cases.

    The rate that a reference of `reference` samples gives is Beta distributed; on `new` samples it
    is counted.
    """
    rng = np.random.default_rng(0)
    least = max(1, int(np.floor((reference + 1) * rate)))
    rates = rng.beta(least, reference + 1 - least, 100_000)
    low, high = np.quantile(rng.binomial(new, rates) / new, [0.005, 0.995])
    return round(float(low), 4), round(float(high), 4)


Statistic = Callable[[np.ndarray], float]
TRIVIAL: dict[str, Statistic] = {
    "trivial: minus standard deviation": lambda picture: -float(picture.std()),
    "trivial: standard deviation": lambda picture: float(picture.std()),
    "trivial: mean": lambda picture: float(picture.mean()),
    "trivial: height": lambda picture: float(picture.shape[0]),
}
