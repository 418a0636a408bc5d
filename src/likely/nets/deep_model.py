"""`DeepModel`: a network as a model of likely."""

from __future__ import annotations

import copy
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core.order import ascending
from likely.data.schema import Schema
from likely.nets.budget import read_budget
from likely.nets.device import find_device
from likely.nets.rng import seeded
from likely.nets.scale import squash
from likely.nets.train import Course, Group, train
from likely.nets.weights import layout_of, weights_of, with_weights

_LEAST_HELD_OUT = 8
_HELD_OUT = 0.1
_MOST_HELD_OUT = 5_000
_BATCH_CELLS = 2_000_000
_MOST_IN_BATCH = 1_024


class DeepModel(Model, ABC):
    """A model whose parameters are the weights of a network, learnt by `likely.nets.train`.

    To write one: parameters in `__init__`, the last of them those of this class, which its own
    `__init__` keeps; the hooks `_network`, which builds the
    network, and `_loss`; and `_learn_scores`, if scores need something beyond the weights. Networks
    learn in float32: from features of tables with far values drawn in (`likely.nets.scale`), and
    from those of samples with axes as they are. Those of tables score in float64, so that a row
    alone scores as in a batch.

    Attributes
    ----------
    network_ : torch.nn.Module
        The trained network.
    history_ : list of dict
        Losses on the way: step, seconds, learning_rate, loss, held_out.
    steps_ : int
        Steps taken. `budget_` says them as a budget that repeats the run.
    notes_ : tuple of str
        What training noticed, in sentences.
    """

    precision: ClassVar[float] = 1e-4  # of samples with axes, whose networks score in float32
    folds: ClassVar[int] = 2
    anneals: ClassVar[bool] = False  # the learning rate falls before training stops early
    weight_decay: float = 0.0  # pull of the weights to zero
    _state_spec: ClassVar[dict[str, Array | Members | Weights]] = {"network_": Weights()}

    epochs: int
    batch_size: int
    learning_rate: float
    budget: str | float | None
    device: str
    network: Any
    checkpoint: str | None
    seed: int

    network_: Any  # a Module; models know which
    history_: list[dict[str, float]]
    steps_: int
    budget_: str
    notes_: tuple[str, ...]

    def __init__(
        self,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        budget: str | float | None,
        device: str,
        network: Any,
        checkpoint: str | None,
        seed: int,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.budget = budget
        self.device = device
        self.network = network
        self.checkpoint = checkpoint
        self.seed = seed

    @abstractmethod
    def _network(self, schema: Any) -> nn.Module:
        """Return the network, not trained, for features as `schema` describes them."""

    @abstractmethod
    def _loss(self, batch: Tensor) -> Tensor:
        """Return the loss of every sample of a batch by `network_`, shape (batch,).

        `self._course.done` is the share of the steps taken, for losses that change on the way.
        """

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        """Learn what scores need beyond the weights.

        Parameters
        ----------
        x : ndarray
            Features of the samples trained on.
        held_out : ndarray
            Features of samples that were not trained on; `x` itself, the same object, if there
            were too few.
        """

    def _noticed(self) -> list[str]:
        """Say what people should know of the trained network: collapse, dead codes, too little."""
        return []

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        order = settled_order(x)[rng.permutation(len(x))]
        apart = _held_out(len(x))
        held_out = self._tensor(x[order[:apart]]) if apart else None
        self._train(self._tensor(x[order[apart:]]), held_out, rng)
        learnt = x[np.sort(order[apart:])]
        self._learn_scores(learnt, x[np.sort(order[:apart])] if apart else learnt)
        self.notes_ = (*self.notes_, *self._noticed())

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        """Build the network and train it; `history_`, `steps_`, `budget_` and `notes_` say how.

        Parameters
        ----------
        data : Tensor of shape (n, ...)
            What batches are drawn from.
        held_out : Tensor of shape (m, ...) or None
            What training stops early by.
        rng : Generator
            Draws the seed of weights and batches.
        """
        budget = read_budget(self._limit())
        with seeded(int(rng.integers(2**31))):
            network = copy.deepcopy(self.network)
            if network is None:
                network = self._build()
                self._settle(network, data)
            device = self._device()
            self.network_ = network.to(device)
            if device.type == "cuda":  # the layout in which its convolutions are fastest
                self.network_.to(memory_format=torch.channels_last)
            self._course = Course()
            course = train(
                self.network_,
                self._loss,
                data,
                what=f"Training {type(self).__name__}",
                epochs=self.epochs,
                batch_size=self.batch_size,
                learning_rate=self._rate(),
                budget=budget,
                held_out=held_out,
                weight_decay=self.weight_decay,
                checkpoint=self._checkpoint(data),
                course=self._course,
                groups=self._groups(self.network_),
                anneal=self.anneals,
            )
            del self._course
        self._to_scoring(self.network_)
        self.history_, self.steps_ = course.history, course.steps
        early = f"{course.steps} of " if course.steps < course.planned else ""
        self.budget_ = f"{early}{course.planned} steps"
        self.notes_ = tuple(course.notes)

    def _settle(self, network: Any, data: Tensor) -> None:
        """Set what a new network takes from the data before training; most take nothing."""

    def _groups(self, network: Any) -> Sequence[Group] | None:
        """Return the weights that learn at paces of their own; None if all learn alike."""
        return None

    def _limit(self) -> str | float | None:
        """Return the budget of a run of training, for models that are trained in several."""
        return self.budget

    def _rate(self) -> float:
        """Return the largest learning rate, which may depend on how wide the network is."""
        return self.learning_rate

    def _build(self) -> nn.Module:
        return self._network(self.schema_)

    def _to_scoring(self, network: nn.Module) -> nn.Module:
        """Give a network the precision that it scores with."""
        return network.double() if isinstance(self.schema_, Schema) else network

    def _tensor(self, x: np.ndarray) -> Tensor:
        """Return features as networks see them."""
        drawn_in = squash(x) if isinstance(self.schema_, Schema) else np.asarray(x, np.float32)
        return torch.from_numpy(np.ascontiguousarray(drawn_in))

    def _apply(
        self, x: np.ndarray, compute: Callable[[Tensor], Tensor], *, codes: bool = False
    ) -> np.ndarray:
        """Return what the network makes of features, batch by batch, as float64.

        Parameters
        ----------
        x : ndarray
            Features of n samples, or codes.
        compute : callable
            From a batch on the network's device to a tensor whose first axis is the batch.
        codes : bool, default False
            Whether `x` are codes, which are taken as they are.
        """
        device = self._device()
        self.network_.to(device).eval()
        precision = next(self.network_.parameters()).dtype
        width = max(1, int(np.prod(x.shape[1:])))
        step = max(1, min(_MOST_IN_BATCH, _BATCH_CELLS // width))
        parts = []
        with torch.inference_mode():
            for start in range(0, len(x), step):
                part = x[start : start + step]
                batch = torch.from_numpy(np.array(part)) if codes else self._tensor(part)
                batch = batch.to(device, precision)
                parts.append(compute(batch).double().cpu().numpy())
        return np.concatenate(parts)

    def _device(self) -> torch.device:
        return find_device(self.device, self)

    def _checkpoint(self, data: Tensor) -> tuple[Path, str] | None:
        """Return where the state of training is kept and what it belongs to."""
        if self.checkpoint is None:
            return None
        free = ("checkpoint", "network", "device", "budget")
        settings = {k: v for k, v in sorted(self.get_params(deep=False).items()) if k not in free}
        digest = hashlib.sha256(data.numpy().tobytes()).hexdigest()
        shapes = {name: tuple(value.shape) for name, value in self.network_.state_dict().items()}
        about = f"{type(self).__name__} {settings} {shapes} {digest}"
        return Path(self.checkpoint), hashlib.sha256(about.encode()).hexdigest()

    def _weights(self, network: str) -> dict[str, np.ndarray]:
        return weights_of(getattr(self, network))

    def _weights_layout(self, network: str) -> dict[str, tuple[tuple[int, ...], str]]:
        return layout_of(lambda: self._to_scoring(self._build()))

    def _set_weights(self, network: str, weights: dict[str, np.ndarray]) -> None:
        setattr(self, network, with_weights(lambda: self._to_scoring(self._build()), weights))


def _held_out(n: int) -> int:
    """Return how many of n samples are held out to stop early by."""
    share = min(int(_HELD_OUT * n), _MOST_HELD_OUT)
    return share if share >= _LEAST_HELD_OUT else 0


def settled_order(x: np.ndarray) -> np.ndarray:
    """Return an order of samples that does not depend on how they came, shape (n,).

    Rows of a table are in ascending order, which rounding hardly changes; samples with axes in that
    of a digest, since sorting by thousands of numbers takes long.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
        Features.
    """
    if x.ndim == 2:
        return ascending(x)
    keys = [hashlib.blake2b(sample.tobytes(), digest_size=8).digest() for sample in x]
    return np.array(sorted(range(len(x)), key=lambda i: keys[i]))
