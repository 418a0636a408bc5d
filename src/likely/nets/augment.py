"""Changes to images through which gradients flow, for discriminators that see few images.

Real and made images are changed alike before the discriminator sees them, so the generator learns
the unchanged ones (differentiable augmentation; Zhao et al., 2020).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

_SHIFT = 1 / 8  # of the size of an image, either way
_HOLE = 1 / 2
_LIGHT = 0.25  # of the range of values, either way


def augmented(images: Tensor) -> Tensor:
    """Return images shifted, with a hole, brighter or darker, each in its own way.

    Parameters
    ----------
    images : Tensor of shape (batch, channel, height, width)
        Values in [0, 1]; torch's random numbers draw the changes.
    """
    light = (torch.rand(len(images), 1, 1, 1, device=images.device) - 0.5) * 2 * _LIGHT
    return _with_holes(_shifted(images + light))


def _shifted(images: Tensor) -> Tensor:
    height, width = images.shape[2:]
    down, right = int(height * _SHIFT + 0.5), int(width * _SHIFT + 0.5)
    framed = pad(images, (right, right, down, down))
    batch = torch.arange(len(images), device=images.device)[:, None, None]
    rows = (
        _starts(images, down)[:, None, None] + torch.arange(height, device=images.device)[:, None]
    )
    columns = _starts(images, right)[:, None, None] + torch.arange(width, device=images.device)
    return framed[batch, :, rows, columns].permute(0, 3, 1, 2)  # (batch, channel, height, width)


def _with_holes(images: Tensor) -> Tensor:
    height, width = images.shape[2:]
    tall, wide = max(1, int(height * _HOLE)), max(1, int(width * _HOLE))
    top = torch.randint(1 - tall, height, (len(images), 1, 1), device=images.device)
    left = torch.randint(1 - wide, width, (len(images), 1, 1), device=images.device)
    row = torch.arange(height, device=images.device)[:, None]
    column = torch.arange(width, device=images.device)
    inside = (row >= top) & (row < top + tall) & (column >= left) & (column < left + wide)
    return images * ~inside[:, None]


def _starts(images: Tensor, most: int) -> Tensor:
    return torch.randint(0, 2 * most + 1, (len(images),), device=images.device)
