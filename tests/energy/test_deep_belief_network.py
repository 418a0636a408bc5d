import itertools

import numpy as np
import pytest
import torch

from likely.energy import DeepBeliefNetwork
from likely.nets.annealing import exact_log_partition
from likely.nets.deep_belief import DeepBelief
from likely.nets.restricted_boltzmann import RestrictedBoltzmann


def states(units: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)


def network(seed: int = 0) -> DeepBelief:
    torch.manual_seed(seed)
    layers = [RestrictedBoltzmann(np.zeros(n, bool), m, 6) for n, m in ((4, 3), (3, 3))]
    found = DeepBelief(layers).double()
    with torch.no_grad():
        for layer in layers:
            layer.weight.copy_(torch.randn_like(layer.weight))
            layer.visible.copy_(torch.randn_like(layer.visible))
    found.untie()
    return found


@torch.no_grad()
def exact(found: DeepBelief) -> torch.Tensor:
    """Return log p of all visible states, by visiting all of the hidden ones."""
    lower, top = found.layers[0].plain(), found.top.plain()
    h = states(3)
    of_hidden = -top.free_energy(h) - exact_log_partition(top)
    fields = lower.fields(h)
    joint = states(4) @ fields.T - torch.nn.functional.softplus(fields).sum(1) + of_hidden
    return joint.logsumexp(dim=1)


def test_many_codes_find_the_exact_probability_and_one_is_below_on_average() -> None:
    found, v = network(), states(4)
    truth = exact(found).detach()
    assert float(truth.logsumexp(0)) == pytest.approx(0, abs=1e-9)
    with torch.no_grad():
        chance = torch.rand(20_000, found.inner).double()
        weights = found.log_weights(v, chance) - exact_log_partition(found.top.plain())
    many = weights.logsumexp(dim=0) - np.log(len(chance))
    assert torch.allclose(many, truth, atol=0.05)
    assert (weights.mean(dim=0) < truth).all()


def test_drawing_downwards_follows_the_density() -> None:
    found = network()
    torch.manual_seed(1)
    with torch.no_grad():
        start = (torch.rand(20_000, 3) < 0.5).double()
        drawn = found.down(found.top.plain().gibbs(start, 60))
        expected = exact(found).exp() @ states(4)
    assert torch.allclose(drawn.mean(0), expected, atol=0.02)


@pytest.mark.parametrize("fine_tuning", [True, False])
def test_halves_that_agree_are_learnt(fine_tuning: bool) -> None:
    half = np.random.default_rng(0).random((1000, 3)) < 0.4
    rows = np.hstack([half, half]).astype(float)
    settings = {"fine_tuning": fine_tuning, "budget": "800 steps", "importance_samples": 200}
    model = DeepBeliefNetwork(hidden=(10, 8), **settings).fit(rows)
    total = float(np.exp(model.log_prob(states(6).numpy())).sum())
    assert 0.6 < total < 1.05  # a bound, but for the noise of its draws
    assert model.log_prob(rows).mean() > -2.6  # independent columns: -4.0
    drawn = model.sample(500, seed=0)
    assert (drawn[:, :3] == drawn[:, 3:]).all(axis=1).mean() > 0.6


def test_budgets_repeat_the_run_and_checkpoints_resume_it(tmp_path) -> None:
    rows = (np.random.default_rng(0).random((300, 5)) < 0.3).astype(float)
    settings = {"hidden": (4, 3), "batch_size": 50}
    timed = DeepBeliefNetwork(**settings, budget="1s").fit(rows)
    again = DeepBeliefNetwork(**settings, budget=timed.budget_).fit(rows)
    assert np.array_equal(timed.score_samples(rows), again.score_samples(rows))
    path = str(tmp_path / "state")
    once = DeepBeliefNetwork(**settings, budget="60 steps", checkpoint=path).fit(rows)
    twice = DeepBeliefNetwork(**settings, budget="60 steps", checkpoint=path).fit(rows)
    assert np.array_equal(once.score_samples(rows), twice.score_samples(rows))
