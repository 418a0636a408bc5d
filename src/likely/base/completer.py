"""`Completer`: a model that draws what is not known of a sample, given what is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np

from likely.base.model import Model
from likely.core.errors import DataError
from likely.core.random import generator
from likely.data.form import Form


class Completer(Model, ABC):
    """A model that can complete samples of which a part is known.

    Models of texts and sound have a `complete` of their own, since there the end is what is not
    known.
    """

    @final
    def complete(self, X: Any, known: Any, seed: int | None = None) -> np.ndarray:
        """Draw what is not known of samples, given what is.

        Of an autoregressive model it is given what comes before it in the model's order, of a
        machine that draws by Gibbs sampling or Langevin steps all that is known.

        Parameters
        ----------
        X : as in `fit`
            Samples; whatever is not known of them is not looked at.
        known : ndarray of bool
            What is kept: in the axes of a sample, or one such mask for every sample. Of a table,
            one number a used column.
        seed : int, optional
            The same seed draws the same samples.

        Returns
        -------
        ndarray
            As from `sample`: what is known as it was, the rest drawn.

        Raises
        ------
        DataError
            If `known` has another shape.
        """
        self._check_fitted()
        samples = self.schema_.match(X)
        x = self._view(self.schema_, samples)
        kept = self._known(np.asarray(known), len(x))
        return self._restore(self._fill(x, kept, generator(seed)))

    def _known(self, known: np.ndarray, n: int) -> np.ndarray:
        """Return a checked mask of what the user knows as one of what the hooks see."""
        return _of_features(self.schema_, known, n)

    @abstractmethod
    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw features that are not known, in the shape of `x`, which `known` has too."""


def _of_features(schema: Any, known: np.ndarray, n: int) -> np.ndarray:
    """Return a mask in the user's axes as one of features, (n, ...)."""
    mask = checked_mask(schema, known, n)
    if isinstance(schema, Form):
        return np.moveaxis(mask[..., None] if schema.flat else mask, -1, 1)
    return mask[:, schema.feature_columns]


def checked_mask(schema: Any, known: np.ndarray, n: int) -> np.ndarray:
    """Return a mask of what is known of n samples, in the axes that the user gave."""
    if isinstance(schema, Form):
        inner = schema.shape if schema.flat else (*schema.shape, schema.channels)
    else:
        inner = (len(schema.used),)
    if known.dtype != bool or known.shape not in (inner, (n, *inner)):
        raise DataError(
            f"known must be an array of bool of the shape {inner} or {(n, *inner)}. Found "
            f"{known.dtype} of shape {known.shape}."
        )
    return np.broadcast_to(known, (n, *inner))
