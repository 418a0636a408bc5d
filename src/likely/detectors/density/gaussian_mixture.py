"""Gaussian mixture."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Density, Explainer, Sampler
from likely.base.state import Array
from likely.core.params import Interval
from likely.detectors.density.mixture import Mixture, fit_mixture, improve, trimmed_mean

CANDIDATES = (1, 2, 3, 5, 8)
_SEARCH_ROWS = 5_000
_ROWS_PER_PARAMETER = 5


class GaussianMixture(Density, Sampler, Explainer):
    """x."""

    card = {"kinds": ["table"], "paper": "doi:10.1111/j.2517-6161.1977.tb01600.x"}
    fast = {"n_components": 2, "n_starts": 1}
    _state_spec = {
        "weights_": Array("component", low=0, high=1),
        "means_": Array("component", "width"),
        "whitenings_": Array("component", "width", "width"),
    }

    def __init__(
        self,
        n_components: Annotated[int, Interval(1, 100)] | Literal["auto"] = "auto",
        n_starts: Annotated[int, Interval(1, 100)] = 3,
        trim: Annotated[float, Interval(0, 0.5)] = 0.0,
        max_iter: Annotated[int, Interval(1, 10_000)] = 100,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_components = n_components
        self.n_starts = n_starts
        self.trim = trim
        self.max_iter = max_iter
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        searched = x
        if len(x) > _SEARCH_ROWS:
            searched = x[np.sort(rng.choice(len(x), _SEARCH_ROWS, replace=False))]
        if self.n_components == "auto":
            candidates = [
                k for k in CANDIDATES if k == 1 or k * _ROWS_PER_PARAMETER * (x.shape[1] + 1) <= len(searched)
            ]
        else:
            candidates = [min(self.n_components, len(searched))]
        found = [
            fit_mixture(searched, k, self.n_starts, self.trim, rng, self.max_iter)
            for k in candidates
        ]
        best = min(found, key=lambda mixture: self._criterion(mixture, searched))
        if searched is not x:
            best = improve(best, x, self.trim, self.max_iter)
        self.weights_, self.means_, self.whitenings_ = best

    def _criterion(self, mixture: Mixture, x: np.ndarray) -> float:
        k, width = mixture.means.shape
        free = k - 1 + k * width + k * width * (width + 1) / 2
        kept = len(x) - int(self.trim * len(x))
        return free * np.log(kept) - 2 * kept * trimmed_mean(mixture.log_density(x), self.trim)

    def _mixture(self) -> Mixture:
        return Mixture(self.weights_, self.means_, self.whitenings_)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().log_density(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().log_density(x)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._mixture().draw(n, rng)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().shares(x)
