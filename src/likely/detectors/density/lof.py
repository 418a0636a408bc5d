"""Local outlier factor."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.neighbours import Reference, difference_shares, nearest
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.core.spreads import distance_spreads

_ALL_EQUAL = 1e-3
"""k-distance, in robust spreads, where all training rows are equal: any difference is odd."""


class LOF(Explainer):
    r"""Local outlier factor (Breunig et al., 2000).

    How much sparser the surroundings of a row are than those of its neighbours. With the
    reachability distance reach(x, o) = max(k-distance(o), |x - o|) and the local density
    lrd(x) = 1 / mean reach(x, o) over the k nearest o,

        LOF(x) = mean over the k nearest o of lrd(o) / lrd(x).

    About 1 inside a cluster of any density, larger outside. The score is minus LOF(x). Distances
    are measured in columns that are scaled to a like spread (`likely.core.spreads`).

    k-distances below their `least_reach` quantile count as that quantile. Otherwise the densest
    places, equal rows above all, would make the ordinary rows around them the oddest of the table:
    among more than k equal rows every distance is 0 and the density infinite.

    Parameters
    ----------
    n_neighbors : int in [1, 1000], default 20
        How many neighbours; fewer distinct rows than that use all they have. Clusters of fewer
        rows than this are called odd.
    least_reach : float in [0, 1], default 0.25
        Quantile of the training rows' k-distances, those of 0 aside, that is the least one. 0 is
        the paper's method, unless rows are equal; towards 1 the score becomes that of `KNN`.
    max_reference : int in [2, 10000000], default 20000
        At most this many training rows, drawn at random, are kept to compare with; the cost grows
        with its square.
    seed : int in [0, inf), default 0
        Which rows are drawn when there are more.

    Warnings
    --------
    Anomalies in the training rows hide one another, more than with k-NN: more than `n_neighbors`
    of them close together look like a cluster. LOF is at its best when learnt from clean rows.

    Notes
    -----
    **Intuition.** A gap is odd beside a tight cluster and normal inside a wide one, so a row is
    compared with its own neighbours.

    **Formula.** $\mathrm{LOF}(x) = \frac1k \sum_{o \in N_k(x)} \mathrm{lrd}(o) / \mathrm{lrd}(x)$,
    where N_k(x) are the k nearest learnt rows and lrd is one over the mean reach distance to them.
    The score is −LOF(x).

    **When to use.** Clean training rows in clusters of different density.

    **Where it fails.** A group of more than k anomalies makes its own place dense; the numbers say
    nothing across data sets.

    **Cost.** As nearest neighbours: of order n d to judge a row, with n at most `max_reference`;
    learning judges every row once.

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
        "spreads_": Array("width", low=1),
        "reach_": Array("n", low=0),
        "density_": Array("n", low=0),
    }

    reference_: np.ndarray
    spreads_: np.ndarray
    reach_: np.ndarray
    density_: np.ndarray

    def __init__(
        self,
        n_neighbors: Annotated[int, Interval(1, 1000)] = 20,
        least_reach: Annotated[float, Interval(0, 1)] = 0.25,
        max_reference: Annotated[int, Interval(2, 10_000_000)] = 20_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.least_reach = least_reach
        self.max_reference = max_reference
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._kept = some_rows(len(x), self.max_reference, rng)
        kept = x[self._kept]
        self.spreads_ = distance_spreads(kept)
        self.reference_ = kept / self.spreads_
        vars(self).pop("_among", None)
        k = min(self.n_neighbors, len(kept) - 1)
        distances, positions = nearest(self.reference_, self._among, k, leave_self_out=True)
        far = distances[:, -1]
        apart = far[far > 0]
        least = np.quantile(apart, self.least_reach) if len(apart) else _ALL_EQUAL
        self.reach_ = np.maximum(far, least)
        self.density_ = self._densities(distances, positions)
        self._factors = self.density_[positions].mean(axis=1) / self.density_

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._judge(x)[0]

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        scores = np.empty(len(x))
        scores[self._kept] = -self._factors
        others = np.ones(len(x), dtype=bool)
        others[self._kept] = False
        if others.any():
            scores[others] = self._score(x[others])
        return scores

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        factors, distances, positions = self._judge(x)
        shares = difference_shares(x / self.spreads_, self.reference_, distances, positions)
        return factors[:, None] * shares

    def _judge(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        k = min(self.n_neighbors, len(self.reference_) - 1)
        distances, positions = nearest(x / self.spreads_, self._among, k)
        density = self._densities(distances, positions)
        return self.density_[positions].mean(axis=1) / density, distances, positions

    def _densities(self, distances: np.ndarray, positions: np.ndarray) -> np.ndarray:
        reach = np.maximum(distances, self.reach_[positions])
        # rows may differ and still be so close that a distance underflows to zero
        return 1 / np.maximum(reach.mean(axis=1), np.finfo(np.float64).tiny ** 0.25)

    @cached_property
    def _among(self) -> Reference:
        return Reference(self.reference_)
