"""Pictures as maps of features: what a trained network sees at every place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.core.errors import ParameterError
from likely.core.progress import track
from likely.core.random import generator
from likely.data.form import Form
from likely.data.shaped import Shaped
from likely.nets.efficientnet import continued, fused, pretrained

PIXELS = 4 * 256 * 256
"""Pixels that pass the network at once; more are no faster on a CPU."""

MOST_KEPT = 512 * 2**20
"""Bytes of maps that are kept between two passes over the same pictures; beyond, they are made
anew, so that memory does not grow with the number of pictures."""

_MARGIN = 64  # pixels around a tile, from which its features are made too


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into maps of features.

    Parameters
    ----------
    network : Module
        From pictures in [0, 1], (batch, 3, height, width), to one map or several.
    digest : bytes
        SHA-256 of its weights.
    tile : int or None
        Side of the tiles that larger pictures are cut into, in pixels.
    average : int
        Side of the neighbourhood that features are averaged over, in places of each map.
    device : str
        Where it runs.
    """

    network: nn.Module = field(repr=False)
    digest: bytes
    tile: int | None = None
    average: int = 1
    device: str = "cpu"

    def maps(self, pictures: np.ndarray) -> np.ndarray:
        """Return features at every place of the finest map.

        Parameters
        ----------
        pictures : ndarray of float32, shape (batch, channel, height, width)
            In [0, 1]. One channel is shown as grey. Other numbers than three are shown as one grey
            picture each, and their features are mixed at random, always in the same way.

        Returns
        -------
        ndarray of float32, shape (batch, rows, columns, width)
        """
        x = torch.from_numpy(np.ascontiguousarray(pictures))
        with torch.inference_mode():
            if x.shape[1] == 3:
                found = self._tiled(x)
            else:
                grey = x.flatten(0, 1)[:, None].expand(-1, 3, -1, -1)
                found = self._tiled(grey).unflatten(0, x.shape[:2])
                found = found.flatten(1, 2) if x.shape[1] > 1 else found[:, 0]
        features = found.permute(0, 2, 3, 1).contiguous().cpu().numpy()
        extra = pictures.shape[1] if pictures.shape[1] != 3 else 1
        return features @ _mixing(features.shape[-1], extra) if extra > 1 else features

    def _tiled(self, x: Tensor) -> Tensor:
        """Return the features of pictures, (batch, width, rows, columns), perhaps by tiles."""
        height, width = x.shape[-2:]
        if self.tile is None or max(height, width) <= self.tile:
            return self._run(x)
        strips = []
        for top in range(0, height, self.tile):
            row = [self._one_tile(x, top, left) for left in range(0, width, self.tile)]
            strips.append(torch.cat(row, dim=3))
        return torch.cat(strips, dim=2)

    def _one_tile(self, x: Tensor, top: int, left: int) -> Tensor:
        """Return the features of one tile, seen with its surroundings."""
        assert self.tile is not None
        height, width = x.shape[-2:]
        above, before = max(top - _MARGIN, 0), max(left - _MARGIN, 0)
        below, behind = min(top + self.tile, height), min(left + self.tile, width)
        part = x[..., above : below + _MARGIN, before : behind + _MARGIN]
        found = self._run(part)
        stride = -(-part.shape[-2] // found.shape[-2])
        first, second = (top - above) // stride, (left - before) // stride
        rows, columns = -(-(below - top) // stride), -(-(behind - left) // stride)
        return found[..., first : first + rows, second : second + columns]

    def _run(self, x: Tensor) -> Tensor:
        """Return all maps at the places of the finest, (batch, width, rows, columns)."""
        x = x.to(self.device)
        maps = self.network(x.contiguous(memory_format=torch.channels_last))
        maps = [maps] if isinstance(maps, Tensor) else list(maps)
        if not maps or any(one.ndim != 4 for one in maps):
            raise ParameterError(
                "A backbone must return one map of features or a list of them, each of shape "
                "(batch, channel, height, width)."
            )
        finest = max((one.shape[-2:] for one in maps), key=lambda size: size[0] * size[1])
        if self.average > 1:
            side = self.average
            maps = [F.avg_pool2d(one, side, 1, side // 2, count_include_pad=False) for one in maps]
        return torch.cat(
            [
                one
                if one.shape[-2:] == finest
                else F.interpolate(one, size=finest, mode="bilinear", align_corners=False)
                for one in maps
            ],
            dim=1,
        ).float()


def imagenet(layers: Sequence[int]) -> tuple[nn.Module, bytes]:
    """Return the pretrained network up to some layers, shared by all models, and its digest."""
    return _imagenet(tuple(layers))


@cache
def _imagenet(layers: tuple[int, ...]) -> tuple[nn.Module, bytes]:
    found, digest = pretrained(layers)
    network: Any = continued(fused(found))  # the stub of `to` knows no memory format alone
    return network.to(memory_format=torch.channels_last), bytes.fromhex(digest)


def digest_of(network: nn.Module) -> bytes:
    """Return the SHA-256 of all names and weights of a network."""
    found = hashlib.sha256()
    for name, value in network.state_dict().items():
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().numpy().tobytes())
    return found.digest()


class Pictures:
    """Pictures brought to one size, one batch at a time, when they are looked at.

    Parameters
    ----------
    form : Form
        What was learnt of the pictures.
    samples : Shaped
        The pictures, perhaps files.
    size : tuple of int
        Height and width that the network sees.
    hidden : ndarray of bool, shape (height, width), optional
        What is painted over in grey, so that it does not matter, over the pictures seen.
    """

    def __init__(
        self,
        form: Form,
        samples: Shaped,
        size: tuple[int, int],
        hidden: np.ndarray | None = None,
    ) -> None:
        self.samples = samples
        self._hidden = hidden
        self.batch = max(1, PIXELS // (size[0] * size[1] * form.channels))
        self._shown = form.with_shape(size)
        self._kept: list[np.ndarray] = []

    def __len__(self) -> int:
        return len(self.samples)

    def show(self, number: int) -> np.ndarray:
        """Return one batch, float32 of shape (batch, channel, height, width), most in [0, 1]."""
        start = number * self.batch
        part = self.samples.take(slice(start, start + self.batch))
        whole = [_finite(one, self._shown) for one in part]
        found = self._shown.features(replace(part, parts=whole))
        if self._hidden is not None:
            found[..., self._hidden] = 0.5
        return found

    def shown(self) -> Iterator[np.ndarray]:
        """Yield batch after batch, (batch, channel, height, width)."""
        return (self.show(number) for number in range(-(-len(self) // self.batch)))

    def maps(self, backbone: Backbone, *, keep: bool = False) -> Iterator[np.ndarray]:
        """Yield the features of batch after batch, (batch, rows, columns, width).

        Parameters
        ----------
        backbone : Backbone
            Makes them.
        keep : bool, default False
            Whether to keep as many as memory allows for another pass.
        """
        yield from self._kept
        room = MOST_KEPT - sum(maps.nbytes for maps in self._kept)
        left = range(len(self._kept), -(-len(self) // self.batch))
        for number in track(left, "Looking at pictures"):
            maps = backbone.maps(self.show(number))
            room -= maps.nbytes
            if keep and room >= 0 and number == len(self._kept):
                self._kept.append(maps)
            yield maps


def _finite(sample: np.ndarray, form: Form) -> np.ndarray:
    """Return a picture whose holes are as dark as can be, and what is infinite, far away."""
    if sample.dtype.kind != "f" or np.isfinite(sample).all():
        return sample
    low, high = form.centre[0] - form.scale[0], form.centre[0] + 2 * form.scale[0]
    return np.nan_to_num(sample, nan=form.centre[0], posinf=high, neginf=low)


@cache
def _mixing(width: int, extra: int) -> np.ndarray:
    """Return a fixed random matrix that mixes features of several channels into those of one."""
    drawn = generator(0).normal(size=(width, width // extra))
    return np.linalg.qr(drawn)[0].astype(np.float32)
