"""The network that puts images and captions into one space, where those that belong together meet.

In a batch of pairs, every image has to find its own caption among all, and every caption its image
(Radford et al., 2021). Where nothing is said of images, two noisy looks at one have to meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.convolution import ConvolutionalEncoder
from likely.nets.text_reader import TextReader

_SHARP = 1 / 0.07  # at the start
_SHARPEST = 100.0
_NOISE = 0.3  # spreads, of looks at an image of which nothing is said


class TextImage(nn.Module):
    """Images, and what is said of them, to unit vectors.

    Parameters
    ----------
    shape : sequence of int
        Height and width.
    channels : int
        Of an image.
    width : int
        Numbers in a vector.
    hidden : sequence of int
        Channels behind each stage of the convolutions.
    given : int
        Numbers known of an image; 0: none.
    reader : TextReader, optional
        Reads what is known, a caption.
    """

    def __init__(
        self,
        shape: Sequence[int],
        channels: int,
        width: int,
        hidden: Sequence[int],
        given: int,
        reader: TextReader | None = None,
    ) -> None:
        super().__init__()
        self.look = ConvolutionalEncoder(shape, channels, width, hidden)
        self.reader = reader
        said = reader.width if reader else given
        self.say = nn.Linear(said, width) if said else None
        self.sharpness = nn.Parameter(torch.tensor(math.log(_SHARP)))

    def images(self, x: Tensor) -> Tensor:
        """Return the vectors of images, (batch, width)."""
        return F.normalize(self.look(x), dim=1)

    def texts(self, given: Tensor) -> Tensor:
        """Return the vectors of what is said of images, (batch, width)."""
        if self.reader is not None:
            given = self.reader(F.pad(given, (0, 1), value=1.0)).whole
        assert self.say is not None
        return F.normalize(self.say(given), dim=1)

    def loss(self, x: Tensor, given: Tensor | None) -> Tensor:
        """Return the surprise of each pair among those of a batch, in nats (InfoNCE), (batch,).

        Pairs of which the same is said do not count against one another.

        Parameters
        ----------
        x : Tensor of shape (batch, channel, height, width)
            Images.
        given : Tensor of shape (batch, given) or None
            What is said of them.
        """
        own = torch.arange(len(x), device=x.device)
        if given is None:
            one, other = (self.images(x + _NOISE * torch.randn_like(x)) for _ in range(2))
            same = torch.zeros(len(x), len(x), dtype=torch.bool, device=x.device)
        else:
            one, other = self.images(x), self.texts(given)
            same = (given[:, None] == given).all(dim=2) & (own[:, None] != own)
        sharp = self.sharpness.exp().clamp(max=_SHARPEST)
        alike = (sharp * one @ other.T).masked_fill(same, -math.inf)
        both = [F.cross_entropy(side, own, reduction="none") for side in (alike, alike.T)]
        return (both[0] + both[1]) / 2
