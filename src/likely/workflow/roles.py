"""Which column plays which part: what is looked at, what labels, groups or gives the context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.core.errors import CannotDo
from likely.data.table import Table
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
    if labels is not None or context is not None or group is not None:
        raise CannotDo("labels, context and group are being built.")
    return Roles(prepare(data, columns, ignore), None, (), None)
