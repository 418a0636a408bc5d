"""Why a text is unlikely: which words surprise, and by how many bits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from likely.base.capabilities import TokenReader
from likely.base.model import Model
from likely.data.alphabet import NOTATIONS
from likely.data.symbols import SYMBOL
from likely.data.texts import Texts
from likely.explanation.reasons import Explanation, Reason

Unit = Literal["character", "word", "symbol"]
"""What bits are counted by: bytes are those of their character, symbols those of molecules."""

_PARTS = {
    "character": re.compile(r"\w+|[^\w\s]|\s+"),
    "word": re.compile(r"\n|\S+|[^\S\n]+"),  # a newline is a word
    "symbol": SYMBOL,
}
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
    token : int
        Its first token, from 0: a character, or a word.
    bits : float
        How surprising it is, given what stands before it.
    excess : float
        Bits beyond what is usual for so many tokens.
    """

    text: str
    start: int
    token: int
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
    found, unit = [], unit_of(model)
    for text, bits in zip(samples, unit_bits(model, samples), strict=True):
        parts = passages(model.schema_.spelled(text), bits, model.usual_bits, unit)
        parts = [part for part in parts if part.bits] or parts[-1:]
        excess = np.maximum([part.excess for part in parts], 0.0)
        order = np.argsort(-excess, kind="stable")[:_MOST_REASONS]
        shares = excess / max(float(excess.sum()), 1e-12)
        reasons = tuple(
            _reason(parts[i], float(shares[i]), unit)
            for place, i in enumerate(order)
            if shares[i] >= _LEAST_SHARE or place == 0
        )
        named = [parts[i] for i in order[:_NAMED] if shares[i] >= _LEAST_SHARE]
        found.append(Explanation(reasons, None, _sentence(bits, model.usual_bits, named, unit)))
    return found


def unit_of(model: Model) -> Unit:
    """Return what a model of texts counts bits by: words, symbols, or characters."""
    if model.schema_.unit in NOTATIONS:
        return "symbol"
    return "word" if model.schema_.unit == "word" else "character"


def unit_bits(model: TokenReader, samples: Texts) -> list[np.ndarray]:
    """Return the surprise of every character, or word, of texts, and of their ends, in bits."""
    found = list(model.bits(samples))
    if model.schema_.unit != "byte":
        return found
    for i, text in enumerate(samples):
        lengths = [len(char.encode()) for char in text]
        found[i] = np.add.reduceat(found[i], np.cumsum([0, *lengths]))
    return found


def passages(text: str, bits: np.ndarray, usual: float, unit: Unit = "character") -> list[Passage]:
    """Return the words of a text and its end, with their surprise.

    Parameters
    ----------
    text : str
        The text.
    bits : ndarray of shape (tokens + 1,)
        Surprise of its characters, or words, and of its end.
    usual : float
        Usual surprise of a character, or word.
    unit : {"character", "word", "symbol"}, default "character"
        What bits are of. Words are parted at white space, which has no bits of its own.
    """
    found, token = [], 0
    for start, stop in _places(text, unit):
        count = 1 if unit == "symbol" else stop - start
        if unit == "word":
            count = int(_is_word(text[start:stop]))
        total = float(bits[token : token + count].sum())
        found.append(Passage(text[start:stop], start, token, total, total - usual * count))
        token += count
    return found


def _places(text: str, unit: Unit) -> list[tuple[int, int]]:
    """Return where the passages of a text begin and end; the last is its end."""
    places = [match.span() for match in _PARTS[unit].finditer(text)]
    return [*places, (len(text), len(text) + 1)]


def _is_word(text: str) -> bool:
    """Whether a stretch of a text is a word, a newline or the end, and not white space between."""
    return text in ("", "\n") or not text.isspace()


def _reason(part: Passage, share: float, unit: Unit) -> Reason:
    usual = f"{max(part.bits - part.excess, 0.0):.1f} bits"
    where = f"{_name(part)}, {unit} {part.token + 1:,}" if part.text else _name(part)
    return Reason(where, share, f"{part.bits:.1f} bits", usual, usual, usual)


def _sentence(bits: np.ndarray, usual: float, named: Sequence[Passage], unit: Unit) -> str:
    said = f"It takes {bits.mean():.1f} bits a {unit}, where {usual:.1f} are usual"
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
        return {" ": "a space", "\n": "a new line"}.get(part.text, f"{len(part.text)} spaces")
    return f'"{part.text[:_LONGEST]}{"…" if len(part.text) > _LONGEST else ""}"'
