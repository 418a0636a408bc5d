"""Prototypes are usual windows; distances are those to the nearest."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import window_prototypes as module
from likely.series.window_prototypes import fit_prototypes, prototype_distances
from likely.series.windows import cut_windows, mean_over_cover

RNG = np.random.default_rng(0)
TIME = np.arange(500)
USUAL = np.column_stack([np.sin(TIME / 5), np.cos(TIME / 5)]) + 0.05 * RNG.normal(size=(500, 2))


def test_distances_are_those_of_a_naive_loop() -> None:
    centres = RNG.normal(size=(3, 2 * 10))
    starts = np.arange(len(USUAL) - 9)
    windows = cut_windows(USUAL, starts, 10)
    nearest = np.array([min(np.linalg.norm(w - c) for c in centres) for w in windows])
    expected = mean_over_cover(nearest, starts, 10, len(USUAL))
    np.testing.assert_allclose(prototype_distances(USUAL, centres), expected, rtol=1e-8)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    centres = fit_prototypes([USUAL], 10, 5, np.random.default_rng(0))
    whole = prototype_distances(USUAL, centres)
    monkeypatch.setattr(module, "_MOST_VALUES", 100)
    np.testing.assert_allclose(prototype_distances(USUAL, centres), whole, rtol=1e-9)


def test_a_shape_never_seen_is_far() -> None:
    odd = USUAL.copy()
    odd[250:280, 1] *= -1  # each channel alone is a wave as usual
    centres = fit_prototypes([USUAL], 30, 20, np.random.default_rng(0))
    distances = prototype_distances(odd, centres)
    assert 235 < distances.argmax() < 295
    assert distances.max() > 3 * np.median(distances)


def test_few_windows_give_few_prototypes() -> None:
    assert len(fit_prototypes([USUAL[:12]], 10, 20, np.random.default_rng(0))) <= 3
