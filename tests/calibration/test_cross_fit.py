"""Every row is scored by a model that has not seen it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likely.autoencoders import Autoencoder
from likely.calibration import cross_fit as module
from likely.calibration.cross_fit import MANY_ROWS, cross_fit
from likely.core.random import generator
from likely.data.frames import as_table
from likely.detectors import ECOD, KNN, ZScore

ROWS = np.random.default_rng(0).normal(size=(53, 2))


def test_each_fold_is_judged_by_the_model_of_the_others() -> None:
    cross = cross_fit(ECOD(), as_table(ROWS), seed=3)
    fold = generator(3).permutation(len(ROWS)) % 5
    expected = np.empty(len(ROWS))
    for k in range(5):
        expected[fold == k] = -ECOD().fit(ROWS[fold != k]).score_samples(ROWS[fold == k])
    np.testing.assert_allclose(cross.oddness, expected, rtol=1e-12)
    assert cross.held_out
    first = ECOD().fit(ROWS[fold != 0])
    np.testing.assert_array_equal(cross.model.score_samples(ROWS), first.score_samples(ROWS))


def test_a_model_that_leaves_rows_out_itself_learns_from_all() -> None:
    cross = cross_fit(KNN(), as_table(ROWS), seed=3)
    alone = KNN().fit(ROWS)
    np.testing.assert_array_equal(cross.oddness, -alone.training_scores_)
    np.testing.assert_array_equal(cross.model.score_samples(ROWS), alone.score_samples(ROWS))
    assert cross.held_out
    assert not cross_fit(KNN(), as_table(ROWS[:9]), seed=3).held_out


def test_a_row_does_not_vouch_for_itself() -> None:
    """A lone row far away is at no distance from itself, were it among the reference."""
    rows = np.vstack([ROWS, [[50.0, 50.0]]])
    cross = cross_fit(KNN(n_neighbors=1), as_table(rows), seed=0)
    assert cross.oddness.argmax() == len(rows) - 1
    assert cross.oddness[-1] > 10 * np.median(cross.oddness)


def test_many_rows_are_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MANY_ROWS == 5_000
    monkeypatch.setattr(module, "MANY_ROWS", len(ROWS))
    cross = cross_fit(ECOD(), as_table(ROWS), seed=0)
    assert len(cross.model.training_scores_) == len(ROWS) // 2


@pytest.mark.parametrize("n", [2, 9])
def test_too_few_rows_are_not_held_out(n: int) -> None:
    cross = cross_fit(ZScore(), as_table(ROWS[:n]), seed=0)
    assert not cross.held_out
    np.testing.assert_array_equal(cross.oddness, -ZScore().fit(ROWS[:n]).training_scores_)


def test_the_model_given_stays_unfitted() -> None:
    model = KNN(n_neighbors=3)
    cross = cross_fit(model, as_table(ROWS), seed=0)
    assert not hasattr(model, "schema_")
    assert cross.model.get_params() == model.get_params()


def test_the_seed_deals_the_folds() -> None:
    table = as_table(ROWS)
    one, same, other = (cross_fit(ECOD(), table, seed).oddness for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_models_of_folds_share_the_time_and_have_checkpoints_of_their_own(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 3))
    path = str(tmp_path / "run")
    model = Autoencoder(budget="20s", epochs=30, hidden=(4,), checkpoint=path)
    cross = cross_fit(model, as_table(rows), seed=0)
    assert cross.model.budget == 10.0
    assert model.budget == "20s"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "run.2"]
