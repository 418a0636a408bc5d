import numpy as np

from likely.nets.scale import KNEE, squash, stretch, unsquash


def test_the_middle_stays_and_far_values_are_drawn_in() -> None:
    x = np.array([-1e50, -100.0, -KNEE, -1.25, 0.0, 0.5, KNEE, 100.0, 1e50])
    found = squash(x)
    assert found.dtype == np.float32
    assert np.array_equal(found[2:7], x[2:7])
    assert (np.diff(found) > 0).all()
    assert np.abs(found).max() < 1000


def test_there_and_back() -> None:
    x = np.linspace(-50, 50, 1001)
    assert np.allclose(unsquash(squash(x)), x, rtol=2e-4, atol=2e-5)


def test_whatever_a_network_puts_out_becomes_finite() -> None:
    assert np.isfinite(unsquash(np.array([1e30, -1e30, 650.0], dtype=np.float32))).all()


def test_values_that_differ_by_rounding_become_equal() -> None:
    x = np.array([0.1 + 0.2, 0.3])
    assert x[0] != x[1]
    assert squash(x)[0] == squash(x)[1]


def test_stretch_is_the_logarithm_of_the_slope() -> None:
    x = np.array([[-40.0, -7.0, -1.0, 0.0, 2.0, 5.5, 300.0]])
    step = 1e-2 * np.maximum(np.abs(x), 1)
    slope = (squash(x + step).astype(float) - squash(x - step)) / (2 * step)
    np.testing.assert_allclose(stretch(x), np.log(slope), atol=5e-3)
