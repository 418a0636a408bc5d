"""The panel finds what is planted, whatever it is, and repeats itself."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series.views import Views, fit_views, views_oddness

TIME = np.arange(2400)
USUAL = np.sin(2 * np.pi * TIME / 48) + 0.1 * np.random.default_rng(0).normal(size=2400)
LEARNT = 1200


def _learnt(values: np.ndarray) -> Views:
    return fit_views([values], np.random.default_rng(0))


@pytest.fixture(scope="module")
def panel() -> Views:
    return _learnt(USUAL[:LEARNT, None])


def _planted(kind: str) -> np.ndarray:
    odd = USUAL.copy()
    event = slice(1800, 1848)
    if kind == "missing beat":
        odd[event] = 0.0
    elif kind == "level":
        odd[event] += 1.0
    elif kind == "noise":
        odd[event] += 0.5 * np.random.default_rng(1).normal(size=48)
    elif kind == "frequency":
        odd[event] = np.sin(2 * np.pi * np.arange(48) / 24)
    else:
        odd[1820] += 1.5
    return odd


@pytest.mark.parametrize("kind", ["missing beat", "level", "noise", "frequency", "point"])
def test_planted_events_are_the_oddest(panel: Views, kind: str) -> None:
    oddness = views_oddness(_planted(kind)[:, None], panel)
    assert oddness.shape == USUAL.shape
    assert 1780 < oddness.argmax() < 1870
    # nothing far from the event comes near
    assert oddness[:1550].max() < 0.7 * oddness.max()


def test_a_gross_point_counts_though_other_views_hardly_see_it(panel: Views) -> None:
    odd = USUAL.copy()
    odd[1820] += 10.0
    oddness = views_oddness(odd[:, None], panel)
    assert oddness.argmax() == 1820
    assert oddness.max() > 50  # nats: far beyond what several views together would say


def test_usual_stretches_that_were_not_learnt_stay_below_the_tail(panel: Views) -> None:
    oddness = views_oddness(USUAL[LEARNT:, None], panel)
    assert np.mean(oddness > 0) < 0.3
    assert oddness.max() < 6


def test_one_channel_of_several_is_enough() -> None:
    quiet = np.random.default_rng(2).normal(size=(2400, 3))
    values = np.column_stack([quiet, _planted("missing beat"), np.arange(2400) % 2])
    oddness = views_oddness(values, _learnt(values[:LEARNT]))
    assert 1780 < oddness.argmax() < 1870


def test_units_and_offsets_do_not_matter(panel: Views) -> None:
    odd = _planted("level")[:, None]
    scaled = 7 + 250 * odd
    again = views_oddness(scaled, _learnt(scaled[:LEARNT]))
    np.testing.assert_allclose(again, views_oddness(odd, panel), rtol=1e-6, atol=1e-6)


def test_same_seed_same_scores(panel: Views) -> None:
    again = _learnt(USUAL[:LEARNT, None])
    values = _planted("level")[:, None]
    np.testing.assert_array_equal(views_oddness(values, again), views_oddness(values, panel))


@pytest.mark.parametrize("values", [np.zeros((40, 1)), np.ones((8, 2)), np.eye(30)[:, :2]])
def test_still_and_short_series_are_no_trouble(values: np.ndarray) -> None:
    assert np.isfinite(views_oddness(values, _learnt(values))).all()
