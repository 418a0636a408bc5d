"""Flows over images: couplings of convolutions, at several scales (Dinh et al., 2017).

At each scale 2x2 pixels become four times as many channels, half of which are done after some maps
while the others go on to the next scale. Latent numbers stay where they are in the image, so they
have its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from scipy.linalg import lu
from torch import Tensor, nn

from likely.nets.bijections import ActNorm, Bijection, Chain
from likely.nets.conditioners import SEEN, Coupling, silence
from likely.nets.univariate import Affine, Univariate

Maps = Callable[[int, tuple[int, int]], list[Bijection]]
"""From channels and the sizes of the axes to the maps of one scale."""


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

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mapped images and their gains, in the shape of the images."""
        z, gain = self.inner(F.pixel_unshuffle(x, 2))
        return F.pixel_shuffle(z, 2), F.pixel_shuffle(gain, 2)

    def inverse(self, z: Tensor) -> Tensor:
        """Map back."""
        return F.pixel_shuffle(self.inner.inverse(F.pixel_unshuffle(z, 2)), 2)

    def settle(self, x: Tensor) -> None:
        """Settle the inner map."""
        self.inner.settle(F.pixel_unshuffle(x, 2))


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

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return images half of whose channels are mapped."""
        on, done = x.chunk(2, dim=1)
        z, gain = self.inner(on)
        return torch.cat([z, done], dim=1), torch.cat([gain, torch.zeros_like(done)], dim=1)

    def inverse(self, z: Tensor) -> Tensor:
        """Map back."""
        on, done = z.chunk(2, dim=1)
        return torch.cat([self.inner.inverse(on), done], dim=1)

    def settle(self, x: Tensor) -> None:
        """Settle the inner map."""
        self.inner.settle(x.chunk(2, dim=1)[0])


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

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mapped images and their gains."""
        z, gain = self.inner(x.flatten(1))
        return z.view_as(x), gain.view_as(x)

    def inverse(self, z: Tensor) -> Tensor:
        """Map back."""
        return self.inner.inverse(z.flatten(1)).view_as(z)

    def settle(self, x: Tensor) -> None:
        """Settle the inner map."""
        self.inner.settle(x.flatten(1))


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
    """

    def __init__(
        self,
        channels: int,
        network: Callable[[int, int], nn.Module],
        univariate: Univariate,
        *,
        turned: bool = False,
    ) -> None:
        super().__init__()
        self.sizes, self.turned, self.univariate = [channels // 2], turned, univariate
        self.sizes.append(channels - self.sizes[0])
        stay, move = self.sizes[::-1] if turned else self.sizes
        self.network = network(stay, move * univariate.count)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return images some of whose channels are mapped."""
        stay, move = self._split(x)
        moved, gain = self.univariate.forward(move, self._raw(stay))
        return self._joined(stay, moved), self._joined(torch.zeros_like(stay), gain)

    def inverse(self, z: Tensor) -> Tensor:
        """Map them back."""
        stay, move = self._split(z)
        return self._joined(stay, self.univariate.inverse(move, self._raw(stay)))

    def _raw(self, stay: Tensor) -> Tensor:
        return parameters_of(self.network(stay.clamp(-SEEN, SEEN)), stay, self.univariate.count)

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
    ) -> None:
        super().__init__()
        board = (np.indices(size).sum(axis=0) + turned) % 2 == 0
        self.register_buffer("stays", torch.tensor(board.astype(np.float32)), persistent=False)
        self.univariate = univariate
        self.network = network(channels, channels * univariate.count)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return images some of whose pixels are mapped."""
        moved, gain = self.univariate.forward(x, self._raw(x))
        return torch.where(self.stays > 0, x, moved), gain * (1 - self.stays)

    def inverse(self, z: Tensor) -> Tensor:
        """Map them back."""
        moved = self.univariate.inverse(z, self._raw(z))
        return torch.where(self.stays > 0, z, moved)

    def _raw(self, x: Tensor) -> Tensor:
        seen = x.clamp(-SEEN, SEEN) * self.stays
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

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return images whose channels are mixed, the same way in every pixel."""
        with torch.autocast(x.device.type, enabled=False):
            z = F.conv2d(x, self.matrix()[:, :, None, None])
        return z, self.log_scale[:, None, None].expand_as(x)

    def inverse(self, z: Tensor) -> Tensor:
        """Mix back."""
        back = torch.linalg.inv(self.matrix().double()).to(z.dtype)
        return F.conv2d(z, back[:, :, None, None])

    def matrix(self) -> Tensor:
        """Return how channels are mixed, shape (channel, channel)."""
        lower = self.lower.tril(-1) + torch.eye(len(self.lower), device=self.lower.device)
        upper = self.upper.triu(1) + torch.diag(self.signs * self.log_scale.exp())
        return (lower @ upper)[self.rows]


class Residual(nn.Module):
    """Convolutions of 3x3 pixels whose outputs are added to what they are given.

    Parameters
    ----------
    channels : int
        Before and behind.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum."""
        return x + self.second(F.silu(self.first(F.silu(x))))


def residual_network(hidden: Sequence[int]) -> Callable[[int, int], nn.Module]:
    """Return a maker of networks of residual blocks, one for each size, whose outputs start at 0.

    Parameters
    ----------
    hidden : sequence of int
        Channels of each block.
    """

    def make(before: int, behind: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Conv2d(before, hidden[0], 3, padding=1)]
        for i, size in enumerate(hidden):
            if i and size != hidden[i - 1]:
                layers.append(nn.Conv2d(hidden[i - 1], size, 1))
            layers.append(Residual(size))
        last = nn.Conv2d(hidden[-1], behind, 3, padding=1)
        silence(last)
        return nn.Sequential(*layers, nn.SiLU(), last)

    return make


def plain_network(hidden: Sequence[int]) -> Callable[[int, int], nn.Module]:
    """Return a maker of networks as of Glow: 3x3, 1x1 and 3x3 pixels, whose outputs start at 0.

    Parameters
    ----------
    hidden : sequence of int
        Channels between the layers.
    """

    def make(before: int, behind: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Conv2d(before, hidden[0], 3, padding=1), nn.ReLU()]
        for size, after in pairwise(hidden):
            layers += [nn.Conv2d(size, after, 1), nn.ReLU()]
        last = nn.Conv2d(hidden[-1], behind, 3, padding=1)
        silence(last)
        return nn.Sequential(*layers, last)

    return make


def multi_scale(
    channels: int, size: tuple[int, int], scales: int, maps: Maps, before: Maps | None = None
) -> Bijection:
    """Return maps at several scales; halves of the channels leave between one and the next.

    Parameters
    ----------
    channels : int
        Of the images.
    size : (int, int)
        Sizes of the axes; they are halved while they are even.
    scales : int
        How often at most.
    maps : callable
        Makes the maps of squeezed images at each scale.
    before : callable, optional
        Makes the maps before an image is squeezed, and those of the last scale.
    """
    parts = before(channels, size) if before else []
    if scales == 0 or size[0] % 2 or size[1] % 2:
        return Chain(parts or maps(channels, size))
    channels, size = 4 * channels, (size[0] // 2, size[1] // 2)
    inner = maps(channels, size)
    if scales > 1 or before:
        inner.append(Half(multi_scale(channels // 2, size, scales - 1, maps, before)))
    return Chain([*parts, Squeezed(Chain(inner))])


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


def glow_steps(depth: int, hidden: Sequence[int]) -> Maps:
    """Return a maker of Glow's steps: normalise, mix channels, couple.

    Parameters
    ----------
    depth : int
        Steps a scale.
    hidden : sequence of int
        Channels of the convolutions.
    """
    network = plain_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found += [ActNorm((channels, 1, 1)), Mixing(channels)]
            if channels > 1:
                found.append(ChannelCoupling(channels, network, Affine()))
            elif size != (1, 1):
                turned = step % 2 == 1
                found.append(CheckerboardCoupling(1, size, network, Affine(), turned=turned))
        if channels > 1:  # what leaves is scaled by what stays
            found.append(ChannelCoupling(channels, network, Affine()))
        return found

    return make


def board_steps(depth: int, hidden: Sequence[int]) -> Maps:
    """Return a maker of couplings by checkerboards, turn by turn.

    Parameters
    ----------
    depth : int
        Couplings.
    hidden : sequence of int
        Channels of the residual blocks.
    """
    network = residual_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found.append(ActNorm((channels, 1, 1)))
            if size != (1, 1):
                turned = step % 2 == 1
                found.append(CheckerboardCoupling(channels, size, network, Affine(), turned=turned))
        return found

    return make


def channel_steps(depth: int, hidden: Sequence[int]) -> Maps:
    """Return a maker of couplings by channels, turn by turn.

    Parameters
    ----------
    depth : int
        Couplings; in the last one what leaves is mapped as what stays says.
    hidden : sequence of int
        Channels of the residual blocks.
    """
    network = residual_network(hidden)

    def make(channels: int, size: tuple[int, int]) -> list[Bijection]:
        found: list[Bijection] = []
        for step in range(depth):
            found.append(ActNorm((channels, 1, 1)))
            turned = step % 2 != depth % 2
            found.append(ChannelCoupling(channels, network, Affine(), turned=turned))
        return found

    return make


def flat_couplings(
    width: int, layers: int, univariate: Univariate, hidden: Sequence[int], dropout: float
) -> Bijection:
    """Return couplings of all numbers of an image, every other one by turns, and a scale for each.

    Parameters
    ----------
    width : int
        Numbers of an image.
    layers, univariate, hidden, dropout
        As in `likely.nets.conditioners.Coupling`.
    """
    parts: list[Bijection] = [ActNorm((width,))]
    for layer in range(layers):
        stay = list(range(layer % 2, width, 2)) if width > 1 else []
        parts.append(Coupling(width, stay, univariate, hidden, dropout))
    return Flat(Chain([*parts, ActNorm((width,))]))
