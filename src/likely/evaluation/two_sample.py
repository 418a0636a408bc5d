"""Whether a classifier can tell generated samples from real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import norm
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator, some_rows
from likely.evaluation.intervals import auroc_with_variance, wilson_interval
from likely.evaluation.same_columns import same_columns
from likely.evaluation.spaces import Space, in_space
from likely.evaluation.tree_codes import tree_codes, with_values


@dataclass(frozen=True)
class TwoSample:
    """How well a classifier tells generated samples from real ones it has not learnt from.

    Parameters
    ----------
    accuracy : float in [0, 1]
        Share told rightly; 0.5 is ideal, 1 means that no generated sample passes for real.
    accuracy_interval : (float, float)
        Its interval.
    auroc : float in [0, 1]
        Chance that a generated sample looks more generated than a real one; 0.5 is ideal.
    auroc_interval : (float, float)
        Its interval.
    p_value : float in [0, 1]
        Of "both come from one distribution": how often an AUROC as large comes about by chance.
    n : int
        Samples of each sort.
    """

    accuracy: float
    accuracy_interval: tuple[float, float]
    auroc: float
    auroc_interval: tuple[float, float]
    p_value: float
    n: int

    def __str__(self) -> str:
        low, high = self.accuracy_interval
        return (
            f"A classifier tells generated from real samples in {self.accuracy:.1%} of the cases "
            f"({low:.1%} to {high:.1%}; 50% is ideal); p = {self.p_value:.2g}."
        )


def two_sample_test(
    real: Any,
    generated: Any,
    space: Space | Literal["codes"] = "scaled",
    *,
    classifier: Literal["boosting", "logistic"] | ClassifierMixin = "boosting",
    folds: int = 5,
    most: int = 5_000,
    level: float = 0.95,
    seed: int = 0,
) -> TwoSample:
    """Let a classifier learn to tell generated from real samples, and judge it on held-out ones.

    If both come from one distribution, no classifier is right more often than by chance. The
    question that is left is which differences the classifier can see: boosted trees see those of
    columns and of a few columns together, logistic regression those of means only, unless the space
    is one of features that say more.

    Parameters
    ----------
    real : dataframe, array, list or path, n samples
        Real samples that the generator has not learnt from; those that it has flatter it.
    generated : as `real`
        Generated samples. Of the larger set as many are drawn as there are in the smaller one.
    space : {"scaled", "given", "codes"} or callable, default "scaled"
        What the classifier sees; see `likely.evaluation.spaces.in_space`. "codes" is for tables and
        loses nothing: numbers and dates as they are, categories as categories, gaps as gaps. It is
        the view in which synthetic tables should pass, and needs boosted trees or a classifier of
        one's own that takes NaN.
    classifier : {"boosting", "logistic"} or classifier, default "boosting"
        Gradient boosting over histograms, logistic regression, or one of one's own with
        `predict_proba`.
    folds : int in [2, 100], default 5
        Parts that are held out, one after the other.
    most : int in [10, inf), default 5000
        Samples of each sort that are used at most.
    level : float in (0, 1), default 0.95
        Of the intervals.
    seed : int in [0, inf), default 0
        Of draws, folds and trees.

    Returns
    -------
    TwoSample

    Raises
    ------
    DataError
        If there are fewer than two samples a fold of either sort, or they do not fit together.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Folds share what they learn from, so that their results depend on one another: a test that takes
    all held-out answers for independent rejects the truth up to 13 % of the time where it promises
    5 %. Variances are therefore those of independent answers times 1 + folds / (folds - 1), after
    Nadeau & Bengio.

    References
    ----------
    Lopez-Paz, D. & Oquab, M. (2017). Revisiting classifier two-sample tests. ICLR.
    https://arxiv.org/abs/1610.06545
    Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52.
    https://doi.org/10.1023/A:1024068626366

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(400, 2))
    >>> two_sample_test(rows[:200], rows[200:], classifier="logistic").p_value > 0.05
    True
    >>> two_sample_test(rows[:200], rows[200:] + 3, classifier="logistic").accuracy > 0.95
    True
    """
    if not 2 <= folds <= 100 or most < 10 or not 0 < level < 1:
        raise ParameterError(
            "folds must be in [2, 100], most at least 10 and level in (0, 1). Got "
            f"{folds!r}, {most!r} and {level!r}."
        )
    rng = generator(seed)
    (first, second), nominal = _seen(space, classifier, real, generated)
    n = min(len(first), len(second), most)
    if n < 2 * folds:
        raise DataError(f"{folds} folds need at least {2 * folds} samples of each sort. Found {n}.")
    x = np.concatenate([part[some_rows(len(part), n, rng)] for part in (first, second)])
    is_generated = np.repeat([False, True], n)
    model = _classifier(classifier, seed, nominal)
    right, found = 0, []
    for fold in _folds(n, folds, rng):
        learner: Any = clone(model)
        seen, held_out = with_values(x[~fold], x[fold])
        learner.fit(seen, is_generated[~fold])
        chance = learner.predict_proba(held_out)[:, 1]
        right += int(((chance > 0.5) == is_generated[fold]).sum())
        found.append(auroc_with_variance(is_generated[fold], chance))
    return _concluded(right / (2 * n), np.array(found), n, level)


def _seen(
    space: Any, classifier: Any, real: Any, generated: Any
) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Return what the classifier sees of samples, and which of it are categories."""
    if space != "codes":
        return in_space(space, real, generated), None
    if classifier == "logistic":
        raise ParameterError(
            'space="codes" has gaps and categories, which classifier="logistic" cannot take. Give '
            '"boosting", or space="scaled".'
        )
    tables = same_columns(real, generated, names=("real", "generated"))
    return tree_codes(tables[0].columns, *(table.matrix for table in tables))


def _classifier(asked: Any, seed: int, nominal: np.ndarray | None) -> Any:
    if asked == "boosting":
        return HistGradientBoostingClassifier(random_state=seed, categorical_features=nominal)
    if asked == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    if not hasattr(asked, "predict_proba"):
        raise ParameterError(
            f'classifier must be "boosting", "logistic" or have predict_proba. Got {asked!r}.'
        )
    return asked


def _folds(n: int, folds: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield which samples are held out, as many of each sort."""
    turn = np.concatenate([rng.permutation(np.arange(n) % folds) for _ in range(2)])
    return (turn == fold for fold in range(folds))


def _concluded(accuracy: float, found: np.ndarray, n: int, level: float) -> TwoSample:
    """Return the result of folds, (fold, 3): AUROC, its variance, its variance by chance."""
    folds = len(found)
    shared = 1 + folds / (folds - 1)  # test samples over training samples is 1 / (folds - 1)
    auroc = float(found[:, 0].mean())
    spread, by_chance = np.sqrt(shared * found[:, 1:].mean(axis=0) / folds)
    reach = float(norm.ppf((1 + level) / 2) * spread)
    p = float(norm.sf((auroc - 0.5) / by_chance)) if by_chance > 0 else 1.0
    return TwoSample(
        accuracy=accuracy,
        accuracy_interval=wilson_interval(accuracy, 2 * n / shared, level),
        auroc=auroc,
        auroc_interval=(max(0.0, auroc - reach), min(1.0, auroc + reach)),
        p_value=p,
        n=n,
    )
