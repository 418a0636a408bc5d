"""Encoder and decoder of convolutions over one, two or three axes: series, images, video.

Each stage halves every axis, rounding up, so that axes of any size, 1 to 4 as well, come out as
some size of at least 1; the decoder goes through the same sizes backwards. Axes of one place stay
as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from torch import Tensor, nn

_MOST_STAGES, _FEW_PLACES, _WIDEST = 6, 4, 64
CONVOLUTIONS: tuple[Any, ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED: tuple[Any, ...] = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
NORMS: tuple[Any, ...] = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def stages(shape: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """Return the sizes of the axes before and behind each stage.

    Parameters
    ----------
    shape : sequence of int
        Sizes of the axes of a sample.
    count : int
        How many stages there are at most; none halves what is one place already.

    Examples
    --------
    >>> stages((28, 5), 2)
    [(28, 5), (14, 3), (7, 2)]
    """
    sizes = [tuple(shape)]
    while len(sizes) <= count and max(sizes[-1]) > 1:
        sizes.append(tuple((size + 1) // 2 for size in sizes[-1]))
    return sizes


def usual_widths(shape: Sequence[int]) -> tuple[int, ...]:
    """Return as many stages as bring every axis to four places at most, six at most.

    Examples
    --------
    >>> usual_widths((28, 28))
    (16, 32, 64)
    """
    count = len([sizes for sizes in stages(shape, _MOST_STAGES) if max(sizes) > _FEW_PLACES])
    return tuple(min(16 << stage, _WIDEST) for stage in range(min(max(count, 1), _MOST_STAGES)))


class ConvolutionalEncoder(nn.Module):
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
        Channels behind each stage, of which there is one for each.
    """

    def __init__(
        self, shape: Sequence[int], channels: int, latent: int, widths: Sequence[int]
    ) -> None:
        super().__init__()
        convolution, norm = CONVOLUTIONS[len(shape) - 1], NORMS[len(shape) - 1]
        sizes = stages(shape, len(widths))
        through = (channels, *widths[: len(sizes) - 1])
        layers: list[nn.Module] = []
        for before, after in pairwise(through):
            layers += [convolution(before, after, 3, stride=2, padding=1, bias=False)]
            layers += [norm(after), nn.SiLU()]
        self.features = nn.Sequential(*layers)  # (batch, width, *smallest)
        self.code = nn.Linear(through[-1] * int(np.prod(sizes[-1])), latent)

    def forward(self, x: Tensor) -> Tensor:
        """Return the codes of samples."""
        return self.to_code(self.features(x))

    def to_code(self, features: Tensor) -> Tensor:
        """Return the codes of samples, given what `features` made of them."""
        return self.code(features.flatten(1))


class ConvolutionalDecoder(nn.Module):
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
        sizes = stages(shape, len(widths))
        through = (channels, *widths[: len(sizes) - 1])
        self.smallest = (through[-1], *sizes[-1])
        self.features = nn.Linear(latent, int(np.prod(self.smallest)))
        layers: list[nn.Module] = []
        for stage in range(len(sizes) - 1, 0, -1):
            # of two sizes that halve to the same one, the even one has one place more
            rest = tuple(1 - size % 2 for size in sizes[stage - 1])
            layers += [NORMS[axes - 1](through[stage]), nn.SiLU()]
            layers += [
                TRANSPOSED[axes - 1](
                    through[stage], through[stage - 1], 3, stride=2, padding=1, output_padding=rest
                )
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        """Return the samples that codes stand for."""
        return self.layers(self.features(z).unflatten(1, self.smallest))
