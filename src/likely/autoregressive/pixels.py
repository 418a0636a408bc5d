"""What models that predict images pixel by pixel share."""

from __future__ import annotations

from abc import ABC

import numpy as np
import torch
from torch import Tensor

from likely.autoregressive.autoregressive import WithLikelihood
from likely.base.state import Weights
from likely.nets.conditionals import Conditional
from likely.nets.pixel_network import PixelNetwork

_AT_ONCE = 128  # images


class Pixels(WithLikelihood, ABC):
    """A model of each pixel given those above it and those left of it in its row."""

    _state_spec = WithLikelihood._state_spec | {"network_": Weights()}

    network_: PixelNetwork

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.likelihood_ = self._chosen_likelihood(x)
        super()._fit(x, rng)

    @property
    def _said(self) -> Conditional:
        """The distribution of a channel of a pixel."""
        return self._conditional(self.schema_)

    def _loss(self, batch: Tensor) -> Tensor:
        return -self._nats(batch).flatten(1).mean(dim=1)  # nats a feature

    def _nats(self, batch: Tensor) -> Tensor:
        """Return log p of every feature, in the shape of the batch."""
        said = self._said
        return said.log_prob(batch, self.network_(said.inputs(batch)))

    def _surprises(self, x: np.ndarray) -> np.ndarray:
        return self._apply(
            x, lambda batch: -torch.cat([self._nats(part) for part in batch.split(_AT_ONCE)])
        )

    def _log_volume(self) -> float:
        """Return the nats between features and the user's units; probabilities have no unit."""
        return 0.0 if self._said.discrete else self.schema_.log_volume

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        device, said = self._device(), self._said
        network = self.network_.to(device).eval()
        like = next(network.parameters())
        found = self._tensor(x).to(like)
        kept = torch.from_numpy(np.ascontiguousarray(known)).to(device)
        chances = rng.uniform(1e-6, 1 - 1e-6, size=(len(x), 2, *x.shape[1:]))
        chance = torch.from_numpy(chances).to(like)

        def draw(out: Tensor, channel: int, row: int, column: int) -> Tensor:
            drawn = said.draw(out, chance[:, :, channel, row, column])
            place = (slice(None), channel, row, column)
            found[place] = torch.where(kept[place], found[place], drawn)
            return said.inputs(drawn)

        with torch.inference_mode():
            network.one_by_one(said.inputs(found), kept, draw)
        return found.double().cpu().numpy()
