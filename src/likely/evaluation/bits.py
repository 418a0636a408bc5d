"""Likelihoods in bits: what a lossless code of a sample would need."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.data.texts import as_texts


def bits_per_dim(nats: Any, dimensions: int) -> Any:
    """Return bits a dimension: -nats / (dimensions log 2).

    Of bytes a `log_prob` has one level as its unit: that of a density over dequantised pixels
    (uniform noise of one level), or the logarithm of a probability. Then this is bits a pixel and
    channel, at least about what a lossless code needs, and uniform noise over 256 levels has 8.

    Parameters
    ----------
    nats : float or array
        `log_prob` of samples, or its mean.
    dimensions : int in [1, inf)
        Numbers in a sample: channels times pixels, columns, characters.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import bits_per_dim
    >>> float(round(bits_per_dim(-28 * 28 * np.log(256), 28 * 28), 6))
    8.0
    """
    if dimensions < 1:
        raise ParameterError(f"dimensions is {dimensions!r}; it must be at least 1.")
    return -np.asarray(nats, dtype=np.float64) / (dimensions * np.log(2))


def bits_per_character(nats: Any, texts: Any) -> float:
    """Return bits a character of texts: -(sum of nats) / (characters log 2).

    What a model needs to say where a text ends is counted in the nats, and the end is no character.
    So texts that are parts of one long text cost a little more than the whole would.

    Parameters
    ----------
    nats : array of shape (n,)
        `log_prob` of every text.
    texts : sequence of str, list, path; anything that text models learn from
        The texts, at least one character together.

    Raises
    ------
    DataError
        If there is not one number for every text, or no character.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import bits_per_character
    >>> bits_per_character(-np.log(2) * np.array([6.0, 2.0]), ["abc", "d"])
    2.0
    """
    lengths = [len(text) for text in as_texts(texts)]
    found = np.atleast_1d(np.asarray(nats, dtype=np.float64))
    if found.shape != (len(lengths),) or not sum(lengths):
        raise DataError(
            f"Found {len(lengths)} texts with {sum(lengths)} characters and nats of the shape "
            f"{found.shape}. Give one number a text."
        )
    return float(bits_per_dim(found.sum(), sum(lengths)))
