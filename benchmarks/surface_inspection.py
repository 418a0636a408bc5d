"""Measure whether defects of magnetic tiles are found after learning good tiles only.

300 photographs of good tiles are learnt; 110 good ones, 114 with blowholes and 56 with cracks are
judged. No physical tile is on both sides. AUROC and average precision are those of whole pictures,
over all defects and for each kind; over pixels average precision, AUROC, and how often a map peaks
in a defect. Trivial statistics, what is left of a picture without its main pixel components, and a
convolutional autoencoder stand beside the models of features. Milliseconds are those of the clock,
and beside them those that processors worked for it.

`alarms` is the share of new good tiles reported at fpr=0.01, learnt from the photographs of two
thirds of the tile groups among the good ones that are learnt and judged on the others; `allowed` is
where a kept promise lies in 99 % of cases, if photographs were independent. Photographs of one tile
are not, so it can leave that range.

    python benchmarks/surface_inspection.py          stores results/surface_inspection.json
    python benchmarks/surface_inspection.py quick    60 tiles learnt, 60 judged, nothing stored
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

import likely
import store
from likely.autoencoders import ConvolutionalAutoencoder
from likely.vision import PaDiM, PatchCore
from pictures import FOLDER, TRIVIAL, interval, learnt_and_judged, pixel_pca, placing, ranking

TILES, RATE = FOLDER / "magnetic_tile", 0.01


def main(quick: bool) -> None:
    """Measure, print and store one row a method."""
    learnt, groups = good_tiles()
    test, masks, kinds = judged_tiles()
    if quick:
        some = np.random.default_rng(0).permutation(len(test))[:60]
        learnt, groups = learnt[:60], groups[:60]
        test, masks, kinds = [test[i] for i in some], [masks[i] for i in some], kinds[some]
    rows: list[dict[str, Any]] = []
    for row in judge(learnt, test, masks, kinds):
        rows.append(row)
        store.show(row)
    for model in (PaDiM(), PatchCore()):
        rows.append(promise(model, learnt, groups))
        store.show(rows[-1])
    if not quick:
        store.save("surface_inspection", rows, learnt=len(learnt), judged=len(test))


def judge(learnt: list, test: list, masks: list, kinds: np.ndarray) -> Iterator[dict[str, Any]]:
    """Yield one row for each method."""
    labels = (kinds != "good").astype(int)
    for name, statistic in TRIVIAL.items():
        odd = np.array([statistic(one / 255) for one in test])
        yield {"method": name, **ranking(labels, kinds, odd)}
    known, unknown = [one / 255 for one in learnt], [one / 255 for one in test]
    for components in (20, 150):
        odd, maps = pixel_pca(known, unknown, 64, components)
        name = f"pixel components, {components}"
        yield {"method": name, **ranking(labels, kinds, odd), **placing(masks, maps)}
    autoencoder = ConvolutionalAutoencoder(budget="3min")
    small = [
        np.array(Image.fromarray(one).resize((64, 64), Image.Resampling.BOX)) for one in learnt
    ]
    judged = [np.array(Image.fromarray(one).resize((64, 64), Image.Resampling.BOX)) for one in test]
    odd, took = learnt_and_judged(autoencoder, np.array(small), np.array(judged))
    yield {
        "method": "ConvolutionalAutoencoder, 64 x 64",
        **ranking(labels, kinds, odd),
        **placing(masks, resized(autoencoder.contributions(np.array(judged)), test)),
        **took,
    }
    for model in (PaDiM(), PatchCore()):
        odd, took = learnt_and_judged(model, learnt, test)
        row = ranking(labels, kinds, odd) | placing(masks, resized(model.contributions(test), test))
        yield {"method": repr(model), **row, **took}
        model.detail = 0.0
        maps = resized(model.contributions(test), test)
        yield {"method": f"{model!r}, maps only", **placing(masks, maps)}


def resized(maps: np.ndarray, pictures: list) -> list:
    """Return maps in the sizes of their pictures."""
    return [
        np.array(Image.fromarray(one.astype(np.float32)).resize(picture.shape[::-1]))
        for one, picture in zip(maps, pictures, strict=True)
    ]


def promise(model: Any, tiles: list, groups: np.ndarray) -> dict[str, Any]:
    """Return the share of good tiles of other groups that are reported at a promised rate."""
    kept = np.random.default_rng(0).permutation(np.unique(groups))
    known = np.isin(groups, kept[: 2 * len(kept) // 3])
    learned = likely.learn(
        [tiles[i] for i in np.flatnonzero(known)], method=model, normal=True, kind="image"
    )
    new = [tiles[i] for i in np.flatnonzero(~known)]
    reported = np.asarray(learned.p_values(new)) <= RATE
    low, high = interval(RATE, int(known.sum()), len(new))
    return {
        "method": f"promise of {RATE:g}: {type(model).__name__}",
        "alarms": round(float(reported.mean()), 4),
        "allowed": f"{low} to {high}",
    }


def good_tiles() -> tuple[list, np.ndarray]:
    """Return the pictures to learn from and the group of tiles that each belongs to."""
    with (TILES / "index.csv").open() as lines:
        group = {row["file"]: row["tile_group"] for row in csv.DictReader(lines)}
    paths = sorted((TILES / "train" / "good").iterdir())
    return [read(path) for path in paths], np.array([group[path.name] for path in paths])


def judged_tiles() -> tuple[list, list, np.ndarray]:
    """Return pictures, masks of their defects, and "good" or the kind of defect."""
    pictures, masks, kinds = [], [], []
    for kind in ("good", "blowhole", "crack"):
        for path in sorted((TILES / "test" / kind).iterdir()):
            pictures.append(read(path))
            mask = np.zeros(pictures[-1].shape, dtype=bool)
            if kind != "good":
                mask = (
                    np.asarray(Image.open(TILES / "ground_truth" / kind / f"{path.stem}.png")) > 0
                )
            masks.append(mask)
            kinds.append(kind)
    return pictures, masks, np.array(kinds)


def read(path: Any) -> np.ndarray:
    """Return a grey picture."""
    return np.asarray(Image.open(path).convert("L"))


if __name__ == "__main__":
    main("quick" in sys.argv[1:])
