import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import cauchy, chi2, norm

from likely.detectors import Collective
from likely.detectors.contextual.joint import joint_surprise
from likely.detectors.contextual.laws import learn_law, learn_share_law, share_residuals


def test_both_variances_are_recovered() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(2, 200, 5_000)
    means = 3 + rng.normal(0, 0.5, 5_000) + rng.normal(0, 2, 5_000) / np.sqrt(sizes)
    mu, _, between, within = learn_law(means, 1 / sizes)
    assert mu == pytest.approx(3, abs=0.05)
    assert between == pytest.approx(0.25, rel=0.15)
    assert within == pytest.approx(4, rel=0.15)


def test_gross_groups_move_the_law_little() -> None:
    rng = np.random.default_rng(1)
    sizes = rng.integers(5, 50, 300)
    means = rng.normal(0, 1, 300) / np.sqrt(sizes)
    means[:15] = 50.0
    mu, _, between, within = learn_law(means, 1 / sizes)
    assert abs(mu) < 0.2
    assert between + within / 20 < 0.2


def test_shares_of_alike_members_vary_more() -> None:
    rng = np.random.default_rng(2)
    sizes = rng.integers(10, 60, 2_000)
    plain = rng.binomial(sizes, 0.2) / sizes
    alike = rng.binomial(sizes, rng.beta(2, 8, 2_000)) / sizes  # 1 / (2 + 8 + 1) alike
    assert learn_share_law(plain, 1 / sizes)[2] < 0.01
    assert learn_share_law(alike, 1 / sizes)[2] == pytest.approx(1 / 11, rel=0.3)


def test_share_residuals_are_about_normal() -> None:
    rng = np.random.default_rng(3)
    shares = rng.binomial(40, 0.3, 20_000) / 40
    z = share_residuals(shares, 0.3, np.full(20_000, 1 / 40))
    assert np.std(z) == pytest.approx(1, abs=0.05)
    assert abs(np.mean(z)) < 0.1


def test_the_joint_surprise_agrees_with_the_tails_it_stands_for() -> None:
    rows = np.array([[5.0, 0.0], [9.0, 9.0], [40.0, 40.0], [0.1, 0.1]])
    blocks, relations = [np.arange(2)], np.eye(2) - 0.1 * np.eye(2)  # 0.1 is added to them
    found = joint_surprise(rows, relations, blocks, np.ones(1), 1e9)
    of_sum = -chi2.logsf((rows[:2] ** 2).sum(axis=1), 2)
    largest = np.abs(rows[:2]).max(axis=1)
    of_largest = -np.log(2 * 2 * norm.sf(largest) - (2 * norm.sf(largest)) ** 2)
    expected = -cauchy.logsf(
        np.mean([cauchy.isf(np.exp(-of_sum)), cauchy.isf(np.exp(-of_largest))], 0)
    )
    assert found[:2] == pytest.approx(expected, rel=1e-3)
    assert np.isfinite(found).all()
    assert found[2] > 1_000


def test_the_joint_surprise_of_ordinary_rows_is_exponential() -> None:
    rows = np.random.default_rng(5).normal(size=(20_000, 6))
    blocks, relations = [np.arange(6), np.arange(3), np.arange(3, 6)], 0.9 * np.eye(6)
    found = joint_surprise(rows, relations, blocks, np.ones(3), 1e9)
    for share in (0.7, 0.92, 0.99, 0.999):
        assert np.quantile(found, share) == pytest.approx(-np.log(1 - share), abs=0.35)
    order = np.argsort(found)
    assert (found[order[-100:]] > 5).all()


def test_sums_of_squares_know_that_the_covariance_was_estimated() -> None:
    """New rows are beyond the 1 % point in 1 % of cases, however few rows were learnt from."""
    rng, found = np.random.default_rng(7), []
    for _ in range(300):
        learnt, new = rng.normal(size=(40, 8)), rng.normal(size=(50, 8))
        relations = np.cov(learnt, rowvar=False) - 0.1 * np.eye(8)
        found.append(joint_surprise(new, relations, [np.arange(8)], np.ones(1), 40.0))
    assert np.mean(np.concatenate(found) > -np.log(0.01)) == pytest.approx(0.01, abs=0.006)


def test_odd_groups_of_one_kind_do_not_hide_one_another() -> None:
    """One in twelve spreads more in three columns: what is usual must come from the others."""
    rng = np.random.default_rng(6)
    spreads = np.sqrt(rng.chisquare(29, (300, 6)) / 29)
    odd = np.arange(300) < 25
    spreads[:25, :3] *= 1.45
    table = pa.table({"members": np.full(300, 30)} | {f"s{j}": spreads[:, j] for j in range(6)})
    forms = {f"s{j}": "spread" for j in range(6)}
    together = -Collective(forms=forms).fit(table).score_samples(table)
    alone = -Collective(forms=forms).fit(table.filter(pa.array(~odd))).score_samples(table)
    assert np.median(alone[odd]) > 10
    assert np.median(together[odd]) > 0.8 * np.median(alone[odd])


def test_small_groups_may_lie_further_out() -> None:
    rng = np.random.default_rng(4)
    sizes = rng.integers(2, 60, 400)
    table = {"members": sizes, "mean": rng.normal(0, 1, 400) / np.sqrt(sizes)}
    model = Collective().fit(pa.table(table))
    low, high = model.usual(pa.table({"members": [3, 50], "mean": [0.0, 0.0]}), (0.05, 0.95))[
        :, 1
    ].T
    assert (high - low)[0] == pytest.approx(2 * 1.645 / np.sqrt(3), rel=0.2)
    assert (high - low)[1] == pytest.approx(2 * 1.645 / np.sqrt(50), rel=0.3)
