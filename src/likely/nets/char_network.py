"""A recurrent network over tokens, and what is done with whole samples: training, scoring, drawing.

Every sample is read alone from its beginning, so nothing of the sample before it is in the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.core.progress import track

NOTHING = -1
"""Stands behind the end of a sample."""

State = tuple[Tensor, Tensor]
"""State and memory of every layer, each (layer, batch, width)."""

_EMBEDDED = 64
_TOKENS_AT_ONCE = 16_384


class CharNetwork(nn.Module):
    """Embedding, memory cells one above the other, and logits of the next token.

    Parameters
    ----------
    tokens : int
        How many there are.
    layers, width : int
        Cells above one another, and numbers in the state of each.
    dropout : float in [0, 1)
        Share of the numbers between layers, and before the last, that is left out in training.
    told : int, default 0
        Features of conditions, which are told at every step.

    References
    ----------
    Hochreiter, S. & Schmidhuber, J. (1997). Long short-term memory. Neural Computation, 9.
    """

    def __init__(self, tokens: int, layers: int, width: int, dropout: float, told: int = 0) -> None:
        super().__init__()
        inner = min(_EMBEDDED, width)
        self.embedding = nn.Embedding(tokens, inner)
        self.told = nn.Linear(told, inner, bias=False) if told else None
        between = dropout if layers > 1 else 0.0
        self.cells = nn.LSTM(inner, width, layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(width, tokens)

    def forward(
        self, ids: Tensor, told: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Return the logits of the token behind each, (batch, time, token), and the last state.

        Parameters
        ----------
        ids : Tensor of int64, shape (batch, time)
            Tokens.
        told : Tensor of shape (batch, width), optional
            Features of conditions.
        state : State, optional
            Of tokens before these.
        """
        x = self.embedding(ids)  # (batch, time, inner)
        if self.told is not None and told is not None:
            x = x + self.told(told)[:, None]
        states, last = self.cells(x, state)
        return self.out(self.dropout(states)).float(), last


def training_rows(
    samples: Sequence[np.ndarray], window: int, start: int, who: Sequence[int]
) -> Tensor:
    """Return samples as rows: who it is, the token before, the tokens; `NOTHING` fills them.

    Parameters
    ----------
    samples : sequence of int arrays
        Each with its end.
    window : int
        Tokens that a row has; longer samples are cut in pieces, which are learnt apart.
    start : int
        The token that stands before every sample.
    who : sequence of int
        A number for each sample, by which its conditions are found.

    Returns
    -------
    Tensor of int32, shape (rows, 2 + tokens)
    """
    pieces = [
        (number, tokens[max(0, at - 1) : at + window], at)
        for number, tokens in zip(who, samples, strict=True)
        for at in range(0, len(tokens), window)
    ]
    width = min(window, max(map(len, samples)))
    rows = np.full((len(pieces), 2 + width), NOTHING, dtype=np.int32)
    for row, (number, tokens, at) in zip(rows, pieces, strict=True):
        first = 1 if at else 2
        row[:2] = number, start
        row[first : first + len(tokens)] = tokens
    return torch.from_numpy(rows)


def next_token_loss(network: CharNetwork, rows: Tensor, told: Tensor | None) -> Tensor:
    """Return the mean nats of the next token in each row, shape (batch,).

    Parameters
    ----------
    network : CharNetwork
        Any.
    rows : Tensor of int, shape (batch, 2 + tokens)
        As `training_rows` makes them.
    told : Tensor of shape (n, width) or None
        Features of the conditions of all samples.
    """
    whom = None if told is None else told[rows[:, 0].long()]
    tokens = rows[:, 1:].long()
    counts = (tokens[:, 1:] != NOTHING).sum(dim=1)
    tokens = tokens[:, : 1 + int(counts.max())]
    follow = tokens[:, 1:]
    logits, _ = network(tokens[:, :-1].clamp(min=0), whom)
    nats = F.cross_entropy(logits.transpose(1, 2), follow, ignore_index=NOTHING, reduction="none")
    return nats.sum(dim=1) / counts


def nats_of(
    network: CharNetwork, samples: Sequence[np.ndarray], start: int, told: np.ndarray | None
) -> list[np.ndarray]:
    """Return the surprise of every token in nats, given those before it in its sample.

    Parameters
    ----------
    network : CharNetwork
        On the device to compute on, set to scoring.
    samples : sequence of n int arrays
        Of any lengths.
    start : int
        The token that stands before every sample.
    told : ndarray of shape (n, width) or None
        Features of conditions.

    Returns
    -------
    list of float64 arrays
        As long as the samples.
    """
    device = next(network.parameters()).device
    found = [np.empty(0)] * len(samples)
    batches = list(_batches([len(tokens) for tokens in samples]))
    with torch.inference_mode():
        for some in track(batches, "Reading texts", len(batches)):
            ids = np.zeros((len(some), 1 + len(samples[some[-1]])), dtype=np.int64)
            ids[:, 0] = start
            for row, i in zip(ids, some, strict=True):
                row[1 : 1 + len(samples[i])] = samples[i]
            seen = torch.from_numpy(ids).to(device)
            logits, _ = network(seen[:, :-1], _on(told, some, device))
            nats = F.cross_entropy(logits.transpose(1, 2), seen[:, 1:], reduction="none")
            for row, i in zip(nats.cpu().double().numpy(), some, strict=True):
                found[i] = row[: len(samples[i])].copy()
    return found


def draw_on(
    network: CharNetwork,
    ids: Tensor,
    count: int,
    draw: Callable[[Tensor], Tensor],
    start: int,
    told: Tensor | None,
    *,
    ends: bool,
) -> Tensor:
    """Return sequences with tokens drawn behind them, one after the other.

    Parameters
    ----------
    network : CharNetwork
        Set to scoring.
    ids : Tensor of int64, shape (batch, time)
        The sequences so far, the token that stands before every sample first.
    count : int
        How many tokens to draw.
    draw : callable
        From logits (batch, token) to tokens (batch,).
    start : int
        The token that stands before every sample and ends it.
    told : Tensor of shape (batch, width) or None
        Features of conditions.
    ends : bool
        Whether nothing comes behind the end of a sample (`NOTHING` does), or another sample.

    Returns
    -------
    Tensor of int64, shape (batch, time + count), or shorter if all have ended
    """
    done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    state, fresh = None, ids
    with torch.inference_mode():
        for _ in track(range(count), "Drawing", count):
            logits, state = network(fresh, told, state)
            token = torch.where(done, NOTHING, draw(logits[:, -1]))  # (batch,)
            ids = torch.cat([ids, token[:, None]], dim=1)
            ended = token == start
            if ends:
                done = done | ended
                if bool(done.all()):
                    break
            else:  # the next sample is read from its beginning
                state = (state[0] * ~ended[:, None], state[1] * ~ended[:, None])
            fresh = token[:, None].clamp(min=0)
    return ids


def _on(told: np.ndarray | None, some: list[int], device: torch.device) -> Tensor | None:
    return None if told is None else torch.from_numpy(told[some].astype(np.float32)).to(device)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield samples, shortest first, so many at a time that the padded batch stays small."""
    batch: list[int] = []
    for i in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[i] > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
