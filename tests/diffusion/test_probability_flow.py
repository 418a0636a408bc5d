"""Densities, codes and bounds where the truth is known."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from likely.nets.diffusion_bound import gaussian, of_bytes, variational_bound
from likely.nets.noise import cosine, even_noise, linear
from likely.nets.probability_flow import codes, log_density, samples

LEVELS = np.geomspace(0.01, 150, 31).tolist()
COVARIANCE = torch.tensor([[1.0, 0.6], [0.6, 0.5]], dtype=torch.float64)
MEAN = torch.zeros(2, dtype=torch.float64)  # models see centred samples


def _denoise(x: Tensor, level: float) -> Tensor:
    """Return the exact mean of normal samples that x may come from."""
    eye = torch.eye(2, dtype=x.dtype)
    share = COVARIANCE @ torch.linalg.inv(COVARIANCE + level**2 * eye)
    return MEAN + (x - MEAN) @ share.T


def _points(n: int) -> Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.multivariate_normal(MEAN.numpy(), COVARIANCE.numpy(), size=n))


def test_density_of_normal_samples_is_theirs() -> None:
    x = _points(50)
    normal = torch.distributions.MultivariateNormal(MEAN, COVARIANCE + 1e-4 * torch.eye(2))
    exact = log_density(_denoise, x, LEVELS, None)
    torch.testing.assert_close(exact, normal.log_prob(x), rtol=0, atol=4e-3)
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0]])  # of these two the mean is exact, too
    torch.testing.assert_close(log_density(_denoise, x, LEVELS, signs), exact, rtol=0, atol=1e-6)


def test_codes_are_standard_normal_and_lead_back() -> None:
    x = _points(2000)
    z = codes(_denoise, x, LEVELS)
    torch.testing.assert_close(z.mean(dim=0), torch.zeros(2).double(), rtol=0, atol=0.08)
    torch.testing.assert_close(torch.cov(z.T), torch.eye(2).double(), rtol=0, atol=0.1)
    torch.testing.assert_close(samples(_denoise, z, LEVELS), x, rtol=0, atol=5e-3)


@pytest.mark.parametrize("schedule", [cosine, linear])
def test_the_bound_of_many_steps_is_near_the_density_and_below_it(schedule: object) -> None:
    levels = schedule(400)  # pyright: ignore[reportCallIssue]
    levels = levels[levels < 150].tolist()
    x = _points(400)
    usual = []
    for level in levels:
        left = COVARIANCE - COVARIANCE @ torch.linalg.solve(
            COVARIANCE + level**2 * torch.eye(2), COVARIANCE
        )
        usual.append(float(torch.trace(left) / 2))
    found = variational_bound(
        _denoise, x, levels, usual, lambda _: even_noise((2,), 0).to(x), gaussian
    )
    truth = torch.distributions.MultivariateNormal(MEAN, COVARIANCE).log_prob(x)
    assert float((truth - found).mean()) == pytest.approx(0.03, abs=0.05)


def test_chances_of_all_levels_sum_to_one() -> None:
    middles = (torch.arange(256).double() + 0.5) / 256 - 0.5
    last = of_bytes(torch.tensor(1 / 256).double(), middles[0], middles[-1])
    for spread in (0.001, 0.1, 3.0):
        found = last(middles, torch.full_like(middles, 0.123), spread).exp().sum()
        assert float(found) == pytest.approx(1.0, abs=1e-6)


def test_noise_of_few_numbers_is_even_and_of_many_alone() -> None:
    few = even_noise((2,), 0)
    assert few.shape == (32, 2)
    torch.testing.assert_close((few**2).mean(dim=0), torch.ones(2).double())
    many = even_noise((1, 28, 28), 0)
    assert many.shape == (1, 1, 28, 28)
    assert float((many**2).mean()) == pytest.approx(1.0)
    assert not torch.equal(many, even_noise((1, 28, 28), 1))
    assert math.isfinite(float(few.sum()))
