"""Generator of StyleGAN: images from a constant, by a style at every layer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod, sqrt

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, interpolate, leaky_relu

from likely.nets.convolution import stages
from likely.nets.even_layers import GAIN, EvenLinear
from likely.nets.players import SLOPE, with_given

_MAPPING_PACE = 0.01  # of the mapping network beside all others
_REMEMBERED = 0.005  # share of the latest step in the mean style, once it has settled
_PULL = 0.01  # and in the usual path length
_TINY = 1e-8


class Mapping(nn.Module):
    """Codes to styles, from which the causes of images can be told better (Karras et al., 2019).

    The mean style is kept as `usual`.

    Parameters
    ----------
    latent, given : int
        Numbers in a code, and in a style; and in what is known of an image.
    layers : int
        How many layers there are.
    """

    usual: Tensor
    seen: Tensor

    def __init__(self, latent: int, given: int, layers: int) -> None:
        super().__init__()
        self.asked = EvenLinear(given, latent) if given else None
        known = latent if given else 0
        self.layers = nn.ModuleList(
            EvenLinear(latent + (0 if i else known), latent, _MAPPING_PACE) for i in range(layers)
        )
        self.register_buffer("usual", torch.zeros(latent))
        self.register_buffer("seen", torch.zeros(()))  # steps

    def forward(self, codes: Tensor, given: Tensor | None) -> Tensor:
        """Return styles, (batch, latent)."""
        known = None if self.asked is None or given is None else _normalised(self.asked(given))
        x = with_given(_normalised(codes), known)
        for layer in self.layers:
            x = leaky_relu(layer(x), SLOPE) * GAIN
        return x

    def remember(self, styles: Tensor) -> None:
        """Take up the mean of styles into the mean style."""
        with torch.no_grad():
            self.seen += 1
            share = (1 / self.seen).clamp_min(_REMEMBERED)
            self.usual.lerp_(styles.mean(dim=0).to(self.usual), share)


class Styled(nn.Module):
    """A convolution whose channels a style weighs, and that keeps their size.

    What comes in is multiplied by the style, and what goes out divided by how large the style must
    have made it (demodulation; Karras et al., 2020): the same as weights of its own for every
    image, and cheaper.

    Parameters
    ----------
    before, after, style : int
        Channels that come in and go out, and numbers in a style.
    size : (height, width)
        Of what goes out.
    doubles : bool
        Whether images come in at half that size, rounded up.
    """

    usual: Tensor

    def __init__(
        self, before: int, after: int, style: int, size: tuple[int, ...], *, doubles: bool
    ) -> None:
        super().__init__()
        kernel = (before, after, 4, 4) if doubles else (after, before, 3, 3)
        self.weight = nn.Parameter(torch.randn(kernel))
        self.bias = nn.Parameter(torch.zeros(1, after, 1, 1))
        self.strength = nn.Parameter(torch.zeros(()))  # of noise
        self.style = EvenLinear(style, before, bias=1.0)
        self.register_buffer("usual", torch.randn(1, 1, *size))  # noise that is always the same
        self.doubles = doubles

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Return what goes out, (batch, after, height, width)."""
        weigh, (height, width) = self.style(style), self.usual.shape[2:]
        x = x * weigh[:, :, None, None]
        size = self.weight.square().sum(dim=(2, 3))  # (after, before)
        if self.doubles:
            x = conv_transpose2d(x, self.weight, stride=2, padding=1)[:, :, :height, :width]
            size = size.T / 4  # a place gets one tap of four
        else:
            x = conv2d(x, self.weight, padding=1)
        usual = (weigh.square() @ size.T + _TINY).rsqrt() * GAIN
        added = self.bias + self.strength * self._noise(len(x))
        return leaky_relu(torch.addcmul(added, x, usual[:, :, None, None]), SLOPE)

    def _noise(self, n: int) -> Tensor:
        if not self.training:
            return self.usual
        return torch.randn(n, *self.usual.shape[1:], device=self.usual.device).to(self.usual)


class ToImage(nn.Module):
    """Maps to the channels of an image at each place, weighed by a style."""

    def __init__(self, before: int, channels: int, style: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, before))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.style = EvenLinear(style, before, bias=1.0)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Return images, (batch, channel, height, width)."""
        weigh = self.style(style) / sqrt(self.weight.shape[1])
        x = x * weigh[:, :, None, None]
        return conv2d(x, self.weight[:, :, None, None], self.bias)


class StyleGenerator(nn.Module):
    """Codes to images (batch, channel, height, width), from coarse to fine.

    It begins with a learnt constant. Every size has two layers, the smallest one; each weighs its
    channels by a style and adds noise. What all sizes draw is summed up.

    Parameters
    ----------
    latent, given : int
        Numbers in a code, and in what is known of an image.
    shape : (channels, height, width)
        Of an image.
    widths : sequence of int
        Channels at every size, from that of the image on; each further one halves it.
    mapping : int
        Layers from codes to styles.
    crossed : float
        Share of the images that are learnt with the styles of two codes.

    Attributes
    ----------
    depth : int
        How many styles an image has.
    """

    stretch: Tensor

    def __init__(
        self,
        latent: int,
        given: int,
        shape: tuple[int, ...],
        widths: Sequence[int],
        mapping: int,
        crossed: float,
    ) -> None:
        super().__init__()
        sizes = stages(shape[1:], len(widths) - 1)[::-1]
        widths = tuple(widths)[: len(sizes)][::-1]
        self.mapping = Mapping(latent, given, mapping)
        self.constant = nn.Parameter(torch.randn(1, widths[0], *sizes[0]))
        layers = [Styled(widths[0], widths[0], latent, sizes[0], doubles=False)]
        for (before, after), size in zip(pairwise(widths), sizes[1:], strict=True):
            layers.append(Styled(before, after, latent, size, doubles=True))
            layers.append(Styled(after, after, latent, size, doubles=False))
        self.layers = nn.ModuleList(layers)
        self.to_image = nn.ModuleList(ToImage(width, shape[0], latent) for width in widths)
        self.latent, self.depth, self.crossed = latent, len(layers), crossed
        self.register_buffer("stretch", torch.zeros(()))  # usual length of paths

    def forward(self, codes: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the images that codes stand for, with values in [0, 1]."""
        if not self.training:
            return self.drawn(self.everywhere(self.mapping(codes, given)))
        pairs = torch.cat([codes, torch.randn_like(codes)])
        twice = None if given is None else torch.cat([given, given])
        styles = self.mapping(pairs, twice)
        self.mapping.remember(styles)
        return self.drawn(self._crossed(*styles.chunk(2)))

    def everywhere(self, styles: Tensor) -> Tensor:
        """Return styles (batch, latent) for all layers alike, (batch, depth, latent)."""
        return styles[:, None].expand(-1, self.depth, -1)

    def mixed(self, first: Tensor, second: Tensor, layers: int | Tensor) -> Tensor:
        """Return the first styles for the first so many layers, the second ones for the others."""
        place = torch.arange(self.depth, device=first.device)[None, :, None]
        return torch.where(place < layers, first[:, None], second[:, None])

    def drawn(self, styles: Tensor) -> Tensor:
        """Return the images that styles (batch, depth, latent) stand for."""
        x = self.layers[0](self.constant.expand(len(styles), -1, -1, -1), styles[:, 0])
        image = self.to_image[0](x, styles[:, 0])
        for i in range(1, self.depth, 2):  # every size
            x = self.layers[i + 1](self.layers[i](x, styles[:, i]), styles[:, i + 1])
            image = _larger(image, x) + self.to_image[(i + 1) // 2](x, styles[:, i + 1])
        return torch.sigmoid(2 * image)

    def unevenness(self, codes: Tensor, given: Tensor | None) -> Tensor:
        """Return how far images change by more or less than usual as styles do, (batch,).

        The path length penalty of Karras et al. (2020): a step in styles should change an image as
        much wherever it is taken, and in whatever direction.
        """
        styles = self.everywhere(self.mapping(codes, given))
        images = self.drawn(styles)
        ways = torch.randn_like(images) / sqrt(prod(images.shape[2:]))
        (slope,) = torch.autograd.grad((images * ways).sum(), styles, create_graph=True)
        lengths = (slope.square().sum(dim=2).mean(dim=1) + _TINY).sqrt()
        self.stretch.lerp_(lengths.detach().mean().to(self.stretch), _PULL)
        return (lengths - self.stretch.clone()).square()

    def _crossed(self, first: Tensor, second: Tensor) -> Tensor:
        """Return styles that pass from one code to another at some layer, or do not."""
        shape, device = (len(first), 1, 1), first.device
        where = torch.randint(1, max(2, self.depth), shape, device=device)
        apart = torch.rand(shape, device=device) < self.crossed
        return self.mixed(first, second, torch.where(apart, where, self.depth))


def _normalised(codes: Tensor) -> Tensor:
    """Return codes of mean square 1."""
    return codes * (codes.square().mean(dim=1, keepdim=True) + _TINY).rsqrt()


def _larger(image: Tensor, like: Tensor) -> Tensor:
    """Return an image at twice its size, or one place less, as maps have it."""
    height, width = like.shape[2:]
    return interpolate(image, scale_factor=2, mode="bilinear")[:, :, :height, :width]
