"""Mahalanobis distance."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.covariance import regularise, whitening
from likely.core.params import Interval
from likely.core.robust_covariance import minimum_covariance_determinant


class Mahalanobis(Explainer):
    """Distance to the centre in units of the spread (Mahalanobis, 1936; Hubert et al., 2012)."""

    card = {"kinds": ["table"], "paper": "doi:10.1080/10618600.2012.672100"}
    _state_spec = {"centre_": Array("width"), "whitening_": Array("width", "width")}

    centre_: np.ndarray
    whitening_: np.ndarray

    def __init__(
        self,
        robust: bool = True,
        support: Annotated[float, Interval(0.5, 1)] = 0.75,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.robust = robust
        self.support = support
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        if self.robust:
            self.centre_, covariance = minimum_covariance_determinant(x, rng, self.support)
        else:
            self.centre_ = x.mean(axis=0)
            centred = x - self.centre_
            covariance = regularise(centred.T @ centred / len(x), len(x))
        self.whitening_ = whitening(covariance)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._distances((x - self.centre_) @ self.whitening_)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        centred = x - self.centre_
        white = centred @ self.whitening_
        distances = self._distances(white)[:, None]
        shares = centred * (white @ self.whitening_.T)
        return shares / np.where(distances > 0, distances, 1.0)

    def _distances(self, white: np.ndarray) -> np.ndarray:
        return np.sqrt(np.einsum("ij,ij->i", white, white))
