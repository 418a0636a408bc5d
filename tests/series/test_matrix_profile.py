"""The matrix profile beside loops over all pairs, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from threadpoolctl import threadpool_limits

from likely.core.errors import DataError, ParameterError
from likely.series import all_pairs
from likely.series.all_pairs import correlate
from likely.series.covariance_tiles import Task
from likely.series.nearest_windows import Nearest
from likely.series.profiles import Side, combined, matrix_profile
from likely.series.z_windows import ZWindows
from likely.testing.naive.matrix_profile import matrix_profile as naive

N, M = 80, 8


def _noise(n: int = N) -> np.ndarray:
    return np.random.default_rng(0).normal(size=n)


def _with(*stretches: tuple[int, int, float]) -> np.ndarray:
    x = _noise()
    for start, stop, value in stretches:
        x[start:stop] = value
    return x


def _shrunk() -> np.ndarray:
    x = _noise()
    x[30:50] *= 1e-6
    x[65:] *= 1e-9
    return x


SERIES = {
    "noise": _noise(),
    "walk": _noise().cumsum(),
    "far": _noise() + 1e8,
    "huge": _noise() * 1e200,
    "tiny": _noise() * 1e-200,
    "constant stretches": _with((20, 40, 1.0), (50, 60, -3.0)),
    "all constant": np.full(30, 2.5),
    "gaps": _with((10, 11, np.nan), (40, 42, np.inf), (74, 80, np.nan)),
    "nothing": np.full(30, np.nan),
    "near constant": _shrunk(),
    "level shift": _noise() + 1e9 * (np.arange(N) > 40),
    "spike": _with((50, 51, 1e7)),
    "repeats": np.tile(_noise(20), 4),
    "short": _noise(M),
}


def _same(found: np.ndarray, expected: np.ndarray, within: float = 1e-8) -> None:
    np.testing.assert_array_equal(np.isinf(found), np.isinf(expected))
    finite = np.isfinite(expected)
    np.testing.assert_allclose(found[finite], expected[finite], rtol=0, atol=within)


@pytest.mark.parametrize("name", SERIES)
def test_equals_loops_over_all_pairs(name: str) -> None:
    found = matrix_profile(SERIES[name], M)
    distances, neighbours = naive(SERIES[name], M)
    _same(found.distances, distances)
    np.testing.assert_array_equal(found.neighbours < 0, neighbours < 0)


@pytest.mark.parametrize("side", ["earlier", "later"])
@pytest.mark.parametrize("name", ["walk", "constant stretches", "gaps", "spike"])
def test_one_side_equals_loops(name: str, side: Side) -> None:
    found = matrix_profile(SERIES[name], M, side=side)
    _same(found.distances, naive(SERIES[name], M, side=side)[0])


@pytest.mark.parametrize("name", ["walk", "constant stretches", "gaps", "near constant"])
def test_join_with_a_reference_equals_loops(name: str) -> None:
    reference = np.concatenate([SERIES["walk"][:30], SERIES["constant stretches"][:60]])
    found = matrix_profile(SERIES[name], M, reference=reference)
    _same(found.distances, naive(SERIES[name], M, reference)[0])


@given(
    arrays(
        np.float64,
        st.integers(5, 24),
        elements=st.one_of(
            st.integers(-2, 2).map(float), st.floats(-1000, 1000, width=32), st.just(np.nan)
        ),
    ),
    st.integers(3, 5),
    st.sampled_from(["both", "earlier", "later"]),
)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_equals_loops_on_whatever_comes(x: np.ndarray, window: int, side: Side) -> None:
    _same(matrix_profile(x, window, side=side).distances, naive(x, window, side=side)[0])


def test_neighbours_are_where_distances_were_found() -> None:
    found = matrix_profile(SERIES["walk"], M)
    np.testing.assert_array_equal(found.neighbours, naive(SERIES["walk"], M)[1])


@pytest.mark.parametrize("exclusion", [0, 7])
def test_exclusion_zone(exclusion: int) -> None:
    found = matrix_profile(SERIES["walk"], M, exclusion=exclusion)
    apart = np.abs(found.neighbours - np.arange(len(found.neighbours)))
    assert apart.min() > exclusion
    _same(found.distances, naive(SERIES["walk"], M, exclusion=exclusion)[0])


def test_scale_and_offset_do_not_matter() -> None:
    x = SERIES["walk"]
    _same(matrix_profile(1e5 + 37.0 * x, M).distances, matrix_profile(x, M).distances)


def test_constant_windows_follow_the_rules() -> None:
    found = matrix_profile(SERIES["constant stretches"], M).distances
    assert found[20] == found[51] == 0  # another constant window, whatever its level
    one = matrix_profile(np.append(np.zeros(M), _noise(60)), M).distances
    assert one[0] == np.sqrt(M)


@pytest.mark.parametrize("rounding", [all_pairs._ROUNDING, np.inf], ids=["float32", "float64"])
def test_tiles_and_threads_do_not_matter(rounding: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_pairs, "_ROUNDING", rounding)
    monkeypatch.setattr(all_pairs, "_UNIT", 512)
    windows = ZWindows(np.random.default_rng(1).normal(size=1500).cumsum(), 20)
    outcomes = []
    for threads, tile in ((1, (32, 4096)), (1, (7, 333)), (2, (16, 256)), (2, (16, 1024))):
        with threadpool_limits(threads, user_api="blas"):
            rows, columns = Nearest(len(windows)), Nearest(len(windows))
            correlate(Task(windows, windows, 6, rows, columns), tile=tile)
            outcomes.append(rows.joined(columns))
    for other in outcomes[1:]:
        np.testing.assert_allclose(outcomes[0].correlation, other.correlation, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(outcomes[0].position, other.position)


def test_nominating_finds_what_exact_search_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    x = np.sin(np.arange(2500) / 9) + 0.01 * rng.normal(size=2500)  # many near ties
    quick = matrix_profile(x, 40)
    monkeypatch.setattr(all_pairs, "_ROUNDING", np.inf)
    exact = matrix_profile(x, 40)
    _same(quick.distances, exact.distances, 1e-10)


def test_earlier_neighbours_do_not_depend_on_what_comes() -> None:
    x = SERIES["walk"]
    whole = matrix_profile(x, M, side="earlier").distances
    _same(matrix_profile(x[:60], M, side="earlier").distances, whole[: 60 - M + 1], 1e-10)
    _same(matrix_profile(x, M, side="earlier", since=50).distances, whole[50:], 1e-10)


def test_channels_are_series_of_their_own() -> None:
    x = np.column_stack([SERIES["walk"], SERIES["gaps"]])
    found = matrix_profile(x, M)
    assert found.distances.shape == found.neighbours.shape == (N - M + 1, 2)
    np.testing.assert_array_equal(
        found.distances[:, 1], matrix_profile(SERIES["gaps"], M).distances
    )


def test_combined_is_the_mean_of_the_farthest_channels() -> None:
    distances = np.array([[1.0, 2.0, 6.0], [np.inf, 2.0, 4.0], [np.inf, np.inf, np.inf]])
    np.testing.assert_array_equal(combined(distances), [3, 3, np.inf])
    np.testing.assert_array_equal(combined(distances, 1), [6, 4, np.inf])
    with pytest.raises(ParameterError, match=r"\[1, 3\]"):
        combined(distances, 4)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"window": 2}, ParameterError),
        ({"window": 2.5}, ParameterError),
        ({"window": N + 1}, DataError),
        ({"exclusion": -1}, ParameterError),
        ({"side": "left"}, ParameterError),
        ({"since": 5}, ParameterError),
        ({"x": np.array(["a"] * N)}, DataError),
        ({"x": np.zeros((N, 2, 2))}, DataError),
        ({"reference": np.zeros((N, 2))}, DataError),
        ({"reference": np.zeros(N), "side": "earlier"}, ParameterError),
    ],
)
def test_errors_have_names(given: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        matrix_profile(**({"x": _noise(), "window": M} | given))
