"""An encoder to a Gaussian over codes, a decoder, and the bounds that the two give.

With a code z ~ N(0, I), a decoder p(x | z) and an encoder q(z | x), the evidence log p(x) is at
least

    log 1/K sum over k of p(x | z_k) p(z_k) / q(z_k | x),    z_k ~ q(z | x),

on average over the draws: the evidence lower bound (ELBO) for K = 1, and tighter the larger K
(Burda, Grosse & Salakhutdinov, 2016).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from scipy.special import ndtri
from torch import Tensor, nn
from torch.quasirandom import SobolEngine

from likely.nets.likelihoods import Likelihood

_LOG_SPREADS = (-7.0, 3.0)
_CELLS = 4_000_000


class GaussianCodec(nn.Module):
    """Encoder, decoder and likelihood of a variational autoencoder.

    Parameters
    ----------
    encoder : Module
        From samples (batch, ...) to means and log-spreads of codes, (batch, 2 latent).
    decoder : Module
        From codes (batch, latent) to one number a feature, in the shape of the samples.
    likelihood : Likelihood
        Makes distributions of these numbers.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, likelihood: Likelihood) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = likelihood

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and spread of the codes of samples, both (batch, latent)."""
        mean, log_spread = self.encoder(x).to(x.dtype).chunk(2, dim=1)  # codes in full precision
        return mean, log_spread.clamp(*_LOG_SPREADS).exp()

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction of samples from the means of their codes."""
        return self.likelihood.mean(self.decoder(self.posterior(x)[0]))

    def terms(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return log p(x | z) for one draw of z, and the divergence of q(z | x) from N(0, I)."""
        mean, spread = self.posterior(x)
        z = mean + spread * torch.randn_like(mean)
        restored = self.likelihood.log_prob(x, self.decoder(z).to(x.dtype)).flatten(1).sum(dim=1)
        return restored, divergence(mean, spread).sum(dim=1)

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return log p(x, z_k) / q(z_k | x), shape (K, batch).

        Parameters
        ----------
        x : Tensor of shape (batch, ...)
            Samples.
        noise : Tensor of shape (K, latent)
            Standard normal; z_k is the mean plus so many spreads, for every sample.
        """
        mean, spread = self.posterior(x)
        found = []
        for part, by_feature in self._restored(x, mean, spread, noise):
            z = mean + spread * part[:, None]  # (k, batch, latent)
            ratio = 0.5 * (part**2).sum(dim=1)[:, None] - 0.5 * (z**2).sum(dim=2)
            found.append(by_feature.flatten(2).sum(dim=2) + ratio + spread.log().sum(dim=1))
        return torch.cat(found)

    def shares(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return -log p(x | z) of every feature, averaged over the codes that are likely."""
        mean, spread = self.posterior(x)
        weights = torch.softmax(self.log_weights(x, noise), dim=0)  # (K, batch)
        total, start = torch.zeros_like(x), 0
        for part, by_feature in self._restored(x, mean, spread, noise):
            of_part = weights[start : start + len(part)]
            total -= torch.einsum("kb...,kb->b...", by_feature, of_part)
            start += len(part)
        return total

    def _restored(
        self, x: Tensor, mean: Tensor, spread: Tensor, noise: Tensor
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield noise and log p(x | z) by feature, (k, batch, ...), a few draws at a time."""
        for part in noise.split(max(1, _CELLS // max(1, x.numel()))):
            z = mean + spread * part[:, None]
            out = self.decoder(z.flatten(0, 1)).unflatten(0, z.shape[:2])
            yield part, self.likelihood.log_prob(x, out)


def divergence(mean: Tensor, spread: Tensor) -> Tensor:
    """Return Kullback and Leibler's divergence of N(mean, spread^2) from N(0, 1), in nats."""
    return 0.5 * (mean**2 + spread**2 - 1) - spread.log()


def weighted_bound(log_weights: Tensor) -> Tensor:
    """Return the importance-weighted bound of K log-weights, (K, batch) to (batch,)."""
    return torch.logsumexp(log_weights, dim=0) - math.log(len(log_weights))


def fixed_noise(count: int, latent: int) -> np.ndarray:
    """Return the same standard normal points every time, shape (count, latent).

    They are scrambled points of Sobol's, which fill the space more evenly than random ones.
    """
    if latent > SobolEngine.MAXDIM:
        return np.random.default_rng(0).normal(size=(count, latent))
    points = SobolEngine(latent, scramble=True, seed=0).draw(count, dtype=torch.float64)
    return ndtri(np.clip(points.numpy(), 1e-9, 1 - 1e-9))
