"""The space in which real and generated samples are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.data.samples import describe, read_samples

Space = Literal["scaled", "given"] | Callable[[Any], Any]
"""How samples become rows of numbers: "scaled", "given", or a function of one's own."""

_KINDS = ("table", "series", "image", "video")


def in_space(space: Space, real: Any, *others: Any) -> list[np.ndarray]:
    """Return samples as rows of numbers in one space, each of shape (n, width).

    What a space looks like depends on the real samples only. So two generators that are compared
    with the same real samples are compared in the same space.

    Parameters
    ----------
    space : {"scaled", "given"} or callable
        "scaled": columns less their median and over their spread, categories as indicators, pixels
        over their largest value, as `real` says. "given": numbers as they are. A callable gets
        samples and gives an array with one row for each, such as a `FeatureSpace`.
    real : dataframe, array, list or path; whatever a callable takes
        Real samples.
    *others : as `real`
        Samples to bring to the same space.

    Raises
    ------
    DataError
        If there are fewer than two samples of any sort, they differ in width, or are not finite.
    ParameterError
        If `space` is none.

    Examples
    --------
    >>> import numpy as np
    >>> real, other = in_space("scaled", [[0.0, 10.0], [1.0, 20.0], [2.0, 30.0]], [[1.0, 20.0]] * 2)
    >>> other
    array([[0., 0.],
           [0., 0.]])
    """
    if space == "scaled":
        return _checked(_scaled(real, others))
    if space == "given":
        return _checked([np.asarray(samples) for samples in (real, *others)])
    if not callable(space):
        raise ParameterError(f'space must be "scaled", "given" or a function. Got {space!r}.')
    return _checked([np.asarray(space(samples)) for samples in (real, *others)])


def _scaled(real: Any, others: tuple[Any, ...]) -> list[np.ndarray]:
    samples = read_samples(real, _KINDS)
    form: Any = describe(samples)
    return [form.features(samples), *(form.features(form.match(other)) for other in others)]


def _checked(found: list[np.ndarray]) -> list[np.ndarray]:
    shapes = [part.shape for part in found]
    if any(len(shape) < 2 or shape[0] < 2 or shape[1:] != shapes[0][1:] for shape in shapes):
        raise DataError(
            "Samples to compare must be at least two of each, (n, ...), alike in shape. Found the "
            f"shapes {', '.join(map(str, shapes))}."
        )
    try:
        rows = [part.reshape(len(part), -1).astype(np.float64) for part in found]
    except (TypeError, ValueError) as error:
        raise DataError(f"Samples to compare must be numbers in this space: {error}.") from error
    for part in rows:
        if not np.isfinite(part).all():
            raise DataError(
                f"{int((~np.isfinite(part)).any(axis=1).sum())} of {len(part)} samples are not "
                "finite numbers. Leave them out, or count them first: a generator that makes them "
                "is broken."
            )
    return rows
