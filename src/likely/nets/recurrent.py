"""Encoder and decoder of recurrent networks over time.

The encoder reads a series step by step; its last state becomes the code. The decoder starts from
the code and says the series backwards, as what was read last is known best (Sutskever et al., 2014;
Srivastava et al., 2015). It never sees true values, so nothing can be copied past the code, and all
steps run in one call; what it gets at every step is the code and where in the series it is.

A long series is walked in strides, several values a step: a state forgets what lies hundreds of
steps back, and every step costs as much as the last.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_CELLS: dict[str, Any] = {"lstm": nn.LSTM, "gru": nn.GRU}
_WAVES = (1, 2, 4, 8, 16)


class RecurrentEncoder(nn.Module):
    """Series (batch, channel, time) to codes (batch, latent).

    Parameters
    ----------
    channels : int
        Channels of a series.
    latent : int
        Numbers in a code.
    hidden : int
        Size of the state.
    cell : {"lstm", "gru"}
        Kind of cell.
    layers : int
        Cells on top of one another.
    stride : int
        Values of each channel that are read in one step.
    """

    def __init__(
        self, channels: int, latent: int, hidden: int, cell: str, layers: int, stride: int
    ) -> None:
        super().__init__()
        self.stride = stride
        self.cells = _CELLS[cell](channels * stride, hidden, layers, batch_first=True)
        self.code = nn.Linear(hidden, latent)

    def features(self, x: Tensor) -> Tensor:
        """Return the state at every step, (batch, hidden, step)."""
        missing = -x.shape[2] % self.stride
        x = functional.pad(x, (0, missing))
        read = x.unflatten(2, (-1, self.stride)).movedim(1, 2)  # (batch, step, channel, stride)
        return self.cells(read.flatten(2))[0].movedim(2, 1)

    def to_code(self, features: Tensor) -> Tensor:
        """Return the codes of series, given the states."""
        return self.code(features[..., -1])

    def forward(self, x: Tensor) -> Tensor:
        """Return the codes of series."""
        return self.to_code(self.features(x))


class RecurrentDecoder(nn.Module):
    """Codes (batch, latent) to series (batch, channel, time).

    Parameters
    ----------
    length : int
        Length of a series.
    channels, latent, hidden, cell, layers, stride
        As of the encoder.
    """

    places: Tensor

    def __init__(
        self,
        length: int,
        channels: int,
        latent: int,
        hidden: int,
        cell: str,
        layers: int,
        stride: int,
    ) -> None:
        super().__init__()
        self.layers, self.hidden, self.lstm = layers, hidden, cell == "lstm"
        self.length, self.stride = length, stride
        self.register_buffer("places", _places(-(-length // stride)), persistent=False)
        self.begin = nn.Linear(latent, layers * hidden)
        self.cells = _CELLS[cell](latent + 2 * len(_WAVES), hidden, layers, batch_first=True)
        self.value = nn.Linear(hidden, channels * stride)

    def forward(self, z: Tensor) -> Tensor:
        """Return the series that codes stand for."""
        first = torch.tanh(self.begin(z)).view(len(z), self.layers, self.hidden)
        first = first.movedim(1, 0).contiguous()  # (layer, batch, hidden)
        start = (first, torch.zeros_like(first)) if self.lstm else first
        places = self.places.to(z.dtype).expand(len(z), -1, -1)
        steps = places.shape[1]
        told = torch.cat([z[:, None].expand(-1, steps, -1), places], dim=2)
        said = self.value(self.cells(told, start)[0]).flip(1)  # (batch, step, channel * stride)
        values = said.unflatten(2, (-1, self.stride)).movedim(
            2, 1
        )  # (batch, channel, step, stride)
        return values.flatten(2)[..., : self.length]


def _places(steps: int) -> Tensor:
    """Return where in the series each step is, as waves: (step, 2 waves)."""
    share = torch.arange(steps, device="cpu") / steps
    angle = torch.outer(share, torch.pi * torch.tensor(_WAVES, device="cpu"))
    return torch.cat([angle.sin(), angle.cos()], dim=1)
