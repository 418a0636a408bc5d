"""Tail probabilities: ordered, uniform on new values, extrapolated as the sample falls off."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import genpareto, kstest

from likely.core.empirical import (
    CENSOR_FROM,
    FIT_FROM,
    MOST_KEPT,
    Empirical,
    Tail,
    censored_posterior,
    fit_tail,
    grouped,
    learn_empirical,
)
from likely.core.errors import DataError


def _samples() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "normal": rng.normal(size=500),
        "ties": rng.integers(0, 12, size=500).astype(float),
        "constant": np.full(60, 3.0),
        "constant but one": np.append(np.zeros(99), 1.0),
        "half of them zero": np.maximum(rng.normal(size=300), 0.0),
        "tiny": np.array([0.0, 1.0, 1.0, 4.0]),
        "one": np.array([2.0]),
        "huge": rng.normal(size=200) * 1e50,
        "minute": rng.normal(size=200) * 1e-50,
        "exponential": rng.exponential(size=1000),
        "heavy": rng.standard_cauchy(size=1000),
    }


@pytest.mark.parametrize("counts", [None, 50])
@pytest.mark.parametrize("name", _samples())
def test_higher_is_never_more_probable(name: str, counts: int | None) -> None:
    sample = _samples()[name]
    learnt = learn_empirical(sample, counts)
    spread = np.ptp(sample) or 1.0
    middle = np.linspace(sample.min() - spread, sample.max() + spread, 2001)
    far = spread * np.geomspace(2, 1e6, 40)
    line = np.unique(np.concatenate([sample.min() - far, middle, sample, sample.max() + far]))
    log_p = learnt.log_p(line)
    assert np.isfinite(log_p).all()
    assert (log_p <= 0).all()
    assert (np.diff(log_p) < 0).all()


@pytest.mark.parametrize("name", _samples())
def test_never_zero_and_never_infinite(name: str) -> None:
    log_p = learn_empirical(_samples()[name]).log_p(np.array([-1e50, 1e50]))
    assert np.isfinite(log_p).all()
    assert log_p[0] > log_p[1]
    assert (log_p <= 0).all()


def test_in_the_sample_it_is_the_conformal_share() -> None:
    sample = np.random.default_rng(1).integers(0, 40, size=400).astype(float)
    learnt = learn_empirical(sample, 10)
    bulk = np.unique(sample[sample <= learnt.takeover])
    expected = [np.sum(sample >= value) / (len(sample) + 1) for value in bulk]
    np.testing.assert_allclose(np.exp(learnt.log_p(bulk)), expected, rtol=1e-12)
    between = bulk[:-1] + 0.5
    rounded = [(np.sum(sample > value) + 0.5) / (len(sample) + 1) for value in between]
    np.testing.assert_allclose(np.exp(learnt.log_p(between)), rounded, rtol=1e-12)


def test_new_values_get_uniform_probabilities() -> None:
    """Pooled over samples, as the promise is: one sample may be off by its own luck."""
    rng = np.random.default_rng(2)
    new = [
        np.exp(learn_empirical(rng.exponential(size=500), 25).log_p(rng.exponential(size=20)))
        for _ in range(100)
    ]
    assert kstest(np.concatenate(new), "uniform").pvalue > 0.01


def test_even_of_nine_values_the_shares_hold() -> None:
    rng = np.random.default_rng(2)
    p = [learn_empirical(rng.normal(size=9)).log_p(rng.normal(size=1))[0] for _ in range(2000)]
    for tenths in (1, 2, 5, 9):
        share = np.mean(np.exp(p) <= tenths / 10)
        assert share == pytest.approx(tenths / 10, abs=4 * np.sqrt(0.25 / 2000))


def test_no_jump_where_the_tail_takes_over() -> None:
    learnt = learn_empirical(np.random.default_rng(3).normal(size=2000), 100)
    before, after = learnt.log_p(learnt.takeover + np.array([0.0, 1e-9]))
    assert before == pytest.approx(learnt.log_p_at_takeover, rel=1e-12)
    assert after == pytest.approx(before, abs=1e-6)


def test_an_exponential_tail_goes_on_at_its_own_rate() -> None:
    sample = np.random.default_rng(4).exponential(7.0, size=20_000)
    tail = fit_tail(np.sort(sample))
    assert tail.shape == pytest.approx(0.0, abs=0.03)
    values = np.array([35.0, 70.0, 140.0])  # e^-5, e^-10, e^-20
    survival = tail.log_survival(values)
    np.testing.assert_allclose(survival[:2], -values[:2] / 7, rtol=0.1)
    assert -20 < survival[2] < -15  # far out the average leans to the heavier shapes
    plain = fit_tail(np.sort(sample), cautious=False)
    assert (plain.shape, len(plain.weights)) == (0.0, 1)
    np.testing.assert_allclose(plain.log_survival(values), -values / 7, rtol=0.06)


def test_a_heavy_tail_is_seen_in_a_large_sample() -> None:
    sample = np.sort(genpareto.rvs(0.4, size=40_000, random_state=5))
    tail, exponential = fit_tail(sample), fit_tail(sample, cautious=False)
    assert tail.shape > 0.02
    value = np.array([genpareto.isf(1e-3, 0.4)])
    # far heavier than the exponential fit, if still lighter than the truth: the prior is strong,
    # and the test of the fit, not the fit itself, is what refuses such a tail
    assert exponential.log_survival(value)[0] + 5 < tail.log_survival(value)[0] < np.log(2e-3)


@pytest.mark.parametrize("n", [200, 2000])
def test_strangers_do_not_lift_the_tail(n: int) -> None:
    sample = np.random.default_rng(6).exponential(size=n)
    at = np.array([15.0])
    clean = fit_tail(np.sort(sample)).log_survival(at)[0]
    for count in (1, n // 50, n // 25):
        gross = np.concatenate([sample, np.full(count, 1e6)])
        farther = np.concatenate([sample, np.full(count, 1e12)])
        lifted = fit_tail(np.sort(gross)).log_survival(at)[0]
        assert lifted < 0.8 * clean  # both negative: at most a fifth of the nats are lost
        assert lifted == fit_tail(np.sort(farther)).log_survival(at)[0]


def test_the_highest_values_count_but_not_how_high_they_are() -> None:
    sample = np.sort(np.random.default_rng(7).normal(size=300))
    stretched = sample.copy()
    stretched[int(np.ceil(CENSOR_FROM * 300)) :] *= 100
    at = np.array([4.0])
    assert fit_tail(sample).log_survival(at) == fit_tail(stretched).log_survival(at)
    narrow = sample.copy()
    narrow[: int(FIT_FROM * 300) - 1] -= 50  # nor does the bulk
    assert fit_tail(sample).log_survival(at) == fit_tail(narrow).log_survival(at)


def test_small_samples_are_cautious() -> None:
    """All that a small sample leaves possible is averaged, so its far tail is heavier."""
    sample = np.sort(np.random.default_rng(8).exponential(size=60))
    far = np.array([20.0])
    cautious, plain = fit_tail(sample), fit_tail(sample, cautious=False)
    assert cautious.log_survival(far)[0] > plain.log_survival(far)[0] + 0.5


def test_censored_posterior_is_bayes_rule_written_out() -> None:
    log_likelihood, log_beyond = np.array([-3.0, -4.5]), np.log([0.1, 0.4])
    observed, above = 12, 3
    expected = np.zeros(2)
    for j, share in enumerate(np.linspace(0, 0.95, 12) * above / (observed + above)):
        prior = 0.9 if j == 0 else 0.1 / 11
        belongs = (1 - share) ** observed
        outside = ((1 - share) * np.exp(log_beyond) + share) ** above
        expected += prior * np.exp(log_likelihood) * belongs * outside * (1 - share)
    weights = np.exp(censored_posterior(log_likelihood, log_beyond, observed, above))
    np.testing.assert_allclose(weights / weights.sum(), expected / expected.sum(), rtol=1e-9)
    assert weights.sum() < 1  # the share of the censored that belong


def test_grouping_keeps_number_and_sum() -> None:
    values = np.sort(np.random.default_rng(9).exponential(size=5001))
    representatives, counts = grouped(values, 100)
    assert len(representatives) == 100
    assert counts.sum() == 5001
    assert representatives @ counts == pytest.approx(values.sum())
    few, ones = grouped(values[:50], 100)
    np.testing.assert_array_equal(few, values[:50])
    assert (ones == 1).all()


def test_very_many_values_are_thinned_but_not_at_the_top() -> None:
    sample = np.random.default_rng(10).normal(size=200_000)
    learnt = learn_empirical(sample, 200)
    assert len(learnt.values) <= MOST_KEPT
    ordered = np.sort(sample)
    np.testing.assert_array_equal(learnt.values[-10_000:], ordered[-10_000:])
    line = np.quantile(sample, [0.001, 0.3, 0.7, 0.94])
    shares = [(sample >= value).mean() for value in line]
    np.testing.assert_allclose(np.exp(learnt.log_p(line)), shares, atol=1e-4)


def test_too_few_values_have_no_tail() -> None:
    assert learn_empirical(np.arange(19.0)).tail is None
    assert isinstance(learn_empirical(np.arange(20.0)).tail, Tail)
    with pytest.raises(DataError, match=r"at least 20 values. Got 19"):
        fit_tail(np.arange(19.0))


def test_the_order_of_the_sample_does_not_matter() -> None:
    rng = np.random.default_rng(11)
    sample = rng.normal(size=300)
    one: Empirical = learn_empirical(sample)
    other = learn_empirical(rng.permutation(sample))
    line = np.linspace(-4, 8, 50)
    np.testing.assert_array_equal(one.log_p(line), other.log_p(line))
