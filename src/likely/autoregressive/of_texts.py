"""What models of texts share: what a token is, completing, drawing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast, final

import numpy as np
import torch
from torch import Tensor

from likely.autoregressive.of_tokens import OfTokens
from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.data.alphabet import END, MOST_TOKENS, Alphabet, Unit
from likely.data.samples import Samples
from likely.data.texts import Texts, as_texts
from likely.nets.choice import choose_token
from likely.nets.tokens import NOTHING

_LONGEST_DRAWN = 10_000  # tokens
_MANY_UNNAMED = 0.2  # of the words
_AT_ONCE = 256  # texts that are drawn together


class OfTexts(OfTokens, ABC):
    """A model of texts, token by token, which can go on with what was begun."""

    tokens: Unit | Literal["auto"]

    @final
    def complete(
        self,
        prompts: Sequence[str] | Sequence[Sequence[str | int]] | str,
        n_tokens: int = 200,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        condition: Any = None,
    ) -> list[str]:
        """Continue texts.

        Parameters
        ----------
        prompts : sequence of str or of lists of tokens, or str
            How the texts begin; "" begins anew, as behind the end of a sample.
        n_tokens : int, default 200
            How many tokens to draw behind each. Lines follow lines; where samples are whole
            texts or molecules, one stops at its end.
        temperature : float, default 1.0
            At least 0. Below 1 likelier tokens come more often than the model says; with 0 always
            the likeliest.
        top_k : int, optional
            Only so many of the likeliest tokens may come.
        top_p : float, optional
            In (0, 1]: only the fewest tokens that together have this probability may come.
        seed : int, optional
            The same seed draws the same texts.
        condition : as in `fit`, optional
            What each text is given, one row a text or one for all, of models that were fitted so.

        Returns
        -------
        list of str
            Each with its prompt; words with spaces between them.
        """
        self._check_fitted()
        texts = as_texts([prompts] if isinstance(prompts, str) else list(prompts))
        _check_drawing(n_tokens, temperature, top_k, top_p)
        given = self._given(condition, len(texts))
        rng = generator(seed)
        starts = [tokens[:-1] for tokens in self.schema_.features(texts)]
        found = [""] * len(texts)
        ends = not self.schema_.lines or self.schema_.kind == "molecule"
        for length in sorted({len(start) for start in starts}):
            alike = [i for i, start in enumerate(starts) if len(start) == length]
            for some in (alike[i : i + _AT_ONCE] for i in range(0, len(alike), _AT_ONCE)):
                begun = np.stack([starts[i] for i in some])
                choose = self._chooser(rng, temperature, top_k, top_p)
                told = None if given is None else given[some]
                drawn = self._drawn(begun, n_tokens, choose, told, ends=ends)
                for i, tokens in zip(some, drawn, strict=True):
                    fresh = tokens[length:]
                    fresh = fresh[fresh != NOTHING]
                    if self.schema_.kind == "molecule" and len(fresh) and fresh[-1] == END:
                        fresh = fresh[:-1]
                    found[i] = self.schema_.extend(texts.parts[i], fresh)
        return found

    @abstractmethod
    def _drawn(
        self,
        begun: np.ndarray,
        count: int,
        choose: Callable[[Tensor], Tensor],
        given: np.ndarray | None,
        *,
        ends: bool,
    ) -> np.ndarray:
        """Return equally long beginnings with tokens drawn behind them, (n, time).

        With `ends` nothing is drawn behind the end of a sample; `NOTHING` stands there.
        """

    def _describe(self, samples: Samples) -> Alphabet:
        return Alphabet.learn(cast(Texts, samples), self.tokens)

    def _whole(self, n: int, given: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
        """Return n samples, drawn from beginning to end."""
        found = np.empty(n, dtype=object)
        most = min(self.schema_.longest, _LONGEST_DRAWN)
        choose = self._chooser(rng)
        for start in range(0, n, _AT_ONCE):
            told = None if given is None else given[start : start + _AT_ONCE]
            begun = np.empty((min(_AT_ONCE, n - start), 0), dtype=np.int64)
            for i, tokens in enumerate(self._drawn(begun, most, choose, told, ends=True)):
                found[start + i] = tokens[tokens != NOTHING]
        return found

    def _chooser(
        self,
        rng: np.random.Generator,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
    ) -> Callable[[Tensor], Tensor]:
        """Return what chooses tokens by logits, (batch, token) to (batch,)."""
        other = self.schema_.other

        def choose(logits: Tensor) -> Tensor:
            logits[:, other] = -torch.inf  # nobody could say which character or word it is
            chance = torch.from_numpy(rng.random(len(logits))).to(logits)
            return choose_token(logits, chance, temperature, top_k, top_p)

        return choose


def unnamed(stream: np.ndarray, schema: Alphabet) -> list[str]:
    """Say so if many words of what was learnt are told apart no more."""
    share = float((stream == schema.other).sum() / max(1, (stream != END).sum()))
    if schema.unit != "word" or share < _MANY_UNNAMED:
        return []
    return [
        f"{share:.0%} of the words were seen once, or are beyond the most frequent "
        f"{MOST_TOKENS:,}: they share one token, so what they say does not count."
    ]


def _check_drawing(
    n_tokens: int, temperature: float, top_k: int | None, top_p: float | None
) -> None:
    wrong = {
        "n_tokens": (n_tokens >= 0, "at least 0", n_tokens),
        "temperature": (temperature >= 0, "at least 0", temperature),
        "top_k": (top_k is None or top_k >= 1, "at least 1, or None", top_k),
        "top_p": (top_p is None or 0 < top_p <= 1, "in (0, 1], or None", top_p),
    }
    for name, (holds, expected, value) in wrong.items():
        if not holds:
            raise ParameterError(f"complete: {name} must be {expected}. Got {value!r}.")
