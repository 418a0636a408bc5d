"""Samples without columns as a table: a row a sample, with its name and what is plain to see.

Frames, reports and CSV files show these rows; no model looks at them.
"""

from __future__ import annotations

import numpy as np

from likely.core.progress import track
from likely.data.clips import Clips
from likely.data.column import Column
from likely.data.shaped import AXES, Shaped
from likely.data.table import Table, stack
from likely.data.texts import Texts

_SIZES = {
    "series": {"length": 0},
    "image": {"width": 1, "height": 0},
    "video": {"frames": 0, "width": 2, "height": 1},
}
"""What the sizes are called, in the order in which people give them, and the axis of each."""


_SILENCE = 1e-10  # of full power: the noise of 16 bits, at which silence is put


def records(samples: Shaped | Texts | Clips) -> Table:
    """Return one row a sample.

    Parameters
    ----------
    samples : Shaped, Texts or Clips of n samples
        Each is looked at once. Those in files are read, unless the reader still holds them.

    Returns
    -------
    Table of n rows
        `name`; the size: `length`, or `width` and `height`, of video also `frames`; `channels`;
        of images and video `brightness`, the mean of all values, and `contrast`, their standard
        deviation, both in the user's units. Missing values are left out of both. Of texts: `name`,
        `text` and `length` in characters, or in tokens if they came as such. Of sound: `name`,
        `seconds`, and `loudness`, the mean power in decibels below a pressure of 1.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.data.shaped import from_array
    >>> table = records(from_array(np.full((2, 4, 6), 7, dtype=np.uint8)))
    >>> table.names
    ['name', 'width', 'height', 'channels', 'brightness', 'contrast']
    >>> table.matrix[0].tolist()
    [0.0, 6.0, 4.0, 1.0, 7.0, 0.0]
    """
    if isinstance(samples, Texts):
        return _of_texts(samples)
    if isinstance(samples, Clips):
        return _of_clips(samples)
    lit = samples.kind != "series"
    shapes = np.empty((len(samples), len(AXES[samples.kind]) + 1))
    light = np.empty((len(samples), 2))
    for i, sample in enumerate(track(samples, f"Looking at {samples.kind} samples", len(samples))):
        shapes[i] = sample.shape
        if lit:
            light[i] = _light(sample)
    named, names = _names(samples)
    columns = {named: names}
    for word, axis in {**_SIZES[samples.kind], "channels": -1}.items():
        columns[Column(word, "number", "Int64", integer=True)] = shapes[:, axis]
    if lit:
        columns[Column("brightness", "number")] = light[:, 0]
        columns[Column("contrast", "number")] = light[:, 1]
    return stack(tuple(columns), tuple(columns.values()))


def _light(sample: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of the values that are there; NaN if there are none."""
    if sample.dtype.kind == "f":
        sample = sample[np.isfinite(sample)]
    if not sample.size:
        return np.nan, np.nan
    return float(sample.mean(dtype=np.float64)), float(sample.std(dtype=np.float64))


def _of_texts(samples: Texts) -> Table:
    named, names = _names(samples)
    said, texts = _labelled("text", list(samples), "free text")
    length = Column("length", "number", "Int64", integer=True)
    lengths = np.array([len(text.split() if samples.tokens else text) for text in samples])
    return stack((named, said, length), (names, texts, lengths.astype(np.float64)))


def _of_clips(samples: Clips) -> Table:
    named, names = _names(samples)
    seconds, loudness = np.empty((2, len(samples)))
    for i, clip in enumerate(track(samples, "Listening", len(samples))):
        power = float(np.square(clip, dtype=np.float64).mean()) if len(clip) else 0.0
        seconds[i] = len(clip) / samples.rate
        loudness[i] = 10 * np.log10(max(power, _SILENCE))
    columns = (named, Column("seconds", "number"), Column("loudness", "number"))
    return stack(columns, (names, seconds, loudness))


def _names(samples: Shaped | Texts | Clips) -> tuple[Column, np.ndarray]:
    return _labelled("name", [samples.name(i) for i in range(len(samples))], "id-like")


def _labelled(name: str, texts: list[str], set_aside: str) -> tuple[Column, np.ndarray]:
    """Return a column of texts that no model looks at, and their positions among its labels."""
    labels, positions = np.unique(np.array(texts, dtype=object), return_inverse=True)
    column = Column(name, "category", "String", labels=tuple(labels), set_aside=set_aside)
    return column, positions.astype(np.float64)
