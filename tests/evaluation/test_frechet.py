"""The Fréchet distance against its closed form, and its floor against perfect generators."""

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import frechet_distance


def with_moments(n: int, mean: np.ndarray, root: np.ndarray, seed: int) -> np.ndarray:
    """Return rows whose mean and covariance are exactly those asked for."""
    x = np.random.default_rng(seed).normal(size=(n, len(mean)))
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T)).T)
    return x @ root + mean


def test_closed_form_of_independent_columns() -> None:
    mean, a, b = np.array([1.0, -2.0, 0.5]), np.array([1.0, 2.0, 0.1]), np.array([3.0, 0.5, 0.1])
    first = with_moments(50, np.zeros(3), np.diag(a), 0)
    second = with_moments(70, mean, np.diag(b), 1)
    expected = (mean**2).sum() + ((a - b) ** 2).sum()
    assert frechet_distance(first, second, "given").distance == pytest.approx(expected, rel=1e-9)


def test_roots_that_do_not_commute() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 4, 4))
    first, second = with_moments(60, np.zeros(4), a, 1), with_moments(60, np.zeros(4), b, 2)
    s, t = a.T @ a, b.T @ b
    product = np.sqrt(np.linalg.eigvals(s @ t).real).sum()
    found = frechet_distance(first, second, "given").distance
    assert found == pytest.approx(np.trace(s) + np.trace(t) - 2 * product, rel=1e-6)


def test_singular_covariances_are_no_trouble() -> None:
    x = np.random.default_rng(0).normal(size=(30, 100))  # fewer rows than columns
    x[:, 50:] = 0.0
    found = frechet_distance(x, x, "given")
    assert found.distance == pytest.approx(0.0, abs=1e-9)
    shifted = frechet_distance(x, x + np.eye(100)[0], "given")
    assert shifted.distance == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("n", "m"), [(400, 400), (600, 200), (300, 1500)])
def test_the_floor_is_what_perfect_generators_have(n: int, m: int) -> None:
    draws = [np.random.default_rng(s).normal(size=(n + m, 6)) for s in range(30)]
    found = [frechet_distance(x[:n], x[n:], "given") for x in draws]
    floor = np.mean([one.floor for one in found])
    assert np.mean([one.distance for one in found]) == pytest.approx(floor, rel=0.12)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(DataError, match="four real"):
        frechet_distance(np.ones((3, 2)), np.ones((5, 2)), "given")
    with pytest.raises(ParameterError, match="repeats"):
        frechet_distance(np.ones((5, 2)), np.ones((5, 2)), "given", repeats=0)
