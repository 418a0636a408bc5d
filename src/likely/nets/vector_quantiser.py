"""A codebook: every vector becomes the nearest of a few, and these follow their vectors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_DECAY = 0.99
_DEAD = 0.05  # of the mean use: a code used less than so much is dead
_SMALL = 1e-5


class VectorQuantiser(nn.Module):
    """Nearest codes, moved by averages of the vectors assigned to them (van den Oord et al., 2017).

    A code moves to the running mean of its vectors, which is a step of k-means with a memory, and
    no gradient moves it. A dead code, which nearly no vector is nearest to, is put where a vector
    of the present batch is.

    Parameters
    ----------
    codes : int
        How many there are.
    width : int
        Numbers in a code.
    """

    codes: Tensor
    counts: Tensor
    sums: Tensor
    started: Tensor

    def __init__(self, codes: int, width: int) -> None:
        super().__init__()
        self.register_buffer("codes", torch.zeros(codes, width))
        self.register_buffer("counts", torch.zeros(codes))  # vectors a batch, running mean
        self.register_buffer("sums", torch.zeros(codes, width))
        self.register_buffer("started", torch.zeros((), dtype=torch.int64))

    def assign(self, z: Tensor) -> Tensor:
        """Return the position of the nearest code of each vector, (n, width) to (n,)."""
        near = (self.codes**2).sum(dim=1) - 2 * z @ self.codes.T  # |z|^2 is the same for all
        return near.argmin(dim=1)

    def look_up(self, chosen: Tensor) -> Tensor:
        """Return codes by position, (n, ...) to (n, ..., width)."""
        return self.codes[chosen]

    def learn(self, z: Tensor) -> None:
        """Move the codes towards the vectors of a batch, (n, width), and revive dead ones."""
        z = z.detach().to(self.codes.dtype)
        if not int(self.started):
            self._start(z)
        chosen = self.assign(z)
        counts = torch.bincount(chosen, minlength=len(self.codes)).to(z.dtype)
        sums = torch.zeros_like(self.sums).index_add_(0, chosen, z)
        self.counts.mul_(_DECAY).add_(counts, alpha=1 - _DECAY)
        self.sums.mul_(_DECAY).add_(sums, alpha=1 - _DECAY)
        usual = self.counts.sum() / len(self.codes)
        dead = torch.nonzero(self.counts < _DEAD * usual).flatten()
        if len(dead):
            self._put(dead, z[torch.randint(len(z), (len(dead),), device=z.device)], usual)
        self.codes.copy_(self.sums / self.counts.clamp(min=_SMALL)[:, None])

    def _start(self, z: Tensor) -> None:
        """Put every code onto a vector of the first batch; a little noise parts equal ones."""
        drawn = z[torch.randint(len(z), (len(self.codes),), device=z.device)]
        spread = z.std(dim=0, correction=0) + _SMALL
        every = torch.arange(len(self.codes), device=z.device)
        noise = 0.01 * spread * torch.randn_like(drawn)
        self._put(every, drawn + noise, torch.tensor(len(z) / len(self.codes), device=z.device))
        self.codes.copy_(self.sums / self.counts[:, None])
        self.started += 1

    def _put(self, which: Tensor, where: Tensor, count: Tensor) -> None:
        self.counts[which] = count.to(self.counts.dtype)
        self.sums[which] = where * count


class QuantisingCodec(nn.Module):
    """Encoder, codebook and decoder.

    Parameters
    ----------
    encoder : Module
        From samples (batch, ...) to vectors (batch, width, *places).
    quantiser : VectorQuantiser
        The codebook.
    decoder : Module
        From vectors back to samples.
    """

    def __init__(self, encoder: nn.Module, quantiser: VectorQuantiser, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.quantiser = quantiser
        self.decoder = decoder

    def vectors(self, x: Tensor) -> Tensor:
        """Return the vectors of samples, (batch, *places, width)."""
        return self.encoder(x).movedim(1, -1)

    def encode(self, x: Tensor) -> Tensor:
        """Return the positions of the nearest codes, (batch, *places)."""
        z = self.vectors(x)
        return self.quantiser.assign(z.flatten(0, -2)).reshape(z.shape[:-1])

    def decode(self, chosen: Tensor) -> Tensor:
        """Return the samples that codes stand for."""
        return self.decoder(self.quantiser.look_up(chosen.long()).movedim(-1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction of samples."""
        return self.decode(self.encode(x))

    def learn(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return reconstructions and how far vectors are from their codes, and move the codes."""
        z = self.vectors(x)
        if self.training:
            self.quantiser.learn(z.flatten(0, -2))
        chosen = self.quantiser.assign(z.detach().flatten(0, -2)).reshape(z.shape[:-1])
        codes = self.quantiser.look_up(chosen).to(z.dtype)
        apart = ((z - codes) ** 2).flatten(1).mean(dim=1)
        passed = z + (codes - z).detach()  # the decoder's gradient goes to the encoder as it is
        return self.decoder(passed.movedim(-1, 1)), apart

    def places(self, one: Tensor) -> tuple[int, ...]:
        """Return the axes of the codes of a sample, by an example of shape (1, ...)."""
        with torch.inference_mode():
            return tuple(self.encode(one).shape[1:])
