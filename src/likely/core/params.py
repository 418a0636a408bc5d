"""Constraints on parameters, stated once in the signature of `__init__`.

`n_neighbors: Annotated[int, Interval(1, 1000)] = 5` and `combine: Literal["sum", "largest"] =
"sum"` give the check at `fit`, the words of the error, the settings of the command line and the
documentation.
"""

from __future__ import annotations

import inspect
import math
import numbers
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from likely.core.errors import ParameterError


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`; `open_low` and `open_high` leave the end point out."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below  # NaN is in no interval

    def __str__(self) -> str:
        left = "(" if self.open_low or self.low == -math.inf else "["
        right = ")" if self.open_high or self.high == math.inf else "]"
        return f"{left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a model: its name, default, accepted types and words for both."""

    name: str
    default: Any
    hint: Any

    @property
    def expected(self) -> str:
        """What may stand here, in words."""
        return " or ".join(_describe(part) for part in _alternatives(self.hint))

    def accepts(self, value: object) -> bool:
        """Whether `value` satisfies the stated constraint."""
        return any(_accepts(part, value) for part in _alternatives(self.hint))


@cache
def parameters(owner: type) -> tuple[Parameter, ...]:
    """Return the parameters of a class, read from the signature of its `__init__`."""
    init = inspect.getattr_static(owner, "__init__", object.__init__)
    if init is object.__init__:
        return ()
    hints = get_type_hints(init, include_extras=True)
    return tuple(
        Parameter(p.name, p.default, hints.get(p.name, Any))
        for p in inspect.signature(init).parameters.values()
        if p.name != "self" and p.kind is not p.VAR_KEYWORD
    )


def check_parameters(model: object) -> None:
    """Raise `ParameterError` for the first parameter of `model` outside its constraint."""
    for parameter in parameters(type(model)):
        value = getattr(model, parameter.name)
        if not parameter.accepts(value):
            raise ParameterError(
                f"{type(model).__name__}: {parameter.name} must be {parameter.expected}. "
                f"Got {value!r}."
            )


def _alternatives(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        for part in get_args(hint):
            yield from _alternatives(part)
    else:
        yield hint


def _describe(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        base, *limits = get_args(hint)
        return f"{_describe(base)} in {' and '.join(str(limit) for limit in limits)}"
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(hint))
    names = {int: "an integer", float: "a number", bool: "True or False", str: "text"}
    return names.get(hint, "None" if hint is type(None) else getattr(hint, "__name__", str(hint)))


def _accepts(hint: Any, value: object) -> bool:
    if hint is Any:
        return True
    if get_origin(hint) is Annotated:
        base, *limits = get_args(hint)
        return _accepts(base, value) and all(value in limit for limit in limits)
    if get_origin(hint) is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(hint))
    if hint is bool:
        return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")
    is_bool = isinstance(value, bool)
    if hint is int:
        return isinstance(value, numbers.Integral) and not is_bool
    if hint is float:
        return isinstance(value, numbers.Real) and not is_bool
    plain = get_origin(hint) or hint
    if plain is Sequence and isinstance(value, str):
        return False  # a text is no list of its letters
    return isinstance(value, plain) if isinstance(plain, type) else True
