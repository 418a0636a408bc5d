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
from likely.nets.guidance import guided
from likely.nets.wave_network import WaveNetwork

_AHEAD = 1_024  # places that are looked up at once
_LEAST = 1e-300

Draw = Callable[[np.ndarray], np.ndarray]
"""From logits (sequence, token) to tokens (sequence,)."""


class Steps:
    """Reads sequences value by value, several side by side.

    What a column means to the value that looks back on it is computed when it is stored, for all
    layers at once; only what depends on the layer before is computed layer by layer.

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
        self.network, self.place = network, 0
        self.embedding = _array(network.embedding.weight)
        self.dilations = np.array(network.dilations)
        self.starts = np.append(0, self.dilations.cumsum()[:-1])  # of the rings, one behind another
        depth, width = len(self.dilations), self.embedding.shape[1]
        # a logistic gate is a shifted tanh, so that one call does for content and gate
        half = np.repeat(np.array([1.0, 0.5], np.float32), width)
        weights = {
            name: np.stack([_array(layer.get_parameter(name)) for layer in _modules(network)])
            for name in ("past.weight", "now.weight", "now.bias", "known.weight", "back.weight")
        }
        known = weights["known.weight"] * half[:, None]  # (layer, 2 * width, known)
        self.when = known[:, :, : network.times].reshape(depth * 2 * width, -1)
        self.bias = np.repeat((weights["now.bias"] * half)[:, None], count, axis=1)
        self.course = np.zeros((network.moments, count, width), np.float32)
        self.ends = np.zeros((network.moments, count), np.float32)
        if given is not None and network.course is not None and network.ends is not None:
            course = _array(network.course.weight).reshape(width, network.moments, -1)
            self.course += np.einsum("ftk,nk->tnf", course, given)
            self.ends += _array(network.ends.weight).reshape(network.moments, -1) @ given.T
            self.bias += np.einsum("lfk,nk->lnf", known[:, :, network.times :], given)
        self.past = (weights["past.weight"] * half[:, None]).swapaxes(1, 2).copy()
        self.rings = np.zeros((self.dilations.sum(), count, 2 * width), np.float32)
        self.coming = np.empty((depth, count, 2 * width), np.float32)
        self.columns = np.empty((depth + 1, count, width), np.float32)
        self.passed = np.empty((depth, count, width), np.float32)
        now = (weights["now.weight"] * half[:, None]).swapaxes(1, 2).copy()
        back = (0.5 * weights["back.weight"]).swapaxes(1, 2).copy()
        self.layers = list(
            zip(self.columns, self.columns[1:], self.coming, self.passed, now, back, strict=False)
        )
        heads = [(_array(h.weight).T.copy(), _array(h.bias)) for h in _heads(network)]
        self.heads = [(0.5 * heads[0][0], heads[0][1]), *heads[1:]]
        self.shares = np.empty((0, network.times + network.moments), np.float32)

    def step(self, tokens: np.ndarray) -> np.ndarray:
        """Read one more token of every sequence; return logits of the next, (sequence, token)."""
        slots = self.starts + self.place % self.dilations
        self.rings.take(slots, axis=0, out=self.coming, mode="clip")
        self.coming += self.bias
        (shares, moments), (count, width) = self._shares(), self.columns.shape[1:]
        self.coming += (self.when @ shares).reshape(len(slots), 1, -1)
        self.columns[0] = self.embedding[tokens]
        self.columns[0] += np.tensordot(moments, self.course, 1)
        bent, step = np.empty((count, 2 * width), np.float32), np.empty((count, width), np.float32)
        content, gate = bent[:, :width], bent[:, width:]
        for x, after, coming, passed, now, back in self.layers:
            np.dot(x, now, out=bent)
            np.add(bent, coming, out=bent)
            np.tanh(bent, out=bent)
            np.add(gate, 1, out=gate)
            np.multiply(content, gate, out=passed)
            np.dot(passed, back, out=step)
            np.add(x, step, out=after)
        self.rings[slots] = np.matmul(self.columns[:-1], self.past)
        self.place += 1
        out = self.passed.swapaxes(0, 1).reshape(count, -1)
        for weight, bias in self.heads[:-1]:
            out = np.maximum(out @ weight + bias, 0)
        weight, bias = self.heads[-1]
        logits = out @ weight + bias
        logits[:, -1] += moments @ self.ends
        return logits

    def _shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Return how long ago the sequences began, coarsely and finely; many are looked up once."""
        if self.place >= len(self.shares):
            with torch.inference_mode():
                places = torch.arange(2 * self.place + _AHEAD).to(self.network.out.weight)
                found = torch.cat([self.network.known(places), self.network.moment(places)])
            self.shares = _array(found).T.copy()
        now = self.shares[self.place]
        return now[: self.network.times], now[self.network.times :]


class GuidedSteps:
    """Reads every sequence twice, with what it is given and without it, and draws them apart.

    Parameters
    ----------
    network : WaveNetwork
        On any device; its weights are copied.
    told : ndarray of shape (sequence, condition + 1)
        What each sequence is given, as from `likely.nets.guidance.as_told`.
    guidance : float
        The guidance scale: 1 is what was learnt.
    """

    def __init__(self, network: WaveNetwork, told: np.ndarray, guidance: float) -> None:
        both = np.concatenate([told, np.zeros_like(told)])
        self.steps, self.guidance = Steps(network, len(both), both), guidance

    def step(self, tokens: np.ndarray) -> np.ndarray:
        """Read one more token of every sequence; return log p to draw by, (sequence, token).

        Levels are guided; the last token, which ends a sequence, comes as often as learnt.
        """
        told, untold = np.split(self.steps.step(np.tile(tokens, 2)), 2)
        shares, ends = _shares(guided(told, untold, self.guidance)[:, :-1]), _shares(told)[:, -1:]
        return np.log(np.hstack([shares * (1 - ends), ends]) + _LEAST)


def draw_on(
    steps: Steps | GuidedSteps,
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
    """Return tokens (sequence,) at uniform chances; at temperature 0 the likeliest ones.

    The last token ends a sequence. It is never likely, as sequences are long, so at other
    temperatures it comes as often as logits say: otherwise no sequence would end at low ones.
    """
    if temperature == 0:
        return logits.argmax(axis=1)
    shares = _shares(logits)
    if temperature != 1:
        shares[:, :-1] = _shares(logits[:, :-1] / temperature) * (1 - shares[:, -1:])
    reached = shares.cumsum(axis=1)
    passed = (reached <= chance[:, None] * reached[:, -1:]).sum(axis=1)
    return np.minimum(passed, logits.shape[1] - 1)


def _shares(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, (sequence, token)."""
    shares = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def _modules(network: WaveNetwork) -> list[nn.Module]:
    return cast("list[nn.Module]", list(network.layers))


def _heads(network: WaveNetwork) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
    return network.skips, network.inner, network.out


def _array(weight: Tensor) -> np.ndarray:
    return weight.detach().float().cpu().numpy()
