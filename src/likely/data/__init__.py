"""Kinds of data: how they are read, described, encoded for models and decoded again.

A `Table` is what the user gave, made uniform: one float64 matrix, and a `Column` that describes
each column of it. `as_table` makes one of whatever the user holds; `give_back` and `to_frame` give
that back. A `Schema` is what was learnt about the columns; it has two views. `features()`
serves detectors: bounded width, robust scale, finite. `codes()` serves generators: lossless and
invertible.

Samples with axes, which are series, images or video, are a `Shaped`, and what was learnt of them a
`Form`. `as_shaped` makes one of arrays, folders and lists of files: `files` finds these, `image`,
`audio` and `stacks` read one, `media` all of them. `windows` cuts a long series into many, and
`records` shows samples as rows.

Texts are a `Texts`: lines of a file, files of a folder, strings of a list or a column, sequences of
tokens. What was learnt of them is an `Alphabet`: characters, bytes or words, in whose numbers
models see them (`words` parts and joins, `spelling` counts). Sound is a `Clips`: wav files or
arrays, whose lengths differ. What was learnt of it is a `Sound`: a rate, a gain, and the levels of
`companding`. `samples` is the door to all worlds: `kind_of` says which one data belong to.

A table whose rows are moments of one series becomes a `Timeline`: `clock_column` finds its clock
(`epochs` reads numbers as one), `timeline` puts rows in its order, with `even_clock` and
`clock_gaps` for stamps that repeat or are missing, and `summer_time` for hours that are left out or
stand twice. `series_or_table` says whether rows are such moments. Of a table of several series,
`entities` takes them apart, `end_to_end` puts one behind the other and `own_units` brings them to
one scale. `joined_rates` brings channels at rates of their own (`own_rates` notices these) onto one
clock (`widths` reads `5min`), `event_counts` makes series of event logs; what comes of both is an
`on_steps`, which leads back to the rows.

Below tables stand, from the bottom up: `numerals` and `moments` (numbers and dates in text),
`strays` (cells unlike the rest of their column), `text` (what a text column holds), `cells`,
`arrays` and `dataframes` (by where the values live), `beginning`, `delimited`, `spreadsheet` and
`read` (files), `frames` (all of them).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from likely.data.event_counts import counts
    from likely.data.joined_rates import joined, resampled, wide

__all__ = ["counts", "joined", "resampled", "wide"]

_HOMES = {"counts": "event_counts", "joined": "joined_rates", "resampled": "joined_rates",
          "wide": "joined_rates"}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'likely.data' has no attribute {name!r}")
    return getattr(import_module(f"likely.data.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
