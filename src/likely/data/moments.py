"""Dates and times as they are written: ISO 8601, `01.03.2024`, `3/1/24 10:15 pm`, `3 Mar 2024`.

Whether `03/04/2024` is in March or in April is decided for a column, by all of its cells. Where the
column's order does not read a cell that only one order can read, `parse_all_moments` reads it so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from likely.data.arrow import compute as pc

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = "(?i:(?:" + "|".join(_MONTHS) + ")[a-z]{0,6})\\.?"
_WEEKDAY = "(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\\.?,?\\s+)?"
_TIME = (
    "(?:(?:[Tt]|,?\\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    "(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?\\s*(?P<half>(?i:[ap]\\.?m\\.?)?)"
    "\\s*(?P<zone>(?:[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?))?$"
)
YEAR_FIRST = (
    f"^(?P<year>[0-9]{{4}})[-/.](?P<first>[0-9]{{1,2}}|{_NAME})(?:[-/.](?P<second_part>[0-9]{{1,2}}))?"
    + _TIME
)
YEAR_LAST = (
    f"^{_WEEKDAY}(?P<first>[0-9]{{1,2}}(?:st|nd|rd|th)?|{_NAME})[-/.\\s]\\s*"
    f"(?P<second_part>[0-9]{{1,2}}(?:st|nd|rd|th)?|{_NAME})(?:[-/.]|,?\\s)\\s*"
    "(?P<year>[0-9]{4}|[0-9]{2})" + _TIME
)
_PIVOT = 69
"""Two-digit years from here on are in the 1900s (POSIX `strptime`)."""

_FEW = 0.05


@dataclass(frozen=True)
class Moments:
    """Words read as moments under one order of day, month and year.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Microseconds since 1970 in UTC (or in the unnamed local time of the words); NaN: not read.
    zoned : ndarray of bool, shape (n,)
        Whether a word names its offset from UTC.
    """

    values: np.ndarray
    zoned: np.ndarray


def parse_moments(words: pa.Array, order: str) -> Moments:
    """Return words read as dates, with or without a time.

    Parameters
    ----------
    words : pyarrow string array of shape (n,)
        Trimmed text without nulls.
    order : {"ymd", "dmy", "mdy"}
        What stands first. Words that start with four digits are read as year, month, day, and
        names of months are understood, under every order.
    """
    count = len(words)
    result = Moments(np.full(count, np.nan), np.zeros(count, dtype=bool))
    patterns = [YEAR_FIRST] if order == "ymd" else [YEAR_FIRST, YEAR_LAST]
    for pattern in patterns:
        parts = pc.extract_regex(words, pattern)
        found = parts.is_valid().to_numpy(zero_copy_only=False)
        if not found.any():
            continue
        fields = parts.filter(pa.array(found))
        values, zoned = _assemble(fields, month_first=pattern is YEAR_FIRST or order == "mdy")
        result.values[found] = values
        result.zoned[found] = zoned & ~np.isnan(values)
    return result


def parse_all_moments(words: pa.Array, order: str) -> tuple[Moments, np.ndarray]:
    """Return words read as dates, those too that the order does not read but that leave no choice.

    Parameters
    ----------
    words, order
        As in `parse_moments`.

    Returns
    -------
    moments : Moments
    strays : ndarray of bool, shape (n,)
        Which words were not read in that order: `13/01/2026` and `03.01.2026` where years stand
        first, `01/13/2026` where days do. `03/01/2026` among years first is not read.
    """
    found = parse_moments(words, order)
    lost = np.isnan(found.values)
    if lost.any():
        rest = words.filter(pa.array(lost))
        day_first, month_first = (parse_moments(rest, other) for other in ("dmy", "mdy"))
        values = np.where(np.isnan(day_first.values), month_first.values, day_first.values)
        values[either_order(rest) & ~dotted(rest)] = np.nan
        found.values[lost] = values
        found.zoned[lost] = (day_first.zoned | month_first.zoned) & ~np.isnan(values)
    return found, lost & ~np.isnan(found.values)


def either_order(words: pa.Array) -> np.ndarray:
    """Return which words are one date with the day first and another with the month first."""
    day_first, month_first = (parse_moments(words, order).values for order in ("dmy", "mdy"))
    return ~np.isnan(day_first) & ~np.isnan(month_first) & (day_first != month_first)


def years_first(words: pa.Array, weights: np.ndarray) -> bool:
    """Whether the years of dates stand first, but for a few cells: one, or a twentieth of all."""
    last = pc.match_substring_regex(words, YEAR_LAST).to_numpy(zero_copy_only=False)
    odd = weights[last].sum()
    return bool(2 * odd < weights.sum() and odd <= max(1, _FEW * weights.sum()))


def find_order(words: pa.Array, weights: np.ndarray) -> tuple[str, bool]:
    """Return the order of day, month and year that reads most cells, and whether it is a guess.

    It is a guess if day-first and month-first read the same cells as different days, and no point
    between the parts (`01.03.2024`, written day first wherever it is written) settles it. The guess
    is day first, as in most of the world; month first beside a clock with a.m. and p.m.
    """
    if not pc.any(pc.match_substring_regex(words, YEAR_LAST)).as_py():
        return "ymd", False
    day_first, month_first = parse_moments(words, "dmy").values, parse_moments(words, "mdy").values
    by_day, by_month = (weights[~np.isnan(v)].sum() for v in (day_first, month_first))
    if by_day != by_month:
        return ("dmy" if by_day > by_month else "mdy"), False
    either = ~np.isnan(day_first) & ~np.isnan(month_first) & (day_first != month_first)
    half_days = pc.any(pc.match_substring_regex(words, "(?i)[0-9] ?[ap]\\.?m")).as_py()
    return ("mdy" if half_days else "dmy"), bool((either & ~dotted(words)).any())


def dotted(words: pa.Array) -> np.ndarray:
    """Return which words begin as `01.03.2024` does, shape (n,) of bool."""
    return pc.match_substring_regex(words, r"^[0-9]{1,2}\.").to_numpy(zero_copy_only=False)


def _assemble(fields: Any, month_first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return microseconds and whether an offset is named, from matched parts of words."""
    first, second = _field(fields, "first"), _field(fields, "second_part")
    a, a_named = _lookup(first, _day_or_month), _lookup(first, _is_name)
    b, b_named = _lookup(second, _day_or_month), _lookup(second, _is_name)
    swap = (a_named > 0) | ((b_named == 0) & month_first)
    month, day = np.where(swap, a, b), np.where(swap, b, a)
    year = _lookup(_field(fields, "year"), _year)
    days, valid = _days(year, month, day)
    valid &= (a_named + b_named) < 2
    hour = _lookup(_field(fields, "hour"), _number)
    half = _lookup(_field(fields, "half"), lambda text: {"a": 1, "p": 2}.get(text[:1].lower(), 0))
    valid &= (hour < 24) & ((half == 0) | ((hour >= 1) & (hour <= 12)))
    hour = np.where(half > 0, hour % 12 + 12 * (half == 2), hour)
    minute = _lookup(_field(fields, "minute"), _number)
    second_of_minute = _lookup(_field(fields, "second"), _number)
    valid &= (minute < 60) & (second_of_minute <= 60)  # 60: a leap second
    micro = _lookup(_field(fields, "fraction"), lambda text: int(text[:6].ljust(6, "0") or 0))
    zone = _field(fields, "zone")
    offset = _lookup(zone, offset_minutes)
    seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second_of_minute
    values = np.where(valid, seconds * 1e6 + micro, np.nan)
    return values, pc.not_equal(zone, "").to_numpy(zero_copy_only=False)


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return days since 1970 and whether there is such a day."""
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = ((year - 1970) * 12 + np.where(valid, month, 1) - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (np.where(valid, day, 1) - 1)
    valid &= dates.astype("datetime64[M]") == months  # the 31st of a month of 30 days is no day
    return dates.astype(np.int64), valid


def _field(fields: Any, name: str) -> Any:
    return fields.field(fields.type.get_field_index(name))


def _lookup(texts: Any, meaning: Callable[[str], int]) -> np.ndarray:
    """Apply a function to the few distinct texts of an array, shape (n,) of int64."""
    coded = texts.dictionary_encode()
    table = np.array([meaning(text) for text in coded.dictionary.to_pylist()], dtype=np.int64)
    return table[coded.indices.to_numpy(zero_copy_only=False)]


def _number(text: str) -> int:
    return int(text or 0)


def _is_name(text: str) -> int:
    return int(text[:1].isalpha())


def _day_or_month(text: str) -> int:
    if not text:
        return 1  # a month without a day starts on its first
    if _is_name(text):
        return _MONTHS.index(text[:3].lower()) + 1
    return int(re.sub("[a-z]", "", text))


def _year(text: str) -> int:
    number = int(text)
    if len(text) == 4:
        return number
    return number + (1900 if number >= _PIVOT else 2000)


def offset_minutes(text: str) -> int:
    """Return how far ahead of UTC an offset such as `+02:00` is."""
    if not text or text in ("Z", "z", "UTC", "GMT"):
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if text[0] == "-" else minutes
