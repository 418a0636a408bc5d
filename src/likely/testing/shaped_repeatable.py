"""Laws of repeatability for models of samples with axes, and laws about their state and files."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from likely.base import model as model_module
from likely.base.capabilities import Density, Explainer
from likely.core.catalogue import entries
from likely.persistence import load_model, save_model
from likely.testing.law import (
    fresh,
    hasty,
    law,
    learnt,
    name_of,
    require,
    require_equal,
    shaped_kinds,
)
from likely.testing.shaped import clean, planted
from likely.testing.state import compare_state, rebuild


@law(data="axes")
def same_seed_gives_the_same_bytes_of_samples(model: Any) -> None:
    """Two fits with one seed give the same scores of samples with axes, bit by bit."""
    for kind in shaped_kinds(model):
        new = clean(kind, 12, seed=1)
        first, second = learnt(model, clean(kind)), fresh(model).fit(clean(kind))
        for name, a, b in [
            ("training_scores_", first.training_scores_, second.training_scores_),
            ("score_samples", first.score_samples(new), second.score_samples(new)),
        ]:
            require(a.tobytes() == b.tobytes(), f"{name} of {kind} differs between two fits.")


@law(data="axes")
def refitting_on_samples_forgets(model: Any) -> None:
    """A model that learnt other samples before, of another size, is like a new one."""
    for kind in shaped_kinds(model):
        samples, new = clean(kind), clean(kind, 12, seed=1)
        used = hasty(model).fit(samples[:30, 1:]).fit(samples)
        expected = learnt(hasty(model), samples).score_samples(new)
        require_equal(used.score_samples(new), expected, f"Scores of {kind} after a refit", rtol=0)


@law(data="axes")
def sample_alone_equals_sample_in_batch(model: Any) -> None:
    """A sample alone scores as in a batch, in any order and in parts, to the class's precision."""
    for kind in shaped_kinds(model):
        rtol = type(model).precision
        new, _, _ = planted(kind, 12)
        fitted = learnt(model, clean(kind))
        expected = fitted.score_samples(new)
        alone = np.concatenate([fitted.score_samples(new[[i]]) for i in range(len(new))])
        require_equal(alone, expected, f"Scores of {kind} alone", rtol=rtol, atol=rtol)
        order = np.random.default_rng(2).permutation(len(new))
        found = fitted.score_samples(new[order])
        require_equal(found, expected[order], f"Scores of {kind} reordered", rtol=rtol, atol=rtol)
        with patch.object(model_module, "BATCH_CELLS", 3 * new[0].size):
            found = fitted.score_samples(new)
        require_equal(found, expected, f"Scores of {kind} in parts", rtol=rtol, atol=rtol)


@law(data="axes")
def samples_are_untouched(model: Any) -> None:
    """Samples that cannot be written to are welcome, and those that can stay as they are."""
    for kind in shaped_kinds(model):
        samples, new = clean(kind), clean(kind, 12, seed=1)
        expected = hasty(model).fit(samples).score_samples(new)
        require(samples.tobytes() == clean(kind).tobytes(), f"`fit` changed {kind} samples.")
        require(
            new.tobytes() == clean(kind, 12, seed=1).tobytes(),
            f"`score_samples` changed {kind} samples.",
        )
        samples.flags.writeable = new.flags.writeable = False
        found = hasty(model).fit(samples).score_samples(new)
        require_equal(found, expected, f"Scores of read-only {kind}", rtol=0)


@law(data="axes")
def global_random_state_is_untouched_by_samples(model: Any) -> None:
    """Global random numbers, of numpy, Python and torch, neither change nor matter."""
    torch = sys.modules.get("torch")  # a model that needs it has loaded it
    kept = np.random.get_state(), random.getstate()  # noqa: NPY002 - the global state is the matter
    try:
        for kind in shaped_kinds(model):
            found = []
            for seed in (1, 2):
                np.random.seed(seed)  # noqa: NPY002 - as above
                random.seed(seed)
                before = _drawn(torch)
                fitted = hasty(model).fit(clean(kind))
                found.append(fitted.score_samples(clean(kind, 12, seed=1)))
                require(_drawn(torch) == before, f"The global random state was used ({kind}).")
            require_equal(found[0], found[1], f"Scores of {kind} under two global seeds", rtol=0)
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002 - as above
        random.setstate(kept[1])


@law(data="axes")
def stated_state_suffices_for_samples(model: Any) -> None:
    """Parameters, form, offset and the stated arrays alone score as the fitted model does."""
    for kind in shaped_kinds(model):
        fitted = learnt(model, clean(kind))
        compare_state(fitted)
        rebuilt, new = rebuild(fitted), clean(kind, 12, seed=1)
        require_equal(
            rebuilt.score_samples(new), fitted.score_samples(new), f"Scores of {kind}", rtol=1e-12
        )
        if isinstance(fitted, Explainer):
            require_equal(rebuilt.contributions(new), fitted.contributions(new), "contributions")
        if isinstance(fitted, Density) and fitted.schema_.plain:
            require_equal(rebuilt.log_prob(new), fitted.log_prob(new), "log_prob")


@law(data="axes")
def saved_models_score_samples_the_same(model: Any) -> None:
    """A model of the catalogue read back from a file scores as before, bit by bit."""
    entry = entries().get(name_of(model))
    if entry is None or entry.module != type(model).__module__:
        return  # files hold models of the catalogue only
    for kind in shaped_kinds(model):
        fitted, new = learnt(model, clean(kind)), clean(kind, 12, seed=1)
        with TemporaryDirectory() as folder:
            first, second = Path(folder, "first.likely"), Path(folder, "second.likely")
            save_model(fitted, first)
            loaded = load_model(first)
            save_model(loaded, second)
            require(first.read_bytes() == second.read_bytes(), "Saving again gives other bytes.")
        found, expected = loaded.score_samples(new), fitted.score_samples(new)
        require(found.tobytes() == expected.tobytes(), f"Scores of {kind} of the loaded differ.")
        require(loaded.offset_ == fitted.offset_, "offset_ of the loaded model differs.")
        again = fresh(loaded).fit(clean(kind)).score_samples(new)
        require(again.tobytes() == expected.tobytes(), "A loaded model, fitted anew, differs.")


def _drawn(torch: Any) -> tuple[Any, ...]:
    """Return what the global generators stand at."""
    state: Any = np.random.get_state()  # noqa: NPY002 - the global state is the matter
    at = b"" if torch is None else torch.get_rng_state().numpy().tobytes()
    return state[1].tobytes(), state[2], random.getstate(), at
