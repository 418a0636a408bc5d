"""What energies of images are made of: layers over principal directions, and convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from likely.nets.convolution import stages
from likely.nets.layers import dense

_FAR = 4.0  # spreads


class Principal(nn.Module):
    """Layers that see whitened numbers along the directions in which samples vary most.

    In hundreds of them a network tells samples from noise by what hardly varies, and learns nothing
    of what they show. Far values are drawn in, so that the energy rises like that of a normal
    distribution there.

    Parameters
    ----------
    width : int
        Whitened numbers.
    count : int
        Directions.
    hidden : sequence of int
        Sizes of the hidden layers.
    """

    directions: Tensor

    def __init__(self, width: int, count: int, hidden: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("directions", torch.zeros(width, count))
        self.layers = dense((count, *hidden, 1))

    def settle(self, back: np.ndarray) -> None:
        """Take the directions from the way back to features, (number, number)."""
        count = self.directions.shape[1]
        spreads, directions = np.linalg.eigh(back.T @ back)
        found = back @ directions[:, -count:] / np.sqrt(spreads[-count:])
        with torch.no_grad():
            self.directions.copy_(torch.from_numpy(found))

    def forward(self, u: Tensor) -> Tensor:
        """Return what is added to energies, (batch, 1)."""
        z = u @ self.directions
        return self.layers(_FAR * torch.tanh(z / _FAR))


class Convolutional(nn.Module):
    """Convolutions that see the pixels that whitened numbers stand for.

    There is no normalisation between them, so that the energy of a sample is its own.

    Parameters
    ----------
    shape : sequence of int
        (channel, height, width).
    widths : sequence of int
        Channels behind each convolution, which halves both axes.
    back : ndarray of shape (number, number) or (number,)
        From whitened numbers to features.
    centre : ndarray of shape (number,)
        Means of features.
    """

    back: Tensor
    centre: Tensor

    def __init__(
        self, shape: Sequence[int], widths: Sequence[int], back: np.ndarray, centre: np.ndarray
    ) -> None:
        super().__init__()
        self.shape = tuple(shape)
        sizes = stages(self.shape[1:], len(widths))
        through = (self.shape[0], *widths[: len(sizes) - 1])
        layers: list[nn.Module] = []
        for before, after in pairwise(through):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.SiLU()]
        places = int(np.prod(sizes[-1]))
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(through[-1] * places, 1))
        for name, value in (("back", back), ("centre", centre)):
            self.register_buffer(name, torch.from_numpy(value).float(), persistent=False)

    def forward(self, u: Tensor) -> Tensor:
        """Return what is added to energies, (batch, 1)."""
        away = u @ self.back if self.back.ndim > 1 else u * self.back
        return self.layers((away + self.centre).unflatten(1, self.shape))
