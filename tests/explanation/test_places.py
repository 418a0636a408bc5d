"""Where samples with axes are odd: regions, words, maps."""

from __future__ import annotations

import numpy as np
import pytest

from likely.base.model import Model
from likely.explanation import explain_places
from likely.explanation.places import find_regions


class Silent(Model):
    """Says nothing about where."""

    card = {"kinds": ["image"], "paper": ""}

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.mean_ = x.mean(axis=0)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -np.abs(x - self.mean_).reshape(len(x), -1).sum(axis=1)


def images(n: int = 30) -> np.ndarray:
    noise = np.random.default_rng(0).normal(100, 2, size=(n, 40, 30))
    return noise.astype(np.uint8)


def test_regions_are_found_largest_first() -> None:
    odd = np.zeros((40, 30))
    odd[5:15, 3:9] = 1.0
    odd[30:33, 20:23] = 1.0
    first, second = find_regions(odd)
    assert first.share > second.share
    assert first.share + second.share == pytest.approx(1, abs=0.05)
    for region, low, high in ((first, (5, 3), (15, 9)), (second, (30, 20), (33, 23))):
        for (start, stop), a, b in zip(region.bounds, low, high, strict=True):
            assert abs(start - a) <= 1
            assert abs(stop - b) <= 1
    assert find_regions(np.zeros((4, 4))) == []


def test_a_spot_is_described_in_the_units_of_the_image(mean_sample: type[Model]) -> None:
    model = mean_sample().fit(images())
    new = images(2)
    new[1, 20:30, 10:20] = 250
    explanation = explain_places(model, model.schema_.match(new))[1]
    first = explanation.reasons[0]
    assert first.share > 0.9
    assert float(first.value) > 200
    assert float(first.expected) == pytest.approx(99.5, abs=2)
    assert "of what is odd lies in rows" in explanation.sentence
    low, high = (int(word) for word in first.column.split(",")[0].split()[1::2])
    assert abs(low - 21) <= 1
    assert abs(high - 30) <= 1


def test_a_sample_that_is_odd_all_over_is_not_put_in_a_box(mean_sample: type[Model]) -> None:
    model = mean_sample().fit(images())
    explanation = explain_places(model, model.schema_.match(np.full((1, 40, 30), 250, np.uint8)))[0]
    assert "odd all over" in explanation.sentence


def test_a_stretch_of_a_series_is_described_in_steps(mean_sample: type[Model]) -> None:
    rows = np.random.default_rng(1).normal(size=(50, 100))
    model = mean_sample().fit(rows)
    odd = rows[:1].copy()
    odd[0, 60:70] += 9
    explanation = explain_places(model, model.schema_.match(odd))[0]
    assert explanation.reasons[0].column.startswith("steps")
    assert explanation.nearest is None


def test_a_model_that_does_not_say_where_is_told_so() -> None:
    model = Silent().fit(images())
    explanation = explain_places(model, model.schema_.match(images(1)))[0]
    assert explanation.reasons == ()
    assert "does not say where" in explanation.sentence
