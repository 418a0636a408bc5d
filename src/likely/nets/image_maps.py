"""Invertible maps of images: other shapes of the same pixels, couplings, mixed channels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from scipy.linalg import lu
from torch import Tensor, nn

from likely.nets.bijections import Bijection
from likely.nets.conditioners import SEEN, beside
from likely.nets.univariate import Univariate


class Squeezed(Bijection):
    """A map of 2x2 pixels in four channels: (batch, c, h, w) as (batch, 4c, h/2, w/2).

    Parameters
    ----------
    inner : Bijection
        Of the squeezed images.
    """

    def __init__(self, inner: Bijection) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return mapped images and their gains, in the shape of the images."""
        z, gain = self.inner(F.pixel_unshuffle(x, 2), given)
        return F.pixel_shuffle(z, 2), F.pixel_shuffle(gain, 2)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map back."""
        return F.pixel_shuffle(self.inner.inverse(F.pixel_unshuffle(z, 2), given), 2)

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Settle the inner map."""
        self.inner.settle(F.pixel_unshuffle(x, 2), given)


class Half(Bijection):
    """A map of the first half of the channels; the others are done.

    Parameters
    ----------
    inner : Bijection
        Of these channels.
    """

    def __init__(self, inner: Bijection) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images half of whose channels are mapped."""
        on, done = x.chunk(2, dim=1)
        z, gain = self.inner(on, given)
        return torch.cat([z, done], dim=1), torch.cat([gain, torch.zeros_like(done)], dim=1)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map back."""
        on, done = z.chunk(2, dim=1)
        return torch.cat([self.inner.inverse(on, given), done], dim=1)

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Settle the inner map."""
        self.inner.settle(x.chunk(2, dim=1)[0], given)


class Flat(Bijection):
    """A map of all numbers of an image as one row.

    Parameters
    ----------
    inner : Bijection
        Of rows.
    """

    def __init__(self, inner: Bijection) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return mapped images and their gains."""
        z, gain = self.inner(x.flatten(1), given)
        return z.view_as(x), gain.view_as(x)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map back."""
        return self.inner.inverse(z.flatten(1), given).view_as(z)

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Settle the inner map."""
        self.inner.settle(x.flatten(1), given)


class ChannelCoupling(Bijection):
    """The first channels stay and say how the others are mapped, or the other way round.

    Parameters
    ----------
    channels : int in [2, inf)
        Of the images.
    network : callable
        From channels before and behind to a network of convolutions.
    univariate : Univariate
        How a number is mapped.
    turned : bool, default False
        Whether the last channels stay.
    given : int, default 0
        Numbers that images are given.
    """

    def __init__(
        self,
        channels: int,
        network: Callable[[int, int], nn.Module],
        univariate: Univariate,
        *,
        turned: bool = False,
        given: int = 0,
    ) -> None:
        super().__init__()
        self.sizes, self.turned, self.univariate = [channels // 2], turned, univariate
        self.sizes.append(channels - self.sizes[0])
        stay, move = self.sizes[::-1] if turned else self.sizes
        self.network = network(stay + given, move * univariate.count)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images some of whose channels are mapped."""
        stay, move = self._split(x)
        moved, gain = self.univariate.forward(move, self._raw(stay, given))
        return self._joined(stay, moved), self._joined(torch.zeros_like(stay), gain)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map them back."""
        stay, move = self._split(z)
        return self._joined(stay, self.univariate.inverse(move, self._raw(stay, given)))

    def _raw(self, stay: Tensor, given: Tensor | None) -> Tensor:
        out = self.network(beside(stay, given).clamp(-SEEN, SEEN))
        return parameters_of(out, stay, self.univariate.count)

    def _split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.split(self.sizes, dim=1)
        return (second, first) if self.turned else (first, second)

    def _joined(self, stay: Tensor, move: Tensor) -> Tensor:
        return torch.cat([move, stay] if self.turned else [stay, move], dim=1)


class CheckerboardCoupling(Bijection):
    """Every other pixel stays, as on a checkerboard, and says how the rest is mapped.

    Parameters
    ----------
    channels : int
        Of the images.
    size : (int, int)
        Sizes of the axes.
    network : callable
        From channels before and behind to a network of convolutions.
    univariate : Univariate
        How a number is mapped.
    turned : bool, default False
        Whether the other pixels stay.
    given : int, default 0
        Numbers that images are given.
    """

    stays: Tensor

    def __init__(
        self,
        channels: int,
        size: tuple[int, int],
        network: Callable[[int, int], nn.Module],
        univariate: Univariate,
        *,
        turned: bool = False,
        given: int = 0,
    ) -> None:
        super().__init__()
        board = (np.indices(size).sum(axis=0) + turned) % 2 == 0
        self.register_buffer("stays", torch.tensor(board.astype(np.float32)), persistent=False)
        self.univariate = univariate
        self.network = network(channels + given, channels * univariate.count)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images some of whose pixels are mapped."""
        moved, gain = self.univariate.forward(x, self._raw(x, given))
        return torch.where(self.stays > 0, x, moved), gain * (1 - self.stays)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Map them back."""
        moved = self.univariate.inverse(z, self._raw(z, given))
        return torch.where(self.stays > 0, z, moved)

    def _raw(self, x: Tensor, given: Tensor | None) -> Tensor:
        seen = beside(x * self.stays, given).clamp(-SEEN, SEEN)
        return parameters_of(self.network(seen), x, self.univariate.count)


class Mixing(Bijection):
    """An invertible 1x1 convolution, kept as its LU decomposition (Kingma & Dhariwal, 2018).

    Parameters
    ----------
    channels : int
        Of the images.
    """

    rows: Tensor
    signs: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        rng = np.random.default_rng(channels)  # the same start whenever the network is built
        turn = np.linalg.qr(rng.normal(size=(channels, channels)))[0]
        permutation, lower, upper = (np.asarray(part) for part in lu(turn))
        scale = np.diag(upper)
        self.lower = nn.Parameter(torch.tensor(np.tril(lower, -1), dtype=torch.float32))
        self.upper = nn.Parameter(torch.tensor(np.triu(upper, 1), dtype=torch.float32))
        self.log_scale = nn.Parameter(torch.tensor(np.log(np.abs(scale)), dtype=torch.float32))
        rows = torch.tensor(permutation.argmax(axis=1))
        self.register_buffer("rows", rows, persistent=False)
        signs = torch.tensor(np.sign(scale), dtype=torch.float32)
        self.register_buffer("signs", signs, persistent=False)

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return images whose channels are mixed, the same way in every pixel."""
        with torch.autocast(x.device.type, enabled=False):
            z = F.conv2d(x, self.matrix()[:, :, None, None])
        return z, self.log_scale[:, None, None].expand_as(x)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Mix back."""
        back = torch.linalg.inv(self.matrix().double()).to(z.dtype)
        return F.conv2d(z, back[:, :, None, None])

    def matrix(self) -> Tensor:
        """Return how channels are mixed, shape (channel, channel)."""
        lower = self.lower.tril(-1) + torch.eye(len(self.lower), device=self.lower.device)
        upper = self.upper.triu(1) + torch.diag(self.signs * self.log_scale.exp())
        return (lower @ upper)[self.rows]


def parameters_of(out: Tensor, x: Tensor, count: int) -> Tensor:
    """Return what a network says, (batch, channel * count, ...), as (batch, channel, ..., count).

    Parameters
    ----------
    out : Tensor
        Of the network.
    x : Tensor
        Whose type it gets.
    count : int
        Parameters of each number.
    """
    return out.to(x.dtype).unflatten(1, (-1, count)).movedim(2, -1)
