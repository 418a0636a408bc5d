"""A network that takes noise off samples, at every level of noise."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from likely.core.covariance import regularise
from likely.nets.guidance import as_told, guided, withheld
from likely.nets.noise import Mixture, Path

_WITHHELD = 0.1  # share of the samples in training whose conditions are not told
_WAVES = 16
_MOST_KNOWN = 1_024
_FLOOR = 0.01  # spreads
_RIDGE = 1e-3


class Denoiser(nn.Module):
    """From samples with noise, x + s e, to the mean of all samples they may come from.

    Parameters
    ----------
    network : Module
        From what is seen (batch, channel, ...), the logarithm of the level (batch,) and what is
        known of samples, (batch, given + 1) or None, to what the path asks for, in the shape of
        samples. The last number of what is known says whether anything is. It begins with zeros:
        what it foretells is added to what would be best for normal samples.
    path : Path
        At which scale the network sees samples, and what it foretells.
    width : int
        Numbers in a sample; of at most 1,024 it is known how they vary together.
    given : int, default 0
        Numbers known of a sample, on which its mean depends; 0, too, where they are the numbers of
        words and count for nothing by themselves.
    twice : bool, default False
        Whether the network sees, behind samples with noise, as many channels of the noise that
        would be in them if samples were normal. Where these hardly vary, as in the margins of
        images, that is the noise itself, which at low levels is hard to make out otherwise.
    """

    basis: Tensor
    variances: Tensor
    centres: Tensor

    def __init__(
        self, network: nn.Module, path: Path, width: int, given: int = 0, twice: bool = False
    ) -> None:
        super().__init__()
        self.twice = twice
        self.network = network
        self.path = path
        known = width if width <= _MOST_KNOWN else 0
        self.register_buffer("basis", torch.eye(known, device="cpu"))
        self.register_buffer("variances", torch.ones(known, device="cpu"))
        self.register_buffer("centres", torch.zeros(given + 1, width, device="cpu"))

    def settle(self, x: Tensor, given: Tensor | None) -> None:
        """Learn how the numbers of a sample vary together, and with what is known of it.

        Parameters
        ----------
        x : Tensor of shape (n, ...)
            Samples, about 0.
        given : Tensor of shape (n, given) or None
            What is known of them.
        """
        rows = x.flatten(1).double().numpy()
        centres = np.zeros(self.centres.shape)
        if given is not None and len(centres) > 1:
            known = np.hstack([given.double().numpy(), np.ones((len(rows), 1))])
            normal = known.T @ known + _RIDGE * np.eye(known.shape[1])
            centres = np.linalg.solve(normal, known.T @ rows)
            rows = rows - known @ centres
        with torch.no_grad():
            self.centres.copy_(torch.from_numpy(centres))
            if not len(self.basis):
                return
            covariance = regularise(rows.T @ rows / len(rows), len(rows), _FLOOR)
            variances, basis = np.linalg.eigh(covariance)
            self.basis.copy_(torch.from_numpy(basis))
            self.variances.copy_(torch.from_numpy(variances.clip(_FLOOR**2)))

    def forward(
        self, x: Tensor, level: Tensor, given: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Return the mean of the samples that samples with noise may come from.

        Parameters
        ----------
        x : Tensor of shape (batch, ...)
            Samples with noise, x + s e.
        level : Tensor of shape (batch,)
            The noise levels s.
        given : Tensor of shape (batch, given), optional
            What is known of samples.
        guidance : float, default 1.0
            How much of what knowing that changes is taken (Ho & Salimans, 2022): 0 is nothing, 1 is
            what was learnt, more makes samples more like what was asked for, and more alike.
        """
        if given is None:
            return self._denoised(x, level, None)
        known = as_told(given)
        if guidance in (0.0, 1.0):
            return self._denoised(x, level, guidance * known)
        told, untold = (self._denoised(x, level, part) for part in (known, 0 * known))
        return guided(told, untold, guidance)

    def loss(self, x: Tensor, level: Tensor, noise: Tensor, given: Tensor | None) -> Tensor:
        """Return the mean squared error of what the network foretells, (batch,).

        Parameters
        ----------
        x : Tensor of shape (batch, ...)
            Samples.
        level : Tensor of shape (batch,)
            Their noise levels.
        noise : Tensor of shape (batch, ...)
            Standard normal.
        given : Tensor of shape (batch, given) or None
            What is known of samples; in training it is withheld from a tenth.
        """
        mixture = self.path.at(broad(level, x))
        seen = mixture.signal * x + mixture.noise * noise
        known = None if given is None else as_told(given)
        if known is not None and self.training:
            known = withheld(known, _WITHHELD)
        foretold = self._foretold(mixture, seen, level, known)
        error = (foretold - self.path.goal(mixture, x, noise)) ** 2
        return error.flatten(1).mean(dim=1)

    def _denoised(self, x: Tensor, level: Tensor, known: Tensor | None) -> Tensor:
        mixture = self.path.at(broad(level, x))
        seen = mixture.signal * x
        return self.path.sample(mixture, seen, self._foretold(mixture, seen, level, known))

    def _foretold(
        self, mixture: Mixture, seen: Tensor, level: Tensor, known: Tensor | None
    ) -> Tensor:
        """Return what normal samples would let one foretell, and what the network adds."""
        with torch.autocast(seen.device.type, enabled=False):
            usual, shown = self._usual(mixture, seen, known), seen
            if self.twice:
                sample = self.path.sample(mixture, seen, usual)
                noise = (seen - mixture.signal * sample) / mixture.noise
                shown = torch.cat([seen, noise], dim=1)
        return usual + self.network(shown, level.log(), known).to(seen.dtype)

    def _usual(self, mixture: Mixture, seen: Tensor, known: Tensor | None) -> Tensor:
        """Return what normal samples would let one foretell."""
        found = torch.zeros_like(seen)
        if known is not None and len(self.centres) > 1:
            centre = (known @ self.centres).view_as(seen)
            found = self.path.goal(mixture, centre, torch.zeros_like(centre))
            seen = seen - mixture.signal * centre
        if not len(self.basis):
            return found + self.path.usual(mixture, 1.0) * seen
        factors = self.path.usual(mixture.flat(), self.variances)  # (batch, direction)
        turned = seen.flatten(1) @ self.basis
        return found + ((factors * turned) @ self.basis.T).view_as(seen)


class LevelEmbedding(nn.Module):
    """Logarithms of noise levels, and what is known of samples, as numbers for layers to use.

    Parameters
    ----------
    width : int
        Numbers that come out.
    known : int
        Numbers known of a sample, with the one that says whether anything is; 0: none.
    """

    rates: Tensor

    def __init__(self, width: int, known: int) -> None:
        super().__init__()
        rates = torch.logspace(math.log10(0.25), math.log10(16), _WAVES, device="cpu")
        self.register_buffer("rates", rates, persistent=False)
        self.layers = nn.Sequential(
            nn.Linear(2 * _WAVES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.known = nn.Linear(known, width) if known else None

    def forward(self, log_level: Tensor, known: Tensor | None) -> Tensor:
        """Return the numbers, (batch, width)."""
        angles = log_level[:, None] * self.rates.to(log_level)
        found = self.layers(torch.cat([angles.cos(), angles.sin()], dim=1))
        if self.known is not None:
            if known is None:
                known = found.new_zeros(len(found), self.known.in_features)
            found = found + self.known(known)
        return nn.functional.silu(found)


def broad(level: Tensor, x: Tensor) -> Tensor:
    """Return numbers of samples, (batch,), with as many axes as the samples have.

    Parameters
    ----------
    level : Tensor of shape (batch,)
        One number a sample.
    x : Tensor of shape (batch, ...)
        Samples.
    """
    return level.reshape(-1, *[1] * (x.ndim - 1))
