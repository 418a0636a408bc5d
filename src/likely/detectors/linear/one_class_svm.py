"""One-class support vector machine."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from scipy.linalg import solve_triangular

from likely.base.model import Model
from likely.base.state import Array
from likely.core.kernels import TILE, exponents
from likely.core.neighbours import distinct
from likely.core.order import ascending
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.detectors.linear.support import one_class_support

_MOST_ROWS = 5_000
_JITTER = 1e-6  # on kernels of at most 1: nearly equal landmarks share their weight
_CLIP = 100.0
_SMALLEST = 1e-9  # robustly scaled columns vary by about 1, or not at all but for rounding


class OneClassSVM(Model):
    r"""One-class support vector machine with a Gaussian kernel (Schölkopf et al., 2001).

    In the space of the kernel exp(-gamma |x - y|^2) it looks for the plane that parts most rows
    from the origin, at the largest distance. The score of a row is its place above the plane:
    negative for rows outside. The kernel is written in `n_components` explicit features (Nyström's
    method; Williams & Seeger, 2001), so that the cost grows with the rows, not with their square.

    Parameters
    ----------
    nu : float in (0, 1], default 0.5
        Share of the training rows that may lie outside, at most. At 1 the method is a kernel
        density; small values follow the edge of the rows, and the anomalies among them too.
    gamma : float in (0, 1000] or "auto", default "auto"
        How fast the kernel falls off with the squared distance, in standardised columns. "auto" is
        1 / number of features.
    n_components : int in [1, 5000], default 300
        At most so many training rows, drawn at random among the distinct ones, carry the kernel.
    seed : int in [0, inf), default 0
        Which rows those are, and which 5000 rows are learnt from when there are more.

    Notes
    -----
    One kernel width serves all columns, so they are standardised by their standard deviation, with
    values beyond 100 robust spreads pulled in to there: a robust spread would leave columns with
    heavy tails many times wider than the others.

    **Intuition.** Draw a smooth surface around most rows; `nu` is the share that may lie outside.

    **Formula.** $f(x) = \sum_i \alpha_i e^{-\gamma \lVert x - x_i \rVert^2} - \rho$, where x_i are
    the learnt rows that carry the kernel, α_i their weights, γ how narrow the kernel is and ρ the
    level of the surface. The score is f(x): negative outside.

    **When to use.** Rows of any shape that are known to be normal.

    **Where it fails.** One width for all places and columns; with a small `nu` anomalies among the
    learnt rows are enclosed too; far away the score levels off.

    **Cost.** Of order n m (m + d) to learn with n rows (at most 5,000) and m of them that carry the
    kernel, n m for each of at most 500 steps, and m³; m d to judge a row.

    Warnings
    --------
    Scores level off: where no training row is near, all rows have the same score, however far out
    they are.

    References
    ----------
    Schölkopf, B., Platt, J., Shawe-Taylor, J., Smola, A. & Williamson, R. (2001). Estimating the
    support of a high-dimensional distribution. Neural Comput. 13(7).
    https://doi.org/10.1162/089976601750264965
    Williams, C. & Seeger, M. (2001). Using the Nyström method to speed up kernel machines. NIPS 13.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import OneClassSVM
    >>> rng = np.random.default_rng(0)
    >>> angle = rng.uniform(0, 2 * np.pi, 500)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(500, 2))
    >>> model = OneClassSVM(nu=0.05, gamma=2).fit(ring)
    >>> model.predict([[0.0, 0.0], [1.0, 0.0]])
    array([-1,  1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1162/089976601750264965"}
    fast = {"n_components": 100}
    _state_spec = {
        "spreads_": Array("width", low=0),
        "landmarks_": Array("component", "width", rows=True),
        "weights_": Array("component"),
        "level_": Array(),
        "gamma_": Array(low=0),
    }

    spreads_: np.ndarray
    landmarks_: np.ndarray
    weights_: np.ndarray
    level_: np.ndarray
    gamma_: np.ndarray

    def __init__(
        self,
        nu: Annotated[float, Interval(0, 1, open_low=True)] = 0.5,
        gamma: Annotated[float, Interval(0, 1000, open_low=True)] | Literal["auto"] = "auto",
        n_components: Annotated[int, Interval(1, 5000)] = 300,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.nu = nu
        self.gamma = gamma
        self.n_components = n_components
        self.seed = seed

    def _check_state(self) -> None:
        if not len(self.landmarks_) or not (self.spreads_ > 0).all():
            raise ValueError(f"{len(self.landmarks_)} landmarks, spreads {self.spreads_}")

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        x = x[ascending(x)]  # so that the order of the rows decides nothing
        x = x[some_rows(len(x), _MOST_ROWS, rng)]
        spreads = np.clip(x, -_CLIP, _CLIP).std(axis=0)
        self.spreads_ = np.where(spreads > _SMALLEST, spreads, 1.0)
        self.gamma_ = np.array(1 / x.shape[1] if self.gamma == "auto" else float(self.gamma))
        candidates = x[distinct(x)[0]] / self.spreads_
        self.landmarks_ = candidates[some_rows(len(candidates), self.n_components, rng)]
        root = self._root()
        features = solve_triangular(root, self._kernels(x / self.spreads_).T, lower=True).T
        direction, level = one_class_support(features, self.nu)  # features: (n, component)
        self.weights_ = solve_triangular(root.T, direction)
        self.level_ = np.array(level)

    def _score(self, x: np.ndarray) -> np.ndarray:
        scores = np.empty(len(x))
        step = max(1, TILE // len(self.landmarks_))
        for start in range(0, len(x), step):
            here = slice(start, start + step)
            scores[here] = self._kernels(x[here] / self.spreads_) @ self.weights_
        return scores - self.level_

    def _root(self) -> np.ndarray:
        """Return the Cholesky root of the landmarks' kernels, shape (component, component)."""
        kernels = self._kernels(self.landmarks_)
        return np.linalg.cholesky(kernels + _JITTER * np.eye(len(kernels)))

    def _kernels(self, x: np.ndarray) -> np.ndarray:
        """Return the kernels of standardised rows with the landmarks, shape (n, component)."""
        found = exponents(x, self.landmarks_, float(self.gamma_))
        return np.exp(np.minimum(found, 0.0, out=found), out=found)
