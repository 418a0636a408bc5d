"""Sums of Gaussian kernels against the obvious loop, also where products lose their digits."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core import kernels
from likely.testing.naive.kernels import kernel_log_density

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(90, 3))
NEW = RNG.normal(scale=3, size=(40, 3))
GROSS = np.vstack([ROWS, [[1e50, 0, 0], [1e50, 0, 0], [1e9, 1e9, 0], [1e9, 1e9, 0.5], [-1e50] * 3]])


def _log_sums(x: np.ndarray, reference: np.ndarray, h: float, **how: bool) -> np.ndarray:
    """Return what `kernel_log_sums` should give: the density without its constants."""
    terms = len(reference) - how.get("leave_self_out", False)
    volume = x.shape[1] * np.log(np.sqrt(2 * np.pi) * h)
    return kernel_log_density(x, reference, h, **how) + np.log(terms) + volume


@pytest.mark.parametrize("tile", [1, 50, kernels.TILE])
@pytest.mark.parametrize("bandwidth", [0.02, 0.5, 40.0])
@pytest.mark.parametrize("reference", [ROWS, GROSS], ids=["plain", "gross"])
def test_sums_equal_the_loop(
    tile: int, bandwidth: float, reference: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "TILE", tile)
    rate = 0.5 / bandwidth**2
    new = np.vstack([NEW, GROSS[-5:], [[1e25, -1e25, 3.0]]])
    np.testing.assert_allclose(
        kernels.kernel_log_sums(new, reference, rate),
        _log_sums(new, reference, bandwidth),
        rtol=1e-8,
        atol=1e-8,
    )
    np.testing.assert_allclose(
        kernels.kernel_log_sums_of_others(reference, rate),
        _log_sums(reference, reference, bandwidth, leave_self_out=True),
        rtol=1e-8,
        atol=1e-8,
    )


def test_far_rows_keep_the_digits_of_their_distance() -> None:
    rows = np.array([[1e6, 1.0], [1e6, 2.0], [1e50, 0.0]])
    found = kernels.exponents(rows, rows, 0.5)
    assert found[0, 1] == found[1, 0] == -0.5
    np.testing.assert_array_equal(np.diag(found), 0.0)
    assert found[0, 2] == pytest.approx(-0.5e100)


def test_many_far_rows_are_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 1e7 + RNG.normal(size=(30, 2))
    whole = kernels.exponents(rows, rows, 0.5)
    monkeypatch.setattr(kernels, "_MEASURED_CELLS", 1)
    np.testing.assert_array_equal(kernels.exponents(rows, rows, 0.5), whole)
    squares = ((rows[:, None] - rows) ** 2).sum(axis=2)
    np.testing.assert_allclose(whole, -0.5 * squares, rtol=1e-12)
