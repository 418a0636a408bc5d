"""Ranking metrics agree with scikit-learn's, ties included, and with a count over all pairs."""

import itertools

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from likely.core.errors import DataError, ParameterError
from likely.evaluation import auprc, auroc, precision_at, recall_at
from likely.evaluation.ranking import average_ranks


def _draw(seed: int, levels: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = (rng.random(80) < 0.2).astype(int)
    labels[:2] = 0, 1
    return labels, rng.integers(0, levels, size=80) + 0.7 * labels


@pytest.mark.parametrize("levels", [1, 3, 10, 10_000])
@pytest.mark.parametrize("seed", range(5))
def test_same_as_scikit_learn(seed: int, levels: int) -> None:
    labels, scores = _draw(seed, levels)
    assert auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert auprc(labels, scores) == pytest.approx(
        average_precision_score(labels, scores), abs=1e-12
    )
    assert np.array_equal(average_ranks(scores), rankdata(scores))


def test_auroc_counts_pairs() -> None:
    labels, scores = _draw(0, 4)
    pairs = itertools.product(scores[labels == 1], scores[labels == 0])
    wins = [float(odd > normal) + 0.5 * (odd == normal) for odd, normal in pairs]
    assert auroc(labels, scores) == pytest.approx(np.mean(wins), abs=1e-12)


def test_only_the_order_matters() -> None:
    labels, scores = _draw(1, 10)
    for metric in (auroc, auprc):
        assert metric(labels, np.exp(scores)) == pytest.approx(metric(labels, scores), abs=1e-15)
    assert auroc(labels, -scores) == pytest.approx(1 - auroc(labels, scores), abs=1e-12)


def test_infinite_scores_are_the_oddest() -> None:
    assert auroc([0, 1, 0], [1.0, np.inf, -np.inf]) == 1.0
    assert auprc([0, 1, 0], [1.0, np.inf, -np.inf]) == 1.0


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda v: np.array(v, dtype=bool)])
def test_labels_of_any_plain_type(kind: type) -> None:
    assert auroc(kind([0, 1, 0, 1]), [0.1, 0.4, 0.2, 0.8]) == 1.0


def test_ties_at_the_cut_are_averaged_over_all_orders() -> None:
    labels, scores = np.array([1, 0, 1, 0, 0]), np.array([3.0, 2.0, 2.0, 2.0, 1.0])
    for top in range(1, 6):
        shown = [
            labels[[0, *middle, 4]][:top].mean() for middle in itertools.permutations([1, 2, 3])
        ]
        assert precision_at(labels, scores, top) == pytest.approx(np.mean(shown))
        assert recall_at(labels, scores, top) == pytest.approx(np.mean(shown) * top / 2)


@pytest.mark.parametrize("metric", [auroc, auprc])
@pytest.mark.parametrize(
    ("labels", "scores", "words"),
    [
        ([0, 2, 1], [1, 2, 3], "Found 2 too"),
        ([0, np.nan, 1], [1, 2, 3], "Found nan too"),
        ([0, None, 1], [1, 2, 3], "Labels must be 1"),
        (["a", "b"], [1, 2], "must be numbers"),
        ([0, 0, 0], [1, 2, 3], "0 anomalies among 3"),
        ([1, 1], [1, 2], "2 anomalies among 2"),
        ([[0, 1]], [1, 2], "one dimension"),
        ([], [], "There are no labels"),
        ([0, 1], [1, 2, 3], "2 labels but 3 scores"),
        ([0, 1], [1, np.nan], "1 of 2 scores are NaN"),
    ],
)
def test_bad_input_is_named(metric: object, labels: list, scores: list, words: str) -> None:
    with pytest.raises(DataError, match=words):
        metric(labels, scores)


@pytest.mark.parametrize("top", [0, -1, 4])
def test_top_must_fit(top: int) -> None:
    for metric in (precision_at, recall_at):
        with pytest.raises(ParameterError, match=r"in \[1, 3\]"):
            metric([0, 1, 0], [1, 2, 3], top)
