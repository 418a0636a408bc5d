"""`method="auto"`: which model, and why, in words."""

from __future__ import annotations

from typing import Any

from likely.base.model import Model
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import parameters

DEFAULT = "Ensemble"
WITH_LABELS = "FewLabels"
_WHY = (
    "auto chose an Ensemble (k-nearest neighbours, isolation forest, Mahalanobis distance, tails "
    "of single columns), because no single assumption holds on all tables"
)
_WHY_LABELS = (
    "auto chose FewLabels (an unsupervised score that labels bend), because it does well with one "
    "labelled anomaly and with many"
)


def choose(
    method: str | Model,
    seed: int,
    settings: dict[str, Any],
    *,
    normal: bool = False,
    labelled: bool = False,
) -> tuple[Model, str]:
    """Return an unfitted model and a sentence that says what was chosen.

    Parameters
    ----------
    method : str or Model
        "auto", the name of a model, or a model of one's own.
    seed : int
        Seed of models that draw random numbers.
    settings : dict
        Parameters of a model chosen by name.
    normal : bool, default False
        Whether the rows are known to be clean.
    labelled : bool, default False
        Whether some rows are labelled as anomalies.
    """
    if isinstance(method, Model):
        if settings:
            raise ParameterError(
                f"Set {', '.join(settings)} on the {type(method).__name__} itself; parameters go "
                "with a method given by name."
            )
        return method, f"{type(method).__name__}, as given"
    default, why = (WITH_LABELS, _WHY_LABELS) if labelled else (DEFAULT, _WHY)
    entry = catalogue.entry(default if method == "auto" else method)
    owner = entry.load()
    known = [p.name for p in parameters(owner)]
    unknown = [name for name in settings if name not in known]
    if unknown:
        raise ParameterError(
            f"{entry.name} has no parameter named {', '.join(map(repr, unknown))}. "
            f"It has {', '.join(known)}."
        )
    if "seed" in known:
        settings = {"seed": seed, **settings}
    model = owner(**settings)
    if method == "auto":
        return model, why
    return model, f"{entry.name}, as asked"
