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

One bad cell does not make a million numbers text: it is read in its own way where that leaves no
choice (`strays`), else it becomes missing, and a note says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from likely.core.errors import DataError
from likely.data.arrow import compute as pc
from likely.data.column import Column, plural
from likely.data.epochs import from_numbers, is_epoch
from likely.data.moments import either_order, find_order, parse_all_moments, years_first
from likely.data.numerals import either_sign, find_decimal, parse_all_numbers, parse_numbers
from likely.data.strays import (
    NEARLY,
    Words,
    distinct,
    enough,
    on_bad_cells,
    on_points,
    on_strays,
    on_text,
    on_units,
    on_zones,
    promising,
)

MISSING = (
    "", "-", "--", "---", "–", "—", "?", ".", "na", "n/a", "#n/a", "#na", "n.a.", "nan", "nat",
    "null", "none", "nil", "missing", "unknown value", "<na>", "(null)", "(na)", "\\n", "#null!",
    "#value!", "#ref!", "#div/0!", "#name?", "#num!", "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
"""Texts that stand for a missing value, in lower case."""

_YES = {"true": 1.0, "yes": 1.0, "y": 1.0, "t": 1.0, "on": 1.0}
_NO = {"false": 0.0, "no": 0.0, "n": 0.0, "f": 0.0, "off": 0.0}
_PAIRS = tuple({yes, no} for yes, no in zip(_YES, _NO, strict=True))
_SHORT = ({"yes", "no", "y", "n"}, {"true", "false", "t", "f"})  # both spellings in one column
_CODE_NAMES = frozenset(
    {"zip", "zipcode", "postal", "postcode", "plz", "phone", "telephone", "tel", "mobile", "fax",
     "ssn", "iban", "ean", "isbn", "sku"}
)  # fmt: skip
_CODE_SHARE = 0.01
_CODE = r"^[+-]?0[0-9]+$"


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
        return _categories(distinct(name, cells), dtype, "label", ())
    present, notes = _without_markers(name, cells)
    if reading.startswith("number") or (not reading and decimal == "."):
        plain = None if reading == "number:," else _plain_numbers(present)
        if plain is not None and (reading or not _is_code(name, present)):
            return _number_column(name, dtype, ".", plain), plain, notes
    words = distinct(name, present)
    if not len(words.words) and expected is not None and expected.kind != "category":
        values = np.full(len(cells), np.nan)
        return replace(expected, name=name, dtype=dtype), values, notes
    if reading == "category":
        return _categories(words, dtype, "category", notes)
    if expected is not None:
        return _read_as(expected, words, dtype, reading, notes, part=part)
    return _decide(words, dtype, decimal, notes)


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
    words: Words, dtype: str, decimal: str, notes: tuple[str, ...]
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Find the rule that reads a column that was not learnt before."""
    if _is_boolean(words):
        column = Column(words.name, "boolean", dtype, reading="boolean")
        return column, words.spread(_truth(words.words)), notes
    if _is_code(words.name, words.words, words.counts):
        return _categories(words, dtype, "category", notes)
    for attempt in (_try_numbers, _try_dates):
        found = attempt(words, dtype, decimal)
        if found is not None:
            column, values, more = found
            return column, values, notes + more
    return _categories(words, dtype, "category", notes + _nearly(words, decimal))


def _try_numbers(
    words: Words, dtype: str, hint: str
) -> tuple[Column, np.ndarray, tuple[str, ...]] | None:
    sample, weights = words.sample()
    decimal, guessed = find_decimal(sample, weights, hint)
    if not promising(weights, parse_all_numbers(sample, decimal)[0]):
        return None
    decimal, guessed = find_decimal(words.words, words.counts, hint)
    by_word, units, strays = parse_all_numbers(words.words, decimal)
    if not enough(words, by_word):
        return None
    reading = f"number:{decimal}"
    notes = on_strays(words, by_word, strays, reading) + on_bad_cells(words, by_word, "a number")
    if guessed:
        word, example, _ = words.first(either_sign(words.words))
        notes += (
            f"column {words.name!r}: {example!r} could be a thousand or a decimal; it is read as "
            f"{by_word[word]:g}",
        )
    if len(units) > 1:
        seen = ", ".join(repr(unit) if unit else "none" for unit in sorted(units))
        notes += (f"column {words.name!r}: different units ({seen}) are read as one",)
    values = words.spread(by_word)
    return _number_column(words.name, dtype, decimal, values), values, notes


def _try_dates(
    words: Words, dtype: str, hint: str
) -> tuple[Column, np.ndarray, tuple[str, ...]] | None:
    sample, weights = words.sample()
    order, _ = find_order(sample, weights)
    if not promising(weights, parse_all_moments(sample, order)[0].values):
        return None
    orders = [find_order(words.words, words.counts)]
    if years_first(words.words, words.counts):
        orders.insert(0, ("ymd", False))
    found = ((*order, *parse_all_moments(words.words, order[0])) for order in orders)
    good = next((one for one in found if enough(words, one[2].values)), None)
    if good is None:
        return None
    order, guessed, moments, strays = good
    reading, values = f"date:{order}", moments.values
    notes = on_strays(words, values, strays, reading) + on_bad_cells(words, values, "a date")
    notes += on_zones(words, moments) + on_points(words, moments, order)
    if guessed:
        _, example, _ = words.first(either_order(words.words))
        notes += (
            f"column {words.name!r}: dates such as {example!r} are read "
            f"{'day' if order == 'dmy' else 'month'} first, and nothing in the column tells; "
            "write them as year-month-day to be sure",
        )
    zone = "UTC" if moments.zoned.any() else ""
    column = Column(words.name, "date", dtype, zone=zone, reading=reading)
    return column, words.spread(values), notes


def _nearly(words: Words, hint: str) -> tuple[str, ...]:
    """Return a note on a column of text that nearly holds numbers or dates."""
    sample, weights = words.sample()
    decimal, order = find_decimal(sample, weights, hint)[0], find_order(sample, weights)[0]
    numbers = parse_all_numbers(sample, decimal)[0]
    if promising(weights, numbers, NEARLY):
        return on_text(words, parse_all_numbers(words.words, decimal)[0], "a number")
    if promising(weights, parse_all_moments(sample, order)[0].values, NEARLY):
        return on_text(words, parse_all_moments(words.words, order)[0].values, "a date")
    return on_units(words, decimal)


def _read_as(
    expected: Column,
    words: Words,
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
    strays = np.zeros(len(words.words), dtype=bool)
    if rule == "boolean":
        by_word, what = _truth(words.words), "yes or no"
    elif is_epoch(reading):
        numbers = parse_numbers(words.words, ".")[0]
        by_word, what = from_numbers(numbers, reading), "a date"
    elif rule == "date":
        moments, strays = parse_all_moments(words.words, style)
        by_word, what = moments.values, "a date"
    else:
        by_word, _, strays = parse_all_numbers(words.words, style)
        what = "a number"
    if np.isnan(by_word).all() and not part:
        raise DataError(
            f"Column {words.name!r} held {plural(expected)} when the model learnt it; "
            f"it holds text now ({words.words[0].as_py()!r}). "
            f"Give {plural(expected)}, or learn anew."
        )
    notes += on_strays(words, by_word, strays, reading) + on_bad_cells(words, by_word, what)
    column = replace(expected, name=words.name, dtype=dtype, reading=reading)
    return column, words.spread(by_word), notes


def _categories(
    words: Words, dtype: str, reading: str, notes: tuple[str, ...]
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    order = pc.array_sort_indices(words.words)
    rank = np.empty(len(order), dtype=np.float64)
    rank[order.to_numpy(zero_copy_only=False)] = np.arange(len(order))
    labels = tuple(words.words.take(order).to_pylist())
    column = Column(words.name, "category", dtype, labels=labels, reading=reading)
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
    verb = "means" if count == 1 else "mean"
    return present, (
        f"column {name!r}: {count:,} of {len(cells):,} values ({texts}) {verb} missing",
    )


def _plain_numbers(present: Any) -> np.ndarray | None:
    """Return cells as numbers if each is written as programs write them; the fast way."""
    if present.null_count == len(present):
        return None
    try:
        pc.cast(present[:100], pa.float64())  # text fails here, long before all of it is tried
        return pc.cast(present, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None


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


def _is_boolean(words: Words) -> bool:
    if not 1 <= len(words.words) <= 12:  # two pairs in up to three ways of upper and lower case
        return False
    seen = {word.lower() for word in words.words.to_pylist()}
    if len(seen) == 1:
        return seen <= _PAIRS[0]
    said = {meaning_of(word) for word in seen}
    return seen in _PAIRS or (len(said) == 2 and any(seen <= both for both in _SHORT))


def _truth(words: pa.Array) -> np.ndarray:
    return np.array([meaning_of(word) for word in words.to_pylist()])
