"""The plane that samples lie near, against principal components."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from likely.nets.plane import Plane


def _flat_samples(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 40)))[0][:5]
    away = rng.normal(size=(n, 5)) * [9, 7, 5, 4, 3] @ turn
    return (away + 0.1 * rng.normal(size=(n, 40))).reshape(n, 1, 5, 8)


def test_densities_are_those_of_probabilistic_principal_components() -> None:
    x, new = _flat_samples(400, 0), _flat_samples(50, 1)
    plane = Plane.learn(x)
    most = len(plane.variances)
    assert most == min(64, 400 // 8, 39)
    few = Plane(plane.middle, plane.directions[:5], plane.variances[:5], 0.01)
    theirs = PCA(5).fit(x.reshape(400, -1))
    expected = -2 * theirs.score_samples(new.reshape(50, -1)) / 40
    found = few.statistics(new)[:, 1]
    assert np.corrcoef(found, expected)[0, 1] > 0.999


def test_what_is_off_the_plane_is_odd() -> None:
    plane = Plane.learn(_flat_samples(39, 0))  # four directions of five
    usual, off = _flat_samples(50, 1), _flat_samples(50, 1) + 3
    assert (plane.statistics(off) > plane.statistics(usual)).all(axis=1).mean() > 0.9


def test_few_or_equal_samples_have_no_plane() -> None:
    for x in (np.ones((3, 1, 4)), np.ones((100, 1, 4)), np.ones((50, 1, 1))):
        assert np.isfinite(Plane.learn(x).statistics(x)).all()
