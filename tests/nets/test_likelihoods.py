"""Likelihoods of decoders against sums over all values, and against scipy."""

import itertools

import numpy as np
import pytest
import torch
from scipy.stats import logistic, norm

from likely.nets.likelihoods import Bernoulli, DiscretisedLogistic, Gaussian


def test_bernoulli_sums_to_one_over_a_small_space() -> None:
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.float64)
    out = torch.linspace(-4, 5, 6, dtype=torch.float64)
    found = Bernoulli().log_prob(every, out.expand(64, 6)).sum(dim=1)
    assert float(found.exp().sum()) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("centre", [-0.5, 0.0, 0.3, 0.999, 1.7])
@pytest.mark.parametrize("log_scale", [-9.0, -3.0, 1.0])
def test_discretised_logistic_sums_to_one_over_the_levels(centre: float, log_scale: float) -> None:
    likelihood = DiscretisedLogistic((1,)).double()
    likelihood.log_scale.data.fill_(log_scale)
    levels = torch.arange(256, dtype=torch.float64)[:, None] / 255
    found = likelihood.log_prob(levels, torch.full((256, 1), centre, dtype=torch.float64))
    assert bool(torch.isfinite(found).all())
    assert float(found.detach().exp().sum()) == pytest.approx(1.0, abs=1e-9)


def test_discretised_logistic_is_the_mass_of_an_interval() -> None:
    likelihood = DiscretisedLogistic((1,)).double()
    scale = float(likelihood.scale().detach())
    levels = np.array([0, 1, 100, 254, 255])
    x = torch.tensor(levels / 255)[:, None]
    found = likelihood.log_prob(x, torch.full_like(x, 0.4)).detach().numpy().ravel()
    edges = lambda step: logistic.cdf((levels + step) / 255, 0.4, scale)  # noqa: E731
    above = np.where(levels == 255, 1.0, edges(0.5))
    below = np.where(levels == 0, 0.0, edges(-0.5))
    np.testing.assert_allclose(np.exp(found), above - below, rtol=1e-6, atol=1e-15)


def test_gaussian_is_scipys_and_its_spread_has_a_floor() -> None:
    likelihood = Gaussian((3,)).double()
    likelihood.log_spread.data = torch.tensor([-50.0, 0.0, 1.0], dtype=torch.float64)
    spread = likelihood.spread().detach().numpy()
    assert spread[0] == pytest.approx(0.01)
    x = torch.tensor([[0.1, -2.0, 4.0]], dtype=torch.float64)
    found = likelihood.log_prob(x, torch.ones_like(x)).detach().numpy()
    np.testing.assert_allclose(found, norm.logpdf(x.numpy(), 1.0, spread))


@pytest.mark.parametrize("likelihood", [Gaussian((2,)), Bernoulli(), DiscretisedLogistic((2,))])
def test_draws_have_the_frequencies_that_log_prob_says(likelihood: torch.nn.Module) -> None:
    torch.manual_seed(0)
    out = torch.tensor([0.3, 0.6]).expand(40_000, 2)
    chance = torch.rand(40_000, 2).clamp(1e-6, 1 - 1e-6)
    with torch.no_grad():
        entropy = -likelihood.log_prob(likelihood.draw(out, chance), out).mean()
        again = -likelihood.log_prob(likelihood.draw(out, 1 - chance), out).mean()
    expected = {
        "Gaussian": 0.5 * np.log(2 * np.pi * np.e),
        "Bernoulli": np.mean([_binary_entropy(0.3), _binary_entropy(0.6)]),
        "DiscretisedLogistic": _entropy_of_levels(likelihood, out[:1]),
    }[type(likelihood).__name__]
    assert float((entropy + again) / 2) == pytest.approx(float(expected), abs=0.02)


def _binary_entropy(log_odds: float) -> float:
    p = 1 / (1 + np.exp(-log_odds))
    return float(-p * np.log(p) - (1 - p) * np.log1p(-p))


def _entropy_of_levels(likelihood: torch.nn.Module, out: torch.Tensor) -> float:
    if not isinstance(likelihood, DiscretisedLogistic):
        return 0.0
    levels = torch.arange(256)[:, None].expand(256, 2) / 255
    found = likelihood.log_prob(levels, out.expand(256, 2)).detach()
    return float(-(found.exp() * found).sum(dim=0).mean())
