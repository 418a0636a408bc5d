"""Single options that several commands share."""

from __future__ import annotations

from contextlib import nullcontext
from functools import wraps
from typing import Any

import rich_click as click

from likely.cli.gathering import Command
from likely.core import progress


def model_file(command: Command) -> Command:
    """Add `--model`."""
    return click.option(
        "--model", metavar="FILE", help="Judge by this model file instead of learning from DATA."
    )(command)


def as_json(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def quiet(command: Command) -> Command:
    """Add `--quiet`, which also hides progress."""

    @wraps(command)
    def run(**given: Any) -> None:
        with progress.hidden() if given["quiet"] else nullcontext():
            command(**given)

    return click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")(run)
