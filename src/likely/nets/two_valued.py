"""Columns that have two values only."""

from __future__ import annotations

import numpy as np

from likely.data.schema import Schema

_SMALL = 1e-6
_LEAST_ROWS = 10  # from which two different values in a column say that there are only two


def values_of_two(x: np.ndarray, schema: Schema) -> tuple[np.ndarray, np.ndarray]:
    """Return the smaller value and the gap of columns with two values; a gap of 0 for others.

    A column of one value counts as one of two: the other is one unit higher, of ones it is 0.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Features.
    schema : Schema
        What they were made by.
    """
    lows, highs = x.min(axis=0), x.max(axis=0)
    two = ((x == lows) | (x == highs)).all(axis=0) & (len(x) >= _LEAST_ROWS)
    scales = np.array([e.scale for e in schema.encodings])[schema.feature_columns]
    centres = np.array([e.centre for e in schema.encodings])[schema.feature_columns]
    unit = 1 / np.clip(scales, _SMALL, 1 / _SMALL)
    constant = two & (highs == lows)
    ones = constant & (np.where(constant, lows, 0.0) * scales + centres == 1)
    lows = np.where(ones, lows - unit, lows)
    return lows, np.where(constant, unit, np.where(two, highs - lows, 0.0))


def log_volume_of_numbers(schema: Schema, numbers: np.ndarray) -> float:
    """Return the nats between features and the user's units: of two values there are none.

    Parameters
    ----------
    schema : Schema
        Of plain columns.
    numbers : ndarray of bool, shape (width,)
        Which features are no values of two.
    """
    scales = np.array([encoding.scale for encoding in schema.encodings])
    return -float(np.log(scales[numbers]).sum())
