"""What was learnt about data, into a file and out of it: fields, and whether they fit together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from likely.core.errors import DamagedFile
from likely.data.alphabet import MOST_TOKENS, Alphabet
from likely.data.captions import MOST_IN_ONE, MOST_WORDS, Captions, words_in
from likely.data.column import Column
from likely.data.features import Encoding
from likely.data.form import Form
from likely.data.samples import Description
from likely.data.schema import Schema
from likely.data.shaped import AXES
from likely.data.sound import Sound
from likely.data.symbols import symbols_of
from likely.data.table import Table
from likely.data.words import NEWLINE, words_of
from likely.persistence.codec import damaged
from likely.persistence.hints import read_as

_ZONE = re.compile(r"[A-Za-z0-9_+:-]*(/[A-Za-z0-9_+:-]+)*", re.ASCII)

_WHOLE = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_NUMBERS = {"bool", "float16", "float32", "float64", *_WHOLE}
_LONGEST = 1 << 24
_MOST_FEATURES = 1 << 28

_FASTEST = 1 << 32  # values a second that a wav file can state
_OF_CLIPS = {"float32", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32))}

_READINGS = {
    "number": re.compile(r"(number:[.,])?"),
    "boolean": re.compile(r"(boolean)?"),
    "date": re.compile(r"(date:(ymd|dmy|mdy)|epoch:(s|ms|us|ns|ymd)|elapsed:s)?"),
    "category": re.compile(r"(category|label)?"),
}
"""Rules of `likely.data.text` by kind of column: what follows the colon is used without a look."""


def write_schema(schema: Description | Captions) -> dict[str, Any]:
    """Return the JSON of a schema, without the texts of columns that no model looks at.

    Names, numbers and addresses of people stand in such columns; nothing asks for them again. A
    form, an alphabet and a sound, which have no columns, say so by their kind.
    """
    if not isinstance(schema, Schema):
        return schema.to_json()
    return schema.to_json() | {"columns": write_columns(schema.columns)}


def write_columns(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Return the JSON of columns, without the texts of those that no model looks at."""
    return [column.to_json() | ({} if column.used else {"labels": []}) for column in columns]


def read_columns(stored: Any, where: str = "columns") -> tuple[Column, ...]:
    """Return the columns that `write_columns` wrote, or raise `DamagedFile`."""
    columns = read_as(tuple[Column, ...], stored, where)
    _check_columns(columns)
    return columns


def read_schema(stored: Any, where: str) -> Description:
    """Return the schema that `write_schema` wrote.

    Parameters
    ----------
    stored : object
        Out of a file.
    where : str
        Where it stands, for the message.

    Raises
    ------
    DamagedFile
        If a field has another type or range than stated, or the fields contradict one another.
    """
    if isinstance(stored, dict) and "kind" in stored:
        others = {
            "text": _read_alphabet,
            "molecule": _read_alphabet,
            "audio": _read_sound,
        }
        return others.get(str(stored["kind"]), _read_form)(stored, where)
    read_as(Schema, stored, where)
    try:
        schema = Schema.from_json(stored)
        _check(schema)
        _try_out(schema)
    except DamagedFile:
        raise
    except Exception as error:  # whatever a hostile value sets off is the file's fault
        raise damaged(f"{where} cannot be used ({error})") from error
    return schema


def read_condition(stored: Any, where: str) -> Schema | Captions:
    """Return what was learnt about conditions as `write_schema` wrote it, or raise `DamagedFile`.

    Parameters
    ----------
    stored, where
        As of `read_schema`.
    """
    if isinstance(stored, dict) and stored.get("kind") == "caption":
        return _read_captions(stored, where)
    schema = read_schema(stored, where)
    if not isinstance(schema, Schema):
        raise damaged(f"{where} is no table of conditions")
    return schema


def _read_captions(stored: dict[str, Any], where: str) -> Captions:
    read_as(Captions, stored, where)
    captions = Captions.from_json(stored)
    sound = (
        len(captions.words) <= MOST_WORDS
        and 0 < captions.longest <= MOST_IN_ONE
        and all(low < high for low, high in pairwise(captions.words))
        and all(words_in(word) == [word] for word in captions.words)
    )
    if not sound:
        raise damaged(f"{where} is nothing that captions can have in common")
    return captions


def _read_form(stored: dict[str, Any], where: str) -> Form:
    read_as(Form, stored, where)
    form = Form.from_json(stored)
    sound = (
        len(form.shape) == len(AXES[form.kind])
        and all(0 < size <= _LONGEST for size in form.shape)
        and 0 < form.channels <= _LONGEST
        and form.width <= _MOST_FEATURES
        and len(form.centre) == len(form.scale) == form.channels
        and np.isfinite([*form.centre, *form.scale]).all()
        and min(form.scale) > 0
        and form.dtype in _NUMBERS
    )
    if not sound:
        raise damaged(f"{where} is no form that samples can have")
    return form


def _read_alphabet(stored: dict[str, Any], where: str) -> Alphabet:
    read_as(Alphabet, stored, where)
    alphabet = Alphabet.from_json(stored)
    known = alphabet.known
    sound = (
        all(low < high for low, high in pairwise(known))
        and not any("\ud800" <= char <= "\udfff" for token in known for char in token)
        and _fits_its_unit(alphabet)
        and 0 < alphabet.longest <= _MOST_FEATURES
    )
    if not sound:
        raise damaged(f"{where} is no alphabet that texts can have")
    return alphabet


def _fits_its_unit(alphabet: Alphabet) -> bool:
    """Whether an alphabet of characters, bytes or words holds those, and not too many."""
    characters, words = alphabet.characters, alphabet.words
    if alphabet.unit == "byte":
        return characters == "".join(map(chr, range(256))) and not words
    if alphabet.unit == "character":
        return len(characters) <= MOST_TOKENS and not words
    split = words_of if alphabet.unit == "word" else symbols_of
    return (
        len(words) <= MOST_TOKENS
        and not characters
        and all(split(word) == [word] for word in words)
        and not (alphabet.lines and NEWLINE in words)
    )


def _read_sound(stored: dict[str, Any], where: str) -> Sound:
    read_as(Sound, stored, where)
    sound = Sound.from_json(stored)
    possible = (
        0 < sound.rate <= _FASTEST
        and sound.peak > 0
        and 2.0 ** int(np.log2(sound.peak)) == sound.peak
        and 0 < sound.longest <= _MOST_FEATURES
        and sound.dtype in _OF_CLIPS
    )
    if not possible:
        raise damaged(f"{where} is nothing that clips can have in common")
    return sound


def _check_columns(columns: tuple[Column, ...]) -> None:
    for column in columns:
        if len(set(column.labels)) < len(column.labels):
            raise damaged(f"column {column.name[:80]!r}: a label stands twice")
        if not (_ZONE.fullmatch(column.zone) and _READINGS[column.kind].fullmatch(column.reading)):
            raise damaged(f"column {column.name[:80]!r}: no such time zone or rule of reading")
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise damaged("two columns have the same name")


def _check(schema: Schema) -> None:
    _check_columns(schema.columns)
    if not schema.used or len(schema.encodings) != len(schema.used):
        raise damaged(f"{len(schema.used)} columns are used, {len(schema.encodings)} are encoded")
    for column, encoding in zip(schema.used, schema.encodings, strict=True):
        trouble = _contradiction(column, encoding)
        if trouble:
            raise damaged(f"column {column.name[:80]!r}: {trouble}")


def _contradiction(column: Column, encoding: Encoding) -> str:
    levels, labels = encoding.levels, len(column.labels)
    clock = encoding.rule == "date" and encoding.cycles and encoding.scale == 0
    if not (encoding.scale > 0 or clock):
        return f"its scale is {encoding.scale}, and must be above 0"
    if encoding.flag < 0 or encoding.low > encoding.high:
        return "its range or its flag for missing values is impossible"
    never_a_value = encoding.rule == "levels" and not levels  # one indicator for every kind
    if encoding.rule in ("levels", "frequency") and not never_a_value and column.kind != "category":
        return f"it holds a {column.kind} and is encoded by {encoding.rule}"
    if any(not 0 <= level < labels for level in levels) or len(set(levels)) < len(levels):
        return "its levels are not among its labels"
    if encoding.rule == "frequency" and (
        len(encoding.counts) != labels or min(encoding.counts, default=-1.0) < 0
    ):
        return "its counts do not match its labels"
    return ""


def _try_out(schema: Schema) -> None:
    """Make features of a few rows: fields that fit one by one may still not fit together."""
    rows = [
        [np.nan, 0.0, float(len(column.labels)), encoding.low, encoding.high]
        if column.kind != "category"
        else [np.nan, 0.0, float(len(column.labels)), 0.0, 0.0]
        for column, encoding in zip(schema.used, schema.encodings, strict=True)
    ]
    table = Table(np.array(rows).T.copy(), schema.used, named=schema.named)
    with np.errstate(all="ignore"):
        features = schema.features(table)
    if features.shape != (5, len(schema.feature_columns)) or not np.isfinite(features).all():
        raise damaged("its columns do not turn into finite features")
