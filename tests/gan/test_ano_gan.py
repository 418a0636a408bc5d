"""AnoGAN: asking a generator whether it could have made a sample."""

import numpy as np
import pytest

from likely.core.errors import ParameterError
from likely.evaluation import auroc
from likely.gan import DCGAN, GAN, AnoGAN


@pytest.fixture(scope="module")
def plane() -> np.ndarray:
    """Rows on a plane in four dimensions."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(500, 2)) @ rng.normal(size=(2, 4)) + 0.05 * rng.normal(size=(500, 4))


@pytest.fixture(scope="module")
def fitted(plane: np.ndarray) -> AnoGAN:
    """A model with a generator of the right number of codes."""
    return AnoGAN(GAN(latent=2, budget="100 steps"), budget="200 steps").fit(plane)


@pytest.mark.parametrize("oddness", ["residual", "code", "descent"])
def test_what_leaves_the_plane_is_odd(fitted: AnoGAN, plane: np.ndarray, oddness: str) -> None:
    fitted.set_params(oddness=oddness, descent_steps=20)
    off = plane[:50] + np.random.default_rng(1).normal(size=(50, 4))
    found = -np.concatenate([fitted.score_samples(plane[50:150]), fitted.score_samples(off)])
    least = 0.6 if oddness == "code" else 0.9  # what leaves the plane may keep its code
    assert auroc(np.repeat([0, 1], [100, 50]), found) >= least


def test_descent_comes_nearer(fitted: AnoGAN, plane: np.ndarray) -> None:
    found = []
    for oddness in ("residual", "descent"):
        fitted.set_params(oddness=oddness, descent_steps=50)
        found.append(-fitted.score_samples(plane[:40]).mean())
    assert found[1] < found[0]


def test_it_draws_what_its_generator_draws(fitted: AnoGAN) -> None:
    np.testing.assert_array_equal(fitted.sample(4, seed=0), fitted.generator_[0].sample(4, seed=0))


def test_the_budget_is_shared(plane: np.ndarray) -> None:
    model = AnoGAN("GAN", budget="30 steps").fit(plane)
    assert (model.steps_, model.generator_[0].steps_) == (30, 30)


def test_generators_of_another_kind_are_refused(plane: np.ndarray) -> None:
    for generator in (DCGAN(), "KNN"):
        with pytest.raises(ParameterError, match="generator"):
            AnoGAN(generator).fit(plane)
