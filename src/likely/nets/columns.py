"""Where flows over columns start: what is linear and the marginals, learnt before the network.

Both are bijections whose numbers come from the rows themselves. A flow that begins with them is a
fair density before its first step, and the network learns only what they leave.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import ndtr, ndtri
from torch import Tensor

from likely.nets.bijections import Bijection
from likely.nets.scale import KNEE
from likely.nets.univariate import inverse_rational_quadratic, rational_quadratic

KNOTS = 16
_LEAST = 1e-3  # spreads
_STRONG = 0.75
_EXTREME = 3  # rows beyond the last knot


class Whitening(Bijection):
    """Takes out of every column what is linear in the columns before it, and in what is given.

    Parameters
    ----------
    width : int
        Columns.
    least : float in [0, 1), default 0.0
        Share of the variance of a column that must be linear in others for it to be taken out.
        Otherwise the column is shifted and scaled only, so that its gaps and spikes stay.
    given : int, default 0
        Numbers that rows are given.
    """

    centre: Tensor
    triangle: Tensor
    middle: Tensor
    share: Tensor

    def __init__(self, width: int, least: float = 0.0, given: int = 0) -> None:
        super().__init__()
        self.least = least
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("triangle", torch.eye(width))  # lower
        if given:
            self.register_buffer("middle", torch.zeros(given))
            self.register_buffer("share", torch.zeros(width, given))

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return columns of spread 1."""
        gain = self.triangle.diagonal().log()
        with torch.autocast(x.device.type, enabled=False):  # small differences of large numbers
            z = (x - self.centre) @ self.triangle.T + self._told(x, given)
        return z, gain.expand_as(x)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Put what is linear back."""
        z = z - self._told(z, given)
        return torch.linalg.solve_triangular(self.triangle, z.T, upper=False).T + self.centre

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Regress every column on those before it."""
        known = 0 if given is None else given.shape[1]
        every = x if given is None else torch.cat([given, x], dim=1)
        centre, triangle = (
            torch.from_numpy(part) for part in triangle_of(every.double().cpu().numpy(), self.least)
        )
        self.centre.copy_(centre[known:])
        self.triangle.copy_(triangle[known:, known:])
        if known:
            self.middle.copy_(centre[:known])
            self.share.copy_(triangle[known:, :known])

    def _told(self, x: Tensor, given: Tensor | None) -> Tensor:
        """Return what is added for what rows are given."""
        if given is None:
            return x.new_zeros(())
        return (given.to(x.dtype) - self.middle) @ self.share.T


class Marginals(Bijection):
    """Makes every column standard normal by a spline through quantiles.

    Parameters
    ----------
    width : int
        Columns.
    knots : int, default 16
        Quantiles.
    """

    across: Tensor
    up: Tensor
    slopes: Tensor

    def __init__(self, width: int, knots: int = KNOTS) -> None:
        super().__init__()
        line = torch.linspace(-3, 3, knots).repeat(width, 1)
        self.register_buffer("across", line)
        self.register_buffer("up", line.clone())
        self.register_buffer("slopes", torch.ones(width, knots))

    def forward(self, x: Tensor, given: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return columns that are each about standard normal."""
        return rational_quadratic(x, self.across, self.up, self.slopes)

    def inverse(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """Return the columns as they were."""
        return inverse_rational_quadratic(z, self.across, self.up, self.slopes)

    def settle(self, x: Tensor, given: Tensor | None = None) -> None:
        """Take the quantiles of rows."""
        found = quantile_knots(x.double().cpu().numpy(), self.up.shape[1])
        for buffer, values in zip((self.across, self.up, self.slopes), found, strict=True):
            buffer.copy_(torch.from_numpy(values))


def triangle_of(x: np.ndarray, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return means, and the lower triangle that takes out of every column what is linear.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    least : float in [0, 1), default 0.0
        As in `Whitening`.
    """
    n, width = x.shape
    centre = x.mean(axis=0)
    spread = np.maximum(x.std(axis=0), _LEAST)
    scaled = (x - centre) / spread
    ridge = 1e-7 + width / (n * 1e3)
    moments = scaled.T @ scaled / n
    triangle = np.eye(width)
    for j in range(1, width):
        before = moments[:j, :j] + ridge * np.eye(j)
        weights = np.linalg.solve(before, moments[:j, j])
        left = float(np.mean((scaled[:, j] - scaled[:, :j] @ weights) ** 2))
        if left <= (1 - least) * moments[j, j]:
            size = np.sqrt(left + 1e-7)
            triangle[j, :j], triangle[j, j] = -weights / size, 1 / size
    return centre, triangle / spread


def quantile_knots(x: np.ndarray, knots: int = KNOTS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return places, heights and slopes of splines that make columns normal, (width, knots) each.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows.
    knots : int, default 16
        Quantiles of each column.
    """
    n, width = x.shape
    end = -float(ndtri(min(0.3, _EXTREME / n)))
    up = np.linspace(-end, end, knots)
    across = np.quantile(x, ndtr(up), axis=0, method="hazen").T  # (width, knots)
    for k in range(1, knots):
        across[:, k] = np.maximum(across[:, k], across[:, k - 1] + _LEAST)
    secants = np.diff(up) / np.diff(across, axis=1)
    inner = 2 / (1 / secants[:, :-1] + 1 / secants[:, 1:])
    slopes = np.hstack([secants[:, :1], inner, secants[:, -1:]])
    return across, np.tile(up, (width, 1)), slopes


def usual_start(width: int, given: int = 0) -> list[Bijection]:
    """Return the maps that a flow over columns begins with.

    Strong linear relations first, in the columns as they are; then the marginals; then all that is
    linear in these.

    Parameters
    ----------
    width : int
        Columns.
    given : int, default 0
        Numbers that rows are given.
    """
    return [Whitening(width, _STRONG, given), Marginals(width), Whitening(width, 0.0, given)]


def within_steps(x: Tensor, width: Tensor) -> Tensor:
    """Return columns whose repeated values are spread evenly, at random, over their steps.

    Parameters
    ----------
    x : Tensor of shape (n, width)
        Columns as networks see them.
    width : Tensor of shape (width,)
        How wide a value counts, as `steps_between` tells; less far out, where columns are drawn in.
    """
    narrower = torch.exp(1 - x.abs().div(KNEE).clamp(min=1))
    return x + (torch.rand_like(x) - 0.5) * width.to(x.device) * narrower


def steps_between(x: np.ndarray) -> np.ndarray:
    """Return how wide a repeated value of each column counts; 0 where few repeat. Shape (width,).

    It is the smallest difference between two values, at least 0.001 spreads; one spread where all
    are equal.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Columns as networks see them.
    """
    found = np.zeros(x.shape[1])
    for j, column in enumerate(x.T):
        values = np.unique(column)
        if len(values) == 1:
            found[j] = 1.0
        elif len(values) <= len(column) / 2:
            found[j] = max(float(np.diff(values).min()), _LEAST)
    return found
