"""Which kind of samples the data are: rows of a table, samples with axes, texts, or sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from likely.base.model import Model
from likely.core import catalogue
from likely.core.errors import CannotDo, ParameterError
from likely.data.clips import Clips
from likely.data.samples import kind_of, read_samples
from likely.data.series_or_table import are_series, is_series
from likely.data.shaped import AXES, Shaped
from likely.data.table import Table
from likely.data.texts import Texts
from likely.workflow.roles import Roles

KINDS = ("table", "timeline", *AXES, "text", "molecule", "audio")


def read_others(data: Any, method: str | Model, kind: str | None) -> Shaped | Texts | Clips | None:
    """Return data as samples with axes, texts or sound; None if they are a table.

    Parameters
    ----------
    data : anything that `likely.learn` reads
        What the user gave.
    method : str or Model
        What shall learn from them: a method that takes no tables makes series of rows.
    kind : {"table", "timeline", "series", "image", "video", "text", "molecule", "audio"}, optional
        What they are; otherwise it is seen from the data.

    Raises
    ------
    CannotDo
        If the method learns from tables only.
    """
    if kind not in (None, *KINDS):
        raise ParameterError(f"kind must be one of {', '.join(map(repr, KINDS))}. Got {kind!r}.")
    if kind == "table":
        return None
    kinds = _kinds_of(method)
    if kind == "timeline" or (method != "auto" and kinds == ("timeline",)):
        return None
    if kind is None and "table" in kinds:
        seen = kind_of(data)
        one_file = isinstance(data, (str, Path)) and Path(data).is_file()  # of one column, then
        if (
            seen == "table"
            or (seen == "molecule" and "molecule" not in kinds)
            or (seen == "text" and "text" not in kinds and one_file)
        ):
            return None
        kind = seen if seen in ("text", "molecule", "audio") else None
    others = [name for name in kinds if name != "table"]
    samples = cast(Shaped | Texts | Clips, read_samples(data, others or KINDS[1:], kind))
    if samples.kind not in kinds:
        name = method if isinstance(method, str) else type(method).__name__
        raise CannotDo(
            f"{name} learns from {' and '.join(kinds)}, and these are {len(samples):,} samples of "
            f"the kind {samples.kind}. For them there are {', '.join(models_of(samples.kind))}."
        )
    return samples


def is_one_series(
    table: Table, method: str | Model, kind: str | None, time: str | None, roles: Roles
) -> bool:
    """Say whether rows are to be judged together, as moments of one series or of one each group."""
    if kind is not None or method != "auto":
        return kind == "timeline" or _kinds_of(method) == ("timeline",)
    if roles.labels is not None:
        return False
    table = table.set_aside(dict.fromkeys(roles.context, "context"))
    if roles.group is not None:
        return are_series(table, roles.group, time)[0]
    return is_series(table, time)[0]


def models_of(kind: str) -> list[str]:
    """Return the names of all models that learn from a kind of samples."""
    return [name for name, entry in catalogue.entries().items() if kind in entry.kinds]


def _kinds_of(method: str | Model) -> tuple[str, ...]:
    if isinstance(method, Model):
        return tuple(method.card["kinds"])
    return KINDS if method == "auto" else catalogue.entry(str(method)).kinds
