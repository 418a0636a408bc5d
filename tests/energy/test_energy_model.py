import numpy as np
import pytest
import torch

from likely.energy import EnergyModel
from likely.nets.energy import Energy, anneal, walk


class Quadratic(torch.nn.Module):
    """Makes the whole energy that of independent normal numbers of another spread."""

    def __init__(self, precision: float) -> None:
        super().__init__()
        self.precision = precision

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        return 0.5 * (self.precision - 1) * (u**2).sum(dim=1, keepdim=True)


def test_annealing_finds_the_known_sum_and_samples_follow_the_density() -> None:
    torch.manual_seed(0)
    network = Energy(Quadratic(9.0), 3, 8).double()
    drawn, found = anneal(network, 2000, 40, 60)
    exact = 1.5 * np.log(2 * np.pi / 9)
    assert abs(found.estimate - exact) < min(0.1, 4 * found.error)
    assert float(drawn.std()) == pytest.approx(1 / 3, abs=0.015)


def test_steps_of_any_size_leave_the_density_as_it_is() -> None:
    torch.manual_seed(0)
    network = Energy(Quadratic(1.0), 2, 8).double()
    u, size = walk(network, torch.randn(4000, 2).double(), 1.0, 100, 1.9)
    assert float(u.std()) == pytest.approx(1, abs=0.03)
    assert 0.1 < size < 2.0


def ring(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    angle, radius = rng.uniform(0, 2 * np.pi, n), rng.normal(2, 0.2, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@pytest.mark.parametrize("training", ["noise", "score", "langevin"])
def test_a_ring_is_learnt_and_its_density_sums_to_one(training: str) -> None:
    model = EnergyModel(hidden=(48, 48), training=training, budget="400 steps", langevin_steps=5)
    model.fit(ring(1500))
    line = np.linspace(-5, 5, 150)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    mass = float(np.exp(model.log_prob(grid)).sum() * (line[1] - line[0]) ** 2)
    assert abs(np.log(mass)) < 0.1
    assert model.log_prob([[2, 0], [0, -2]]).min() > model.log_prob([[0, 0], [4, 0]]).max() + 1
    drawn = np.linalg.norm(model.sample(300, seed=0), axis=1)
    assert np.median(drawn) == pytest.approx(2, abs=0.2)


def test_another_estimate_agrees() -> None:
    model = EnergyModel(hidden=(32,), budget="200 steps").fit(ring(500))
    again = model.log_partition(chains=2000, temperatures=30, seed=3)
    slack = 5 * np.hypot(again.error, model.log_partition_error_)
    assert abs(again.estimate - model.log_partition_) < slack
