"""Shifts of level and of variance are found where they are, and single gross values are none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import trim_mean

from likely.core.errors import ParameterError
from likely.series import LevelShift
from likely.series import level_shift as module
from likely.series.level_shift import trimmed_means

VALUES = np.random.default_rng(0).normal(size=1000)


def test_means_are_those_of_scipy() -> None:
    found = trimmed_means(VALUES[:100], 23)
    expected = [trim_mean(VALUES[k : k + 23], 0.1) for k in range(78)]
    np.testing.assert_allclose(found, expected)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trimmed_means(VALUES, 23)
    monkeypatch.setattr(module, "_MOST_VALUES", 100)
    np.testing.assert_array_equal(trimmed_means(VALUES, 23), whole)


@pytest.mark.parametrize("kind", ["level", "variance"])
def test_each_test_finds_its_own_shift(kind: str) -> None:
    odd = VALUES.copy()
    odd[700:] = odd[700:] + 3 if kind == "level" else 4 * odd[700:]
    found = {
        of: LevelShift(length=50, of=(of,)).fit(VALUES[:500, None]).score_samples(odd[:, None])
        for of in ("level", "variance")
    }
    both = LevelShift(length=50).fit(VALUES[:500, None]).score_samples(odd[:, None])
    assert 690 <= found[kind].argmin() <= 710
    assert 690 <= both.argmin() <= 710
    if kind == "level":  # to which differences are blind
        variance = found["variance"]
        assert variance[650:750].min() > 1.2 * variance[50:650].min()


def test_one_gross_value_shifts_nothing() -> None:
    gross = VALUES.copy()
    gross[700] = 1e3
    model = LevelShift(length=50).fit(VALUES[:500, None])
    before, after = (model.score_samples(x[:, None]) for x in (VALUES, gross))
    assert np.abs(after - before).max() < 2.5
    assert after.min() > 2 * before.min() - 1


def test_steps_near_an_end_are_as_usual() -> None:
    shifted = np.concatenate([VALUES[:20] + 9, VALUES[20:], VALUES[:20] + 9])
    scores = LevelShift(length=50).fit(VALUES[:500, None]).score_samples(shifted[:, None])
    assert (scores[:50] == 0).all()
    assert (scores[-49:] == 0).all()
    assert scores[-50] < 0


@pytest.mark.parametrize("of", [(), ("slope",), ("level", "slope")])
def test_tests_that_do_not_exist_are_named(of: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError, match="of must name"):
        LevelShift(of=of).fit(VALUES[:, None])
