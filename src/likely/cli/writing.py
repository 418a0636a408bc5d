"""Findings as files: CSV that a spreadsheet cannot mistake for formulas, Parquet, JSON lines."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rich_click as click

ENDINGS = (".csv", ".parquet", ".jsonl")

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|\.\d+)([eE][+-]?\d+)?\s?%?\Z")


def output_path(_: click.Context, __: click.Parameter, given: str | None) -> Path | None:
    """Return where to write, or say at once that it will not work: learning takes a while."""
    if given is None:
        return None
    path = Path(given)
    if not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise click.BadParameter(f"{given!r} is a folder; name a file.")
    return path


def table_path(context: click.Context, option: click.Parameter, given: str | None) -> Path | None:
    """Return where to write a table: its ending says in which format; without one, a new folder."""
    path = new_path(context, option, given)
    if path is None or given is None or _is_folder(given) or path.suffix.lower() in ENDINGS:
        return path
    page = ""
    if path.suffix.lower() in (".html", ".htm") and any(
        one.name == "report" for one in context.command.params
    ):
        page = f" A page is written by --report {given}."
    raise click.BadParameter(
        f"{given!r} must end in {', '.join(ENDINGS[:-1])} or .jsonl, or in / for a folder.{page}"
    )


def new_path(context: click.Context, option: click.Parameter, given: str | None) -> Path | None:
    """Return where to write: a file, or a new or empty folder if its name ends in a stroke."""
    if given is not None and _is_folder(given):
        return _folder_path(Path(given))
    return output_path(context, option, given)


def _is_folder(given: str) -> bool:
    return given.endswith(("/", "\\")) or Path(given).is_dir()


def _folder_path(folder: Path) -> Path:
    if not folder.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder.parent)!r}.")
    if folder.is_dir() and any(folder.iterdir()):
        raise click.BadParameter(f"the folder {str(folder)!r} is not empty; name a new one.")
    return folder


def write_table(table: Any, path: Path) -> None:
    """Write a pyarrow table in the format that the path's ending names."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        import pyarrow.parquet  # deferred: other endings do not need it

        pyarrow.parquet.write_table(table, path)
        return
    lines = _csv_lines(table) if ending == ".csv" else _json_lines(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def spreadsheet_cell(value: Any) -> Any:
    """Return a cell as CSV shows it; text that a spreadsheet would run gets a leading quote."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = str(value)
    return "'" + text if text.startswith(_RISKY) and not _PLAIN_NUMBER.match(text) else text


def _csv_lines(table: Any) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for row in (table.column_names, *zip(*(c.to_pylist() for c in table.columns), strict=True)):
        writer.writerow([spreadsheet_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _json_lines(table: Any) -> Iterator[str]:
    for row in table.to_pylist():
        plain = {
            name: None if isinstance(cell, float) and not math.isfinite(cell) else cell
            for name, cell in row.items()
        }
        yield json.dumps(plain, default=str, allow_nan=False) + "\n"
