"""Laws for models of texts: finding, placing, exactness, repeatability, files, refusing."""

from __future__ import annotations

import random
import sys
import warnings
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from likely.base import model as model_module
from likely.base.capabilities import Density, Explainer, Sampler, TokenReader
from likely.core.catalogue import entries
from likely.core.errors import DataError, LikelyError
from likely.evaluation import auroc
from likely.persistence import load_model, save_model
from likely.testing.law import (
    fresh,
    law,
    name_of,
    require,
    require_equal,
    require_error,
    require_finite,
)
from likely.testing.state import compare_state, rebuild
from likely.testing.texts import planted_sentences, sentences


@law(data="text")
def planted_texts_are_found(model: Any) -> None:
    """Scores are one float64 a text, cut at their 1 % quantile; planted: AUROC of 0.95."""
    fitted = fresh(model).fit(sentences())
    require(fitted.training_scores_.shape == (60,), "training_scores_ is not one a text.")
    cut = np.quantile(fitted.training_scores_, 0.01)
    require_equal(np.array(fitted.offset_), np.array(cut), "offset_")
    new, labels, _ = planted_sentences()
    found = fitted.score_samples(new)
    require(
        found.dtype == np.float64 and found.shape == (len(new),),
        f"score_samples gives {found.dtype} of shape {found.shape}.",
    )
    reached = auroc(labels, -found)
    require(reached >= 0.95, f"AUROC on planted texts is {reached:.3f}.")


@law(Explainer, data="text")
def contributions_peak_at_the_planted_letters(model: Any) -> None:
    """Contributions are one number a character and one for the end, largest where planted."""
    fitted = fresh(model).fit(sentences())
    new, labels, places = planted_sentences()
    odd = [new[i] for i in np.flatnonzero(labels)]
    found = fitted.contributions(odd)
    lengths = [len(one) for one in found]
    require(lengths == [len(text) + 1 for text in odd], f"contributions have lengths {lengths}.")
    require_finite(np.concatenate(list(found)), "contributions")
    hits = [
        low <= int(one.argmax()) <= high  # the first letter behind is surprising, too
        for one, (low, high) in zip(found, places, strict=True)
    ]
    require(np.mean(hits) >= 0.9, f"Contributions peak at {np.mean(hits):.0%} of places.")
    if type(model).additive:
        total = np.array([one.sum() for one in found])
        require_equal(
            total, -fitted.score_samples(odd), "Sums of contributions", rtol=type(model).precision
        )


@law(TokenReader, data="text")
def bits_are_one_a_token(model: Any) -> None:
    """`bits` has one finite number a character and one for the end; they sum to -log2 of p."""
    fitted, new = fresh(model).fit(sentences()), [*planted_sentences(8)[0], ""]
    found = fitted.bits(new)
    lengths = [len(one) for one in found]
    require(lengths == [len(text) + 1 for text in new], f"bits have lengths {lengths}.")
    require_finite(np.concatenate(list(found)), "bits")
    require_finite(np.array(fitted.usual_bits), "usual_bits")
    if isinstance(fitted, Density) and type(model).exact:
        total = np.array([one.sum() for one in found])
        expected = -fitted.log_prob(new) / np.log(2)
        require_equal(total, expected, "Sums of bits", rtol=type(model).precision)


@law(Density, data="text")
def probabilities_of_texts_sum_to_one(model: Any) -> None:
    """Over all texts of up to six of two letters, learnt from shorter ones: 0.98 to 1."""
    fitted = fresh(model).fit(["a", "b", "ab", "ba"] * 20)
    texts = ["".join(letters) for n in range(7) for letters in product("ab", repeat=n)]
    total = float(np.exp(fitted.log_prob(texts)).sum())
    low = 0.98 if type(model).exact else 0.0
    require(low <= total <= 1.0001, f"Probabilities sum to {total:.5f}; they should to 1.")


@law(Sampler, data="text")
def drawn_texts_look_like_the_data(model: Any) -> None:
    """`sample(n)` gives n texts of the characters learnt; a seed repeats them."""
    fitted = fresh(model).fit(sentences())
    first, again, other = (fitted.sample(4, seed=s) for s in (3, 3, 4))
    require(len(first) == 4 and all(isinstance(t, str) for t in first), f"sample gives {first!r}.")
    known = set("".join(sentences()))
    strange = set("".join(first)) - known
    require(not strange, f"Samples hold characters that were never seen: {strange}.")
    require(list(first) == list(again), "One seed draws different texts.")
    require(list(first) != list(other), "Two seeds draw the same texts.")


@law(data="text")
def same_seed_gives_the_same_bytes_of_texts(model: Any) -> None:
    """Two fits with one seed give the same scores of texts; a model fitted anew forgets."""
    new = planted_sentences(12)[0]
    first, second = fresh(model).fit(sentences()), fresh(model).fit(sentences(30, seed=5))
    second.fit(sentences())
    for name, a, b in [
        ("training_scores_", first.training_scores_, second.training_scores_),
        ("score_samples", first.score_samples(new), second.score_samples(new)),
    ]:
        require(a.tobytes() == b.tobytes(), f"{name} of texts differs between two fits.")


@law(data="text")
def text_alone_equals_text_in_batch(model: Any) -> None:
    """A text alone scores as among longer ones, in any order and in parts."""
    rtol = type(model).precision
    new = [*planted_sentences(12)[0], "", "a", " ".join(sentences(9, seed=2))]
    fitted = fresh(model).fit(sentences())
    expected = fitted.score_samples(new)
    alone = np.concatenate([fitted.score_samples([text]) for text in new])
    require_equal(alone, expected, "Scores of texts alone", rtol=rtol, atol=rtol)
    order = np.random.default_rng(2).permutation(len(new))
    found = fitted.score_samples([new[i] for i in order])
    require_equal(found, expected[order], "Scores of texts reordered", rtol=rtol, atol=rtol)
    with patch.object(model_module, "BATCH_CELLS", 60):
        found = fitted.score_samples(new)
    require_equal(found, expected, "Scores of texts in parts", rtol=rtol, atol=rtol)


@law(data="text")
def global_random_state_is_untouched_by_texts(model: Any) -> None:
    """Global random numbers, of numpy, Python and torch, neither change nor matter."""
    torch = sys.modules.get("torch")  # a model that needs it has loaded it
    kept = np.random.get_state(), random.getstate()  # noqa: NPY002 - the global state is the matter
    try:
        found = []
        for seed in (1, 2):
            np.random.seed(seed)  # noqa: NPY002 - as above
            random.seed(seed)
            before = _drawn(torch)
            fitted = fresh(model).fit(sentences())
            found.append(fitted.score_samples(sentences(12, seed=1)))
            if isinstance(fitted, Sampler):
                fitted.sample(2, seed=0)
            require(_drawn(torch) == before, "The global random state was used.")
        require_equal(found[0], found[1], "Scores of texts under two global seeds", rtol=0)
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002 - as above
        random.setstate(kept[1])


@law(data="text")
def stated_state_suffices_for_texts(model: Any) -> None:
    """Parameters, alphabet, offset and the stated arrays alone score as the fitted model does."""
    fitted = fresh(model).fit(sentences())
    compare_state(fitted)
    rebuilt, new = rebuild(fitted), planted_sentences(12)[0]
    require_equal(rebuilt.score_samples(new), fitted.score_samples(new), "Scores", rtol=1e-12)
    if isinstance(fitted, Density):
        require_equal(rebuilt.log_prob(new), fitted.log_prob(new), "log_prob")


@law(data="text")
def saved_models_score_texts_the_same(model: Any) -> None:
    """A model of the catalogue read back from a file scores as before, bit by bit."""
    entry = entries().get(name_of(model))
    if entry is None or entry.module != type(model).__module__:
        return  # files hold models of the catalogue only
    fitted, new = fresh(model).fit(sentences()), planted_sentences(12)[0]
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "first.likely"), Path(folder, "second.likely")
        save_model(fitted, first)
        loaded = load_model(first)
        save_model(loaded, second)
        require(first.read_bytes() == second.read_bytes(), "Saving again gives other bytes.")
    found, expected = loaded.score_samples(new), fitted.score_samples(new)
    require(found.tobytes() == expected.tobytes(), "Scores of the loaded model differ.")
    if isinstance(fitted, Sampler):
        same = list(loaded.sample(3, seed=0)) == list(fitted.sample(3, seed=0))
        require(same, "The loaded model draws other texts.")
    again = fresh(loaded).fit(sentences()).score_samples(new)
    require(again.tobytes() == expected.tobytes(), "A loaded model, fitted anew, differs.")


@law(data="text")
def what_is_no_text_is_refused(model: Any) -> None:
    """Numbers, nothing, and a file that does not exist: an error says what was expected."""
    fitted = fresh(model).fit(sentences())
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
    fitted, wrong = fresh(model).fit(sentences()), []
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
    for name, texts in several.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)
                for one in (fresh(model).fit(texts), fitted):
                    require_finite(one.score_samples(texts), "score_samples")
                    if isinstance(one, Sampler):
                        one.sample(1, seed=0)
        except LikelyError as error:
            if isinstance(error, AssertionError):
                wrong.append(f"{name}: {error}")
        except Exception as error:  # everything else is what the law forbids
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    require(not wrong, "Hostile texts:\n  " + "\n  ".join(wrong))


def _drawn(torch: Any) -> tuple[Any, ...]:
    """Return what the global generators stand at."""
    state: Any = np.random.get_state()  # noqa: NPY002 - the global state is the matter
    at = b"" if torch is None else torch.get_rng_state().numpy().tobytes()
    return state[1].tobytes(), state[2], random.getstate(), at
