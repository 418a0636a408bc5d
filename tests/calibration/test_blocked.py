"""Each block of a series is judged by a model that did not see it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from likely.calibration.blocked import blocked_cross_fit
from likely.data.table import Table
from likely.data.timeline import Stretch
from series_toys import MINUTE, START, Beside, series, with_values


class Nearest(Beside):
    """Distance to the nearest step that was learnt from: what was learnt is not odd at all."""

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        self.mean_ = np.concatenate([stretch.values for stretch in stretches])
        self.spread_ = np.ones(2)

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        apart = stretch.values[:, None] - self.mean_[None]
        return np.sqrt((apart**2).sum(axis=2)).min(axis=1)


def test_a_planted_event_does_not_vouch_for_itself() -> None:
    table = with_values(series(400), slice(170, 180), 0, 30.0)
    cross = blocked_cross_fit(Nearest(), table)
    assert cross.held_out
    assert cross.oddness[170:180].min() > 20
    alone = Nearest().fit(table)
    assert np.abs(alone.score_samples(table)[170:180]).max() == 0  # were it learnt from


def test_blocks_are_judged_by_the_models_of_the_others() -> None:
    table = series(503)
    cross = blocked_cross_fit(Beside(before=0, after=0), table)
    edges = np.linspace(0, 503, 6).astype(int)
    rows = np.arange(503)
    for first, end in pairwise(edges):
        inside = (rows >= first) & (rows < end)
        others = Beside(before=0, after=0).fit(table.take(rows[~inside]))
        expected = -others.score_samples(table.take(rows[inside]))
        np.testing.assert_allclose(cross.oddness[inside], expected, rtol=1e-12)
    oldest = Beside(before=0, after=0).fit(table.take(rows[edges[1] :]))
    np.testing.assert_array_equal(cross.model.score_samples(table), oldest.score_samples(table))


def test_a_block_is_judged_with_what_is_around_it() -> None:
    """At the edge of a block, a score sees the steps beyond, as it would in the whole series."""
    table = with_values(series(500), slice(98, 100), 0, 30.0)  # the second block begins at 100
    cross = blocked_cross_fit(Beside(before=3, after=2), table)
    learnt = np.r_[0:100, 200:500]
    whole = Beside(before=3, after=2).fit(table.take(learnt)).score_samples(table)
    np.testing.assert_allclose(cross.oddness[100:200], -whole[100:200], rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    table = with_values(series(300), slice(70, 80), 1, 40.0)
    order = np.random.default_rng(seed).permutation(300)
    mixed = blocked_cross_fit(Beside(), table.take(order))
    np.testing.assert_allclose(
        mixed.oddness, blocked_cross_fit(Beside(), table).oddness[order], rtol=1e-12
    )


def test_rows_without_a_time_are_as_usual() -> None:
    table = series(300)
    matrix = np.insert(table.matrix, 50, [np.nan, 99.0, 99.0], axis=0)
    cross = blocked_cross_fit(Beside(), Table(matrix, table.columns))
    np.testing.assert_allclose(
        np.delete(cross.oddness, 50), blocked_cross_fit(Beside(), table).oddness, rtol=1e-12
    )
    assert cross.oddness[50] == pytest.approx(np.median(np.delete(cross.oddness, 50)))


def test_gaps_in_the_clock_stay_gaps() -> None:
    """What was taken out to be judged leaves a gap, across which no window of the rest looks."""
    lengths = []

    class Lengths(Beside):
        def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
            lengths.append([len(stretch.values) for stretch in stretches])
            super()._learn(stretches, rng)

    blocked_cross_fit(Lengths(), series(500))
    assert lengths == [[400], [100, 300], [200, 200], [300, 100], [400]]


def test_too_few_steps_are_not_held_out() -> None:
    table = series(99)
    cross = blocked_cross_fit(Beside(), table)
    assert not cross.held_out
    alone = Beside().fit(table)
    np.testing.assert_array_equal(cross.oddness, -alone.training_scores_)
    assert blocked_cross_fit(Beside(), series(100)).held_out
    assert START % MINUTE == 0
