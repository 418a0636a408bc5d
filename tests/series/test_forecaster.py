"""Forecasts are those of a ridge regression, networks add what it leaves, and scores are causal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likely.core.errors import MissingDependency
from likely.persistence import load_model, save_model
from likely.series import Forecaster
from likely.series.linear_forecast import RIDGE, fit_linear_forecast, linear_residuals
from likely.series.residual_density import SHRINKAGE, distances, fit_residual_density

NETWORKS = ("LSTM", "GRU", "convolutional")
QUICK = {"length": 8, "smoothing": 1, "hidden": 8}


def _noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def test_weights_are_those_of_ridge_regression_on_all_windows() -> None:
    stretches, length = [np.cumsum(_noise(200)) * 0.1, np.sin(np.arange(80) / 3)], 5
    windows = np.concatenate(
        [[part[i : i + length + 1] for i in range(len(part) - length)] for part in stretches]
    )
    before, following = windows[:, :length], windows[:, length]
    away = before - before.mean(axis=0)
    variance = (away**2).mean()
    gram = away.T @ away / len(away) + (RIDGE * variance + 1e-8) * np.eye(length)
    expected = np.linalg.solve(gram, away.T @ (following - following.mean()) / len(away))
    found = fit_linear_forecast(stretches, length)
    np.testing.assert_allclose(found.weights, expected, rtol=1e-6, atol=1e-9)
    constant = following.mean() - before.mean(axis=0) @ expected
    assert found.constant == pytest.approx(constant, abs=1e-9)
    naive = [
        stretches[0][t] - found.constant - found.weights @ stretches[0][t - length : t]
        for t in range(length, 200)
    ]
    np.testing.assert_allclose(linear_residuals(stretches[0], found), naive, atol=1e-12)


def test_distances_are_of_shrunk_correlations() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]]) * [1.0, 50.0] + 3.0
    density = fit_residual_density([rows[:9000], rows[9000:]])
    inverse = np.linalg.inv(density.whitening @ density.whitening.T)
    spread = np.sqrt(np.diag(inverse))
    np.testing.assert_allclose(spread, [1.0, 50.0], rtol=0.03)
    assert inverse[0, 1] / spread.prod() == pytest.approx((1 - SHRINKAGE) * 0.8, abs=0.02)
    away = rows[:10] - density.centre
    expected = np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(inverse), away) / 2)
    np.testing.assert_allclose(distances(rows[:10], density), expected, rtol=1e-9)


def test_gross_residuals_hardly_stretch_the_density() -> None:
    rows = _noise(2000)[:, None]
    usual = fit_residual_density([rows])
    spoilt = rows.copy()
    spoilt[:60] = 40.0
    share = fit_residual_density([spoilt]).whitening / usual.whitening
    assert 0.75 < share.item() < 1.0


def test_what_breaks_with_other_channels_is_odd_though_each_is_as_usual() -> None:
    same = _noise(4000)
    rows = np.column_stack([same, same + 0.1 * _noise(4000, 1)])
    rows[3000] = [1.5, -1.5]
    scores = Forecaster(length=4, smoothing=1).fit(rows).score_samples(rows)
    assert scores.argmin() == 3000


def test_scores_are_means_of_the_last_distances() -> None:
    rows = np.column_stack([np.sin(np.arange(400) / 7), _noise(400)])
    single = Forecaster(length=6, smoothing=1).fit(rows)
    smooth = Forecaster(length=6, smoothing=5).fit(rows)
    by_step = single.score_samples(rows)
    expected = [by_step[t - 4 : t + 1].mean() for t in range(20, 400)]
    np.testing.assert_allclose(smooth.score_samples(rows)[20:], expected, rtol=1e-9)
    assert single.reach_ == (6, 0)
    assert smooth.reach_ == (10, 0)


@pytest.mark.parametrize("form", ["linear", *NETWORKS])
def test_a_prefix_scores_as_it_does_in_the_whole(form: str) -> None:
    rows = np.column_stack([np.sin(np.arange(300) / 7), _noise(300)])
    model = Forecaster(form, budget="5 steps", **QUICK).fit(rows[:200])
    tolerance = 1e-6 if form == "linear" else 1e-4
    whole = model.score_samples(rows)
    for end in (9, 57, 211):
        part = model.score_samples(rows[:end])
        np.testing.assert_allclose(part, whole[:end], rtol=tolerance, atol=1e-9)


@pytest.mark.parametrize("form", NETWORKS)
def test_networks_foretell_what_no_weighted_sum_can(form: str) -> None:
    chaos = np.empty(1500)
    chaos[0] = 0.3
    for t in range(1, len(chaos)):
        chaos[t] = 3.9 * chaos[t - 1] * (1 - chaos[t - 1])
    odd = chaos[1000:].copy()
    odd[300] = 0.9 if odd[300] < 0.5 else 0.3  # usual values, though not after those before them
    quick = QUICK | {"length": 2 if form == "convolutional" else 4, "learning_rate": 0.02}
    model = Forecaster(form, budget="100 steps", **quick).fit(chaos[:1000, None])
    assert model.score_samples(odd[:, None]).argmin() in (300, 301)
    straight = Forecaster(**quick).fit(chaos[:1000, None])
    assert straight.score_samples(odd[:, None]).argmin() not in (300, 301)
    assert len(model.history_) > 0


@pytest.mark.parametrize("form", NETWORKS)
def test_files_hold_networks(form: str, tmp_path: Path) -> None:
    rows = np.column_stack([np.sin(np.arange(200) / 7), _noise(200)])
    model = Forecaster(form, budget="2 steps", **QUICK).fit(rows)
    again = Forecaster(form, budget="2 steps", **QUICK).fit(rows)
    assert again.score_samples(rows).tobytes() == model.score_samples(rows).tobytes()
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    assert loaded.score_samples(rows).tobytes() == model.score_samples(rows).tobytes()


def test_networks_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likely.series.forecaster.find_spec", lambda name: None)
    rows = _noise(100)[:, None]
    assert Forecaster(**QUICK).fit(rows).network_ is None
    with pytest.raises(MissingDependency, match=r"likely\[deep\]"):
        Forecaster("GRU", **QUICK).fit(rows)


def test_a_stream_of_many_points_is_quick() -> None:
    """The sums take a few operations a point: 100,000 in well under a second."""
    rows = _noise(100_000)[:, None]
    model = Forecaster().fit(rows[:5000])
    assert model.score_samples(rows).shape == (100_000,)
