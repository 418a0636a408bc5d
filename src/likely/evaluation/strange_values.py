"""Which values of a synthetic table no real row has the like of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.data.column import Column
from likely.data.table import Table
from likely.evaluation.same_columns import is_nominal, same_columns

_MOST_DECIMALS = 4


@dataclass(frozen=True)
class StrangeValues:
    """Values that are of another sort than all real ones.

    Parameters
    ----------
    share : float in [0, 1]
        Share of rows with such a value.
    reasons : tuple of str
        What is strange, a sentence a column, the most frequent first.
    """

    share: float
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        more = f": {'; '.join(self.reasons[:3])}" if self.reasons else ""
        return f"{self.share:.2%} of the rows have a value that no real row has the like of{more}."


def strange_values(real: Any, synthetic: Any) -> StrangeValues:
    """Count values beyond the real range, of more decimals, missing, or of levels never seen.

    Parameters
    ----------
    real : dataframe of any library, array, list, dict or path
        Real rows.
    synthetic : as `real`
        Rows to compare with them, with the same columns in any order.

    Returns
    -------
    StrangeValues

    Raises
    ------
    DataError
        If the columns are not the same.

    Notes
    -----
    Real rows that were held out have such values, too, the more the rarer levels are.

    Examples
    --------
    >>> print(strange_values({"children": [0, 1, 3]}, {"children": [1, 2.5]}))
    50.00% of the rows have a value that no real row has the like of: 'children': 1 value not whole.
    """
    return strange_of(*same_columns(real, synthetic))


def strange_of(real: Table, synthetic: Table) -> StrangeValues:
    """Return `strange_values` of tables that have the same columns already."""
    strange = np.zeros(len(synthetic), dtype=bool)
    found: list[tuple[int, str]] = []
    for j, column in enumerate(real.columns):
        for what, where in _sorts(column, real.matrix[:, j], synthetic.matrix[:, j]):
            count = int(where.sum())
            if count:
                strange |= where
                values = "value" if count == 1 else "values"
                found.append((count, f"{column.name!r}: {count:,} {values} {what}"))
    found.sort(key=lambda one: -one[0])
    return StrangeValues(float(strange.mean()), tuple(reason for _, reason in found))


def _sorts(column: Column, real: np.ndarray, made: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return what may be strange about a column, and in which rows it is."""
    known = real[~np.isnan(real)]
    sorts = []
    if len(known) == len(real):
        sorts.append(("missing, as none was", np.isnan(made)))
    if not len(known):
        return [*sorts, ("where there were none", ~np.isnan(made))]
    if is_nominal(column):
        return [*sorts, ("of levels never seen", ~np.isnan(made) & ~np.isin(made, known))]
    sorts += [
        (f"below the smallest of {len(known):,}", made < known.min()),
        (f"above the largest of {len(known):,}", made > known.max()),
    ]
    digits = _decimals(known) if column.kind == "number" else None
    if digits is not None:
        what = "not whole" if digits == 0 else f"with more than {digits} decimal places"
        sorts.append((what, ~_written(made, digits)))
    return sorts


def _decimals(values: np.ndarray) -> int | None:
    """Return how many decimal places say all values; None if a few do not."""
    return next((d for d in range(_MOST_DECIMALS + 1) if _written(values, d).all()), None)


def _written(values: np.ndarray, decimals: int) -> np.ndarray:
    """Return which values that many decimal places say, missing and infinite ones included."""
    with np.errstate(over="ignore", invalid="ignore"):
        near = np.round(values, decimals)
    return ~np.isfinite(values) | ~np.isfinite(near) | (near == values)
