"""How commands print: text fitted to the terminal, tables, or one JSON document."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import rich_click as click

_UNWRAPPED = 100_000
"""Width where nobody looks: one line a row, so that other programs can read them."""


def say(text: str, style: str = "") -> None:
    """Print a paragraph, wrapped to the terminal."""
    from rich.text import Text  # deferred: only output for people needs it

    _show(Text(printable(text), style=style))


def bullets(items: Iterable[str]) -> None:
    """Print a list of sentences, each hanging behind its dash."""
    table((("", "left"), ("", "left")), [("-", item) for item in items], gap=1)


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], gap: int = 2) -> None:
    """Print a table without lines; the last column wraps where there is no room.

    Parameters
    ----------
    columns : sequence of (heading, "left" or "right")
        No headings are printed if all are empty.
    rows : iterable of sequences of str
        The cells.
    gap : int, default 2
        Spaces between columns.
    """
    from rich.table import Table
    from rich.text import Text

    head = any(heading for heading, _ in columns)
    shown = Table(
        box=None, show_header=head, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold"
    )
    for heading, side in columns:
        number = side == "right"  # numbers are never broken
        justify = "right" if number else "left"
        shown.add_column(heading, justify=justify, no_wrap=number, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(printable(cell)) for cell in row))
    _show(shown)


def print_json(document: Any) -> None:
    """Print one strict JSON document: no NaN, no infinity, ASCII only."""
    click.echo(json.dumps(document, indent=2, allow_nan=False))


def printable(text: str) -> str:
    """Return text without control characters, so that data cannot steer the terminal."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def _show(renderable: Any) -> None:
    from rich.console import Console

    fitted = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if fitted else _UNWRAPPED, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(renderable)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
