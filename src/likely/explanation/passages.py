"""Why a text is unlikely: which words surprise, and by how many bits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likely.base.capabilities import TokenReader
from likely.base.model import Model
from likely.data.texts import Texts
from likely.explanation.reasons import Explanation, Reason

_WORDS = re.compile(r"\w+|[^\w\s]|\s+")
_MOST_REASONS = 5
_NAMED = 3
_LEAST_SHARE = 0.05
_LONGEST = 30


@dataclass(frozen=True)
class Passage:
    """A word of a text, a sign, a stretch of spaces, or the end.

    Parameters
    ----------
    text : str
        What it says; empty for the end.
    start : int
        Its first character, from 0.
    bits : float
        How surprising it is, given what stands before it.
    excess : float
        Bits beyond what is usual for so many tokens.
    """

    text: str
    start: int
    bits: float
    excess: float


def explain_texts(model: Model, samples: Texts) -> list[Explanation]:
    """Say why texts are unlikely: the words that are most surprising where they stand.

    Parameters
    ----------
    model : Model
        Fitted to texts.
    samples : Texts of n samples
        The samples.

    Returns
    -------
    list of Explanation, length n
        A reason is a word; its value is its surprise in bits, and what is expected is what is usual
        for so many tokens.
    """
    if not isinstance(model, TokenReader):
        nothing = f"{type(model).__name__} does not say where its texts are odd."
        return [Explanation((), None, nothing) for _ in range(len(samples))]
    found = []
    for text, bits in zip(samples, character_bits(model, samples), strict=True):
        parts = passages(text, bits, model.usual_bits)
        excess = np.maximum([part.excess for part in parts], 0.0)
        order = np.argsort(-excess, kind="stable")[:_MOST_REASONS]
        shares = excess / max(float(excess.sum()), 1e-12)
        reasons = tuple(
            _reason(parts[i], float(shares[i]))
            for place, i in enumerate(order)
            if shares[i] >= _LEAST_SHARE or place == 0
        )
        named = [parts[i] for i in order[:_NAMED] if shares[i] >= _LEAST_SHARE]
        found.append(Explanation(reasons, None, _sentence(bits, model.usual_bits, named)))
    return found


def character_bits(model: TokenReader, samples: Texts) -> list[np.ndarray]:
    """Return the surprise of every character of texts, and of their ends, in bits."""
    found = list(model.bits(samples))
    if model.schema_.unit == "character":
        return found
    for i, text in enumerate(samples):
        lengths = [len(char.encode()) for char in text]
        found[i] = np.add.reduceat(found[i], np.cumsum([0, *lengths]))
    return found


def passages(text: str, bits: np.ndarray, usual: float) -> list[Passage]:
    """Return the words of a text and its end, with their surprise.

    Parameters
    ----------
    text : str
        The text.
    bits : ndarray of shape (len(text) + 1,)
        Surprise of its characters and of its end.
    usual : float
        Usual surprise of a character.
    """
    places = [(match.start(), match.end()) for match in _WORDS.finditer(text)]
    places.append((len(text), len(text) + 1))
    return [
        Passage(
            text[start:stop],
            start,
            float(bits[start:stop].sum()),
            float(bits[start:stop].sum() - usual * (stop - start)),
        )
        for start, stop in places
    ]


def _reason(part: Passage, share: float) -> Reason:
    usual = f"{max(part.bits - part.excess, 0.0):.1f} bits"
    where = f"{_name(part)}, character {part.start + 1:,}" if part.text else _name(part)
    return Reason(where, share, f"{part.bits:.1f} bits", usual, usual, usual)


def _sentence(bits: np.ndarray, usual: float, named: Sequence[Passage]) -> str:
    said = f"It takes {bits.mean():.1f} bits a character, where {usual:.1f} are usual"
    if not named:
        return f"{said}."
    words = [f"{_name(part)} ({_whole(part.bits)})" for part in named]
    listed = " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return f"{said}; most surprising {'is' if len(words) == 1 else 'are'} {listed}."


def _whole(bits: float) -> str:
    return "1 bit" if round(bits) == 1 else f"{bits:.0f} bits"


def _name(part: Passage) -> str:
    if not part.text:
        return "its end"
    if part.text.isspace():
        return "a space" if part.text == " " else f"{len(part.text)} spaces"
    return f'"{part.text[:_LONGEST]}{"…" if len(part.text) > _LONGEST else ""}"'
