"""The page of the command line, from the commands themselves."""

from __future__ import annotations

import inspect
import re

import click
from pieces import GENERATED, table

from likely import cli
from likely.cli import application

_INTRODUCTION = """\
# Command line

`likely COMMAND --help` says the same at the terminal; `python -m likely` is another way to call it.
Results go to standard output, progress and errors to standard error. `--json` prints one JSON
document for programs.

DATA is a file: csv, tsv, txt (also .gz), parquet, feather, arrow, xlsx, xls, ods, npy, npz, jsonl;
`-` reads CSV from standard input. [Reading data](reading-data.md) says how files are understood.

"""

_CODE = re.compile(r"(`[^`]*`)")
_OPTION = re.compile(r"--\w[\w-]*")


def page() -> str:
    """Return the page."""
    parts = [f"## likely {name}\n\n{_command(c)}" for name, c in application.commands.items()]
    document = inspect.getdoc(cli) or ""
    codes = document[document.index("| exit code") :]
    return f"{GENERATED}{_INTRODUCTION}" + "\n".join(parts) + f"\n## Exit codes\n\n{codes}\n"


def _command(command: click.Command) -> str:
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    usage = " ".join(["likely", str(command.name), "[OPTIONS]", *map(_value, arguments)])
    options = [p for p in command.params if isinstance(p, click.Option)]
    help_text = inspect.cleandoc(command.help or "")
    return f"```text\n{usage}\n```\n\n{_with_options(help_text)}\n\n" + table(
        ("option", "meaning"), [(_flags(option), _meaning(option)) for option in options]
    )


def _flags(option: click.Option) -> str:
    value = "" if option.is_flag else f" {_value(option)}"
    return ", ".join(f"`{flag}{value}`" for flag in option.opts)


def _meaning(option: click.Option) -> str:
    return f"{_with_options(option.help or '')}{' Required.' if option.required else ''}"


def _with_options(text: str) -> str:
    """Return a text whose options, such as --model, are code."""
    return "".join(
        part if part.startswith("`") else _OPTION.sub(r"`\g<0>`", part)
        for part in _CODE.split(text)
    )


def _value(parameter: click.Parameter) -> str:
    return parameter.make_metavar(click.Context(application))
