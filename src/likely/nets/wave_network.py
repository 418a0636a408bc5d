"""Dilated causal convolutions over sound, or over anything that comes one value at a time."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_FINEST, _EACH = 64, 2  # values, and how many times an octave above them are told apart
_FINEST_GIVEN, _EACH_GIVEN = 1_024, 8  # of what is given: sounds of a word follow one another fast
_SMOOTH = 0.3


class Stream(NamedTuple):
    """Stretches of sequences, one behind the other; each is read as if nothing stood before it.

    Parameters
    ----------
    tokens : Tensor of int64, shape (value,)
        What is read.
    since : Tensor of int64, shape (value,)
        How many values of its stretch were read before.
    place : Tensor of int64, shape (value,)
        How many values of its sequence there were before, read or not.
    given : Tensor of shape (condition, value) or None
        What a sequence is given beside its own values.
    """

    tokens: Tensor
    since: Tensor
    place: Tensor
    given: Tensor | None = None


class WaveNetwork(nn.Module):
    """Gated convolutions of two values each, ever further apart, with residuals and skips.

    Every layer also sees how long ago the sequence began, on a scale of octaves, and what it is
    given; what that means at each time, such as the course of a word, is added to the values. When
    sequences end is learnt from so few values that it has weights of its own, by what is given and
    the time: otherwise many that are drawn would end too soon.
    Features stand in the first axis and all sequences in the second one, in a row: so every layer
    is a few large products of matrices.

    Parameters
    ----------
    tokens : int
        How many there are; the last one ends a sequence.
    stacks, depth : int
        Convolutions look 1, 2, 4 ... 2^(depth - 1) values back, and again in every stack.
    width, skip : int
        Features of a value within the layers, and behind them.
    longest : int
        Tokens of the longest sequence; behind it time stands still.
    given : int, default 0
        Numbers that a sequence is given.
    """

    def __init__(
        self,
        tokens: int,
        stacks: int,
        depth: int,
        width: int,
        skip: int,
        longest: int,
        given: int = 0,
    ) -> None:
        super().__init__()
        self.dilations = [2**i for i in range(depth)] * stacks
        self.times = 2 + int(_EACH * math.log2(1 + longest / _FINEST))
        self.moments = 2 + int(_EACH_GIVEN * math.log2(1 + longest / _FINEST_GIVEN))
        self.given = given
        self.embedding = nn.Embedding(tokens, width)
        self.course = nn.Linear(self.moments * given, width, bias=False) if given else None
        self.ends = nn.Linear(self.moments * given, 1, bias=False) if given else None
        known = self.times + given
        self.layers = nn.ModuleList(_Layer(width, known) for _ in self.dilations)
        self.skips = nn.Linear(width * len(self.dilations), skip)
        self.inner = nn.Linear(skip, skip)
        self.out = nn.Linear(skip, tokens)
        with torch.no_grad():  # neighbouring levels begin alike
            level = torch.arange(tokens) / tokens
            waves = torch.cos(math.pi * level[:, None] * torch.arange(width))
            self.embedding.weight.copy_(_SMOOTH * waves)
            for layer in self.layers:
                layer.back.weight.mul_(1 / math.sqrt(len(self.dilations)))  # pyright: ignore
            if self.ends is not None:
                self.ends.weight.zero_()

    @property
    def reach(self) -> int:
        """How many values a value is foretold from at most."""
        return 1 + sum(self.dilations)

    def forward(self, stream: Stream) -> Tensor:
        """Return the logits of what comes behind each value, in float32, (value, token)."""
        x = self.embedding(stream.tokens).t()  # (feature, value)
        known, end = self.known(stream.place), None
        if stream.given is not None and self.course is not None and self.ends is not None:
            given = stream.given.to(known)
            moments = self.moment(stream.place)
            together = (moments[:, None] * given).flatten(0, 1)  # what is given, time by time
            x = torch.addmm(x, self.course.weight, together)
            end = (self.ends.weight @ together).t()
            known = torch.cat([known, given])
        seen = {d: (stream.since >= d).to(x) for d in set(self.dilations)}
        gated = []
        for dilation, layer in zip(self.dilations, self.layers, strict=True):
            past = F.pad(x, (dilation, 0))[:, : x.shape[1]] * seen[dilation]
            x, passed = layer(x, past, known)
            gated.append(passed)
        return self.said(torch.cat(gated).t(), end)

    def known(self, place: Tensor) -> Tensor:
        """Return how long ago sequences began, (time, value): shares of two neighbouring times."""
        return _shares(place.to(self.out.weight), self.times, _FINEST, _EACH)

    def moment(self, place: Tensor) -> Tensor:
        """Return the same more finely, for what is given, (moment, value)."""
        return _shares(place.to(self.out.weight), self.moments, _FINEST_GIVEN, _EACH_GIVEN)

    def said(self, gated: Tensor, end: Tensor | None = None) -> Tensor:
        """Return logits from what all layers passed on, (value, layer * feature).

        `end` is what time and condition say for the last token, (value, 1).
        """
        logits = self.out(F.relu(self.inner(F.relu(self.skips(gated))))).float()
        if end is None:
            return logits
        return torch.cat([logits[:, :-1], logits[:, -1:] + end.float()], dim=1)


def _shares(place: Tensor, times: int, finest: int, each: int) -> Tensor:
    time = (each * torch.log2(1 + place / finest)).clamp(max=times - 1)
    return (1 - (time - torch.arange(times, device=place.device)[:, None]).abs()).clamp(min=0)


class _Layer(nn.Module):
    """A gated convolution of a value and one before it."""

    def __init__(self, width: int, known: int) -> None:
        super().__init__()
        self.now = nn.Linear(width, 2 * width)
        self.past = nn.Linear(width, 2 * width, bias=False)
        self.known = nn.Linear(known, 2 * width, bias=False)
        self.back = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, past: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        both = torch.addmm(self.now.bias[:, None], self.now.weight, x)
        both = torch.addmm(both, self.past.weight, past)
        both = torch.addmm(both, self.known.weight, known)
        content, gate = both.chunk(2)
        passed = torch.tanh(content) * torch.sigmoid(gate)
        return torch.addmm(x, self.back.weight, passed), passed
