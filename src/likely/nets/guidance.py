"""Guidance: samples that follow what they are given more closely than they were learnt to.

While a network learns, what samples are given is withheld from some of them, so that one network
knows both p(x | condition) and p(x). Where both foretell x, their difference says what speaks for
the condition; in drawing, it counts several times (Ho & Salimans, 2022): as often as the guidance
scale says. The samples are clearer and less varied, and no longer those of what was learnt.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

_Numbers = TypeVar("_Numbers", np.ndarray, Tensor)


def as_told(given: _Numbers) -> _Numbers:
    """Return what samples are given with a 1 behind it, which says so: (n, condition + 1)."""
    if isinstance(given, Tensor):
        return torch.cat([given, torch.ones_like(given[:, :1])], dim=1)
    return np.hstack([given, np.ones((len(given), 1), given.dtype)])


def withheld(told: Tensor, share: float) -> Tensor:
    """Return what samples are given, with zeros for a share of them, drawn by torch's own state.

    Parameters
    ----------
    told : Tensor of shape (n, condition + 1)
        As from `as_told`.
    share : float in [0, 1)
        Of the samples.
    """
    return told * (torch.rand(len(told), 1, device=told.device) >= share)


def guided(told: _Numbers, untold: _Numbers, guidance: float) -> _Numbers:
    """Return what counts in drawing: p(x) (p(x | condition) / p(x))^guidance.

    Parameters
    ----------
    told, untold : ndarray or Tensor of the same shape
        Log-probabilities up to a constant, or scores, with what is given and without it.
    guidance : float in [0, inf)
        The guidance scale: 0 is p(x), 1 is p(x | condition) as it was learnt, more is beyond.
    """
    return untold + guidance * (told - untold)
