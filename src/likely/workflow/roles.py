"""Which column plays which part: what is looked at, what labels, groups or gives the context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.data.table import Table
from likely.workflow.labels import read_labels
from likely.workflow.prepare import prepare


@dataclass(frozen=True)
class Roles:
    """A table to learn from, and the parts that some of the user's columns play beside it.

    Parameters
    ----------
    table : Table
        The rows; columns that only play a part are set aside in it.
    labels : ndarray of shape (n,) or None
        1 for an anomaly, 0 for an ordinary row, NaN where it is unknown.
    context : tuple of str
        Columns that the others are judged by, without being judged.
    group : str or None
        The column that says which rows belong together.
    """

    table: Table
    labels: np.ndarray | None
    context: tuple[str, ...]
    group: str | None


def take_roles(
    data: Any,
    columns: Sequence[str] | None,
    ignore: Sequence[str] | str | None,
    *,
    labels: Any,
    context: Sequence[str] | str | None,
    group: str | None,
) -> Roles:
    """Read data and take apart which column plays which part; parameters as in `likely.learn`."""
    given = (context,) if isinstance(context, str) else tuple(context or ())
    playing = [*given, *([] if group is None else [group])]
    label_column = [labels] if isinstance(labels, str) else []
    ignored = [ignore] if isinstance(ignore, str) else list(ignore or ())
    table = prepare(
        data, columns if columns is None else [*columns, *playing], [*ignored, *label_column]
    )
    table = _looked_at(table, playing).set_aside(dict.fromkeys(label_column, "labels"))
    known = None if labels is None else read_labels(labels, table, both=False)
    return Roles(table, known, given, group)


def _looked_at(table: Table, names: Sequence[str]) -> Table:
    """Return the table without columns of these names set aside: they were asked for."""
    table.check_names(names)
    return replace(
        table,
        columns=tuple(replace(c, set_aside="") if c.name in names else c for c in table.columns),
    )
