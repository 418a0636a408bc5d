"""Laws about what models are for: likely rows score high, planted anomalies low."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Explainer
from likely.evaluation import auroc
from likely.testing.law import law, learnt, name_of, require, require_equal, require_finite
from likely.testing.toys import broken_column, gaussian, mixed, planted


@law()
def scores_are_one_float_per_row(model: Any) -> None:
    """`score_samples`, `decision_function` and `predict` give one value a row, in their types."""
    rows, new = gaussian(), gaussian(50, seed=1)
    fitted = learnt(model, rows)
    require(fitted.training_scores_.shape == (200,), "training_scores_ is not one score a row.")
    for verb in ("score_samples", "decision_function"):
        found = getattr(fitted, verb)(new)
        require(
            isinstance(found, np.ndarray) and found.dtype == np.float64 and found.shape == (50,),
            f"{verb} gives {type(found).__name__} {getattr(found, 'dtype', '')} "
            f"{getattr(found, 'shape', '')}; it should give float64 of shape (50,).",
        )
    require(set(fitted.predict(new)) <= {1, -1}, "predict gives values other than 1 and -1.")


@law()
def offset_is_the_one_percent_quantile(model: Any) -> None:
    """`predict` cuts at the 1 % quantile of `training_scores_`."""
    fitted = learnt(model, gaussian())
    expected = np.quantile(fitted.training_scores_, 0.01)
    require_equal(np.array(fitted.offset_), np.array(expected), "offset_")
    new = gaussian(50, seed=1)
    odd = fitted.score_samples(new) < fitted.offset_
    require(np.array_equal(fitted.predict(new) == -1, odd), "predict does not cut at offset_.")


@law()
def planted_anomalies_are_found(model: Any) -> None:
    """Gross rows get the lowest scores: AUROC of at least 0.95, and 0.9 among training rows."""
    rows, labels = planted()
    fitted = learnt(model, rows)
    among = auroc(labels, -fitted.training_scores_)
    require(among >= 0.9, f"AUROC of training_scores_ on gross rows is {among:.3f}.")
    new, labels = planted(seed=1)
    found = auroc(labels, -fitted.score_samples(new))
    require(found >= 0.95, f"AUROC on new gross rows is {found:.3f}.")


@law()
def learnt_on_clean_rows_anomalies_are_found(model: Any) -> None:
    """After learning clean rows only, gross rows get the lowest scores: AUROC of at least 0.95."""
    clean, _ = planted()
    fitted = learnt(model, clean[np.abs(clean).max(axis=1) < 8])
    new, labels = planted(seed=1)
    found = auroc(labels, -fitted.score_samples(new))
    require(found >= 0.95, f"AUROC on gross rows is {found:.3f}.")


@law()
def units_do_not_matter(model: Any) -> None:
    """Another unit of a column (cents for euros, kelvins for degrees) leaves scores as they are."""
    (rows, _), (new, _) = planted(), planted(seed=1)
    plain = learnt(model, rows)
    changed = learnt(model, rows * [1000.0, 0.01, 1.0] + [0.0, 5.0, -273.0])
    scores = changed.score_samples(new * [1000.0, 0.01, 1.0] + [0.0, 5.0, -273.0])
    require_equal(scores, plain.score_samples(new), f"Scores of {name_of(model)} in other units")


@law(Explainer)
def contributions_have_one_number_per_used_column(model: Any) -> None:
    """`contributions` is finite, with a row per row and a column per used column."""
    for rows, new in [(gaussian(), gaussian(30, seed=1)), (mixed(), mixed(30, seed=1))]:
        fitted = learnt(model, rows)
        found = fitted.contributions(new)
        expected = (30, len(fitted.schema_.used))
        require(found.shape == expected, f"contributions {found.shape} should be {expected}.")
        require_finite(found, "contributions")


@law(Explainer)
def additive_contributions_sum_to_minus_the_score(model: Any) -> None:
    """Where a class says `additive`, a row's contributions sum to minus its score."""
    if not type(model).additive:
        return
    for rows, new in [(gaussian(), gaussian(30, seed=1)), (mixed(), mixed(30, seed=1))]:
        fitted = learnt(model, rows)
        total = fitted.contributions(new).sum(axis=1)
        require_equal(total, -fitted.score_samples(new), "Sums of contributions")


@law(Explainer)
def contributions_name_the_broken_column(model: Any) -> None:
    """The largest contribution stands at the column with a gross cell, in 95 % of rows."""
    fitted = learnt(model, np.random.default_rng(1).normal(size=(300, 4)))
    new, where = broken_column()
    hits = float(np.mean(fitted.contributions(new).argmax(axis=1) == where))
    require(hits >= 0.95, f"The broken column has the largest contribution in {hits:.0%} of rows.")
