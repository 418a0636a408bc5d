"""Patches of several stretches, and which of them are alike, far or next to one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

RADIUS = 2
"""Steps between patches that count as alike."""


class Patches:
    """The patches of stretches of a series, cut out when they are asked for.

    Parameters
    ----------
    stretches : sequence of ndarray of float32, shape (time, channel)
        No patch is of two of them; those shorter than a patch have none.
    length : int in [1, inf)
        Steps a patch.
    device : device
        Where patches are.

    Attributes
    ----------
    starts : ndarray of int64, shape (patches,)
        Where they start, in steps of all stretches one after the other.
    """

    def __init__(self, stretches: Sequence[np.ndarray], length: int, device: torch.device) -> None:
        long = [one for one in stretches if len(one) >= length]
        ends = np.cumsum([len(one) for one in long])
        spans = [(end - len(one), end - length) for one, end in zip(long, ends, strict=True)]
        self.length = length
        self.starts = np.concatenate([np.arange(first, last + 1) for first, last in spans])
        self.values = torch.from_numpy(np.ascontiguousarray(np.concatenate(long).T)).to(device)
        counts = [len(one) for one in long]
        self._first = torch.from_numpy(np.repeat([first for first, _ in spans], counts)).to(device)
        self._last = torch.from_numpy(np.repeat([last for _, last in spans], counts)).to(device)

    def at(self, starts: Tensor) -> Tensor:
        """Return the patches that start there, (batch, channel, time)."""
        return self.values.unfold(1, self.length, 1)[:, starts].movedim(0, 1)

    def alike(self, starts: Tensor) -> Tensor:
        """Return where patches start that begin a step or two earlier or later, drawn at random."""
        shift = torch.randint(1, RADIUS + 1, starts.shape, device=starts.device)
        later = torch.randint(0, 2, starts.shape, device=starts.device)
        return self._inside(starts, starts + shift * (2 * later - 1))

    def before(self, starts: Tensor) -> tuple[Tensor, Tensor]:
        """Return where the patches right before these start, and whether there are such."""
        before = starts - self.length
        return self._inside(starts, before), before >= self._first[starts]

    def _inside(self, starts: Tensor, wished: Tensor) -> Tensor:
        return torch.minimum(torch.maximum(wished, self._first[starts]), self._last[starts])
