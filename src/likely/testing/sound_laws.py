"""Laws for models of sound only: exactness, drawing, refusing, surviving."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Density, Sampler
from likely.core.errors import DataError
from likely.data.companding import LEVELS
from likely.testing.clips import tones
from likely.testing.law import (
    hasty,
    law,
    learnt,
    require,
    require_error,
    require_finite,
    require_survival,
)
from likely.testing.ragged import alike


@law(Density, data="audio")
def probabilities_of_clips_sum_to_one(model: Any) -> None:
    """Over all clips of at most one value, learnt from such: 0.98 to 1."""
    loud = np.ones(1, np.float32)
    fitted = learnt(model, [loud[:0], 0 * loud, loud / 2, -loud] * 20)
    levels = [np.array([level], np.int32) for level in range(LEVELS)]
    clips = [loud[:0], *fitted.schema_.restore(levels)]
    total = float(np.exp(fitted.log_prob(clips)).sum())
    low = 0.98 if type(model).exact else 0.0
    require(low <= total <= 1.0001, f"Probabilities sum to {total:.5f}; they should to 1.")


@law(Sampler, data="audio")
def drawn_clips_look_like_the_data(model: Any) -> None:
    """`sample(n)` gives n clips no louder than those learnt allow; a seed repeats them."""
    fitted = learnt(model, tones())
    first, again, other = (fitted.sample(4, seed=s) for s in (3, 3, 4))
    require(len(first) == 4, f"sample gives {len(first)} clips, not 4.")
    for clip in first:
        require(clip.ndim == 1, f"A clip has the shape {clip.shape}.")
        require(clip.dtype == np.float32, f"Clips of floats come back as {clip.dtype}.")
        require_finite(clip, "A clip")
        loudest = float(np.abs(clip).max(initial=0.0))
        require(loudest <= fitted.schema_.peak, f"A clip reaches a pressure of {loudest}.")
    require(alike(first, again), "One seed draws different clips.")
    require(not alike(first, other), "Two seeds draw the same clips.")


@law(data="audio")
def what_is_no_sound_is_refused(model: Any) -> None:
    """Texts, nothing, gaps, another rate, a missing file: an error says what was expected."""
    fitted = learnt(model, tones())
    wrong: dict[str, tuple[Any, tuple[str, ...]]] = {
        "texts": (["a", "b"], ("sound",)),
        "a clip without a list": (np.zeros(9), ("sound", "(9,)")),
        "no clips": ([], ("0",)),
        "nothing": (None, ("sound",)),
        "gaps": ([np.zeros(3), np.array([0.0, np.nan])], ("clip 2", "gaps")),
        "another rate": ((11_025, [np.zeros(3)]), ("11,025", "8,000")),
        "a missing file": ("no such file.wav", ("no such file.wav",)),
    }
    for what, (data, words) in wrong.items():
        require_error(
            DataError, lambda data=data: fitted.score_samples(data), words, f"Scoring {what}"
        )


@law(data="audio")
def hostile_clips_are_survived(model: Any) -> None:
    """Whatever clips hold and however few they are, scores are finite or the error is ours."""
    fitted = learnt(model, tones())
    rng = np.random.default_rng(0)
    several: dict[str, list[np.ndarray]] = {
        "all empty": [np.zeros(0)] * 20,
        "all silent": [np.zeros(30)] * 20,
        "all equal": [np.linspace(-1, 1, 30)] * 20,
        "two clips": [rng.normal(size=30), rng.normal(size=40)],
        "noise": [rng.uniform(-1, 1, 30) for _ in range(12)],
        "huge numbers": [rng.normal(size=20) * 1e30 for _ in range(12)],
        "tiny numbers": [rng.normal(size=20) * 1e-30 for _ in range(12)],
        "no numbers": [np.full(20, np.nan)] * 12,
        "infinite numbers": [np.full(20, np.inf)] * 12,
        "whole numbers": [rng.integers(-(2**15), 2**15, 30).astype(np.int16) for _ in range(12)],
        "one long clip": [rng.normal(size=9_000), np.zeros(1)],
    }

    def attempt(clips: Any) -> None:
        for one in (hasty(model).fit(clips), fitted):
            require_finite(one.score_samples(clips), "score_samples")
            if isinstance(one, Sampler):
                one.sample(1, seed=0)

    require_survival(several, attempt, "Hostile clips")
