"""k-nearest neighbours against the obvious loop."""

from __future__ import annotations

import numpy as np

from likely.detectors import KNN
from likely.testing.naive import neighbours as naive

ROWS = np.random.default_rng(0).normal(size=(150, 3))
NEW = np.random.default_rng(1).normal(scale=2, size=(20, 3))


def _features(model: KNN, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows)) @ model.axes_


def test_scores_are_mean_distances() -> None:
    model = KNN(n_neighbors=4).fit(ROWS)
    x = _features(model, ROWS)
    distances, _ = naive.nearest(_features(model, NEW), x, 4)
    np.testing.assert_allclose(-model.score_samples(NEW), distances.mean(axis=1), rtol=1e-12)
    own, _ = naive.nearest(x, x, 4, leave_self_out=True)
    np.testing.assert_allclose(-model.training_scores_, own.mean(axis=1), rtol=1e-12)


def test_contributions_name_the_column_and_add_up() -> None:
    model = KNN().fit(ROWS)
    shares = model.contributions(NEW)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(NEW), rtol=1e-12)
    assert model.contributions([[0.0, 9.0, 0.0]]).argmax() == 1


def test_a_sample_of_the_rows_stands_for_all() -> None:
    model = KNN(max_reference=40).fit(ROWS)
    assert model.reference_.shape == (40, 3)
    assert np.isfinite(model.training_scores_).all()
    assert model.predict([[30.0, 0.0, 0.0]]) == [-1]
