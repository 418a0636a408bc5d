"""Cells that are written unlike the rest of their column: `1.300,00` among `950.5`.

A column is read by one rule. A cell that this rule cannot read, but that can mean one thing only,
is read in its own way; any other one is missing. Which it is depends on the cell and the rule
alone, so that a row is read alike among others and by itself. A note says of both how many there
are, where the first one stands, and what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from likely.data.arrow import compute as pc
from likely.data.moments import Moments, dotted, either_order
from likely.data.numerals import either_sign, parse_numbers

NEARLY = 0.6
"""A column of text of whose cells so many are numbers, or dates, may be meant to be that."""

_ENOUGH_SHARE = 0.99
_ENOUGH_SINGLE = 0.95  # where no two of the bad cells are the same, so that they are no category
_ENOUGH_CELLS = 20
_SAMPLE = 1_000
_WITH_UNIT = r"^(?P<number>.*[0-9])\s*(?P<unit>[A-Za-zµμ°Ω/²³]{1,8})$"


@dataclass(frozen=True)
class Words:
    """The distinct present texts of a column.

    Parameters
    ----------
    name : str
        The column's name.
    words : pyarrow string array of shape (k,)
        Trimmed texts.
    counts : ndarray of shape (k,)
        How often each occurs.
    positions : ndarray of shape (n,)
        Of each cell in `words`; -1 is missing.
    """

    name: str
    words: pa.Array
    counts: np.ndarray
    positions: np.ndarray

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Return the value of every cell from the value of every word."""
        return np.append(values, np.nan)[self.positions]

    def sample(self) -> tuple[pa.Array, np.ndarray]:
        """Return the most frequent words and some of all others, with how often each occurs."""
        if len(self.words) <= 4 * _SAMPLE:
            return self.words, self.counts
        heavy = np.argpartition(self.counts, -_SAMPLE)[-_SAMPLE:]
        spaced = np.linspace(0, len(self.words) - 1, _SAMPLE).astype(np.int64)
        chosen = np.union1d(heavy, spaced)
        return self.words.take(pa.array(chosen)), self.counts[chosen]

    def first(self, which: np.ndarray) -> tuple[int, str, int]:
        """Return position and text of the word, of some, that stands first, and its row from 1."""
        row = int(np.argmax(np.append(which, False)[self.positions]))
        word = int(self.positions[row])
        return word, self.words[word].as_py(), row + 1


def distinct(name: str, cells: Any) -> Words:
    """Return the distinct texts of a column's cells, a pyarrow string array."""
    coded = cells.dictionary_encode()
    positions = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.bincount(positions[positions >= 0], minlength=len(coded.dictionary))
    return Words(name, coded.dictionary, counts, positions)


def enough(words: Words, by_word: np.ndarray) -> bool:
    """Whether so many cells could be read that the others are mistakes.

    They are at least 20 and 99 %, or 95 % where no other text occurs twice. The column's own name,
    which files hold that were put together of several, counts for nothing.
    """
    bad = np.isnan(by_word)
    total, readable = words.counts.sum(), words.counts[~bad].sum()
    if readable == total:
        return bool(total > 0)
    again = np.array([word == words.name for word in words.words.filter(pa.array(bad)).to_pylist()])
    strange = words.counts[bad][~again]
    total = readable + strange.sum()
    share = _ENOUGH_SINGLE if strange.max(initial=0) <= 1 else _ENOUGH_SHARE
    return bool(readable >= max(_ENOUGH_CELLS, share * total))


def promising(weights: np.ndarray, by_word: np.ndarray, least: float = 0.9) -> bool:
    """Whether a sample of words is readable enough for all of them to be tried."""
    total = weights.sum()
    return bool(total > 0 and weights[~np.isnan(by_word)].sum() >= least * total)


def on_strays(words: Words, by_word: np.ndarray, strays: np.ndarray, rule: str) -> tuple[str, ...]:
    """Return notes on cells that were read in their own way.

    Parameters
    ----------
    words : Words
        Of the column.
    by_word : ndarray of shape (k,)
        What each was read as.
    strays : ndarray of bool, shape (k,)
        Those that the rule of the column does not read.
    rule : str
        That rule, as in `Column.reading`.
    """
    if not strays.any():
        return ()
    kind, _, style = rule.partition(":")
    word, _, _ = words.first(strays)
    meant, advice = f"{by_word[word]:.15g}", "write all with one decimal sign"
    if kind == "date":
        meant, advice = _moment(by_word[word]), "write all as year-month-day"
    told = "it is" if words.counts[strays].sum() == 1 else "that one is"
    note = (
        f"{_told(words, strays, 'written unlike the others')}; {told} read as {meant}; {advice} to "
        "be sure"
    )
    return note, *(_two_ways(words, by_word, strays, style) if kind == "number" else ())


def on_bad_cells(words: Words, by_word: np.ndarray, what: str) -> tuple[str, ...]:
    """Return notes on present cells that could not be read, and are missing for that."""
    bad = np.isnan(by_word)
    if not bad.any():
        return ()
    swapped = np.zeros_like(bad)
    if what == "a date":
        swapped[bad] = either_order(words.words.filter(pa.array(bad)))
    notes = []
    for which, are, advice in (
        (bad & ~swapped, f"not {what}", ""),
        (swapped, "ambiguous, day first or month first", "; write all as year-month-day"),
    ):
        if which.any():
            become = "it is" if words.counts[which].sum() == 1 else "they are"
            notes.append(f"{_told(words, which, are)}; {become} treated as missing{advice}")
    return tuple(notes)


def on_zones(words: Words, moments: Moments) -> tuple[str, ...]:
    """Return a note on moments without a zone among others that name theirs."""
    bare = ~moments.zoned & ~np.isnan(moments.values)
    if not moments.zoned.any() or not bare.any():
        return ()
    become = "it is" if words.counts[bare].sum() == 1 else "they are"
    return (f"{_told(words, bare, 'without a time zone')}; {become} read as UTC",)


def on_points(words: Words, moments: Moments, order: str) -> tuple[str, ...]:
    """Return a note on dates with points, which stand for days first, read month first as others.

    Parameters
    ----------
    words : Words
        Of the column.
    moments : Moments
        What they were read as.
    order : {"ymd", "dmy", "mdy"}
        The order of the column.
    """
    points = dotted(words.words) & ~np.isnan(moments.values)
    if order != "mdy" or not points.any() or points.all():
        return ()
    word, _, _ = words.first(points)
    told = "it is" if words.counts[points].sum() == 1 else "that one is"
    return (
        f"{_told(words, points, 'written with points')}; {told} read month first as the others "
        f"are, as {_moment(moments.values[word])}; write all as year-month-day to be sure",
    )


def on_text(words: Words, by_word: np.ndarray, what: str) -> tuple[str, ...]:
    """Return a note on a column that is text although nearly all of its cells are something else.

    Parameters
    ----------
    words : Words
        Of the column.
    by_word : ndarray of shape (k,)
        What each word would be read as; NaN for some, or there would be no text.
    what : str
        What nearly all cells are.
    """
    if not promising(words.counts, by_word, NEARLY):
        return ()
    return (
        f"{_told(words, np.isnan(by_word), f'not {what}')}; the column is read as text; mend or "
        "empty such cells to change that",
    )


def on_units(words: Words, decimal: str) -> tuple[str, ...]:
    """Return a note on a column that is text because a unit stands behind its numbers.

    Parameters
    ----------
    words : Words
        Of the column.
    decimal : {".", ","}
        The decimal sign of its numbers.
    """
    parts = pc.extract_regex(words.words, _WITH_UNIT)
    here = parts.is_valid().to_numpy(zero_copy_only=False)
    if len(words.words) < 2 or not promising(words.counts, np.where(here, 0.0, np.nan), NEARLY):
        return ()
    found = parts.filter(pa.array(here))
    units, numbers = found.field(1), parse_numbers(found.field(0), decimal)[0]
    unit = pc.value_counts(units).to_pylist()
    usual = max(unit, key=lambda one: one["counts"])["values"]
    same = np.zeros_like(here)
    same[here] = ~np.isnan(numbers) & pc.equal(units, usual).to_numpy(zero_copy_only=False)
    if not promising(words.counts, np.where(same, 0.0, np.nan), NEARLY):
        return ()
    return (
        f"{_told(words, same, f'numbers with {usual!r} behind')}; the column is read as text; "
        "leave the unit out of its cells to change that",
    )


def _told(words: Words, which: np.ndarray, are: str) -> str:
    """Return how many cells are what, and where the first one stands."""
    _, text, row = words.first(which)
    count, present = int(words.counts[which].sum()), int(words.counts.sum())
    verb = "is" if count == 1 else "are"
    return (
        f"column {words.name!r}: {count:,} of {present:,} values {verb} {are} "
        f"({text!r} in row {row:,})"
    )


def _two_ways(
    words: Words, by_word: np.ndarray, strays: np.ndarray, decimal: str
) -> tuple[str, ...]:
    """Return a note on numbers that either sign reads, where both signs are usual in a column."""
    if words.counts[strays].sum() <= (1 - _ENOUGH_SHARE) * words.counts.sum():
        return ()
    either = either_sign(words.words)
    if not either.any():
        return ()
    word, text, row = words.first(either)
    return (
        f"column {words.name!r}: {text!r} in row {row:,} could be a thousand or a decimal; it is "
        f"read as {by_word[word]:.15g}, {decimal!r} being the more frequent decimal sign",
    )


def _moment(value: float) -> str:
    moment = np.datetime64(int(value), "us")
    midnight = moment == moment.astype("datetime64[D]")
    return str(np.datetime_as_string(moment, unit="D" if midnight else "s")).replace("T", " ")
