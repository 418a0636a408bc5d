"""Boosted trees: the same numbers as scikit-learn's, and probabilities that keep their word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from likely.base.labelled import label_values
from likely.core.errors import DataError
from likely.detectors import Supervised
from likely.detectors.supervised.trees import constant, from_boosting, from_forest, joined
from likely.evaluation import auroc


def rows_and_truth(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Anomalies (about 3 %) are neither far out nor rare in any single column."""
    rows = np.random.default_rng(seed).normal(size=(n, 5))
    return rows, (rows[:, 0] * rows[:, 1] > 1.2) & (rows[:, 2] > 0)


def test_boosted_trees_give_the_numbers_of_scikit_learn() -> None:
    rows, truth = rows_and_truth(600, seed=0)
    classifier = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(rows, truth)
    new = np.vstack([rows_and_truth(400, seed=1)[0], np.full((1, 5), 1e50), rows[:50]])
    found = from_boosting(classifier).sums(new)
    np.testing.assert_allclose(found, classifier.decision_function(new), rtol=1e-12, atol=1e-12)


def test_forests_give_the_numbers_of_scikit_learn() -> None:
    rows, truth = rows_and_truth(600, seed=0)
    forest = ExtraTreesClassifier(20, min_samples_leaf=4, random_state=0).fit(rows, truth)
    new = rows_and_truth(400, seed=1)[0].astype(np.float32)
    found = from_forest(forest).times(1 / 20).sums(new)
    np.testing.assert_allclose(found, forest.predict_proba(new)[:, 1], rtol=1e-12, atol=1e-12)


def test_trees_without_an_end_or_beyond_the_features_are_refused() -> None:
    rows, truth = rows_and_truth(300, seed=0)
    forest = ExtraTreesClassifier(2, random_state=0).fit(rows, truth)
    trees = joined([from_forest(forest), constant(1.0)])
    trees.check(width=5)
    back = trees.children.copy()
    back[1] = 0
    with pytest.raises(ValueError, match="no end"):
        replace(trees, children=back).check(width=5)
    with pytest.raises(ValueError, match="feature"):
        trees.check(width=2)


def test_probabilities_are_shares_of_anomalies() -> None:
    model = Supervised().fit(*rows_and_truth(2000, seed=0))
    new, truth = rows_and_truth(4000, seed=1)
    chance = model.probability(new)
    assert auroc(truth, chance) > 0.95
    assert chance.sum() == pytest.approx(truth.sum(), rel=0.25)
    sure = chance > 0.9
    assert sure.sum() > 20
    assert truth[sure].mean() > 0.8
    np.testing.assert_allclose(-np.log(chance / (1 - chance)), model.score_samples(new), atol=1e-9)


def test_training_rows_are_judged_by_a_classifier_that_did_not_see_them() -> None:
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(400, 3)), rng.random(400) < 0.1  # nothing to learn
    model = Supervised(n_trees=60).fit(rows, labels)
    assert abs(auroc(labels, -model.training_scores_) - 0.5) < 0.12
    assert auroc(labels, -model.score_samples(rows)) > 0.8  # as new rows they are known by heart


def test_rows_without_a_label_count_as_ordinary() -> None:
    rows, truth = rows_and_truth(500, seed=0)
    new = rows_and_truth(100, seed=1)[0]
    zeros = Supervised(n_trees=20).fit(rows, truth)
    unknown = Supervised(n_trees=20).fit(rows, np.where(truth, 1.0, np.nan))
    np.testing.assert_array_equal(zeros.score_samples(new), unknown.score_samples(new))


def test_one_labelled_anomaly_is_enough_to_fit() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    labels = [1] + [None] * 59
    assert np.isfinite(Supervised(n_trees=5).fit(rows, labels).training_scores_).all()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "labels="),
        ([0] * 10, "0 and 10"),
        ([1] * 10, "10 and 0"),
        ([1, 0], "shape"),
        ([2] + [0] * 9, "Found 2"),
        (["fraud"] + [0] * 9, "'fraud'"),
        ([np.inf] + [0] * 9, "inf"),
        ([[1, 0], [0]] * 5, "one"),
    ],
)
def test_wrong_labels_are_named(labels: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Supervised().fit(np.arange(20.0).reshape(10, 2), labels)


@pytest.mark.parametrize(
    "labels",
    [
        [1, 0, None],
        [True, False, np.nan],
        ["1", "0", ""],
        np.array([1, 0, np.nan]),
        np.array([[1.0], [0.0], [np.nan]]),
        pd.Series([1, 0, None], dtype="Int64"),
        pd.Series([True, False, None], dtype="boolean"),
        pa.array([1, 0, None]),
        pa.chunked_array([[True, False], [None]]),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_may_be_of_many_types(labels: object) -> None:
    np.testing.assert_array_equal(label_values(labels, 3), [1.0, 0.0, np.nan])
