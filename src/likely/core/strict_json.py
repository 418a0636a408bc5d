"""JSON without its loopholes: one way to write a value, and limits that hold before parsing.

Python's own reader accepts repeated keys, `NaN`, numbers beyond every float, and nesting as deep as
the stack; a file from a stranger may use each of these to mean two things at once or to exhaust the
machine.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from likely.core.errors import DamagedFile, PersistenceError

MAX_DEPTH = 64
"""Brackets within brackets."""

MAX_VALUES = 2_000_000
"""Values in one text: bounds the memory that parsing takes to a few hundred MB."""

_QUOTE, _COMMA = ord('"'), ord(",")
_OPENING, _CLOSING = (ord("["), ord("{")), (ord("]"), ord("}"))


def canonical(value: Any) -> str:
    """Return the one text that stands for a JSON value: sorted keys, no spaces, ASCII.

    Parameters
    ----------
    value : dict, list, str, int, float, bool or None
        Of exactly these types, with text as keys and finite numbers.

    Raises
    ------
    PersistenceError
        If something in it is not JSON, or nested deeper than 64 levels.
    """
    _check_plain(value, "document", 0)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(text: bytes, name: str) -> Any:
    """Return the value that a JSON text stands for.

    Parameters
    ----------
    text : bytes
        UTF-8.
    name : str
        What the text is, for the message of an error.

    Raises
    ------
    DamagedFile
        If it is not JSON, nested deeper than 64 levels, longer than two million values, or has
        a key twice in one object, `NaN`, `Infinity` or a number beyond float64.
    """
    _check_limits(text, name)
    try:
        return json.loads(
            text.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
            object_pairs_hook=_unique_keys,
        )
    except DamagedFile as error:
        raise DamagedFile(f"{name} {error}. {REMEDY}") from None
    except ValueError as error:
        raise DamagedFile(f"{name} is not valid JSON ({error}). {REMEDY}") from None


REMEDY = "The file is damaged or was made by something else: use another copy, or save it again."
"""What to do about a file that cannot be trusted."""


def _check_plain(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise PersistenceError(f"{where[:80]}… is nested deeper than {MAX_DEPTH} levels.")
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise PersistenceError(f"{where} has the key {key!r}; a file holds text keys only.")
            _check_plain(item, f"{where}.{key}", depth + 1)
    elif kind is list:
        for i, item in enumerate(value):
            _check_plain(item, f"{where}[{i}]", depth + 1)
    elif kind is float and not math.isfinite(value):
        raise PersistenceError(f"{where} is {value}; JSON holds finite numbers only.")
    elif kind not in (str, int, float, bool, type(None)):
        raise PersistenceError(
            f"{where} is a {kind.__name__}; JSON holds dict, list, str, int, float, bool and None."
        )


def _check_limits(text: bytes, name: str) -> None:
    """Count brackets and commas outside quoted text, in constant memory per byte."""
    # Pairs of backslashes first, so that the quote in `\\"` counts and the one in `\"` does not.
    unescaped = text.replace(b"\\\\", b"xx").replace(b'\\"', b"xx")
    letters = np.frombuffer(unescaped, dtype=np.uint8)
    outside = ~np.logical_xor.accumulate(letters == _QUOTE) if letters.size else letters
    opening = np.isin(letters, _OPENING) & outside
    closing = np.isin(letters, _CLOSING) & outside
    values = int(opening.sum()) + int(((letters == _COMMA) & outside).sum())
    if values > MAX_VALUES:
        raise DamagedFile(f"{name} holds {values} values; at most {MAX_VALUES} are read. {REMEDY}")
    steps = opening.astype(np.int8) - closing.astype(np.int8)
    depth = int(np.cumsum(steps[steps != 0], dtype=np.int32).max(initial=0))
    if depth > MAX_DEPTH:
        raise DamagedFile(
            f"{name} is nested {depth} levels deep; at most {MAX_DEPTH} are read. {REMEDY}"
        )


def _refuse_constant(constant: str) -> Any:
    raise DamagedFile(f"holds {constant}, which is no JSON number")


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise DamagedFile(f"holds {digits[:40]}, which is beyond float64")
    return number


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in found if keys.count(key) > 1)
        raise DamagedFile(f"has the key {twice[:80]!r} more than once in one object")
    return found
