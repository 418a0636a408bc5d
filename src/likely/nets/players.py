"""Generators and discriminators of full connections, and of convolutions as in DCGAN."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from likely.nets.adversarial import Discriminator
from likely.nets.convolution import stages

SLOPE = 0.2  # of leaky units below zero
_SPREAD = 0.02  # of the weights that convolutions begin with
_FAINT = 0.1  # of the last layer beside what is linear, at first
_LEAST = 0.01  # value that a bounded number begins with
_LOOKS = 2  # places along each axis, at which a discriminator's maps count as features


class Verdict(nn.Module):
    """One number for what a discriminator sees, (batch, feature) to (batch,).

    With conditions, what is seen is compared with what they ask for (projection; Miyato & Koyama,
    2018).

    Parameters
    ----------
    features : int
        How many numbers are seen.
    given : int
        How many numbers conditions have; 0: none.
    """

    def __init__(self, features: int, given: int) -> None:
        super().__init__()
        self.line = nn.Linear(features, 1)
        self.asked = nn.Linear(given, features, bias=False) if given else None

    def forward(self, seen: Tensor, given: Tensor | None) -> Tensor:
        """Return the verdicts."""
        found = self.line(seen).squeeze(1)
        if self.asked is not None and given is not None:
            found = found + (self.asked(given) * seen).sum(dim=1)
        return found


class DenseGenerator(nn.Module):
    """Codes (batch, latent) to samples (batch, *shape) by layers of full connections.

    Numbers without bounds begin as the normal distribution that is nearest to the data, and the
    layers learn what is not linear; bounded ones begin near their mean.

    Parameters
    ----------
    latent, given : int
        Numbers in a code, and in what is known of a sample.
    shape : sequence of int
        Of a sample.
    hidden : sequence of int
        Sizes of the layers between.
    bounded : bool
        Whether samples have values in [0, 1], as images.
    """

    def __init__(
        self, latent: int, given: int, shape: Sequence[int], hidden: Sequence[int], *, bounded: bool
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise((latent + given, *hidden)):
            layers += [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers, nn.Linear((latent + given, *hidden)[-1], prod(shape)))
        self.line = None if bounded else nn.Linear(latent + given, prod(shape))
        self.shape = tuple(shape)

    def settle(self, data: Tensor, given: Tensor | None) -> None:
        """Begin near data (n, *shape), given conditions."""
        rows, last = data.flatten(1).double(), self.layers[-1]
        assert isinstance(last, nn.Linear)  # as built above
        with torch.no_grad():
            last.weight.mul_(_FAINT)
            if self.line is None:
                last.bias.copy_(rows.mean(dim=0).clamp(_LEAST, 1 - _LEAST).logit())
                return
            last.bias.zero_()
            self._settle_line(self.line, rows, given)

    def _settle_line(self, line: nn.Linear, rows: Tensor, given: Tensor | None) -> None:
        known = with_given(rows.new_ones(len(rows), 1), given).double()
        fitted = torch.linalg.lstsq(known, rows, driver="gelsd").solution
        strength, directions = torch.linalg.svd(rows - known @ fitted, full_matrices=False)[1:]
        latent = line.in_features - known.shape[1] + 1
        most = min(latent, len(strength))
        line.weight.zero_()
        spread = strength[:most] / len(rows) ** 0.5
        line.weight[:, :most] = (spread[:, None] * directions[:most]).T
        line.weight[:, latent:] = fitted[1:].T
        line.bias.copy_(fitted[0])

    def forward(self, codes: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the samples that codes stand for."""
        codes = with_given(codes, given)
        found = self.layers(codes)
        found = found.sigmoid() if self.line is None else found + self.line(codes)
        return found.unflatten(1, self.shape)


class DenseDiscriminator(Discriminator):
    """Samples (batch, *shape) to verdicts by layers of full connections.

    Parameters
    ----------
    shape, given, hidden
        As of the generator.
    """

    def __init__(self, shape: Sequence[int], given: int, hidden: Sequence[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        for before, after in pairwise((prod(shape), *hidden)):
            layers += [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers)
        self.verdict = Verdict((prod(shape), *hidden)[-1], given)

    def features(self, x: Tensor) -> Tensor:
        """Return what is seen of samples, (batch, feature)."""
        return self.layers(x)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the verdicts on samples."""
        return self.verdict(self.layers(x), given)


class ConvolutionalGenerator(nn.Module):
    """Codes to images (batch, channel, height, width) by transposed convolutions (DCGAN).

    Parameters
    ----------
    latent, given : int
        Numbers in a code, and in what is known of an image.
    shape : (channels, height, width)
        Of an image.
    widths : sequence of int
        Channels at every size, from half the size of the image on; each further one halves it.
    """

    def __init__(
        self, latent: int, given: int, shape: tuple[int, ...], widths: Sequence[int]
    ) -> None:
        super().__init__()
        self.sizes = stages(shape[1:], len(widths))
        widths = tuple(widths)[: max(1, len(self.sizes) - 1)]
        self.smallest = (widths[-1], *self.sizes[-1])
        self.start = nn.Sequential(
            nn.Linear(latent + given, prod(self.smallest), bias=False),
            nn.Unflatten(1, self.smallest),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        through = (*widths[::-1], shape[0])[-len(self.sizes) :]
        for before, after in pairwise(through):
            self.stages.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in through[1:-1])
        if len(self.sizes) == 1:  # an image of one place
            self.stages.append(nn.Conv2d(widths[0], shape[0], 1))
        _begin(self)

    def forward(self, codes: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the images that codes stand for, with values in [0, 1]."""
        x = self.start(with_given(codes, given))
        for i, stage in enumerate(self.stages):
            height, width = self.sizes[max(0, len(self.sizes) - 2 - i)]
            x = stage(x)[:, :, :height, :width]  # what halved to this may be one place smaller
            if i < len(self.norms):
                x = torch.relu(self.norms[i](x))
        return torch.sigmoid(2 * x)


class ConvolutionalDiscriminator(Discriminator):
    """Images (batch, channel, height, width) to verdicts by strided convolutions (DCGAN).

    Parameters
    ----------
    shape, given, widths
        As of the generator.
    normalised : bool, default True
        Whether batches are normalised behind all convolutions but the first. A gradient penalty
        forbids it.
    """

    def __init__(
        self, shape: tuple[int, ...], given: int, widths: Sequence[int], *, normalised: bool = True
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise((shape[0], *widths))):
            normal = normalised and i > 0
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=not normal)]
            layers += [nn.BatchNorm2d(after)] if normal else []
            layers += [nn.LeakyReLU(SLOPE)]
        self.maps = nn.Sequential(*layers)
        size = stages(shape[1:], len(widths))[-1]
        self.verdict = Verdict(tuple(widths)[-1] * prod(size), given)
        _begin(self)

    def features(self, x: Tensor) -> Tensor:
        """Return what is seen of images in each quarter of them, (batch, feature)."""
        return adaptive_avg_pool2d(self.maps(2 * x - 1), _LOOKS).flatten(1)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the verdicts on images."""
        return self.verdict(self.maps(2 * x - 1).flatten(1), given)


def with_given(codes: Tensor, given: Tensor | None) -> Tensor:
    """Return codes with conditions behind them, (batch, latent + given)."""
    return codes if given is None else torch.cat([codes, given], dim=1)


def _begin(network: nn.Module) -> None:
    """Draw the weights of convolutions as DCGAN begins with them."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, _SPREAD)
