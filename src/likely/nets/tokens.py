"""Sequences of tokens of any length, seen through windows: for training, scoring and drawing.

A token is foretold from those before it in its window. A sequence longer than a window is read in
windows that overlap by half, and a token is taken from the first window that holds it; so beyond
the first window each is foretold from at least half a window. Drawing reads in the same way, so
what is drawn has exactly the probabilities that scoring says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from likely.core.progress import track
from likely.nets.transformer import Past, Transformer

NOTHING = -1
"""Stands behind the end of a sequence."""

_TOKENS_AT_ONCE = 16_384
_PIECES = 20

Draw = Callable[[Tensor], Tensor]
"""From logits (batch, token) to tokens (batch,)."""


def set_apart(
    stream: np.ndarray, share: float, most: int, context: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the pieces of a stream to learn from, and those held out.

    Held out are pieces from all over the stream, because texts change their matter on the way.

    Parameters
    ----------
    stream : ndarray of int, shape (n,)
        All samples, one behind the other.
    share : float in [0, 1)
        Share of the tokens to hold out.
    most : int
        At most so many.
    context : int
        Tokens that a window has; no piece held out is shorter.
    """
    apart = min(int(share * len(stream)), most)
    pieces = min(_PIECES, apart // context)
    if not pieces:
        return [stream], []
    ends = np.linspace(0, len(stream), pieces + 1).astype(int)[1:]
    starts = ends - apart // pieces
    cuts = np.stack([starts, ends], axis=1).ravel()
    learnt, *rest = np.split(stream, cuts)
    return [learnt, *rest[1::2]], rest[0::2]


def training_windows(pieces: Sequence[np.ndarray], context: int) -> Tensor:
    """Return overlapping stretches of streams of tokens, for training.

    Parameters
    ----------
    pieces : sequence of int arrays
        Each read on its own.
    context : int
        Tokens that a window has.

    Returns
    -------
    Tensor of int16 or int32, shape (n / context, 2 * context)
        Each begins `context` tokens after the one before, so that windows of `context` tokens and
        their successors, begun anywhere in the first half, meet every token. `NOTHING` fills the
        last one of a piece.
    """
    return torch.cat([_stretches(piece, context) for piece in pieces if len(piece)])


def _stretches(stream: np.ndarray, context: int) -> Tensor:
    count = max(1, -(-(len(stream) - 1) // context))
    kind = np.int16 if stream.max() < 1 << 15 else np.int32
    filled = np.full((count + 1) * context, NOTHING, dtype=kind)
    filled[: min(len(stream), len(filled))] = stream[: len(filled)]
    return torch.from_numpy(filled).unfold(0, 2 * context, context).contiguous()


def next_token_loss(network: Transformer, stretches: Tensor) -> Tensor:
    """Return the mean nats of the next token in a window of every stretch, shape (batch,).

    In training windows begin anywhere in the first half of a stretch, else at its beginning.
    """
    context = stretches.shape[1] // 2
    stretches = stretches.long()
    begin = torch.zeros((len(stretches), 1), dtype=torch.int64, device=stretches.device)
    if network.training:
        begin = torch.randint(context, begin.shape, device=stretches.device)
    window = stretches.gather(1, begin + torch.arange(context + 1, device=stretches.device))
    follow = window[:, 1:]
    logits = network(window[:, :-1].clamp(min=0))  # (batch, time, token)
    nats = F.cross_entropy(logits.transpose(1, 2), follow, ignore_index=NOTHING, reduction="none")
    return nats.sum(dim=1) / (follow != NOTHING).sum(dim=1).clamp(min=1)


def spans(count: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, first, stop): tokens start to stop are read to foretell those behind first on.

    Parameters
    ----------
    count : int
        Tokens that are read.
    context : int
        Tokens that a window has.
    """
    yield 0, 0, min(context, count)
    step = context // 2
    for first in range(context, count, step):
        yield first - (context - step), first, min(first + step, count)


def nats_of(
    network: Transformer, sequences: Sequence[np.ndarray], context: int, start: int
) -> list[np.ndarray]:
    """Return the surprise of every token in nats, given those before it.

    Parameters
    ----------
    network : Transformer
        On the device to compute on, set to scoring.
    sequences : sequence of int arrays
        Of any lengths.
    context : int
        Tokens that a window has.
    start : int
        The token that stands before every sequence.

    Returns
    -------
    list of float64 arrays
        As long as the sequences.
    """
    device = next(network.parameters()).device
    read = [np.concatenate([[start], tokens]) for tokens in sequences]
    found = [np.empty(len(tokens)) for tokens in sequences]
    windows = [
        (i, *span) for i, tokens in enumerate(read) for span in spans(len(tokens) - 1, context)
    ]
    windows.sort(key=lambda window: window[3] - window[1])
    batches = list(_batches(windows))
    with torch.inference_mode():
        for some in track(batches, "Reading texts", len(batches)):
            longest = some[-1][3] - some[-1][1]
            ids = np.zeros((len(some), longest + 1), dtype=np.int64)
            for row, (i, begin, _, stop) in zip(ids, some, strict=True):
                row[: stop - begin + 1] = read[i][begin : stop + 1]
            seen = torch.from_numpy(ids).to(device)
            logits = network(seen[:, :-1]).transpose(1, 2)  # (batch, token, time)
            nats = F.cross_entropy(logits, seen[:, 1:], reduction="none").cpu().double().numpy()
            for row, (i, begin, first, stop) in zip(nats, some, strict=True):
                found[i][first:stop] = row[first - begin : stop - begin]
    return found


def draw_on(
    network: Transformer, ids: Tensor, context: int, count: int, draw: Draw, end: int | None
) -> Tensor:
    """Return sequences with tokens drawn behind them, one after the other.

    Parameters
    ----------
    network : Transformer
        Set to scoring.
    ids : Tensor of int64, shape (batch, time)
        The sequences so far, at least one token each.
    context : int
        Tokens that a window has.
    count : int
        How many tokens to draw.
    draw : callable
        Says which token comes, from logits.
    end : int or None
        A token behind which nothing more is drawn; `NOTHING` stands there.

    Returns
    -------
    Tensor of int64, shape (batch, time + count), or shorter if all have ended
    """
    done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    past: Past = []
    begin = list(spans(ids.shape[1], context))[-1][0]
    fresh = ids[:, begin:]
    with torch.inference_mode():
        for _ in track(range(count), "Drawing", count):
            if past and past[0][0].shape[2] == context:  # full: read its later half anew
                begin += context // 2
                past, fresh = [], ids[:, begin:].clamp(min=0)
            states = network.states(fresh, past)
            token = draw(network.logits(states[:, -1]))  # (batch,)
            token = torch.where(done, NOTHING, token)
            ids = torch.cat([ids, token[:, None]], dim=1)
            if end is not None:
                done = done | (token == end)
                if bool(done.all()):
                    break
            fresh = token[:, None].clamp(min=0)
    return ids


def _batches(windows: list[tuple[int, int, int, int]]) -> Iterator[list[tuple[int, int, int, int]]]:
    """Yield windows, shortest first, so many at a time that the padded batch stays small."""
    batch: list[tuple[int, int, int, int]] = []
    for window in windows:
        if batch and (len(batch) + 1) * (window[3] - window[1]) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
