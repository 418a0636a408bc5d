"""Shapes are found wherever they begin, and windows are judged by those that come often."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import KShape
from likely.series.k_shape import _clusters
from likely.series.shape_clusters import k_shape, shape_distance
from likely.series.still_windows import judged_as_still, still_windows
from likely.series.windows import cut_windows, mean_over_cover

RNG = np.random.default_rng(0)
TIME = np.arange(900)
SAW = (TIME % 30) / 15 - 1 + 0.1 * RNG.normal(size=900)


def _best_correlation(x: np.ndarray, y: np.ndarray) -> float:
    products = np.correlate(x, y, mode="full")
    return float(products.max() / np.linalg.norm(x) / np.linalg.norm(y))


def test_distances_are_those_of_numpys_correlation() -> None:
    for _ in range(20):
        x, y = RNG.normal(size=(2, 37))
        assert shape_distance(x, y) == pytest.approx(1 - _best_correlation(x, y))
    assert shape_distance(x, np.zeros(37)) == 1.0


def test_a_centre_is_the_first_eigenvector_of_its_members() -> None:
    shape = np.sin(np.arange(50) / 4)
    windows = shape * RNG.uniform(1, 3, size=(30, 1)) + 0.05 * RNG.normal(size=(30, 50))
    windows -= windows.mean(axis=1, keepdims=True)
    centre = k_shape(windows, 1, RNG).centres[0]
    _, vectors = np.linalg.eigh(windows.T @ windows)
    assert abs(vectors[:, -1] @ centre) == pytest.approx(1.0, abs=1e-6)
    assert (windows @ centre > 0).all()


def test_clusters_do_not_depend_on_where_a_shape_begins() -> None:
    place = np.arange(80)
    bumps = [np.exp(-(((place - at) / 4) ** 2)) for at in RNG.uniform(15, 65, size=25)]
    steps = [1.0 * (place > at) for at in RNG.uniform(20, 60, size=15)]
    windows = np.array(bumps + steps)
    windows -= windows.mean(axis=1, keepdims=True)
    found = k_shape(windows, 2, np.random.default_rng(1))
    assert sorted(found.sizes.tolist()) == [15, 25]


def test_what_hardly_moves_is_a_cluster_of_its_own() -> None:
    waves = np.sin(np.arange(40) / 3) + 0.1 * RNG.normal(size=(10, 40))
    waves = (waves - waves.mean(axis=1, keepdims=True)) / waves.std(axis=1, keepdims=True)
    noise = 0.2 * RNG.normal(size=(7, 40))
    found = _clusters(np.vstack([waves, noise]), 2, RNG)
    assert found.sizes.tolist() == [10, 7]
    assert (found.centres[1] == 0).all()


def test_scores_are_weighted_means_of_distances_to_the_nearest_part_of_each_centre() -> None:
    model = KShape(length=12, clusters=3).fit(SAW[:, None])
    windows = cut_windows(SAW, np.arange(900 - 11), 12)
    total = np.zeros(len(windows))
    for centre, weight in zip(model.centres_[0], model.weights_[0], strict=True):
        parts = cut_windows(centre, np.arange(len(centre) - 11), 12)
        x, y = (
            (w - w.mean(axis=1, keepdims=True)) / w.std(axis=1, keepdims=True)
            for w in (windows, parts)
        )
        apart = np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=2))
        total += weight * apart.min(axis=1)
    expected = mean_over_cover(total, np.arange(len(windows)), 12, 900)
    assert model.weights_.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(-model.score_samples(SAW[:, None]), expected, rtol=1e-6)


def test_a_beat_the_other_way_round_is_odd() -> None:
    odd = SAW.copy()
    odd[600:630] = odd[600:630][::-1].copy()
    scores = KShape().fit(SAW[:500, None]).score_samples(odd[:, None])
    assert 580 < scores.argmin() < 650


def test_still_windows_are_as_far_as_constant_ones() -> None:
    values = np.column_stack([np.sin(TIME / 5), np.full(900, 2.0) + 0.01 * RNG.normal(size=900)])
    still = still_windows(values, 20)
    assert still.shape == (881, 2)
    assert not still[:, 0].any()
    assert still[:, 1].all()
    far = judged_as_still(np.ones((881, 2)), still, np.array([True, False]), 16)
    assert (far[:, 0] == 1).all()
    assert (far[:, 1] == 4).all()
