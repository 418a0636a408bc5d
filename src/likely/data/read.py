"""Files as a `Table`: CSV as found in the wild, Parquet, Feather, spreadsheets, NumPy, JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet

from likely.core.errors import DataError
from likely.data.arrays import from_array
from likely.data.column import Column
from likely.data.dataframes import from_frame
from likely.data.delimited import load_delimited
from likely.data.files import HOLDS
from likely.data.header import unique_names
from likely.data.spreadsheet import load_spreadsheet
from likely.data.table import Table


@dataclass(frozen=True)
class Loaded:
    """What a file holds, before its columns are understood.

    Parameters
    ----------
    native : pyarrow.Table or ndarray
        The cells as read.
    named : bool
        Whether the file names its columns.
    decimal : {".", ","}
        The decimal sign to assume where a text column leaves it open.
    notes : tuple of str
        What was decided while reading.
    """

    native: Any
    named: bool = True
    decimal: str = "."
    notes: tuple[str, ...] = ()


def read(path: str | Path, expected: Sequence[Column] = ()) -> Table:
    r"""Return the table in a file.

    Parameters
    ----------
    path : str or Path
        `.csv`, `.tsv`, `.txt` (also `.gz`), `.parquet`, `.feather`, `.arrow`, `.xlsx`, `.xls`,
        `.ods`, `.npy`, `.npz` (one 2-D array, or one named `X`), `.jsonl`.
    expected : sequence of Column
        Columns learnt before: text is read by the rule that read the column then.

    Returns
    -------
    table : Table
        `native` holds the cells as read (texts, for a CSV file), so that nothing is lost.

    Raises
    ------
    DataError
        If there is no such file, it cannot be read, or it holds no rows.
    MissingDependency
        For a spreadsheet, if python-calamine is not installed.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "prices.csv"
    >>> _ = path.write_text("day;price\n01.03.2024;1.234,50\n02.03.2024;7,25\n")
    >>> table = read(path)
    >>> [(column.name, column.kind) for column in table.columns]
    [('day', 'date'), ('price', 'number')]
    >>> float(table.matrix[0, 1])
    1234.5
    """
    path = Path(path)
    loaded = load(path)
    if isinstance(loaded.native, np.ndarray):
        return from_array(loaded.native, expected)
    if loaded.native.num_rows == 0 or loaded.native.num_columns == 0:
        raise DataError(f"{path} names its columns but holds no rows. Give at least one row.")
    names, notes = unique_names(loaded.native.column_names)
    frame = nw.from_native(loaded.native.rename_columns(names), eager_only=True)
    table = from_frame(frame, expected, decimal=loaded.decimal)
    return replace(table, named=loaded.named, notes=loaded.notes + notes + table.notes)


def load(path: Path) -> Loaded:
    """Return the cells of a file as they are; parameters and errors are those of `read`."""
    loader = _loader(path)
    try:
        return loader(path)
    except (pa.ArrowInvalid, pa.ArrowIOError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} cannot be read as {_suffix(path)} ({_first_line(error)}). Check that the file "
            "is complete and that its ending says what it is."
        ) from error


def _loader(path: Path) -> Callable[[Path], Loaded]:
    """Return the function that loads such a file, or raise `DataError`."""
    if path.is_dir():
        raise DataError(
            f"{path} is a folder; expected a file that holds a table. If there are images or "
            f"sounds in it, choose a method for them: {_SEE_METHODS}."
        )
    if not path.exists():
        raise DataError(f"There is no file {path}. Check the path.")
    what = HOLDS.get(path.suffix.lower(), "")
    if what in ("images", "sounds"):
        raise DataError(
            f"{path} is one of the {what} that other methods learn from, not a table. Give the "
            f"folder of all of them, and choose a method for {what}: {_SEE_METHODS}."
        )
    suffix = _suffix(path)
    if suffix not in _LOADERS:
        raise DataError(
            f"{path} ends in {suffix or 'nothing'!r}; likely reads "
            f"{', '.join(sorted(_LOADERS))}, and text also as .gz. Save it as one of these."
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; expected a table with at least one row.")
    return _LOADERS[suffix]


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] == ".gz":
        text = suffixes[0] in _TEXT
        return suffixes[0] if text else ".gz"
    return suffixes[-1] if suffixes else ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _load_text(path: Path) -> Loaded:
    return Loaded(*load_delimited(path))


def _load_spreadsheet(path: Path) -> Loaded:
    native, named, notes = load_spreadsheet(path)
    return Loaded(native, named, notes=notes)


def _load_parquet(path: Path) -> Loaded:
    return Loaded(pyarrow.parquet.read_table(path))


def _load_feather(path: Path) -> Loaded:
    return Loaded(pyarrow.feather.read_table(path))


def _load_json_lines(path: Path) -> Loaded:
    try:
        return Loaded(pyarrow.json.read_json(path))
    except pa.ArrowInvalid:
        mixed = _mixed_json_lines(path)
        if mixed is None:
            raise
        return Loaded(mixed)


def _mixed_json_lines(path: Path) -> pa.Table | None:
    """Return objects whose values are of several types, those as text; None if there are others."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except ValueError:
        return None
    if not all(isinstance(row, dict) for row in rows):
        return None
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _of_one_type([row.get(name) for row in rows]) for name in names})


def _of_one_type(cells: list[Any]) -> pa.Array:
    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        texts = [c if c is None or isinstance(c, str) else json.dumps(c) for c in cells]
        return pa.array(texts, pa.string())


def _load_npy(path: Path) -> Loaded:
    try:
        return Loaded(np.load(path, allow_pickle=False))
    except ValueError as error:  # damaged, or Python objects, which could run code
        raise DataError(
            f"{path} holds no plain array ({_first_line(error)}). Save numbers with numpy.save."
        ) from error


def _load_npz(path: Path) -> Loaded:
    try:
        with np.load(path, allow_pickle=False) as archive:
            shapes = {name: archive[name].shape for name in archive.files}
            tables = [name for name, shape in shapes.items() if len(shape) == 2]
            chosen = "X" if "X" in shapes else tables[0] if len(tables) == 1 else ""
            if chosen:
                return Loaded(archive[chosen])
    except ValueError as error:
        raise DataError(
            f"{path} holds no plain arrays ({_first_line(error)}). Save numbers with numpy.savez."
        ) from error
    raise DataError(
        f"{path} holds arrays of shapes {shapes}; expected one 2-D array, or one named 'X'. "
        "Name the table 'X'."
    )


_SEE_METHODS = "likely.methods() and `likely methods` say which kinds each takes"
_TEXT = (".csv", ".tsv", ".txt")
_LOADERS: dict[str, Callable[[Path], Loaded]] = {
    **dict.fromkeys(_TEXT, _load_text),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _load_spreadsheet),
    ".parquet": _load_parquet,
    **dict.fromkeys((".feather", ".arrow"), _load_feather),
    **dict.fromkeys((".jsonl", ".ndjson"), _load_json_lines),
    ".npy": _load_npy,
    ".npz": _load_npz,
}
