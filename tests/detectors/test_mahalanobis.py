"""Mahalanobis distance: the formula, the shrinkage rule, and scikit-learn's robust covariance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.covariance import MinCovDet

from likely.core import robust_covariance
from likely.core.covariance import regularise, whitening
from likely.core.robust_covariance import minimum_covariance_determinant
from likely.core.spreads import distance_spreads
from likely.detectors import Mahalanobis
from likely.testing.naive import mahalanobis as naive

RNG = np.random.default_rng(0)
MIX = RNG.normal(size=(4, 4))
CLEAN = RNG.normal(size=(600, 4)) @ MIX
SPOILT = CLEAN.copy()
SPOILT[:90] += [30, -20, 10, 5]


def _features(model: Mahalanobis, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows))


def test_classic_is_the_formula() -> None:
    model = Mahalanobis(robust=False).fit(CLEAN)
    features = _features(model, CLEAN)
    x = features / distance_spreads(features)
    covariance = naive.regularised_covariance(x, ball=True)
    expected = naive.distances(x, x.mean(axis=0), covariance)
    np.testing.assert_allclose(-model.score_samples(CLEAN), expected, rtol=1e-9)


@pytest.mark.parametrize("ball", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(10, 30), (3, 2), (40, 5)])
def test_shrinkage_makes_any_covariance_invertible(rows: int, columns: int, ball: bool) -> None:
    x = np.random.default_rng(1).normal(size=(rows, columns))
    x[:, 0] = 2.0
    covariance = regularise(np.cov(x.T, bias=True), rows, ball=ball)
    np.testing.assert_allclose(covariance, naive.regularised_covariance(x, ball), atol=1e-12)
    white = whitening(covariance)
    np.testing.assert_allclose(white @ white.T, np.linalg.inv(covariance), rtol=1e-6, atol=1e-9)


def test_robust_covariance_is_that_of_scikit_learn() -> None:
    found = minimum_covariance_determinant(SPOILT, np.random.default_rng(0), support=0.5)
    peer = MinCovDet(random_state=0).fit(SPOILT)
    lower = np.linalg.inv(np.linalg.cholesky(peer.covariance_))
    np.testing.assert_allclose(lower @ (found.centre - peer.location_), 0, atol=0.05)
    ratio = lower @ found.covariance @ lower.T
    np.testing.assert_allclose(ratio, np.eye(4), atol=0.12)


def test_robust_covariance_of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robust_covariance, "MOST_ROWS", 200)
    found = minimum_covariance_determinant(SPOILT, np.random.default_rng(0))
    lower = np.linalg.inv(np.linalg.cholesky(np.cov(CLEAN[90:].T)))
    np.testing.assert_allclose(lower @ found.covariance @ lower.T, np.eye(4), atol=0.15)


def test_gross_rows_hide_nothing_from_the_robust_form() -> None:
    rows = np.vstack([CLEAN, [[1e300] * 4], [[-1e50, 0, 0, 0]]])
    plain, spoilt = Mahalanobis().fit(CLEAN), Mahalanobis().fit(rows)
    assert np.isfinite(spoilt.training_scores_).all()
    broken = 6 * MIX[:1] * [1, -1, 1, -1]
    assert spoilt.score_samples(broken)[0] < spoilt.score_samples(CLEAN).min()
    np.testing.assert_allclose(spoilt.score_samples(CLEAN), plain.score_samples(CLEAN), rtol=0.1)
    classic = Mahalanobis(robust=False).fit(rows)
    assert np.isfinite(classic.training_scores_).all()


def test_rare_values_of_a_column_are_not_infinitely_odd() -> None:
    rows = np.column_stack([CLEAN, RNG.random(600) < 0.1])
    model = Mahalanobis().fit(rows)
    typical = -np.median(model.training_scores_)
    rare = -model.training_scores_[rows[:, -1] == 1]
    assert np.median(rare) < 4 * typical


def test_a_new_value_in_a_constant_column_is_noticed() -> None:
    model = Mahalanobis().fit(np.column_stack([CLEAN, np.full(600, 5.0)]))
    assert model.predict([[0, 0, 0, 0, 5.0], [0, 0, 0, 0, 9.0]]).tolist() == [1, -1]


def test_contributions_name_the_broken_pair_and_add_up() -> None:
    first = RNG.normal(size=500)
    rows = np.column_stack([RNG.normal(size=500), first, first + 0.05 * RNG.normal(size=500)])
    model = Mahalanobis().fit(rows)
    odd = [[0.1, 1.0, -1.0]]
    shares = model.contributions(odd)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(odd), rtol=1e-9)
    assert set(np.argsort(shares[0])[1:]) == {1, 2}
