"""A slow model learns once, if only new samples will be judged."""

from __future__ import annotations

import numpy as np
import pytest

import likely
from likely.calibration import cross_fit as module
from likely.calibration.cross_fit import ENOUGH_HELD_OUT, hold_out
from likely.data.frames import as_table
from likely.data.texts import as_texts
from likely.detectors import ECOD, KNN


class Slow(ECOD):
    """A detector that counts as slow to fit."""

    card = ECOD.card
    folds = 2


ROWS = np.random.default_rng(0).normal(size=(2_500, 2))


def test_what_is_held_out_is_judged_by_a_model_of_all_others() -> None:
    apart = hold_out(Slow(), as_table(ROWS), seed=3)
    assert apart is not None
    cross, judged = apart
    assert (len(judged), len(cross.model.training_scores_)) == (ENOUGH_HELD_OUT, 1_500)
    both = np.vstack([judged.matrix, ROWS])
    assert len(np.unique(both, axis=0)) == len(ROWS)  # some of the rows, each once
    others = ROWS[~(ROWS[:, None, 0] == judged.matrix[None, :, 0]).any(axis=1)]
    expected = -ECOD().fit(others).score_samples(judged.matrix)
    np.testing.assert_allclose(cross.oddness, expected, rtol=1e-12)


def test_quick_models_and_few_rows_are_folded() -> None:
    assert hold_out(ECOD(), as_table(ROWS), seed=0) is None
    assert hold_out(KNN(), as_table(ROWS), seed=0) is None
    assert hold_out(Slow(), as_table(ROWS[:1_999]), seed=0) is None


def test_of_many_a_tenth_is_held_out_and_of_texts_stretches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ENOUGH_HELD_OUT", 30)
    lines = [f"line {i:04d}" for i in range(1_000)]
    model = likely.autoregressive.GPT(**likely.autoregressive.GPT.fast, seed=0)
    apart = hold_out(model.set_params(budget="2 steps"), as_texts(lines), seed=0)
    assert apart is not None
    _, judged = apart
    places = np.array([int(text[5:]) for text in judged])
    assert 90 <= len(places) <= 110
    assert (np.diff(places) > 1).sum() == module.STRETCHES - 1


def test_learn_says_so_and_keeps_its_promise() -> None:
    learned = likely.learn(ROWS, method=Slow())
    assert any("Learnt from 1,500 of 2,500 rows; the other 1,000" in n for n in learned.notes)
    assert learned.rows_learnt == len(ROWS)
    assert learned.reference.n >= 980
    new = np.random.default_rng(1).normal(size=(20_000, 2))
    assert (learned.p_values(new) <= 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_rows_that_are_judged_themselves_are_still_folded() -> None:
    found = likely.detect(ROWS, method=Slow())
    assert len(found.p_values) == len(ROWS)
    assert not any("the reference that new rows" in note for note in found.notes)
