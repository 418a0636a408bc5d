"""The promise on the very rows learnt from: quiet on clean rows, and gross rows are found."""

from __future__ import annotations

import numpy as np
import pytest

from likely.calibration.cross_fit import cross_fit
from likely.calibration.decisions import benjamini_hochberg
from likely.calibration.same_rows import FEWEST_ROWS, Judgement, judge_same_rows
from likely.data.frames import as_table
from likely.detectors import KNN, LOF, ZScore

PLAIN = ZScore()
"""A model that knows nothing of how its scores fall off."""


def _judge(rows: np.ndarray, seed: int) -> tuple[Judgement, np.ndarray]:
    cross = cross_fit(ZScore(), as_table(rows), seed)
    judgement = judge_same_rows(cross.oddness, cross.model)
    reported = benjamini_hochberg(judgement.log_p, 0.1) & judgement.holds
    return judgement, np.flatnonzero(reported)


def _gaussian(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3)) * [1.0, 100.0, 0.01]


@pytest.mark.parametrize("n", [200, 1000])
def test_clean_gaussian_tables_are_left_quiet(n: int) -> None:
    judged = [_judge(_gaussian(n, seed), seed) for seed in range(20)]
    assert sum(len(reported) == 0 for _, reported in judged) >= 17
    assert sum(judgement.holds for judgement, _ in judged) >= 17


@pytest.mark.parametrize("gross", [1, 3, 12])
@pytest.mark.parametrize("n", [200, 1000])
def test_gross_rows_are_found(n: int, gross: int) -> None:
    power = []
    for seed in range(10):
        rows = _gaussian(n, seed)
        rows[:gross, seed % 3] = 60 * rows[:, seed % 3].std()
        _, reported = _judge(rows, seed)
        power.append(np.isin(np.arange(gross), reported).mean())
    assert np.mean(power) >= (0.95 if n >= 1000 else 0.8)


def test_p_values_of_clean_rows_are_uniform_up_to_the_tail() -> None:
    judgement, _ = _judge(_gaussian(2000, 1), 1)
    p = np.exp(judgement.log_p)
    for level in (0.02, 0.1, 0.5):
        assert (p <= level).mean() == pytest.approx(level, rel=0.25)


def test_more_odd_is_less_probable_whether_the_promise_holds_or_not() -> None:
    rng = np.random.default_rng(0)
    for oddness in (rng.exponential(size=300), np.abs(rng.standard_cauchy(size=3000))):
        judgement = judge_same_rows(oddness, PLAIN)
        ordered = judgement.log_p[np.argsort(oddness)]
        assert (np.diff(ordered) < 0).all()
        assert np.isfinite(judgement.log_p).all()


def test_too_few_rows_say_how_many_more() -> None:
    judgement = judge_same_rows(np.random.default_rng(0).exponential(size=38), PLAIN)
    assert not judgement.holds
    assert judgement.why == f"a promise needs 12 more rows (at least {FEWEST_ROWS})"
    enough = np.random.default_rng(0).exponential(size=FEWEST_ROWS)
    assert judge_same_rows(enough, PLAIN).holds


def test_equal_scores_withdraw_the_promise() -> None:
    ties = np.random.default_rng(0).integers(0, 5, size=400).astype(float)
    judgement = judge_same_rows(ties, PLAIN)
    assert not judgement.holds
    assert "the same score" in judgement.why
    assert len(np.unique(judgement.log_p)) == 5


def test_heavy_tails_withdraw_the_promise() -> None:
    oddness = np.abs(np.random.default_rng(0).standard_t(1.5, size=5000))
    judgement = judge_same_rows(oddness, PLAIN)
    assert not judgement.holds
    assert "heavy" in judgement.why
    # then p is the rank alone, which no extrapolation makes small
    n = len(oddness)
    ranks = np.array([n - np.searchsorted(np.sort(oddness), value) for value in oddness])
    np.testing.assert_allclose(np.exp(judgement.log_p), ranks / (n + 1), rtol=1e-9)


def test_farther_gross_rows_do_not_change_the_others() -> None:
    oddness = np.random.default_rng(0).exponential(size=500)
    near, far = np.append(oddness, [40.0, 50.0]), np.append(oddness, [40e6, 50e6])
    one, other = judge_same_rows(near, PLAIN), judge_same_rows(far, PLAIN)
    np.testing.assert_array_equal(one.log_p[:500], other.log_p[:500])
    assert one.holds
    assert other.holds


def test_distances_are_judged_by_their_logarithm() -> None:
    rows = [np.random.default_rng(seed).normal(size=(300, 2)) for seed in range(10)]
    quiet = 0
    for seed, table in enumerate(rows):
        cross = cross_fit(KNN(), as_table(table), seed)
        judgement = judge_same_rows(cross.oddness, cross.model)
        quiet += not (judgement.holds and benjamini_hochberg(judgement.log_p, 0.1).any())
    assert quiet >= 8


def test_scores_without_a_steady_tail_are_only_ranked() -> None:
    judgement = judge_same_rows(np.random.default_rng(0).exponential(size=500), LOF())
    assert not judgement.holds
    assert "LOF" in judgement.why
