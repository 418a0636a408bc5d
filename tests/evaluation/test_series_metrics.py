"""Metrics of events and alarms against loops by their definitions, and cases counted by hand."""

import math

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import (
    affiliation,
    auprc,
    beside_chance,
    event_detection,
    events_of,
    nab_score,
    point_adjusted_f1_misleading,
    ucr_score,
)
from likely.testing.naive import affiliation as naive_affiliation
from likely.testing.naive import alarms as naive

COSTS = {"standard": (0.11, 1.0), "low_fp": (0.22, 1.0), "low_fn": (0.11, 2.0)}


def marks(seed: int, n: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = np.zeros(n, dtype=int)
    for start in rng.integers(0, n, rng.integers(1, count)):
        found[start : start + rng.integers(1, 7)] = 1
    return found


def runs(found: np.ndarray) -> list[range]:
    return [range(*pair) for pair in events_of(found).tolist()]


@pytest.mark.parametrize("seed", range(6))
def test_affiliation_as_on_a_fine_grid(seed: int) -> None:
    labels, flagged = marks(seed, 30, 4), marks(seed + 100, 30, 5)
    found = affiliation(labels, flagged)
    expected = naive_affiliation.affiliation(labels, flagged, steps=20)
    assert (found.precision, found.recall) == pytest.approx(expected, abs=0.02, nan_ok=True)


def test_affiliation_by_hand() -> None:
    """The zone is [0, 10], the event [4, 6], the alarm [7, 8], at a distance of 1 to 2.

    Of a random point the chance to be as far as d is 1 - (2 + 2 d) / 10, on average 0.5; seen from
    y in the event, the alarm is 7 - y away, which a random point is with the chance
    1 - (7 - y + min(7 - y, y)) / 10, or min(7 - y, 10 - y) on the other side.
    """
    labels, flagged = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    y = np.linspace(4, 6, 20_001)
    found = affiliation(labels, flagged)
    assert found.precision == pytest.approx(0.5, abs=1e-12)
    by_hand = np.mean(1 - (7 - y + np.minimum(7 - y, y)) / 10)
    assert found.recall == pytest.approx(by_hand, abs=1e-6)
    assert found.f1 == pytest.approx(2 * 0.5 * by_hand / (0.5 + by_hand), abs=1e-6)
    turned = affiliation(labels[::-1], flagged[::-1])
    assert (turned.precision, turned.recall) == pytest.approx((found.precision, found.recall))


def test_affiliation_of_silence_and_of_noise() -> None:
    silent = affiliation([0, 1, 0], [0, 0, 0])
    assert math.isnan(silent.precision)
    assert (silent.recall, silent.f1) == (0.0, 0.0)
    everything = affiliation([0, 1, 0, 0], [1, 1, 1, 1])
    assert everything.recall == 1.0
    assert 0.5 < everything.precision < 0.7


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("early", "late"), [(0, 0), (2, 3)])
def test_events_as_in_loops(seed: int, early: int, late: int) -> None:
    labels, flagged = marks(seed, 60, 6), marks(seed + 50, 60, 8)
    found = event_detection(labels, flagged, early=early, late=late)
    delays, false = naive.events_and_alarms(runs(labels), runs(flagged), early, late)
    assert [None if np.isnan(d) else d for d in found.delays] == delays
    assert found.false_alarms == false
    assert found.found == sum(d is not None for d in delays)
    assert (found.events, found.alarms) == (len(runs(labels)), len(runs(flagged)))


def test_events_by_hand() -> None:
    labels = [0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1]
    flagged = [0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1]
    found = event_detection(labels, flagged)
    assert found.delays.tolist() == [1, 1, 0]
    assert (found.precision, found.recall, found.delay) == (pytest.approx(2 / 3), 1.0, 1.0)
    assert found.f1 == pytest.approx(0.8)
    assert str(found) == (
        "3 of 3 events found, 1 points after their start (median); 1 of 3 alarms false."
    )
    merged = event_detection(labels, flagged, merge=1)
    assert (merged.alarms, merged.false_alarms) == (2, 0)
    assert event_detection(labels, flagged, late=3).false_alarms == 0


def test_events_without_alarms() -> None:
    silent = event_detection([0, 1, 0], [0, 0, 0])
    assert (silent.recall, silent.f1, silent.alarms) == (0.0, 0.0, 0)
    assert math.isnan(silent.precision)
    assert math.isnan(silent.delay)
    assert str(silent) == "0 of 1 events found; 0 of 0 alarms false."


def test_ucr_score_by_hand() -> None:
    labels = np.repeat([0, 1, 0], [500, 20, 480])
    at = np.arange(1_000)
    assert [ucr_score(labels, at == i) for i in (399, 400, 619, 620)] == [0, 1, 1, 0]
    assert [ucr_score(labels, at == i, slack=5) for i in (479, 480, 539, 540)] == [0, 1, 1, 0]
    assert ucr_score(labels, np.zeros(1_000)) == pytest.approx(0.22)  # what chance gets


@pytest.mark.parametrize("labels", [[1, 0, 1], [0, 0], [1, 1]])
def test_ucr_score_needs_one_event(labels: list) -> None:
    with pytest.raises(DataError, match=r"one event|at least one"):
        ucr_score(labels, np.arange(len(labels)))


@pytest.mark.parametrize("profile", COSTS)
@pytest.mark.parametrize("seed", range(5))
def test_nab_score_as_in_loops(seed: int, profile: str) -> None:
    labels = marks(seed, 80, 6)
    scores = np.random.default_rng(seed).normal(size=80) + 0.5 * labels
    scores = np.round(scores, 1)
    events, costs = runs(labels), COSTS[profile]
    silence = -costs[1] * len(events)
    raw = {
        cut: naive.nab_raw(events, np.flatnonzero(scores >= cut).tolist(), costs)
        for cut in [np.inf, *np.unique(scores)]
    }
    scaled = {cut: 100 * (r - silence) / (len(events) - silence) for cut, r in raw.items()}
    settings = {"profile": profile, "probation": 0}
    best = nab_score(labels, scores, **settings)
    assert best == pytest.approx(max(scaled.values()), abs=1e-9)
    for cut in (0.0, 0.5, 1.0):
        beyond = min(c for c in scaled if c >= cut)
        found = nab_score(labels, scores, threshold=cut, **settings)
        assert found == pytest.approx(scaled[beyond], abs=1e-9)


def test_nab_score_by_hand() -> None:
    """The event has four points; half way it earns tanh(1.25) / tanh(2.5)."""
    labels = np.repeat([0, 1, 0], [6, 4, 6])
    halfway = (np.arange(16) == 8).astype(int)
    earned = math.tanh(1.25) / math.tanh(2.5)
    flag = {"threshold": 1, "probation": 0}
    assert nab_score(labels, halfway, **flag) == pytest.approx(100 * (earned + 1) / 2)
    early = halfway + (np.arange(16) == 2)
    assert nab_score(labels, early, **flag) == pytest.approx(100 * (earned - 0.11 + 1) / 2)
    just_after = halfway + (np.arange(16) == 10)
    cost = 0.11 * math.tanh(2.5 / 3)
    assert nab_score(labels, just_after, **flag) == pytest.approx(100 * (earned - cost + 1) / 2)


def test_nab_score_of_many_series_is_that_of_all_events() -> None:
    labels = np.repeat([0, 1, 0], [6, 4, 6])
    perfect, silent = (np.arange(16) == 6).astype(int), np.zeros(16)
    both = nab_score([labels, labels], [perfect, silent], threshold=1, probation=0)
    assert both == pytest.approx(50.0)
    quiet = np.zeros(16, dtype=int)  # a series without events costs only by its false alarms
    assert nab_score([labels, quiet], [perfect, perfect], threshold=1) == pytest.approx(94.5)


def test_probation_does_not_count() -> None:
    labels = np.repeat([0, 1, 0, 1, 0], [2, 4, 20, 4, 10])
    flagged = (np.arange(40) == 26).astype(int)
    loud = flagged + (np.arange(40) < 6)
    assert nab_score(labels, flagged, threshold=1, probation=0) == pytest.approx(50.0)
    assert nab_score(labels, loud, threshold=1) == pytest.approx(100.0)
    with pytest.raises(DataError, match="No event ends after"):
        nab_score(labels, flagged, probation=30)


@pytest.mark.parametrize("seed", range(6))
def test_point_adjustment_as_in_loops(seed: int) -> None:
    labels = marks(seed, 50, 5)
    scores = np.round(np.random.default_rng(seed).normal(size=50), 1)
    by_loops = max(naive.point_adjusted_f1(runs(labels), scores >= cut) for cut in scores)
    assert point_adjusted_f1_misleading(labels, scores) == pytest.approx(by_loops, abs=1e-12)


def test_chance_is_shown_beside() -> None:
    labels = np.repeat([0, 1, 0], [150, 20, 130])
    rng = np.random.default_rng(0)
    good = beside_chance(auprc, labels, rng.normal(size=300) + 3 * labels, draws=40)
    assert good.value > 0.8
    assert good.chance == pytest.approx(20 / 300, abs=0.03)
    assert good.p_value == pytest.approx(1 / 41)
    assert str(good).endswith("(p = 0.024, 40 draws)")
    blind = beside_chance(auprc, labels, rng.normal(size=300), draws=40)
    assert blind.p_value > 0.05
    again = beside_chance(auprc, labels, rng.normal(size=300), draws=5, seed=1)
    assert again.draws == 5


def test_rolled_alarms_stay_together() -> None:
    labels = np.repeat([0, 1, 0], [150, 20, 130])
    flagged = np.roll(labels, 5)

    def alarms(events: np.ndarray, decisions: np.ndarray) -> float:
        return -event_detection(events, decisions).alarms

    assert beside_chance(alarms, labels, flagged, order="rolled").chance >= -2
    assert beside_chance(alarms, labels, flagged).chance < -10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: event_detection([0, 1], [0, 1], merge=-1), "merge, early and late"),
        (lambda: ucr_score([0, 1], [0, 1], slack=-1), "slack must be"),
        (lambda: nab_score([0, 1], [0, 1], "high"), "profile must be one of standard"),
        (lambda: nab_score([0, 1], [0, 1], probation=-1), "probation must be"),
        (lambda: beside_chance(auprc, [0, 1], [0, 1], draws=0), "draws must be"),
        (lambda: beside_chance(auprc, [0, 1], [0, 1], order="sorted"), "order must be"),
    ],
)
def test_arguments_out_of_range_are_named(call: object, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: event_detection([0, 0], [0, 1]), "no event to find"),
        (lambda: affiliation([0, 0], [0, 1]), "no event to be near"),
        (lambda: affiliation([0, 1], [0, 1, 1]), "2 labels but 3 decisions"),
        (lambda: nab_score([[0, 1], [1]], [[0.0, 1.0]]), "labels of 2 series but scores of 1"),
        (lambda: event_detection([0, 1], [0, 2]), "Found 2 too"),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        call()
