"""Arrays against what a class states of them in `_state_spec`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from likely.base.state import Array


def problem_with(
    arrays: Mapping[str, np.ndarray], spec: Mapping[str, Array], sizes: Mapping[str, int]
) -> str:
    """Say what is wrong with arrays, or return "" if they are as stated.

    Parameters
    ----------
    arrays, spec : mapping of str to ndarray, of str to Array
        Of the same names.
    sizes : mapping of str to int
        Axes whose size is known beforehand, such as "width".
    """
    known = dict(sizes)
    for name, stated in spec.items():
        trouble = _form(arrays[name], stated, known)
        if trouble:
            return f"{name} {trouble}"
    for name, stated in spec.items():  # only now every named axis has its size
        trouble = _range(arrays[name], stated, known)
        if trouble:
            return f"{name} {trouble}"
    return ""


def _form(array: np.ndarray, stated: Array, sizes: dict[str, int]) -> str:
    if array.dtype != np.dtype(stated.dtype):
        return f"is {array.dtype}; expected {stated.dtype}"
    if array.ndim != len(stated.shape):
        return f"has rank {array.ndim}; expected {len(stated.shape)}"
    for axis, (size, expected) in enumerate(zip(array.shape, stated.shape, strict=True)):
        wanted = sizes.setdefault(expected, size) if isinstance(expected, str) else expected
        if size != wanted:
            return f"has {size} along axis {axis} ({expected}); expected {wanted}"
    return ""


def _range(array: np.ndarray, stated: Array, sizes: dict[str, int]) -> str:
    if array.size == 0:
        return ""
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN spreads to both
        return "holds numbers that are not finite"
    highest = sizes[stated.high] - 1 if isinstance(stated.high, str) else stated.high
    if (stated.low is not None and low < stated.low) or (highest is not None and high > highest):
        return f"holds {low} to {high}; allowed are {stated.low} to {highest}"
    return ""
