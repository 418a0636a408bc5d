"""What is left of sound when all that a network foretells is taken off it.

How surprising a sound is depends on how loud and how hoarse it is, so the likelihood finds loud
sounds odd and a plain tone likelier than any speech. What does not depend on it is how a network
errs. Of sound like that which it learnt, it knows how much it does not know: surprise is on average
the entropy of what it said. And what it could not foretell is white: errors do not foretell one
another. A sound of another kind breaks one or the other, whichever way its likelihood goes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from likely.nets.stretches import foretold
from likely.nets.wave_network import WaveNetwork

LAGS = (1, 2, 3, 4, 6, 8, 16, 32)
"""Values between errors that are compared."""

PARTS = 8
"""Into how many parts a clip is cut."""

Remains = np.ndarray
"""Surprise in nats, the one that was expected, and the error in spreads, of each value: (3, n)."""


def remains(
    network: WaveNetwork, sequences: Sequence[np.ndarray], start: int, given: np.ndarray | None
) -> list[Remains]:
    """Return what is left of every token of sequences.

    Parameters
    ----------
    network : WaveNetwork
        On the device to compute on, set to scoring.
    sequences : sequence of int arrays
        Of levels, and a token above all levels that ends each.
    start : int
        The token that stands before every sequence, which also ends it.
    given : ndarray of shape (sequence, condition) or None
        What every sequence is given.
    """
    found = [np.empty((3, len(tokens))) for tokens in sequences]
    for i, first, tokens, log_p in foretold(network, sequences, start, given):
        share = log_p.exp()
        nats = -log_p.gather(1, tokens[:, None])[:, 0]
        expected = -(share * log_p).sum(dim=1)
        level = torch.arange(start, device=share.device, dtype=share.dtype)
        heard = share[:, :start] / share[:, :start].sum(dim=1, keepdim=True)
        mean = heard @ level
        spread = (heard @ level**2 - mean**2).clamp(min=1e-6).sqrt()
        error = (tokens - mean) / spread
        part = torch.stack([nats, expected, error]).cpu().double().numpy()
        found[i][:, first : first + len(tokens)] = part
    return found


def statistics(found: Sequence[Remains]) -> np.ndarray:
    """Return what sums up the remains of each sequence, (sequence, statistic).

    Surprise in each of eight parts, and how much more it is than was expected there; how errors go
    together with those some values before, for eight distances; how large they are; how long the
    sequence is.
    """
    return np.stack([_summed_up(one) for one in found])


def _summed_up(one: Remains) -> np.ndarray:
    nats, expected, error = one
    heard = error[:-1]  # the end is no level
    white = [
        float((heard[lag:] * heard[:-lag]).mean()) if len(heard) > lag else 0.0 for lag in LAGS
    ]
    size = float(np.abs(heard).mean()) if len(heard) else 0.0
    more = [_in_parts(nats), _in_parts(nats - expected)]
    return np.concatenate([*more, white, [size, np.log(len(nats))]])


def _in_parts(values: np.ndarray) -> np.ndarray:
    """Return the means of equal parts; of few values some parts are the same."""
    edges = np.linspace(0, len(values), PARTS + 1)
    low = np.minimum(edges[:-1].astype(int), len(values) - 1)
    high = np.maximum(edges[1:].astype(int), low + 1)
    sums = np.append(0.0, values.cumsum())
    return (sums[high] - sums[low]) / (high - low)
