"""Likelihoods in bits: what a lossless code of a sample would need."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import ParameterError


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
