"""MADE: an exact density whatever the order, for tables, series and images."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pixel_checks import EVERY, stripes

from likely.autoregressive import MADE
from likely.core.errors import DataError
from likely.nets.conditionals import Columns, GaussianMixture, LogisticMixture, Softmax
from likely.nets.masked import MaskedDense, rank_features

QUICK: dict[str, Any] = {"hidden": (32, 32), "batch_size": 64, "learning_rate": 0.01}


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("width", [1, 2, 7])
def test_a_feature_sees_exactly_those_before_it(width: int, shuffled: bool) -> None:
    torch.manual_seed(0)
    ranks = rank_features(np.arange(1, width + 1), 3, seed=1)
    network = MaskedDense(ranks, (24, 24, 16), 2, shuffled=shuffled).double()
    torch.nn.init.normal_(network.direct.weight)
    for order, rank in enumerate(ranks):
        x = torch.randn(5, width, dtype=torch.float64)
        slopes = torch.autograd.functional.jacobian(lambda z, k=order: network(z, k).sum(0), x)
        seen = slopes.abs().sum(dim=(0, 2)).numpy() > 0  # (feature, feature seen)
        np.testing.assert_array_equal(seen, rank[:, None] > rank)


def test_hidden_layers_alone_see_all_before() -> None:
    torch.manual_seed(0)
    ranks = rank_features(np.arange(1, 8), 2, seed=1)
    network = MaskedDense(ranks, (24, 24), 1).double()  # direct connections start at nothing
    x = torch.randn(50, 7, dtype=torch.float64)
    slopes = torch.autograd.functional.jacobian(lambda z: network(z, 1).sum(0), x)
    seen = slopes.abs().sum(dim=(0, 2)).numpy() > 0
    np.testing.assert_array_equal(seen, ranks[1][:, None] > ranks[1])


@pytest.mark.parametrize("shuffled", [False, True])
def test_drawing_one_by_one_is_what_one_pass_says(shuffled: bool) -> None:
    torch.manual_seed(0)
    ranks = rank_features(np.arange(1, 10), 2, seed=3)
    network = MaskedDense(ranks, (20, 20, 12), 2, shuffled=shuffled).double().eval()
    x = torch.randn(6, 9, dtype=torch.float64)
    for order in (0, 1):
        said = torch.zeros(6, 2, 9, dtype=torch.float64)

        def draw(out: torch.Tensor, feature: int, said: torch.Tensor = said) -> torch.Tensor:
            said[:, :, feature] = out
            return x[:, feature]

        with torch.no_grad():
            drawn = network.one_by_one(torch.zeros_like(x), torch.zeros_like(x) > 0, order, draw)
            torch.testing.assert_close(said, network(x, order))
        torch.testing.assert_close(drawn, x)


@pytest.mark.parametrize("orders", [1, 4])
def test_chances_of_all_images_sum_to_one_and_are_those_of_samples(orders: int) -> None:
    model = MADE(**QUICK, orders=orders, budget="200 steps").fit(stripes(1000))
    every = model.log_prob(EVERY)
    assert np.exp(every).sum() == pytest.approx(1, abs=1e-5)
    truth = 6 * (0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert model.log_prob(stripes(2000, 1)).mean() == pytest.approx(truth, abs=0.15)
    drawn = model.sample(4000, seed=0).reshape(-1, 9) @ (1 << np.arange(9))
    shares = np.bincount(drawn, minlength=512) / 4000
    order = EVERY.reshape(-1, 9) @ (1 << np.arange(9))
    assert np.abs(shares[order] - np.exp(every)).sum() < 0.35  # total variation; 0.25 by chance


def test_a_table_of_two_values_has_chances_not_densities() -> None:
    rng = np.random.default_rng(0)
    some = rng.random((400, 4)) < [0.5, 0.2, 0.5, 0.01]
    some[:, 2] = ~some[:, 0]
    every = np.array(list(product([False, True], repeat=4)))
    names = list("abcd")
    forms = {
        "bool": (some, every),
        "int": (some.astype(int), every.astype(int)),
        "float": (some * 10.0 - 3, every * 10.0 - 3),
        "frame": (pd.DataFrame(some, columns=names), pd.DataFrame(every, columns=names)),
    }
    for what, (learnt, all_rows) in forms.items():
        model = MADE(**QUICK, budget="150 steps").fit(learnt)
        found = model.log_prob(all_rows)
        assert np.exp(found).sum() == pytest.approx(1, abs=1e-9), what
        assert np.exp(found)[every[:, 0] == every[:, 2]].sum() < 0.05, what
        assert found.max() < 0, what


def test_a_column_of_one_value_is_counted() -> None:
    rows = (np.random.default_rng(0).random((300, 3)) < 0.5).astype(float)
    rows[:, 1], rows[:, 2] = 0.0, 1.0
    model = MADE(**QUICK, budget="300 steps").fit(rows)
    every = np.array(list(product([0.0, 1.0], repeat=3)))
    found = model.log_prob(every)
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-9)
    assert np.exp(found[(every[:, 1] == 0) & (every[:, 2] == 1)]).sum() > 0.95


def test_values_of_two_and_numbers_have_a_mixed_density() -> None:
    rng = np.random.default_rng(0)
    side = rng.random(1500) < 0.25
    number = np.where(side, 100.0, 300.0) + 10 * rng.normal(size=1500)
    model = MADE(**QUICK, budget="400 steps").fit(np.column_stack([side, number])[:1000])
    grid = np.linspace(0, 500, 20_001)
    total = 0.0
    for value in (0.0, 1.0):
        rows = np.column_stack([np.full_like(grid, value), grid])
        total += np.exp(model.log_prob(rows)).sum() * (grid[1] - grid[0])
    assert total == pytest.approx(1, abs=0.01)
    truth = 0.25 * np.log(0.25) + 0.75 * np.log(0.75) - np.log(10 * np.sqrt(2 * np.pi * np.e))
    found = model.log_prob(np.column_stack([side, number])[1000:]).mean()
    assert found == pytest.approx(truth, abs=0.15)
    drawn = model.sample(500, seed=1)
    assert set(drawn[:, 0]) == {0.0, 1.0}
    assert np.abs(drawn[:, 1] - np.where(drawn[:, 0] == 1, 100, 300)).mean() < 15


def test_scores_are_finite_and_fall_however_far_out() -> None:
    model = MADE(**QUICK, budget="200 steps").fit(np.random.default_rng(0).normal(size=(300, 2)))
    far = np.array([10.0, 100.0, 1e4, 1e6, 1e30, 1e300])
    for sign in (-1, 1):
        found = model.score_samples(np.column_stack([np.zeros(6), sign * far]))
        assert np.isfinite(found).all()
        assert (np.diff(found[:-1]) < 0).all()


def test_a_value_that_a_column_cannot_have_is_odd_not_impossible() -> None:
    rows = (np.random.default_rng(0).random((200, 3)) < 0.5).astype(float)
    model = MADE(**QUICK, budget="100 steps").fit(rows)
    found = model.score_samples([[0.0, 1.0, 0.0], [0.0, 0.5, 0.0], [0.0, 7.0, 0.0]])
    assert np.isfinite(found).all()
    assert found[0] - 15 > found[1] > found[2]


def test_completion_keeps_what_is_known_and_follows_it() -> None:
    model = MADE(**QUICK, budget="400 steps").fit(stripes(1000))
    known = np.zeros((3, 3), bool)
    known[:2] = True
    new = stripes(200, 5)
    found = model.complete(new, known, seed=0)
    np.testing.assert_array_equal(found[:, :2], new[:, :2])
    assert (found == new).mean() > 0.98  # the last row is the first
    each = np.random.default_rng(0).random((200, 3, 3)) < 0.5
    np.testing.assert_array_equal(model.complete(new, each, seed=0)[each], new[each])
    with pytest.raises(DataError, match="known"):
        model.complete(new, known.astype(int))


def test_a_mixture_of_orders_is_at_least_as_likely_as_their_mean() -> None:
    model = MADE(**QUICK, orders=3, budget="200 steps").fit(stripes(500))
    x = torch.from_numpy(EVERY[:50].astype(np.float32))
    with torch.no_grad():
        each = torch.stack([model._nats(x.flatten(1), k).sum(dim=1) for k in range(3)])
    expected = (each.logsumexp(dim=0) - np.log(3)).numpy()
    np.testing.assert_allclose(model.log_prob(EVERY[:50]), expected, rtol=1e-4)


@pytest.mark.parametrize("said", [LogisticMixture(3), Softmax()])
def test_chances_of_all_levels_sum_to_one(said: Any) -> None:
    levels = (torch.arange(256.0) / 255)[:, None]
    out = torch.randn(1, said.size, 1, generator=torch.Generator().manual_seed(0)) * 2
    total = said.log_prob(levels, out.expand(256, -1, -1)).exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-4)


def test_draws_have_the_distribution_that_is_scored() -> None:
    generator = torch.Generator().manual_seed(0)
    chance = torch.rand(20_000, 2, 1, generator=generator, dtype=torch.float64)
    chance = chance.clamp(1e-6, 1 - 1e-6)
    gaps = np.array([2.0])
    for said in (GaussianMixture(3), LogisticMixture(3), Softmax(), Columns(2, gaps, gaps)):
        out = torch.randn(1, said.size, 1, generator=generator, dtype=torch.float64)
        out = out.expand(20_000, -1, -1)
        mean = float(said.log_prob(said.draw(out, chance), out).mean())
        other = chance.roll(7, 0).flip(1)  # other chances: the same entropy
        assert mean == pytest.approx(
            float(said.log_prob(said.draw(out, other), out).mean()), abs=0.05
        )
        if said.discrete:
            levels = (torch.arange(256.0) / 255)[:, None].double()
            nats = said.log_prob(levels, out[:256])
            assert mean == pytest.approx(float((nats.exp() * nats).sum()), abs=0.05)


def test_more_orders_of_one_seed_are_the_same_orders() -> None:
    few, many = (rank_features(np.arange(1, 9), k, seed=4) for k in (2, 5))
    np.testing.assert_array_equal(few, many[:2])
    assert (np.sort(many, axis=1) == np.arange(1, 9)).all()
