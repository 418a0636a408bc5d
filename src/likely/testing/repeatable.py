"""Laws of repeatability: what a score may depend on, and what `fit` may touch."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import patch

import numpy as np

from likely.base import model as model_module
from likely.testing.law import fresh, hasty, law, learnt, name_of, require, require_equal
from likely.testing.toys import gaussian, mixed


@law()
def same_seed_gives_the_same_bytes(model: Any) -> None:
    """Two fits with one seed give the same scores, bit by bit."""
    rows, new = gaussian(), gaussian(50, seed=1)
    first, second = learnt(model, rows), fresh(model).fit(rows)
    for name, a, b in [
        ("training_scores_", first.training_scores_, second.training_scores_),
        ("score_samples", first.score_samples(new), second.score_samples(new)),
    ]:
        require(a.tobytes() == b.tobytes(), f"{name} differs between two fits with one seed.")


@law()
def refitting_forgets(model: Any) -> None:
    """A model that was fitted on other data before is like a new one."""
    rows, new = gaussian(), gaussian(50, seed=1)
    used = hasty(model).fit(mixed()).fit(rows)
    unused = learnt(hasty(model), rows)
    require_equal(
        used.score_samples(new), unused.score_samples(new), "Scores after a refit", rtol=0
    )
    require(
        not hasattr(used, "feature_names_in_"), "feature_names_in_ is left over from an older fit."
    )


@law()
def row_alone_equals_row_in_batch(model: Any) -> None:
    """A row alone scores like the same row in a batch, on numbers and on mixed columns."""
    rows = gaussian()
    new = np.vstack([gaussian(12, seed=1), rows[:4], rows.mean(axis=0) + 1e4 * rows[:2]])
    fitted = learnt(model, rows)
    alone = np.concatenate([fitted.score_samples(new[[i]]) for i in range(len(new))])
    require_equal(alone, fitted.score_samples(new), "Scores of rows alone")

    table, few = mixed(), mixed(12, seed=1)
    fitted = learnt(model, table)
    alone = np.concatenate([fitted.score_samples(few.slice(i, 1)) for i in range(few.num_rows)])
    require_equal(alone, fitted.score_samples(few), "Scores of mixed rows alone")


@law()
def batch_size_does_not_matter(model: Any) -> None:
    """Scores, of training rows too, do not depend on how many rows are scored at a time."""
    rows, new = gaussian(), gaussian(64, seed=1)
    whole = learnt(hasty(model), rows)
    for cells in (1, 21):  # one row at a time; seven, which divides neither 200 nor 64
        with patch.object(model_module, "BATCH_CELLS", cells):
            parts = hasty(model).fit(rows)
            scores = parts.score_samples(new)
        require_equal(scores, whole.score_samples(new), f"Scores in batches of {cells} cells")
        require_equal(
            parts.training_scores_,
            whole.training_scores_,
            f"training_scores_ in batches of {cells} cells",
        )


@law()
def order_of_new_rows_does_not_matter(model: Any) -> None:
    """Shuffled new rows get their scores shuffled."""
    fitted = learnt(model, gaussian())
    new = gaussian(64, seed=1)
    order = np.random.default_rng(2).permutation(len(new))
    require_equal(fitted.score_samples(new[order]), fitted.score_samples(new)[order], "Scores")


@law()
def order_of_training_rows_does_not_matter(model: Any) -> None:
    """Shuffled training rows give the same model."""
    rows, new = gaussian(), gaussian(64, seed=1)
    order = np.random.default_rng(2).permutation(len(rows))
    straight, shuffled = learnt(model, rows), fresh(model).fit(rows[order])
    require_equal(
        shuffled.training_scores_, straight.training_scores_[order], "Shuffled training_scores_"
    )
    require_equal(
        shuffled.score_samples(new), straight.score_samples(new), "Scores after shuffled training"
    )


@law()
def input_is_untouched(model: Any) -> None:
    """`fit` and `score_samples` leave arrays and dataframes as they were."""
    rows, new = gaussian(), gaussian(50, seed=1)
    before = rows.copy(), new.copy()
    hasty(model).fit(rows).score_samples(new)
    require(rows.tobytes() == before[0].tobytes(), "`fit` changed its input.")
    require(new.tobytes() == before[1].tobytes(), "`score_samples` changed its input.")
    table = mixed()
    hasty(model).fit(table).score_samples(table)
    require(table.equals(mixed()), "`fit` or `score_samples` changed a table.")


@law()
def read_only_input_is_welcome(model: Any) -> None:
    """Arrays that cannot be written to give the same scores."""
    rows, new = gaussian(), gaussian(50, seed=1)
    expected = learnt(hasty(model), rows).score_samples(new)
    rows.flags.writeable = new.flags.writeable = False
    require_equal(hasty(model).fit(rows).score_samples(new), expected, "Scores of read-only rows")


@law()
def result_does_not_alias_the_model(model: Any) -> None:
    """Writing into returned scores, or into the training data later, does not change the model."""
    rows, new = gaussian(), gaussian(50, seed=1)
    fitted = hasty(model).fit(rows)
    first = fitted.score_samples(new)
    expected = first.copy()
    first[:] = 0.0
    rows[:] = 0.0
    require_equal(fitted.score_samples(new), expected, f"Scores of {name_of(model)}", rtol=0)


@law()
def global_random_state_is_untouched(model: Any) -> None:
    """Numpy's and Python's global random numbers neither change nor matter."""
    rows, new = gaussian(), gaussian(50, seed=1)
    kept = np.random.get_state(), random.getstate()  # noqa: NPY002 - the global state is the matter
    try:
        found = []
        for seed in (1, 2):
            np.random.seed(seed)  # noqa: NPY002 - as above
            random.seed(seed)
            fitted = hasty(model).fit(rows)
            found.append(fitted.score_samples(new))
            drawn = np.random.random(), random.random()  # noqa: NPY002 - as above
            np.random.seed(seed)  # noqa: NPY002 - as above
            random.seed(seed)
            expected = np.random.random(), random.random()  # noqa: NPY002 - as above
            require(drawn == expected, "The global random state was used.")
        require_equal(found[0], found[1], "Scores under two global seeds", rtol=0)
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002 - as above
        random.setstate(kept[1])
