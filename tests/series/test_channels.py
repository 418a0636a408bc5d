"""Switches aren't judged; units are those of the stretch that was learnt from."""

from __future__ import annotations

import numpy as np

from likely.series.channels import fit_channel_scale, in_spreads

RNG = np.random.default_rng(0)
SWITCH = (RNG.random(400) < 0.05).astype(float)


def test_switches_are_left_out() -> None:
    values = np.column_stack([SWITCH, 5 + 3 * RNG.normal(size=400), np.full(400, 2.0)])
    scale = fit_channel_scale(values)
    assert scale.judged.tolist() == [1]
    z = in_spreads(values, scale)
    np.testing.assert_allclose([z.mean(), z.std()], [0.0, 1.0], atol=1e-12)


def test_without_others_all_are_judged() -> None:
    scale = fit_channel_scale(np.column_stack([SWITCH, np.full(400, 2.0)]))
    assert scale.judged.tolist() == [0, 1]


def test_a_channel_that_never_moved_has_a_unit() -> None:
    scale = fit_channel_scale(np.full((50, 1), 1000.0))
    assert in_spreads(np.array([[1050.0]]), scale).tolist() == [[1.0]]
    assert fit_channel_scale(np.zeros((50, 1))).spread[0] > 0
