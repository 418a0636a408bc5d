"""The classifier two-sample test: its level, its power, its intervals."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from likely.core.errors import DataError, ParameterError
from likely.evaluation import two_sample_test
from likely.evaluation.intervals import auroc_with_variance


def normal(n: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, width))


@pytest.mark.parametrize("classifier", ["boosting", "logistic"])
def test_equal_distributions_are_told_apart_by_chance_only(classifier: str) -> None:
    found = two_sample_test(normal(300, 3, 2), normal(300, 3, 3), classifier=classifier)
    assert found.accuracy_interval[0] < 0.5 < found.accuracy_interval[1]
    assert found.auroc_interval[0] < 0.5 < found.auroc_interval[1]
    assert found.p_value > 0.05


def test_the_level_is_kept() -> None:
    pairs = [np.split(normal(300, 3, seed), 2) for seed in range(150)]
    p = np.array([two_sample_test(*pair, classifier="logistic").p_value for pair in pairs])
    assert (p < 0.05).mean() < 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / len(p))
    assert (p < 0.2).mean() > 0.05  # and it is not kept by never rejecting


@pytest.mark.parametrize("classifier", ["boosting", "logistic", KNeighborsClassifier(15)])
def test_a_shift_is_seen(classifier: object) -> None:
    found = two_sample_test(normal(200, 3, 0), normal(200, 3, 1) + 3, classifier=classifier)
    assert found.accuracy > 0.95
    assert found.auroc > 0.98
    assert found.p_value < 1e-6


def test_trees_see_what_a_straight_line_does_not() -> None:
    real = normal(400, 2, 0)
    mixed = np.random.default_rng(1).permuted(np.repeat(normal(400, 1, 2), 2, axis=1), axis=0)
    real[:, 1] = real[:, 0]
    assert two_sample_test(real, mixed).accuracy > 0.9
    assert two_sample_test(real, mixed, classifier="logistic").accuracy < 0.6


def test_tables_of_mixed_columns_and_images_are_taken() -> None:
    rng = np.random.default_rng(0)
    rows = [{"size": float(rng.normal()), "colour": str(rng.choice(["a", "b"]))} for _ in range(80)]
    other = [row | {"colour": "b"} for row in rows]
    assert two_sample_test(rows, other, classifier="logistic").accuracy > 0.65
    images = rng.integers(0, 256, (60, 5, 5)).astype(np.uint8)
    assert two_sample_test(images, images // 4, classifier="boosting").accuracy > 0.9


def test_the_larger_set_does_not_win_by_its_size() -> None:
    found = two_sample_test(normal(900, 2, 0), normal(100, 2, 1), classifier="logistic")
    assert found.n == 100
    assert found.accuracy < 0.65


def test_a_seed_repeats_it_and_most_bounds_it() -> None:
    a, b = normal(200, 2, 0), normal(200, 2, 1) + 0.5
    assert two_sample_test(a, b, most=50, seed=3) == two_sample_test(a, b, most=50, seed=3)
    assert two_sample_test(a, b, most=50).n == 50
    assert "50% is ideal" in str(two_sample_test(a, b, most=50))


def test_variance_of_the_auroc_is_that_of_repeated_draws() -> None:
    odd = np.repeat([True, False], [40, 60])
    draws = [normal(100, 1, seed)[:, 0] + odd for seed in range(600)]
    found = np.array([auroc_with_variance(odd, draw) for draw in draws])
    assert found[0, 0] == pytest.approx(roc_auc_score(odd, draws[0]))
    assert found[:, 1].mean() == pytest.approx(found[:, 0].var(), rel=0.15)
    rounded = [normal(100, 1, seed)[:, 0] > 1 for seed in range(600)]
    found = np.array([auroc_with_variance(odd, draw) for draw in rounded])
    assert found[:, 2].mean() == pytest.approx(found[:, 0].var(), rel=0.15)


def test_what_cannot_be_judged_is_refused() -> None:
    rows = normal(40, 2, 0)
    with pytest.raises(DataError, match="at least 10 samples"):
        two_sample_test(rows, rows[:8])
    with pytest.raises(ParameterError, match="folds"):
        two_sample_test(rows, rows, folds=1)
    with pytest.raises(ParameterError, match="predict_proba"):
        two_sample_test(rows, rows, classifier=3)
    with pytest.raises(ParameterError, match="space"):
        two_sample_test(rows, rows, "pixels")
    with pytest.raises(DataError, match="alike in shape"):
        two_sample_test(rows, rows[:, :1], "given")
    with pytest.raises(DataError, match="1 of 40 samples are not finite"):
        two_sample_test(rows, np.where(np.arange(40)[:, None] == 3, np.nan, rows), "given")
    with pytest.raises(DataError, match="must be numbers"):
        two_sample_test(rows.astype(str) + "x", rows, "given")
