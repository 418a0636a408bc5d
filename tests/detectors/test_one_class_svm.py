"""One-class support vector machine against scikit-learn's exact solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import spearmanr
from sklearn.svm import OneClassSVM as Peer

from likely.detectors import OneClassSVM
from likely.detectors.linear.support import one_class_support, project_to_capped_simplex

RNG = np.random.default_rng(0)
ROWS = np.vstack(
    [RNG.normal(size=(250, 4)), RNG.normal(5, 0.5, size=(120, 4)), RNG.uniform(-9, 9, (15, 4))]
)
NEW = RNG.uniform(-4, 8, size=(300, 4))


def _standardised(model: OneClassSVM, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows)) / model.spreads_


@pytest.mark.parametrize("nu", [0.05, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("gamma", [0.1, "auto", 2.0])
def test_with_all_rows_as_landmarks_it_equals_scikit_learn(nu: float, gamma: Any) -> None:
    model = OneClassSVM(nu=nu, gamma=gamma, n_components=5000).fit(ROWS)
    peer = Peer(nu=nu, gamma=float(model.gamma_), tol=1e-6).fit(_standardised(model, ROWS))
    weight = nu * len(ROWS)  # the sum of the dual weights, which is 1 here
    for rows in (ROWS, NEW):
        expected = peer.score_samples(_standardised(model, rows)) / weight
        found = model.score_samples(rows) + model.level_
        np.testing.assert_allclose(found, expected, atol=0.02 * expected.max())
    assert float(model.level_) == pytest.approx(peer.offset_[0] / weight, rel=0.05)


def test_a_few_landmarks_rank_like_scikit_learn() -> None:
    model = OneClassSVM(n_components=60).fit(ROWS)
    assert model.landmarks_.shape == (60, 4)
    peer = Peer(gamma=float(model.gamma_)).fit(_standardised(model, ROWS))
    for rows in (ROWS, NEW):
        expected = peer.score_samples(_standardised(model, rows))
        assert spearmanr(model.score_samples(rows), expected)[0] > 0.95


@pytest.mark.parametrize("nu", [0.05, 0.2, 0.5, 1.0])
def test_nu_is_the_share_outside(nu: float) -> None:
    scores = OneClassSVM(nu=nu).fit(ROWS).training_scores_
    assert (scores < -1e-12).mean() <= nu
    assert (scores < 1e-3).mean() >= nu - 0.03


def test_support_equals_scikit_learn_on_linear_features() -> None:
    features = RNG.normal(2, 1, size=(200, 5))
    direction, level = one_class_support(features, 0.3)
    peer = Peer(kernel="linear", nu=0.3, tol=1e-8).fit(features)
    np.testing.assert_allclose(direction, peer.coef_[0] / 60, atol=0.01)
    assert level == pytest.approx(peer.offset_[0] / 60, rel=0.02)


@pytest.mark.parametrize("nu", [1e-4, 0.3, 1.0])
def test_support_of_equal_rows_and_of_one_row(nu: float) -> None:
    for features in (np.ones((20, 3)), np.array([[3.0, 4.0]])):
        direction, level = one_class_support(features, nu)
        np.testing.assert_allclose(direction, features[0])
        assert level == pytest.approx(features[0] @ features[0])


@pytest.mark.parametrize("cap", [0.17, 0.3, 2.0])
def test_projection_is_the_nearest_allowed_point(cap: float) -> None:
    point = np.array([0.9, -0.2, 0.3, 0.25, 0.0, -1.0])
    found = project_to_capped_simplex(point, cap)
    assert found.sum() == pytest.approx(1)
    expected = minimize(
        lambda q: np.sum((q - point) ** 2),
        np.full(6, 1 / 6),
        bounds=[(0, cap)] * 6,
        constraints={"type": "eq", "fun": lambda q: q.sum() - 1},
        tol=1e-12,
    )
    np.testing.assert_allclose(found, expected.x, atol=1e-5)


def test_one_column_of_heavy_tails_does_not_drown_the_others() -> None:
    rows = RNG.normal(size=(500, 3))
    rows[:, 0] = RNG.standard_t(1, size=500)
    model = OneClassSVM(nu=0.1).fit(rows)
    assert 1.5 < model.spreads_[0] < 30
    odd, normal = model.score_samples([[0.0, 4.5, -4.5], [0.0, 0.5, -0.5]])
    assert odd < model.offset_ < normal


def test_gross_and_repeated_rows_are_no_harm() -> None:
    rows = np.vstack([np.repeat(ROWS[:100], 5, axis=0), [[1e300] * 4, [-1e12, 0, 0, 0]]])
    model = OneClassSVM().fit(rows)
    assert len(model.landmarks_) <= 102
    assert set(np.argsort(model.training_scores_)[:2]) == {500, 501}
    assert model.score_samples([[1e20] * 4])[0] == pytest.approx(-float(model.level_))


def test_more_rows_than_it_learns_from() -> None:
    rows = RNG.normal(size=(6000, 2))
    model = OneClassSVM(nu=0.1).fit(rows)
    assert (model.training_scores_ < 0).mean() == pytest.approx(0.1, abs=0.02)
