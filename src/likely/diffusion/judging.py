"""How odd samples are, by how well noise is taken off them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from likely.base.conditional import Conditional
from likely.base.state import Array
from likely.data.form import Form
from likely.nets.deep_model import DeepModel
from likely.nets.denoising import Denoise, dpm_solver
from likely.nets.multiscale import LEVELS, parts_of, squares, statistics
from likely.nets.noise import even_noise
from likely.nets.plane import Plane
from likely.nets.states import States, at_large

_MOST_JUDGED = 5_000  # samples whose statistics are learnt
_FLOOR = 0.1  # of the mean squared error, below which a smaller one says nothing
_LEAST = 1e-6
_PARTIAL = 1.0  # spreads of noise that samples are restored from
_STEPS = 5
_DRAWS = 8


class Judging(Conditional, DeepModel, ABC):
    """Three measures of oddness.

    - "multiscale": noise of five levels is added and taken off; how unusual the squared errors are
      together, by level and place (after Mahmood et al., 2021), and of samples with axes how large
      they are when compressed, how rough, and how far from the plane that samples lie near (see
      `likely.nets.states`);
    - "restored": squared errors of what is restored from noise of one spread, in units of those
      that are usual (Wyatt et al., 2022);
    - "likelihood": minus the log-density.

    The noise is the same for every sample.
    """

    _state_spec: ClassVar = {
        "centre_": Array("statistic"),
        "whitening_": Array("statistic", "statistic"),
        "usual_": Array("level", "width", low=0),
        "plane_middle_": Array("width"),
        "plane_directions_": Array("direction", "width", dtype="float32"),
        "plane_variances_": Array("direction"),
        "plane_rest_": Array(low=0.0),
    }

    oddness: str
    centre_: np.ndarray
    whitening_: np.ndarray
    usual_: np.ndarray
    plane_middle_: np.ndarray
    plane_directions_: np.ndarray
    plane_variances_: np.ndarray
    plane_rest_: float

    @property
    @abstractmethod
    def _shape(self) -> tuple[int, ...]:
        """The shape of the features of one sample."""

    @abstractmethod
    def _denoise(
        self, given: Tensor | None, *, drawing: bool = False, guidance: float = 1.0
    ) -> Denoise:
        """Return what takes noise off samples that are given something."""

    @abstractmethod
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density of features in nats."""

    @abstractmethod
    def _back(self, y: np.ndarray) -> np.ndarray:
        """Return what the network made as features."""

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        some = held_out[:: max(1, len(held_out) // _MOST_JUDGED)]
        self._learn_plane(self._apart(x, self._shape)[0])
        found = self._statistics(some)
        states = States.learn(found, parts_of(self._shape))
        self.centre_, self.whitening_ = states.centre, states.whitening
        usual = self._mean_squares(some)
        least = _FLOOR * usual.mean(axis=1, keepdims=True) + _LEAST
        self.usual_ = usual + least

    def _learn_plane(self, x: np.ndarray) -> None:
        plane = Plane.learn(x if isinstance(self.schema_, Form) else x[:1])  # tables ask for none
        self.plane_middle_, self.plane_rest_ = plane.middle, plane.rest
        self.plane_directions_ = plane.directions.astype(np.float32)
        self.plane_variances_ = plane.variances

    def _mean_squares(self, x: np.ndarray) -> np.ndarray:
        """Return the usual squared errors: at each level, and when restored, by feature."""

        def sums(batch: Tensor) -> Tensor:
            every = [self._squares(batch), self._restored_squares(batch)[:, None]]
            return torch.cat(every, dim=1).flatten(2).sum(dim=0, keepdim=True)

        return self._apply(x, sums).sum(axis=0) / len(x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        if self.oddness == "likelihood":
            return self._log_prob(x)
        if self.oddness == "restored":
            return -self._contributions(x).reshape(len(x), -1).sum(axis=1)
        return -self._distance(x)

    def _distance(self, x: np.ndarray) -> np.ndarray:
        return States(self.centre_, self.whitening_).distance(self._statistics(x))

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        usual = self.usual_.reshape(len(self.usual_), *self._shape)
        if self.oddness == "restored":
            return self._apply(x, self._restored_squares) / usual[-1]
        shares = torch.from_numpy(usual[:-1])
        found = self._apply(x, lambda b: (self._squares(b) / shares.to(b)).mean(dim=1))
        total = found.reshape(len(found), -1).sum(axis=1)
        scale = -self._score(x) / np.where(total > 0, total, 1.0)
        return found * scale.reshape(-1, *[1] * len(self._shape))

    def _statistics(self, x: np.ndarray) -> np.ndarray:
        found = self._apply(x, lambda batch: statistics(self._squares(batch)))
        if not isinstance(self.schema_, Form):
            return found
        plane = Plane(
            self.plane_middle_, self.plane_directions_, self.plane_variances_, self.plane_rest_
        )
        return np.hstack([at_large(self._apart(x, self._shape)[0], plane), found])

    def _squares(self, batch: Tensor) -> Tensor:
        """Return squared errors at every level, averaged over draws, (batch, level, ...)."""
        x, given = self._apart(batch, self._shape)
        drawn = self._noise()[:-1].to(x).unbind(1)
        found = [squares(self._denoise(given), x, noise) for noise in drawn]
        return torch.stack(found).mean(dim=0)

    def _restored_squares(self, batch: Tensor) -> Tensor:
        x, _ = self._apart(batch, self._shape)
        return (self._restored(batch) - x) ** 2

    def _restored(self, batch: Tensor) -> Tensor:
        """Return samples restored from noise of one level, (batch, ...)."""
        x, given = self._apart(batch, self._shape)
        levels = [*np.geomspace(_PARTIAL, 0.1 * _PARTIAL, _STEPS), 0.0]
        return dpm_solver(self._denoise(given), x + _PARTIAL * self._noise()[-1, 0].to(x), levels)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._back(self._apply(x, self._restored))

    def _noise(self) -> Tensor:
        """Return the noise of every sample, (level + 1, draw, ...)."""
        each = [even_noise(self._shape, level, _DRAWS) for level in range(len(LEVELS) + 1)]
        return torch.stack(each)

    def _check_state(self) -> None:
        if len(self.usual_) != len(LEVELS) + 1:
            raise ValueError("another number of usual errors than of noise levels and one")
