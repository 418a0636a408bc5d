"""Isolation forest."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.order import ascending
from likely.core.params import Interval
from likely.detectors.isolation.growth import average_path, grow
from likely.detectors.isolation.trees import Forest


class IsolationForest(Explainer):
    r"""Isolation forest (Liu et al., 2008), with splits across columns (Hariri et al., 2021).

    The score of a row is its mean path length over random trees, less the expected one, in units
    of the mean path length of a random search tree: 0 is typical, below is odd. Trees that saw a
    training row do not judge it in `training_scores_`.

    Contributions: at every split the expected path length changes; the change is credited to the
    column split on (to two columns by the size of their terms). They sum to minus the score.

    Parameters
    ----------
    n_trees : int in [1, 10000], default 100
        More trees make the ranking steadier; cost and file size grow in proportion.
    sample_size : int in [2, 16384], default 256
        Rows that each tree is grown on; small samples keep groups of anomalies apart.
    ndim : int in [1, 2], default 2
        Columns that a split looks at: 1 is the original forest, 2 the extended one, which also
        sees broken correlations.
    seed : int in [0, inf), default 0
        Source of samples and splits.

    Warnings
    --------
    A column that was constant when learnt is never split: a new value there goes unnoticed. Values
    beyond the learnt range are all alike: a row far out scores as one just outside.

    Notes
    -----
    **Intuition.** Ask random questions until a row stands alone: an odd row needs few.

    **Formula.** $s(x) = (\overline{h}(x) - \overline{h}) / c(\psi)$, where $\overline{h}(x)$ is the
    mean path of the row over the trees, $\overline{h}$ that of the rows they were grown on, and
    c(ψ) the mean path of a random search tree of ψ rows, `sample_size`.

    **When to use.** Many rows, contaminated data, columns of any scale.

    **Where it fails.** Wide tables with few columns that matter; how far a row is beyond all learnt
    ones is not seen. With `ndim` 1 also ghost regions beside clusters and broken correlations,
    which splits across two columns mend for the most part.

    **Cost.** Trees are grown in time of order ψ log ψ each, however many rows there are; a row,
    learnt or new, is judged in log ψ a tree.

    References
    ----------
    Liu, F. T., Ting, K. M. & Zhou, Z.-H. (2008). Isolation forest. ICDM.
    https://doi.org/10.1109/ICDM.2008.17
    Hariri, S., Carrasco Kind, M. & Brunner, R. (2021). Extended isolation forest. IEEE TKDE 33(4).
    https://doi.org/10.1109/TKDE.2019.2947676

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import IsolationForest
    >>> rows = np.random.default_rng(0).normal(size=(500, 3))
    >>> model = IsolationForest().fit(rows)
    >>> model.predict([[0.0, 0.0, 0.0], [6.0, -6.0, 6.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1109/ICDM.2008.17"}
    fast = {"n_trees": 20}
    expected_failures = {
        "check_outliers_fit_predict": "fit_predict judges a row by the trees that did not see it, "
        "predict treats it as new and asks all trees",
        "check_outliers_train": "as above: predict(X) on the training rows is milder than offset_, "
        "which comes from trees that did not see the row",
    }
    _state_spec = {
        "features_": Array("tree", "inner", "term", dtype="int32", low=0, high="width"),
        "slopes_": Array("tree", "inner", dtype="float32"),
        "thresholds_": Array("tree", "inner", dtype="float32"),
        "depths_": Array("tree", "node"),
        "unit_": Array(),
    }

    state_version = 2

    features_: np.ndarray
    slopes_: np.ndarray
    thresholds_: np.ndarray
    depths_: np.ndarray
    unit_: np.ndarray

    def __init__(
        self,
        n_trees: Annotated[int, Interval(1, 10_000)] = 100,
        sample_size: Annotated[int, Interval(2, 16_384)] = 256,
        ndim: Annotated[int, Interval(1, 2)] = 2,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_trees = n_trees
        self.sample_size = sample_size
        self.ndim = ndim
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        size = min(self.sample_size, len(x))
        terms = min(self.ndim, x.shape[1])
        order = ascending(x)  # so that the order of the rows decides nothing
        forest, self._samples, self._paths = grow(x, order, self.n_trees, size, terms, rng)
        self.features_, self.slopes_ = forest.features, forest.slopes
        self.thresholds_, self.depths_ = forest.thresholds, forest.depths
        self.unit_ = average_path(np.array(float(size)))
        vars(self).pop("_forest", None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._forest.sums(x) / (len(self.depths_) * self.unit_)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        longer = self._forest.sums(x)
        trees = np.full(len(x), float(len(self.depths_)))
        own = self._paths - self.depths_[:, :1]
        inside = np.bincount(self._samples.ravel(), own.ravel(), len(x))
        seen = np.bincount(self._samples.ravel(), minlength=len(x))
        unseen = seen < trees
        longer = np.where(unseen, longer - inside, longer)
        return longer / (np.where(unseen, trees - seen, trees) * self.unit_)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._forest.shares(x) / (len(self.depths_) * self.unit_)

    @cached_property
    def _forest(self) -> Forest:
        return Forest(self.features_, self.slopes_, self.thresholds_, self.depths_)
