"""Long short-term memories that run over images, row by row or along diagonals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.nets.gated import Above, Left
from likely.nets.pixel_network import PixelHead, PixelNetwork

_FIRST = 7  # side of the first convolutions
_SHUT = -30.0  # what shuts every gate outside of an image


class RecurrentPixels(PixelNetwork):
    """Convolutions over the pixels before, and layers of memory with residual connections.

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
        Layers of memory.
    rows : {"row", "diagonal"}
        Which way they run.
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
        rows: Literal["row", "diagonal"],
        dropout: float = 0.0,
    ) -> None:
        super().__init__(PixelHead(width, channels, size))
        self.place = nn.Parameter(torch.zeros(1, width, *shape))
        self.above = Above(channels, width, _FIRST)
        self.left = Left(channels, width, _FIRST)
        # rows do not see the pixel itself
        self.pixel = nn.Identity() if rows == "row" else nn.Conv2d(channels, width, 1)
        kind = RowLSTM if rows == "row" else DiagonalLSTM
        self.layers = nn.ModuleList(kind(width) for _ in range(layers))
        self.outs = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)

    def features(self, x: Tensor) -> Tensor:
        """Return features of all pixels."""
        h = self.above(F.pad(x, (0, 0, 1, -1))) + self.left(F.pad(x, (1, -1))) + self.place
        pixel = self.pixel(x)
        for layer, out in zip(self._each(), self.outs, strict=True):
            h = h + out(self.dropout(layer(h, pixel)))
        return h

    def enter_row(self, x: Tensor, row: int, state: Any) -> Any:
        """Return what is known of the rows above: the convolution's part and the memories."""
        seen = slice(max(0, row - _FIRST), row + 1)
        above = self.above(F.pad(x[:, :, seen], (0, 0, 1, -1)))[:, :, -1:]
        memories = state[1] if state else [layer.start(x) for layer in self._each()]
        pixel = self.pixel(x[:, :, max(0, row - 1) : max(1, row)])[:, :, 0]  # of the row above
        for layer, memory in zip(self._each(), memories, strict=True):
            layer.enter_row(memory, pixel)
        return above + self.place[:, :, row : row + 1], memories

    def at(self, x: Tensor, row: int, column: int, state: Any) -> Tensor:
        """Return the features of one pixel."""
        above, memories = state
        seen = x[:, :, row : row + 1, max(0, column - _FIRST) : column + 1]
        h = (self.left(F.pad(seen, (1, -1)))[..., -1:] + above[..., column : column + 1])[..., 0, 0]
        for layer, out, memory in zip(self._each(), self.outs, memories, strict=True):
            h = h + out(layer.at(h, column, memory)[..., None, None])[..., 0, 0]
        return h

    def _each(self) -> list[RowLSTM | DiagonalLSTM]:
        return cast("list[RowLSTM | DiagonalLSTM]", list(self.layers))


@dataclass
class Memory:
    """What a layer knows while images are drawn pixel by pixel.

    Parameters
    ----------
    given : Tensor of shape (batch, feature, width)
        What the layer was given in the present row.
    h, c : Tensor of shape (batch, feature, width)
        Outputs and cells of the present row, as far as there are.
    back : Tensor of shape (batch, feature, width)
        Outputs of the row above in the other direction.
    told : Tensor of shape (batch, 4 feature, width)
        What the row above adds to the gates.
    fresh : bool
        Whether no row is there yet.
    """

    given: Tensor
    h: Tensor
    c: Tensor
    back: Tensor
    told: Tensor
    fresh: bool = True


class RowLSTM(nn.Module):
    """A memory that runs down an image, a row a step (van den Oord et al., 2016).

    The state of a pixel follows from those of the three pixels above it, and what it is given from
    the layer below, there and left of there; so it sees a triangle above it.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.given = Left(width, 4 * width, 3)
        self.recurrent = nn.Conv1d(width, 4 * width, 3, padding=1, bias=False)

    def forward(self, x: Tensor, pixel: Tensor) -> Tensor:
        """Return outputs, (batch, width, rows, columns) as given."""
        h = x.new_zeros(len(x), self.width, x.shape[3])
        c, found = h, []
        for given in self.given(x).permute(2, 0, 1, 3).contiguous().unbind():
            h, c = _cell(given + self.recurrent(h), c, 1)
            found.append(h)
        return torch.stack(found, dim=2)

    def start(self, x: Tensor) -> Memory:
        """Return the memory before the first row."""
        return _blank(x, self.width)

    def enter_row(self, memory: Memory, pixel: Tensor) -> None:
        """Take the present row as the one above."""
        memory.told = self.recurrent(memory.h)
        memory.given = torch.zeros_like(memory.given)

    def at(self, given: Tensor, column: int, memory: Memory) -> Tensor:
        """Return the output at the next pixel of the row, (batch, width) as given."""
        memory.given[:, :, column] = given
        seen = memory.given[:, :, None, max(0, column - 1) : column + 1]
        gates = self.given(seen)[:, :, 0, -1] + memory.told[:, :, column]
        h, c = _cell(gates, memory.c[:, :, column])
        memory.h[:, :, column], memory.c[:, :, column] = h, c
        return h


class DiagonalLSTM(nn.Module):
    """Two memories that run along the diagonals of an image (van den Oord et al., 2016).

    The state of a pixel follows from those left of it and above it. The other direction does the
    same from the right, and is moved down by one row, so that it sees nothing that comes later; for
    that it may see the pixel itself, too. Together they see all pixels before. Images are skewed,
    each row one column further than the one above, so that a diagonal is a column and takes one
    step.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.given_left = nn.Conv2d(width, 4 * width, 1)
        self.given_right = nn.Conv2d(width, 4 * width, 1)
        bound = (2 * width) ** -0.5
        recurrent = torch.empty(2, 2 * width, 4 * width).uniform_(-bound, bound)
        self.recurrent = nn.Parameter(recurrent)  # of both directions, from above and from beside

    def forward(self, x: Tensor, pixel: Tensor) -> Tensor:
        """Return outputs, (batch, width, rows, columns) as given, from that and from pixels."""
        batch, _, rows, columns = x.shape
        given = torch.stack([self.given_left(x), self.given_right(x + pixel).flip(3)])
        by_step = _skewed(given).permute(4, 0, 1, 3, 2).contiguous()
        h = x.new_zeros(2, batch, rows, self.width)
        c, found = h.flatten(1, 2), []
        for of_step in by_step.flatten(2, 3).unbind():  # (direction, batch row, 4 width)
            taller = F.pad(h, (0, 0, 1, 0))
            around = torch.cat([taller[:, :, :-1], taller[:, :, 1:]], dim=3).flatten(1, 2)
            one, c = _cell(torch.baddbmm(of_step, around.to(of_step), self.recurrent), c)
            h = one.unflatten(1, (batch, rows))
            found.append(h)
        every = torch.stack(found, dim=4).transpose(2, 3)  # (direction, batch, width, row, step)
        left, right = _straight(every, columns)
        return left + F.pad(right.flip(3), (0, 0, 1, -1))

    def start(self, x: Tensor) -> Memory:
        """Return the memory before the first row."""
        return _blank(x, self.width)

    def enter_row(self, memory: Memory, pixel: Tensor) -> None:
        """Take the present row as the one above, and run over it from the right."""
        if not memory.fresh:
            h = c = torch.zeros_like(memory.h[:, :, 0])
            given = self.given_right((memory.given + pixel)[:, :, None])[:, :, 0]
            back = torch.zeros_like(memory.back)
            for column in reversed(range(given.shape[2])):
                told = self._told(h, memory.back[:, :, column], 1)
                h, c = _cell(given[:, :, column] + told, c)
                back[:, :, column] = h
            memory.back = back
        memory.fresh = False
        memory.given = torch.zeros_like(memory.given)

    def at(self, given: Tensor, column: int, memory: Memory) -> Tensor:
        """Return the output at the next pixel of the row, (batch, width) as given."""
        memory.given[:, :, column] = given
        gates = self.given_left(given[..., None, None])[..., 0, 0]
        before = torch.zeros_like(given) if column == 0 else memory.h[:, :, column - 1]
        cell = torch.zeros_like(given) if column == 0 else memory.c[:, :, column - 1]
        h, c = _cell(gates + self._told(before, memory.h[:, :, column], 0), cell)
        memory.h[:, :, column], memory.c[:, :, column] = h, c
        return h + memory.back[:, :, column]

    def _told(self, beside: Tensor, above: Tensor, direction: int) -> Tensor:
        """Return what two neighbours add to the gates, (batch, 4 width)."""
        return torch.cat([above, beside], dim=1) @ self.recurrent[direction]


def _cell(gates: Tensor, c: Tensor, axis: int = -1) -> tuple[Tensor, Tensor]:
    """Return output and cell; gates have their four parts along an axis."""
    width = c.shape[axis]
    opened, new = gates.split((3 * width, width), dim=axis)
    add, keep, show = torch.sigmoid(opened).chunk(3, dim=axis)
    c = keep * c + add * torch.tanh(new)
    return show * torch.tanh(c), c


def _skewed(x: Tensor) -> Tensor:
    """Return maps with row r moved by r columns, (..., rows, columns + rows - 1)."""
    rows, columns = x.shape[-2:]
    wide = F.pad(x, (0, rows), value=_SHUT).flatten(-2)[..., :-rows]
    return wide.unflatten(-1, (rows, columns + rows - 1))


def _straight(x: Tensor, columns: int) -> Tensor:
    """Undo `_skewed`."""
    rows = x.shape[-2]
    return F.pad(x.flatten(-2), (0, rows)).unflatten(-1, (rows, -1))[..., :columns]


def _blank(x: Tensor, width: int) -> Memory:
    empty = x.new_zeros(len(x), width, x.shape[3])
    return Memory(empty, empty.clone(), empty.clone(), empty.clone(), empty)
