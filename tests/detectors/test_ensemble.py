"""The ensemble against its members' surprises, counted and fitted one value at a time."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from likely.core.errors import ParameterError
from likely.detectors import ECOD, KNN, Ensemble, Mahalanobis, ZScore
from likely.testing.naive import ensemble as naive

ROWS = np.random.default_rng(0).normal(size=(150, 3)) * [1.0, 10.0, 0.1] + [0, 5, 0]
NEW = np.random.default_rng(1).normal(size=(25, 3)) * [2.0, 25.0, 0.1] + [0, 5, 0]


@pytest.mark.parametrize("combine", ["mean", "largest", "both"])
def test_scores_are_the_members_joint_surprise(
    combine: Literal["mean", "largest", "both"],
) -> None:
    model = Ensemble(members=("KNN", "ECOD"), combine=combine).fit(ROWS)
    knn, ecod = KNN().fit(ROWS), ECOD().fit(ROWS)
    typical = np.median(-knn.training_scores_)
    distances = np.log1p(-knn.training_scores_ / typical)  # distances are taken in logarithms
    for row in NEW:
        surprises = [
            naive.surprise(distances, float(np.log1p(-knn.score_samples([row])[0] / typical))),
            naive.surprise(-ecod.training_scores_, -ecod.score_samples([row])[0]),
        ]
        expected = naive.joint(surprises, combine)
        # the tail's scale is chosen from a grid in steps of 2.5 %
        assert -model.score_samples([row])[0] == pytest.approx(expected, rel=0.02)


def test_below_the_tail_surprise_is_a_counted_share() -> None:
    model = Ensemble(members=("ZScore",), combine="mean").fit(ROWS)
    odd = -ZScore().fit(ROWS).training_scores_
    share = np.array([(odd >= value).sum() for value in odd]) / (len(odd) + 1)
    bulk = odd <= np.quantile(odd, 0.68)
    np.testing.assert_allclose(-model.training_scores_[bulk], -np.log(share[bulk]), rtol=1e-12)


def test_members_come_by_name_or_as_objects() -> None:
    own = KNN(n_neighbors=9)
    model = Ensemble(members=[own, "Mahalanobis"]).fit(ROWS)
    assert model.members_[0].get_params()["n_neighbors"] == 9
    assert isinstance(model.members_[1], Mahalanobis)
    assert model.members_[0] is not own
    assert not hasattr(own, "schema_")
    by_name = Ensemble(members=["KNN", "Mahalanobis"]).fit(ROWS)
    as_objects = Ensemble(members=[KNN(), Mahalanobis()]).fit(ROWS)
    np.testing.assert_array_equal(by_name.score_samples(NEW), as_objects.score_samples(NEW))


def test_the_seed_reaches_members_named_but_not_those_given() -> None:
    seeds = [
        member.get_params().get("seed")
        for member in Ensemble(members=["IsolationForest", KNN(seed=3)], seed=7).fit(ROWS).members_
    ]
    assert seeds == [7, 3]


def test_the_default_has_several_kinds_of_members() -> None:
    model = Ensemble().fit(ROWS)
    names = [type(member).__name__ for member in model.members_]
    assert names == ["KNN", "IsolationForest", "Mahalanobis", "MarginalTails", "MarginalTails"]
    assert model.predict([[0.0, 5.0, 0.0], [0.0, 500.0, 0.0]]).tolist() == [1, -1]


@pytest.mark.parametrize("combine", ["mean", "largest", "both"])
def test_contributions_add_up_and_name_the_column(
    combine: Literal["mean", "largest", "both"],
) -> None:
    model = Ensemble(combine=combine).fit(ROWS)
    shares = model.contributions(NEW)
    np.testing.assert_allclose(shares.sum(axis=1), -model.score_samples(NEW), rtol=1e-9)
    assert model.contributions([[0.0, 500.0, 0.0]]).argmax() == 1


def test_a_score_does_not_depend_on_the_batch() -> None:
    model = Ensemble().fit(ROWS)
    together = model.score_samples(NEW)
    alone = np.concatenate([model.score_samples(NEW[[i]]) for i in range(len(NEW))])
    np.testing.assert_allclose(alone, together, rtol=1e-9)
    with_gross = model.score_samples(np.vstack([NEW, np.full((50, 3), 1e6)]))[: len(NEW)]
    np.testing.assert_allclose(with_gross, together, rtol=1e-9)


def test_fitting_again_forgets_the_frozen_distributions() -> None:
    model = Ensemble(members=("KNN",)).fit(ROWS)
    before = model.score_samples(NEW)
    model.fit(ROWS * 100)
    model.score_samples(NEW)
    np.testing.assert_array_equal(model.fit(ROWS).score_samples(NEW), before)


def test_a_long_reference_is_kept_as_quantiles() -> None:
    rows = np.random.default_rng(2).normal(size=(3_000, 2))
    model = Ensemble(members=("ZScore",), combine="mean").fit(rows)
    assert model.samples_.shape == (1, 1024)
    order = np.argsort(ZScore().fit(rows).training_scores_)
    middle = -model.score_samples(rows[order[[1_500]]])[0]
    assert middle == pytest.approx(np.log(2), abs=0.005)


@pytest.mark.parametrize(("members", "message"), [((), "at least one"), (("KKN",), "KNN")])
def test_members_that_do_not_exist_are_named(members: tuple[str, ...], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Ensemble(members=members).fit(ROWS)
