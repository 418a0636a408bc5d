"""Text columns: what is written in them — numbers, dates, yes and no, categories.

A column is read by one rule, kept in `Column.reading`, so that new data are read alike:

| rule | cells |
|---|---|
| `number:.`, `number:,` | numbers, with that decimal sign |
| `date:ymd`, `date:dmy`, `date:mdy` | dates in that order |
| `epoch:s` and others of `epochs` | numbers that are moments |
| `boolean` | yes and no |
| `category` | text; `N/A`, `?` and the like are missing |
| `label` | text of a column that was declared categorical: taken as it stands |

One bad cell does not make a million numbers text: it becomes missing, and a note says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from likely.core.errors import DataError
from likely.data.arrow import compute as pc
from likely.data.column import Column, plural
from likely.data.epochs import from_numbers, is_epoch
from likely.data.moments import find_order, parse_moments
from likely.data.numerals import find_decimal, parse_numbers

MISSING = (
    "", "-", "--", "?", ".", "na", "n/a", "#n/a", "#na", "n.a.", "nan", "nat", "null", "none",
    "nil", "missing", "unknown value", "<na>", "(null)", "(na)", "\\n", "#null!", "#value!",
    "#ref!", "#div/0!", "#name?", "#num!",
)  # fmt: skip
"""Texts that stand for a missing value, in lower case."""

_YES = {"true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "on": 1.0}
_NO = {"false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0, "off": 0.0}
_PAIRS = tuple({yes, no} for yes, no in zip(_YES, _NO, strict=True))
_CODE_NAMES = frozenset(
    {"zip", "zipcode", "postal", "postcode", "plz", "phone", "telephone", "tel", "mobile", "fax",
     "ssn", "iban", "ean", "isbn", "sku"}
)  # fmt: skip
_ENOUGH_SHARE = 0.99
_ENOUGH_CELLS = 20
_CODE_SHARE = 0.01
_SAMPLE = 1_000
_CODE = r"^[+-]?0[0-9]+$"


@dataclass(frozen=True)
class _Words:
    """The distinct present texts of a column, how often each occurs, and where."""

    words: pa.Array
    counts: np.ndarray
    positions: np.ndarray  # of each cell in `words`; -1 is missing

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


def read_text(
    name: str,
    cells: Any,
    dtype: str,
    *,
    only_category: bool = False,
    decimal: str = ".",
    expected: Column | None = None,
    part: bool = False,
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Return a text column described, its values, and what was noticed.

    Parameters
    ----------
    name : str
        The column's name.
    cells : pyarrow string array
        The cells; null is missing.
    dtype : str
        How the user's library held the column.
    only_category : bool, default False
        Whether the user declared the column categorical, so that nothing else is tried.
    decimal : {".", ","}, default "."
        The decimal sign to assume where the column itself leaves it open.
    expected : Column, optional
        The column as it was learnt: its rule is used, and nothing else is tried.
    part : bool, default False
        Whether there are more cells elsewhere, so that these may all be mistakes.

    Raises
    ------
    DataError
        If a column was learnt as numbers, dates or yes/no, and no cell can be read as such now.
    """
    cells = _one_array(cells)
    reading = "label" if only_category else ""
    if expected is not None and (expected.kind == "category" or not only_category):
        reading = expected.reading or {"boolean": "boolean", "category": "label"}.get(
            expected.kind, ""
        )
    if reading == "label":
        return _categories(name, _distinct(cells), dtype, "label", ())
    present, notes = _without_markers(name, cells)
    if reading.startswith("number") or (not reading and decimal == "."):
        plain = None if reading == "number:," else _plain_numbers(present)
        if plain is not None and (reading or not _is_code(name, present)):
            return _number_column(name, dtype, ".", plain), plain, notes
    words = _distinct(present)
    if not len(words.words) and expected is not None and expected.kind != "category":
        values = np.full(len(cells), np.nan)
        return replace(expected, name=name, dtype=dtype), values, notes
    if reading == "category":
        return _categories(name, words, dtype, "category", notes)
    if expected is not None:
        return _read_as(expected, name, words, dtype, reading, notes, part=part)
    return _decide(name, words, dtype, decimal, notes)


def meaning_of(word: str) -> float:
    """Return 1 for a word that says yes, 0 for one that says no, and NaN for all others."""
    return (_YES | _NO).get(word.lower(), np.nan)


def as_label(value: object) -> str:
    """Return a value as the label of a category: whole numbers without a decimal point."""
    if isinstance(value, (float, np.floating)) and value == np.floor(value) and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, np.generic):
        return str(value.item())
    return str(value)


def _decide(
    name: str, words: _Words, dtype: str, decimal: str, notes: tuple[str, ...]
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Find the rule that reads a column that was not learnt before."""
    if _is_boolean(words):
        return (
            Column(name, "boolean", dtype, reading="boolean"),
            words.spread(_truth(words.words)),
            notes,
        )
    if not _is_code(name, words.words, words.counts):
        for attempt in (_try_numbers, _try_dates):
            found = attempt(name, words, dtype, decimal)
            if found is not None:
                column, values, more = found
                return column, values, notes + more
    return _categories(name, words, dtype, "category", notes)


def _try_numbers(
    name: str, words: _Words, dtype: str, hint: str
) -> tuple[Column, np.ndarray, tuple[str, ...]] | None:
    sample, weights = words.sample()
    decimal, guessed = find_decimal(sample, weights, hint)
    if not _promising(weights, parse_numbers(sample, decimal)[0]):
        return None
    decimal, guessed = find_decimal(words.words, words.counts, hint)
    by_word, units = parse_numbers(words.words, decimal)
    if not _enough(words, by_word):
        return None
    notes = _bad_cells(name, words, by_word, "a number")
    if guessed:
        example = words.words[int(np.argmax(~np.isnan(by_word)))].as_py()
        notes += (
            f"column {name!r}: {example!r} could be a thousand or a decimal; it is read as "
            f"{by_word[~np.isnan(by_word)][0]:g}",
        )
    if len(units) > 1:
        seen = ", ".join(repr(unit) if unit else "none" for unit in sorted(units))
        notes += (f"column {name!r}: different units ({seen}) are read as one",)
    values = words.spread(by_word)
    return _number_column(name, dtype, decimal, values), values, notes


def _try_dates(
    name: str, words: _Words, dtype: str, hint: str
) -> tuple[Column, np.ndarray, tuple[str, ...]] | None:
    sample, weights = words.sample()
    order, guessed = find_order(sample, weights)
    if not _promising(weights, parse_moments(sample, order).values):
        return None
    order, guessed = find_order(words.words, words.counts)
    moments = parse_moments(words.words, order)
    if not _enough(words, moments.values):
        return None
    notes = _bad_cells(name, words, moments.values, "a date")
    if guessed:
        example = words.words[int(np.argmax(~np.isnan(moments.values)))].as_py()
        notes += (
            f"column {name!r}: dates such as {example!r} are read "
            f"{'day' if order == 'dmy' else 'month'} first, and nothing in the column tells; "
            "write them as year-month-day to be sure",
        )
    zone = "UTC" if moments.zoned.any() else ""
    column = Column(name, "date", dtype, zone=zone, reading=f"date:{order}")
    return column, words.spread(moments.values), notes


def _read_as(
    expected: Column,
    name: str,
    words: _Words,
    dtype: str,
    reading: str,
    notes: tuple[str, ...],
    *,
    part: bool,
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Read a column by the rule it was learnt with."""
    if not reading:  # learnt from real numbers or dates, given as text now
        is_date = expected.kind == "date"
        found = (find_order if is_date else find_decimal)(words.words, words.counts)
        reading = f"{expected.kind}:{found[0]}"
    rule, _, style = reading.partition(":")
    if rule == "boolean":
        by_word, what = _truth(words.words), "yes or no"
    elif is_epoch(reading):
        numbers = parse_numbers(words.words, ".")[0]
        by_word, what = from_numbers(numbers, reading), "a date"
    elif rule == "date":
        by_word, what = parse_moments(words.words, style).values, "a date"
    else:
        by_word, what = parse_numbers(words.words, style)[0], "a number"
    if np.isnan(by_word).all() and not part:
        raise DataError(
            f"Column {name!r} held {plural(expected)} when the model learnt it; "
            f"it holds text now ({words.words[0].as_py()!r}). "
            f"Give {plural(expected)}, or learn anew."
        )
    column = replace(expected, name=name, dtype=dtype, reading=reading)
    return column, words.spread(by_word), notes + _bad_cells(name, words, by_word, what)


def _categories(
    name: str, words: _Words, dtype: str, reading: str, notes: tuple[str, ...]
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    order = pc.array_sort_indices(words.words)
    rank = np.empty(len(order), dtype=np.float64)
    rank[order.to_numpy(zero_copy_only=False)] = np.arange(len(order))
    labels = tuple(words.words.take(order).to_pylist())
    column = Column(name, "category", dtype, labels=labels, reading=reading)
    return column, words.spread(rank), notes


def _number_column(name: str, dtype: str, decimal: str, values: np.ndarray) -> Column:
    return Column(name, "number", dtype, integer=whole(values), reading=f"number:{decimal}")


def whole(values: np.ndarray) -> bool:
    """Whether every value that is not missing is a whole number, and there is one."""
    head = values[:1000]
    head = head[~np.isnan(head)]
    if not np.array_equal(head, np.floor(head)):
        return False
    present = values[~np.isnan(values)]
    return present.size > 0 and bool(((present == np.floor(present)) & np.isfinite(present)).all())


def _one_array(cells: Any) -> Any:
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        cells = cells.cast(pa.large_string())
    return cells


def _without_markers(name: str, cells: Any) -> tuple[Any, tuple[str, ...]]:
    """Return trimmed cells with null for every marker of a missing value, and a note on them."""
    trimmed = pc.utf8_trim_whitespace(cells)
    markers = pc.is_in(pc.utf8_lower(trimmed), value_set=pa.array(MISSING, trimmed.type))
    if not pc.any(markers, min_count=0).as_py():
        return trimmed, ()
    present = pc.if_else(markers, pa.scalar(None, trimmed.type), trimmed)
    spoken = pc.value_counts(trimmed.filter(pc.and_(markers, pc.not_equal(trimmed, ""))))
    if not len(spoken):
        return present, ()
    texts = ", ".join(repr(text) for text in sorted(spoken.field(0).to_pylist())[:3])
    count = pc.sum(spoken.field(1)).as_py()
    return present, (f"column {name!r}: {count:,} of {len(cells):,} values ({texts}) mean missing",)


def _plain_numbers(present: Any) -> np.ndarray | None:
    """Return cells as numbers if each is written as programs write them; the fast way."""
    if present.null_count == len(present):
        return None
    try:
        pc.cast(present[:100], pa.float64())  # text fails here, long before all of it is tried
        return pc.cast(present, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None


def _distinct(cells: Any) -> _Words:
    coded = cells.dictionary_encode()
    positions = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.bincount(positions[positions >= 0], minlength=len(coded.dictionary))
    return _Words(coded.dictionary, counts, positions)


def _is_code(name: str, words: Any, counts: np.ndarray | None = None) -> bool:
    """Whether digits are a code rather than an amount: zip codes, phone numbers, `00417`."""
    if _CODE_NAMES & set(re.split(r"[^a-z]+", name.lower())):
        return True
    marked = pc.match_substring_regex(words, _CODE).fill_null(False)
    if not pc.any(marked).as_py():  # the rule; weighing follows only where needed
        return False
    hits = marked.to_numpy(zero_copy_only=False)
    if counts is None:
        return hits.sum() >= _CODE_SHARE * (len(words) - words.null_count)
    return counts[hits].sum() >= _CODE_SHARE * counts.sum()


def _is_boolean(words: _Words) -> bool:
    if not 1 <= len(words.words) <= 6:  # a pair in up to three ways of upper and lower case
        return False
    seen = {word.lower() for word in words.words.to_pylist()}
    if len(seen) == 1:
        return seen <= _PAIRS[0]
    return seen in _PAIRS


def _truth(words: pa.Array) -> np.ndarray:
    return np.array([meaning_of(word) for word in words.to_pylist()])


def _enough(words: _Words, by_word: np.ndarray) -> bool:
    """Whether so many cells could be read that the others are mistakes."""
    total = words.counts.sum()
    readable = words.counts[~np.isnan(by_word)].sum()
    if readable == total:
        return bool(total > 0)
    return bool(readable >= max(_ENOUGH_CELLS, _ENOUGH_SHARE * total))


def _promising(weights: np.ndarray, by_word: np.ndarray) -> bool:
    """Whether a sample of words is readable enough for all of them to be tried."""
    return bool(weights[~np.isnan(by_word)].sum() >= 0.9 * weights.sum())


def _bad_cells(name: str, words: _Words, by_word: np.ndarray, what: str) -> tuple[str, ...]:
    """Return a note on present cells that could not be read."""
    bad_words = np.isnan(by_word)
    if not bad_words.any():
        return ()
    bad = np.append(bad_words, False)[words.positions]
    row = int(np.argmax(bad))
    count, present = int(bad.sum()), int(words.counts.sum())
    verb, become = ("is", "it is") if count == 1 else ("are", "they are")
    example = words.words[int(words.positions[row])].as_py()
    return (
        f"column {name!r}: {count:,} of {present:,} values {verb} not {what} "
        f"({example!r} in row {row + 1:,}); {become} treated as missing",
    )
