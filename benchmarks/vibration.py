"""Measure whether faults of a bearing are found after learning how a sound one vibrates.

Five recordings at 12 kHz of four seconds, one of a sound bearing and four of bearings with a fault
(`LIKELY_DATA/series/cwru`), cut into windows of 1,024 samples of the sensor at the drive end, half
overlapping. Learnt from the first half of the sound recording; judged on its second half and on all
windows of a fault. `quiet` is the same with every window scaled to the same spread, so that
loudness tells nothing. AUROC of `ConvolutionalAutoencoder` on the windows as they are (`windows`)
and on the logarithm of their spectra, 128 bands (`spectra`); beside it principal components (the
squared error of 10 of them) and the distance to the nearest spectrum learnt from, both of spectra;
and two statistics that anyone computes first, the root mean square and the kurtosis.

    python benchmarks/vibration.py         stores benchmarks/results/vibration.json
    python benchmarks/vibration.py quick   spectra only, nothing stored
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import kurtosis
from sklearn.decomposition import PCA

import store
from likely.autoencoders import ConvolutionalAutoencoder
from likely.core.neighbours import nearest
from likely.evaluation import auroc
from tables import DATA

FAULTS = ("12k_DE_B007_1", "12k_DE_B014_1", "12k_DE_IR007_0", "12k_DE_OR007at6_0")
LENGTH, STEP, BANDS, COMPONENTS = 1_024, 512, 128, 10


def main(quick: bool) -> None:
    """Measure, print and store one row a fault."""
    rows = []
    for quiet in (False, True):
        mine = judge(quiet, raw=not quick)
        numbers = [key for key in mine[0] if key not in ("fault", "loudness")]
        mean = {key: round(float(np.mean([row[key] for row in mine])), 4) for key in numbers}
        rows += [*mine, {**mine[0], "fault": "mean", **mean}]
        for row in rows[-len(FAULTS) - 1 :]:
            store.show(row)
    if not quick:
        store.save("vibration", rows, window=LENGTH, bands=BANDS)


def judge(quiet: bool, raw: bool) -> list[dict]:
    """Learn the first half of the sound recording and return a row for every fault."""
    sound = windows("Normal_Normal_0", quiet)
    half = len(sound) // 2
    known, usual = sound[: half - 1], sound[half:]  # no window lies in both halves
    spectra = ConvolutionalAutoencoder(kind="series").fit(spectrum(known))
    models = {"spectra": (spectra, spectrum)}
    if raw:
        models["windows"] = (ConvolutionalAutoencoder(kind="series").fit(known), np.asarray)
    seen = spectrum(known)
    pca = PCA(COMPONENTS, random_state=0).fit(seen)

    def oddness(new: np.ndarray) -> dict[str, np.ndarray]:
        bands = spectrum(new)
        found = {name: -model.score_samples(view(new)) for name, (model, view) in models.items()}
        found["pca"] = ((bands - pca.inverse_transform(pca.transform(bands))) ** 2).sum(axis=1)
        found["knn"] = nearest(bands - seen.mean(axis=0), seen - seen.mean(axis=0), 1)[0][:, 0]
        return found | {"rms": np.sqrt((new**2).mean(axis=1)), "kurtosis": kurtosis(new, axis=1)}

    rows, ordinary = [], oddness(usual)
    for fault in FAULTS:
        new = windows(fault, quiet)
        odd = oddness(new)
        labels = np.repeat([0, 1], [len(usual), len(new)])
        measured = {
            m: round(auroc(labels, np.concatenate([ordinary[m], odd[m]])), 4) for m in ordinary
        }
        rows.append({"fault": fault, "loudness": "equal" if quiet else "as it is", **measured})
    return rows


def windows(name: str, quiet: bool) -> np.ndarray:
    """Return windows of the drive end (n, LENGTH), in units of g."""
    with np.load(DATA / "series" / "cwru" / f"{name}.npz") as file:
        values = file["values"][:, 0] * file["scale"][0]
    cut = np.lib.stride_tricks.sliding_window_view(values, LENGTH)[::STEP]
    cut = cut - cut.mean(axis=1, keepdims=True)
    return cut / cut.std(axis=1, keepdims=True) if quiet else np.array(cut)


def spectrum(cut: np.ndarray) -> np.ndarray:
    """Return the logarithm of the energy in bands of equal width, (n, BANDS)."""
    power = np.abs(np.fft.rfft(cut * np.hanning(LENGTH), axis=1)[:, 1:]) ** 2
    return np.log(power.reshape(len(cut), BANDS, -1).mean(axis=2) + 1e-9)


if __name__ == "__main__":
    main(sys.argv[1:] == ["quick"])
