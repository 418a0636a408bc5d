"""Images, series and video through learn, detect, files and the report."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import likely
from likely.base.model import Model
from likely.workflow.report.png import as_png


def samples(kind: str, n: int = 200, seed: int = 0) -> np.ndarray:
    shape = {"series": (60, 2), "image": (24, 32, 3), "video": (5, 12, 12)}[kind]
    noise = np.random.default_rng(seed).normal(120, 3, size=(n, *shape))
    return noise.astype(np.uint8) if kind == "image" else noise


KINDS = ("series", "image", "video")


@pytest.mark.parametrize("kind", KINDS)
def test_a_gross_sample_is_found_and_told(
    kind: str, tmp_path: Path, mean_sample: type[Model]
) -> None:
    data = samples(kind)
    data[11] = 250
    found = likely.detect(data, method=mean_sample(), kind=kind)
    assert found.anomaly.nonzero()[0].tolist() == [11]
    plural = {"series": "series", "image": "images", "video": "videos"}[kind]
    assert found.summary().startswith(f"1 of 200 {plural} is unlikely")
    frame = found.frame()
    assert frame.num_rows == 200
    assert {"name", "p_value", "surprise", "anomaly", "reason"} <= set(frame.column_names)
    assert found.anomalies().to_pylist()[0]["row"] == 12
    axes = {"series": 1, "image": 2, "video": 3}[kind]
    assert found.maps(np.array([11, 3])).ndim == 1 + axes
    path = found.report(tmp_path / "report.html")
    page = path.read_text(encoding="utf-8")
    assert len(page) < 1_000_000
    assert not re.search(r"\brows\b judged", page, re.IGNORECASE)
    assert ("data:image/png" in page) == (kind != "series")


@pytest.mark.parametrize("kind", KINDS)
def test_new_samples_keep_the_promise_in_words(kind: str, mean_sample: type[Model]) -> None:
    learned = likely.learn(samples(kind), method=mean_sample(), normal=True, kind=kind)
    new = samples(kind, 50, seed=1)
    new[3] = 250
    found = learned.detect(new, fpr=0.05)
    assert found.anomaly[3]
    assert learned.unit == kind
    assert "reference" in found.decision.basis
    other = samples({"series": "image", "image": "video", "video": "series"}[kind], 5)
    with pytest.raises(likely.DataError):
        learned.detect(other)


def test_labels_leave_known_anomalies_out(mean_sample: type[Model]) -> None:
    data = samples("image")
    data[:5] = 250
    labels = [1] * 5 + [None] * 195
    learned = likely.learn(data, method=mean_sample(), labels=labels)
    assert learned.reference.n == 195
    assert learned.p_values(data[:5]).max() < 0.02


def test_png_is_what_pillow_reads() -> None:
    image = pytest.importorskip("PIL.Image")
    from io import BytesIO

    for channels in (1, 3, 4):
        pixels = np.random.default_rng(channels).integers(0, 256, (7, 5, channels), dtype=np.uint8)
        read = np.asarray(image.open(BytesIO(as_png(pixels))))
        assert np.array_equal(read.reshape(pixels.shape), pixels)
