"""Weights of a network as arrays by name, so that a file holds numbers only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from likely.nets.rng import seeded


def weights_of(network: nn.Module) -> dict[str, np.ndarray]:
    """Return the weights of a network by name."""
    return {name: value.cpu().numpy() for name, value in network.state_dict().items()}


def layout_of(build: Callable[[], nn.Module]) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and type of every weight of a network.

    Parameters
    ----------
    build : callable
        Builds it; on torch's "meta" device, so that a file cannot ask for all the memory.
    """
    with torch.device("meta"):
        built = build().state_dict()
    return {k: (tuple(v.shape), str(v.dtype).removeprefix("torch.")) for k, v in built.items()}


def with_weights(build: Callable[[], nn.Module], weights: dict[str, np.ndarray]) -> nn.Module:
    """Return a network that scores, with given weights.

    Parameters
    ----------
    build : callable
        Builds it.
    weights : dict of ndarray
        As its layout says.
    """
    with seeded(0):
        built = build()
    built.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in weights.items()})
    return built.eval()
