"""Laws about what is handed in: columns by name, dataframe libraries, array layouts."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse

from likely.core.errors import DataError
from likely.testing.law import (
    fresh,
    hasty,
    law,
    learnt,
    require_equal,
    require_error,
    require_finite,
    shaped_kinds,
)
from likely.testing.toys import gaussian, hostile_names, mixed


@law()
def columns_are_matched_by_name(model: Any) -> None:
    """Columns in another order give the same scores."""
    table = mixed()
    fitted = learnt(model, table)
    turned = table.select(table.column_names[::-1])
    require_equal(
        fitted.score_samples(turned), fitted.score_samples(table), "Scores of reordered columns"
    )


@law()
def missing_and_extra_columns_are_named(model: Any) -> None:
    """A missing or an extra column gives an error that names it."""
    table = mixed()
    fitted = learnt(model, table)
    without = table.drop_columns(["visits"])
    extra = table.append_column("zeta", pa.array(np.zeros(table.num_rows)))
    both = without.append_column("zeta", pa.array(np.zeros(table.num_rows)))
    for given, words in [(without, ("visits",)), (extra, ("zeta",)), (both, ("visits", "zeta"))]:
        require_error(
            DataError,
            lambda given=given: fitted.score_samples(given),
            words,
            f"Scoring a table in which {' and '.join(words)} should not be or be missing",
        )


@law()
def wrong_width_is_an_error(model: Any) -> None:
    """An array with another number of columns gives an error with both numbers."""
    fitted = learnt(model, gaussian())
    for width in (2, 5):
        new = gaussian(width=width)
        require_error(
            DataError,
            lambda new=new: fitted.score_samples(new),
            (str(width), "3"),
            f"Scoring {width} columns",
        )


@law()
def what_is_no_table_is_refused(model: Any) -> None:
    """No rows, no columns, too many or too few dimensions, or no data at all: a `DataError`."""
    fitted = learnt(model, gaussian())
    for what, data in {
        "an array without rows": np.empty((0, 3)),
        "an array without columns": np.empty((5, 0)),
        "a table without rows": mixed().slice(0, 0),
        "one dimension": np.zeros(3),
        "three dimensions": np.zeros((3, 3, 3)),
        "complex numbers": np.zeros((5, 3), dtype=complex),
        "cells that hold lists": np.array([[[1], 2.0, 3.0]] * 5, dtype=object),
        "nothing": None,
        "a number": 3.0,
    }.items():
        if not (what == "three dimensions" and shaped_kinds(model)):  # images, or series, to it
            require_error(
                DataError, lambda data=data: fresh(model).fit(data), (), f"Fitting {what}"
            )
        require_error(
            DataError, lambda data=data: fitted.score_samples(data), (), f"Scoring {what}"
        )


@law()
def column_names_may_be_anything(model: Any) -> None:
    """Unicode, markup, formulas and empty column names change nothing."""
    table = hostile_names()
    plain = np.column_stack([column.to_numpy() for column in table.columns])
    require_equal(
        learnt(model, table).score_samples(table),
        learnt(model, plain).score_samples(plain),
        "Scores under hostile column names",
    )


@law()
def mixed_columns_have_finite_scores(model: Any) -> None:
    """Numbers, categories, booleans, dates and gaps together give finite scores."""
    fitted = learnt(model, mixed())
    require_finite(fitted.training_scores_, "training_scores_ of mixed columns")
    require_finite(fitted.score_samples(mixed(40, seed=1)), "Scores of mixed columns")


@law()
def unseen_categories_have_finite_scores(model: Any) -> None:
    """A category that was not learnt, or a gap where there was none, gives a finite score."""
    fitted = learnt(model, mixed())
    new = mixed(12, seed=1)
    for cells in (["Atlantis"] * 12, [None] * 12, ["Berlin", None, "<b>", "=1+1"] * 3):
        city = pa.array(cells, pa.string())
        require_finite(fitted.score_samples(new.set_column(2, "city", city)), f"Scores of {cells}")


@law()
def dataframe_libraries_agree(model: Any) -> None:
    """Every installed dataframe library gives the same scores, in `fit` and in scoring."""
    table, new = mixed(), mixed(40, seed=1)
    expected = learnt(hasty(model), table).score_samples(new)
    for name, convert in _libraries().items():
        fitted = hasty(model).fit(convert(table))
        require_equal(fitted.score_samples(convert(new)), expected, f"Scores of {name} rows")
        require_equal(
            fitted.score_samples(new), expected, f"Scores of pyarrow rows, fitted on {name}"
        )


@law()
def array_layouts_agree(model: Any) -> None:
    """Sparse, strided, Fortran-ordered, big-endian and list rows score like a plain array."""
    rows, new = gaussian(), gaussian(40, seed=1)
    rows[::7, 0] = new[::7, 0] = 0.0  # something for the sparse matrix to leave out
    fitted = learnt(hasty(model), rows)
    expected = fitted.score_samples(new)
    for name, convert in _LAYOUTS.items():
        require_equal(fitted.score_samples(convert(new)), expected, f"Scores of {name} rows")
        again = hasty(model).fit(convert(rows))
        require_equal(again.score_samples(new), expected, f"Scores of a model of {name} rows")


@law()
def number_types_agree(model: Any) -> None:
    """Half and single precision, and whole numbers, score like the same values in float64."""
    rows, new = np.round(gaussian() * 8), np.round(gaussian(40, seed=1) * 8)
    expected = learnt(hasty(model), rows).score_samples(new)
    for dtype in ("float16", "float32", "int16", "int64", "object"):
        found = hasty(model).fit(rows.astype(dtype)).score_samples(new.astype(dtype))
        require_equal(found, expected, f"Scores of {dtype} rows")


def _strided(rows: np.ndarray) -> np.ndarray:
    wide = np.full((2 * len(rows), 2 * rows.shape[1]), np.nan)
    wide[::2, ::2] = rows
    return wide[::2, ::2]


_LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "strided": _strided,
    "reversed": lambda rows: rows[::-1].copy()[::-1],
    "Fortran-ordered": np.asfortranarray,
    "big-endian": lambda rows: rows.astype(">f8"),
    "list": lambda rows: rows.tolist(),
    "sparse": scipy.sparse.csr_matrix,
}


def _libraries() -> dict[str, Callable[[pa.Table], Any]]:
    found: dict[str, Callable[[pa.Table], Any]] = {}
    if find_spec("pandas"):
        found["pandas"] = lambda table: table.to_pandas()
        found["pandas (nullable)"] = lambda table: table.to_pandas().convert_dtypes()
    if find_spec("polars"):
        found["polars"] = import_module("polars").from_arrow
    return found
