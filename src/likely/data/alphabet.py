"""What was learnt about texts: the tokens that they are spelled with."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from likely.data.texts import Texts, as_texts

MOST_CHARACTERS = 400
"""With more different characters than this, texts are spelled in bytes."""

END = 0
"""The token that ends every sample."""

_BYTES = "".join(map(chr, range(256)))
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Alphabet:
    """The tokens of texts: characters, or bytes where there are very many characters.

    Every sample ends with one token more, number 0, so that a probability of a sample is one of
    its length too. Where samples are lines it is the newline. The last number stands for all
    other characters: those never seen, and those seen only once, by which a model learns how
    often something new comes up. So `log_prob` of a text with new characters is the probability
    that such stand there, whichever they are; everything else it says exactly.

    Parameters
    ----------
    characters : str
        The characters with numbers of their own, from 1, in ascending order.
    unit : {"character", "byte"}
        What a token is. Bytes are those of UTF-8, and none is ever new.
    lines : bool
        Whether samples are lines: then a newline within a text is the token that ends one.
    longest : int
        Tokens of the longest sample.
    kind : {"text"}
        What a sample is.
    """

    characters: str
    unit: Literal["character", "byte"] = "character"
    lines: bool = True
    longest: int = 1
    kind: Literal["text"] = "text"

    @classmethod
    def learn(cls, samples: Texts) -> Alphabet:
        """Learn the characters of samples."""
        counts = Counter()
        for text in samples:
            counts.update(text)
        lines = "\n" not in counts
        often = "".join(sorted(char for char, count in counts.items() if count > 1))
        if len(often) <= MOST_CHARACTERS:
            return cls(often, "character", lines, 1 + max(map(len, samples)))
        return cls(_BYTES, "byte", lines, 1 + max(len(text.encode()) for text in samples))

    @property
    def named(self) -> bool:
        """Whether features have names; tokens have none."""
        return False

    @property
    def columns(self) -> tuple[Any, ...]:
        """No columns: samples are texts."""
        return ()

    @property
    def width(self) -> int:
        """How many features the longest sample has."""
        return self.longest

    @property
    def n_features(self) -> int:
        """One text a sample, as scikit-learn counts features."""
        return 1

    @property
    def plain(self) -> bool:
        """Whether features have a density in the user's own units: a probability has no unit."""
        return True

    @property
    def log_volume(self) -> float:
        """Nats to add to log-probabilities of features: none."""
        return 0.0

    @property
    def size(self) -> int:
        """How many tokens there are, the end and the one for all others included."""
        return len(self.characters) + 2

    @property
    def other(self) -> int:
        """The token that stands for all other characters."""
        return len(self.characters) + 1

    @property
    def in_words(self) -> str:
        """What texts are looked at as, such as "64 characters"."""
        if self.unit == "byte":
            return "bytes of UTF-8"
        count = len(self.characters) + self.lines
        return f"{count:,} character{'' if count == 1 else 's'}"

    def match(self, data: Any) -> Texts:
        """Return new data as samples of text."""
        return as_texts(data)

    def features(self, samples: Texts) -> np.ndarray:
        """Return what models see: n arrays of tokens, int32, each ended by 0; dtype object."""
        spelled = [self._spell(text) for text in samples]
        found = np.empty(len(spelled), dtype=object)
        points = np.frombuffer("".join(spelled).encode("utf-32-le"), dtype=np.uint32)
        tokens = self._numbers(points)
        start = 0
        for i, text in enumerate(spelled):
            found[i] = np.append(tokens[start : start + len(text)], np.int32(END))
            start += len(text)
        return found

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
        signs = ("\n" if self.lines else "", *self.characters, _UNKNOWN)
        text = "".join(signs[token] for token in tokens)
        return text.encode("latin-1").decode(errors="replace") if self.unit == "byte" else text

    def arrange(self, by_feature: np.ndarray) -> np.ndarray:
        """Return numbers that belong to tokens: n arrays, as long as their texts and one more."""
        return by_feature

    def to_json(self) -> dict[str, Any]:
        """Return the alphabet as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Alphabet:
        """Rebuild an alphabet from `to_json`."""
        return cls(**stored)

    def _spell(self, text: str) -> str:
        """Return a text with one sign a token."""
        return text.encode().decode("latin-1") if self.unit == "byte" else text

    def _numbers(self, points: np.ndarray) -> np.ndarray:
        """Return the tokens of code points."""
        known = np.array([ord(char) for char in self.characters], dtype=np.uint32)
        at = np.searchsorted(known, points)
        hit = np.append(known, np.uint32(0))[at] == points
        hit &= at < len(known)
        tokens = np.where(hit, at + 1, self.other)
        if self.lines:
            tokens[points == ord("\n")] = END
        return tokens.astype(np.int32)
