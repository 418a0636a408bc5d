"""Labels for models that learn from them, so that the same laws hold for these too."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.labelled import Labelled
from likely.base.model import Model
from likely.core.catalogue import entries
from likely.data.frames import as_table
from likely.data.schema import Schema

SHARE = 0.02
"""So many rows are called anomalies, the oddest."""

_FARTHEST = 30.0
"""Spreads at which one column ends, so that a single huge cell does not make up a row's oddness."""


def planted_labels(rows: Any) -> np.ndarray:
    """Return labels that depend on the rows alone, not on their order: 1 for the oddest 2 %.

    Parameters
    ----------
    rows : dataframe, array or list, shape (n rows, n columns)
        Oddness is the mean distance of a row's features from the medians, in spreads.
    """
    table = as_table(rows)
    schema = Schema.learn(table)
    features = schema.features(schema.match(table))
    oddness = np.minimum(np.abs(features), _FARTHEST).mean(axis=1)
    return (oddness >= np.quantile(oddness, 1 - SHARE, method="higher")).astype(np.float64)


def needed_labels(method: str, rows: Any) -> np.ndarray | None:
    """Return planted labels for a method that is of no use without, and None for all others.

    Parameters
    ----------
    method : str
        "auto" or a name out of the catalogue.
    rows : dataframe, array or list, shape (n rows, n columns)
        What it will learn from.
    """
    known = entries()
    owner = known[method].load() if method in known else Model
    return planted_labels(rows) if getattr(owner, "needs_labels", False) else None


def taught(model: Model, rows: Any) -> Any:
    """Fit a model to rows, with planted labels if it learns from labels, and return it.

    Parameters
    ----------
    model : Model
        It is fitted itself.
    rows : dataframe, array or list, shape (n rows, n columns)
        What to learn from.
    """
    if isinstance(model, Labelled):
        return model.fit(rows, planted_labels(rows))
    return model.fit(rows)


def self_taught(model: Model) -> Model:
    """Return an unfitted copy of a model whose `fit` plants labels where it is given none.

    Parameters
    ----------
    model : Model
        Returned as it is if it does not learn from labels.
    """
    cls = type(model)
    if not isinstance(model, Labelled):
        return model

    def fit(self: Any, X: Any, y: Any = None) -> Any:
        return cls.fit(self, X, planted_labels(X) if y is None else y)

    def reduce(self: Any) -> Any:
        return object.__new__, (cls,), self.__getstate__()  # a pickle holds the class itself

    told = {"fit": fit, "__reduce__": reduce, "__module__": cls.__module__, "__doc__": cls.__doc__}
    return type(cls.__name__, (cls,), told)(**model.get_params(deep=False))
