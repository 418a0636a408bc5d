"""Spreads for distances: heavy tails drawn in, nothing blown up."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.spreads import REACH, WIDE, distance_axes, distance_spreads

RNG = np.random.default_rng(0)


def test_light_tails_stay_and_heavy_ones_are_drawn_in() -> None:
    x = np.column_stack([RNG.normal(size=4000), RNG.uniform(-1, 1, 4000), RNG.normal(size=4000)])
    x[::4, 2] *= 50
    spreads = distance_spreads(x)
    assert spreads[0] < 1.05
    assert spreads[1] == 1
    np.testing.assert_allclose(spreads[2], np.clip(x[:, 2], -REACH, REACH).std())
    assert spreads[2] > 10


def test_a_gross_row_widens_a_column_by_a_bounded_factor() -> None:
    x = RNG.normal(size=(1000, 1))
    x[0] = 1e50
    assert distance_spreads(x) < 1 + REACH / np.sqrt(1000)


def test_constant_and_rare_features_are_not_blown_up() -> None:
    rare = np.zeros(1000)
    rare[:2] = 2.0
    assert distance_spreads(np.column_stack([rare, np.zeros(1000)])).tolist() == [1.0, 1.0]


def test_a_crowd_of_columns_of_mostly_one_value_counts_for_less() -> None:
    mostly = np.where(RNG.random((1000, 60)) < 0.1, RNG.exponential(size=(1000, 60)), 0.0)
    scaled = mostly / mostly.std(axis=0)
    few, many = distance_spreads(scaled[:, :3]), distance_spreads(scaled)
    assert few.max() < 2
    assert many.min() > 8
    seldomer = scaled.copy()
    seldomer[::2, 7] = 0.0
    assert distance_spreads(seldomer).argmax() == 7


def test_yes_or_no_columns_are_no_crowd() -> None:
    indicators = 2.0 * (RNG.random((1000, 60)) < 0.1)
    assert distance_spreads(indicators).tolist() == [1.0] * 60


def test_axes_of_few_columns_are_their_spreads() -> None:
    x = RNG.normal(size=(300, WIDE)) * 3.0
    np.testing.assert_array_equal(
        distance_axes(x, np.zeros(x.shape[1])), np.diag(1 / distance_spreads(x))
    )


@pytest.mark.parametrize("rows", [60, 400])  # fewer and more than columns
def test_axes_of_many_columns_even_out_what_they_share(rows: int) -> None:
    width = 2 * WIDE
    x = RNG.normal(size=(rows, 1)) + 0.3 * RNG.normal(size=(rows, width))
    scaled = x / distance_spreads(x)
    before = np.linalg.eigvalsh(np.cov(scaled.T, bias=True))
    after = np.linalg.eigvalsh(np.cov((x @ distance_axes(x, np.zeros(x.shape[1]))).T, bias=True))
    part = 1 / 3
    expected = before / (1 - part + part * before / before.mean())
    np.testing.assert_allclose(after, expected, atol=1e-10)
