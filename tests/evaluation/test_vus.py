"""Range-aware areas against loops by their definition, and cases counted by hand."""

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import (
    auprc,
    auroc,
    events_of,
    range_areas,
    range_auc_pr,
    range_auc_roc,
    vus_pr,
    vus_roc,
    window_of,
)
from likely.testing.naive.range_areas import range_areas as naive

METRICS = (vus_pr, vus_roc, range_auc_pr, range_auc_roc)


def draw(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return events of all sorts: at the ends, of one point, one point apart; with ties if even."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(n, dtype=int)
    for start in rng.integers(0, n, rng.integers(1, 7)):
        labels[start : start + rng.integers(1, 6)] = 1
    if seed % 4 == 0:
        labels[[0, -1]] = 1
    scores = rng.normal(size=n) + 0.5 * labels
    return labels, np.round(scores, 1) if seed % 2 == 0 else scores


def quantiles(scores: np.ndarray, count: int) -> list[float]:
    falling = sorted(scores, reverse=True)
    return [falling[int(i)] for i in np.linspace(0, len(scores) - 1, count)]


@pytest.mark.parametrize("seed", range(12))
def test_same_as_loops_at_quantiles(seed: int) -> None:
    labels, scores = draw(seed)
    window, count = (0, 1, 2, 5, 9, 30)[seed % 6], (2, 7, 250)[seed % 3]
    cuts = quantiles(scores, min(count, 80))
    expected = np.array([naive(labels, scores, w, cuts) for w in range(window + 1)])
    settings = {"window": window, "thresholds": min(count, 80)}
    assert range_auc_pr(labels, scores, **settings) == pytest.approx(expected[-1, 0], abs=1e-12)
    assert range_auc_roc(labels, scores, **settings) == pytest.approx(expected[-1, 1], abs=1e-12)
    assert vus_pr(labels, scores, **settings) == pytest.approx(expected[:, 0].mean(), abs=1e-12)
    assert vus_roc(labels, scores, **settings) == pytest.approx(expected[:, 1].mean(), abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_same_as_loops_at_every_score(seed: int) -> None:
    labels, scores = draw(seed)
    window = (0, 1, 3, 8)[seed % 4]
    cuts = sorted(set(scores), reverse=True)
    expected = np.array([naive(labels, scores, w, cuts) for w in range(window + 1)]).mean(axis=0)
    settings = {"window": window, "thresholds": "all"}
    assert vus_pr(labels, scores, **settings) == pytest.approx(expected[0], abs=1e-12)
    assert vus_roc(labels, scores, **settings) == pytest.approx(expected[1], abs=1e-12)


def test_without_borders_one_event_gives_the_plain_areas() -> None:
    labels = np.repeat([0, 1, 0], [50, 8, 90])
    scores = np.random.default_rng(0).integers(0, 40, 148) + 9 * labels
    settings = {"window": 0, "thresholds": "all"}
    assert vus_pr(labels, scores, **settings) == pytest.approx(auprc(labels, scores), abs=1e-12)
    assert vus_roc(labels, scores, **settings) == pytest.approx(auroc(labels, scores), abs=1e-12)


def test_by_hand() -> None:
    """One event of one point; the point before it is shown first, then the event, then all.

    Borders of the width 2 give half a label's root: r = sqrt(1/2) to each neighbour.
    """
    labels, scores = [0, 0, 1, 0, 0], [0, 5, 4, 0, 0]
    r = np.sqrt(0.5)
    recalls = [r / (1 + r / 2), (1 + r) / (1 + r / 2), 1.0]
    recalls[1] = min(1.0, recalls[1])
    by_hand = recalls[0] * r + (recalls[1] - recalls[0]) * (1 + r) / 2
    assert range_auc_pr(labels, scores, 2, thresholds="all") == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("thresholds", [30, "all"])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, thresholds: object) -> None:
    labels, scores = draw(5, 400)
    whole = [metric(labels, scores, 17, thresholds=thresholds) for metric in METRICS]
    for cells in (1, 250, 700):
        monkeypatch.setattr(range_areas, "_CELLS", cells)
        parts = [metric(labels, scores, 17, thresholds=thresholds) for metric in METRICS]
        assert parts == pytest.approx(whole, abs=1e-14)


def test_many_thresholds_come_near_all() -> None:
    labels, scores = draw(1, 2_000)
    exact = vus_pr(labels, scores, 20, thresholds="all")
    assert vus_pr(labels, scores, 20, thresholds=2_000) == pytest.approx(exact, abs=1e-12)
    assert vus_pr(labels, scores, 20, thresholds=20) != pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize("metric", METRICS)
def test_only_the_order_of_scores_matters(metric: object) -> None:
    labels, scores = draw(3)
    assert metric(labels, np.exp(scores), 9) == metric(labels, scores, 9)
    reversed_time = metric(labels[::-1], scores[::-1], 9)
    assert reversed_time == pytest.approx(metric(labels, scores, 9), abs=1e-12)
    endless = np.where(scores == scores.max(), np.inf, scores)
    endless[scores == scores.min()] = -np.inf
    assert metric(labels, endless, 9) == metric(labels, scores, 9)


def test_a_perfect_score_gets_one_without_borders() -> None:
    labels = np.repeat([0, 1, 0, 1, 0], [40, 5, 30, 5, 40])
    for metric in METRICS:
        assert metric(labels, labels, 0, thresholds="all") == pytest.approx(1.0)


def test_a_long_series_takes_bounded_memory() -> None:
    rng = np.random.default_rng(0)
    labels = np.zeros(200_000, dtype=int)
    labels[5_000:5_100] = labels[150_000:150_300] = 1
    scores = rng.normal(size=200_000) + 2 * labels
    assert vus_pr(labels, scores) == pytest.approx(0.065, abs=0.001)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("window", [-1, 2.5, None])
def test_window_must_be_a_width(metric: object, window: object) -> None:
    with pytest.raises(ParameterError, match="window must be an integer"):
        metric([0, 1], [0, 1], window)


@pytest.mark.parametrize("thresholds", [1, "some", None, 2.5])
def test_thresholds_must_be_known(thresholds: object) -> None:
    with pytest.raises(ParameterError, match="thresholds must be"):
        vus_pr([0, 1], [0, 1], thresholds=thresholds)


@pytest.mark.parametrize("metric", METRICS)
def test_bad_input_is_named(metric: object) -> None:
    with pytest.raises(DataError, match="0 anomalies among 3"):
        metric([0, 0, 0], [1, 2, 3])
    with pytest.raises(DataError, match="1 of 2 scores are NaN"):
        metric([0, 1], [1, np.nan])


def test_events_are_runs() -> None:
    assert events_of([1, 1, 0, 1]).tolist() == [[0, 2], [3, 4]]
    assert events_of([0, 0]).shape == (0, 2)


def test_window_is_the_highest_peak() -> None:
    time = np.arange(3_000)
    daily = np.sin(2 * np.pi * time / 24) + np.sin(2 * np.pi * time / 168)
    assert window_of(np.sin(2 * np.pi * time / 24)) == 24
    assert window_of(daily) == 168
    assert window_of(np.stack([daily, time], axis=1)) == 168  # the first channel counts
    assert window_of(np.where(np.arange(3_000) == 1_700, np.nan, daily)) in (167, 168)


@pytest.mark.parametrize("values", [np.ones(500), np.arange(500.0), [1.0], [1.0, 2.0, 0.0]])
def test_without_a_peak_the_window_is_125(values: object) -> None:
    assert window_of(values) == 125


def test_a_series_must_be_numbers() -> None:
    for values in (["a"], [], np.zeros((2, 2, 2)), [np.nan]):
        with pytest.raises(DataError):
            window_of(values)
