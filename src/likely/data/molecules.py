"""Molecules: texts in SMILES, one a line of a file, or a column of a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from likely.core.errors import DataError
from likely.data.read import load
from likely.data.texts import Texts, as_texts

SUFFIXES = (".smi", ".smiles")
"""Endings of files of molecules, one a line; a name may stand behind a space."""

NAMES = ("smiles", "canonical_smiles", "isomeric_smiles")
"""What a column of molecules is called, in small letters."""

_TABLES = (".csv", ".tsv", ".parquet", ".feather", ".arrow")


def as_molecules(data: Any) -> Texts:
    """Return data as molecules.

    Parameters
    ----------
    data : path, list, array or column of str, dataframe, or Texts
        Molecules in SMILES. Lines of a `.smi` file may have a name behind the first space. Of a
        table, also in a file, the column that is called `smiles` is taken, else its only text.

    Raises
    ------
    DataError
        If there is no text in it.

    Examples
    --------
    >>> as_molecules(["CCO", "c1ccccc1"]).kind
    'molecule'
    """
    if isinstance(data, Texts):
        return replace(data, kind="molecule")
    if isinstance(data, (str, Path)) and Path(data).suffix.lower() in _TABLES:
        found = replace(as_texts(_column(_frame(Path(data)))), native=str(data))
    elif isinstance(data, (str, Path)):
        found = as_texts(data)
        if Path(data).suffix.lower() in SUFFIXES:
            found = _without_names(found)
    else:
        frame = nw.from_native(data, eager_only=True, pass_through=True)
        found = as_texts(_column(frame) if isinstance(frame, nw.DataFrame) else data)
    return replace(found, kind="molecule")


def are_molecules(data: Any) -> bool:
    """Whether data say by themselves that they are molecules.

    That is a `.smi` file, or a column or the only column of a table whose name is `smiles`.
    """
    if isinstance(data, Texts):
        return data.kind == "molecule"
    if isinstance(data, (str, Path)):
        return Path(data).suffix.lower() in SUFFIXES
    if nw.dependencies.is_pandas_dataframe(data) and len(data.columns) != 1:
        return False  # names may be repeated, which is for those to say who read tables
    found = nw.from_native(data, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(found, nw.Series):
        return found.dtype == nw.String and str(found.name).lower() in NAMES
    if not isinstance(found, nw.DataFrame) or len(found.columns) != 1:
        return False
    return found.columns[0].lower() in NAMES


def _frame(path: Path) -> Any:
    return nw.from_native(load(path).native, eager_only=True)


def _column(frame: Any) -> Any:
    """Return the column of molecules of a table, or the table if none is called so."""
    named = [name for name in frame.columns if name.lower() in NAMES]
    if len(named) > 1:
        raise DataError(
            f"Expected one column of molecules; found {', '.join(map(repr, named))}. Give the "
            "column itself."
        )
    return (frame[named[0]] if named else frame).to_native()


def _without_names(texts: Texts) -> Texts:
    """Return molecules of lines; what stands behind the first space names them."""
    pairs = [(*line.split(None, 1), "")[:2] if line.strip() else ("", "") for line in texts.parts]
    parts, said = zip(*pairs, strict=True)
    names = tuple(own.strip() or name for own, name in zip(said, texts.names, strict=True))
    return replace(texts, parts=parts, names=names)
