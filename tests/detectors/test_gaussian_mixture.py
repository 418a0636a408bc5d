"""Gaussian mixture: density, fit and sampler against the formula and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture as Peer

from likely.detectors import GaussianMixture
from likely.testing.naive import density as naive

RNG = np.random.default_rng(0)
ROWS = np.vstack(
    [
        RNG.multivariate_normal([-4, 30], [[1, 8], [8, 100]], size=400),
        RNG.multivariate_normal([4, -30], [[2, -5], [-5, 50]], size=200),
    ]
)


def _covariances(model: GaussianMixture) -> np.ndarray:
    return np.array([np.linalg.inv(w @ w.T) for w in model.whitenings_])


def test_score_is_the_density_of_the_formula() -> None:
    model = GaussianMixture(n_components=2).fit(ROWS)
    x = model.schema_.features(model.schema_.match(ROWS[:50]))
    expected = naive.mixture_log_density(x, model.weights_, model.means_, _covariances(model))
    np.testing.assert_allclose(model.score_samples(ROWS[:50]), expected, rtol=1e-9)


def test_fits_and_scores_like_scikit_learn() -> None:
    peer = Peer(2, random_state=0).fit(ROWS)
    model = GaussianMixture(n_components=2, trim=0).fit(ROWS)
    np.testing.assert_allclose(model.log_prob(ROWS), peer.score_samples(ROWS), atol=0.05)


def test_same_parameters_give_the_same_likelihood_as_scikit_learn() -> None:
    model = GaussianMixture(n_components=2).fit(ROWS)
    x = model.schema_.features(model.schema_.match(ROWS))
    peer = Peer(2)
    peer.weights_, peer.means_ = model.weights_, model.means_
    peer.precisions_cholesky_ = model.whitenings_
    np.testing.assert_allclose(model.score_samples(ROWS), peer.score_samples(x), rtol=1e-9)


def test_density_integrates_to_one() -> None:
    model = GaussianMixture().fit(ROWS)
    first, second = np.linspace(-12, 14, 300), np.linspace(-80, 90, 300)
    grid = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    cell = (first[1] - first[0]) * (second[1] - second[0])
    assert np.exp(model.log_prob(grid)).sum() * cell == pytest.approx(1, abs=0.01)


def test_the_criterion_counts_the_clusters() -> None:
    assert len(GaussianMixture().fit(ROWS).weights_) == 2
    assert len(GaussianMixture().fit(RNG.normal(size=(500, 3))).weights_) == 1


def test_trimming_leaves_clean_rows_their_density() -> None:
    rows = np.random.default_rng(1).normal(size=(4000, 3))
    entropy = 1.5 * np.log(2 * np.pi * np.e)
    model = GaussianMixture(n_components=1).fit(rows)
    assert -model.log_prob(rows).mean() == pytest.approx(entropy, abs=0.05)


def test_gross_rows_hide_nothing() -> None:
    rows = np.vstack([ROWS, [[1e300, 0]], [[0, -1e50]], np.full((5, 2), 1e4)])
    model = GaussianMixture().fit(rows)
    assert np.isfinite(model.training_scores_).all()
    assert set(np.argsort(model.training_scores_)[:7]) == set(range(600, 607))
    assert model.score_samples([[4.0, 60.0]])[0] < model.score_samples(ROWS).min()


def test_fewer_rows_than_columns() -> None:
    rows = RNG.normal(size=(15, 40))
    model = GaussianMixture().fit(rows)
    assert np.isfinite(model.score_samples(rows + 1)).all()


def test_samples_look_like_the_rows() -> None:
    model = GaussianMixture(n_components=2, trim=0).fit(ROWS)
    drawn = model.sample(20_000, seed=0)
    np.testing.assert_allclose(drawn.mean(axis=0), ROWS.mean(axis=0), rtol=0.05)  # of 20 000
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(ROWS.T), rtol=0.1)
    np.testing.assert_array_equal(drawn[:5], model.sample(20_000, seed=0)[:5])


def test_contributions_name_the_column_and_add_up() -> None:
    model = GaussianMixture().fit(ROWS)
    odd = [[40.0, 30.0], [-4.0, 900.0]]
    shares = model.contributions(odd)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(odd), rtol=1e-9)
    first = GaussianMixture().fit(RNG.normal(size=(500, 3))).contributions([[0, 8.0, 0]])
    assert first.argmax() == 1
