"""Laws about values that break careless arithmetic: a finite score or an error with a name."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from likely.base.capabilities import Explainer
from likely.testing import toys
from likely.testing.law import hasty, law, learnt, require, require_finite, require_survival


@law()
def hostile_training_rows_are_survived(model: Any) -> None:
    """Whatever the training rows hold, scores are finite or the error is one of likely's."""
    require_survival(
        toys.hostile(), lambda rows: _fit_and_score(hasty(model), rows), "Fitting hostile tables"
    )


@law()
def hostile_new_rows_are_survived(model: Any) -> None:
    """Whatever new rows hold, their scores are finite or the error is one of likely's."""
    fitted = learnt(model, np.random.default_rng(1).normal(size=(100, 3)))
    fitting = {name: rows for name, rows in toys.hostile().items() if rows.shape[1] == 3}
    require_survival(fitting, lambda rows: _score(fitted, rows), "Scoring hostile tables")


@law()
def ordinary_gaps_are_no_error(model: Any) -> None:
    """Missing cells, constant columns and repeated rows are scored, not refused."""
    tables = toys.hostile()
    for name in ("missing cells", "a constant column", "every row twice", "one column", "booleans"):
        _fit_and_score(hasty(model), tables[name])


@law()
def extreme_rows_are_odd(model: Any) -> None:
    """Rows that are huge or infinite in every column are called odd."""
    fitted = learnt(model, np.random.default_rng(1).normal(size=(200, 3)))
    for value in (1e6, -1e6, 1e308, -1e308, np.inf, -np.inf):
        found = fitted.predict(np.full((1, 3), value))
        require(found[0] == -1, f"A row of {value:g} everywhere is called likely.")


def _fit_and_score(model: Any, rows: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model.fit(rows)
    require_finite(model.training_scores_, "training_scores_")
    require_finite(np.array([model.offset_]), "offset_")
    _score(model, rows)


def _score(fitted: Any, rows: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        require_finite(fitted.score_samples(rows), "score_samples")
        if isinstance(fitted, Explainer):
            require_finite(fitted.contributions(rows), "contributions")
