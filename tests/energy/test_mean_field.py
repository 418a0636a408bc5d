import numpy as np
import pytest
import torch

from likely.energy import BoltzmannMachine
from likely.nets.annealing import exact_log_partition
from likely.nets.boltzmann import Boltzmann
from likely.nets.mean_field import log_partition_below, mean_field


def machine(numbers: list[bool], hidden: int, size: float) -> Boltzmann:
    torch.manual_seed(0)
    found = Boltzmann(np.array(numbers), hidden, 10).double()
    with torch.no_grad():
        for parameter in found.parameters():
            parameter.copy_(size * torch.randn_like(parameter))
    return found


@torch.no_grad()
@pytest.mark.parametrize("hidden", [0, 3])
@pytest.mark.parametrize("numbers", [[False] * 6, [False, True, False, True]])
def test_the_bound_is_below_and_exact_without_couplings(numbers: list[bool], hidden: int) -> None:
    for size, slack in ((1e-6, 1e-4), (0.1, 0.02), (1.0, np.inf)):
        plain = machine(numbers, hidden, size).plain()
        start = torch.rand(20, len(numbers)).double()
        bounds = log_partition_below(plain, mean_field(plain, start, 60))
        exact = float(exact_log_partition(plain))
        assert float(bounds.max()) <= exact + 1e-9
        assert float(bounds.max()) > exact - slack
        assert float(log_partition_below(plain, start).max()) <= exact + 1e-9


@torch.no_grad()
def test_means_agree_with_one_another() -> None:
    plain = machine([False] * 6, 2, 0.5).plain()
    means = mean_field(plain, torch.rand(5, 6).double(), 200)
    assert torch.allclose(mean_field(plain, means, 1), means, atol=1e-9)
    moved = means + 0.02 * torch.randn_like(means)
    assert (log_partition_below(plain, means) >= log_partition_below(plain, moved)).all()


def test_pairs_are_learnt_by_means() -> None:
    half = np.random.default_rng(0).random((1500, 3)) < 0.4
    rows = np.hstack([half, half]).astype(float)
    model = BoltzmannMachine(sampling="mean_field", budget="250 steps", learning_rate=0.08)
    model.fit(rows[:1000])
    entropy = -3 * (0.4 * np.log(0.4) + 0.6 * np.log(0.6))
    assert -model.log_prob(rows[1000:]).mean() == pytest.approx(entropy, abs=0.3)
