"""Cluster-based local outlier factor against the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from likely.detectors import CBLOF
from likely.detectors.distance.cblof import large_clusters
from likely.testing.naive import clusters as naive

RNG = np.random.default_rng(0)
BIG = np.vstack([RNG.normal(-6, 1, size=(200, 2)), RNG.normal(6, 1, size=(200, 2))])
TIGHT = RNG.normal([-6.0, 6.0], 0.01, size=(21, 2))
ROWS = np.vstack([BIG, TIGHT])


def _features(model: CBLOF, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows)) @ model.axes_


def test_scores_are_distances_from_the_nearest_large_centre() -> None:
    model = CBLOF(n_clusters=5).fit(ROWS)
    new = RNG.normal(scale=8, size=(50, 2))
    expected = naive.distances(_features(model, new), model.centres_)
    np.testing.assert_allclose(-model.score_samples(new), expected, rtol=1e-12)
    expected = naive.distances(_features(model, ROWS), model.centres_)
    np.testing.assert_allclose(-model.training_scores_, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_clusters", [3, 5, 8])
def test_a_tight_small_cluster_is_odd(n_clusters: int, seed: int) -> None:
    model = CBLOF(n_clusters=n_clusters, seed=seed).fit(ROWS)
    assert model.training_scores_[400:].max() < model.training_scores_[:400].min()


@pytest.mark.parametrize(("alpha", "beta"), [(0.9, 5.0), (0.5, 2.0), (1.0, 1.5), (0.75, 100.0)])
def test_which_clusters_are_large_follows_the_definition(alpha: float, beta: float) -> None:
    rng = np.random.default_rng(1)
    for k in (1, 2, 3, 8, 20):
        for _ in range(20):
            sizes = np.ceil(rng.pareto(0.8, size=k) * 10).astype(np.int64)
            found = large_clusters(sizes, alpha, beta)
            assert sizes[found].tolist() == naive.large_clusters(sizes.tolist(), alpha, beta)


def test_worked_example_of_large_clusters() -> None:
    sizes = np.array([10, 500, 40, 300, 150])
    assert large_clusters(sizes, 0.9, 5.0).tolist() == [1, 3, 4]  # 950 of 1000
    assert large_clusters(sizes, 0.97, 5.0).tolist() == [1, 3, 4, 2]
    assert large_clusters(sizes, 0.97, 3.5).tolist() == [1, 3, 4]  # 40 is less than 150 / 3.5
    assert large_clusters(np.array([30, 5, 5, 5, 5, 5, 5]), 0.9, 5.0).tolist() == [0]


@pytest.mark.parametrize(
    "rows",
    [
        RNG.normal(size=(300, 3)),
        np.ones((50, 2)),
        RNG.normal(size=(3, 2)),
        np.repeat(np.eye(3), 40, axis=0),
        np.where(np.arange(100) < 2, 1e300, RNG.normal(size=100))[:, None],
    ],
    ids=["one cloud", "equal", "three rows", "three different rows", "gross"],
)
@pytest.mark.parametrize("settings", [{}, {"n_clusters": 1}, {"n_clusters": 60, "alpha": 1.0}])
def test_there_is_always_a_large_cluster(rows: np.ndarray, settings: dict[str, Any]) -> None:
    model = CBLOF(**settings).fit(rows)
    assert len(model.centres_) >= 1
    assert np.isfinite(model.training_scores_).all()


def test_gross_training_rows_do_not_move_the_others() -> None:
    spoilt = CBLOF().fit(np.vstack([BIG, [[1e9, 0.0], [0.0, -1e12], [1e300, 1e300]]]))
    assert np.abs(spoilt.centres_).max() < 5
    assert set(np.argsort(spoilt.training_scores_)[:3]) == {400, 401, 402}


def test_contributions_add_up_and_name_the_column() -> None:
    model = CBLOF().fit(BIG)
    shares = model.contributions(ROWS)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(ROWS), rtol=1e-12)
    assert model.contributions([[6.0, 40.0]]).argmax() == 1


def test_more_rows_than_it_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likely.detectors.distance.cblof._MOST_ROWS", 100)
    model = CBLOF(n_clusters=2).fit(ROWS)
    assert model.training_scores_.shape == (421,)
    assert model.training_scores_[400:].max() < np.median(model.training_scores_[:400])
