"""Trimmed k-means: blobs are found, gross rows move nothing, odd tables do no harm."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from likely.core import k_means as module
from likely.core.k_means import k_means

RNG = np.random.default_rng(0)
CORNERS = np.array([[-8.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
BLOBS = np.vstack([corner + RNG.normal(size=(100, 2)) for corner in CORNERS])


def _inertia(x: np.ndarray, centres: np.ndarray) -> float:
    return float(((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum())


def test_finds_blobs() -> None:
    centres, labels = k_means(BLOBS, 3, np.random.default_rng(0))
    order = np.argsort(centres[:, 0])
    np.testing.assert_allclose(centres[order], CORNERS[[0, 2, 1]], atol=0.4)
    assert np.bincount(labels).tolist() == [100, 100, 100]
    assert all(len(set(labels[start : start + 100])) == 1 for start in (0, 100, 200))


def test_is_about_as_tight_as_scikit_learn() -> None:
    x = RNG.normal(size=(600, 3))
    found = np.mean([_inertia(x, k_means(x, 6, np.random.default_rng(s))[0]) for s in range(5)])
    peer = np.mean([KMeans(6, n_init=1, random_state=s).fit(x).inertia_ for s in range(5)])
    assert found <= 1.05 * peer


def test_untrimmed_it_stops_where_scikit_learn_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIM", 0.0)
    centres, labels = k_means(BLOBS, 3, np.random.default_rng(1))
    peer = KMeans(3, init=centres, n_init=1).fit(BLOBS)
    np.testing.assert_allclose(peer.cluster_centers_, centres, atol=1e-12)
    np.testing.assert_array_equal(peer.labels_, labels)


@pytest.mark.parametrize("gross", [30.0, 1e9, 1e50])
def test_gross_rows_move_no_centre(gross: float) -> None:
    far = gross * np.random.default_rng(1).choice([-1.0, 1.0], size=(12, 2))
    centres, labels = k_means(np.vstack([BLOBS, far]), 3, np.random.default_rng(0))
    assert np.abs(centres).max() < 12
    assert len(labels) == 312


@pytest.mark.parametrize("k", [1, 2, 7, 50])
@pytest.mark.parametrize(
    "x",
    [np.zeros((20, 2)), np.ones((1, 3)), np.repeat(np.eye(2), 9, axis=0), BLOBS[:5]],
    ids=["equal", "one row", "two rows", "five rows"],
)
def test_few_distinct_rows_give_few_clusters(x: np.ndarray, k: int) -> None:
    centres, labels = k_means(x, k, np.random.default_rng(0))
    assert 1 <= len(centres) <= min(k, len(np.unique(x, axis=0)))
    assert sorted(set(labels)) == list(range(len(centres)))


def test_of_several_starts_the_tightest_is_kept() -> None:
    x = np.random.default_rng(3).normal(size=(400, 5))
    rng = np.random.default_rng(0)
    alone = [_inertia(x, k_means(x, 6, rng)[0]) for _ in range(8)]
    together = _inertia(x, k_means(x, 6, np.random.default_rng(0), starts=8)[0])
    assert min(alone) <= together < np.median(alone)
