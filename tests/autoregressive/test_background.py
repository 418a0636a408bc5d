"""Likelihood ratios against a background model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from likely.autoregressive import MADE, PixelCNN
from likely.autoregressive.autoregressive import _blurred
from likely.core.errors import ParameterError
from likely.data.form import Form
from likely.data.frames import as_table
from likely.data.schema import Schema
from likely.data.shaped import from_array
from likely.persistence import load_model, save_model


def _striped(n: int, seed: int) -> np.ndarray:
    """Return images whose rows all are as the first."""
    on = np.random.default_rng(seed).random((n, 1, 6)) < 0.5
    return np.repeat(on, 6, axis=1)


def test_what_all_samples_have_in_common_is_taken_off() -> None:
    model = PixelCNN(layers=1, width=8, budget="150 steps", oddness="ratio").fit(_striped(300, 0))
    blank = np.zeros((20, 6, 6), bool)  # likelier than any striped image, but no less striped
    noise = np.random.default_rng(1).random((20, 6, 6)) < 0.5
    scores = [model.score_samples(x).mean() for x in (_striped(20, 2), blank, noise)]
    assert scores[2] < min(scores[:2])


def test_contributions_sum_to_the_ratio() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3)).cumsum(axis=1)
    model = MADE(**MADE.fast, oddness="ratio").fit(rows)
    total = model.contributions(rows).sum(axis=1)
    np.testing.assert_allclose(total, -model.score_samples(rows), rtol=1e-6)


def test_a_file_keeps_the_background(tmp_path: Path) -> None:
    images = _striped(60, 0)
    model = PixelCNN(**PixelCNN.fast).set_params(oddness="ratio").fit(images)
    save_model(model, tmp_path / "m.likely")
    again = load_model(tmp_path / "m.likely")
    np.testing.assert_array_equal(again.score_samples(images), model.score_samples(images))


def test_a_background_is_learnt_when_asked_for() -> None:
    images = _striped(60, 0)
    model = PixelCNN(**PixelCNN.fast).fit(images)
    with pytest.raises(ParameterError, match="Fit it anew"):
        model.set_params(oddness="ratio").score_samples(images)


def test_a_fifth_of_the_numbers_is_replaced() -> None:
    rng = np.random.default_rng(0)
    x = np.arange(4000.0).reshape(1000, 4)
    blurred = _blurred(x, Schema.learn(as_table(x)), rng)
    assert (blurred != x).mean() == pytest.approx(0.2, abs=0.02)
    assert (blurred % 4 == x % 4).all()  # by numbers of their own column
    images = (x / 4000).reshape(100, 1, 5, 8)
    form = Form.learn(from_array(x.reshape(100, 5, 8) / 4000, "image"))
    assert np.isin(_blurred(images, form, rng), images).all()
    grey = replace(form, dtype="uint8", scale=(255.0,), centre=(0.0,))
    levels = 255 * _blurred(np.full_like(images, 0.2), grey, rng)
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-9)
    assert len(np.unique(levels.round())) > 100
