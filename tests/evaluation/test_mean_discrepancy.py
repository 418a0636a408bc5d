"""MMD against sums over all pairs; its level and its power."""

from importlib import import_module

import numpy as np
import pytest

from likely.core.errors import ParameterError
from likely.evaluation import mean_discrepancy


def normal(n: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, width))


def by_pairs(a: np.ndarray, b: np.ndarray, kernel: object) -> float:
    def mean(x: np.ndarray, y: np.ndarray, *, own: bool) -> float:
        pairs = [(i, j) for i in range(len(x)) for j in range(len(y)) if not (own and i == j)]
        return float(np.mean([kernel(x[i], y[j]) for i, j in pairs]))

    return mean(a, a, own=True) + mean(b, b, own=True) - 2 * mean(a, b, own=False)


def gaussians(x: np.ndarray, y: np.ndarray) -> float:
    squared = float(((x - y) ** 2).sum())
    return float(np.mean([np.exp(-squared / (2 * h**2)) for h in (0.5, 1, 2, 4, 8)]))


def cubic(x: np.ndarray, y: np.ndarray) -> float:
    return float((x @ y / len(x) + 1) ** 3)


def test_same_as_sums_over_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("likely.evaluation.mean_discrepancy")  # the package has the function
    monkeypatch.setattr(module, "_SIDE", 7)
    a, b = normal(15, 3, 0), normal(22, 3, 1) + 0.3
    found = mean_discrepancy(a, b, "given", bandwidth=2.0, permutations=0)
    assert found.squared == pytest.approx(by_pairs(a, b, gaussians), abs=1e-12)
    assert np.isnan(found.p_value)
    found = mean_discrepancy(a, b, "given", kernel="polynomial", permutations=0)
    assert found.squared == pytest.approx(by_pairs(a, b, cubic), abs=1e-12)


def test_divided_anew_it_is_what_it_would_be_of_the_parts() -> None:
    """The p-value counts estimates of whole new divisions: with all of them it is exact."""
    a, b = normal(4, 1, 0), normal(4, 1, 1) + 2
    found = mean_discrepancy(a, b, "given", bandwidth=1.0, permutations=4000)
    x = np.concatenate([a, b])
    halves = [[i for i in range(8) if mask >> i & 1] for mask in range(256)]
    halves = [half for half in halves if len(half) == 4]

    def kernel(p: np.ndarray, q: np.ndarray) -> float:
        squared = float(((p - q) ** 2).sum())
        return float(np.mean([np.exp(-squared / (2 * h**2)) for h in (0.25, 0.5, 1, 2, 4)]))

    every = [by_pairs(x[half], np.delete(x, half, axis=0), kernel) for half in halves]
    expected = np.mean(np.array(every) >= found.squared - 1e-12)
    assert found.p_value == pytest.approx(expected, abs=0.015)


@pytest.mark.parametrize("kernel", ["gaussian", "polynomial"])
def test_without_bias_and_at_the_promised_level(kernel: str) -> None:
    pairs = [np.split(normal(80, 2, seed), 2) for seed in range(200)]
    found = [mean_discrepancy(*p, kernel=kernel, permutations=99) for p in pairs]
    squared = np.array([one.squared for one in found])
    assert abs(squared.mean()) < 3 * squared.std() / np.sqrt(len(squared))
    rejected = np.mean([one.p_value <= 0.1 for one in found])
    assert 0.03 < rejected < 0.17


@pytest.mark.parametrize("kernel", ["gaussian", "polynomial"])
def test_a_shift_and_a_spread_are_seen(kernel: str) -> None:
    a, b = normal(150, 3, 0), normal(150, 3, 1)
    assert mean_discrepancy(a, b + 0.6, kernel=kernel).p_value < 0.02
    assert mean_discrepancy(a, 2 * b, kernel=kernel).p_value < 0.02


def test_a_gaussian_kernel_sees_what_moments_do_not() -> None:
    a = normal(300, 1, 0)
    b = np.random.default_rng(1).choice([-1.0, 1.0], (300, 1))
    found = mean_discrepancy(a, b, "given")
    assert found.p_value < 0.01
    assert found.squared > 0.05


def test_gross_rows_and_copies_are_borne() -> None:
    a = normal(50, 2, 0)
    a[0] = 1e30
    assert np.isfinite(mean_discrepancy(a, a[::-1], "given").squared)
    assert mean_discrepancy(np.ones((20, 2)), np.ones((20, 2)), "given").p_value == 1.0


def test_arguments_are_checked() -> None:
    a = normal(20, 2, 0)
    with pytest.raises(ParameterError, match="kernel"):
        mean_discrepancy(a, a, kernel="linear")
    with pytest.raises(ParameterError, match="permutations"):
        mean_discrepancy(a, a, permutations=-1)
    with pytest.raises(ParameterError, match="bandwidth"):
        mean_discrepancy(a, a, bandwidth=0.0)
