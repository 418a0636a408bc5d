"""`--where` and `--rule`: what new rows are to satisfy, from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import rich_click as click


def conditions(
    context: click.Context, option: click.Parameter, given: Sequence[str]
) -> dict[str, Any]:
    """Return conditions by column from `column=value`, `column=low..high` and `column=a,b`.

    Nothing behind the sign asks for missing values; JSON in brackets or double quotes is taken as
    it is, for texts with commas or dots.
    """
    found: dict[str, Any] = {}
    for text in given:
        name, equals, said = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise click.BadParameter(
                f"{text!r} is not of the form column=value, column=low..high or column=a,b.",
                context,
                option,
            )
        if name in found:
            raise click.BadParameter(f"{name!r} stands twice; say all of it once.", context, option)
        found[name] = _condition(said)
    return found


def _condition(said: str) -> Any:
    if said.startswith(("[", '"')):
        try:
            return json.loads(said)
        except ValueError as error:
            raise click.BadParameter(f"{said!r} is no valid JSON ({error}).") from error
    if ".." in said:
        low, _, high = said.partition("..")
        return low.strip() or None, high.strip() or None
    if "," in said:
        return [part.strip() for part in said.split(",") if part.strip()]
    return said or None
