"""Values from a file, checked against the type hints of what they are to become."""

from __future__ import annotations

import dataclasses
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from likely.core.errors import DamagedFile
from likely.persistence.codec import damaged


def read_as(hint: Any, value: Any, where: str = "value") -> Any:
    """Return a value as what a type hint says, or raise `DamagedFile`.

    Parameters
    ----------
    hint : type
        A dataclass, `bool`, `int`, `float`, `str`, `None`, `ndarray`, `Any`, or `Literal`, `Union`,
        `Annotated`, `list`, `tuple`, `dict` of these. Numbers must be finite. A dataclass is read
        from a dict of its fields: unknown ones are refused, those with a default may be absent.
    value : object
        Out of a file.
    where : str, default "value"
        Where it stands, for the message.

    Examples
    --------
    >>> read_as(tuple[float, ...], [1, 2.5])
    (1.0, 2.5)
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _read_union(arguments, value, where)
    if origin is Annotated:
        return _read_annotated(arguments, value, where)
    if origin is Literal:
        if any(type(value) is type(choice) and value == choice for choice in arguments):
            return value
        raise damaged(f"{where} must be one of {', '.join(map(repr, arguments))}")
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _read_dataclass(hint, value, where)
    if origin in (list, tuple, dict):
        return _read_collection(origin, arguments, value, where)
    return _read_plain(hint, value, where)


def _read_union(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    for choice in choices:
        try:
            return read_as(choice, value, where)
        except DamagedFile:
            continue
    raise damaged(f"{where} is none of the types that may stand there")


def _read_annotated(arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    base, *limits = arguments
    read = read_as(base, value, where)
    if not all(read in limit for limit in limits):
        raise damaged(f"{where} is outside {' and '.join(map(str, limits))}")
    return read


def _read_dataclass(hint: type[Any], value: Any, where: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(hint) if field.init}
    if not isinstance(value, dict) or not set(value) <= set(fields):
        raise damaged(f"{where} does not have the fields of {hint.__name__}")
    for name, field in fields.items():
        optional = field.default is not dataclasses.MISSING or (
            field.default_factory is not dataclasses.MISSING
        )
        if name not in value and not optional:
            raise damaged(f"{where} lacks the field {name}")
    hints = _hints(hint)
    return hint(**{key: read_as(hints[key], v, f"{where}.{key}") for key, v in value.items()})


def _read_collection(
    origin: type[Any], arguments: tuple[Any, ...], value: Any, where: str
) -> list[Any] | tuple[Any, ...] | dict[str, Any]:
    if origin is dict:
        return _read_dict(arguments, value, where)
    if not isinstance(value, (list, tuple)):
        raise damaged(f"{where} must be a list")
    if origin is list or (len(arguments) == 2 and arguments[1] is Ellipsis):
        hints = [arguments[0]] * len(value)
    elif len(arguments) != len(value):
        raise damaged(f"{where} must have {len(arguments)} entries")
    else:
        hints = list(arguments)
    items = [
        read_as(hint, item, f"{where}[{i}]")
        for i, (hint, item) in enumerate(zip(hints, value, strict=True))
    ]
    return items if origin is list else tuple(items)


def _read_dict(arguments: tuple[Any, ...], value: Any, where: str) -> dict[Any, Any]:
    of_key, of_item = arguments
    if of_key is str:
        if not isinstance(value, dict):
            raise damaged(f"{where} must be a dict")
        return {key: read_as(of_item, item, f"{where}.{key}") for key, item in value.items()}
    pairs = isinstance(value, list) and all(type(one) is tuple and len(one) == 2 for one in value)
    if not pairs and value != {}:
        raise damaged(f"{where} must be pairs of keys and values")
    keys = [read_as(of_key, key, f"{where}.keys[{i}]") for i, (key, _) in enumerate(value)]
    items = [read_as(of_item, item, f"{where}[{i}]") for i, (_, item) in enumerate(value)]
    return dict(zip(keys, items, strict=True))


def _read_plain(hint: Any, value: Any, where: str) -> Any:
    kind = get_origin(hint) or hint
    if kind is float and type(value) is int and abs(value) < 2**1000:
        return float(value)
    if kind in (bool, int, str) and type(value) is kind:
        return value
    if kind is float and type(value) is float and np.isfinite(value):
        return value
    if kind in (None, type(None)) and value is None:
        return None
    if kind is np.ndarray and isinstance(value, np.ndarray):
        if np.isfinite(value).all():
            return value
        raise damaged(f"{where} holds numbers that are not finite")
    raise damaged(f"{where} is a {type(value).__name__}; expected {_name(kind)}")


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


@cache
def _hints(owner: type[Any]) -> dict[str, Any]:
    return get_type_hints(owner, include_extras=True)
