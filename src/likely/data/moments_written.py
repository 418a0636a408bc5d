"""Dates written as a column writes its own: `01.03.2024`, `3/1/24 10:15 pm`, `Mar 3rd, 2024`.

A word that `moments` can read becomes a pattern, with the name of a field where a part of the date
was; the pattern that most words have is how new moments are written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from likely.data.moments import YEAR_FIRST, YEAR_LAST, offset_minutes

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_EPOCH = datetime(1970, 1, 1)
_SEEN = 10_000  # words that are looked at


def pattern_of(words: Iterable[str], order: str) -> str:
    """Return how most words write moments; empty if none is one.

    Parameters
    ----------
    words : iterable of str
        Cells of a column, trimmed.
    order : {"ymd", "dmy", "mdy"}
        What stands first, as in `parse_moments`.

    Returns
    -------
    str
        For `write_moment`.

    Examples
    --------
    >>> pattern_of(["01.03.2024", "17.03.2024"], "dmy")
    '{day:02}.{month:02}.{year:4}'
    """
    found: Counter[str] = Counter()
    short: set[str] = set()  # fields of which a word has a single digit
    for word, _ in zip(words, range(_SEEN), strict=False):
        pattern, single = _pattern(word, order)
        found[pattern] += 1
        short |= single
    found.pop("", None)
    if not found:
        return ""
    best = found.most_common(1)[0][0]
    for field in short:
        best = best.replace(f"{{{field}:02}}", f"{{{field}:1}}")
    return best


def write_moment(value: float, pattern: str) -> str:
    """Return a moment as a pattern writes it.

    Parameters
    ----------
    value : float
        Microseconds since 1970, in UTC if the pattern names an offset.
    pattern : str
        As `pattern_of` returns it; what it has no field for is left out.

    Examples
    --------
    >>> write_moment(0.0, "{month_name:Abc} {day:1}, {year:4}")
    'Jan 1, 1970'
    """
    zone = re.search(r"\{offset:([^}]*)\}", pattern)
    minutes = offset_minutes(zone[1]) if zone else 0
    moment = _EPOCH + timedelta(microseconds=round(value), minutes=minutes)
    return _FIELD.sub(lambda field: _write(moment, field[1], field[2]), pattern)


def _write(moment: datetime, field: str, style: str) -> str:
    if field == "offset":
        return style
    if field == "year":
        return f"{moment.year:04}"[-int(style) :]
    if field == "hour12":
        return _digits(moment.hour % 12 or 12, style)
    if field == "half":
        return _half_day(moment.hour >= 12, style)
    if field == "fraction":
        return f"{moment.microsecond:06}".ljust(int(style), "0")[: int(style)]
    if field == "month_name":
        return _named(_MONTHS[moment.month - 1], style)
    if field == "weekday":
        return _named(_DAYS[moment.weekday()], style)
    number = getattr(moment, field)
    return str(number) + _ordinal(number) if style == "th" else _digits(number, style)


def _pattern(word: str, order: str) -> tuple[str, set[str]]:
    """Return the pattern of a word, and which of its fields have a single digit."""
    last = None if order == "ymd" else re.match(YEAR_LAST, word)
    parts = re.match(YEAR_FIRST, word) or last
    if parts is None:
        return "", set()
    texts = {name: text for name, text in parts.groupdict().items() if text}
    fields = _day_and_month(texts, month_first=parts is not last or order == "mdy")
    clock = {name: name for name in ("year", "hour", "minute", "second", "fraction")}
    fields |= clock | {"half": "half", "zone": "offset"}
    if "half" in texts:
        fields["hour"] = "hour12"
    pattern, done, single = "", 0, set()
    for name in sorted(texts, key=parts.start):
        pattern += _between(word[done : parts.start(name)])
        pattern += f"{{{fields[name]}:{_style(fields[name], texts[name])}}}"
        done = parts.end(name)
        if texts[name].isdigit() and len(texts[name]) == 1:
            single.add(fields[name])
    return pattern + word[done:], single


def _day_and_month(texts: dict[str, str], *, month_first: bool) -> dict[str, str]:
    """Return which of the two parts before or behind the year is the day, and which the month."""
    first, second = texts["first"][0].isalpha(), texts.get("second_part", "0")[0].isalpha()
    if first or second:
        return {"first": "month_name" if first else "day"} | {
            "second_part": "month_name" if second else "day"
        }
    if month_first:
        return {"first": "month", "second_part": "day"}
    return {"first": "day", "second_part": "month"}


def _between(text: str) -> str:
    """Return what stands between fields; a day of the week is a field too."""
    name = re.match("[A-Za-z]{3,}", text)
    if name is None:
        return text
    return f"{{weekday:{_case(name[0], full=len(name[0]) > 3)}}}{text[name.end() :]}"


def _style(field: str, text: str) -> str:
    if field == "month_name":
        return _case(text.rstrip("."), full=len(text.rstrip(".")) > 4) + "." * text.endswith(".")
    if field == "year" or field == "fraction":
        return str(len(text))
    if field in ("half", "offset"):
        return text
    return "02" if text.isdigit() else "th"


def _case(text: str, *, full: bool) -> str:
    example = "Abcd" if full else "Abc"
    return example.lower() if text.islower() else example.upper() if text.isupper() else example


def _named(name: str, style: str) -> str:
    letters = style.rstrip(".")
    short = name if len(letters) > 3 else name[:3]
    cased = short.lower() if letters.islower() else short.upper() if letters.isupper() else short
    return cased + style[len(letters) :]


def _half_day(afternoon: bool, style: str) -> str:
    letter = "p" if afternoon else "a"
    return (letter.upper() if style[0].isupper() else letter) + style[1:]


def _digits(number: int, style: str) -> str:
    return f"{number:02}" if style == "02" else str(number)


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
