import itertools

import numpy as np
import pytest
import torch

from likely.energy import BoltzmannMachine
from likely.nets.annealing import Ladder, annealed_log_partition, exact_log_partition
from likely.nets.boltzmann import Coupled


def machine(numbers: list[bool], hidden: int, seed: int = 0) -> Coupled:
    rng = np.random.default_rng(seed)
    width = len(numbers)
    two = ~np.array(numbers)
    coupling = np.triu(rng.normal(size=(width, width)), 1)
    coupling = (coupling + coupling.T) * (two | two[:, None])
    precision = np.where(numbers, rng.uniform(1, 2, width), 1.0)
    parts = (
        rng.normal(size=(width, hidden)),
        rng.normal(size=width),
        rng.normal(size=hidden),
        precision,
    )
    tensors = [torch.tensor(part) for part in parts]
    return Coupled(*tensors, torch.tensor(numbers), any(numbers), torch.tensor(coupling))


def states(units: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)


def ladder_of(found: Coupled) -> Ladder:
    width = len(found.visible)
    return Ladder(found, torch.zeros(width).double(), torch.full((width,), 0.5).double())


def test_pairs_are_counted_once() -> None:
    found = machine([False] * 3, 0)
    v = torch.tensor([1.0, 1.0, 0.0]).double()
    by_hand = -(found.visible[0] + found.visible[1] + found.coupling[0, 1])
    assert float(found.free_energy(v)) == pytest.approx(float(by_hand))


def test_numbers_and_hidden_units_are_summed_out() -> None:
    found = machine([True, False, False], 2)
    line = torch.linspace(-30, 30, 6001, dtype=torch.float64)
    total = torch.stack(
        [
            -found.free_energy(torch.cat([line[:, None], two.expand(len(line), -1)], 1))
            for two in states(2)
        ]
    ).logsumexp((0, 1)) + np.log(0.01)
    assert float(exact_log_partition(found)) == pytest.approx(float(total), abs=1e-6)


@pytest.mark.parametrize("numbers", [[False] * 6, [True, False, True, False]])
@pytest.mark.parametrize("hidden", [0, 3])
def test_annealing_finds_what_enumeration_finds(numbers: list[bool], hidden: int) -> None:
    found = machine(numbers, hidden)
    torch.manual_seed(0)
    estimate, error = annealed_log_partition(ladder_of(found), 400, 150)
    assert error < 0.1
    assert abs(estimate - float(exact_log_partition(found))) < min(0.1, 4 * error + 1e-3)


def test_sweeps_follow_the_density() -> None:
    found = machine([False] * 4, 2)
    torch.manual_seed(0)
    drawn = found.gibbs(ladder_of(found).start(10_000), 40)
    expected = (-found.free_energy(states(4))).softmax(0) @ states(4)
    assert torch.allclose(drawn.mean(0), expected, atol=0.02)


@pytest.mark.parametrize("sampling", ["exact", "pcd", "cd"])
def test_chances_sum_to_one_and_pairs_are_learnt(sampling: str) -> None:
    half = np.random.default_rng(0).random((1500, 3)) < 0.4
    rows = np.hstack([half, half]).astype(float)
    model = BoltzmannMachine(sampling=sampling, budget="600 steps", learning_rate=0.05)
    model.fit(rows[:1000])
    assert model.log_partition_error_ == 0
    every = states(6).numpy()
    assert np.exp(model.log_prob(every)).sum() == pytest.approx(1, abs=1e-9)
    entropy = -3 * (0.4 * np.log(0.4) + 0.6 * np.log(0.6))
    assert -model.log_prob(rows[1000:]).mean() == pytest.approx(entropy, abs=0.15)


def test_hidden_units_learn_what_no_pair_shows() -> None:
    two = np.random.default_rng(0).random((2000, 2)) < 0.5
    rows = np.column_stack([two, two[:, 0] ^ two[:, 1]]).astype(float)
    pairs = BoltzmannMachine().fit(rows)
    hidden = BoltzmannMachine(hidden=4, budget="1500 steps").fit(rows)
    assert -pairs.log_prob(rows).mean() == pytest.approx(3 * np.log(2), abs=0.03)
    assert -hidden.log_prob(rows).mean() == pytest.approx(2 * np.log(2), abs=0.1)
