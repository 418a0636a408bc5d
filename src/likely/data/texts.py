"""Samples of text: lines of a file, files of a folder, strings of a list, sequences of tokens."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from likely.core.errors import DataError
from likely.data.beginning import DELIMITERS, sniff
from likely.data.delimited import to_utf8, without_hint
from likely.data.header import mostly_amounts
from likely.data.words import are_sequences, is_sequence, joined

SUFFIXES = (".txt", ".text", ".log", ".md")
"""Endings of files that may hold text; any of them may be compressed (`.gz`)."""

_TABLE_SHARE = 0.9  # of the first rows that have equally many cells, from which commas part cells
_HEAD = 262_144
_OF_TEXT = (nw.String, nw.List, nw.Object)
_NAMED = 80


@dataclass(frozen=True)
class Texts:
    r"""Samples of text.

    Parameters
    ----------
    parts : tuple of str
        The samples. Those of a file are its lines, empty ones too and without their ends, so that
        `"\n".join(parts)` is what the file says.
    names : tuple of str
        What each sample is called, such as "line 3"; empty if they have no names.
    native : object
        What the user gave.
    notes : tuple of str
        What was decided while reading, in sentences for people.
    tokens : bool
        Whether they came as lists of tokens, which are now their words.
    kind : {"text", "molecule"}
        What they are.
    """

    parts: tuple[str, ...] = field(repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    native: Any = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    tokens: bool = False
    kind: Literal["text", "molecule"] = "text"

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    @property
    def named(self) -> bool:
        """Whether the samples have names of their own."""
        return bool(self.names)

    def sample(self, i: int) -> str:
        """Return one sample."""
        return self.parts[i]

    def name(self, i: int) -> str:
        """Return what a sample is called: its name, or its number counted from 1."""
        return self.names[i] if self.names else f"{self.kind} {i + 1:,}"

    def take(self, rows: np.ndarray | slice) -> Texts:
        """Return some of the samples; the native data do not come along."""
        chosen = np.arange(len(self))[rows]
        parts = tuple(self.parts[i] for i in chosen)
        names = tuple(self.names[i] for i in chosen) if self.names else ()
        return replace(self, parts=parts, names=names, native=None)


def as_texts(data: Any) -> Texts:
    """Return data as samples of text.

    Parameters
    ----------
    data : path, list, array or column of str or of lists of tokens, dataframe, or Texts
        A file gives its lines; a folder or a list of text files each of them, one a sample. Of a
        dataframe the only column of text is taken. Tokens (str or int, without white space) are
        joined by single spaces. A missing value is an empty text.

    Raises
    ------
    DataError
        If there is no text in it, or something else than text, or white space in a token.

    Examples
    --------
    >>> list(as_texts([["login", "view", "buy"], ["login"]]))
    ['login view buy', 'login']
    """
    if isinstance(data, Texts):
        return data
    if isinstance(data, (str, Path)):
        path = Path(data)
        return _from_folder(path) if _is_there(path, folder=True) else _from_file(path)
    listed = _listed(data)
    if listed:
        names = tuple(path.as_posix() for path in listed)
        return Texts(tuple(_read(path)[0] for path in listed), names, native=data)
    cells = _cells(data)
    if not cells:
        raise DataError("There are 0 texts. Give at least one.")
    tokens = is_sequence(next((cell for cell in cells if not _missing(cell)), None))
    odd = [cell for cell in cells if not _missing(cell) and not _fits(cell, tokens)]
    if odd:
        raise DataError(
            f"Expected {'lists of tokens' if tokens else 'texts'}; found {str(odd[0])[:40]!r}, "
            f"which is of the type {type(odd[0]).__name__}. Give a list or a column of str, of "
            "lists of tokens, or a file of lines."
        )
    gaps = sum(map(_missing, cells))
    notes = (f"{gaps:,} of {len(cells):,} texts are missing; they count as empty.",) * bool(gaps)
    notes += ("Every list is a sequence of tokens, which are the words of a text.",) * tokens
    spell = joined if tokens else str
    parts = tuple("" if _missing(cell) else _valid(spell(cell)) for cell in cells)
    return Texts(parts, native=data, notes=notes, tokens=tokens)


def is_text(data: Any) -> bool:
    """Whether data are samples of text and not a table: strings without columns, or such files.

    A file counts as a table if its first rows fall into equally many cells, or are numbers or
    dates; so do lists of tokens that are equally long, or are numbers.
    """
    if isinstance(data, Texts):
        return True
    if isinstance(data, (str, Path)):
        path = Path(data)
        if _is_there(path, folder=True):
            files = [one for one in _below(path) if one.is_file()]
            return bool(files) and all(map(_may_hold_text, files))
        return _may_hold_text(path) and _is_there(path) and not _is_table(path)
    if isinstance(data, (list, tuple)):
        strings = bool(data) and all(isinstance(cell, str) for cell in data)
        return strings or are_sequences(data) or bool(_listed(data))
    if isinstance(data, np.ndarray):
        strings = bool(data.size) and all(isinstance(cell, str) for cell in data)
        return data.ndim == 1 and (strings or are_sequences(list(data)))
    column = _series(data)
    if column is None or column.dtype in (nw.String, nw.Categorical, nw.Enum):
        return column is not None
    return column.dtype in (nw.List, nw.Object) and are_sequences(column.to_list())


def _from_file(path: Path) -> Texts:
    text, notes = _read(path)
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()  # the end of the last line
    names = tuple(f"line {i + 1:,}" for i in range(len(lines)))
    return Texts(tuple(lines), names, native=str(path), notes=notes)


def _from_folder(folder: Path) -> Texts:
    files = [path for path in _below(folder) if path.is_file()]
    chosen = [path for path in files if _may_hold_text(path)]
    if not chosen:
        raise DataError(
            f"There are no texts in {folder}. Expected files that end in {', '.join(SUFFIXES)}."
        )
    notes: tuple[str, ...] = ()
    others = len(files) - len(chosen)
    if others:
        notes = (f"{others:,} of {len(files):,} files are passed over, for want of text.",)
    parts = tuple(_read(path)[0] for path in chosen)
    names = tuple(path.relative_to(folder).as_posix() for path in chosen)
    return Texts(parts, names, native=str(folder), notes=notes)


def _read(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file with its lines ended by a newline each, and notes."""
    data, notes = to_utf8(_bytes(path), path)
    if not data:
        raise DataError(f"{path} is empty; expected a text of at least one line.")
    text = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return text, tuple(f"{note[:1].upper()}{note[1:]}." for note in notes)


def _bytes(path: Path, most: int = -1) -> bytes:
    if not _is_there(path):
        raise DataError(
            f"There is no file {str(path)[:_NAMED]}. Check the path; a list gives texts themselves."
        )
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as file:
                return file.read(most)
        with path.open("rb") as file:
            return file.read(most)
    except (OSError, EOFError) as error:
        raise DataError(f"{path} cannot be read ({error}). Check that it is complete.") from error


def _listed(data: Any) -> list[Path]:
    """Return the paths of a list of text files; none if it is a list of anything else."""
    if not isinstance(data, (list, tuple)) or not all(isinstance(c, (str, Path)) for c in data):
        return []
    paths = [Path(cell) for cell in data]
    return paths if all(_may_hold_text(path) and _is_there(path) for path in paths) else []


def _is_there(path: Path, *, folder: bool = False) -> bool:
    """Whether there is such a file, or folder; texts are no names that any could have."""
    try:
        return path.is_dir() if folder else path.is_file()
    except (OSError, ValueError):  # too long, or with a zero in it
        return False


def _below(folder: Path) -> list[Path]:
    """Return what is below a folder, in the order of names, without what is hidden."""
    found = folder.rglob("*")
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _may_hold_text(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in SUFFIXES


def _is_table(path: Path) -> bool:
    """Whether the first rows of a file of text fall into cells, or are numbers or dates."""
    try:
        data, _ = to_utf8(_bytes(path, _HEAD), path)
    except (DataError, UnicodeDecodeError):
        return True  # whoever reads tables says what is wrong
    if not data.strip():
        return True
    delimiter, rows = sniff(without_hint(data))
    if delimiter in DELIMITERS:
        width = len(rows[0])
        alike = sum(len(row) == width for row in rows) / len(rows)
        return alike >= _TABLE_SHARE
    cells = [row[0] for row in rows[1:] or rows]
    return mostly_amounts(cells)


def _cells(data: Any) -> list[Any]:
    """Return the cells of a list, an array, a column, or the only column of text of a frame."""
    if isinstance(data, np.ndarray):
        if data.ndim == 2 and data.shape[1] == 1:
            data = data[:, 0]
        if data.ndim != 1:
            raise DataError(f"Expected texts, one a sample; found an array of shape {data.shape}.")
        return data.tolist()
    if isinstance(data, (list, tuple)):
        return list(data)
    column = _series(data)
    if column is None:
        column = _only_column(data)
    return column.to_list()


def _series(data: Any) -> Any:
    """Return a column of any library that narwhals knows; None if data are no column."""
    found = nw.from_native(data, series_only=True, pass_through=True)
    return found if isinstance(found, nw.Series) else None


def _only_column(data: Any) -> Any:
    frame = nw.from_native(data, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise DataError(
            f"Expected texts: a list or a column of str, or a file of lines. Found a "
            f"{type(data).__name__}."
        )
    texts = [name for name in frame.columns if frame[name].dtype in _OF_TEXT]
    if len(texts) != 1:
        raise DataError(
            f"Expected one column of text; found {len(texts)} among {len(frame.columns)} columns. "
            "Give the column itself."
        )
    return frame[texts[0]]


def _fits(cell: Any, tokens: bool) -> bool:
    return is_sequence(cell) if tokens else isinstance(cell, str)


def _missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)


def _valid(text: str) -> str:
    """Return a text without halves of characters, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
