"""Isolation forest."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.params import Interval
from likely.detectors.isolation.trees import Forest, average_path, grow


class IsolationForest(Explainer):
    """Isolation forest (Liu et al., 2008)."""

    card = {"kinds": ["table"], "paper": "doi:10.1109/ICDM.2008.17"}
    fast = {"n_trees": 20}
    _state_spec = {
        "features_": Array("tree", "inner", "term", dtype="int32", low=0, high="width"),
        "weights_": Array("tree", "inner", "term"),
        "thresholds_": Array("tree", "inner"),
        "depths_": Array("tree", "node"),
        "unit_": Array(),
    }

    def __init__(
        self,
        n_trees: Annotated[int, Interval(1, 10_000)] = 100,
        sample_size: Annotated[int, Interval(2, 16_384)] = 256,
        ndim: Annotated[int, Interval(1, 2)] = 1,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_trees = n_trees
        self.sample_size = sample_size
        self.ndim = ndim
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        size = min(self.sample_size, len(x))
        terms = min(self.ndim, x.shape[1])
        forest, self._samples, self._paths = grow(x, self.n_trees, size, terms, rng)
        self.features_, self.weights_ = forest.features, forest.weights
        self.thresholds_, self.depths_ = forest.thresholds, forest.depths
        self.unit_ = average_path(np.array(float(size)))

    def _score(self, x: np.ndarray) -> np.ndarray:
        expected = self.depths_[:, 0].sum()
        return (self._forest().sums(x) - expected) / (len(self.depths_) * self.unit_)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        short = self._forest().sums(x) - self.depths_[:, 0].sum()
        trees = np.full(len(x), float(len(self.depths_)))
        own = self._paths - self.depths_[:, :1]
        inside = np.bincount(self._samples.ravel(), own.ravel(), len(x))
        seen = np.bincount(self._samples.ravel(), minlength=len(x))
        unseen = seen < trees
        short = np.where(unseen, short - inside, short)
        return short / (np.where(unseen, trees - seen, trees) * self.unit_)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._forest().shares(x) / (len(self.depths_) * self.unit_)

    def _forest(self) -> Forest:
        return Forest(self.features_, self.weights_, self.thresholds_, self.depths_)
