"""PCA: scikit-learn's components, the Mahalanobis formula, and data of deficient rank."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from sklearn.decomposition import PCA as Peer

from likely.detectors import PCA
from likely.detectors.linear import pca
from likely.testing.naive import mahalanobis as naive

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(20_000, 2)) @ RNG.normal(size=(2, 5)) + 0.3 * RNG.normal(size=(20_000, 5))
Components = Literal["all", "major", "minor"]


def _standardised(model: PCA, rows: np.ndarray) -> np.ndarray:
    x = model.schema_.features(model.schema_.match(rows))
    learnt = model.schema_.features(model.schema_.match(ROWS))
    return (x - learnt.mean(axis=0)) / learnt.std(axis=0)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97])
def test_major_and_minor_components_are_those_of_scikit_learn(share: float) -> None:
    new = ROWS[:200] * 1.5
    models = {
        part: PCA(components=part, share=share, weighted=False).fit(ROWS)
        for part in ("major", "minor")
    }
    z = _standardised(models["major"], new)
    peer = Peer(n_components=share, svd_solver="full").fit(_standardised(models["major"], ROWS))
    assert len(models["major"].variances_) == peer.n_components_
    coordinates = peer.transform(z)
    error = z - peer.inverse_transform(coordinates)
    for part, expected in (("major", coordinates), ("minor", error)):
        np.testing.assert_allclose(
            -models[part].score_samples(new), np.linalg.norm(expected, axis=1), rtol=1e-4
        )


def test_weighted_coordinates_are_whitened() -> None:
    model = PCA(components="major", share=0.8).fit(ROWS)
    peer = Peer(n_components=len(model.variances_), whiten=True, svd_solver="full")
    white = peer.fit(_standardised(model, ROWS)).transform(_standardised(model, ROWS[:200]))
    np.testing.assert_allclose(
        -model.score_samples(ROWS[:200]), np.linalg.norm(white, axis=1), rtol=1e-3
    )


def test_all_components_are_the_mahalanobis_distance() -> None:
    rows = ROWS[:300]
    model = PCA().fit(rows)
    x = model.schema_.features(model.schema_.match(rows))
    expected = naive.distances(x, x.mean(axis=0), naive.regularised_covariance(x))
    np.testing.assert_allclose(-model.score_samples(rows), expected, rtol=1e-9)


@pytest.mark.parametrize("weighted", [True, False])
def test_major_and_minor_make_up_all(weighted: bool) -> None:
    new = ROWS[:100] + 1.0
    everything, major, minor = (
        PCA(components=part, weighted=weighted).fit(ROWS).score_samples(new) ** 2
        for part in ("all", "major", "minor")
    )
    np.testing.assert_allclose(major + minor, everything, rtol=1e-9)


@pytest.mark.parametrize("components", ["all", "major", "minor"])
@pytest.mark.parametrize("weighted", [True, False])
def test_contributions_name_the_column_and_add_up(components: Components, weighted: bool) -> None:
    model = PCA(components=components, weighted=weighted).fit(ROWS)
    new = ROWS[:50].copy()
    shares = model.contributions(new)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(new), rtol=1e-9)
    if components != "major":
        new[:, 3] += 40
        assert (model.contributions(new).argmax(axis=1) == 3).all()


def test_minor_components_see_a_broken_relation_and_major_ones_do_not() -> None:
    size = np.random.default_rng(1).normal(size=(500, 1))
    rows = size + 0.05 * np.random.default_rng(2).normal(size=(500, 4))
    large, broken = [[3.5] * 4], [[0.5, 0.5, 0.5, -0.5]]
    major, minor = (PCA(components=part).fit(rows) for part in ("major", "minor"))
    assert minor.score_samples(broken) < minor.training_scores_.min() < minor.score_samples(large)
    assert major.score_samples(large) < major.training_scores_.min() < major.score_samples(broken)


@pytest.mark.parametrize("components", ["all", "major", "minor"])
def test_deficient_rank_is_finite(components: Components) -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(size=(200, 3))
    rows = np.column_stack([base, base @ [1.0, 2.0, 3.0], base[:, 0], np.full(200, 7.0)])
    model = PCA(components=components).fit(rows)
    odd = rows[:1].copy()
    odd[0, 4] += 1.0  # no longer equal to the first column
    scores = model.score_samples(np.vstack([rows, odd]))
    assert np.isfinite(scores).all()
    if components != "major":
        assert scores.argmin() == 200
    few = PCA(components=components).fit(rng.normal(size=(6, 40)))
    assert np.isfinite(few.training_scores_).all()


@pytest.mark.parametrize("components", ["all", "major", "minor"])
def test_one_column_has_one_component(components: Components) -> None:
    rows = ROWS[:100, :1]
    model = PCA(components=components, share=1).fit(rows)
    z = (rows[:, 0] - rows.mean()) / rows.std()
    np.testing.assert_allclose(-model.training_scores_, np.abs(z), rtol=1e-9)


def test_gross_rows_hide_neither_themselves_nor_others() -> None:
    rows = np.vstack([ROWS[:1000], np.full((3, 5), 1e8), ROWS[:1]])
    rows[-1, 2] += 60
    scores = PCA().fit(rows).training_scores_
    assert np.isfinite(scores).all()
    assert set(np.argsort(scores)[:4]) == {1000, 1001, 1002, 1003}


def test_moments_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    x = ROWS[:400].copy()
    x[:, 2] = 0.1
    whole = pca._moments(x)
    monkeypatch.setattr(pca, "_BLOCK_CELLS", 35)  # seven rows at a time
    for part, expected in zip(pca._moments(x), whole, strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-9, atol=1e-12)
    assert (whole[1][2] == 0).all()  # a constant column varies not even by rounding
    np.testing.assert_allclose(whole[1], np.cov(x.T, bias=True), atol=1e-12)
