"""Local outlier factor against scikit-learn and against the paper's definitions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import LocalOutlierFactor

from likely.detectors import LOF
from likely.testing.naive import neighbours as naive

RNG = np.random.default_rng(0)
ROWS = np.vstack([RNG.normal(0, 0.2, size=(150, 3)), RNG.normal(6, 2, size=(150, 3))])
NEW = RNG.normal(3, 4, size=(60, 3))


def _features(model: LOF, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows)) / model.spreads_


@pytest.mark.parametrize(("k", "tolerance"), [(1, 1e-7), (5, 1e-8), (20, 2e-9)])
def test_equals_scikit_learn(k: int, tolerance: float) -> None:
    # scikit-learn adds 1e-10 to every mean distance, which shows where distances are small
    model = LOF(n_neighbors=k, least_reach=0).fit(ROWS)
    x = _features(model, ROWS)
    peer = LocalOutlierFactor(n_neighbors=k, novelty=True, algorithm="brute").fit(x)
    np.testing.assert_allclose(
        model.training_scores_, peer.negative_outlier_factor_, rtol=tolerance
    )
    expected = peer.score_samples(_features(model, NEW))
    np.testing.assert_allclose(model.score_samples(NEW), expected, rtol=tolerance)


def test_equals_the_definitions() -> None:
    model = LOF(n_neighbors=6, least_reach=0).fit(ROWS)
    expected = naive.local_outlier_factors(_features(model, ROWS), _features(model, NEW[:10]), 6)
    np.testing.assert_allclose(-model.score_samples(NEW[:10]), expected, rtol=1e-12)


def test_copies_of_a_row_make_no_infinite_density() -> None:
    rows = np.vstack([ROWS, np.repeat(ROWS[:1], 100, axis=0)])
    model = LOF().fit(rows)
    assert model.training_scores_.min() > -10
    assert np.ptp(model.training_scores_[300:]) == 0
    beside = model.score_samples(ROWS[:1] + 1e-3)
    assert -3 < beside[0] < 0


def test_no_neighbourhood_is_denser_than_the_least_reach_lets_it() -> None:
    model = LOF(n_neighbors=6, least_reach=0.4).fit(ROWS)
    x = _features(model, ROWS)
    far = naive.nearest(x, x, 6, leave_self_out=True)[0][:, -1]
    np.testing.assert_allclose(model.reach_, np.maximum(far, np.quantile(far, 0.4)), rtol=1e-12)


def test_all_rows_equal() -> None:
    model = LOF().fit(np.ones((30, 2)))
    assert (model.training_scores_ == -1).all()
    inside, outside = model.score_samples([[1.0, 1.0], [1.0, 2.0]])
    assert outside < inside == -1


def test_contributions_name_the_column_and_add_up() -> None:
    model = LOF().fit(ROWS)
    shares = model.contributions(NEW)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(NEW), rtol=1e-12)
    assert model.contributions([[0.0, 0.0, 30.0]]).argmax() == 2


def test_a_sample_of_the_rows_stands_for_all() -> None:
    model = LOF(max_reference=100).fit(ROWS)
    assert model.reference_.shape == (100, 3)
    assert np.isfinite(model.training_scores_).all()
