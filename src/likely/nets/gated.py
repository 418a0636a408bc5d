"""Gated convolutions that see only what comes before in an image, without a blind spot."""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.pixel_network import PixelHead, PixelNetwork

_FIRST = 7  # side of the first convolutions


class GatedPixels(PixelNetwork):
    """Two stacks of gated convolutions: one sees all rows above, one what is left in the row.

    A single stack of masked convolutions never sees some pixels up to the right. Here the vertical
    stack sees a full rectangle above the pixel, and tells the horizontal stack what it finds.

    Parameters
    ----------
    shape : (int, int)
        Height and width of images.
    channels : int
        Channels of images.
    size : int
        Numbers to say of each channel.
    width : int
        Features of a pixel.
    layers : int
        Gated layers.
    kernel : int, odd
        Side of the rectangle, half of which a convolution sees.
    dropout : float in [0, 1), default 0.0
        Share of features that is left out at random in training.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        channels: int,
        size: int,
        width: int,
        layers: int,
        kernel: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(PixelHead(width, channels, size))
        self.place = nn.Parameter(torch.zeros(1, width, *shape))
        self.above = Above(channels, width, _FIRST)
        self.left = Left(channels, width, _FIRST)
        self.layers = nn.ModuleList(_Layer(width, kernel, dropout) for _ in range(layers))
        self.reach = _FIRST // 2 + 1 + layers * (kernel // 2)  # rows above that are seen

    def features(self, x: Tensor) -> Tensor:
        """Return features of all pixels."""
        return self._along(x, self._from_above(x, self.place))

    def enter_row(self, x: Tensor, row: int, state: Any) -> Any:
        """Return what the vertical stack tells of a row."""
        seen = slice(max(0, row - self.reach), row + 1)
        told = self._from_above(x[:, :, seen], self.place[:, :, seen])
        return [part[:, :, -1:] for part in told]

    def at(self, x: Tensor, row: int, column: int, state: Any) -> Tensor:
        """Return the features of one pixel."""
        return self._along(x[:, :, row : row + 1], state)[:, :, 0, column]

    def _each(self) -> list[_Layer]:
        return cast("list[_Layer]", list(self.layers))

    def _from_above(self, x: Tensor, place: Tensor) -> list[Tensor]:
        """Return what the vertical stack tells each layer of the horizontal one."""
        shifted = F.pad(x, (0, 0, 1, -1))  # one row down: only rows above are seen
        v = _channels_last(self.above(shifted) + place)
        told = [v]
        for layer in self._each():
            v, said = layer.down(v)
            told.append(said)
        return told

    def _along(self, x: Tensor, told: list[Tensor]) -> Tensor:
        shifted = F.pad(x, (1, -1))  # one column right: only what is left is seen
        h = _channels_last(self.left(shifted)) + told[0]
        for layer, said in zip(self._each(), told[1:], strict=True):
            h = layer.along(h, said)
        return h


class _Layer(nn.Module):
    """One gated layer of both stacks."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.vertical = Above(width, 2 * width, kernel)
        self.tell = nn.Conv2d(2 * width, 2 * width, 1)
        self.horizontal = Left(width, 2 * width, kernel)
        self.out = nn.Conv2d(width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def down(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vertical stack behind this layer, and what it tells the horizontal one."""
        both = self.vertical(v)
        return v + self.dropout(_gated(both)), self.tell(both)

    def along(self, h: Tensor, told: Tensor) -> Tensor:
        """Return the horizontal stack behind this layer."""
        return h + self.out(self.dropout(_gated(self.horizontal(h) + told)))


class Above(nn.Conv2d):
    """A convolution over the rows above and the row itself, all columns beside."""

    def __init__(self, before: int, after: int, kernel: int) -> None:
        super().__init__(before, after, (kernel // 2 + 1, kernel))

    def forward(self, input: Tensor) -> Tensor:
        """Return the outputs at all places."""
        rows, columns = self.kernel_size
        return super().forward(F.pad(input, (columns // 2, columns // 2, rows - 1, 0)))


class Left(nn.Conv2d):
    """A convolution over the columns left of a place, and the place itself."""

    def __init__(self, before: int, after: int, kernel: int) -> None:
        super().__init__(before, after, (1, kernel // 2 + 1))

    def forward(self, input: Tensor) -> Tensor:
        """Return the outputs at all places."""
        return super().forward(F.pad(input, (self.kernel_size[1] - 1, 0)))


def _channels_last(x: Tensor) -> Tensor:
    """Return the same in the layout in memory that convolutions are quickest in."""
    return x.contiguous(memory_format=torch.channels_last)


def _gated(both: Tensor) -> Tensor:
    content, gate = both.chunk(2, dim=1)
    return torch.tanh(content) * torch.sigmoid(gate)
