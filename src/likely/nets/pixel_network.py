"""What networks that predict images pixel by pixel have in common.

Pixels come row by row from the top, from left to right, and the channels of a pixel one after the
other. What is said of a channel depends on the features of its pixel, which see the pixels before
it, and on the channels before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Draw = Callable[[Tensor, int, int, int], Tensor]
"""From what the network says, (batch, size), of a channel at a row and a column, to values there,
(batch,)."""


class PixelHead(nn.Module):
    """From the features of every pixel to what is said of its channels.

    Parameters
    ----------
    features : int
        Features of a pixel.
    channels : int
        Channels of a pixel; each sees those before it.
    size : int
        Numbers to say of each channel.
    """

    before: Tensor

    def __init__(self, features: int, channels: int, size: int) -> None:
        super().__init__()
        self.channels, self.size = channels, size
        self.first = nn.Conv2d(features, channels * features, 1)
        self.last = nn.Conv2d(channels * features, channels * size, 1, groups=channels)
        owner = torch.arange(channels).repeat_interleave(features)[:, None]
        if channels > 1:
            self.beside = nn.Conv2d(channels, channels * features, 1, bias=False)
            before = (torch.arange(channels) < owner)[:, :, None, None]
            self.register_buffer("before", before, persistent=False)

    def forward(self, features: Tensor, x: Tensor) -> Tensor:
        """Return (batch, size, channel, height, width)."""
        inner = self.first(F.relu(features))
        if self.channels > 1:
            inner = inner + F.conv2d(x, self.beside.weight * self.before)
        out = self.last(F.relu(inner))
        return out.unflatten(1, (self.channels, self.size)).transpose(1, 2)


class PixelNetwork(nn.Module, ABC):
    """A network whose features of a pixel see the pixels before it, and no others.

    Parameters
    ----------
    head : PixelHead
        Says of features what there is to say.
    """

    def __init__(self, head: PixelHead) -> None:
        super().__init__()
        self.head = head

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """Return features of pixels, (batch, channel, height, width) to (batch, feature, ...)."""

    @abstractmethod
    def enter_row(self, x: Tensor, row: int, state: Any) -> Any:
        """Return what the pixels of a row need to know of the rows above it.

        Parameters
        ----------
        x : Tensor of shape (batch, channel, height, width)
            Images, complete above the row.
        row : int
            Which row.
        state : object
            What this returned for the row above; None for the first.
        """

    @abstractmethod
    def at(self, x: Tensor, row: int, column: int, state: Any) -> Tensor:
        """Return the features of one pixel, (batch, feature); images are complete before it.

        Called for every column of a row from left to right, once.
        """

    def forward(self, x: Tensor) -> Tensor:
        """Return what is said of every number, (batch, size, channel, height, width)."""
        return self.head(self.features(x), x)

    def one_by_one(self, x: Tensor, known: Tensor, draw: Draw) -> Tensor:
        """Return images drawn pixel by pixel.

        Parameters
        ----------
        x : Tensor of shape (batch, channel, height, width)
            As the network sees them; only what is known counts.
        known : bool Tensor of the same shape
            What is kept.
        draw : callable
            Draws values as the network sees them.
        """
        seen, state = torch.zeros_like(x), None
        channels, rows, columns = x.shape[1:]
        for row in range(rows):
            state = self.enter_row(seen, row, state)
            for column in range(columns):
                features = self.at(seen, row, column, state)[..., None, None]
                for channel in range(channels):
                    pixel = seen[:, :, row : row + 1, column : column + 1]
                    out = self.head(features, pixel)[:, :, channel, 0, 0]
                    drawn = draw(out, channel, row, column)
                    place = (slice(None), channel, row, column)
                    seen[place] = torch.where(known[place], x[place], drawn)
        return seen
