"""Python values as JSON and arrays, and back.

JSON's own values stand for themselves. Everything else is an object whose key "@" says what it is:

| "@" | value |
|---|---|
| float | infinity or NaN, as text |
| tuple | `items` |
| pairs | `items`: the keys and values of a dict whose keys are no texts |
| array | an array in the file, named by its place in the document |
| texts, integers, numbers | a long list, kept as arrays so that the header stays small |

A dataclass becomes the dict of its fields; `hints.read_as` makes it one again.
An array's name follows from where it stands ("parts.reference.scores"), so a document cannot point
to another.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from likely.core.errors import DamagedFile, PersistenceError
from likely.core.strict_json import REMEDY

LONG = 32
"""Lists longer than this become arrays."""

_SPECIAL_FLOATS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
_LARGEST = 2**63


class Writer:
    """Turns values into JSON and collects arrays on the way.

    Parameters
    ----------
    special : callable
        Given (value, path, writer), returns JSON for values unknown here, or None.
    rows : bool, default True
        Whether training rows may be written; for `special` to obey.
    """

    def __init__(
        self, special: Callable[[Any, str, Writer], dict[str, Any] | None], rows: bool = True
    ) -> None:
        self.tensors: dict[str, np.ndarray] = {}
        self.rows = rows
        self._special = special

    def value(self, value: Any, path: str) -> Any:
        """Return JSON for a value; raise `PersistenceError` if a file cannot hold it."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"@": "float", "value": repr(value)}
        if isinstance(value, tuple):
            return {"@": "tuple", "items": self.value(list(value), f"{path}.items")}
        if isinstance(value, list):
            return self._list(value, path)
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            pairs = [[key, item] for key, item in value.items()]
            return {"@": "pairs", "items": self.value(pairs, f"{path}.items")}
        if isinstance(value, dict) and "@" not in value:
            return {key: self.value(item, f"{path}.{key}") for key, item in value.items()}
        if isinstance(value, np.ndarray):
            self.array(path, value)
            return {"@": "array"}
        stored = self._special(value, path, self)
        if stored is None and dataclasses.is_dataclass(value):
            return {
                f.name: self.value(getattr(value, f.name), f"{path}.{f.name}")
                for f in dataclasses.fields(value)
            }
        if stored is None:
            raise PersistenceError(
                f"{path} is a {type(value).__name__}, which a file cannot hold: it holds numbers, "
                "text, True, False, None, lists, dicts, arrays and models of likely."
            )
        return stored

    def array(self, name: str, array: np.ndarray) -> None:
        """Keep an array under a name of its own."""
        if name in self.tensors:
            raise PersistenceError(
                f"Two arrays would be named {name!r}; rename one of the keys that lead to them."
            )
        self.tensors[name] = array

    def _list(self, items: list[Any], path: str) -> Any:
        if len(items) > LONG and all(type(item) is str for item in items):
            encoded = [item.encode("utf-8", "surrogatepass") for item in items]
            self.array(f"{path}.text", np.frombuffer(b"".join(encoded), dtype=np.uint8))
            lengths = [len(text) for text in encoded]
            self.array(f"{path}.ends", np.cumsum(lengths, dtype=np.int64))
            return {"@": "texts"}
        if len(items) > LONG and all(type(item) is float for item in items):
            self.array(path, np.array(items, dtype=np.float64))
            return {"@": "numbers"}
        if len(items) > LONG and all(
            type(item) is int and -_LARGEST <= item < _LARGEST for item in items
        ):
            self.array(path, np.array(items, dtype=np.int64))
            return {"@": "integers"}
        return [self.value(item, f"{path}.{i}") for i, item in enumerate(items)]


class Reader:
    """Turns JSON and arrays of a file back into values; every array is used exactly once.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        The arrays of the file.
    special : callable
        Given (stored, path, reader), returns the value of an object whose "@" is unknown here, or
        raises `DamagedFile`.
    """

    def __init__(
        self,
        tensors: Mapping[str, np.ndarray],
        special: Callable[[dict[str, Any], str, Reader], Any],
    ) -> None:
        self._left = dict(tensors)
        self._special = special

    def value(self, stored: Any, path: str) -> Any:
        """Return the value that JSON stands for."""
        if isinstance(stored, list):
            return [self.value(item, f"{path}.{i}") for i, item in enumerate(stored)]
        if not isinstance(stored, dict):
            return stored
        if "@" not in stored:
            return {key: self.value(item, f"{path}.{key}") for key, item in stored.items()}
        read = {
            "float": self._float,
            "tuple": self._tuple,
            "pairs": self._pairs,
            "array": lambda _, path: np.array(self.array(path)),
            "texts": self._texts,
            "integers": lambda _, path: self._numbers(path, np.int64),
            "numbers": lambda _, path: self._numbers(path, np.float64),
        }
        kind = stored["@"]
        if isinstance(kind, str) and kind in read:
            return read[kind](stored, path)
        return self._special(stored, path, self)

    def array(self, name: str) -> np.ndarray:
        """Return the array of a name and count it as used."""
        if name not in self._left:
            raise damaged(f"the array {name[:80]!r} is missing")
        return self._left.pop(name)

    def finish(self) -> None:
        """Raise `DamagedFile` if an array is left that nothing asked for."""
        if self._left:
            names = ", ".join(repr(name[:80]) for name in itertools.islice(self._left, 3))
            raise damaged(f"unexpected arrays: {names}")

    def _float(self, stored: dict[str, Any], path: str) -> float:
        text = stored.get("value")
        if not isinstance(text, str) or text not in _SPECIAL_FLOATS:
            raise damaged(f"{path} is no number")
        return _SPECIAL_FLOATS[text]

    def _tuple(self, stored: dict[str, Any], path: str) -> tuple[Any, ...]:
        items = self.value(stored.get("items"), f"{path}.items")
        if not isinstance(items, list):
            raise damaged(f"{path} is no list")
        return tuple(items)

    def _pairs(self, stored: dict[str, Any], path: str) -> list[tuple[Any, Any]]:
        """Return keys and values; `hints.read_as` makes them a dict, once keys can be hashed."""
        items = self.value(stored.get("items"), f"{path}.items")
        if not isinstance(items, list) or not all(
            isinstance(item, list) and len(item) == 2 for item in items
        ):
            raise damaged(f"{path} holds no pairs")
        return [(key, value) for key, value in items]

    def _texts(self, stored: dict[str, Any], path: str) -> list[str]:
        text, ends = self.array(f"{path}.text"), self.array(f"{path}.ends")
        starts = np.concatenate([[0], ends[:-1]]) if ends.ndim == 1 else ends
        if (
            (text.dtype, text.ndim) != (np.uint8, 1)
            or (ends.dtype, ends.ndim) != (np.int64, 1)
            or not ends.size
            or (ends < starts).any()
            or ends[-1] != text.size
        ):
            raise damaged(f"{path} is no list of texts")
        whole = text.tobytes()
        try:
            return [
                whole[start:end].decode("utf-8", "surrogatepass")
                for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            ]
        except UnicodeDecodeError:
            raise damaged(f"{path} holds bytes that are no text") from None

    def _numbers(self, path: str, dtype: type[np.generic]) -> list[Any]:
        array = self.array(path)
        if array.ndim != 1 or array.dtype != dtype or not np.isfinite(array).all():
            raise damaged(f"{path} is no list of finite numbers")
        return array.tolist()


def damaged(what: str) -> DamagedFile:
    """Return the error for content that does not fit what the package states."""
    return DamagedFile(f"The content of the file is not valid: {what}. {REMEDY}")
