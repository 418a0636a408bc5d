"""Isolation forest: walks against a loop, ranking and accuracy against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest as Peer
from sklearn.metrics import roc_auc_score

from likely.detectors import IsolationForest
from likely.detectors.isolation.growth import average_path
from likely.testing.naive import isolation as naive

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(1500, 4)) * [1, 1, 3, 0.2] + (RNG.random((1500, 1)) < 0.3) * 4
ODD = RNG.uniform(-9, 12, size=(60, 4))


@pytest.mark.parametrize("ndim", [1, 2])
@pytest.mark.parametrize("size", [2, 3, 50])
def test_scores_are_the_path_lengths_of_a_plain_walk(ndim: int, size: int) -> None:
    model = IsolationForest(n_trees=7, sample_size=size, ndim=ndim).fit(ROWS[:200])
    x = model.schema_.features(model.schema_.match(ROWS[:200]))
    lengths = naive.path_lengths(
        x, model.features_, model.slopes_, model.thresholds_, model._samples, x
    )
    expected = (lengths - model.depths_[:, 0]).mean(axis=1) / naive.mean_search_path(size)
    np.testing.assert_allclose(model.score_samples(ROWS[:200]), expected, atol=1e-12)
    seen = np.zeros((200, 7), dtype=bool)
    seen[model._samples.ravel(), np.repeat(np.arange(7), size)] = True
    unseen = ~seen
    unseen[~unseen.any(axis=1)] = True
    change = (lengths - model.depths_[:, 0]) * unseen
    expected = change.sum(axis=1) / unseen.sum(axis=1) / naive.mean_search_path(size)
    np.testing.assert_allclose(model.training_scores_, expected, atol=1e-12)


def test_expected_depth_is_the_mean_over_the_sample() -> None:
    model = IsolationForest(n_trees=5).fit(ROWS)
    np.testing.assert_allclose(model.depths_[:, 0], model._paths.mean(axis=1))


@pytest.mark.parametrize("ndim", [1, 2])
def test_ranks_and_finds_like_scikit_learn(ndim: int) -> None:
    model = IsolationForest(n_trees=400, ndim=ndim).fit(ROWS)
    peer = Peer(n_estimators=400, random_state=0).fit(ROWS)
    both = np.vstack([ROWS, ODD])
    ours, theirs = model.score_samples(both), peer.score_samples(both)
    assert spearmanr(ours, theirs).statistic > 0.97
    label = np.arange(len(both)) >= len(ROWS)
    assert roc_auc_score(label, -ours) > roc_auc_score(label, -theirs) - 0.01


@pytest.mark.parametrize("ndim", [1, 2])
def test_contributions_name_the_column_and_add_up(ndim: int) -> None:
    model = IsolationForest(ndim=ndim).fit(ROWS)
    shares = model.contributions(ODD)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(ODD), atol=1e-12)
    planted = np.tile(np.median(ROWS, axis=0), (4, 1)) + np.diag([9.0, 9.0, 25.0, 9.0])
    np.testing.assert_array_equal(model.contributions(planted).argmax(axis=1), np.arange(4))


def test_splits_across_columns_see_a_broken_correlation() -> None:
    first = RNG.normal(size=1000)
    rows = np.column_stack([first, first + 0.1 * RNG.normal(size=1000)])
    model = IsolationForest(n_trees=300).fit(rows)
    assert model.score_samples([[2.0, -2.0]])[0] < np.quantile(model.training_scores_, 0.03)
    flat = IsolationForest(n_trees=300, ndim=1).fit(rows)
    assert flat.score_samples([[2.0, -2.0]])[0] > model.score_samples([[2.0, -2.0]])[0]


def test_columns_that_never_vary_are_never_split() -> None:
    rows = np.column_stack([np.zeros((300, 40)), ROWS[:300]])
    model = IsolationForest(n_trees=10).fit(rows)
    split = model.thresholds_ < np.finfo(np.float32).max
    assert model.features_[split][:, 0].min() >= 40
    assert model.features_[model.slopes_ != 0][:, 1].min() >= 40


def test_gross_and_equal_rows_stay_finite() -> None:
    rows = np.vstack([ROWS, [[1e300] * 4], [[-1e50, 0, 0, 0]]])
    scores = IsolationForest().fit(rows).training_scores_
    assert np.isfinite(scores).all()
    assert scores[1500] == scores.min()
    assert scores[1501] < np.quantile(scores, 0.1)
    assert (IsolationForest().fit(np.ones((20, 3))).training_scores_ == 0).all()


def test_average_path_of_small_samples() -> None:
    np.testing.assert_allclose(average_path(np.array([0.0, 1.0, 2.0])), [0, 0, 1])
    sizes = [3, 256]
    expected = [naive.mean_search_path(n) for n in sizes]
    np.testing.assert_allclose(average_path(np.array(sizes, dtype=np.float64)), expected)


@pytest.mark.parametrize("varying", [1, 3, 7])
def test_nodes_in_which_the_shared_features_do_not_vary_take_others(varying: int) -> None:
    """Walks agree with a loop where few, many and most nodes look at features of their own."""
    odd = np.random.default_rng(1).random((300, 9)) < [0.02] * (9 - varying) + [0.5] * varying
    rows = odd * np.arange(1.0, 10.0) + 1e-9
    model = IsolationForest(n_trees=9, sample_size=64).fit(rows)
    x = model.schema_.features(model.schema_.match(rows))
    lengths = naive.path_lengths(
        x, model.features_, model.slopes_, model.thresholds_, model._samples, x
    )
    expected = (lengths - model.depths_[:, 0]).mean(axis=1) / naive.mean_search_path(64)
    np.testing.assert_allclose(model.score_samples(rows), expected, atol=1e-12)
    split = model.thresholds_ < np.finfo(np.float32).max
    alike = [(model.features_[t][split[t]] == model.features_[t, 0]).all() for t in range(9)]
    assert not all(alike)
