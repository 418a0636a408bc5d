"""Laws for models of texts only: exactness, drawing, refusing, surviving."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from likely.base.capabilities import Density, Sampler
from likely.core.errors import DataError
from likely.testing.law import (
    hasty,
    law,
    learnt,
    require,
    require_error,
    require_finite,
    require_survival,
)
from likely.testing.texts import sentences


@law(Density, data="text")
def probabilities_of_texts_sum_to_one(model: Any) -> None:
    """Over all texts of up to six of two letters, learnt from shorter ones: 0.98 to 1."""
    fitted = learnt(model, ["a", "b", "ab", "ba"] * 20)
    texts = ["".join(letters) for n in range(7) for letters in product("ab", repeat=n)]
    total = float(np.exp(fitted.log_prob(texts)).sum())
    low = 0.98 if type(model).exact else 0.0
    require(low <= total <= 1.0001, f"Probabilities sum to {total:.5f}; they should to 1.")


@law(Sampler, data="text")
def drawn_texts_look_like_the_data(model: Any) -> None:
    """`sample(n)` gives n texts of the characters learnt; a seed repeats them."""
    fitted = learnt(model, sentences())
    first, again, other = (fitted.sample(4, seed=s) for s in (3, 3, 4))
    require(len(first) == 4 and all(isinstance(t, str) for t in first), f"sample gives {first!r}.")
    known = set("".join(sentences()))
    strange = set("".join(first)) - known
    require(not strange, f"Samples hold characters that were never seen: {strange}.")
    require(list(first) == list(again), "One seed draws different texts.")
    require(list(first) != list(other), "Two seeds draw the same texts.")


@law(data="text")
def what_is_no_text_is_refused(model: Any) -> None:
    """Numbers, nothing, and a file that does not exist: an error says what was expected."""
    fitted = learnt(model, sentences())
    wrong: dict[str, tuple[Any, tuple[str, ...]]] = {
        "numbers": (np.zeros((3, 2)), ("text",)),
        "a number among texts": (["a", 3], ("3", "int")),
        "no texts": ([], ("0",)),
        "nothing": (None, ("text",)),
        "a missing file": ("no such file.txt", ("no such file.txt",)),
    }
    for what, (data, words) in wrong.items():
        require_error(
            DataError, lambda data=data: fitted.score_samples(data), words, f"Scoring {what}"
        )


@law(data="text")
def hostile_texts_are_survived(model: Any) -> None:
    """Whatever texts hold and however few they are, scores are finite or the error is ours."""
    fitted = learnt(model, sentences())
    several = {
        "all empty": [""] * 20,
        "all equal": ["the same"] * 20,
        "two texts": ["one", "two"],
        "all different": [chr(0x4E00 + i) for i in range(500)],
        "many characters": ["".join(map(chr, range(0x4E00, 0x5000)))] * 3,
        "half characters": ["a\ud800b", "\udfff", "c"] * 3,
        "newlines and zeros": ["a\nb\n", "\n\n", "\0", "\r\n"] * 3,
        "missing values": ["a", None, float("nan"), "b"] * 3,
        "one long text": ["ab" * 3000, "a"],
    }

    def attempt(texts: Any) -> None:
        for one in (hasty(model).fit(texts), fitted):
            require_finite(one.score_samples(texts), "score_samples")
            if isinstance(one, Sampler):
                one.sample(1, seed=0)

    require_survival(several, attempt, "Hostile texts")
