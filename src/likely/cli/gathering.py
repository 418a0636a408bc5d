"""Several options, handed to a command as one dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

import rich_click as click
from click.core import ParameterSource

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def gathered(command: Command, into: str, options: Mapping[str, Decorator]) -> Command:
    """Add options to a command, and hand them to it as one dictionary."""

    @wraps(command)
    def run(**given: Any) -> None:
        parts = {name: given.pop(name) for name in options}
        command(**{into: parts}, **given)

    extended: Command = run
    for option in reversed(tuple(options.values())):
        extended = option(extended)
    return extended


def given(context: click.Context, names: Iterable[str]) -> list[str]:
    """Return those of some options that stand on the command line."""
    return [
        option.opts[-1]
        for option in context.command.params
        if option.name in names
        and context.get_parameter_source(option.name) is not ParameterSource.DEFAULT
    ]
