"""What was learnt about texts: the tokens that they are spelled with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, cast

import numpy as np

from likely.data.molecules import as_molecules
from likely.data.of_tokens import OfTokens
from likely.data.spelling import END, spell_signs, spell_words
from likely.data.symbols import symbols_of, to_selfies, to_smiles
from likely.data.texts import Texts, as_texts
from likely.data.words import NEWLINE, spaced, words_of

MOST_CHARACTERS = 400
"""With more different characters than this, texts are spelled in bytes."""

MOST_TOKENS = 10_000
"""So many words, or characters where these are asked for, have numbers of their own: those seen
most often."""

Unit = Literal["character", "byte", "word", "smiles", "selfies"]

NOTATIONS = ("smiles", "selfies")
"""Units of molecules: symbols of the one notation or the other."""

_BYTES = "".join(map(chr, range(256)))
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Alphabet(OfTokens):
    """The tokens of texts: characters, bytes where there are very many, words, or symbols.

    Every sample ends with one token more, number 0, so that a probability of a sample is one of
    its length too. Where samples are lines it is the newline. The last number stands for all
    other characters or words: those never seen, and those seen only once, by which a model learns
    how often something new comes up. So `log_prob` of a text with new characters is the probability
    that such stand there, whichever they are; everything else it says exactly.

    Words are what stands between white space, and a newline that ends no sample is one, too. White
    space itself is no token: `log_prob` is of the words, however far they stand apart.

    Molecules are texts in SMILES, whose symbols (`Cl`, `[nH]`) are the tokens; or they are spelled
    in SELFIES, of which any sequence of symbols is a molecule. What is not to be had in SELFIES is
    spelled in symbols of SMILES, which then are all unknown.

    Parameters
    ----------
    characters : str
        The characters with numbers of their own, from 1, in ascending order; none where tokens
        are words or symbols.
    unit : {"character", "byte", "word", "smiles", "selfies"}
        What a token is. Bytes are those of UTF-8, and none is ever new.
    lines : bool
        Whether samples are lines: then a newline within a text is the token that ends one.
    longest : int
        Tokens of the longest sample.
    kind : {"text", "molecule"}
        What a sample is.
    words : tuple of str
        The words, or symbols, with numbers of their own, from 1, in ascending order.
    """

    characters: str
    unit: Unit = "character"
    lines: bool = True
    longest: int = 1
    kind: Literal["text", "molecule"] = "text"
    words: tuple[str, ...] = ()

    @classmethod
    def learn(cls, samples: Texts, unit: Unit | Literal["auto"] = "auto") -> Alphabet:
        """Learn the tokens of samples.

        Parameters
        ----------
        samples : Texts
            The samples.
        unit : {"auto", "character", "byte", "word", "smiles", "selfies"}, default "auto"
            What a token is: "auto" takes words of samples that came as lists of tokens, symbols of
            SMILES of molecules, else characters, or bytes where more than 400 are seen more than
            once.
        """
        if unit == "auto" and (samples.tokens or samples.kind == "molecule"):
            unit = "word" if samples.tokens else "smiles"
        kind = "molecule" if unit in NOTATIONS else samples.kind
        counts: Counter[str] = Counter()
        longest = 0
        for text in samples:
            tokens = _SPLIT.get(unit, str)(text)
            counts.update(tokens)
            longest = max(longest, len(tokens))
        lines = NEWLINE not in counts
        often = sorted(token for token, n in counts.most_common(MOST_TOKENS) if n > 1)
        if unit in _SPLIT:
            return cls("", cast(Unit, unit), lines, 1 + longest, kind, tuple(often))
        if unit == "character" or (unit == "auto" and len(often) <= MOST_CHARACTERS):
            return cls("".join(often), "character", lines, 1 + longest, kind)
        return cls(_BYTES, "byte", lines, 1 + max(len(text.encode()) for text in samples), kind)

    @property
    def known(self) -> str | tuple[str, ...]:
        """The tokens with numbers of their own, from 1."""
        return self.words if self.unit in _SPLIT else self.characters

    @property
    def size(self) -> int:
        """How many tokens there are, the end and the one for all others included."""
        return len(self.known) + 2

    @property
    def other(self) -> int:
        """The token that stands for all other characters or words."""
        return len(self.known) + 1

    @property
    def in_words(self) -> str:
        """What texts are looked at as, such as "64 characters" or "1,024 words"."""
        if self.unit == "byte":
            return "bytes of UTF-8"
        if self.unit in NOTATIONS:
            return f"{len(self.known):,} symbols of {self.unit.upper()}"
        count = len(self.known) + (self.lines and self.unit == "character")
        return f"{count:,} {self.unit}{'' if count == 1 else 's'}"

    def match(self, data: Any) -> Texts:
        """Return new data as samples of text, or as molecules."""
        return as_molecules(data) if self.kind == "molecule" else as_texts(data)

    def spelled(self, text: str) -> str:
        """Return what tokens are symbols of: the text itself, or the molecule in SELFIES."""
        return "".join(_in_selfies(text)) if self.unit == "selfies" else text

    def features(self, samples: Texts) -> np.ndarray:
        """Return what models see: n arrays of tokens, int32, each ended by 0; dtype object."""
        if self.unit in _SPLIT:
            split = _SPLIT[self.unit]
            return spell_words(samples.parts, self.words, split, lines=self.lines)
        texts = samples.parts
        if self.unit == "byte":
            texts = [text.encode().decode("latin-1") for text in texts]
        return spell_signs(texts, self.characters, lines=self.lines)

    def restore(self, features: np.ndarray) -> np.ndarray:
        """Return tokens as texts, without the token that ends them.

        Parameters
        ----------
        features : ndarray of n arrays of tokens
            Ended by 0 or not.

        Returns
        -------
        ndarray of str, shape (n,), dtype object
        """
        found = np.empty(len(features), dtype=object)
        for i, tokens in enumerate(features):
            ended = len(tokens) > 0 and tokens[-1] == END
            found[i] = self.text(tokens[:-1] if ended else tokens)
        return found

    def text(self, tokens: np.ndarray) -> str:
        """Return tokens as one text."""
        signs = (NEWLINE if self.lines else "", *self.known, _UNKNOWN)
        said = [signs[token] for token in tokens]
        if self.unit == "word":
            return spaced(filter(None, said))
        text = "".join(said)
        if self.unit == "selfies":  # what was never learnt says nothing
            found = (to_smiles(line.replace(_UNKNOWN, "")) for line in text.split(NEWLINE))
            return NEWLINE.join(found)
        return text.encode("latin-1").decode(errors="replace") if self.unit == "byte" else text

    def extend(self, text: str, tokens: np.ndarray) -> str:
        """Return a text with tokens behind it: of words, with a space between."""
        if self.unit == "selfies":  # the tokens may change what the text says
            begun = self.features(Texts((text,)))[0][:-1]
            return self.text(np.append(begun, tokens))
        more = self.text(tokens)
        apart = bool(text and more) and not (text[-1].isspace() or more[0] == NEWLINE)
        return f"{text}{' ' if apart and self.unit == 'word' else ''}{more}"

    def to_json(self) -> dict[str, Any]:
        """Return the alphabet as plain JSON values; words only where they are the tokens."""
        stored = asdict(self) | {"words": list(self.words)}
        return stored if self.words else {k: v for k, v in stored.items() if k != "words"}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Alphabet:
        """Rebuild an alphabet from `to_json`."""
        found = cls(**stored)
        return replace(found, words=tuple(found.words))


def _in_selfies(text: str) -> list[str]:
    """Return the symbols of a molecule in SELFIES, or those of the text if it has none."""
    found = to_selfies(text)
    return symbols_of(text if found is None else found)


_SPLIT: dict[str, Callable[[str], list[str]]] = {
    "word": words_of,
    "smiles": symbols_of,
    "selfies": _in_selfies,
}
