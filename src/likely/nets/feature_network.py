"""A small network whose features of images are learnt from tasks that need no labels.

Every image is turned and damaged at random, and the network learns to say how: which way up it is,
and whether it is as it was, noisy, blurred, or put together from halves of two images. What tells
these apart is what generators get wrong: texture, sharpness, and that parts belong together.
Labels, if there are any, are one more task.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from likely.nets.convolution import ConvolutionalEncoder, usual_widths
from likely.nets.layers import dense

TURNS, DAMAGES = 4, 4
"""How many ways up there are, and how many sorts of damage, none being one of them."""

_NOISE = (0.05, 0.3)  # standard deviations, in units of the range of pixels
_HALF = (0.3, 0.7)  # where an image may be cut


class FeatureNetwork(nn.Module):
    """Convolutions that make features of images, and heads that solve the tasks by them.

    Parameters
    ----------
    shape : tuple of int
        Height and width.
    channels : int
        Channels of an image.
    width : int
        Features of an image.
    classes : int
        Of the labels; 0 if there are none.
    """

    def __init__(self, shape: tuple[int, ...], channels: int, width: int, classes: int) -> None:
        super().__init__()
        self.encoder = ConvolutionalEncoder(shape, channels, width, usual_widths(shape))
        sizes = {"turn": TURNS, "damage": DAMAGES} | ({"label": classes} if classes else {})
        self.heads = nn.ModuleDict(
            {name: dense((width, 2 * width, size)) for name, size in sizes.items()}
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return features of images (batch, channel, height, width), (batch, width)."""
        return self.encoder(x)

    def loss(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Return the summed cross-entropy of all tasks for every image, (batch,)."""
        turn = torch.randint(TURNS, (len(x),), device=x.device)
        damage = torch.randint(DAMAGES, (len(x),), device=x.device)
        code = self.encoder(turned(damaged(x, damage), turn))
        found = functional.cross_entropy(self.heads["turn"](code), turn, reduction="none")
        found = found + functional.cross_entropy(
            self.heads["damage"](code), damage, reduction="none"
        )
        if labels is None:
            return found
        logits = self.heads["label"](self.encoder(x))
        return found + functional.cross_entropy(logits, labels, reduction="none")


def turned(x: Tensor, turn: Tensor) -> Tensor:
    """Return images turned by quarters; those that are not square are flipped instead.

    Parameters
    ----------
    x : Tensor of shape (batch, channel, height, width)
        Images.
    turn : Tensor of int64, shape (batch,)
        In {0, 1, 2, 3}.
    """
    square = x.shape[-2] == x.shape[-1]
    found = x.clone()
    for k in range(1, TURNS):
        here = turn == k
        axes = [-1 - axis for axis in range(2) if k >> axis & 1]
        found[here] = x[here].rot90(k, (-2, -1)) if square else x[here].flip(axes)
    return found


def damaged(x: Tensor, damage: Tensor) -> Tensor:
    """Return images as they are (0), noisy (1), blurred (2), or halves of two (3).

    Parameters
    ----------
    x : Tensor of shape (batch, channel, height, width)
        Images in [0, 1].
    damage : Tensor of int64, shape (batch,)
        In {0, 1, 2, 3}.
    """
    low, high = _NOISE
    size = low + (high - low) * torch.rand(len(x), 1, 1, 1, device=x.device)
    noisy = (x + size * torch.randn_like(x)).clamp(0, 1)
    blurred = functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    low, high = _HALF
    cut = int((low + (high - low) * float(torch.rand(()))) * x.shape[-2])
    halves = torch.cat([x[:, :, :cut], x.roll(1, 0)[:, :, cut:]], dim=2)
    kinds = torch.stack([x, noisy, blurred, halves])
    return kinds[damage, torch.arange(len(x), device=x.device)]
