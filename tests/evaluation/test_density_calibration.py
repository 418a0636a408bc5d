"""Regions of highest density hold what they say, if the model is right."""

import numpy as np
import pytest

from likely.core.errors import CannotDo, DataError, ParameterError
from likely.detectors import KNN, GaussianMixture
from likely.evaluation import density_calibration


@pytest.fixture(scope="module")
def model() -> GaussianMixture:
    return GaussianMixture(n_components=1).fit(rows(5000, 0))


def rows(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3))


def test_a_right_model_is_calibrated(model: GaussianMixture) -> None:
    found = density_calibration(model, rows(2000, 1), n=4000)
    assert found.shares == pytest.approx(found.levels, abs=0.04)
    assert found.error < 0.02
    assert abs(found.lean) < 0.02
    assert found.p_value > 0.01


def test_ranks_are_uniform_at_the_promised_level(model: GaussianMixture) -> None:
    p = [
        density_calibration(model, rows(150, 1000 + s), n=150, seed=s).p_value
        for s in range(1, 150)
    ]
    assert 0.02 < np.mean(np.array(p) < 0.1) < 0.17


@pytest.mark.parametrize(("scale", "sign"), [(0.6, 1), (1.6, -1)])
def test_wrong_spreads_lean(model: GaussianMixture, scale: float, sign: int) -> None:
    found = density_calibration(model, scale * rows(500, 1))
    assert found.lean * sign > 0.1
    assert found.error > 0.1
    assert found.p_value < 1e-6
    assert ((found.shares - found.levels) * sign >= -0.01).all()


def test_samples_drawn_already_are_taken(model: GaussianMixture) -> None:
    drawn = density_calibration(model, rows(100, 1), n=200, seed=3)
    given = density_calibration(model, rows(100, 1), model.sample(200, 3))
    assert np.array_equal(drawn.ranks, given.ranks)
    assert given.error == drawn.error


def test_ties_count_one_half(model: GaussianMixture) -> None:
    """A sample beside itself lies in the middle of its own rank."""
    own = np.rint(rows(200, 1))
    found = density_calibration(model, own, own)
    assert found.lean == pytest.approx(0.0, abs=1e-12)
    assert found.ranks.min() > 0
    assert found.ranks.max() < 1


def test_too_many_in_the_middle_and_in_the_tails_is_an_error_that_does_not_lean(
    model: GaussianMixture,
) -> None:
    found = density_calibration(model, np.vstack([0.3 * rows(500, 1), 3 * rows(500, 2)]))
    assert found.error > 0.15
    assert abs(found.lean) < 0.1


def test_what_cannot_be_calibrated_is_refused(model: GaussianMixture) -> None:
    with pytest.raises(CannotDo, match="KNN needs both"):
        density_calibration(KNN().fit(rows(50, 0)), rows(50, 1))
    with pytest.raises(ParameterError, match="levels"):
        density_calibration(model, rows(50, 1), levels=[0.5, 1.0])
    with pytest.raises(DataError, match="Found 3"):
        density_calibration(model, rows(50, 1), rows(3, 2))
    with pytest.raises(ParameterError, match="at least 20"):
        density_calibration(model, rows(50, 1), n=3)
