import itertools

import numpy as np
import pytest
import torch

from likely.energy import RBM, BoltzmannMachine, DeepBeliefNetwork, EnergyModel
from likely.nets.boltzmann import Boltzmann
from likely.nets.clamped import Clamp, clamp_numbers
from likely.nets.deep_belief import DeepBelief
from likely.nets.energy import Energy, Slice
from likely.nets.restricted_boltzmann import RestrictedBoltzmann


def states(units: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)


def first_two_known(n: int, width: int) -> Clamp:
    values = torch.tensor([1.0, 0.0] + [0.0] * (width - 2)).double().expand(n, -1)
    held = torch.arange(width) < 2
    return Clamp(values, held, torch.zeros(width, dtype=torch.bool), torch.zeros(0, 0).double())


def given_the_first_two(log_prob: torch.Tensor) -> torch.Tensor:
    """Return the means of all four bits among states that begin with 1 and 0."""
    every = states(4)
    agree = (every[:, 0] == 1) & (every[:, 1] == 0)
    return log_prob[agree].softmax(0) @ every[agree]


@pytest.mark.parametrize("network", [RestrictedBoltzmann, Boltzmann])
@torch.no_grad()
def test_machines_draw_what_is_not_known_by_its_distribution(network) -> None:
    torch.manual_seed(0)
    machine = network(np.zeros(4, bool), 3, 10).double()
    for parameter in machine.parameters():
        parameter.copy_(torch.randn_like(parameter))
    drawn = machine.draw_given(first_two_known(10_000, 4), 30)
    assert torch.allclose(drawn.mean(0), given_the_first_two(-machine(states(4))), atol=0.02)


@torch.no_grad()
def test_belief_networks_draw_what_is_not_known_by_its_distribution() -> None:
    torch.manual_seed(0)
    sizes = ((4, 3), (3, 2), (2, 3))
    layers = [RestrictedBoltzmann(np.zeros(n, bool), m, 6) for n, m in sizes]
    found = DeepBelief(layers).double()
    for parameter in found.parameters():
        parameter.copy_(torch.randn_like(parameter))
    joint = -found.top.plain().free_energy(states(2))  # (upper,)
    for layer in layers[1::-1]:
        machine = layer.plain()
        above, below = states(machine.weight.shape[1]), states(machine.weight.shape[0])
        fields = machine.fields(above)
        chance = below @ fields.T - torch.nn.functional.softplus(fields).sum(1)
        joint = (chance + joint).logsumexp(1)
    drawn = found.draw_given(first_two_known(10_000, 4), 60)
    assert torch.allclose(drawn.mean(0), given_the_first_two(joint), atol=0.02)


def test_whitened_numbers_agree_with_what_is_known() -> None:
    rng = np.random.default_rng(0)
    back = np.tril(rng.normal(size=(4, 4))).T
    known = np.array([True, False, True, False])
    away = rng.normal(size=(5, 4))
    shortest, free = clamp_numbers(away, known, back)
    np.testing.assert_allclose((shortest @ back)[:, known], away[:, known])
    np.testing.assert_allclose(free.T @ back[:, known], 0, atol=1e-12)
    np.testing.assert_allclose(shortest @ free, 0, atol=1e-12)
    np.testing.assert_allclose(free.T @ free, np.eye(2), atol=1e-12)


class Offset(torch.nn.Module):
    """Moves normal numbers by one and makes them narrower."""

    def forward(self, u: torch.Tensor) -> torch.Tensor:
        return (1.5 * (u - 1) ** 2).sum(dim=1, keepdim=True)  # precision 4, mean 0.75


def test_langevin_steps_stay_where_the_known_is() -> None:
    torch.manual_seed(0)
    away = np.array([[2.0, 0.0, 0.0]])
    shortest, free = clamp_numbers(away, np.array([True, False, False]), np.eye(3))
    values = torch.from_numpy(shortest).expand(3000, -1)
    every = torch.ones(3, dtype=torch.bool)
    clamp = Clamp(values, ~every, every, torch.from_numpy(free))
    drawn = Slice(Energy(Offset(), 3, 8).double(), clamp).draw(20, 40)
    assert torch.allclose(drawn[:, 0], torch.tensor(2.0).double())
    assert torch.allclose(drawn[:, 1:].mean(0), torch.tensor(0.75).double(), atol=0.05)
    assert torch.allclose(drawn[:, 1:].std(0), torch.tensor(0.5).double(), atol=0.03)


@pytest.mark.parametrize("cls", [RBM, BoltzmannMachine, DeepBeliefNetwork])
def test_halves_that_agree_are_completed_and_broken_ones_named(cls) -> None:
    half = np.random.default_rng(0).random((500, 3)) < 0.5
    rows = np.hstack([half, half]).astype(float)
    hidden = {RBM: {"hidden": 8}, DeepBeliefNetwork: {"hidden": (8, 8)}}.get(cls, {})
    model = cls(**hidden, budget="150 steps", batch_size=64, learning_rate=0.1, draw_steps=20)
    model.fit(rows)
    found = model.complete(rows[:200], np.arange(6) < 3, seed=0)
    assert (found == rows[:200]).mean() > 0.9
    broken = rows[:50].copy()
    broken[:, 4] = 1 - broken[:, 4]
    by_column = model.contributions(broken)
    pair = np.isin(by_column.argmax(axis=1), (1, 4))  # either of the two may be the wrong one
    assert pair.mean() > 0.9
    assert (by_column[:, [0, 2, 3, 5]] < by_column[:, [1, 4]].max(axis=1, keepdims=True)).all()


@torch.no_grad()
@pytest.mark.parametrize("network", [RestrictedBoltzmann, Boltzmann])
def test_costs_of_bits_are_conditional_and_of_numbers_slopes(network) -> None:
    torch.manual_seed(0)
    numbers = np.array([False, True, False, True])
    machine = network(numbers, 3, 10).double()
    for parameter in machine.parameters():
        parameter.copy_(torch.randn_like(parameter))
    v = torch.tensor([[1.0, 0.3, 0.0, -1.2]]).double()
    found = machine.plain().costs(v)[0]
    other = v.clone()
    other[0, 0] = 0
    expected = -torch.stack([-machine(v), -machine(other)]).log_softmax(0)[0]
    assert float(found[0]) == pytest.approx(float(expected), abs=1e-9)
    step = 1e-6 * torch.eye(4).double()[1]
    slope = (machine(v + step) - machine(v - step)) / 2e-6
    assert float(found[1]) == pytest.approx(float(slope), abs=1e-5)


def test_of_a_gaussian_contributions_are_what_setting_right_saves() -> None:
    rng = np.random.default_rng(0)
    rows = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=2000)
    model = EnergyModel(hidden=(16,), budget="100 steps").fit(rows)
    odd = np.array([[1.5, -1.5]])
    saved = 0.5 * (1.5 + 0.9 * 1.5) ** 2 / (1 - 0.81)
    np.testing.assert_allclose(model.contributions(odd), [[saved, saved]], rtol=0.35)
