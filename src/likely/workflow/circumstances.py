"""Models that judge rows in a context, or groups for their size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
