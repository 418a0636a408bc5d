"""What a straight forecast leaves, foretold by a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from likely.core.random import some_rows
from likely.nets.budget import read_budget
from likely.nets.convolution import ConvolutionalEncoder, usual_widths
from likely.nets.device import find_device
from likely.nets.recurrent import RecurrentEncoder
from likely.nets.rng import seeded
from likely.nets.train import Course, train
from likely.nets.weights import layout_of, weights_of, with_weights

__all__ = [
    "build_network",
    "foretold_rest",
    "layout_of",
    "train_network",
    "weights_of",
    "with_weights",
]

_MOST_WINDOWS = 20_000  # trained on
_HELD_OUT = 0.1  # of each stretch: its end
_LEAST_HELD_OUT = 8
_MOST_CELLS = 16  # steps of a cell in a window: the others are read several at a time
_TINY = 1e-3  # spreads: less than this is not worth foretelling
_AT_ONCE = 512  # windows judged together


def build_network(form: str, channels: int, length: int, hidden: int) -> Any:
    """Return a network, not trained, from windows to what the next values are beyond the straight.

    Parameters
    ----------
    form : {"LSTM", "GRU", "convolutional"}
        What reads a window.
    channels, length : int in [1, inf)
        Of a window.
    hidden : int in [1, inf)
        Size of the state; "convolutional" has widths of its own.

    Returns
    -------
    Module
        From (batch, channel, time) to (batch, channel): all zeros before training.
    """
    if form == "convolutional":
        network: Any = ConvolutionalEncoder((length,), channels, channels, usual_widths((length,)))
    else:
        stride = _stride(length)
        network = RecurrentEncoder(channels, channels, hidden, form.lower(), 1, stride)
    nn.init.zeros_(network.code.weight)
    nn.init.zeros_(network.code.bias)
    return network


def train_network(
    build: Callable[[], Any],
    stretches: Sequence[tuple[np.ndarray, np.ndarray]],
    owner: Any,
    rng: np.random.Generator,
    **settings: Any,
) -> tuple[Any, Course]:
    """Return a network that has learnt what follows windows, and how training went.

    Parameters
    ----------
    build : callable
        Builds the network.
    stretches : sequence of (ndarray of shape (time, channel), ndarray of shape (rest, channel))
        Values, and what is left of the straight forecasts of the last `rest` of them.
    owner : Forecaster
        Says `device` and `budget`.
    rng : Generator
        Draws windows and the seed of weights and batches.
    **settings
        As of `likely.nets.train.train`: epochs, batch_size, learning_rate, what.
    """
    device = find_device(owner.device, owner)
    length = len(stretches[0][0]) - len(stretches[0][1])
    unit = np.median(np.abs(np.concatenate([left for _, left in stretches])), axis=0) + _TINY
    padded = [np.pad(left / unit, ((length, 0), (0, 0))) for _, left in stretches]
    values = _as_tensor(np.concatenate([values for values, _ in stretches])).T.to(device)
    rest = _as_tensor(np.concatenate(padded)).T.to(device)  # (channel, time)
    learnt, held_out = _places([len(left) for left in padded], length)
    views = values.unfold(1, length, 1)  # (channel, place, time)

    def loss(starts: Tensor) -> Tensor:
        told = network(views[:, starts].movedim(0, 1))  # (batch, channel)
        return functional.smooth_l1_loss(told, rest[:, starts + length].T, reduction="none").mean(1)

    with seeded(int(rng.integers(2**31))):
        network = build().to(device)
        course = train(
            network,
            loss,
            _some(learnt, rng),
            held_out=_some(held_out, rng) if len(held_out) >= _LEAST_HELD_OUT else None,
            budget=read_budget(owner.budget),
            **settings,
        )
    with torch.no_grad():  # back from units of what is left usually
        unit_there = torch.as_tensor(unit, dtype=torch.float32, device=device)
        network.code.weight *= unit_there[:, None]
        network.code.bias *= unit_there
    return network, course


def foretold_rest(network: nn.Module, values: np.ndarray, length: int) -> np.ndarray:
    """Return what a network says of all values that have `length` others before them.

    Parameters
    ----------
    network : Module
        As trained.
    values : ndarray of float64, shape (time, channel), time > length
        One stretch.
    length : int
        Of a window.

    Returns
    -------
    ndarray of float64, shape (time - length, channel)
    """
    device = next(network.parameters()).device
    views = _as_tensor(values[:-1]).unfold(0, length, 1)  # (place, channel, time)
    network.eval()
    with torch.inference_mode():
        parts = [network(part.to(device)).double().cpu() for part in views.split(_AT_ONCE)]
    return torch.cat(parts).numpy()


def _as_tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def _places(lengths: Sequence[int], length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where windows to learn from start, and those held out: the last of each stretch."""
    learnt, held_out, begin = [], [], 0
    for steps in lengths:
        starts = np.arange(begin, begin + steps - length)
        kept = len(starts) - int(_HELD_OUT * len(starts))
        learnt.append(starts[:kept])
        held_out.append(starts[kept:])
        begin += steps
    return np.concatenate(learnt), np.concatenate(held_out)


def _some(starts: np.ndarray, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(starts[some_rows(len(starts), _MOST_WINDOWS, rng)])


def _stride(length: int) -> int:
    """Return how many steps a cell reads at once: such that few are left, and none is empty."""
    least = -(-length // _MOST_CELLS)
    return next(stride for stride in range(least, length + 1) if length % stride == 0)
