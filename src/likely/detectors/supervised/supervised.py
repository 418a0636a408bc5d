"""Gradient-boosted trees with calibrated probabilities."""

from __future__ import annotations

from typing import Annotated, Any, final

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from likely.base.labelled import Labelled
from likely.core.params import Interval
from likely.detectors.supervised.trees import STATE, Trees, constant, from_boosting, joined

_LEAST_ROWS = 5
"""Rows in a leaf: a single labelled anomaly still gets one, with those around it."""

_MANY_ROWS = 20_000
"""With fewer, threads wait for one another longer than they work, above all on busy machines."""

_LEAST_SLOPE = 0.05
"""Margins that do not tell held-out anomalies still must not turn the order round."""


class Supervised(Labelled):
    r"""Classifier of boosted trees (Friedman, 2001) with calibrated probabilities (Platt, 1999).

    The score of a row is minus the log-odds of being an anomaly. The classes count alike while the
    trees grow, however rare anomalies are. One classifier is fitted for each fold and judges the
    rows left out; from these a logistic curve learns what a margin means. New rows get the mean of
    all classifiers. Rows without a label are taken for ordinary.

    Parameters
    ----------
    n_trees : int in [1, 10000], default 150
        Rounds of boosting.
    learning_rate : float in (0, 1], default 0.05
        How far each tree goes.
    max_leaves : int in [2, 256], default 8
        Leaves of a tree; small trees overlook single wrong labels.
    folds : int in [2, 20], default 3
        Parts that take turns in being left out. Fewer if there are fewer labelled anomalies; with
        a single one nothing is left out, and probabilities are those of the training rows.
    seed : int in [0, inf), default 0
        Which rows fall into which fold, and which features each split may look at.

    Warnings
    --------
    A new kind of anomaly goes unnoticed, however far out it lies: `FewLabels` notices. Where
    anomalies hide among the rows without a label, `probability` is that of being labelled as one.

    Notes
    -----
    **Intuition.** A classifier learns what people called an anomaly, rare or not.

    **Formula.** $s(x) = -\log \frac{\Pr(y{=}1 \mid x)}{\Pr(y{=}0 \mid x)} = -(a \, m(x) + b)$,
    where y is 1 for an anomaly, m(x) is the sum of the trees, a mean over the classifiers, and a
    and b are those of the logistic curve learnt from rows left out.

    **When to use.** Many labelled anomalies, and a wish for probabilities.

    **Where it fails.** A new kind of anomaly is not odd to it.

    **Cost.** Trees on histograms: of order n d for each level of a tree to learn, and `n_trees`
    times `folds` trees; a row is judged by walking down each of them.

    References
    ----------
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine. Annals of
    Statistics 29(5). https://doi.org/10.1214/aos/1013203451
    Platt, J. (1999). Probabilistic outputs for support vector machines and comparisons to
    regularized likelihood methods. Advances in Large Margin Classifiers, MIT Press.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import Supervised
    >>> rows = np.random.default_rng(0).normal(size=(500, 2))
    >>> labels = rows[:, 0] > 1.5
    >>> model = Supervised().fit(rows, labels)
    >>> model.probability([[0.0, 0.0], [2.5, 0.0]]).round()
    array([0., 1.])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1214/aos/1013203451"}
    fast = {"n_trees": 20, "folds": 2}
    expected_failures = {
        "check_classifier_data_not_an_array": "its targets are 1 and 2; labels are 1, 0 or missing",
        "check_estimators_dtypes": "its targets are 1 and 2; labels are 1, 0 or missing",
        "check_outliers_fit_predict": "fit_predict judges a row by the classifier that did not see "
        "it, predict treats it as new and asks all classifiers",
        "extreme_rows_are_odd": "a classifier calls odd what resembles the labelled anomalies, "
        "however far out a row may lie",
    }
    steady_tail = False
    _state_spec = STATE

    def __init__(
        self,
        n_trees: Annotated[int, Interval(1, 10_000)] = 150,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.05,
        max_leaves: Annotated[int, Interval(2, 256)] = 8,
        folds: Annotated[int, Interval(2, 20)] = 3,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.max_leaves = max_leaves
        self.folds = folds
        self.seed = seed

    @final
    def probability(self, X: Any) -> np.ndarray:
        """Return the calibrated probability that each row is an anomaly, in [0, 1], shape (n,)."""
        return expit(-self.score_samples(X))

    def _check_state(self) -> None:
        Trees.kept_in(self).check(len(self.schema_.feature_columns))

    def _fit_labelled(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        order = np.lexsort((labels == 1, *x.T))  # so that the order of the rows decides nothing
        x, anomaly = x[order], labels[order] == 1
        fold = _folds(anomaly, self.folds, rng)
        margins = np.empty(len(x))
        classifiers = []
        for k in range(fold.max() + 1):
            judged = fold == k
            learnt = ~judged if fold.any() else judged
            trees = self._boost(x[learnt], anomaly[learnt], rng)
            margins[judged] = trees.sums(x[judged])
            classifiers.append(trees)
        # anomalies weigh as much as all others in the trees; one in n they are in truth
        slope, intercept = 1.0, float(np.log(anomaly.sum() / (~anomaly).sum()))
        if len(classifiers) > 1:
            slope, intercept = _logistic_curve(margins, anomaly)
        mean = joined(classifiers).times(slope / len(classifiers))
        joined([mean, constant(intercept)]).keep_in(self)
        self._held_out = np.empty(len(x))
        self._held_out[order] = slope * margins + intercept

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -Trees.kept_in(self).sums(x)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        return -self._held_out

    def _boost(self, x: np.ndarray, anomaly: np.ndarray, rng: np.random.Generator) -> Trees:
        """Return trees whose sum is a margin: above 0 where anomalies, weighted up, prevail."""
        classifier = HistGradientBoostingClassifier(
            max_iter=self.n_trees,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaves,
            min_samples_leaf=_LEAST_ROWS,
            max_features=0.5,
            class_weight="balanced",
            early_stopping=False,
            random_state=int(rng.integers(2**31)),
        )
        threads = 1 if len(x) < _MANY_ROWS else None
        with threadpool_limits(threads, user_api="openmp"):
            return from_boosting(classifier.fit(x, anomaly))


def _folds(anomaly: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Return the fold of every row, so that each holds anomalies and others; all 0 if none can."""
    fold = np.zeros(len(anomaly), dtype=np.int64)
    count = min(folds, int(anomaly.sum()), int((~anomaly).sum()))
    for rows in (np.flatnonzero(anomaly), np.flatnonzero(~anomaly)):
        fold[rng.permutation(rows)] = np.arange(len(rows)) % count
    return fold


def _logistic_curve(margins: np.ndarray, anomaly: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of the log-odds of held-out rows, drawn in a little (Platt)."""
    ones, others = int(anomaly.sum()), int((~anomaly).sum())
    share = np.where(anomaly, (ones + 1) / (ones + 2), 1 / (others + 2))
    twice = np.concatenate([margins, margins])[:, None]
    classes = np.repeat([True, False], len(margins))
    curve = LogisticRegression(C=np.inf).fit(twice, classes, np.concatenate([share, 1 - share]))
    slope = max(float(curve.coef_[0, 0]), _LEAST_SLOPE)
    return slope, float(curve.intercept_[0])
