"""Encoder and decoder of residual blocks (He et al., 2016) over one, two or three axes.

As in `likely.nets.convolution` every stage halves the axes, but layers in between stay at one size
and add to what they got, so that networks can be deep. They learn more slowly, and more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn

from likely.nets.convolution import CONVOLUTIONS, NORMS, TRANSPOSED, stages

_BLOCKS = 2  # at every size
_DROPPED = 0.1  # of the channels' values in a block, while learning


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what came in, (batch, width, *axes).

    Parameters
    ----------
    axes : int in [1, 3]
        Number of axes.
    width : int
        Channels.
    """

    def __init__(self, axes: int, width: int) -> None:
        super().__init__()
        convolution, norm = CONVOLUTIONS[axes - 1], NORMS[axes - 1]
        self.layers = nn.Sequential(
            norm(width),
            nn.SiLU(),
            convolution(width, width, 3, padding=1, bias=False),
            norm(width),
            nn.SiLU(),
            nn.Dropout(_DROPPED),
            convolution(width, width, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the samples with something added."""
        return x + self.layers(x)


class ResidualEncoder(nn.Module):
    """Samples (batch, channel, *axes) to codes (batch, latent).

    Parameters
    ----------
    shape : sequence of int
        Sizes of the one to three axes.
    channels : int
        Channels of a sample.
    latent : int
        Numbers in a code.
    widths : sequence of int
        Channels at every size, from that of the samples on; each further one halves the axes.
    """

    def __init__(
        self, shape: Sequence[int], channels: int, latent: int, widths: Sequence[int]
    ) -> None:
        super().__init__()
        axes = len(shape)
        convolution, norm = CONVOLUTIONS[axes - 1], NORMS[axes - 1]
        sizes = stages(shape, len(widths) - 1)
        layers: list[nn.Module] = [convolution(channels, widths[0], 3, padding=1)]
        for stage in range(len(sizes)):
            if stage:
                before, after = widths[stage - 1 : stage + 1]
                layers.append(convolution(before, after, 3, stride=2, padding=1))
            layers += [ResidualBlock(axes, widths[stage]) for _ in range(_BLOCKS)]
        last = widths[len(sizes) - 1]
        self.features = nn.Sequential(*layers, norm(last), nn.SiLU())  # (batch, width, *smallest)
        self.code = nn.Linear(last * int(np.prod(sizes[-1])), latent)

    def forward(self, x: Tensor) -> Tensor:
        """Return the codes of samples."""
        return self.code(self.features(x).flatten(1))


class ResidualDecoder(nn.Module):
    """Codes (batch, latent) to samples (batch, channel, *axes); the encoder's mirror image.

    Parameters
    ----------
    shape, channels, latent, widths
        As of the encoder.
    """

    def __init__(
        self, shape: Sequence[int], channels: int, latent: int, widths: Sequence[int]
    ) -> None:
        super().__init__()
        axes = len(shape)
        convolution, norm = CONVOLUTIONS[axes - 1], NORMS[axes - 1]
        sizes = stages(shape, len(widths) - 1)
        self.smallest = (widths[len(sizes) - 1], *sizes[-1])
        self.features = nn.Linear(latent, int(np.prod(self.smallest)))
        layers: list[nn.Module] = []
        for stage in reversed(range(len(sizes))):
            layers += [ResidualBlock(axes, widths[stage]) for _ in range(_BLOCKS)]
            if stage:
                # of two sizes that halve to the same one, the even one has one place more
                rest = tuple(1 - size % 2 for size in sizes[stage - 1])
                before, after = widths[stage], widths[stage - 1]
                layers.append(
                    TRANSPOSED[axes - 1](before, after, 3, stride=2, padding=1, output_padding=rest)
                )
        layers += [norm(widths[0]), nn.SiLU(), convolution(widths[0], channels, 3, padding=1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        """Return the samples that codes stand for."""
        return self.layers(self.features(z).unflatten(1, self.smallest))
