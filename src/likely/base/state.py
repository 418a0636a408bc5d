"""What a fitted model consists of, stated by its class, so that files can be checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Array:
    """One fitted array.

    Parameters
    ----------
    *shape : str or int
        One entry per axis. A name stands for any size, the same in every array of the model;
        "width" is the number of features. No entries: a single number.
    dtype : {"float64", "float32", "int64", "int32", "uint8"}
        Type of the numbers.
    low, high : float or str, optional
        Smallest and largest value allowed; a name of an axis stands for its size less one (so that
        `low=0, high="node"` are valid positions along that axis).
    rows : bool
        Whether the array holds training rows, which `save(rows=False)` must not write.
    """

    shape: tuple[str | int, ...]
    dtype: Literal["float64", "float32", "int64", "int32", "uint8"]
    low: float | None
    high: float | str | None
    rows: bool

    def __init__(
        self,
        *shape: str | int,
        dtype: Literal["float64", "float32", "int64", "int32", "uint8"] = "float64",
        low: float | None = None,
        high: float | str | None = None,
        rows: bool = False,
    ) -> None:
        for name, value in {
            "shape": shape,
            "dtype": dtype,
            "low": low,
            "high": high,
            "rows": rows,
        }.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Members:
    """A fitted list of other models.

    Parameters
    ----------
    optional : bool, default False
        Whether there may be none.
    """

    optional: bool = False


@dataclass(frozen=True)
class Weights:
    """The weights of a network, whose names, shapes and types follow from building it anew."""
