"""Robust ridge is ridge where nothing is odd, and hardly bent where something is."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from likely.series.robust_ridge import robust_ridge, spread_of

RNG = np.random.default_rng(0)
TERMS = RNG.normal(size=(400, 5))
TRUE = np.array([3.0, -2.0, 0.0, 1.0, 0.5])
TARGET = TERMS @ TRUE + 0.1 * RNG.normal(size=400)


def test_one_round_is_ridge() -> None:
    penalty = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    expected = np.linalg.solve(TERMS.T @ TERMS + np.diag(penalty), TERMS.T @ TARGET)
    got = robust_ridge(sparse.csr_array(TERMS), TARGET, penalty, rounds=1)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_gross_values_hardly_bend_it() -> None:
    odd = TARGET.copy()
    odd[::20] += 1e4
    penalty = np.full(5, 1e-3)
    got = robust_ridge(sparse.csr_array(TERMS), odd, penalty)
    assert np.abs(got - TRUE).max() < 0.05
    bent = robust_ridge(sparse.csr_array(TERMS), odd, penalty, rounds=1)
    assert np.abs(bent - TRUE).max() > 0.05


def test_a_spread_is_that_of_a_gaussian() -> None:
    noise = RNG.normal(size=20_000)
    assert abs(spread_of(2 * noise) - 2) < 0.1
    noise[:1000] = 1e9
    assert spread_of(noise) < 1.5
