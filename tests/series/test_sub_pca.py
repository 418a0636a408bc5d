"""Windows are judged by their subspace as a naive loop over them would."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import SubPCA
from likely.series.window_subspace import Subspace, fit_subspace, subspace_distances
from likely.series.windows import cut_windows, mean_over_cover

RNG = np.random.default_rng(0)
TIME = np.arange(800)
WAVE = np.sin(2 * np.pi * TIME / 40) + 0.1 * RNG.normal(size=800)


def _naive(windows: np.ndarray, kept: int, oddness: str) -> np.ndarray:
    away = windows - windows.mean(axis=0)
    _, singular, vectors = np.linalg.svd(away, full_matrices=False)
    variances = singular**2 / len(windows)
    y = away @ vectors[:kept].T
    major = (y**2 / variances[:kept]).sum(axis=1)
    left = ((away - y @ vectors[:kept]) ** 2).sum(axis=1) / variances[kept:].mean()
    return np.sqrt(major * (oddness != "residual") + left * (oddness != "major"))


@pytest.mark.parametrize("oddness", ["both", "residual", "major"])
def test_one_channel_is_judged_as_by_the_svd_of_its_windows(oddness: str) -> None:
    model = SubPCA(length=12, share=0.9, oddness=oddness).fit(WAVE[:, None])
    z = (WAVE - WAVE.mean()) / WAVE.std()
    starts = np.arange(len(z) - 11)
    windows = cut_windows(z, starts, 12)
    expected = mean_over_cover(
        _naive(windows, model.components_.shape[2], oddness), starts, 12, len(z)
    )
    np.testing.assert_allclose(-model.score_samples(WAVE[:, None]), expected, rtol=1e-6)


def test_the_fewest_components_that_have_the_share_are_kept() -> None:
    covariance = np.diag([6.0, 3.0, 1.0])
    for share, kept in ((0.5, 1), (0.6, 1), (0.61, 2), (0.9, 2), (1.0, 2)):
        assert len(fit_subspace(np.zeros(3), covariance, share).variances) == kept
    assert fit_subspace(np.zeros(3), covariance, 0.6).rest == pytest.approx(2.0)


def test_directions_without_variance_do_not_outweigh_all() -> None:
    found = fit_subspace(np.zeros(3), np.diag([3.0, 0.0, 0.0]), 0.9)
    assert found.rest == pytest.approx(1e-4)
    still = fit_subspace(np.zeros(2), np.zeros((2, 2)), 0.9)
    assert still.rest > 0
    assert (still.variances > 0).all()


def test_columns_of_zeros_count_for_nothing() -> None:
    plain = Subspace(np.zeros(4), np.eye(4)[:, :1], np.array([2.0]), 0.5)
    padded = plain._replace(components=np.eye(4)[:, [0, 0]] * [1, 0], variances=np.array([2.0, 1]))
    values = RNG.normal(size=30)
    np.testing.assert_allclose(
        subspace_distances(values, padded, 4), subspace_distances(values, plain, 4)
    )


def test_a_broken_relation_is_found_across_channels_only() -> None:
    common = RNG.normal(size=600)
    values = common[:, None] + 0.1 * RNG.normal(size=(600, 3))
    odd = values.copy()
    odd[300] = [1.0, -1.0, 0.0]  # each of them a usual value
    across = SubPCA(length=8).fit(values).score_samples(odd)
    alone = SubPCA(length=8, across=False).fit(values).score_samples(odd)
    assert across.argmin() == 300
    assert alone[300] > np.quantile(alone, 0.2)
    assert SubPCA(length=8, across=False).fit(values).directions_.shape == (3, 0)


def test_channels_may_need_different_numbers_of_components() -> None:
    values = np.column_stack([WAVE, RNG.normal(size=800)])
    model = SubPCA(length=10).fit(values)
    wave, noise = model.components_
    assert (wave[:, -1] == 0).all()
    assert (noise[:, -1] != 0).any()
    assert 0 < np.median(-model.score_samples(values)) < 3
