"""One labelled anomaly helps, none leaves the unsupervised order, many make a classifier."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score

from likely.core.errors import ParameterError
from likely.detectors import KNN, FewLabels, Supervised
from likely.persistence import load_model, save_model

MEMBERS = ("KNN", "MarginalTails")


def frauds(n: int = 800, hidden: int = 24, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows and truth: the anomalies form a cloud of their own that is not far out."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 4))
    rows[:hidden] = 0.4 * rows[:hidden] + [1.3, -1.3, 1.3, 0.0]
    return rows, np.arange(n) < hidden


def known(truth: np.ndarray, count: int) -> np.ndarray:
    """Label the first anomalies; of all other rows nothing is known."""
    labels = np.full(len(truth), np.nan)
    labels[np.flatnonzero(truth)[:count]] = 1
    return labels


def precision(model: FewLabels, seed: int = 1) -> float:
    rows, truth = frauds(seed=seed)
    return float(average_precision_score(truth, -model.score_samples(rows)))


def test_without_labels_the_order_is_that_of_the_first_member() -> None:
    rows, truth = frauds()
    new = frauds(seed=1)[0]
    expected = np.argsort(KNN().fit(rows).score_samples(new))
    for labels in (None, known(truth, 0)):
        model = FewLabels(members=MEMBERS).fit(rows, labels)
        np.testing.assert_array_equal(np.argsort(model.score_samples(new)), expected)


def test_every_label_helps() -> None:
    rows, truth = frauds()
    found = [
        precision(FewLabels(members=MEMBERS).fit(rows, known(truth, count))) for count in (0, 1, 24)
    ]
    assert found[0] < 0.3  # not far out: an unsupervised method cannot know
    assert found[1] > 2 * found[0]
    assert found[2] > found[1]


def test_many_labels_are_used_as_well_as_by_gradient_boosting() -> None:
    rows, truth = frauds(n=1500, hidden=100)
    new, new_truth = frauds(n=1500, hidden=100, seed=1)
    model = FewLabels(members=MEMBERS).fit(rows, truth)
    classifier = HistGradientBoostingClassifier(random_state=0).fit(rows, truth)
    ours = average_precision_score(new_truth, -model.score_samples(new))
    assert ours > average_precision_score(new_truth, classifier.decision_function(new)) - 0.02


def test_a_new_kind_of_anomaly_is_still_odd() -> None:
    rows, truth = frauds()
    labels = known(truth, 24)
    far = np.array([[0.0, 0.0, 0.0, 40.0]])
    scores = FewLabels(members=MEMBERS).fit(rows, labels).score_samples(np.vstack([rows, far]))
    assert scores[-1] < np.quantile(scores[:-1][~truth], 0.05)


def test_members_do_not_learn_from_known_anomalies() -> None:
    rows, truth = frauds()
    model = FewLabels(members=("KNN",)).fit(rows, known(truth, 5))
    assert len(model.members_[0].training_scores_) == len(rows) - 5


def test_labels_take_over_from_the_first_member() -> None:
    rows, truth = frauds(hidden=100)
    weights = [
        float(FewLabels(members=("KNN",), n_trees=1).fit(rows, known(truth, m)).weight_)
        for m in (0, 20, 100)
    ]
    assert weights == pytest.approx([0.25, 0.125, 0.25 / 6])


def test_trees_learn_from_a_sample_of_many_rows() -> None:
    rows, truth = frauds()
    model = FewLabels(members=("KNN",), max_reference=100, n_trees=30).fit(rows, known(truth, 5))
    assert len(model.values_) < 30 * 2 * 105 / model.min_leaf
    assert precision(model) > 0.15


def test_it_is_saved_with_what_labels_taught(tmp_path) -> None:
    rows, truth = frauds()
    model = FewLabels(members=MEMBERS, n_trees=10).fit(rows, known(truth, 5))
    save_model(model, tmp_path / "m.likely")
    new = frauds(seed=1)[0]
    loaded = load_model(tmp_path / "m.likely")
    assert loaded.score_samples(new).tobytes() == model.score_samples(new).tobytes()


def test_members_may_be_models_and_must_be_some() -> None:
    rows, truth = frauds(n=100, hidden=6)
    model = FewLabels(members=(KNN(n_neighbors=2), "ECOD"), n_trees=5).fit(rows, truth)
    assert [type(member).__name__ for member in model.members_] == ["KNN", "ECOD"]
    assert model.members_[0].get_params()["n_neighbors"] == 2
    with pytest.raises(ParameterError, match="at least one"):
        FewLabels(members=()).fit(rows, truth)


def test_a_member_that_needs_labels_says_so() -> None:
    rows, truth = frauds(n=100, hidden=6)
    with pytest.raises(ValueError, match="Supervised learns from labels"):
        FewLabels(members=(Supervised(),)).fit(rows, truth)
