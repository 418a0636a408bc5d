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


@pytest.mark.parametrize("combine", ["agreement", "mean", "largest"])
def test_scores_are_the_members_joint_surprise(
    combine: Literal["agreement", "mean", "largest"],
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
    assert model.detectors_[0].get_params()["n_neighbors"] == 9
    assert isinstance(model.detectors_[1], Mahalanobis)
    assert model.detectors_[0] is not own
    assert not hasattr(own, "schema_")
    by_name = Ensemble(members=["KNN", "Mahalanobis"]).fit(ROWS)
    as_objects = Ensemble(members=[KNN(), Mahalanobis()]).fit(ROWS)
    np.testing.assert_array_equal(by_name.score_samples(NEW), as_objects.score_samples(NEW))


def test_the_seed_reaches_members_named_but_not_those_given() -> None:
    seeds = [
        member.get_params().get("seed")
        for member in Ensemble(members=["IsolationForest", KNN(seed=3)], seed=7)
        .fit(ROWS)
        .detectors_
    ]
    assert seeds == [7, 3]


def test_the_default_has_several_kinds_of_members_and_alarms() -> None:
    model = Ensemble().fit(ROWS)
    names = [type(detector).__name__ for detector in model.detectors_]
    members = ["KNN", "KNN", "IsolationForest", "Mahalanobis"]
    assert names == [*members, "MarginalTails"]  # which does not vote, only rings
    assert model.votes_.tolist() == [1, 1, 1, 1, 0]
    assert model.rings_.tolist() == [0, 0, 0, 0, 1]
    assert model.predict([[0.0, 5.0, 0.0], [0.0, 500.0, 0.0]]).tolist() == [1, -1]


def test_verdict_and_alarm_are_joined_as_probabilities() -> None:
    model = Ensemble(members=("KNN", "ECOD"), alarms=("ZScore", "ECOD"), combine="mean").fit(ROWS)
    alone = {
        name: -Ensemble(members=(name,), combine="mean").fit(ROWS).score_samples(NEW)
        for name in ("KNN", "ECOD", "ZScore")
    }
    verdict = (alone["KNN"] + alone["ECOD"]) / 2
    alarm = np.array(
        [
            naive.joint(list(pair), "largest")
            for pair in zip(alone["ZScore"], alone["ECOD"], strict=True)
        ]
    )
    trained = {
        name: -Ensemble(members=(name,), combine="mean").fit(ROWS).training_scores_
        for name in ("KNN", "ECOD", "ZScore")
    }
    verdicts = (trained["KNN"] + trained["ECOD"]) / 2
    alarms = [
        naive.joint(list(p), "largest")
        for p in zip(trained["ZScore"], trained["ECOD"], strict=True)
    ]
    for i, score in enumerate(model.score_samples(NEW)):
        p_verdict = np.exp(-naive.surprise(verdicts, verdict[i]))
        p_alarm = np.exp(-naive.surprise(np.array(alarms), alarm[i]))
        assert -score == pytest.approx(np.log(0.9 / p_verdict + 0.1 / p_alarm), rel=0.03)


def test_an_alarm_is_not_outvoted() -> None:
    rows = np.random.default_rng(3).normal(size=(1_000, 20))
    odd = np.zeros((1, 20))
    odd[0, 4] = 5.5
    voters = ("KNN", "IsolationForest", "GaussianMixture")
    outvoted = Ensemble(members=voters).fit(rows)
    alarmed = Ensemble(members=voters, alarms=("MarginalTails",)).fit(rows)
    place = [np.mean(m.training_scores_ <= m.score_samples(odd)) for m in (outvoted, alarmed)]
    assert place[0] > 0
    assert place[1] == 0


@pytest.mark.parametrize("combine", ["agreement", "mean", "largest"])
def test_contributions_add_up_and_name_the_column(
    combine: Literal["agreement", "mean", "largest"],
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
