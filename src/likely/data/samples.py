"""Whatever a model can learn from: a table, samples with axes, texts, or sound."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from likely.core.errors import DataError
from likely.data.alphabet import Alphabet
from likely.data.clips import Clips, as_clips
from likely.data.files import find_files, holds
from likely.data.form import Form
from likely.data.frames import as_table
from likely.data.media import kind_of_files, read_files
from likely.data.molecules import are_molecules, as_molecules
from likely.data.schema import Schema
from likely.data.shaped import AXES, Shaped, ShapedKind, from_array, from_arrays
from likely.data.sound import Sound
from likely.data.stacks import SUFFIXES, find_stack, read_stack
from likely.data.table import Table
from likely.data.texts import Texts, as_texts, is_text

Samples = Table | Shaped | Texts | Clips
Description = Schema | Form | Alphabet | Sound
Kind = Literal["table", "text", "molecule", "audio"] | ShapedKind


def read_samples(data: Any, kinds: Collection[str], kind: str | None = None) -> Samples:
    """Return data as what a model of some kinds learns from.

    Parameters
    ----------
    data : anything that `as_table`, `as_shaped`, `as_texts` or `as_clips` reads
        What the user gave.
    kinds : collection of str
        What the model can learn from, as its card says.
    kind : str, optional
        Which of them the data are. Otherwise two axes are a table if the model takes tables, else
        series, and more axes are samples with axes; files of sound are series if the model takes
        series.
    """
    if isinstance(data, (Table, Shaped, Texts, Clips)):
        return _allowed(data, kinds)
    if kind == "audio" or set(kinds) == {"audio"}:
        return as_clips(data)
    written = set(kinds) <= {"text", "molecule"}
    if kind == "molecule" or ("molecule" in kinds and kind is None and are_molecules(data)):
        return as_molecules(data)
    if kind == "text" or written or ("text" in kinds and is_text(data)):
        return as_texts(data)
    shaped = [name for name in kinds if name in AXES]
    if kind == "table" or not shaped:
        return as_table(data)
    if kind in AXES:
        return as_shaped(data, cast(ShapedKind, kind))
    if "table" in kinds and not has_axes(data):
        return as_table(data)
    only = shaped[0] if len(shaped) == 1 else None
    return _allowed(as_shaped(data, cast("ShapedKind | None", only)), kinds)


def as_shaped(data: Any, kind: ShapedKind | None = None) -> Shaped:
    """Return data as samples with axes.

    Parameters
    ----------
    data : array, list of arrays, path, list of paths, dataframe of numbers, or Shaped
        Of arrays the first axis counts samples; `likely.data.shaped.from_array` says how the others
        are read. Paths are a folder of images, sounds or arrays, a pattern such as `day*/*.png`,
        single files, or a `.npy` or `.npz` file that stacks all samples.
    kind : {"series", "image", "video"}, optional
        What a sample is.
    """
    if isinstance(data, Shaped):
        return data
    files = find_files(data)
    if files is not None:
        return read_files(files, kind)
    stack = _stack(data)
    if stack is not None:
        return read_stack(stack, kind)
    if isinstance(data, (list, tuple)) and data and all(np.ndim(one) >= 1 for one in data):
        return from_arrays([np.asarray(one) for one in data], kind)
    array = np.asarray(data) if np.ndim(data) > 2 or isinstance(data, np.ndarray) else None
    if array is None or array.dtype.kind not in "biuf":
        array = as_table(data).matrix
    return from_array(array, kind)


def kind_of(data: Any) -> Kind:
    """Return what data to learn from are; of files only names and heads are read.

    Files of sound are series, by their spectrograms: audio, as pressure over time, is asked for.

    Parameters
    ----------
    data : object
        Whatever the user gave.

    Raises
    ------
    DataError
        If they are a single image or sound, or files of several sorts.
    """
    if isinstance(data, (Shaped, Texts, Clips)):
        return data.kind
    if isinstance(data, (str, Path)) and Path(data).is_file():
        what = holds(Path(data))
        if what in ("images", "sounds"):
            raise DataError(
                f"{data} is one of the {what} that a model could judge; to learn what is likely, "
                f"many are needed. Give the folder they are in."
            )
    if are_molecules(data):
        return "molecule"
    files = find_files(data)
    if (files is None or not files.paths) and is_text(data):
        return "text"
    if files is not None:
        return kind_of_files(files)
    stack = _stack(data)
    if stack is not None:
        like = find_stack(stack)[1]
        return from_array(like).kind if like.ndim > 2 else "table"
    if isinstance(data, np.ndarray):
        return from_array(data).kind if data.ndim > 2 and data.dtype.kind in "biuf" else "table"
    if isinstance(data, (list, tuple)) and data:
        arrays = [one for one in data if isinstance(one, np.ndarray) and one.ndim >= 2]
        if len(arrays) == len(data):
            return from_array(arrays[0][None]).kind
    return "table"


def has_axes(data: Any) -> bool:
    """Whether data are samples with axes of their own, not rows of a table, texts or sound."""
    return kind_of(data) in AXES


def _stack(data: Any) -> Path | None:
    """Return the path of a file of arrays; None if data are anything else."""
    if not isinstance(data, (str, Path)):
        return None
    path = Path(data)
    return path if path.suffix.lower() in SUFFIXES and path.is_file() else None


def describe(samples: Samples, shape: Sequence[int] | None = None) -> Description:
    """Learn what samples are like: a `Schema` (table), `Form`, `Alphabet` (texts) or `Sound`."""
    if isinstance(samples, Texts):
        return Alphabet.learn(samples)
    if isinstance(samples, Clips):
        return Sound.learn(samples)
    return Schema.learn(samples) if isinstance(samples, Table) else Form.learn(samples, shape)


def describe_counts(samples: Samples) -> Description:
    """Learn what samples look like, for models of probabilities: values 0 and 1 stay what they are.

    Otherwise bytes that are 0 and 1 only would be divided by 255, as bytes of pictures are.
    """
    form = describe(samples)
    if isinstance(samples, Shaped) and isinstance(form, Form) and all(map(_is_binary, samples)):
        channels = form.channels
        return replace(form, centre=(0.0,) * channels, scale=(1.0,) * channels)
    return form


def _is_binary(sample: np.ndarray) -> bool:
    return bool(((sample == 0) | (sample == 1)).all())


def _allowed(samples: Samples, kinds: Collection[str]) -> Samples:
    kind = "table" if isinstance(samples, Table) else samples.kind
    if kind == "table" and "timeline" in kinds:
        return samples
    if kind not in kinds:
        raise DataError(f"These are samples of the kind {kind}; expected {' or '.join(kinds)}.")
    return samples
