"""Drawing from a `WaveNetwork` one value after the other: every layer remembers what it saw.

A new value needs one new column of every layer and not the whole past again (Le Paine et al.,
2016). The columns that convolutions look back on stand in rings, so that no memory is moved. The
steps are products of small matrices, for which plain numpy on a processor is the quickest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from likely.core.progress import track
from likely.nets.wave_network import WaveNetwork

Draw = Callable[[np.ndarray], np.ndarray]
"""From logits (sequence, token) to tokens (sequence,)."""


class Steps:
    """Reads sequences value by value, several side by side.

    Parameters
    ----------
    network : WaveNetwork
        On any device; its weights are copied.
    count : int
        How many sequences.
    given : ndarray of shape (sequence, condition), optional
        What each of them is given.
    """

    def __init__(self, network: WaveNetwork, count: int, given: np.ndarray | None = None) -> None:
        self.network = network
        self.embedding = _array(network.embedding.weight)
        self.octaves, self.place = network.octaves, 0
        width, depth = self.embedding.shape[1], len(network.dilations)
        layers = [cast("nn.Module", layer) for layer in network.layers]
        weights = [{name: _array(w) for name, w in layer.named_parameters()} for layer in layers]
        # a logistic gate is a shifted tanh, so that one call does for content and gate
        half = np.repeat(np.array([1.0, 0.5], np.float32), width)
        self.taken = [
            (np.concatenate([w["past.weight"], w["now.weight"]], axis=1) * half[:, None]).T.copy()
            for w in weights
        ]
        self.back = [0.5 * w["back.weight"].T for w in weights]
        known = np.stack([w["known.weight"] * half[:, None] for w in weights])  # (layer, 2w, known)
        self.when = known[:, :, : self.octaves]
        bias = np.stack([w["now.bias"] * half for w in weights])[:, None]
        if given is not None:
            bias = bias + np.einsum("lfk,nk->lnf", known[:, :, self.octaves :], given)
        self.bias = bias.astype(np.float32)  # (layer, sequence or 1, 2 * width)
        self.rings = [np.zeros((d, count, width), np.float32) for d in network.dilations]
        self.both = np.empty((count, 2 * width), np.float32)
        self.gated = np.empty((count, depth, width), np.float32)
        self.heads = [
            (_array(layer.weight).T.copy(), _array(layer.bias))
            for layer in (network.skips, network.inner, network.out)
        ]
        self.heads[0] = (0.5 * self.heads[0][0], self.heads[0][1])

    def step(self, tokens: np.ndarray) -> np.ndarray:
        """Read one more token of every sequence; return logits of the next, (sequence, token)."""
        x = self.embedding[tokens]
        width = x.shape[1]
        shift = self.bias + (self.when @ self._shares())[:, None]
        for i, ring in enumerate(self.rings):
            slot = ring[self.place % len(ring)]
            self.both[:, :width] = slot
            self.both[:, width:] = x
            slot[:] = x
            bent = self.both @ self.taken[i]
            bent += shift[i]
            np.tanh(bent, out=bent)
            passed = self.gated[:, i]
            np.add(bent[:, width:], 1, out=passed)
            passed *= bent[:, :width]
            x = x + passed @ self.back[i]
        self.place += 1
        out = self.gated.reshape(len(x), -1)
        for weight, bias in self.heads[:-1]:
            out = np.maximum(out @ weight + bias, 0)
        weight, bias = self.heads[-1]
        return out @ weight + bias

    def _shares(self) -> np.ndarray:
        place = torch.tensor([self.place], device=self.network.out.weight.device)
        return _array(self.network.known(place)[:, 0])


def draw_on(
    steps: Steps,
    begun: Sequence[np.ndarray],
    most: Sequence[int],
    start: int,
    end: int,
    draw: Draw,
) -> list[np.ndarray]:
    """Return what is drawn behind the beginnings of sequences.

    Parameters
    ----------
    steps : Steps
        Fresh, for as many sequences.
    begun : sequence of int arrays
        How they begin, of any lengths.
    most : sequence of int
        How many tokens to draw behind each.
    start, end : int
        The token that stands before every sequence, and the one behind which nothing is drawn.
    draw : callable
        Says which tokens come, from logits.

    Returns
    -------
    list of int32 arrays
        Without the beginnings; the last token is `end` unless there are as many as asked for.
    """
    lengths = np.array([len(tokens) for tokens in begun])
    stops = lengths + np.array(most)
    ids = np.full((len(begun), max(1, stops.max(initial=0))), end, dtype=np.int32)
    for row, tokens in zip(ids, begun, strict=True):
        row[: len(tokens)] = tokens
    read = np.full(len(begun), start)
    for place in track(range(ids.shape[1]), "Drawing", ids.shape[1]):
        if (place >= stops).all():
            break
        logits = steps.step(read)
        drawn, fresh = draw(logits), (place >= lengths) & (place < stops)
        ids[:, place] = np.where(fresh, drawn, ids[:, place])
        read = ids[:, place]
        ended = fresh & (read == end)
        stops[ended] = place + 1
    return [row[begin:stop] for row, begin, stop in zip(ids, lengths, stops, strict=True)]


def choose(logits: np.ndarray, chance: np.ndarray, temperature: float) -> np.ndarray:
    """Return tokens (sequence,) at uniform chances; at temperature 0 the likeliest ones."""
    if temperature == 0:
        return logits.argmax(axis=1)
    scaled = logits.astype(np.float64) / temperature
    reached = np.exp(scaled - scaled.max(axis=1, keepdims=True)).cumsum(axis=1)
    passed = (reached <= chance[:, None] * reached[:, -1:]).sum(axis=1)
    return np.minimum(passed, logits.shape[1] - 1)


def _array(weight: Tensor) -> np.ndarray:
    return weight.detach().float().cpu().numpy()
