"""Why a clip of sound is unlikely: at which moments it surprises, and by how many bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_closing, label, uniform_filter1d

from likely.base.capabilities import TokenReader
from likely.base.model import Model
from likely.data.clips import Clips
from likely.explanation.reasons import Explanation, Reason

SMOOTHED = 0.02
"""Seconds over which bits are averaged: about a period of the lowest voice, or two of most."""

_OF_PEAK = 0.5
_MOST_REASONS = 5
_NAMED = 2
_LEAST_SHARE = 0.05
_ALL_OVER = 0.6  # of a clip: a moment as long as this says nothing about when
_END = "its end"


@dataclass(frozen=True)
class Moment:
    """A stretch of a clip in which surprise is gathered, or the end of the clip.

    Parameters
    ----------
    start, stop : int
        Its first value and the one behind its last, from 0; of the end both are the clip's length.
    bits : float
        Mean surprise of its values.
    share : float in [0, 1]
        Its part in what is beyond the usual.
    """

    start: int
    stop: int
    bits: float
    share: float


def explain_clips(model: Model, samples: Clips) -> list[Explanation]:
    """Say why clips are unlikely: the moments that surprise most, or are too easy to foretell.

    Parameters
    ----------
    model : Model
        Fitted to clips.
    samples : Clips of n samples
        The samples.

    Returns
    -------
    list of Explanation, length n
        A reason is a moment in seconds; its value is its mean surprise in bits a value, and what is
        expected is what is usual. Where a clip is rather too regular than surprising, moments are
        those with the fewest bits.
    """
    if not isinstance(model, TokenReader):
        nothing = f"{type(model).__name__} does not say when its clips are odd."
        return [Explanation((), None, nothing) for _ in range(len(samples))]
    return [_explain(bits, model.usual_bits, samples.rate) for bits in model.bits(samples)]


def smooth(bits: np.ndarray, rate: int) -> np.ndarray:
    """Return means over 20 ms around every value of a clip; `bits` without that of the end."""
    return uniform_filter1d(bits, max(1, round(SMOOTHED * rate))) if len(bits) else bits


def too_regular(bits: np.ndarray, usual: float, rate: int) -> bool:
    """Whether a clip is below the usual surprise rather than beyond it."""
    away = smooth(bits[:-1], rate) - usual
    return bool(-away[away < 0].sum() > 3 * away[away > 0].sum())


def find_moments(bits: np.ndarray, usual: float, rate: int) -> list[Moment]:
    """Return the moments in which a clip is least usual, the one with the largest share first.

    Parameters
    ----------
    bits : ndarray of shape (time + 1,)
        Surprise of every value, and of the end.
    usual : float
        Usual surprise of a value.
    rate : int
        Values a second.
    """
    side = -1.0 if too_regular(bits, usual, rate) else 1.0
    away = side * (smooth(bits[:-1], rate) - usual)
    end = max(side * (float(bits[-1]) - usual), 0.0)
    total = float(away[away > 0].sum()) + end
    if not total > 0:
        return []
    found = [Moment(len(away), len(away), float(bits[-1]), end / total)]
    if len(away) and away.max() > 0:
        near = np.ones(max(1, round(SMOOTHED * rate)), dtype=bool)  # what is so close is one moment
        edge = len(near)
        high = np.pad(away >= _OF_PEAK * away.max(), edge)
        joined, count = label(binary_closing(high, near)[edge:-edge])
        for place in range(1, count + 1):
            inside = np.flatnonzero(joined == place)
            start, stop = int(inside[0]), int(inside[-1]) + 1
            share = float(np.maximum(away[start:stop], 0).sum()) / total
            found.append(Moment(start, stop, float(bits[start:stop].mean()), share))
    found.sort(key=lambda moment: (-round(moment.share, 6), moment.start))
    worth = [moment for moment in found if moment.share >= _LEAST_SHARE]
    return (worth or found[:1])[:_MOST_REASONS]


def seconds(moment: Moment, rate: int) -> str:
    """Return when a moment is, such as "0.31 s to 0.42 s"."""
    if moment.start == moment.stop:
        return _END
    return f"{moment.start / rate:.2f} s to {moment.stop / rate:.2f} s"


def _explain(bits: np.ndarray, usual: float, rate: int) -> Explanation:
    moments = find_moments(bits, usual, rate)
    expected = _a_value(usual)
    reasons = tuple(
        Reason(seconds(moment, rate), moment.share, _written(moment), *(expected,) * 3)
        for moment in moments
    )
    return Explanation(reasons, None, _sentence(bits, usual, rate, moments))


def _sentence(bits: np.ndarray, usual: float, rate: int, moments: Sequence[Moment]) -> str:
    said = f"It takes {bits.mean():.1f} bits a value, where {usual:.1f} are usual"
    regular = too_regular(bits, usual, rate)
    if regular:
        said += ": it is easier to foretell than the clips learnt from"
    if not moments:
        return f"{said}."
    if moments[0].stop - moments[0].start > _ALL_OVER * (len(bits) - 1):
        return f"{said}, all over."
    named = [f"{seconds(one, rate)} ({_written(one)})" for one in moments[:_NAMED]]
    verb = "is" if len(named) == 1 else "are"
    most = f"most regular {verb}" if regular else f"most surprising {verb}"
    return f"{said}; {most} {' and '.join(named)}."


def _written(moment: Moment) -> str:
    return f"{moment.bits:.1f} bits" if moment.start == moment.stop else _a_value(moment.bits)


def _a_value(bits: float) -> str:
    return f"{bits:.1f} bits a value"
