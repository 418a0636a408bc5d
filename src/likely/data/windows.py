"""A long series cut into windows, and what is known of windows put back onto steps of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.data.aside import set_aside_useless
from likely.data.audio import read_clip
from likely.data.clock_column import with_clock
from likely.data.files import holds
from likely.data.frames import as_table
from likely.data.shaped import Shaped
from likely.data.table import Table
from likely.data.timeline import in_order


@dataclass(frozen=True)
class Windows:
    """Stretches of equal length out of one series, and where each was.

    Parameters
    ----------
    samples : Shaped of n series
        The windows; they share the memory of the series.
    starts : ndarray of int64, shape (n,)
        The step that each begins with, counted from 0 in the order of time.
    length : int
        Steps of a window.
    rows : ndarray of int64, shape (steps,)
        Which row of the data each step is, in the order of time; -1 for one put into a small gap.
    size : int
        How many rows the data have.
    """

    samples: Shaped
    starts: np.ndarray = field(repr=False)
    length: int
    rows: np.ndarray = field(repr=False)
    size: int

    def __len__(self) -> int:
        return len(self.starts)

    def onto_rows(self, known: np.ndarray, how: Literal["mean", "max"] = "mean") -> np.ndarray:
        """Return what is known of windows for every row of the data.

        Parameters
        ----------
        known : ndarray of shape (n,) or (n, length)
            One number a window, or one for each step of every window.
        how : {"mean", "max"}, default "mean"
            What becomes of the numbers of all windows that cover a step.

        Returns
        -------
        ndarray of float64, shape (size,)
            In the order of the data; NaN where no window is.
        """
        known = np.asarray(known, dtype=np.float64)
        if known.shape not in ((len(self),), (len(self), self.length)):
            raise DataError(
                f"Found the shape {known.shape} for {len(self):,} windows of {self.length:,} "
                f"steps; expected ({len(self)},) or ({len(self)}, {self.length})."
            )
        by_step = np.full(len(self.rows), -np.inf if how == "max" else 0.0)
        covered = np.zeros(len(self.rows), dtype=np.int64)
        for k in range(self.length):  # no two windows start together, so each step comes once
            steps, values = self.starts + k, known if known.ndim == 1 else known[:, k]
            covered[steps] += 1
            if how == "max":
                by_step[steps] = np.maximum(by_step[steps], values)
            else:
                by_step[steps] += values
        if how == "mean":
            by_step /= np.maximum(covered, 1)
        by_step[covered == 0] = np.nan
        found = np.full(self.size, np.nan)
        there = self.rows >= 0
        found[self.rows[there]] = by_step[there]
        return found


def cut(data: Any, length: int, step: int = 1, time: str | None = None) -> Windows:
    """Cut one long series into windows.

    Parameters
    ----------
    data : array of shape (time,) or (time, channel), table, or path of a wav file
        The series. Of a table (a dataframe, a file, or a `Table`) every column of numbers is a
        channel, and rows are put in the order of its clock; no window crosses a gap in it.
    length : int, at least 1
        Steps of a window.
    step : int, at least 1, default 1
        Steps from the beginning of one window to the next. The last window ends with the series,
        so that all of it is covered if `step` is at most `length`.
    time : str, optional
        The column that is the clock. Default: found, as `likely.data.clock_column` says.

    Returns
    -------
    Windows

    Raises
    ------
    DataError
        If no stretch is as long as a window, or there are no numbers.
    ParameterError
        If `length` or `step` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> windows = cut(np.arange(6.0), length=3, step=2)
    >>> [window[:, 0].tolist() for window in windows.samples]
    [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]
    >>> windows.onto_rows(np.array([1.0, 2.0, 6.0])).tolist()
    [1.0, 1.0, 1.5, 4.0, 4.0, 6.0]
    """
    for name, value in {"length": length, "step": step}.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ParameterError(f"{name} must be a whole number of at least 1. Got {value!r}.")
    series = _read(data, time)
    starts = _starts(series.breaks, len(series.rows), length, step)
    if not len(starts):
        longest = int(np.diff([0, *series.breaks, len(series.rows)]).max())
        raise DataError(
            f"The longest stretch without a gap has {longest:,} steps; a window has {length:,}. "
            "Cut shorter windows, or give a longer series."
        )
    notes = (*series.notes, *_about_rest(series.breaks, len(series.rows), length))
    samples = Shaped(
        "series", _Views(series.values, starts, length), series.values.ndim == 1, notes=notes
    )
    return Windows(samples, starts, length, series.rows, series.size)


@dataclass(frozen=True)
class _Series:
    values: np.ndarray  # (step,) or (step, channel), in the order of time
    rows: np.ndarray  # of each step
    size: int
    breaks: tuple[int, ...] = ()  # steps that begin behind a gap
    notes: tuple[str, ...] = ()


class _Views(Sequence[np.ndarray]):
    """Windows as views of the series, made when they are looked at."""

    def __init__(self, values: np.ndarray, starts: np.ndarray, length: int) -> None:
        self._values, self._starts, self._length = values, starts, length

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, i: int) -> np.ndarray: ...
    @overload
    def __getitem__(self, i: slice) -> _Views: ...
    def __getitem__(self, i: int | slice) -> np.ndarray | _Views:
        if isinstance(i, slice):
            return _Views(self._values, self._starts[i], self._length)
        start = self._starts[i]
        return self._values[start : start + self._length]


def _read(data: Any, time: str | None) -> _Series:
    """Return data as one series, in the order of time."""
    if isinstance(data, (str, Path)) and holds(Path(data)) == "sounds":
        values = read_clip(Path(data)).values
    elif isinstance(data, np.ndarray) and data.dtype.kind in "biuf":
        values = data
    else:
        return _from_table(as_table(data), time)
    if values.ndim not in (1, 2) or 0 in values.shape:
        raise DataError(
            f"The array has the shape {values.shape}; one series has the shape (time,) or (time, "
            "channel)."
        )
    return _Series(values, np.arange(len(values)), len(values))


def _from_table(table: Table, time: str | None) -> _Series:
    found = in_order(set_aside_useless(with_clock(table, time)), time)
    return _Series(found.values, found.rows, found.size, found.breaks, found.notes)


def _starts(breaks: Sequence[int], steps: int, length: int, step: int) -> np.ndarray:
    """Return the steps that windows begin with, ascending; none of a stretch that is too short."""
    found = []
    for low, high in zip((0, *breaks), (*breaks, steps), strict=True):
        last = high - length
        if last >= low:
            found.append(np.append(np.arange(low, last, step), last))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _about_rest(breaks: Sequence[int], steps: int, length: int) -> list[str]:
    """Say how many steps are in no window because gaps lie too close together."""
    stretches = np.diff([0, *breaks, steps])
    rest = int(stretches[stretches < length].sum())
    if not rest:
        return []
    return [f"{rest:,} of {steps:,} steps lie between gaps closer than a window, and are in none."]
