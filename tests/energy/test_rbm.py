import itertools

import numpy as np
import pytest
import torch

from likely.core.errors import ParameterError
from likely.energy import RBM
from likely.nets.annealing import Ladder, annealed_log_partition, exact_log_partition
from likely.nets.contrastive import tempered
from likely.nets.mixing import mixing_of
from likely.nets.restricted_boltzmann import Plain, RestrictedBoltzmann


def machine(numbers: list[bool], hidden: int, seed: int = 0, size: float = 0.7) -> Plain:
    rng = np.random.default_rng(seed)
    width = len(numbers)
    precision = np.where(numbers, rng.uniform(0.5, 2, width), 1.0)
    parts = (
        size * rng.normal(size=(width, hidden)),
        rng.normal(size=width),
        rng.normal(size=hidden),
    )
    return Plain(
        *(torch.tensor(part) for part in parts),
        torch.tensor(precision),
        torch.tensor(numbers),
        any(numbers),
    )


def states(units: int) -> torch.Tensor:
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=units)), dtype=torch.float64)


def ladder_of(found: Plain, seed: int = 1) -> Ladder:
    rng = np.random.default_rng(seed)
    width = len(found.visible)
    precision = torch.where(found.numbers, torch.tensor(rng.uniform(0.2, 1, width)), 1.0)
    return Ladder(found, torch.tensor(rng.normal(size=width)), precision)


@pytest.mark.parametrize("hidden", [3, 8])
def test_either_side_is_enumerated_to_the_same_sum(hidden: int) -> None:
    found = machine([False] * 6, hidden)
    by_hand = (-found.free_energy(states(6))).logsumexp(0)
    assert float(exact_log_partition(found)) == pytest.approx(float(by_hand), abs=1e-9)
    assert float(found.log_measure(states(hidden)).logsumexp(0)) == pytest.approx(
        float(by_hand), abs=1e-9
    )


def test_numbers_are_integrated_out() -> None:
    found = machine([True, False], 3)
    line = torch.linspace(-30, 30, 6001, dtype=torch.float64)
    total = torch.stack(
        [-found.free_energy(torch.stack([line, torch.full_like(line, bit)], 1)) for bit in (0, 1)]
    ).logsumexp((0, 1)) + np.log(0.01)
    assert float(exact_log_partition(found)) == pytest.approx(float(total), abs=1e-6)


@pytest.mark.parametrize("numbers", [[False] * 12, [True] * 4, [True, False, False, True]])
def test_annealing_finds_what_enumeration_finds(numbers: list[bool]) -> None:
    found = machine(numbers, 9)
    torch.manual_seed(0)
    estimate, error = annealed_log_partition(ladder_of(found), 400, 300)
    exact = float(exact_log_partition(found))
    assert 0 < error < 0.1
    assert abs(estimate - exact) < min(0.1, 4 * error + 1e-3)


def test_gradients_are_those_of_the_likelihood() -> None:
    torch.manual_seed(0)
    network = RestrictedBoltzmann(np.zeros(5, bool), 4, 10).double()
    with torch.no_grad():
        network.weight.copy_(torch.randn(5, 4))
    data = (torch.rand(50, 5) < 0.4).double()
    network.settle(data)
    exact = (network(data) + exact_log_partition(network.plain())).mean()
    wanted = torch.autograd.grad(exact, list(network.parameters()))
    every = states(5)
    chance = (-network(every)).softmax(0).detach()
    contrast = network(data).mean() - (chance * network(every)).sum()
    found = torch.autograd.grad(contrast, list(network.parameters()))
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("numbers", [[False] * 4, [True, True, False]])
def test_gibbs_sampling_follows_the_density(numbers: list[bool]) -> None:
    found = machine(numbers, 3)
    torch.manual_seed(0)
    ladder = ladder_of(found)
    drawn = found.gibbs(ladder.start(20_000), 60)
    bits = drawn[:, ~found.numbers]
    mean = float(bits[:, 0].mean())
    hidden = states(3)
    weight = found.log_measure(hidden).softmax(0)
    fields = found.fields(hidden)
    means = torch.where(found.numbers, fields, torch.sigmoid(fields))
    expected = weight @ means
    assert mean == pytest.approx(float(expected[~found.numbers][0]), abs=0.02)
    assert torch.allclose(drawn.mean(0), expected, atol=0.05)


def test_tempered_chains_keep_the_density_of_each_temperature() -> None:
    found = machine([False] * 4, 3, size=2.5)
    torch.manual_seed(0)
    ladder = ladder_of(found)
    chains = ladder.start(4000).expand(5, -1, -1)
    for _ in range(60):
        chains = tempered(ladder, chains)
    expected = (-found.free_energy(states(4))).softmax(0) @ states(4)
    assert torch.allclose(chains[-1].mean(0), expected, atol=0.03)
    start = torch.sigmoid(ladder.base)
    assert torch.allclose(chains[0].mean(0), start, atol=0.03)


def halves(n: int, seed: int = 0) -> np.ndarray:
    half = np.random.default_rng(seed).random((n, 3)) < 0.4
    return np.hstack([half, half]).astype(float)


@pytest.mark.parametrize("sampling", ["pcd", "cd", "tempering"])
def test_chances_of_all_rows_sum_to_one_and_are_learnt(sampling: str) -> None:
    model = RBM(hidden=8, sampling=sampling, budget="1200 steps")
    model.fit(halves(1000))
    every = states(6).numpy()
    assert model.log_partition_error_ == 0
    assert np.exp(model.log_prob(every)).sum() == pytest.approx(1, abs=1e-9)
    entropy = -3 * (0.4 * np.log(0.4) + 0.6 * np.log(0.6))
    assert -model.log_prob(halves(2000, seed=1)).mean() == pytest.approx(entropy, abs=0.25)
    drawn = model.sample(500, seed=0)
    assert (drawn[:, :3] == drawn[:, 3:]).all(axis=1).mean() > 0.8


def test_bits_and_numbers_stand_side_by_side() -> None:
    rng = np.random.default_rng(0)
    sort = rng.integers(0, 2, 2000)
    rows = np.column_stack([sort, rng.normal(10 * sort, 1), rng.normal(size=2000)])
    model = RBM(hidden=6, budget="1500 steps", learning_rate=0.02).fit(rows)
    right, wrong = model.log_prob([[1, 10, 0], [0, 0, 0]]), model.log_prob([[0, 10, 0], [1, 0, 0]])
    assert right.min() > wrong.max() + 3
    line = np.linspace(-15, 25, 401)
    grid = np.array(list(itertools.product((0, 1), line, np.linspace(-6, 6, 61))))
    total = np.exp(model.log_prob(grid)).sum() * 0.1 * 0.2
    assert total == pytest.approx(1, abs=0.01)


def test_larger_machines_are_estimated() -> None:
    model = RBM(hidden=25, budget="150 steps", annealing=300)
    model.fit((np.random.default_rng(0).random((200, 5, 5)) < 0.3).astype(np.uint8))
    assert model.log_partition_error_ > 0
    again = model.log_partition(chains=200, temperatures=500, seed=1)
    assert again == model.log_partition(chains=200, temperatures=500, seed=1)
    assert abs(again.estimate - model.log_partition_) < 5 * model.log_partition_error_ + 0.05
    found = model.mixing(chains=20, steps=100)
    assert found.r_hat < 1.1
    with pytest.raises(ParameterError, match="at least 1"):
        model.log_partition(chains=0)


def test_a_run_that_was_killed_goes_on(tmp_path) -> None:
    settings = {"hidden": 5, "batch_size": 50, "budget": "120 steps", "seed": 3}
    whole = RBM(**settings).fit(halves(300))
    path = str(tmp_path / "state")
    RBM(**settings | {"budget": "60 of 120 steps"}, checkpoint=path).fit(halves(300))
    resumed = RBM(**settings, checkpoint=path).fit(halves(300))
    assert np.array_equal(whole.score_samples(halves(50)), resumed.score_samples(halves(50)))


def test_chains_that_stick_are_noticed() -> None:
    stuck = np.repeat(np.arange(8.0)[:, None], 100, axis=1)
    stuck += 0.01 * np.random.default_rng(0).normal(size=stuck.shape)
    found = mixing_of(stuck)
    assert found.r_hat > 10
    assert found.memory > 20


def test_filters_are_slopes_of_what_hidden_units_get() -> None:
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.random(200) < 0.5, rng.normal(size=(200, 2)) @ [[1, 2], [0, 1]]])
    model = RBM(hidden=3, budget="20 steps").fit(rows.astype(float))
    machine, step = model.network_.plain(), 0.25
    start = np.zeros((1, 3))
    for column in range(3):
        stop = start.copy()
        stop[0, column] = step if column else 1.0
        with torch.no_grad():
            before, after = (machine.inputs(model._tensor(x).double()) for x in (start, stop))
        found = ((after - before) / stop[0, column]).numpy()[0]
        np.testing.assert_allclose(model.filters()[:, column], found, atol=1e-3)


def test_filters_of_images_have_their_shape() -> None:
    images = (np.random.default_rng(0).random((60, 4, 5)) < 0.5).astype(np.uint8)
    assert RBM(hidden=3, budget="10 steps").fit(images).filters().shape == (3, 4, 5)
