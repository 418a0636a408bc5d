"""Made-up samples whose lengths differ, of the kind that a model takes: texts or clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.base.model import Model
from likely.testing.clips import planted_tones, tones
from likely.testing.law import takes_texts
from likely.testing.texts import planted_sentences, sentences

Planted = tuple[list[Any], np.ndarray, list[tuple[int, int]]]
"""Samples, which have something planted, and where: the first token, and the one behind."""


@dataclass(frozen=True)
class Toy:
    """Small made-up samples of one kind.

    Parameters
    ----------
    clean, planted : callable
        From a number of samples and a seed to samples.
    others : tuple
        An empty sample, one of a single token, and a long one.
    """

    clean: Callable[..., list[Any]]
    planted: Callable[..., Planted]
    others: tuple[Any, ...]


def toy_of(model: Model) -> Toy:
    """Return samples of the kind that a model takes.

    Parameters
    ----------
    model : Model
        Of texts or of sound; fitted or not.
    """
    if takes_texts(model):
        long = " ".join(sentences(9, seed=2))
        return Toy(sentences, planted_sentences, ("", "a", long))
    others = (np.zeros(0, np.float32), np.zeros(1, np.float32), np.concatenate(tones(9, seed=2)))
    return Toy(tones, planted_tones, others)


def alike(first: Iterable[Any], second: Iterable[Any]) -> bool:
    """Whether two lists hold the same samples."""
    pairs = zip(list(first), list(second), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)
