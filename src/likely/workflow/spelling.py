"""Methods as text: `KNN`, `KNN(n_neighbors=20)`, `sklearn.svm:OneClassSVM(nu=0.1)`."""

from __future__ import annotations

import ast
from importlib import import_module
from typing import Any

from likely.core.errors import ParameterError


def read_method(text: str) -> tuple[str, dict[str, Any]]:
    """Return the name in a method's text, and its settings.

    Parameters
    ----------
    text : str
        A name, and behind it settings in parentheses if there are any: `NAME(setting=value, ...)`,
        with numbers, text in quotes, True, False, None, lists and tuples as values.

    Raises
    ------
    ParameterError
        If it is written in another way.

    Examples
    --------
    >>> read_method("KNN(n_neighbors=20)")
    ('KNN', {'n_neighbors': 20})
    """
    name, parenthesis, rest = text.strip().partition("(")
    if not parenthesis:
        return name, {}
    wrong = ParameterError(
        f"{text!r} is no method. Expected a name, or NAME(setting=value, ...) with numbers, text "
        "in quotes, True, False, None or lists as values."
    )
    try:
        call = ast.parse(f"f({rest}", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Name):
            raise wrong
        values = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords if k.arg}
        if len(values) < len(call.keywords):  # one without a name, or twice the same
            raise wrong
        return name.strip(), values
    except (SyntaxError, ValueError) as error:
        raise wrong from error


def import_detector(name: str, settings: dict[str, Any]) -> Any:
    """Return a detector of an installed package, made with settings.

    Parameters
    ----------
    name : str
        Module and class, such as "pyod.models.knn:KNN". The module is imported, which runs its
        code: take such names from people you trust only.
    settings : dict
        What the class is called with.

    Raises
    ------
    ParameterError
        If there is no such module or class, or the class refuses the settings.
    """
    module, _, attribute = name.partition(":")
    try:
        owner = getattr(import_module(module), attribute)
        return owner(**settings)
    except Exception as error:  # a module that is imported may raise anything
        raise ParameterError(
            f"{name!r} cannot be used: {type(error).__name__}: {error}. Expected the module and "
            "the class of an installed detector, such as sklearn.ensemble:IsolationForest."
        ) from error
