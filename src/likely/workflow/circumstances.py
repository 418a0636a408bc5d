"""Models that judge rows in a context, or groups for their size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from likely.base.model import Model
from likely.core import catalogue
from likely.workflow.grouping import Grouping


def in_context(model: Model, context: Sequence[str], seed: int) -> tuple[Model, str]:
    """Return a model that hands to another what a context leaves unexplained, and says so.

    Parameters
    ----------
    model : Model
        Unfitted; it judges the residuals.
    context : sequence of str
        The columns that are not judged; without any, the model stays as it is.
    seed : int
        Seed of what is drawn.
    """
    if not context:
        return model, ""
    names = ", ".join(context)
    wrapped: Model = catalogue.make("Contextual", context=tuple(context), member=model, seed=seed)
    return wrapped, f"; it judges the other columns given {names} (Contextual)"


def in_regime(seed: int, settings: Mapping[str, Any]) -> tuple[Model, str]:
    """Return the model that judges a series given a context, and a sentence that says so.

    What is left of a channel given its context is told by single values as much as by windows.

    Parameters
    ----------
    seed : int
        Seed of what is drawn.
    settings : mapping
        Parameters of the model.
    """
    known = {"least_told": 0.0, "seed": seed, **settings}
    model: Model = catalogue.make("SeasonalPanel", **known)
    return model, (
        "auto chose a SeasonalPanel (windows of three lengths, usual shapes and single points, as "
        "they are and given hour, weekday and season, and single values, of which the sure one "
        "prevails), because given a context a single value tells much"
    )


def of_groups(grouping: Grouping, forms: Mapping[str, str]) -> tuple[Model, str]:
    """Return the model that judges groups for their size, and a sentence that says so.

    Parameters
    ----------
    grouping : Grouping
        How rows became groups.
    forms : mapping of str to str
        What the columns of the groups are, where they are no means.
    """
    model: Model = catalogue.make("Collective", size=grouping.size, forms=dict(forms))
    return model, f"auto judges every {grouping.name} by averages over its members (Collective)"
