"""The any-order network: any columns given any others, and the densities that follow."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import torch

from likely.autoregressive import AnyOrder
from likely.nets.any_set import AnySetNetwork

QUICK = {"width": 64, "blocks": 1, "learning_rate": 0.02, "batch_size": 128}


def triples(n: int = 1_500) -> pd.DataFrame:
    """Return two fair bits and their exclusive or; nothing is known of one without both others."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, size=(2, n))
    return pd.DataFrame({"a": np.where(a, "yes", "no"), "b": b == 1, "c": (a ^ b).astype(float)})


@pytest.fixture(scope="module")
def fitted() -> AnyOrder:
    return AnyOrder(**QUICK, budget="150 steps").fit(triples())


def test_every_column_follows_from_the_others_only_together(fitted: AnyOrder) -> None:
    codes = fitted._codes(fitted.schema_.codes(fitted.schema_.match(triples(8))))
    for j in range(3):
        for known in (np.arange(3) != j, np.arange(3) == (j + 1) % 3):
            chances, which = fitted._chances(j, codes, known)
            right = chances[which, codes[:, j]]
            assert np.allclose(right, 0.85 if known.sum() == 2 else 0.5, atol=0.15)


def test_what_is_not_known_is_not_looked_at(fitted: AnyOrder) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(2, 4, size=(40, 3))
    known = rng.random((40, 3)) < 0.5
    chances, which = fitted._chances(1, codes, known)
    others, place = fitted._chances(1, np.where(known, codes, 3), known)
    np.testing.assert_array_equal(chances[which], others[place])


def test_probabilities_of_all_rows_sum_to_one(fitted: AnyOrder) -> None:
    every = pd.DataFrame(product(["no", "yes"], [False, True], [0.0, 1.0]), columns=list("abc"))
    total = np.exp(fitted.log_prob(every)).sum()
    assert 1 - 3 * 3 * 0.5 / 1_501 <= total <= 1.0


def test_conditions_and_gaps(fitted: AnyOrder) -> None:
    rows, probability = fitted.sample_where(300, {"c": 1, "a": "no"}, seed=0)
    assert probability == pytest.approx(0.25, abs=0.06)
    assert (rows[:, 1] == 1).mean() > 0.9
    gaps = triples(60)
    gaps["b"] = gaps["b"].astype("boolean").where(np.arange(60) % 2 == 0)
    whole = fitted.impute(gaps)
    assert (whole[:, 1] == triples(60)["b"]).all()


def test_gaps_of_the_rows_learnt_are_filled_from_what_is_known() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1_500, 1)) * [1.0, 2.0, -1.0] + 0.1 * rng.normal(size=(1_500, 3))
    gone = rng.random(x.shape) < 0.3
    gone[gone.all(axis=1), 0] = False
    rows = np.where(gone, np.nan, x)
    whole = AnyOrder(**QUICK, budget="120 steps").fit(rows).impute(rows)
    assert np.abs(whole - x)[gone].mean() < 0.3 * np.abs(x)[gone].mean()


def test_a_network_begins_at_what_is_usual_and_judges_rows_alone_as_together() -> None:
    torch.manual_seed(0)
    network = AnySetNetwork([5, 40], 8, 1, 0.0).double()
    counts = [np.array([0, 0, 3, 2, 1]), np.array([4, 0, *range(38)])]
    network.settle(counts, [False, True], [np.zeros(5), np.zeros(40)])
    codes = torch.from_numpy(np.random.default_rng(0).integers(0, 6, size=(100, 2)))
    together = network(codes)
    alone = torch.cat([network(row[None]) for row in codes])
    torch.testing.assert_close(alone, together)
    chances = torch.softmax(network.logits(together, 1), dim=1).detach().numpy()
    np.testing.assert_allclose(chances, np.tile(counts[1] / counts[1].sum(), (100, 1)))
    network.embedding.weight.data[[5, 46]] += 1.0
    assert not torch.allclose(network(torch.tensor([[5, 40]])), network(torch.tensor([[4, 40]])))
