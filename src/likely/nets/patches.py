"""A small convolutional network that embeds short patches of a series."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

KERNELS = (7, 5, 3)
"""Steps that a layer sees; layers beyond the third are as the third."""

_STILL = 1e-2  # spreads of the series: a patch that moves less is hardly enlarged


class PatchNetwork(nn.Module):
    """Patches (batch, channel, time) to directions of length 1 (batch, width).

    Each channel of a patch is brought to mean 0 and standard deviation 1 first, so that only its
    shape counts. The heads serve training: one projects embeddings for the triplets, the other says
    whether two patches follow one another.

    Parameters
    ----------
    channels : int
        Channels of a patch.
    widths : sequence of int
        Channels behind each layer; the last is the size of an embedding.
    """

    def __init__(self, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for place, (before, after) in enumerate(pairwise((channels, *widths))):
            kernel = KERNELS[min(place, len(KERNELS) - 1)]
            # the first layer takes every other step, which halves the work of all
            stride = 2 if place == 0 else 1
            layers += [nn.Conv1d(before, after, kernel, stride, kernel // 2, bias=False)]
            layers += [nn.BatchNorm1d(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        wide = 4 * widths[-1]
        self.projection = nn.Sequential(
            nn.Linear(widths[-1], wide), nn.ReLU(), nn.Linear(wide, wide)
        )
        self.follows = nn.Linear(2 * widths[-1], 1)

    def embedded(self, patches: Tensor) -> Tensor:
        """Return what the layers make of patches, averaged over time, (batch, width)."""
        away = patches - patches.mean(dim=2, keepdim=True)
        spread = (away.square().mean(dim=2, keepdim=True) + _STILL**2).sqrt()
        return self.layers(away / spread).mean(dim=2)

    def forward(self, patches: Tensor) -> Tensor:
        """Return the directions of patches; 0 where weights out of a file overflow."""
        return functional.normalize(self.embedded(patches), dim=1).nan_to_num(0.0, 0.0, 0.0)

    def projected(self, embedded: Tensor) -> Tensor:
        """Return the directions by which triplets are compared, (batch, 4 * width)."""
        return functional.normalize(self.projection(embedded), dim=1)

    def following(self, first: Tensor, second: Tensor) -> Tensor:
        """Return log-odds that the second embeddings are of patches right after the first."""
        return self.follows(torch.cat([first, second], dim=1))[:, 0]
