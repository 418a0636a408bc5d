"""A network that takes noise off images beside small versions of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.text_reader import TextReader
from likely.nets.u_net import UNet


class BesideSmall(nn.Module):
    """Images with noise to what is foretold of them, given small ones and what is said of them.

    Small images come in as further channels, enlarged, and one more says how much noise was added
    to them (Saharia et al., 2022).

    Parameters
    ----------
    shape : sequence of int
        Height and width.
    channels : int
        Of an image.
    widths : sequence of int
        Channels at every size of the U-Net.
    given : int
        Numbers known of an image; 0: none.
    reader : TextReader, optional
        Reads what is known, a caption.
    """

    def __init__(
        self,
        shape: Sequence[int],
        channels: int,
        widths: Sequence[int],
        given: int,
        reader: TextReader | None = None,
    ) -> None:
        super().__init__()
        self.channels, self.shape = channels, tuple(shape)
        self.network = UNet(shape, 3 * channels + 1, channels, widths, 1, given, reader)

    def forward(self, x: Tensor, log_level: Tensor, known: Tensor) -> Tensor:
        """Return what is foretold.

        Parameters
        ----------
        x : Tensor of shape (batch, 2 * channel, height, width)
            What is seen of images with noise.
        log_level : Tensor of shape (batch,)
            Logarithms of their noise levels.
        known : Tensor of shape (batch, numbers)
            The enlarged small image, how much noise was added to it, what is known, and whether
            anything is told.
        """
        pixels = self.channels * self.shape[0] * self.shape[1]
        small = known[:, :pixels].reshape(-1, self.channels, *self.shape)
        noise = known[:, pixels, None, None, None].expand(-1, 1, *self.shape)
        rest = known[:, pixels + 1 :]
        seen = torch.cat([x, small, noise], dim=1)
        return self.network(seen, log_level, rest if rest.shape[1] > 1 else None)


def shrink(x: Tensor, times: int) -> Tensor:
    """Return images a part of the size: means over squares of pixels, smaller ones at the ends.

    Parameters
    ----------
    x : Tensor of shape (batch, channel, height, width)
        Images.
    times : int
        How many times smaller.
    """
    return F.avg_pool2d(x, times, ceil_mode=True)


def enlarge(small: Tensor, times: int, shape: Sequence[int]) -> Tensor:
    """Return images that many times as large, smooth between pixels, cut to a shape.

    Parameters
    ----------
    small : Tensor of shape (batch, channel, height, width)
        Images.
    times : int
        How many times larger.
    shape : sequence of int
        Height and width.
    """
    large = F.interpolate(small, scale_factor=times, mode="bilinear", align_corners=False)
    return large[..., : shape[0], : shape[1]]
