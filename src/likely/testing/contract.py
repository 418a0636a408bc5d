"""Laws about the class itself: signature, docstring, example, card, errors."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import warnings
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from likely.base.model import NotFittedError
from likely.core.errors import ParameterError
from likely.core.params import Interval, Parameter, parameters
from likely.testing.law import LawBroken, fresh, law, name_of, require, require_error
from likely.testing.numpydoc import documented_parameters
from likely.testing.toys import gaussian

_RANGE = re.compile(r" in (?P<left>[\[(])(?P<low>[-\w.+]+), (?P<high>[-\w.+]+)(?P<right>[\])])")


@law(data="any")
def unfitted_models_say_so(model: Any) -> None:
    """Every verb of a model that was not fitted raises `NotFittedError`, which names the class."""
    rows = gaussian(5)
    calls = {"score_samples": rows, "predict": rows, "decision_function": rows}
    calls |= {"log_prob": rows, "contributions": rows, "sample": 3}
    calls |= {"reconstruct": rows, "encode": rows, "decode": rows}
    for verb, argument in calls.items():
        if hasattr(model, verb):
            require_error(
                NotFittedError,
                lambda verb=verb, argument=argument: getattr(fresh(model), verb)(argument),
                (name_of(model),),
                verb,
            )


@law(data="any")
def parameters_are_annotated_and_stored_untouched(model: Any) -> None:
    """Every parameter has an annotation and a default, and is stored as given."""
    signature = inspect.signature(type(model).__init__)
    for parameter in parameters(type(model)):
        name = parameter.name
        require(
            signature.parameters[name].annotation is not inspect.Parameter.empty,
            f"Parameter {name} has no annotation.",
        )
        require(parameter.default is not inspect.Parameter.empty, f"{name} has no default.")
        marker = object()
        stored = getattr(type(model)(**{name: marker}), name, None)
        require(stored is marker, f"`__init__` does not store {name} untouched.")


@law(data="any")
def defaults_are_allowed(model: Any) -> None:
    """Every default, and every setting in `fast`, satisfies its own constraint."""
    cls = type(model)
    for parameter in parameters(cls):
        for value in (parameter.default, cls.fast.get(parameter.name, parameter.default)):
            require(
                parameter.accepts(value),
                f"{parameter.name}={value!r} is not {parameter.expected}.",
            )
    unknown = set(cls.fast) - {parameter.name for parameter in parameters(cls)}
    require(not unknown, f"`fast` names no parameter: {sorted(unknown)}.")


@law(data="any")
def wrong_parameters_are_named(model: Any) -> None:
    """A value out of range raises `ParameterError` at `fit`, naming class, parameter and range."""
    rows = gaussian(20)
    for parameter in parameters(type(model)):
        for value in _wrong_values(parameter):
            if parameter.accepts(value):
                continue
            wrong = fresh(model).set_params(**{parameter.name: value})
            require_error(
                ParameterError,
                lambda wrong=wrong: wrong.fit(rows),
                (name_of(model), parameter.name, parameter.expected, repr(value)),
                f"fit with {parameter.name}={value!r}",
            )


@law(data="any")
def docstring_lists_the_parameters(model: Any) -> None:
    """The docstring lists the parameters, with the defaults and ranges of the signature."""
    cls = type(model)
    documented = documented_parameters(cls.__doc__ or "")
    names = [parameter.name for parameter in parameters(cls)]
    require(
        list(documented) == names,
        f"The docstring lists {list(documented)}; the signature has {names}.",
    )
    for parameter in parameters(cls):
        _compare_default(parameter, documented[parameter.name])
        _compare_range(parameter, documented[parameter.name])


@law(data="any")
def docstring_names_its_source(model: Any) -> None:
    """The docstring has a one-line summary and references; the card names kinds and the paper."""
    text = inspect.getdoc(type(model)) or ""
    first = text.splitlines()[0] if text else ""
    require(first.endswith("."), f"The docstring's first line is no sentence: {first!r}.")
    require("References\n----------" in text, "The docstring has no References section.")
    card = type(model).card
    require(set(card) >= {"kinds", "paper"}, f"The card lacks kinds or paper: {card}.")
    identifier = _bare(card["paper"].partition(":")[2])
    require(identifier != "", f"The card's paper is no identifier: {card['paper']!r}.")
    require(identifier in _bare(text), f"The docstring does not hold {card['paper']}.")


@law(data="any")
def docstring_example_runs(model: Any) -> None:
    """The docstring has an example, which prints what it says it prints."""
    cls = type(model)
    test = doctest.DocTestParser().get_doctest(
        cls.__doc__ or "", {}, name_of(model), inspect.getsourcefile(cls), 0
    )
    require(len(test.examples) > 0, "The docstring has no example.")
    written: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        result = doctest.DocTestRunner(verbose=False).run(test, out=written.append)
    require(result.failed == 0, "The docstring's example fails:\n" + "".join(written))


@law(data="any")
def expected_failures_exist(model: Any) -> None:
    """Every entry of `expected_failures` names a check that applies, and gives a reason."""
    from likely.testing.check import names_of_checks  # deferred: it collects this very law

    for name, reason in type(model).expected_failures.items():
        require(name in names_of_checks(model), f"expected_failures: there is no check {name!r}.")
        require(len(reason) >= 20, f"expected_failures[{name!r}] gives no reason: {reason!r}.")


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())  # ISBN 0-87389-247-X is 087389247x


def _wrong_values(parameter: Parameter) -> Iterator[Any]:
    for hint in _hints(parameter):
        for limit in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
            if isinstance(limit, Interval):
                yield from (limit.low - 1, limit.high + 1)
    yield from ("no such choice", float("nan"), object(), [1])


def _hints(parameter: Parameter) -> list[Any]:
    if get_origin(parameter.hint) in (Annotated, Literal):
        return [parameter.hint]
    return list(get_args(parameter.hint)) or [parameter.hint]


def _compare_default(parameter: Parameter, text: str) -> None:
    stated = re.search(r"default (?P<value>.+)$", text)
    if parameter.default is None and text.endswith("optional"):
        return
    if stated is None:
        raise LawBroken(f"The docstring gives no default of {parameter.name}: {text!r}.")
    try:
        value = ast.literal_eval(stated["value"])
    except (ValueError, SyntaxError):
        value = stated["value"]
    require(
        value == parameter.default,
        f"The docstring says {parameter.name} defaults to {value!r}; it is {parameter.default!r}.",
    )


def _compare_range(parameter: Parameter, text: str) -> None:
    limits = sorted(
        str(limit)
        for hint in _hints(parameter)
        if get_origin(hint) is Annotated
        for limit in get_args(hint)[1:]
        if isinstance(limit, Interval)
    )
    written = sorted(
        f"{found['left']}{float(found['low']):g}, {float(found['high']):g}{found['right']}"
        for found in _RANGE.finditer(text)
    )
    require(
        written == limits,
        f"The docstring says {parameter.name} is in {' or '.join(written) or 'no range'}; "
        f"the signature says {' or '.join(limits) or 'none'}.",
    )
