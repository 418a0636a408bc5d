"""What the tests of models that go pixel by pixel share."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch

EVERY = np.array(list(product([0, 1], repeat=9)), np.uint8).reshape(-1, 3, 3)
"""All images of 0 and 1 of 3 x 3 pixels."""


def stripes(n: int, seed: int = 0) -> np.ndarray:
    """Return images of 3 x 3 pixels whose last row is the first, (n, 3, 3) bytes of 0 and 1."""
    found = (np.random.default_rng(seed).random((n, 3, 3)) < 0.3).astype(np.uint8)
    found[:, 2] = found[:, 0]
    return found


def seen(network: Any, channels: int, rows: int, columns: int) -> np.ndarray:
    """Return which numbers what is said of each number depends on, by gradients.

    In raster order, channels of a pixel one after the other: (number, number).
    """
    torch.manual_seed(0)
    for part in network.parameters():
        torch.nn.init.normal_(part, std=0.5)
    network.double().eval()
    x = torch.randn(4, channels, rows, columns, dtype=torch.float64, requires_grad=True)
    out = network(x).sum(dim=1).permute(2, 3, 1, 0).reshape(channels * rows * columns, -1)
    found = []
    for one in out.sum(dim=1):
        (slope,) = torch.autograd.grad(one, x, retain_graph=True)
        found.append(slope.abs().sum(dim=0).permute(1, 2, 0).flatten().numpy() > 0)
    return np.stack(found)
