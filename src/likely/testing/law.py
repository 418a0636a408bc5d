"""What a law is, and the few words in which laws are written."""

from __future__ import annotations

import copy
import hashlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.core.errors import LikelyError
from likely.data.shaped import AXES

RTOL = 1e-6
"""Largest relative difference between numbers that should be equal."""

ATOL = 1e-9
"""Largest difference between scores that should be equal and are near zero."""


Data = Literal["table", "axes", "text", "audio", "ragged", "timeline", "any"]
"""What a law hands to a model: tables, samples with axes, texts, sound, either of the two, whose
samples differ in length, one series, or nothing that depends on it."""


class LawBroken(LikelyError, AssertionError):
    """A model does something that no model of likely may do."""


@dataclass(frozen=True)
class Law:
    """Something that holds for every model with a capability.

    Parameters
    ----------
    name : str
        Name of the law, as it stands in `expected_failures`.
    summary : str
        The law in one sentence.
    check : callable
        Takes an unfitted model, which it may fit; raises `LawBroken`.
    needs : type or tuple of type
        The capability that a model must have for the law to apply; of several, all.
    data : {"table", "axes", "text", "audio", "ragged", "timeline", "any"}
        What the law hands over, which the model must take for the law to apply.
    exact : bool
        Whether it applies only to densities that are exact.
    """

    name: str
    summary: str
    check: Callable[[Any], None]
    needs: type[Model] | tuple[type[Model], ...]
    data: Data
    exact: bool = False

    def applies_to(self, model: Model) -> bool:
        """Whether a model has what the law is about, and takes what the law hands over."""
        needs = self.needs if isinstance(self.needs, tuple) else (self.needs,)
        if not all(isinstance(model, need) for need in needs):
            return False
        if self.exact and not getattr(type(model), "exact", False):
            return False
        takes = {
            "table": takes_tables,
            "axes": shaped_kinds,
            "text": takes_texts,
            "audio": takes_sound,
            "ragged": takes_ragged,
            "timeline": takes_timelines,
        }
        return self.data == "any" or bool(takes[self.data](model))


ALL: dict[str, Law] = {}
"""Every law by name, in the order of definition."""


def takes_tables(model: Model) -> bool:
    """Whether a model learns from tables, as its card says."""
    return "table" in type(model).card["kinds"]


def takes_texts(model: Model) -> bool:
    """Whether a model learns from texts, as its card says."""
    return "text" in type(model).card["kinds"]


def takes_sound(model: Model) -> bool:
    """Whether a model learns from sound, as its card says."""
    return "audio" in type(model).card["kinds"]


def takes_timelines(model: Model) -> bool:
    """Whether a model judges the moments of one series, as its card says."""
    return "timeline" in type(model).card["kinds"]


def takes_ragged(model: Model) -> bool:
    """Whether a model learns from samples whose lengths differ, as its card says."""
    return takes_texts(model) or takes_sound(model)


def shaped_kinds(model: Model) -> list[str]:
    """Return which kinds of samples with axes a model learns from, as its card says."""
    return [kind for kind in AXES if kind in type(model).card["kinds"]]


def law(
    needs: type[Model] | tuple[type[Model], ...] = Model,
    data: Data = "table",
    *,
    exact: bool = False,
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Make a function a law; its docstring is the law in words.

    Parameters
    ----------
    needs : type or tuple of type, default Model
        The capability that a model must have for the law to apply; of several, all.
    data : {"table", "axes", "text", "audio", "ragged", "timeline", "any"}, default "table"
        What the law hands over; it applies to models that take it. "any": the law asks for no data,
        or for an error that comes before they are looked at.
    exact : bool, default False
        Whether it applies only to densities that are exact.
    """

    def enter(check: Callable[[Any], None]) -> Callable[[Any], None]:
        summary = (check.__doc__ or "").strip().splitlines()[0]
        ALL[check.__name__] = Law(check.__name__, summary, check, needs, data, exact)
        return check

    return enter


def require(holds: bool | np.bool_, message: str) -> None:
    """Raise `LawBroken` with a message unless something holds."""
    if not holds:
        raise LawBroken(message)


def require_equal(
    found: np.ndarray,
    expected: np.ndarray,
    what: str,
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> None:
    """Raise `LawBroken` unless two arrays have one shape and nearly equal numbers.

    Parameters
    ----------
    found, expected : ndarray of the same shape
        What the model gave, and what it should have given.
    what : str
        What they are, for the message.
    rtol, atol : float in [0, inf), default 1e-6 and 1e-9
        Largest relative and absolute difference.
    """
    require(
        found.shape == expected.shape,
        f"{what}: shape {found.shape} should be {expected.shape}.",
    )
    close = np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=False)
    if close.all():
        return
    first = tuple(int(i) for i in np.argwhere(~close)[0])
    raise LawBroken(
        f"{what}: {(~close).sum()} of {close.size} differ; at {first}, {found[first]!r} should be "
        f"{expected[first]!r} (rtol {rtol:g})."
    )


def require_finite(values: np.ndarray, what: str) -> None:
    """Raise `LawBroken` unless every number is finite."""
    odd = values[~np.isfinite(values)]
    require(odd.size == 0, f"{what}: {odd.size} of {values.size} are not finite ({odd[:3]}).")


def require_error(
    kind: type[Exception], act: Callable[[], Any], words: tuple[str, ...], what: str
) -> None:
    """Raise `LawBroken` unless an act raises a kind of error whose message holds some words.

    Parameters
    ----------
    kind : type
        The error that should be raised.
    act : callable
        What should fail.
    words : tuple of str
        What the message must say.
    what : str
        What the act is, for the message.
    """
    try:
        act()
    except kind as error:
        silent = [word for word in words if word not in str(error)]
        require(not silent, f"{what}: the error does not mention {silent}: {error}")
        return
    except Exception as error:
        raise LawBroken(
            f"{what}: should raise {kind.__name__}, raised {type(error).__name__}: {error}"
        ) from error
    raise LawBroken(f"{what}: should raise {kind.__name__}, raised nothing.")


def require_survival(cases: Mapping[str, Any], attempt: Callable[[Any], None], what: str) -> None:
    """Raise `LawBroken` if an attempt breaks a law, warns, or fails by an error that is not ours.

    Parameters
    ----------
    cases : mapping of str to object
        Hostile data by name.
    attempt : callable
        What is done with each; an error of likely's own counts as surviving.
    what : str
        What is hostile, for the message.
    """
    wrong = []
    for name, data in cases.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)
                attempt(data)
        except LawBroken as error:
            wrong.append(f"{name}: {error}")
        except LikelyError:
            continue
        except Exception as error:  # everything else is what the law forbids
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    require(not wrong, f"{what}:\n  " + "\n  ".join(wrong))


def fresh(model: Model) -> Any:
    """Return an unfitted copy of a model, with the same parameters.

    Parameters
    ----------
    model : Model
        Fitted or not; it stays as it is.
    """
    return clone(model)


def hasty(model: Model) -> Any:
    """Return an unfitted copy that trains for a few steps only, for laws about surviving data."""
    copied = clone(model)
    budgets = [name for name in copied.get_params() if name.rpartition("__")[2] == "budget"]
    return copied.set_params(**dict.fromkeys(budgets, "10 steps"))


def learnt(model: Model, data: Any, **given: Any) -> Any:
    """Return a copy of a model that was fitted to data; the same data are learnt once.

    For laws about what a fitted model does. Laws about fitting itself fit a `fresh` one.

    Parameters
    ----------
    model : Model
        Fitted or not; it stays as it is.
    data : object
        As of `fit`.
    **given : object
        Further arguments of `fit`.
    """
    settings = repr(sorted(model.get_params().items()))
    key = (type(model), settings, hashlib.sha256(_as_bytes([data, given])).digest())
    if key not in _LEARNT:
        _LEARNT[key] = fresh(model).fit(data, **given)
    return copy.deepcopy(_LEARNT[key])


_LEARNT: dict[tuple[type[Model], str, bytes], Any] = {}


def _as_bytes(data: Any) -> bytes:
    """Return bytes that differ where toy data do."""
    if isinstance(data, np.ndarray) and data.dtype != object:
        return f"{data.dtype} {data.shape} {data.strides}".encode() + data.tobytes()
    if isinstance(data, Mapping):
        return _as_bytes([*data.items()])
    if isinstance(data, list | tuple | np.ndarray):
        return b"".join(_as_bytes(part) for part in data)
    if hasattr(data, "to_pydict"):  # a pyarrow table, which shows a part of itself only
        return repr((data.schema, data.to_pydict())).encode()
    return repr(data).encode()


def name_of(model: Model) -> str:
    """Return the name of a model's class, for messages."""
    return type(model).__name__
