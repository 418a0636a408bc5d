"""Nearest neighbours against the obvious loop, on data made to break fast ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from likely.core import neighbours, nominate
from likely.core.neighbours import difference_shares, distinct, nearest
from likely.testing.naive import neighbours as naive

RNG = np.random.default_rng(0)
CLOUD = RNG.normal(size=(120, 4))
TABLES = {
    "cloud": CLOUD,
    "ties": RNG.integers(0, 3, size=(150, 3)).astype(np.float64),
    "equal": np.ones((150, 2)),
    "gross": np.vstack([CLOUD, 1e50 * RNG.normal(size=(3, 4))]),
    "far cluster": np.vstack([CLOUD, 1e8 + RNG.normal(size=(60, 4))]),
    "small differences": 1 + 1e-9 * RNG.normal(size=(120, 4)),
    "wide": RNG.normal(size=(40, 90)),
}


@pytest.mark.parametrize("leave_self_out", [True, False])
@pytest.mark.parametrize("name", TABLES)
def test_finds_what_the_loop_finds(name: str, leave_self_out: bool) -> None:
    rows = TABLES[name]
    distances, positions = nearest(rows, rows, 5, leave_self_out=leave_self_out)
    expected = naive.nearest(rows, rows, 5, leave_self_out=leave_self_out)
    np.testing.assert_allclose(distances, expected[0], rtol=1e-12)
    if name != "equal":  # all at distance 0: any of them will do
        np.testing.assert_array_equal(positions, expected[1])


def test_grouped_bounds_and_crowds_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nominate, "_GROUPS", 8)
    monkeypatch.setattr(nominate, "_CROWD", 3)
    monkeypatch.setattr(nominate, "TILE", 500)
    for rows in TABLES.values():
        distances, _ = nearest(rows, rows, 2, leave_self_out=True)
        expected, _ = naive.nearest(rows, rows, 2, leave_self_out=True)
        np.testing.assert_allclose(distances, expected, rtol=1e-12)


def test_single_precision_nominates_whom_double_precision_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nominate, "LEAST_REFERENCE", 96)
    monkeypatch.setattr(nominate, "QUICK_TILE", 640)
    for name, rows in TABLES.items():
        for own in (True, False):
            distances, positions = nearest(rows, rows, 2, leave_self_out=own)
            expected = naive.nearest(rows, rows, 2, leave_self_out=own)
            np.testing.assert_allclose(distances, expected[0], rtol=1e-12)
            if name != "equal":
                np.testing.assert_array_equal(positions, expected[1])


@pytest.mark.parametrize("name", ["cloud", "gross", "far cluster"])
def test_most_rows_are_settled_in_single_precision(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    slow = nominate.nominate

    def count(block: np.ndarray, *rest: Any) -> tuple[np.ndarray, np.ndarray]:
        left.append(len(block))
        return slow(block, *rest)

    monkeypatch.setattr(neighbours, "nominate", count)
    rows = np.tile(TABLES[name], (20, 1)) + np.random.default_rng(1).normal(
        size=(20 * len(TABLES[name]), 4)
    )
    nearest(rows, rows, 3, leave_self_out=True)
    assert sum(left) < (0.05 if name == "cloud" else 0.5) * len(rows)


def test_a_row_alone_is_as_far_as_in_a_batch() -> None:
    together, _ = nearest(CLOUD[:50], CLOUD, 3)
    alone = np.vstack([nearest(CLOUD[i : i + 1], CLOUD, 3)[0] for i in range(50)])
    np.testing.assert_array_equal(together, alone)


def test_as_many_neighbours_as_there_are_rows() -> None:
    distances, positions = nearest(CLOUD[:3], CLOUD[:3], 3)
    assert (np.sort(positions, axis=1) == [0, 1, 2]).all()
    assert (np.diff(distances, axis=1) >= 0).all()


def test_distinct_rows_rebuild_the_table() -> None:
    rows = np.array([[1.0, 0.0], [2.0, 1.0], [1.0, -0.0], [2.0, 1.0], [0.0, 5.0]])
    first, place = distinct(rows)
    np.testing.assert_array_equal(first, [0, 1, 4])
    np.testing.assert_array_equal(rows[first][place], rows)


def test_shares_of_a_distance_sum_to_one() -> None:
    distances, positions = nearest(CLOUD, CLOUD, 4)
    shares = difference_shares(CLOUD, CLOUD, distances, positions)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    at_itself = difference_shares(CLOUD, CLOUD, distances[:, :1], positions[:, :1])
    np.testing.assert_allclose(at_itself, 1 / CLOUD.shape[1])
