"""Local outlier factor."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.neighbours import difference_shares, distinct, nearest
from likely.core.params import Interval
from likely.core.random import some_rows


class LOF(Explainer):
    """Local outlier factor (Breunig et al., 2000).

    How much sparser the surroundings of a row are than those of its neighbours. With the
    reachability distance reach(x, o) = max(k-distance(o), |x - o|) and the local density
    lrd(x) = 1 / mean reach(x, o) over the k nearest o,

        LOF(x) = mean over the k nearest o of lrd(o) / lrd(x).

    About 1 inside a cluster of any density, larger outside. The score is minus LOF(x).

    Rows that occur several times count once (the paper's k-distinct-distance): among more than k
    equal rows every distance would be 0, the density infinite, and all rows near them infinitely
    odd.

    Parameters
    ----------
    n_neighbors : int in [1, 1000], default 20
        How many neighbours; fewer distinct rows than that use all they have. Clusters of fewer
        rows than this are called odd.
    max_reference : int in [2, 10000000], default 20000
        At most this many training rows, drawn at random, are kept to compare with; the cost grows
        with its square.
    seed : int in [0, inf), default 0
        Which rows are drawn when there are more.

    Warnings
    --------
    Anomalies in the training rows hide one another, more than with k-NN: more than `n_neighbors`
    of them close together look like a cluster. LOF is at its best when learnt from clean rows.

    References
    ----------
    Breunig, M., Kriegel, H.-P., Ng, R. & Sander, J. (2000). LOF: identifying density-based local
    outliers. SIGMOD. https://doi.org/10.1145/342009.335388

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import LOF
    >>> rng = np.random.default_rng(0)
    >>> tight, wide = rng.normal(0, 0.1, (200, 2)), rng.normal(8, 2.0, (200, 2))
    >>> model = LOF().fit(np.vstack([tight, wide]))
    >>> model.predict([[1.0, 1.0], [9.0, 9.0]])
    array([-1,  1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1145/342009.335388"}
    power_tail = True
    steady_tail = False  # the ratio of densities changes its law with the density
    _state_spec = {
        "reference_": Array("n", "width", rows=True),
        "reach_": Array("n", low=0),
        "density_": Array("n", low=0),
    }

    reference_: np.ndarray
    reach_: np.ndarray
    density_: np.ndarray

    def __init__(
        self,
        n_neighbors: Annotated[int, Interval(1, 1000)] = 20,
        max_reference: Annotated[int, Interval(2, 10_000_000)] = 20_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.max_reference = max_reference
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        kept = some_rows(len(x), self.max_reference, rng)
        first, place = distinct(x[kept])
        self.reference_ = x[kept[first]]
        self._rows, self._places = kept, place
        if len(first) == 1:  # all rows are equal: nothing to compare with, every distance counts
            self.reach_, self.density_ = np.zeros(1), np.ones(1)
            self._factors = np.ones(1)
            return
        k = min(self.n_neighbors, len(first) - 1)
        distances, positions = nearest(self.reference_, self.reference_, k, leave_self_out=True)
        self.reach_ = distances[:, -1]
        self.density_ = self._densities(distances, positions)
        self._factors = self.density_[positions].mean(axis=1) / self.density_

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._judge(x)[0]

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        scores = np.empty(len(x))
        scores[self._rows] = -self._factors[self._places]
        others = np.ones(len(x), dtype=bool)
        others[self._rows] = False
        if others.any():
            scores[others] = self._score(x[others])
        return scores

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        factors, distances, positions = self._judge(x)
        return factors[:, None] * difference_shares(x, self.reference_, distances, positions)

    def _judge(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        k = min(self.n_neighbors, max(1, len(self.reference_) - 1))
        distances, positions = nearest(x, self.reference_, k)
        if len(self.reference_) == 1:
            return 1 + distances[:, 0], distances, positions
        density = self._densities(distances, positions)
        return self.density_[positions].mean(axis=1) / density, distances, positions

    def _densities(self, distances: np.ndarray, positions: np.ndarray) -> np.ndarray:
        reach = np.maximum(distances, self.reach_[positions])
        # distinct rows may still be so close that a distance underflows to zero
        return 1 / np.maximum(reach.mean(axis=1), np.finfo(np.float64).tiny ** 0.25)
