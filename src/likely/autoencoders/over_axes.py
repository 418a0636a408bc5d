"""What autoencoders of samples with axes share: how oddness is measured."""

from __future__ import annotations

from abc import ABC
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from likely.base.capabilities import Encoder, Explainer, Reconstructor
from likely.base.state import Array, Weights
from likely.core.covariance import regularise, whitening
from likely.nets.deep_model import DeepModel
from likely.nets.scale import squash, unsquash
from likely.nets.states import pooled

_MOST_LEARNT = 10_000  # samples whose statistics are learnt
_FLOOR = 0.1  # of the mean squared error, below which a smaller one says nothing
_LEAST_ERROR = 1e-8
_PLACES = {1: ((6, 16), (3, 8), (1, 4)), 2: ((3, 7), (2, 4), (1, 3)), 3: ((2, 4), (1, 2))}
"""Into how many parts an axis is cut where features, and where squared errors, are averaged, by the
number of axes: the first that gives no more statistics than there are samples, or the last."""


class OverAxes(Reconstructor, Encoder, Explainer, DeepModel, ABC):
    """An autoencoder of samples with axes, whose encoder has `features` and `to_code`.

    Networks see how far samples are from their mean, place by place, in units of one spread: what
    all samples have in common need not be learnt, and is not lost.

    Three measures of oddness:

    - "error": the sum of squared errors of the reconstruction;
    - "scaled": the same in units of how well each place is restored usually;
    - "density": how far a sample is from those learnt in what the network made of it, by the
      Mahalanobis distance: its code, the encoder's last features averaged over parts of the axes,
      and the logarithms of squared errors averaged over finer parts.

    The last is the default, as the first two miss what the network restores too well, and
    contributions then are its shares by where the scaled error is.
    """

    additive = True
    _state_spec = {
        "middle_": Array("width"),
        "unit_": Array(low=0),
        "spreads_": Array("width", low=0),
        "centre_": Array("statistic"),
        "whitening_": Array("statistic", "statistic"),
        "network_": Weights(),
    }

    latent: int
    noise: float
    oddness: str
    middle_: np.ndarray
    unit_: float
    spreads_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    network_: Any

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        seen = squash(x.reshape(len(x), -1)).astype(np.float64)
        self.middle_ = seen.mean(axis=0)
        self.unit_ = float(np.sqrt(((seen - self.middle_) ** 2).mean())) or 1.0
        vars(self).pop("_places", None)
        super()._fit(x, rng)

    def _loss(self, batch: Tensor) -> Tensor:
        seen = batch
        if self.noise and self.network_.training:
            seen = batch + self.noise * torch.randn_like(batch)
        return ((self.network_(seen) - batch) ** 2).flatten(1).mean(dim=1)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        squares = self._squares(held_out).mean(axis=0)  # (channel, *axes)
        self.spreads_ = np.sqrt(squares + _FLOOR * squares.mean() + _LEAST_ERROR).ravel()
        step = max(1, len(x) // _MOST_LEARNT)
        known = x[::step] if held_out is x else np.concatenate([x[::step], held_out])
        few = [places for places in self._ways() if self._count(places) <= len(known)]
        places = few[0] if few else self._ways()[-1]
        found = self._apply(known, lambda batch: self._statistics(batch, places))
        self.centre_ = found.mean(axis=0)
        covariance = np.atleast_2d(np.cov(found.T, bias=True))
        # as of one row: correlations of hundreds of statistics are never taken for sure
        self.whitening_ = whitening(regularise(covariance, 1.0))

    def _ways(self) -> tuple[tuple[int, int], ...]:
        return _PLACES[len(self.schema_.shape)]

    def _count(self, places: tuple[int, int]) -> int:
        """Return how many statistics a sample has."""
        blank = np.zeros((1, *self.schema_.full_shape), dtype=np.float32)
        return self._apply(blank, lambda batch: self._statistics(batch, places)).shape[1]

    def _statistics(self, batch: Tensor, places: tuple[int, int]) -> Tensor:
        """Return what the network made of samples, (batch, statistic)."""
        encoder = self.network_.encoder
        parts = []
        if hasattr(encoder, "features"):
            features = encoder.features(batch)
            code = encoder.to_code(features)
            parts.append(pooled(features, places[0]))
        else:
            code = encoder(batch)
        squares = ((self.network_.decoder(code) - batch) ** 2).mean(dim=1, keepdim=True)
        least = _FLOOR * float((self.spreads_**2).mean())
        errors = torch.log(pooled(squares, places[1]) + least)
        return torch.cat([code.flatten(1), *parts, errors], dim=1)

    def _score(self, x: np.ndarray) -> np.ndarray:
        if self.oddness == "density":
            return -self._distances(x)
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        squares = self._squares(x)
        if self.oddness == "error":
            return squares
        squares /= self.spreads_.reshape(x.shape[1:]) ** 2
        if self.oddness == "density":
            total = squares.reshape(len(x), -1).sum(axis=1)
            share = self._distances(x) / np.where(total > 0, total, 1.0)
            squares *= share.reshape(-1, *[1] * (x.ndim - 1))
        return squares

    def _distances(self, x: np.ndarray) -> np.ndarray:
        away = self._apply(x, lambda batch: self._statistics(batch, self._places)) - self.centre_
        return np.sqrt(((away @ self.whitening_) ** 2).sum(axis=1))

    @cached_property
    def _places(self) -> tuple[int, int]:
        """Into how many parts axes are cut, as the number of statistics tells."""
        return next(way for way in self._ways() if self._count(way) == len(self.centre_))

    def _squares(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: (self.network_(batch) - batch) ** 2)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._back(self._apply(x, self.network_))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, self.network_.encoder)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return self._back(self._apply(z, self.network_.decoder, codes=True))

    def _tensor(self, x: np.ndarray) -> Tensor:
        away = squash(x) - self.middle_.reshape(self.schema_.full_shape)
        return torch.from_numpy((away / self.unit_).astype(np.float32))

    def _back(self, found: np.ndarray) -> np.ndarray:
        """Return what the network put out as features of the form."""
        values = found * self.unit_ + self.middle_.reshape(self.schema_.full_shape)
        return unsquash(values) if self.schema_.kind == "series" else np.clip(values, 0, 1)

    def _check_state(self) -> None:
        if not self.unit_ > 0:
            raise ValueError("the unit is not positive")
        if len(self.centre_) not in map(self._count, self._ways()):
            raise ValueError("the statistics are not those of the network")

    def _latent(self, width: int) -> int:
        return max(1, min(self.latent, width - 1))
