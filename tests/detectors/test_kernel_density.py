"""Kernel density against the formula, scikit-learn and scipy."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy.stats import gaussian_kde
from sklearn.neighbors import KernelDensity as Peer

from likely.detectors import KernelDensity
from likely.testing.naive.kernels import kernel_log_density

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(150, 3)) * [1.0, 20.0, 0.01] + [5.0, 0.0, -3.0]
NEW = np.random.default_rng(1).normal(scale=2, size=(30, 3)) * [1.0, 20.0, 0.01] + [5.0, 0.0, -3.0]


def _features(model: KernelDensity, rows: np.ndarray) -> np.ndarray:
    return model.schema_.features(model.schema_.match(rows)) @ model.axes_


def _log_spreads(model: KernelDensity) -> float:
    return -float(np.linalg.slogdet(model.axes_)[1])


def test_scores_are_the_formula_and_training_rows_leave_themselves_out() -> None:
    model = KernelDensity(bandwidth=0.4).fit(ROWS)
    x = _features(model, ROWS)
    expected = kernel_log_density(_features(model, NEW), x, 0.4) - _log_spreads(model)
    np.testing.assert_allclose(model.score_samples(NEW), expected, rtol=1e-10)
    own = kernel_log_density(x, x, 0.4, leave_self_out=True) - _log_spreads(model)
    np.testing.assert_allclose(model.training_scores_, own, rtol=1e-10)


@pytest.mark.parametrize("bandwidth", [0.5, 5.0])  # its tree loses digits far out in narrower ones
def test_equals_scikit_learn(bandwidth: float) -> None:
    model = KernelDensity(bandwidth=bandwidth).fit(ROWS)
    peer = Peer(bandwidth=bandwidth).fit(_features(model, ROWS))
    expected = peer.score_samples(_features(model, NEW)) - _log_spreads(model)
    np.testing.assert_allclose(model.score_samples(NEW), expected, rtol=1e-9)


def test_log_prob_is_the_density_in_the_units_of_the_data() -> None:
    column = RNG.gamma(3.0, 500.0, size=200)
    model = KernelDensity(bandwidth=0.3).fit(column[:, None])
    width = 0.3 * model.schema_.encodings[0].scale / model.axes_[0, 0]
    peer = gaussian_kde(column, bw_method=width / np.std(column, ddof=1))
    places = np.linspace(0, 5000, 50)
    np.testing.assert_allclose(model.log_prob(places[:, None]), peer.logpdf(places), rtol=1e-9)


@pytest.mark.parametrize(("rule", "factor"), [("scott", 1.0), ("silverman", 5 / 4)])
def test_bandwidth_rules(rule: Literal["scott", "silverman"], factor: float) -> None:
    model = KernelDensity(bandwidth=rule).fit(ROWS)
    assert float(model.bandwidth_) == pytest.approx((150 * factor) ** (-1 / 7))


def test_bandwidth_of_the_distance_to_the_nearest_rows() -> None:
    line = np.random.default_rng(5).normal(size=(400, 1)) * [[1.0, 2.0, -1.0, 0.5]]
    model = KernelDensity(bandwidth="neighbours").fit(line)
    x = _features(model, line)
    apart = np.sort(np.linalg.norm(x[:, None] - x[None], axis=2), axis=1)[:, 1:6].mean(axis=1)
    assert float(model.bandwidth_) == pytest.approx(np.median(apart) / 2)
    off = np.array([[0.5, 0.0, 0.0, 0.0]])  # half a spread beside the line
    wide = KernelDensity().fit(line)
    place = [np.mean(m.training_scores_ < m.score_samples(off)) for m in (model, wide)]
    assert place[0] < 0.05 < place[1]


@pytest.mark.parametrize("gross", [1e4, 1e20, 1e300])
def test_gross_training_rows_change_nothing_elsewhere(gross: float) -> None:
    far = np.vstack([ROWS, [[gross, 0.0, -3.0], [gross, 0.0, -3.0], [-gross, gross, gross]]])
    spoilt = KernelDensity(bandwidth=0.4).fit(far)
    x = _features(spoilt, far)
    expected = kernel_log_density(x, x, 0.4, leave_self_out=True) - _log_spreads(spoilt)
    np.testing.assert_allclose(spoilt.training_scores_, expected, rtol=1e-6)
    # the two equal ones are each other's only neighbour; the last has none
    assert spoilt.training_scores_[150] == spoilt.training_scores_[151]
    assert spoilt.training_scores_.argmin() == 152
    assert np.isfinite(spoilt.contributions(far)).all()


def test_in_many_columns_densities_below_every_float_are_still_ranked() -> None:
    wide = RNG.normal(size=(60, 400))
    model = KernelDensity(bandwidth=0.05).fit(wide)
    x = _features(model, wide)
    expected = kernel_log_density(x, x, 0.05, leave_self_out=True) - _log_spreads(model)
    assert expected.max() < -1e4
    np.testing.assert_allclose(model.training_scores_, expected, rtol=1e-9)


def test_contributions_add_up_and_name_the_column() -> None:
    model = KernelDensity().fit(ROWS)
    shares = model.contributions(NEW)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(NEW), rtol=1e-9)
    assert model.contributions([[5.0, 200.0, -3.0]]).argmax() == 1
    moved = ROWS + np.array([12.0, 0.0, 0.0])
    assert (
        KernelDensity().fit(np.vstack([ROWS, moved])).contributions([[11.0, 0.0, -3.0]]).argmax()
        == 0
    )  # between


def test_a_sample_of_the_rows_stands_for_all() -> None:
    model = KernelDensity(max_reference=40).fit(ROWS)
    assert model.reference_.shape == (40, 3)
    assert np.isfinite(model.training_scores_).all()
    assert model.predict([[900.0, 0.0, 0.0]]) == [-1]


def test_samples_spread_as_the_data_and_a_kernel_do() -> None:
    model = KernelDensity(bandwidth=0.5).fit(ROWS)
    drawn = _features(model, model.sample(20_000, seed=0))
    x = _features(model, ROWS)
    np.testing.assert_allclose(drawn.mean(axis=0), x.mean(axis=0), atol=0.04)
    expected = np.cov(x.T, bias=True) + 0.25 * np.eye(3)
    np.testing.assert_allclose(np.cov(drawn.T), expected, atol=0.05)


def test_in_wide_tables_a_shared_direction_is_no_longer_all_of_the_distance() -> None:
    rng = np.random.default_rng(8)
    shared = rng.normal(size=(300, 1))
    rows = shared + 0.3 * rng.normal(size=(300, 120))
    model = KernelDensity(bandwidth="neighbours").fit(rows)
    own = model.schema_.features(model.schema_.match(rows))
    seen, evened = (np.linalg.eigvalsh(np.cov(v.T)) for v in (own, model.reference_))
    assert seen[-1] > 500 * np.median(seen)
    assert evened[-1] < 50 * np.median(evened)
    broken = rows[:1].copy()
    broken[0, 17] += 6.0
    assert model.score_samples(broken)[0] < np.quantile(model.training_scores_, 0.02)
    assert model.contributions(broken).argmax() == 17
    shares = model.contributions(rows[:5])
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(rows[:5]), rtol=1e-9)
    drawn = model.schema_.features(model.schema_.match(model.sample(2_000, seed=0)))
    assert drawn.mean(axis=1).std() == pytest.approx(own.mean(axis=1).std(), rel=0.15)
