"""Players of translation between sets of images: a generator into every set, a judge of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from likely.nets.convolution import stages
from likely.nets.players import SLOPE

_LOOKS = 2  # places along each axis, at which a discriminator's maps count as features
_EXCHANGED = 0.5  # of the translations, for earlier ones
_LEAST_VARIANCE = 1e-3  # of a channel, below which it counts as noise


class InstanceNorm(nn.Module):
    """Every channel of every image with mean 0 and spread 1, then stretched and moved.

    Images of one place are 0 then; a batch does not matter.

    Parameters
    ----------
    width : int
        Channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stretch = nn.Parameter(torch.ones(width, 1, 1))
        self.move = nn.Parameter(torch.zeros(width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return normalised maps, (batch, width, height, width)."""
        x = x - x.mean(dim=(2, 3), keepdim=True)
        spread = (x.square().mean(dim=(2, 3), keepdim=True) + _LEAST_VARIANCE).sqrt()
        return x / spread * self.stretch + self.move


class Block(nn.Module):
    """Two convolutions whose result is added to what came in, (batch, width, height, width).

    Parameters
    ----------
    width : int
        Channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            InstanceNorm(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            InstanceNorm(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps with something added."""
        return x + self.layers(x)


class ImageEncoder(nn.Module):
    """Images to maps of what they show, (batch, widths[-1], *smallest).

    Parameters
    ----------
    shape : (channels, height, width)
        Of an image.
    widths : sequence of int
        Channels at every size, from that of the images on; each further one halves it.
    blocks : int
        Residual blocks at the smallest size.
    """

    def __init__(self, shape: tuple[int, ...], widths: Sequence[int], blocks: int) -> None:
        super().__init__()
        widths = tuple(widths)[: len(stages(shape[1:], len(widths) - 1))]
        layers: list[nn.Module] = [nn.Conv2d(shape[0], widths[0], 3, padding=1), nn.ReLU()]
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)]
            layers += [InstanceNorm(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, *[Block(widths[-1]) for _ in range(blocks)])

    def forward(self, x: Tensor) -> Tensor:
        """Return what images show."""
        return self.layers(2 * x - 1)


class ImageDecoder(nn.Module):
    """Maps of what images show to images with values in [0, 1]; the encoder's mirror image.

    Parameters
    ----------
    shape, widths, blocks
        As of the encoder.
    """

    def __init__(self, shape: tuple[int, ...], widths: Sequence[int], blocks: int) -> None:
        super().__init__()
        self.sizes = stages(shape[1:], len(widths) - 1)
        widths = tuple(widths)[: len(self.sizes)]
        self.blocks = nn.Sequential(*[Block(widths[-1]) for _ in range(blocks)])
        self.larger = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)
            for before, after in pairwise(widths[::-1])
        )
        self.norms = nn.ModuleList(InstanceNorm(after) for after in widths[-2::-1])
        self.pixels = nn.Conv2d(widths[0], shape[0], 3, padding=1)

    def forward(self, shown: Tensor) -> Tensor:
        """Return images."""
        x = self.blocks(shown)
        for layer, norm, size in zip(self.larger, self.norms, self.sizes[-2::-1], strict=True):
            x = layer(x)[:, :, : size[0], : size[1]]  # what halved to this may be a place smaller
            x = torch.relu(norm(x))
        return torch.sigmoid(2 * self.pixels(x))


class Generators(nn.Module):
    """A generator into every set: an encoder of its own or the one of all, and a decoder.

    Parameters
    ----------
    sets : int
        How many there are.
    shape, widths, blocks
        As of the encoder; half of the blocks are its own, the rest the decoder's.
    shared : bool
        Whether there is one encoder.
    """

    def __init__(
        self, sets: int, shape: tuple[int, ...], widths: Sequence[int], blocks: int, *, shared: bool
    ) -> None:
        super().__init__()
        half = blocks // 2
        self.encoders = nn.ModuleList(
            ImageEncoder(shape, widths, half) for _ in range(1 if shared else sets)
        )
        self.decoders = nn.ModuleList(
            ImageDecoder(shape, widths, blocks - half) for _ in range(sets)
        )

    def forward(self, x: Tensor, to: int) -> Tensor:
        """Return images as if they were of a set."""
        return self.decoders[to](self.encoders[to % len(self.encoders)](x))


class PatchDiscriminators(nn.Module):
    """For every set a discriminator that judges patches of an image (Isola et al., 2017).

    Parameters
    ----------
    sets, shape : as of the generators
        What is judged.
    widths : sequence of int
        Channels behind every halving.
    """

    def __init__(self, sets: int, shape: tuple[int, ...], widths: Sequence[int]) -> None:
        super().__init__()
        self.judges = nn.ModuleList()
        for _ in range(sets):
            layers: list[nn.Module] = []
            for i, (before, after) in enumerate(pairwise((shape[0], *widths))):
                layers += [nn.Conv2d(before, after, 3, stride=2, padding=1)]
                layers += [InstanceNorm(after)] if i else []
                layers += [nn.LeakyReLU(SLOPE)]
            self.judges.append(nn.Sequential(*layers))
        self.verdicts = nn.ModuleList(nn.Conv2d(widths[-1], 1, 3, padding=1) for _ in range(sets))

    def features(self, x: Tensor) -> Tensor:
        """Return what all of them see of images in each quarter, (batch, feature)."""
        seen = [adaptive_avg_pool2d(judge(2 * x - 1), _LOOKS) for judge in self.judges]
        return torch.cat(seen, dim=1).flatten(1)

    def forward(self, x: Tensor, of: int) -> Tensor:
        """Return how real the patches of images look as some of one set, (batch, patch)."""
        return self.verdicts[of](self.judges[of](2 * x - 1)).flatten(1)


class Pool(nn.Module):
    """Earlier translations into every set, for discriminators to see among the latest ones.

    So they do not forget what they could tell, and players do not turn in a circle (Shrivastava et
    al., 2017). They are bytes, which no average of weights touches.

    Parameters
    ----------
    sets, shape : as of the generators
        What is kept.
    size : int
        How many of each set.
    """

    images: Tensor
    filled: Tensor

    def __init__(self, sets: int, shape: tuple[int, ...], size: int) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(sets, size, *shape, dtype=torch.uint8))
        self.register_buffer("filled", torch.zeros(sets, dtype=torch.int64))

    def exchanged(self, made: Tensor, of: int) -> Tensor:
        """Return translations, every other one exchanged for an earlier one whose place it takes.

        Parameters
        ----------
        made : Tensor of shape (batch, channel, height, width)
            The latest ones, with values in [0, 1].
        of : int
            The set that they are of.
        """
        kept, shown = self.images[of], made.detach().clone()
        fresh = (255 * shown).round().to(torch.uint8)
        filled = int(self.filled[of])
        free = min(len(kept) - filled, len(made))
        kept[filled : filled + free] = fresh[:free]
        self.filled[of] = filled + free
        places = torch.randperm(len(kept))[: len(made) - free].to(kept.device)
        here = free + torch.arange(len(places), device=kept.device)
        chosen = torch.rand(len(places)).to(kept.device) < _EXCHANGED
        here, places = here[chosen], places[chosen]
        shown[here] = kept[places].to(made.dtype) / 255
        kept[places] = fresh[here]
        return shown


class Translators(nn.Module):
    """The players of all sets.

    Parameters
    ----------
    generator : Module
        From images and the number of a set to images of that set.
    discriminator : Module
        From images and the number of a set to verdicts (batch, patch); with `features`.
    pool : Pool or None, default None
        Earlier translations; None: discriminators see the latest ones only.
    """

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, pool: Pool | None = None
    ) -> None:
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.pool = pool
