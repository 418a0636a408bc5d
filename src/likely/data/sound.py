"""What was learnt about clips of sound: how fast their values come, how loud they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from likely.core.errors import DataError
from likely.core.progress import track
from likely.data.clips import Clips, as_clips, full_scale
from likely.data.companding import LEVELS, from_levels, to_levels
from likely.data.of_tokens import OfTokens

END = LEVELS
"""The token that ends every clip."""

_EXPONENTS = (-126, 127)  # of powers of two that float32 holds


@dataclass(frozen=True)
class Sound(OfTokens):
    """The tokens of clips: 256 levels of pressure on the scale of an ear, and one that ends a clip.

    Every clip ends with one token more, number 256, so that a probability of a clip is one of its
    length too. All clips share one gain, for how loud a clip is says something: the loudest learnt
    one decides, by the power of two at or above its peak. What is louder in new clips is cut.

    Parameters
    ----------
    rate : int
        Values a second.
    peak : float
        Pressure of the outermost level, a power of two.
    longest : int
        Tokens of the longest clip.
    dtype : str
        The type of whole numbers that clips come back as; "float32" for floating-point ones.
    kind : {"audio"}
        What a sample is.
    """

    rate: int
    peak: float = 1.0
    longest: int = 1
    dtype: str = "float32"
    kind: Literal["audio"] = "audio"

    @classmethod
    def learn(cls, samples: Clips) -> Sound:
        """Learn rate, loudness and length of samples."""
        peak, longest = 0.0, 0
        for clip in track(samples, "Listening", len(samples)):
            peak = max(peak, float(np.abs(clip).max(initial=0.0)))
            longest = max(longest, len(clip))
        exponent = int(np.clip(np.ceil(np.log2(peak)), *_EXPONENTS)) if peak > 0 else 0
        return cls(samples.rate, 2.0**exponent, longest + 1, samples.dtype)

    @property
    def size(self) -> int:
        """How many tokens there are, the end included."""
        return LEVELS + 1

    @property
    def in_words(self) -> str:
        """What clips are looked at as."""
        return f"{self.rate:,} values a second, each one of {LEVELS} levels"

    def match(self, data: Any) -> Clips:
        """Return new data as clips of the rate learnt; arrays without a rate are taken to have it.

        Raises
        ------
        DataError
            If they have another rate.
        """
        clips = as_clips(data, self.rate)
        if clips.rate != self.rate:
            raise DataError(
                f"These clips have {clips.rate:,} values a second; those learnt from have "
                f"{self.rate:,}. Bring them to that sampling rate."
            )
        return clips

    def features(self, samples: Clips) -> np.ndarray:
        """Return what models see: n arrays of tokens, int32, each ended by 256; dtype object."""
        found = np.empty(len(samples), dtype=object)
        for i, clip in enumerate(samples):
            found[i] = np.append(to_levels(clip / self.peak), np.int32(END))
        return found

    def restore(self, features: np.ndarray) -> np.ndarray:
        """Return tokens as pressure over time, without the token that ends a clip.

        Parameters
        ----------
        features : ndarray of n arrays of tokens
            Ended by 256 or not.

        Returns
        -------
        ndarray of n arrays of shape (time,), dtype object
            In the user's own units: float32, or the whole numbers that the data had.
        """
        found = np.empty(len(features), dtype=object)
        for i, tokens in enumerate(features):
            ended = len(tokens) > 0 and tokens[-1] == END
            found[i] = self.pressure(tokens[:-1] if ended else tokens)
        return found

    def pressure(self, tokens: np.ndarray) -> np.ndarray:
        """Return levels as one clip in the user's own units, shape (time,)."""
        values = from_levels(tokens) * np.float32(self.peak)
        kind = np.dtype(self.dtype)
        if kind.kind == "f":
            return values
        limits = np.iinfo(kind)
        whole = np.rint((values.astype(np.float64) + (kind.kind == "u")) * full_scale(kind))
        return np.clip(whole, limits.min, limits.max).astype(kind)

    def to_json(self) -> dict[str, Any]:
        """Return what was learnt as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Sound:
        """Rebuild it from `to_json`."""
        return cls(**stored)
