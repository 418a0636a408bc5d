"""Numbers as people and programs write them: `1234.5`, `$1,234.50`, `1.234,50`, `12 %`, `(12.50)`.

A cell alone cannot tell whether `1,234` is more than a thousand or a little more than one; a column
can. `find_decimal` weighs the evidence of a column, `parse_numbers` reads by what was found, and
`parse_all_numbers` also what can only be written with the other decimal sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from likely.data.arrow import compute as pc

_SPACES = "\\s\u00a0\u2009\u202f"
_MINUS = "\\-\u2212"
_CURRENCY = (
    "[$€£¥₹₽₩₪₺₫฿]|R\\$|(?:US|A|C|NZ|HK)\\$|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK"
    "|BRL|kr\\.?|zł|Kč|Fr\\."
)
_OTHER = {".": ",", ",": "."}
_GROUP_MARKS = {".": f",'’{_SPACES}", ",": f".'’{_SPACES}"}


def parse_numbers(words: pa.Array, decimal: str) -> tuple[np.ndarray, set[str]]:
    """Return the numbers that words stand for.

    Parameters
    ----------
    words : pyarrow string array of shape (n,)
        Trimmed text without nulls.
    decimal : {".", ","}
        The sign before the decimals; the other one, spaces and apostrophes may group digits.

    Returns
    -------
    values : ndarray of float64, shape (n,)
        NaN where a word is no number. A per cent sign and a currency are left out: `12 %` is 12.
    units : set of str
        The units seen beside the numbers; "" stands for none.
    """
    parts = pc.extract_regex(words, _pattern(decimal))
    values = np.full(len(words), np.nan)
    before, digits, after = (parts.field(k).fill_null("") for k in range(3))
    opened, closed = _contains(before, r"\("), _contains(after, r"\)")
    readable = parts.is_valid().to_numpy(zero_copy_only=False) & (opened == closed)
    if not readable.any():
        return values, set()
    kept = pa.array(readable)
    plain = pc.replace_substring_regex(digits.filter(kept), f"[{_GROUP_MARKS[decimal]}]", "")
    numbers = pc.cast(pc.replace_substring(plain, ",", "."), pa.float64())
    negative = opened | _contains(before, f"[{_MINUS}]") | _contains(after, f"[{_MINUS}]")
    values[readable] = numbers.to_numpy(zero_copy_only=False)
    values[negative & readable] *= -1.0
    around = pc.binary_join_element_wise(
        before.filter(kept), after.filter(kept), pa.scalar("", before.type)
    )
    units = pc.unique(pc.replace_substring_regex(around, f"[{_SPACES}()+{_MINUS}]", ""))
    return values, set(units.to_pylist())


def parse_all_numbers(words: pa.Array, decimal: str) -> tuple[np.ndarray, set[str], np.ndarray]:
    """Return the numbers that words stand for, those too that only the other sign can read.

    Parameters
    ----------
    words, decimal
        As in `parse_numbers`.

    Returns
    -------
    values, units
        As from `parse_numbers`.
    strays : ndarray of bool, shape (n,)
        Which words have the other decimal sign, as `1.300,00` has where the sign is a point.
    """
    values, units = parse_numbers(words, decimal)
    lost = np.isnan(values)
    if lost.any():
        values[lost], more = parse_numbers(words.filter(pa.array(lost)), _OTHER[decimal])
        units |= more
    return values, units, lost & ~np.isnan(values)


def either_sign(words: pa.Array) -> np.ndarray:
    """Return which words are one number with a decimal point and another with a decimal comma."""
    point, comma = (parse_numbers(words, decimal)[0] for decimal in ".,")
    return _differ(point, comma)


def find_decimal(words: pa.Array, weights: np.ndarray, hint: str = ".") -> tuple[str, bool]:
    """Return the decimal sign that reads most cells, and whether the other one reads as many.

    Parameters
    ----------
    words : pyarrow string array of shape (n,)
        The distinct, trimmed texts of a column.
    weights : ndarray of shape (n,)
        How many cells hold each.
    hint : {".", ","}, default "."
        What to take where the column itself leaves it open, such as `1,234` in every row.
    """
    point, _ = parse_numbers(words, ".")
    commas = pc.any(pc.match_substring(words, ",")).as_py()
    if hint == "." and not commas and not np.isnan(point).any():
        return ".", False
    comma, _ = parse_numbers(words, ",")
    by_point, by_comma = (weights[~np.isnan(v)].sum() for v in (point, comma))
    if by_point != by_comma:
        return ("." if by_point > by_comma else ","), False
    return hint, bool(_differ(point, comma).any())


def _differ(point: np.ndarray, comma: np.ndarray) -> np.ndarray:
    return ~np.isnan(point) & ~np.isnan(comma) & (point != comma)


def _pattern(decimal: str) -> str:
    mark, group = f"[{decimal}]", f"[{_GROUP_MARKS[decimal]}]"
    grouped = f"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}"
    plain = f"(?:{grouped}|[0-9]+)(?:{mark}[0-9]*)?|{mark}[0-9]+"
    number = f"(?:{plain})(?:[eE][+-]?[0-9]+)?|(?i:inf(?:inity)?)"
    gap = f"[{_SPACES}]*"
    before = f"\\(?{gap}[+{_MINUS}]?{gap}(?:{_CURRENCY})?{gap}[+{_MINUS}]?{gap}"
    after = f"{gap}(?:{_CURRENCY}|%|‰)?{gap}[{_MINUS}]?{gap}\\)?"
    return f"^(?P<before>{before})(?P<number>{number})(?P<after>{after})$"


def _contains(texts: Any, pattern: str) -> np.ndarray:
    return pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
