"""What energy models of units share: features become bits and whitened numbers, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np
import torch
from scipy.linalg import solve_triangular
from torch import Tensor

from likely.base.capabilities import Density, Explainer, Sampler
from likely.base.completer import Completer
from likely.base.state import Array
from likely.core.covariance import regularise, whitening
from likely.core.errors import ParameterError
from likely.data.form import Form
from likely.data.samples import Samples, describe_counts
from likely.nets.annealing import LogPartition
from likely.nets.clamped import Clamp, clamp_numbers
from likely.nets.deep_model import DeepModel, settled_order
from likely.nets.rng import seeded
from likely.nets.scale import squash, stretch, unsquash
from likely.nets.two_valued import log_volume_of_numbers, values_of_two

_MOST_WHITENED = 2_048  # numbers
_LEAST_SPREAD = 0.05
_LEAST_SPREAD_OF_IMAGES = 0.01
_GRID = 2.0**16
_STRANGE = 10.0  # nats, for values that a column of two values cannot have
_LEAST_ROWS = 10


class OverUnits(Density, Sampler, Completer, Explainer, DeepModel, ABC):
    """A model whose density is exp(-energy) / Z, over units that are bits or numbers.

    Columns and pixels of two values are bits; all others are numbers, which are whitened first, so
    that machines begin with a Gaussian and learn what is not linear.
    """

    exact = False
    additive = False
    bound = (
        "an estimate: exact up to the logarithm of the partition function, one number for all "
        "samples, which is exact itself up to 20 bits and else found by annealed importance "
        "sampling"
    )
    _state_spec = {
        "lows_": Array("width"),
        "gaps_": Array("width", low=0),
        "centre_": Array("number"),
        "whitening_": Array("row", "number"),
        "log_partition_": Array(),
        "log_partition_error_": Array(low=0.0),
    }

    annealing: int
    lows_: np.ndarray
    gaps_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    log_partition_: float
    log_partition_error_: float

    @final
    def log_partition(
        self, chains: int = 100, temperatures: int = 1000, seed: int = 0
    ) -> LogPartition:
        """Return the logarithm of the partition function and its standard error, in nats.

        Exact, with an error of 0, where 20 bits or fewer decide. Otherwise by annealed importance
        sampling (Neal, 2001) from independent units with the marginals of the data (Salakhutdinov &
        Murray, 2008). `log_prob` uses the one estimated at the end of `fit`; another is put in its
        place by subtracting the difference to `log_partition_`.

        Parameters
        ----------
        chains : int in [1, inf), default 100
            Independent runs, whose weights are averaged.
        temperatures : int in [1, inf), default 1000
            Steps of each run. More of them make weights more equal, and cost as much more time.
        seed : int in [0, inf), default 0
            Of the runs.

        Returns
        -------
        LogPartition
            `estimate` and `error`. Where the chains do not reach all modes the estimate is too
            small, and the error does not know of it.
        """
        self._check_fitted()
        if chains < 1 or temperatures < 1:
            raise ParameterError(
                f"chains and temperatures must be at least 1. Got {chains} and {temperatures}."
            )
        return self._partition(chains, temperatures, seed)

    @abstractmethod
    def _partition(self, chains: int, temperatures: int, seed: int) -> LogPartition:
        """Return the logarithm of the partition function over units."""

    @abstractmethod
    def _energies(self, batch: Tensor) -> Tensor:
        """Return free energies of units, (batch,)."""

    @abstractmethod
    def _costs(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return what units add to the energy, and how much it bends along each, (unit,).

        What they add, (batch, unit), is of bits minus the log-probability given all others, and of
        numbers the slope of the energy.
        """

    @abstractmethod
    def _draw(self, n: int) -> Tensor:
        """Return the units of n new samples, (n, unit), by torch's random numbers."""

    @abstractmethod
    def _draw_given(self, clamp: Clamp) -> Tensor:
        """Return units of samples of which a part is known, (batch, unit)."""

    def _describe(self, samples: Samples) -> Any:
        return describe_counts(samples)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        flat = self._seen(x)
        self.lows_, self.gaps_ = self._two_valued(x)
        numbers = flat[settled_order(x)][:, ~self._bits]
        self.centre_, self.whitening_ = _whitened(numbers, table=not isinstance(self.schema_, Form))
        super()._fit(x, rng)

    def _two_valued(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the smaller value and the gap of bits, (width,); a gap of 0 for numbers."""
        if not isinstance(self.schema_, Form):
            return values_of_two(x, self.schema_)
        two = bool(((x == 0) | (x == 1)).all()) and len(x) >= _LEAST_ROWS
        width = self.schema_.width
        return np.zeros(width), np.full(width, float(two))

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        found = self._partition(100, self.annealing, self.seed)
        self.log_partition_, self.log_partition_error_ = found

    def _check_state(self) -> None:
        numbers = int((~self._bits).sum())
        if len(self.centre_) != numbers or len(self.whitening_) not in (1, numbers):
            raise ValueError("another number of numbers than of columns that are no bits")

    @property
    def _bits(self) -> np.ndarray:
        """Which units are bits, (unit,)."""
        return self.gaps_ > 0

    def _seen(self, x: np.ndarray) -> np.ndarray:
        """Return features with far values drawn in, (n, width) float64."""
        if isinstance(self.schema_, Form):
            return np.asarray(x, dtype=np.float64).reshape(len(x), -1)
        return squash(x).astype(np.float64)

    def _tensor(self, x: np.ndarray) -> Tensor:
        """Return the units of features: bits as they are, numbers whitened."""
        seen, two = self._seen(x), self._bits
        units = np.empty_like(seen)
        raw = seen if isinstance(self.schema_, Form) else np.asarray(x, dtype=np.float64)
        units[:, two] = np.clip((raw[:, two] - self.lows_[two]) / self.gaps_[two], 0, 1)
        away = seen[:, ~two] - self.centre_
        diagonal = len(self.whitening_) != len(self.centre_)
        units[:, ~two] = away * self.whitening_[0] if diagonal else away @ self.whitening_
        return torch.from_numpy((np.rint(units * _GRID) / _GRID).astype(np.float32))

    def _features(self, units: np.ndarray) -> np.ndarray:
        """Return the features that units stand for, in their shape."""
        two = self._bits
        found = np.empty_like(units)
        found[:, two] = self.lows_[two] + self.gaps_[two] * units[:, two]
        numbers, whitened = units[:, ~two], self.whitening_
        if len(whitened) != len(self.centre_):
            numbers = numbers / whitened[0]
        elif len(whitened):
            numbers = solve_triangular(whitened.T, numbers.T, lower=True).T
        seen = numbers + self.centre_
        found[:, ~two] = seen if isinstance(self.schema_, Form) else unsquash(seen)
        if isinstance(self.schema_, Form):
            return found.reshape(-1, *self.schema_.full_shape)
        return found

    def _back(self) -> np.ndarray:
        """Return what makes features of whitened numbers, (number, number), or one for each."""
        if len(self.whitening_) != len(self.centre_):
            return 1 / self.whitening_[0]
        return solve_triangular(self.whitening_, np.eye(len(self.centre_)))

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        found = -self._apply(x, self._energies) - self.log_partition_
        return found + self._gain(x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._log_prob(x)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        bends: list[np.ndarray] = []

        def costs(batch: Tensor) -> Tensor:
            found, bend = self._costs(batch)
            bends.append(bend.double().cpu().numpy())
            return found

        found, numbers = self._apply(x, costs), ~self._bits
        slopes, whitened, bend = found[:, numbers], self.whitening_, bends[0][numbers]
        if len(whitened) != len(self.centre_):
            found[:, numbers] = slopes**2 / bend
        else:  # one step of Newton's method along a feature saves so much
            found[:, numbers] = (slopes @ whitened.T) ** 2 / (whitened**2 @ bend)
        found[:, numbers] /= 2
        return (found - self._outside(x)).reshape(x.shape)

    def _gain(self, x: np.ndarray) -> np.ndarray:
        """Return nats from units to features, and what strange values of bits cost, (n,)."""
        diagonal = len(self.whitening_) != len(self.centre_)
        steps = self.whitening_[0] if diagonal else np.diag(self.whitening_)
        return float(np.log(steps).sum()) + self._outside(x).sum(axis=1)

    def _outside(self, x: np.ndarray) -> np.ndarray:
        """Return what features add to log-densities that no unit sees, (n, width).

        What far values were drawn in by, and what strange values of bits cost.
        """
        raw = np.asarray(x, dtype=np.float64).reshape(len(x), -1)
        two, found = self._bits, np.zeros_like(raw)
        if not isinstance(self.schema_, Form):
            found[:, ~two] = stretch(raw[:, ~two])
        low, gap = self.lows_[two], self.gaps_[two]
        off = np.minimum(np.abs(raw[:, two] - low), np.abs(raw[:, two] - low - gap)) / gap
        found[:, two] = -_STRANGE * np.log1p(_STRANGE * off)
        return found

    def _log_volume(self) -> float:
        """Return the nats between features and the user's units; probabilities have no unit."""
        schema = self.schema_
        if isinstance(schema, Form):
            return 0.0 if self._bits.all() else schema.log_volume
        return log_volume_of_numbers(schema, ~self._bits)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        self.network_.to(self._device()).eval()
        with torch.inference_mode(), seeded(int(rng.integers(2**31))):
            units = self._draw(n)
        return self._features(units.double().cpu().numpy())

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        found = np.array(x, dtype=np.float64)
        masks, which = np.unique(known.reshape(len(x), -1), axis=0, return_inverse=True)
        self.network_.to(self._device()).eval()
        with seeded(int(rng.integers(2**31))):
            for i, mask in enumerate(masks):
                rows = np.flatnonzero(which.ravel() == i)
                units = self._draw_given(self._clamp(x[rows], mask))
                found[rows] = self._features(units.double().cpu().numpy())
        return np.where(known, x, found)

    def _clamp(self, x: np.ndarray, known: np.ndarray) -> Clamp:
        """Return what is known of features, as units."""
        values, numbers = self._tensor(x).numpy().astype(np.float64), ~self._bits
        held, summed, free = known.copy(), np.zeros_like(known), np.zeros((0, 0))
        if numbers.any() and len(self.whitening_) == len(self.centre_):
            held, summed = known & ~numbers, numbers
            away = self._seen(x)[:, numbers] - self.centre_
            values[:, numbers], free = clamp_numbers(away, known[numbers], self._back())
        like, device = next(self.network_.parameters()), self._device()
        return Clamp(
            torch.from_numpy(values).to(like),
            torch.from_numpy(held).to(device),
            torch.from_numpy(summed).to(device),
            torch.from_numpy(np.ascontiguousarray(free)).to(like),
        )


def _whitened(x: np.ndarray, *, table: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return means, and the upper triangle that whitens; of very many numbers its diagonal only."""
    if not x.shape[1]:
        return np.zeros(0), np.zeros((0, 0))
    centre = x.mean(axis=0)
    if x.shape[1] > _MOST_WHITENED:
        return centre, 1 / np.maximum(x.std(axis=0), _LEAST_SPREAD)[None]
    away = x - centre
    covariance = away.T @ away / len(x)
    if table:
        return centre, whitening(regularise(covariance, len(x), _LEAST_SPREAD))
    floor = np.eye(len(covariance)) * _LEAST_SPREAD_OF_IMAGES**2
    return centre, whitening(regularise(covariance + floor, len(x), ball=True))
