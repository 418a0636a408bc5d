"""What was drawn, how, and what the model itself makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from likely.data.samples import Samples
from likely.workflow.generate import draw, is_asked, unknown_words

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

USUAL = {"row": 1_000, "image": 36, "series": 16, "video": 9, "text": 12, "molecule": 24, "clip": 6}
"""How many are drawn if nothing is said."""

_ODD = 0.05
_SETTINGS = ("temperature", "top_k", "top_p")
_WORDS = {"n_tokens": "tokens", "n_values": "values at most"}


@dataclass(frozen=True)
class Drawn:
    """Samples that a model drew.

    Parameters
    ----------
    learned : Learned
        What drew them.
    samples : Samples
        The samples.
    prompt : str or None
        How texts were told to begin, or what samples were to show.
    seed : int or None
        What they were drawn with.
    drawing : mapping
        How texts were continued, or how strongly the prompt steered.
    """

    learned: Learned
    samples: Samples = field(repr=False)
    prompt: str | None
    seed: int | None
    drawing: Mapping[str, Any]

    @classmethod
    def by(
        cls,
        learned: Learned,
        n: int | None,
        *,
        prompt: str | None,
        seed: int | None,
        drawing: dict[str, Any],
    ) -> Drawn:
        """Draw samples; the parameters are those of `Learned.gallery`."""
        n = USUAL.get(learned.unit, 1) if n is None else n
        samples = draw(learned, n, prompt=prompt, seed=seed, drawing=drawing)
        return cls(learned, samples, prompt, seed, drawing)

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def whole(self) -> bool:
        """Whether these are whole samples, and not texts or clips continued for a while."""
        return self.prompt is None and not self.drawing

    @property
    def settings(self) -> dict[str, str]:
        """What besides the seed decides what is drawn, in words."""
        model = self.learned.model
        names = (*_SETTINGS, *(["guidance"] if is_asked(model) else []))
        own = {name: getattr(model, name) for name in names if hasattr(model, name)}
        given = {**own, **self.drawing}
        said = {"prompt": repr(self.prompt)} if self.prompt is not None else {}
        said |= {
            _WORDS.get(k, k.replace("_", " ")): str(v) for k, v in given.items() if v is not None
        }
        if self.unknown:
            said["never learnt"] = ", ".join(map(repr, self.unknown))
        return said

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words of the prompt that the model never learnt."""
        return unknown_words(self.learned.model, self.prompt)

    @cached_property
    def odd(self) -> tuple[int, float] | None:
        """How many are odder than 19 in 20 ordinary samples, and how many of them would be.

        None where the model cannot tell: it has no reference, or these are no whole samples.
        """
        if not (self.whole and self.learned.held_out):
            return None
        log_p = self.learned.log_p(self.samples)
        return int((log_p < np.log(_ODD)).sum()), _ODD * len(self)
