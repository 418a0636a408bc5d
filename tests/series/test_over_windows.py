"""What all models of windows share: which channels and stretches are learnt from, and pooling."""

from __future__ import annotations

import numpy as np
import pytest

from likely.data.column import Column
from likely.data.table import Table
from likely.series import KMeansWindows, LevelShift, MatrixProfile, SubPCA

STEPS = np.arange(600)
RNG = np.random.default_rng(0)
WAVE = np.sin(2 * np.pi * STEPS / 48) + 0.1 * RNG.normal(size=600)
HOUR = 3600e6


def _with_gap() -> Table:
    """Return 450 hours, two days without values, and 150 hours: too few to be learnt from."""
    moments = 1.7e15 + HOUR * (STEPS + 48 * (STEPS >= 450))
    columns = (Column("time", "date"), Column("load", "number"))
    return Table(np.column_stack([moments, WAVE]), columns)


def test_short_stretches_are_judged_and_not_learnt_from() -> None:
    model = SubPCA().fit(_with_gap())
    alone = SubPCA().fit(WAVE[:450, None])
    np.testing.assert_allclose(model.components_, alone.components_)
    np.testing.assert_allclose(model.training_scores_, model.score_samples(_with_gap()))
    assert len(np.unique(model.training_scores_[450:])) > 100


def test_moments_of_short_stretches_are_left_out_of_what_judges_them() -> None:
    model = MatrixProfile().fit(_with_gap())
    assert len(model.reference_) == 450
    assert np.isfinite(model.training_scores_).all()
    assert model.training_scores_[450:].max() < -0.5


def test_a_stretch_shorter_than_a_window_is_as_usual() -> None:
    rows = _with_gap()
    matrix = rows.matrix.copy()
    matrix[590:, 0] += 48 * HOUR
    model = SubPCA().fit(Table(matrix, rows.columns))
    assert (model.training_scores_[590:] == -model.usual_).all()


def test_switches_are_not_judged() -> None:
    values = np.column_stack([STEPS % 7 == 0, WAVE, STEPS > 300]).astype(float)
    assert KMeansWindows(length=20).fit(values).judged_.tolist() == [1]


def test_one_view_is_as_it_is_and_several_are_pooled() -> None:
    one = LevelShift(length=20, of=("level",)).fit(WAVE[:, None])
    views = one._views(((WAVE - WAVE.mean()) / WAVE.std())[:, None])
    np.testing.assert_allclose(-one.training_scores_, views[0], atol=1e-12)
    two = LevelShift(length=20, of=("level",)).fit(np.column_stack([WAVE, WAVE]))
    z = np.maximum((views[0] - views[0].mean()) / views[0].std(), 0)
    assert z.max() < 5  # beyond, scores grow by logarithms
    np.testing.assert_allclose(-two.training_scores_, z, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("length", [2, 24, 5000])
def test_lengths_that_the_series_is_too_short_for_are_shortened(length: int) -> None:
    model = KMeansWindows(length=length).fit(WAVE[:, None])
    assert model.length_ == min(length, 300)
