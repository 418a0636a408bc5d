"""What is judged, in words: rows, groups, samples of any kind, or moments."""

from __future__ import annotations

import re

from likely.data.alphabet import Alphabet
from likely.data.form import Form
from likely.data.schema import Schema
from likely.data.sound import Sound

PLURALS = {
    "row": "rows",
    "group": "groups",
    "image": "images",
    "series": "series",
    "video": "videos",
    "text": "texts",
    "molecule": "molecules",
    "clip": "clips",
    "moment": "moments",
}
"""Everything that can be judged, and its plural."""

_ROW = re.compile(r"\b(R|r)ow(s?)\b")


def about(text: str, unit: str) -> str:
    """Return a sentence about rows as one about something else.

    Parameters
    ----------
    text : str
        A sentence with the words row and rows.
    unit : str
        What it is to be about: a key of `PLURALS`.

    Examples
    --------
    >>> about("2 rows are odd", "group")
    '2 groups are odd'
    """

    def word(found: re.Match[str]) -> str:
        written = PLURALS[unit] if found[2] else unit
        return written.capitalize() if found[1] == "R" else written

    return text if unit == "row" else _ROW.sub(word, text)


def unit_of(schema: Schema | Form | Alphabet | Sound) -> str:
    """Return what a model with this schema judges: rows, samples with axes, texts or clips."""
    if isinstance(schema, Sound):
        return "clip"
    return "row" if isinstance(schema, Schema) else schema.kind
