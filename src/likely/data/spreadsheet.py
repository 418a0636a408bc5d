"""Spreadsheets (`.xlsx`, `.xls`, `.ods`), read by python-calamine."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pyarrow as pa

from likely.core.errors import DataError, MissingDependency
from likely.data.header import has_header, on_title, rows_of_title, unique_names


def load_spreadsheet(path: Path) -> tuple[Any, bool, tuple[str, ...]]:
    """Return the cells of the first sheet that holds any.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    cells : pyarrow.Table
        Columns of one type as that type, mixed ones as text; empty cells are null.
    named : bool
        Whether the first row held names.
    notes : tuple of str
        What was decided.

    Raises
    ------
    MissingDependency
        If python-calamine is not installed.
    DataError
        If the file is damaged or no sheet holds rows.
    """
    if importlib.util.find_spec("python_calamine") is None:
        raise MissingDependency("spreadsheets", "python-calamine", "excel")
    import python_calamine as calamine

    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        sheets = {
            name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names
        }
    except calamine.CalamineError as error:
        raise DataError(
            f"{path} cannot be read as a spreadsheet ({error}). Check that the file is complete."
        ) from error
    filled = {
        name: [row for row in rows if any(map(_filled, row))] for name, rows in sheets.items()
    }
    chosen = next((name for name, rows in filled.items() if rows), None)
    if chosen is None:
        raise DataError(f"{path} is empty; expected a sheet with at least one row.")
    rows = filled[chosen]
    notes = (f"sheet {chosen!r} is read, the first of {len(sheets)}",) if len(sheets) > 1 else ()
    sample = [[_text(cell) or "" for cell in row] for row in rows[:200]]
    if above := rows_of_title(sample):
        title = next(cell for cell in sample[0] if cell)
        rows, sample = rows[above:], sample[above:]
        notes = (*notes, on_title(title, above))
    named = has_header(sample)
    names, more = (
        unique_names(sample[0]) if named else ([f"column_{j}" for j in range(len(rows[0]))], ())
    )
    body = rows[1:] if named else rows
    columns = [_column([row[j] for row in body]) for j in range(len(names))]
    return pa.table(dict(zip(names, columns, strict=True))), named, notes + more


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _column(cells: list[Any]) -> pa.Array:
    present = [cell if _filled(cell) else None for cell in cells]
    types = {type(cell) for cell in present if cell is not None}
    if types == {float} and all(cell is None or cell.is_integer() for cell in present):
        return pa.array([None if cell is None else int(cell) for cell in present])
    if len(types) <= 1 or types == {int, float}:
        return pa.array(present)
    return pa.array([None if cell is None else _text(cell) for cell in present], pa.string())


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
