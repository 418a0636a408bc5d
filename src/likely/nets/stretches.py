"""Sequences of tokens of any length as stretches, packed into rows: for training and scoring.

A stretch begins as many tokens earlier as a network looks back, unless its sequence begins there.
So what is said of a token does not depend on where sequences were cut, and short sequences share
rows with one another: nothing is padded.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from likely.core.progress import track
from likely.nets.wave_network import Stream, WaveNetwork

NOTHING = -1
"""Stands where nothing is foretold."""

_AT_ONCE = 8_192  # tokens that are scored together


class Stretch(NamedTuple):
    """Tokens `begin` to `stop` of a sequence, of which those from `first` on are foretold."""

    sequence: int
    begin: int
    first: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.begin


def cut(lengths: Sequence[int], window: int, reach: int) -> list[Stretch]:
    """Return the stretches of sequences, of which each foretells at most `window` tokens.

    Parameters
    ----------
    lengths : sequence of int
        Of the sequences.
    window : int
        Tokens that a stretch foretells at most.
    reach : int
        From how many tokens one is foretold.
    """
    return [
        Stretch(i, max(0, first - reach + 1), first, min(first + window, length))
        for i, length in enumerate(lengths)
        for first in range(0, length, window)
    ]


def packed(stretches: Sequence[Stretch], room: int) -> list[list[Stretch]]:
    """Return stretches in groups of at most `room` tokens: each where the least room is left."""
    groups: list[list[Stretch]] = []
    rooms: list[tuple[int, int]] = []  # what is left, and in which group
    for stretch in sorted(stretches, key=len, reverse=True):
        size = stretch.stop - stretch.begin
        at = bisect_left(rooms, (size, -1))
        if at == len(rooms):
            groups.append([])
            rooms.append((max(room, size), len(groups) - 1))
        left, group = rooms.pop(at)
        groups[group].append(stretch)
        insort(rooms, (left - size, group))
    return groups


def training_rows(
    sequences: Sequence[np.ndarray], window: int, reach: int, start: int, numbers: Sequence[int]
) -> Tensor:
    """Return rows of stretches for training.

    Parameters
    ----------
    sequences : sequence of int arrays
        Of any lengths.
    window, reach : int
        As in `cut`.
    start : int
        The token that stands before every sequence.
    numbers : sequence of int
        The number of each sequence, by which a loss looks up what it is given.

    Returns
    -------
    Tensor of int32, shape (row, 5, token)
        What is read, what follows, since when, at which place, and of which sequence.
    """
    stretches = cut([len(tokens) for tokens in sequences], window, reach)
    room = max(window, *(stretch.stop - stretch.begin for stretch in stretches))
    groups = packed(stretches, room)
    rows = np.zeros((len(groups), 5, room), dtype=np.int32)
    rows[:, 1] = NOTHING
    for row, group in zip(rows, groups, strict=True):
        filled = _filled(sequences, group, start, numbers)
        row[:, : filled.shape[1]] = filled
    return torch.from_numpy(rows)


def next_token_loss(network: WaveNetwork, rows: Tensor, given: Tensor | None) -> Tensor:
    """Return the mean nats of the tokens in every row, shape (batch,).

    Parameters
    ----------
    network : WaveNetwork
        What foretells.
    rows : Tensor of int, shape (batch, 5, token)
        As from `training_rows`.
    given : Tensor of shape (sequence, condition) or None
        What every sequence is given.
    """
    batch = len(rows)
    tokens, follow, since, place, number = rows.transpose(0, 1).flatten(1).long()
    logits = network(Stream(tokens, since, place, _looked_up(given, number)))
    nats = F.cross_entropy(logits, follow, ignore_index=NOTHING, reduction="none").view(batch, -1)
    return nats.sum(dim=1) / (follow != NOTHING).view(batch, -1).sum(dim=1).clamp(min=1)


def foretold(
    network: WaveNetwork, sequences: Sequence[np.ndarray], start: int, given: np.ndarray | None
) -> Iterator[tuple[int, int, Tensor, Tensor]]:
    """Yield what a network says of all tokens, part by part.

    Parameters
    ----------
    network : WaveNetwork
        On the device to compute on, set to scoring.
    sequences : sequence of int arrays
        Of any lengths.
    start : int
        The token that stands before every sequence.
    given : ndarray of shape (sequence, condition) or None
        What every sequence is given.

    Yields
    ------
    sequence, first : int
        Where the part begins.
    tokens : Tensor of int64, shape (count,)
        What stands there.
    log_p : Tensor of float32, shape (count, token)
        Log-probability of whatever could stand there.
    """
    device = next(network.parameters()).device
    lengths = [len(tokens) for tokens in sequences]
    groups = packed(cut(lengths, _AT_ONCE, network.reach), _AT_ONCE + network.reach)
    whom = None if given is None else torch.from_numpy(np.asarray(given, np.float32)).to(device)
    with torch.inference_mode():
        for group in track(groups, "Reading", len(groups)):
            filled = _filled(sequences, group, start, range(len(sequences)))
            tokens, follow, since, place, number = torch.from_numpy(filled).to(device).long()
            stream = Stream(tokens, since, place, _looked_up(whom, number))
            log_p = F.log_softmax(network(stream), dim=1)
            end = 0
            for stretch in group:
                begin, end = end, end + stretch.stop - stretch.begin
                counted = slice(begin + stretch.first - stretch.begin, end)
                yield stretch.sequence, stretch.first, follow[counted], log_p[counted]


def nats_of(
    network: WaveNetwork, sequences: Sequence[np.ndarray], start: int, given: np.ndarray | None
) -> list[np.ndarray]:
    """Return the surprise of every token in nats, given those before it: float64 arrays."""
    found = [np.empty(len(tokens)) for tokens in sequences]
    for i, first, tokens, log_p in foretold(network, sequences, start, given):
        nats = -log_p.gather(1, tokens[:, None])[:, 0]
        found[i][first : first + len(tokens)] = nats.cpu().double().numpy()
    return found


def _filled(
    sequences: Sequence[np.ndarray], group: Sequence[Stretch], start: int, numbers: Sequence[int]
) -> np.ndarray:
    """Return what is read, what follows, since when, at which place, of which sequence, (5, n)."""
    parts = []
    for i, begin, first, stop in group:
        read = np.concatenate([[start], sequences[i][:stop]])[begin:stop]
        follow = np.array(sequences[i][begin:stop])
        follow[: first - begin] = NOTHING
        count = np.arange(stop - begin)
        parts.append(
            np.stack([read, follow, count, begin + count, np.full(len(count), numbers[i])])
        )
    return np.concatenate(parts, axis=1).astype(np.int32)


def _looked_up(given: Tensor | None, number: Tensor) -> Tensor | None:
    return None if given is None else given.t()[:, number]
