"""Laws of models that may be told something of every sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Density, Sampler
from likely.base.conditional import Conditional
from likely.core.errors import DataError
from likely.testing.law import law, learnt, require, require_equal, require_error, shaped_kinds
from likely.testing.shaped import clean

_CENTRES = {"near": np.array([0.0, 10.0]), "far": np.array([8.0, -30.0])}
_LEAST = 0.9


@law((Conditional, Density))
def conditions_are_told_apart(model: Any) -> None:
    """Rows are likelier given what they were learnt with than given anything else."""
    rows, labels = _groups(300, 0)
    fitted = learnt(model, rows, condition=labels)
    new, told = _groups(100, 1)
    other = ["far" if label == "near" else "near" for label in told]
    right = (fitted.log_prob(new, told) > fitted.log_prob(new, other)).mean()
    require(right >= _LEAST, f"Only {right:.0%} of the rows are likelier given their own label.")
    odder = (fitted.score_samples(new, told) > fitted.score_samples(new, other)).mean()
    require(odder >= _LEAST, f"Only {odder:.0%} of the scores are higher given the own label.")


@law((Conditional, Density))
def density_given_a_condition_integrates_to_one(model: Any) -> None:
    """Over a grid on the plane, the density given one condition sums to one."""
    rows, labels = _groups(300, 0)
    fitted = learnt(model, rows, condition=labels)
    steps = np.linspace(-15.0, 15.0, 121)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    for label, centre in _CENTRES.items():
        total = np.exp(fitted.log_prob(grid + centre, label)).sum() * (steps[1] - steps[0]) ** 2
        require(0.97 <= total <= 1.03, f"Given {label!r} the density integrates to {total:.4f}.")


@law((Conditional, Sampler))
def samples_are_drawn_given_the_condition(model: Any) -> None:
    """Samples lie nearer to the group that they were asked to be of than to the other one."""
    rows, labels = _groups(300, 0)
    fitted = learnt(model, rows, condition=labels)
    for label, centre in _CENTRES.items():
        drawn = np.asarray(fitted.sample(200, seed=0, condition=label))
        elsewhere = next(value for name, value in _CENTRES.items() if name != label)
        nearer = np.linalg.norm(drawn - centre, axis=1) < np.linalg.norm(drawn - elsewhere, axis=1)
        require(nearer.mean() >= _LEAST, f"Only {nearer.mean():.0%} of the samples are {label!r}.")
    mixed = fitted.sample(2, seed=0, condition=["near", "far"])
    require_equal(fitted.sample(2, seed=0, condition=["near", "far"]), mixed, "The same seed")


@law(Conditional)
def conditions_are_asked_for_and_checked(model: Any) -> None:
    """Errors say which conditions are missing, too many, never learnt, or not asked for."""
    rows, labels = _groups(60, 0)
    fitted = learnt(model, rows, condition=labels)
    wrong = {
        "none": (None, ("condition",)),
        "one too few": (labels[1:], ("59", "60")),
        "a label that was never learnt": ("nowhere", ("nowhere", "near", "far")),
    }
    for what, (condition, words) in wrong.items():
        require_error(DataError, lambda c=condition: fitted.score_samples(rows, c), words, what)
    plain = learnt(model, rows)
    require_error(DataError, lambda: plain.score_samples(rows, labels), ("fit",), "not asked for")
    require(plain.condition_ is None, "A model fitted anew without conditions still has some.")


@law((Conditional, Sampler), data="axes")
def samples_with_axes_are_drawn_given_the_condition(model: Any) -> None:
    """Told which of two sorts of samples, a dark and a bright one, a model draws that one."""
    for kind in shaped_kinds(model):
        bright = clean(kind)
        dark = (bright / 8).astype(bright.dtype)
        both, sorts = (
            np.concatenate([bright, dark]),
            ["bright"] * len(bright) + ["dark"] * len(dark),
        )
        fitted = learnt(model, both, condition=sorts)
        means = [np.mean(fitted.sample(16, seed=0, condition=sort)) for sort in ("bright", "dark")]
        require(
            means[0] > means[1], f"Bright samples are {means[0]:.3g} on average, dark ones not."
        )


def _groups(n: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Return rows of two groups that do not touch, and which group each is of."""
    rng = np.random.default_rng(seed)
    labels = [str(label) for label in rng.choice(list(_CENTRES), n)]
    return np.array([_CENTRES[label] for label in labels]) + rng.normal(size=(n, 2)), labels
