"""What machines have in common that draw their own samples by Gibbs sampling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import torch
from torch import Tensor

from likely.base.state import Weights
from likely.core.errors import ParameterError
from likely.energy.over_units import OverUnits
from likely.nets.annealing import LogPartition, ladder_to, log_partition_of
from likely.nets.clamped import Clamp
from likely.nets.contrastive import contrastive_loss, held_out_loss
from likely.nets.mixing import Mixing, mixing_of
from likely.nets.restricted_boltzmann import RestrictedBoltzmann
from likely.nets.rng import seeded

_MANY = 100  # visible units
_SLOW = 20  # steps that a chain remembers before training says so


class Gibbs(OverUnits, ABC):
    """A Boltzmann machine, trained by chains of Gibbs sampling."""

    _state_spec = OverUnits._state_spec | {"network_": Weights()}

    sampling: str
    gibbs_steps: int
    draw_steps: int
    network_: RestrictedBoltzmann

    @final
    def mixing(self, chains: int = 64, steps: int = 500, seed: int = 0) -> Mixing:
        """Return how well chains of Gibbs sampling mix, by the free energies that they pass.

        Parameters
        ----------
        chains : int in [2, inf), default 64
            Chains. Half of them begin at independent units, half where training left its own.
        steps : int in [20, inf), default 500
            Steps of each, of which the second half counts.
        seed : int in [0, inf), default 0
            Of the chains.

        Returns
        -------
        Mixing
            `r_hat`, 1 where chains cannot be told apart (Gelman & Rubin, 1992), and `memory`, the
            steps after which a chain counts as another draw.
        """
        self._check_fitted()
        if chains < 2 or steps < 20:
            raise ParameterError(
                f"Mixing needs 2 chains and 20 steps at least. Got {chains} and {steps}."
            )
        return self._mixing(chains, steps, seed)

    def _rate(self) -> float:
        return self.learning_rate / (1 + self.schema_.width / _MANY)

    @abstractmethod
    def _network(self, schema: Any) -> RestrictedBoltzmann:
        """Return the machine, not trained."""

    def _settle(self, network: RestrictedBoltzmann, data: Tensor) -> None:
        network.settle(data)

    def _loss(self, batch: Tensor) -> Tensor:
        if self.network_.training:
            found = self._contrast(batch)
        else:
            found = held_out_loss(self.network_, batch)
        return found / batch.shape[1]  # nats a unit

    def _contrast(self, batch: Tensor) -> Tensor:
        """Return the loss whose gradient is that of minus the log-likelihood, (batch,)."""
        sampling = "pcd" if self.sampling == "auto" else self.sampling
        return contrastive_loss(self.network_, batch, sampling, self.gibbs_steps)

    def _noticed(self) -> list[str]:
        found = self._mixing(16, 200, self.seed)
        if found.memory < _SLOW:
            return []
        return [
            f"Chains mix slowly: draws that lie less than about {found.memory:.0f} steps of Gibbs "
            "sampling apart are alike. Samples may miss modes; sampling='tempering' and more "
            "draw_steps help."
        ]

    def _energies(self, batch: Tensor) -> Tensor:
        return self.network_(batch)

    def _costs(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        machine = self.network_.plain()
        return machine.costs(batch), machine.precision

    def _partition(self, chains: int, temperatures: int, seed: int) -> LogPartition:
        network = self.network_.to(self._device()).eval()
        with torch.inference_mode(), seeded(seed):
            return log_partition_of(network, chains, temperatures)

    def _draw(self, n: int) -> Tensor:
        return self.network_.draw(n, self.draw_steps)

    def _draw_given(self, clamp: Clamp) -> Tensor:
        with torch.inference_mode():
            return self.network_.draw_given(clamp, self.draw_steps)

    def _mixing(self, chains: int, steps: int, seed: int) -> Mixing:
        network = self.network_.to(self._device()).eval()
        with torch.inference_mode(), seeded(seed):
            ladder = ladder_to(network)
            machine, own = ladder.machine, network.draw(chains // 2, 0)
            v = torch.cat([ladder.start(chains - len(own)), own])
            passed = []
            for _ in range(steps):
                v = machine.gibbs(v, 1)
                passed.append(machine.free_energy(v))
            return mixing_of(torch.stack(passed[steps // 2 :], dim=1).double().cpu().numpy())
