"""Decision metrics agree with the confusion matrix; intervals cover; ranks average."""

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import confusion_matrix

from likely.core.errors import DataError, ParameterError
from likely.evaluation import (
    auroc,
    bootstrap_interval,
    false_discovery_rate,
    false_positive_rate,
    mean_ranks,
    power,
)


@pytest.mark.parametrize("seed", range(5))
def test_same_as_the_confusion_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, flagged = rng.random(60) < 0.3, rng.random(60) < 0.3
    (tn, fp), (fn, tp) = confusion_matrix(labels, flagged)
    assert false_discovery_rate(labels, flagged) == pytest.approx(fp / (fp + tp))
    assert false_positive_rate(labels, flagged) == pytest.approx(fp / (fp + tn))
    assert power(labels, flagged) == pytest.approx(tp / (tp + fn))


def test_nothing_flagged_is_no_false_discovery() -> None:
    assert false_discovery_rate([0, 1, 0], [0, 0, 0]) == 0.0
    assert false_discovery_rate([0, 0, 0], [0, 1, 0]) == 1.0


def test_undefined_shares_are_errors() -> None:
    with pytest.raises(DataError, match="no anomaly to find"):
        power([0, 0], [0, 1])
    with pytest.raises(DataError, match="no normal row"):
        false_positive_rate([1, 1], [0, 1])
    with pytest.raises(DataError, match="2 labels but 3 decisions"):
        power([0, 1], [0, 1, 1])


def test_interval_covers_at_about_its_level() -> None:
    truth, covered = 0.7602, 0  # chance that N(1, 1) exceeds N(0, 1): Phi(1 / sqrt 2)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        labels = np.repeat([0, 1], [80, 40])
        low, high = bootstrap_interval(
            auroc, labels, rng.normal(size=120) + labels, seed=seed, level=0.9, n_resamples=100
        )
        covered += low <= truth <= high
    assert 45 <= covered <= 60


def test_interval_is_repeatable_and_wider_at_a_higher_level() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 30)
    scores = rng.normal(size=60) + labels
    narrow = bootstrap_interval(auroc, labels, scores, seed=1, level=0.5)
    wide = bootstrap_interval(auroc, labels, scores, seed=1, level=0.99)
    assert narrow == bootstrap_interval(auroc, labels, scores, seed=1, level=0.5)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


@pytest.mark.parametrize("wrong", [{"level": 0.0}, {"level": 1.0}, {"n_resamples": 1}])
def test_interval_parameters_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        bootstrap_interval(auroc, [0, 1], [0.0, 1.0], **wrong)


def test_mean_ranks_are_those_of_scipy() -> None:
    results = np.random.default_rng(0).integers(0, 4, size=(20, 6)).astype(float)
    assert np.allclose(mean_ranks(results), rankdata(-results, axis=1).mean(axis=0))


def test_mean_ranks_need_every_result() -> None:
    with pytest.raises(DataError, match="method 1 on data set 0 is NaN"):
        mean_ranks([[0.5, np.nan], [0.4, 0.3]])
    with pytest.raises(DataError, match=r"shape \(2,\)"):
        mean_ranks([0.5, 0.4])
