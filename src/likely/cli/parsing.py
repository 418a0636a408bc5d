"""From what stands on the command line to values."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import rich_click as click

_WORDS = {"True": True, "False": False, "None": None}


def names(_: click.Context, __: click.Parameter, given: Sequence[str]) -> list[str] | None:
    """Return names from repeated, comma-separated values; quotes keep a comma inside a name."""
    found = [name.strip() for row in csv.reader(given, skipinitialspace=True) for name in row]
    return [name for name in found if name] or None


def settings(
    context: click.Context, option: click.Parameter, given: Sequence[str]
) -> dict[str, Any]:
    """Return parameters from `name=value`: numbers, true, false, JSON lists, or else text."""
    options = {parameter.name for parameter in context.command.params} | {"normal"}
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"{text!r} is not of the form name=value.", context, option)
        if name in options:
            raise click.BadParameter(f"{name!r} is no parameter of a method.", context, option)
        found[name] = value_of(value)
    return found


def value_of(text: str) -> Any:
    """Return the number, truth value, list or None that a text stands for, or else the text."""
    if text in _WORDS:
        return _WORDS[text]
    parsers: tuple[Callable[[str], Any], ...] = (json.loads, float)
    for parse in parsers:
        with suppress(ValueError):
            return parse(text)
    return text


@contextmanager
def readable(data: str) -> Iterator[str]:
    """Yield the path of data; `-` is standard input, laid down in a temporary file."""
    if data != "-":
        yield data
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "standard-input.csv"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield str(path)
