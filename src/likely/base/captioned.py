"""`Captioned`: a conditional model that also reads texts, p(x | caption)."""

from __future__ import annotations

from abc import ABC
from typing import Any

import numpy as np

from likely.base.conditional import Conditional
from likely.core.errors import DataError
from likely.data.captions import NAME, Captions, read_captions


class Captioned(Conditional, ABC):
    """A model whose conditions may be captions.

    A list of texts in which any has several words is a list of captions, which are read word by
    word; whatever else there is, is what it is to a `Conditional`. Hooks see captions as numbers of
    words, (n, longest), behind the features of a sample.

    Attributes
    ----------
    condition_ : Schema, Captions or None
        What was learnt about the conditions.
    """

    @property
    def _captions(self) -> Captions | None:
        """What was learnt about captions; None if conditions are none."""
        return self.condition_ if isinstance(self.condition_, Captions) else None

    def _learn_condition(self, condition: Any, n: int) -> np.ndarray | None:
        captions = read_captions(condition)
        if captions is None:
            return super()._learn_condition(condition, n)
        captions = _each(captions, n)
        self.condition_ = Captions.learn(captions)
        return self.condition_.features(captions)

    def _given(self, condition: Any, n: int) -> np.ndarray | None:
        learnt = self._captions
        if learnt is None:
            return super()._given(condition, n)
        name = type(self).__name__
        if condition is None:
            raise DataError(
                f"This {name} was fitted with captions, so it needs them here: give condition=, "
                "one text a sample."
            )
        cells = [condition] if isinstance(condition, str) else condition
        if hasattr(cells, "columns") or np.ndim(cells) != 1:
            raise DataError(f"This {name} was fitted with captions: give condition= a text each.")
        texts = ["" if cell is None else cell for cell in cells]
        for text in texts:
            if not isinstance(text, str):
                raise DataError(f"The {NAME} {text!r} is no text. This {name} reads captions.")
        return learnt.features(learnt.match(_each(texts, n)))


def _each(captions: list[str], n: int) -> list[str]:
    """Return n captions; a single one counts for all."""
    captions = captions * n if len(captions) == 1 else captions
    if len(captions) != n:
        raise DataError(
            f"There are {len(captions):,} captions for {n:,} samples. Give one a sample."
        )
    return captions
