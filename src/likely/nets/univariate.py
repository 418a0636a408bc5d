"""Increasing maps of one number each, steered by what a network says.

The parameters are those of zuko's transforms, so that equal weights give equal densities: they are
drawn in softly, so that no map is steeper than 1000 or flatter than 1/1000 of what is usual.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import log

import torch
import torch.nn.functional as F
from torch import Tensor

LEAST_SLOPE = 1e-3
_SOFT = -log(LEAST_SLOPE)


class Univariate(ABC):
    """An increasing map of numbers.

    `count` is how many parameters each number needs; all zero, the map is the identity.
    """

    count: int

    @abstractmethod
    def forward(self, x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return mapped numbers and log-derivatives; `x` is (...), `raw` (..., count)."""

    @abstractmethod
    def inverse(self, z: Tensor, raw: Tensor) -> Tensor:
        """Return the numbers that `forward` maps to `z`."""


class Shift(Univariate):
    """Adds a number (Dinh et al., 2015)."""

    count = 1

    def forward(self, x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return shifted numbers, whose log-derivatives are 0."""
        return x + raw[..., 0], torch.zeros_like(x)

    def inverse(self, z: Tensor, raw: Tensor) -> Tensor:
        """Shift back."""
        return z - raw[..., 0]


class Affine(Univariate):
    """Scales and shifts (Dinh et al., 2017)."""

    count = 2

    def forward(self, x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return exp(a) x + b and a."""
        size = _soften(raw[..., 1])
        return x * size.exp() + raw[..., 0], size

    def inverse(self, z: Tensor, raw: Tensor) -> Tensor:
        """Return (z - b) / exp(a)."""
        return (z - raw[..., 0]) * (-_soften(raw[..., 1])).exp()


class Spline(Univariate):
    """A monotonic rational-quadratic spline on [-bound, bound], the identity beyond (Durkan, 2019).

    Parameters
    ----------
    bins : int in [2, inf), default 8
        Pieces of the spline.
    bound : float in (0, inf), default 5.0
        Where it ends.
    """

    def __init__(self, bins: int = 8, bound: float = 5.0) -> None:
        self.bins, self.bound = bins, bound
        self.count = 3 * bins - 1

    def forward(self, x: Tensor, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Return mapped numbers and log-derivatives."""
        return rational_quadratic(x, *self._knots(raw))

    def inverse(self, z: Tensor, raw: Tensor) -> Tensor:
        """Return the roots, one each."""
        return inverse_rational_quadratic(z, *self._knots(raw))

    def _knots(self, raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return places, heights and slopes of the knots, (..., bins + 1) each."""
        raw = raw.double() if raw.dtype == torch.float64 else raw.float()
        across, up, slopes = raw.split([self.bins, self.bins, self.bins - 1], dim=-1)
        ends = F.pad(_soften(slopes), (1, 1)).exp()
        return self._places(across), self._places(up), ends

    def _places(self, raw: Tensor) -> Tensor:
        sizes = _soften(raw, 0.5).exp()  # within 32 of 1: a softmax need not be careful
        ends = F.pad(sizes.cumsum(dim=-1), (1, 0))
        return self.bound * (2 * ends / ends[..., -1:] - 1)


def rational_quadratic(
    x: Tensor, across: Tensor, up: Tensor, slopes: Tensor
) -> tuple[Tensor, Tensor]:
    """Return a monotonic rational-quadratic spline and its log-derivative (Durkan et al., 2019).

    Beyond the knots it goes on as a straight line.

    Parameters
    ----------
    x : Tensor of shape (...)
        Numbers.
    across, up, slopes : Tensor of shape (..., knots)
        Ascending places and heights of the knots, and positive slopes there.
    """
    (x0, x1), (y0, y1), (d0, d1) = _around(x, across, across, up, slopes)
    steep = (y1 - y0) / (x1 - x0)
    inside = x.clamp(across[..., 0], across[..., -1])
    t = (inside - x0) / (x1 - x0)
    rest = t * (1 - t)
    bottom = steep + (d0 + d1 - 2 * steep) * rest
    y = y0 + (y1 - y0) * (steep * t * t + d0 * rest) / bottom
    top = d1 * t * t + 2 * steep * rest + d0 * (1 - t) ** 2
    gain = 2 * (steep / bottom).log() + top.log()
    return y + (x - inside) * torch.where(t < 0.5, d0, d1), gain


def inverse_rational_quadratic(z: Tensor, across: Tensor, up: Tensor, slopes: Tensor) -> Tensor:
    """Return the numbers that `rational_quadratic` maps to `z`.

    Parameters
    ----------
    z : Tensor of shape (...)
        Numbers.
    across, up, slopes : Tensor of shape (..., knots)
        As there.
    """
    (x0, x1), (y0, y1), (d0, d1) = _around(z, up, across, up, slopes)
    steep = (y1 - y0) / (x1 - x0)
    inside = z.clamp(up[..., 0], up[..., -1])
    rise = inside - y0
    curve = d0 + d1 - 2 * steep
    a = (y1 - y0) * (steep - d0) + rise * curve
    b = (y1 - y0) * d0 - rise * curve
    root = (b * b + 4 * a * steep * rise).clamp(min=0).sqrt()
    t = (2 * steep * rise / (b + root)).clamp(0, 1)
    beyond = (z - inside) / torch.where(t < 0.5, d0, d1)
    return x0 + t * (x1 - x0) + beyond


def _around(value: Tensor, by: Tensor, *knots: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return each sort of knots before and behind a value, whose place is sought among `by`."""
    place = (by[..., 1:-1] <= value[..., None]).sum(dim=-1, keepdim=True)
    both = torch.cat([place, place + 1], dim=-1)
    found = []
    for some in knots:
        pair = some.expand(*both.shape[:-1], some.shape[-1]).gather(-1, both)
        found.append((pair[..., 0], pair[..., 1]))
    return found


def _soften(raw: Tensor, share: float = 1.0) -> Tensor:
    """Return log-sizes drawn in softly, so that they stay within a share of log(1000)."""
    return raw / (1 + raw.abs() / (share * _SOFT))
