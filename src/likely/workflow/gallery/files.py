"""Drawn samples as files, one each: images as PNG, clips as wav."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from likely.core.atomic import write_atomic
from likely.core.errors import PersistenceError
from likely.data.form import Form
from likely.data.sound import Sound
from likely.workflow.gallery.grid import as_bytes
from likely.workflow.report.png import as_png
from likely.workflow.report.wave import as_wav

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

_DEPTHS = ("uint8", "uint16")
_COLOURS = (1, 3, 4)


def write_files(learned: Learned, samples: Sequence[np.ndarray], folder: Path) -> list[Path]:
    """Write drawn images or clips to a folder, one file each.

    Parameters
    ----------
    learned : Learned
        What drew them.
    samples : sequence of ndarray
        As `Learned.generate` returns them. Whole numbers of 8 and 16 bits are written as they are,
        other images as the 256 shades from the lowest to the highest value learnt.
    folder : Path
        Where to; it is made if it is missing.

    Returns
    -------
    list of Path
        The files, numbered from 1.

    Raises
    ------
    PersistenceError
        If they cannot be written.
    """
    schema = learned.model.schema_
    ending = "wav" if isinstance(schema, Sound) else "png"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise PersistenceError(f"{folder} cannot be made: {error.strerror}.") from error
    digits = max(3, len(str(len(samples))))
    paths = []
    for i, sample in enumerate(samples):
        path = folder / f"{learned.unit}-{i + 1:0{digits}}.{ending}"
        content = as_wav(sample, schema.rate) if isinstance(schema, Sound) else _png(schema, sample)
        write_atomic(path, content)
        paths.append(path)
    return paths


def _png(form: Form, image: np.ndarray) -> bytes:
    image = image[..., None] if image.ndim == 2 else image
    exact = image.dtype.name in _DEPTHS and image.shape[-1] in _COLOURS
    return as_png(image if exact else as_bytes(form, image))
