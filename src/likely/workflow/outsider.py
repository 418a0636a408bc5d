"""Outlier detectors of other libraries, judged on the same footing as our own."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from likely.base.model import Model
from likely.core.errors import DataError, ParameterError

_LIMIT = 1e15
"""Features end here, so that squares stay finite in the float32 that some detectors work in."""

_LONGEST = 40
"""Letters of settings in a name."""


class Outsider(Model):
    """A detector of scikit-learn, PyOD or of the same form, fed with the features of our schema.

    Parameters
    ----------
    detector : object
        Unfitted, with `fit` and either `score_samples` (higher is more likely) or
        `decision_function`: higher is more likely too, unless `fit` leaves `decision_scores_`
        behind as PyOD's do, for which higher is odder.
    seed : int in [0, inf), default 0
        Becomes its `random_state` if that is open.

    Raises
    ------
    ParameterError
        If it has no such methods.
    """

    detector_: Any

    def __init__(self, detector: Any, seed: int = 0) -> None:
        self.detector = detector
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.detector_ = clone(self.detector)
        if self.detector_.get_params(deep=False).get("random_state", self.seed) is None:
            self.detector_.set_params(random_state=self.seed)
        self._ask(self.detector_.fit, x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        odd_is_high = hasattr(self.detector_, "decision_scores_")
        name = "score_samples"
        if odd_is_high or not hasattr(self.detector_, name):
            name = "decision_function"
        scores = np.asarray(self._ask(getattr(self.detector_, name), x), dtype=np.float64)
        if scores.shape != (len(x),) or np.isnan(scores).any():
            raise DataError(
                f"{type(self.detector).__name__} gave scores of shape {scores.shape} for {len(x)} "
                f"rows, {np.isnan(scores).sum()} of them NaN. Expected one number a row."
            )
        return -scores if odd_is_high else scores

    def _ask(self, method: Callable[[np.ndarray], Any], x: np.ndarray) -> Any:
        try:
            return method(np.clip(x, -_LIMIT, _LIMIT))
        except Exception as error:  # whatever foreign code raises: the others are still compared
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise DataError(f"{type(self.detector).__name__}: {reason}") from error


def name_of(model: Any) -> str:
    """Return the class of a model and those of its parameters that are not at their defaults.

    A pipeline is called by its steps.
    """
    if isinstance(model, Pipeline):
        return " + ".join(name_of(step) for _, step in model.steps)
    defaults = signature(type(model)).parameters
    changed = [
        f"{name}={value!r}"
        for name, value in model.get_params(deep=False).items()
        if name not in defaults or repr(value) != repr(defaults[name].default)
    ]
    settings = " ".join(", ".join(changed).split())
    if len(settings) > _LONGEST:
        settings = settings[: _LONGEST - 1] + "…"
    return f"{type(model).__name__}({settings})" if changed else type(model).__name__


def check_detector(detector: Any) -> None:
    """Raise `ParameterError` unless an object can learn from rows and score new ones."""
    name = type(detector).__name__
    scores = any(hasattr(detector, method) for method in ("score_samples", "decision_function"))
    if isinstance(detector, type) or not (hasattr(detector, "fit") and scores):
        raise ParameterError(
            f"{name} is no outlier detector for new rows: it needs fit, and score_samples or "
            "decision_function. Give an object, not a class; LocalOutlierFactor needs novelty=True."
        )
    if not hasattr(detector, "get_params"):
        raise ParameterError(
            f"{name} cannot be copied for every fold: it needs get_params, as scikit-learn's "
            "estimators have."
        )
