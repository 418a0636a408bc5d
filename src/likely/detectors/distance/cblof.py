"""Cluster-based local outlier factor."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.k_means import closest, k_means
from likely.core.neighbours import difference_shares
from likely.core.order import ascending
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.core.spreads import distance_axes

_MOST_ROWS = 20_000
_ROWS_A_CLUSTER = 400
_STARTS = 5
"""Where k-means ends depends much on where it starts, and with it how odd rows are."""


class CBLOF(Explainer):
    r"""Distance to the nearest large cluster (He et al., 2003).

    k-means parts the rows into clusters; the largest of them are those where most rows are. The
    score of a row is minus its Euclidean distance from the nearest centre of a large cluster, in
    columns that are scaled to a like spread and, in wide tables, along directions that are evened
    out (`likely.core.spreads`). Rows of a small cluster are odd although they are near one another.

    Parameters
    ----------
    n_clusters : int in [1, 1000], default 8
        How many clusters to look for at most; with fewer distinct rows there are fewer.
    alpha : float in [0.5, 1], default 0.9
        The largest clusters are large until they hold this share of the rows together...
    beta : float in (1, inf), default 5
        ...or until the next one has less than 1 / `beta` of the rows of the last.
    seed : int in [0, inf), default 0
        Source of the first centres, and which rows are clustered when there are more than 400 a
        cluster, or 20 000.

    Notes
    -----
    The paper multiplies the distance by the size of the row's own cluster. That makes a large
    cluster odd for being large, so it is left out here, as in most implementations since. A drop in
    size (`beta`) counts once the large clusters hold half of the rows: those of a small minority
    are never the only normal ones. Some cluster is always large, so there is no table on which the
    method fails. Of five searches for clusters the one that is tightest after ten steps counts; the
    5 % of the rows farthest from all centres do not move them.

    The contribution of a column is its share of the squared distance, times the distance.

    **Intuition.** Most rows live in a few large clusters; what is far from all of these is odd,
    even if it stands in a tight group.

    **Formula.** $d_C(x) = \min_{c \text{ large}} \lVert x - \mu_c \rVert$, where μ_c is the centre
    of cluster c, in scaled columns, and the largest clusters are large until they hold a share
    `alpha` of the rows or sizes drop by `beta`. The score is −d_C(x).

    **When to use.** Anomalies that come in groups of fewer than 1 − `alpha` of the rows, or very
    many rows to judge.

    **Where it fails.** Clusters are taken for round; too few centres stand between clusters, and
    too many give a group of anomalies a large one.

    **Cost.** Of order n K d a round of k-means with K clusters, on at most 400 K rows and 20,000; a
    row is judged in K d, and only centres are kept.

    Warnings
    --------
    Clusters are round and of similar size: a long or hollow cloud is cut into pieces, and rows at
    its ends look odder than they are.

    References
    ----------
    He, Z., Xu, X. & Deng, S. (2003). Discovering cluster-based local outliers. Pattern Recognit.
    Lett. 24(9-10). https://doi.org/10.1016/S0167-8655(03)00003-5

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import CBLOF
    >>> rng = np.random.default_rng(0)
    >>> rows = np.vstack([rng.normal(-5, 1, (200, 2)), rng.normal(5, 1, (200, 2))])
    >>> model = CBLOF(n_clusters=2).fit(rows)
    >>> model.predict([[0.0, 0.0], [5.0, 5.0]])
    array([-1,  1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1016/S0167-8655(03)00003-5"}
    power_tail = True
    state_version = 2
    _state_spec = {"centres_": Array("cluster", "width"), "axes_": Array("width", "width")}

    centres_: np.ndarray
    axes_: np.ndarray

    def __init__(
        self,
        n_clusters: Annotated[int, Interval(1, 1000)] = 8,
        alpha: Annotated[float, Interval(0.5, 1)] = 0.9,
        beta: Annotated[float, Interval(1, open_low=True)] = 5.0,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.alpha = alpha
        self.beta = beta
        self.seed = seed

    def _check_state(self) -> None:
        if not len(self.centres_):
            raise ValueError("there is no large cluster")

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        order = ascending(x)  # so that the order of the rows decides nothing
        most = min(_MOST_ROWS, _ROWS_A_CLUSTER * self.n_clusters)
        searched = x[order[some_rows(len(x), most, rng)]]
        self.axes_ = distance_axes(searched, self.schema_.steps)
        searched = searched @ self.axes_
        centres, labels = k_means(searched, self.n_clusters, rng, _STARTS)
        self.centres_ = centres[large_clusters(np.bincount(labels), self.alpha, self.beta)]

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._nearest(x @ self.axes_)[0]

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        x = x @ self.axes_
        distances, positions = self._nearest(x)
        distances, positions = distances[:, None], positions[:, None]
        return distances * difference_shares(x, self.centres_, distances, positions)

    def _nearest(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the distance of every row from the nearest centre, and which it is, both (n,)."""
        positions = closest(x, self.centres_)
        difference = x - self.centres_.take(positions, axis=0)  # measured anew: products round
        return np.sqrt(np.einsum("ij,ij->i", difference, difference)), positions


def large_clusters(sizes: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """Return which clusters are large, the largest first; there is always one.

    Parameters
    ----------
    sizes : ndarray of int, shape (k,)
        How many rows each has, at least 1.
    alpha : float in [0.5, 1]
        Enough is once they hold this share of the rows together.
    beta : float in (1, inf)
        Enough is, too, once they hold half of the rows and the next one is so many times smaller
        than the last.
    """
    order = np.argsort(-sizes, kind="stable")
    ordered = sizes[order]
    share = np.cumsum(ordered) / ordered.sum()
    drop = np.append(ordered[:-1] >= beta * ordered[1:], False)
    enough = (share >= alpha - 1e-12) | (drop & (share >= 0.5))
    return order[: np.argmax(enough) + 1]
