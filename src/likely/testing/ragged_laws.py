"""Laws for models of samples whose lengths differ: finding, placing, repeatability, files."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from likely.base import model as model_module
from likely.base.capabilities import Density, Explainer, Sampler, TokenReader
from likely.base.conditional import Conditional
from likely.core.catalogue import entries
from likely.core.errors import DataError
from likely.evaluation import auroc
from likely.persistence import load_model, save_model
from likely.testing.law import (
    fresh,
    hasty,
    law,
    learnt,
    name_of,
    require,
    require_equal,
    require_error,
    require_finite,
)
from likely.testing.ragged import alike, toy_of
from likely.testing.state import compare_state, rebuild


@law(data="ragged")
def planted_ragged_samples_are_found(model: Any) -> None:
    """Scores are one float64 a sample, cut at their 1 % quantile; planted: AUROC of 0.95."""
    toy = toy_of(model)
    fitted = learnt(model, toy.clean())
    require(fitted.training_scores_.shape == (60,), "training_scores_ is not one a sample.")
    cut = np.quantile(fitted.training_scores_, 0.01)
    require_equal(np.array(fitted.offset_), np.array(cut), "offset_")
    new, labels, _ = toy.planted()
    found = fitted.score_samples(new)
    require(
        found.dtype == np.float64 and found.shape == (len(new),),
        f"score_samples gives {found.dtype} of shape {found.shape}.",
    )
    reached = auroc(labels, -found)
    require(reached >= 0.95, f"AUROC on planted samples is {reached:.3f}.")


@law(Explainer, data="ragged")
def contributions_peak_at_the_planted_tokens(model: Any) -> None:
    """Contributions are one number a token, also for the end, largest where planted."""
    toy = toy_of(model)
    fitted = learnt(model, toy.clean())
    new, labels, places = toy.planted()
    odd = [new[i] for i in np.flatnonzero(labels)]
    found = fitted.contributions(odd)
    lengths = [len(one) for one in found]
    require(lengths == [len(one) + 1 for one in odd], f"contributions have lengths {lengths}.")
    require_finite(np.concatenate(list(found)), "contributions")
    hits = [
        low <= int(one.argmax()) <= high  # the first one behind is surprising, too
        for one, (low, high) in zip(found, places, strict=True)
    ]
    require(np.mean(hits) >= 0.9, f"Contributions peak at {np.mean(hits):.0%} of places.")
    if type(model).additive:
        total = np.array([one.sum() for one in found])
        require_equal(
            total, -fitted.score_samples(odd), "Sums of contributions", rtol=type(model).precision
        )


@law((Conditional, Density), data="ragged")
def ragged_samples_are_told_apart_by_conditions(model: Any) -> None:
    """Samples and those read backwards: likelier given what they are, drawn as what is asked."""
    sorts = ("forwards", "backwards")

    def both(n: int, seed: int) -> tuple[list[Any], list[str]]:
        clean = toy_of(model).clean(n, seed)
        return [*clean, *(one[::-1] for one in clean)], [sort for sort in sorts for _ in range(n)]

    def right(fitted: Any, samples: Any, told: list[str]) -> float:
        other = [sorts[1 - sorts.index(sort)] for sort in told]
        return float(np.mean(fitted.log_prob(samples, told) > fitted.log_prob(samples, other)))

    samples, told = both(60, 0)
    fitted = learnt(model, samples, condition=told)
    found = right(fitted, *both(20, 1))
    require(found >= 0.9, f"Only {found:.0%} of samples are likelier given their own condition.")
    if isinstance(fitted, Sampler):
        asked = [sort for sort in sorts for _ in range(10)]
        found = right(fitted, fitted.sample(20, seed=0, condition=asked), asked)
        require(found >= 0.8, f"Only {found:.0%} of those drawn are what was asked for.")
    require_error(DataError, lambda: fitted.score_samples(samples), ("condition",), "without any")
    fitted.fit(samples)
    require_error(DataError, lambda: fitted.score_samples(samples, told), ("fit",), "not asked for")


@law(TokenReader, data="ragged")
def bits_are_one_a_token(model: Any) -> None:
    """`bits` has one finite number a token, also for the end; they sum to -log2 of p."""
    toy = toy_of(model)
    fitted, new = learnt(model, toy.clean()), [*toy.planted(8)[0], *toy.others]
    found = fitted.bits(new)
    lengths = [len(one) for one in found]
    require(lengths == [len(one) + 1 for one in new], f"bits have lengths {lengths}.")
    require_finite(np.concatenate(list(found)), "bits")
    require_finite(np.array(fitted.usual_bits), "usual_bits")
    if isinstance(fitted, Density) and type(model).exact:
        total = np.array([one.sum() for one in found])
        expected = -fitted.log_prob(new) / np.log(2)
        require_equal(total, expected, "Sums of bits", rtol=type(model).precision)


@law(data="ragged")
def same_seed_gives_the_same_bytes_of_ragged_samples(model: Any) -> None:
    """Two fits with one seed give the same scores; a model fitted anew forgets."""
    toy = toy_of(model)
    new = toy.planted(12)[0]
    first, second = learnt(model, toy.clean()), learnt(model, toy.clean(30, 5))
    second.fit(toy.clean())
    for name, a, b in [
        ("training_scores_", first.training_scores_, second.training_scores_),
        ("score_samples", first.score_samples(new), second.score_samples(new)),
    ]:
        require(a.tobytes() == b.tobytes(), f"{name} differs between two fits.")


@law(data="ragged")
def ragged_sample_alone_equals_it_in_batch(model: Any) -> None:
    """A sample alone scores as among longer ones, in any order and in parts."""
    toy = toy_of(model)
    rtol = type(model).precision
    new = [*toy.planted(12)[0], *toy.others]
    fitted = learnt(model, toy.clean())
    expected = fitted.score_samples(new)
    alone = np.concatenate([fitted.score_samples([one]) for one in new])
    require_equal(alone, expected, "Scores of samples alone", rtol=rtol, atol=rtol)
    order = np.random.default_rng(2).permutation(len(new))
    found = fitted.score_samples([new[i] for i in order])
    require_equal(found, expected[order], "Scores of samples reordered", rtol=rtol, atol=rtol)
    with patch.object(model_module, "BATCH_CELLS", 60):
        found = fitted.score_samples(new)
    require_equal(found, expected, "Scores of samples in parts", rtol=rtol, atol=rtol)


@law(data="ragged")
def global_random_state_is_untouched_by_ragged_samples(model: Any) -> None:
    """Global random numbers, of numpy, Python and torch, neither change nor matter."""
    toy = toy_of(model)
    torch = sys.modules.get("torch")  # a model that needs it has loaded it
    kept = np.random.get_state(), random.getstate()  # noqa: NPY002 - the global state is the matter
    try:
        found = []
        for seed in (1, 2):
            np.random.seed(seed)  # noqa: NPY002 - as above
            random.seed(seed)
            before = _drawn(torch)
            fitted = hasty(model).fit(toy.clean())
            found.append(fitted.score_samples(toy.clean(12, 1)))
            if isinstance(fitted, Sampler):
                fitted.sample(2, seed=0)
            require(_drawn(torch) == before, "The global random state was used.")
        require_equal(found[0], found[1], "Scores of samples under two global seeds", rtol=0)
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002 - as above
        random.setstate(kept[1])


@law(data="ragged")
def stated_state_suffices_for_ragged_samples(model: Any) -> None:
    """Parameters, description, offset and the stated arrays alone score as the fitted model."""
    toy = toy_of(model)
    fitted = learnt(model, toy.clean())
    compare_state(fitted)
    rebuilt, new = rebuild(fitted), toy.planted(12)[0]
    require_equal(rebuilt.score_samples(new), fitted.score_samples(new), "Scores", rtol=1e-12)
    if isinstance(fitted, Density):
        require_equal(rebuilt.log_prob(new), fitted.log_prob(new), "log_prob")


@law(data="ragged")
def saved_models_score_ragged_samples_the_same(model: Any) -> None:
    """A model of the catalogue read back from a file scores as before, bit by bit."""
    toy = toy_of(model)
    entry = entries().get(name_of(model))
    if entry is None or entry.module != type(model).__module__:
        return  # files hold models of the catalogue only
    fitted, new = learnt(model, toy.clean()), toy.planted(12)[0]
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "first.likely"), Path(folder, "second.likely")
        save_model(fitted, first)
        loaded = load_model(first)
        save_model(loaded, second)
        require(first.read_bytes() == second.read_bytes(), "Saving again gives other bytes.")
    found, expected = loaded.score_samples(new), fitted.score_samples(new)
    require(found.tobytes() == expected.tobytes(), "Scores of the loaded model differ.")
    if isinstance(fitted, Sampler):
        same = alike(loaded.sample(3, seed=0), fitted.sample(3, seed=0))
        require(same, "The loaded model draws other samples.")
    again = fresh(loaded).fit(toy.clean()).score_samples(new)
    require(again.tobytes() == expected.tobytes(), "A loaded model, fitted anew, differs.")


def _drawn(torch: Any) -> tuple[Any, ...]:
    """Return what the global generators stand at."""
    state: Any = np.random.get_state()  # noqa: NPY002 - the global state is the matter
    at = b"" if torch is None else torch.get_rng_state().numpy().tobytes()
    return state[1].tobytes(), state[2], random.getstate(), at
