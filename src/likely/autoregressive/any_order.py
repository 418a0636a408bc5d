"""A network that is given any columns of a row and says what the others are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.columnwise import Columnwise
from likely.base.state import Weights
from likely.core.params import Interval
from likely.data.pieces import MISSING, UNSEEN
from likely.nets.any_set import AnySetNetwork
from likely.nets.deep_model import DeepModel

_IN_ORDER = 0.5  # of the training rows: what is known is a beginning of the order


class AnyOrder(Columnwise, DeepModel):
    """doc."""

    card = {"kinds": ["table"], "paper": "arXiv:1310.1757"}
    fast = {"width": 32, "blocks": 1, "budget": "60 steps", "batch_size": 64}
    any_set = True
    _state_spec = {**Columnwise.state, "network_": Weights()}

    network_: Any

    def __init__(
        self,
        width: Annotated[int, Interval(1, 100_000)] = 256,
        blocks: Annotated[int, Interval(0, 100)] = 2,
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 100,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 256,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "3000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.width = width
        self.blocks = blocks
        self.dropout = dropout
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _learn(self, codes: np.ndarray, rng: np.random.Generator) -> None:
        self._counts = [
            np.bincount(codes[:, j], minlength=len(pieces)) for j, pieces in enumerate(self._pieces)
        ]
        DeepModel._fit(self, codes, rng)
        del self._counts

    def _order(self, first: Sequence[int] = ()) -> list[int]:
        own = np.argsort([len(pieces) for pieces in self._pieces], kind="stable").tolist()
        return [j for j in own if j in first] + [j for j in own if j not in first]

    def _chances(
        self, column: int, codes: np.ndarray, known: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        sizes = np.array([len(pieces) for pieces in self._pieces])
        given = np.where(known & (codes != UNSEEN), codes, sizes)
        distinct, which = _distinct(given)
        return self._apply(distinct, lambda batch: self._softmax(batch, column), codes=True), which

    def _softmax(self, batch: Tensor, column: int) -> Tensor:
        return torch.softmax(self.network_.logits(self.network_(batch.long()), column), dim=1)

    # -- the network -------------------------------------------------------------------------------

    def _network(self, schema: Any) -> nn.Module:
        sizes = [len(pieces) for pieces in self._pieces]
        return AnySetNetwork(sizes, self.width, self.blocks, self.dropout)

    def _settle(self, network: Any, data: Tensor) -> None:
        network.settle(self._counts, [not len(pieces.labels) for pieces in self._pieces])

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy(x.astype(np.int32))

    def _loss(self, batch: Tensor) -> Tensor:
        codes = batch.long()
        known, weight = self._masks(codes)
        given = torch.where(known & (codes != UNSEEN), codes, self.network_.unknown.to(codes))
        found = self.network_(given)
        nats = torch.stack(
            [
                nn.functional.cross_entropy(
                    self.network_.logits(found, j), codes[:, j], reduction="none"
                )
                for j in range(codes.shape[1])
            ],
            dim=1,
        )
        return torch.where(weight > 0, weight * nats, 0.0).sum(dim=1)

    def _masks(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is known of rows, and how much each prediction counts, (batch, column)."""
        n, d = codes.shape
        place = torch.rand(n, d, device=codes.device).argsort(dim=1)
        order = torch.tensor(self._order(), device=codes.device)
        own = torch.empty_like(order).scatter_(0, order, torch.arange(d, device=codes.device))
        in_order = torch.rand(n, 1, device=codes.device) < _IN_ORDER
        place = torch.where(in_order, own, place)
        begun = torch.randint(d, (n, 1), device=codes.device)
        known = place < begun
        weight = torch.where(known | (codes == UNSEEN), 0.0, d / (d - begun))
        gap = (codes == MISSING) & (torch.rand(n, 1, device=codes.device) < 0.5) & ~in_order
        return known & ~gap, weight


def _distinct(given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that differ, and which of them each row is."""
    odd = np.random.default_rng(0).integers(2**62, size=given.shape[1], dtype=np.int64) * 2 + 1
    _, first, which = np.unique(given @ odd, return_index=True, return_inverse=True)
    return given[first], which
