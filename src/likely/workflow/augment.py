"""`likely.augment`: rows for rare classes, if they help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator

from likely.base.model import Model
from likely.core.params import Interval, check_parameters
from likely.data.aside import set_aside_useless
from likely.data.frames import as_table
from likely.data.table import Table
from likely.workflow.augmentation.drawing import (
    INTERPOLATION,
    TREES,
    checked,
    lacking,
    make_rows,
    name_of,
)
from likely.workflow.augmentation.in_kind import as_user, behind, classes_of, labels_at
from likely.workflow.augmentation.worth import (
    NONE,
    Trial,
    Verdict,
    judge,
    measure,
    told,
    untried,
)

AUTO = "auto"

_FEW = 30  # rows of a class, of which folds hold so few that they are repeated once more


class Augmented(NamedTuple):
    """What `augment` returns.

    Parameters
    ----------
    X, y : as given
        Rows and labels with those added behind them; the very same objects if none are.
    verdict : Verdict
        Whether they helped, in words and figures.
    """

    X: Any
    y: Any
    verdict: Verdict


class Augment(BaseEstimator):
    """Adds rows to rare classes, with imbalanced-learn's `fit_resample`.

    Parameters
    ----------
    method : str or Model, default "auto"
        "smote": between neighbours. "SequentialTrees", or another model that draws rows of a table.
        "auto": whichever of these two helps in cross-validation, or neither.
    ratio : float in (0, 1], default 1
        How frequent rare classes become, as a share of the largest one.
    classifier : scikit-learn classifier, optional
        Whose average precision decides, given rows as yours are; by default gradient boosting.
    folds : int in [2, 20], default 5
        Of cross-validation.
    repeats : int in [1, 100], optional
        How often cross-validation is repeated with other folds; by default twice, and three times
        where a class has fewer than 30 rows.
    seed : int in [0, inf), default 0
        Of folds and draws.

    Attributes
    ----------
    verdict_ : Verdict
        What was added and, with "auto", what speaks for it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(100, 2)), np.repeat([0, 1], [90, 10])
    >>> more, labels = Augment("smote").fit_resample(X, y)
    >>> more.shape, int(labels.sum())
    ((180, 2), 90)
    """

    verdict_: Verdict

    def __init__(
        self,
        method: str | Model = AUTO,
        ratio: Annotated[float, Interval(0, 1, open_low=True)] = 1.0,
        classifier: Any = None,
        folds: Annotated[int, Interval(2, 20)] = 5,
        repeats: Annotated[int, Interval(1, 100)] | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.method = method
        self.ratio = ratio
        self.classifier = classifier
        self.folds = folds
        self.repeats = repeats
        self.seed = seed

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Return rows and labels, with those of rare classes added behind them.

        Parameters
        ----------
        X : dataframe, array, sparse matrix or list of rows, shape (n, columns)
            Numbers, categories, booleans and dates; missing values are welcome.
        y : series, array or list of shape (n,)
            Labels of two classes or more.

        Returns
        -------
        X, y : as given
            Of the same library and types. A pandas index is counted anew.

        Raises
        ------
        DataError
            If labels are missing, or all the same.
        ParameterError
            If the method draws no rows.
        """
        judged = isinstance(self.method, str) and self.method == AUTO
        found = _augmented(self, X, y, judged=judged)
        self.verdict_ = found.verdict
        return found.X, found.y


def augment(
    X: Any,
    y: Any,
    method: str | Model = AUTO,
    *,
    ratio: float = 1.0,
    classifier: Any = None,
    folds: int = 5,
    repeats: int | None = None,
    seed: int = 0,
) -> Augmented:
    """Add rows to rare classes if that helps, and say whether it does.

    Whether it does is measured by repeated stratified cross-validation: rows are made from what is
    learnt from in a fold, and the average precision for rows held out is compared with that
    without them. With "auto" rows are added only if the gain is above half its standard error.

    Parameters
    ----------
    X : dataframe, array, sparse matrix or list of rows, shape (n, columns)
        Numbers, categories, booleans and dates; missing values are welcome.
    y : series, array or list of shape (n,)
        Labels of two classes or more.
    method : str or Model, default "auto"
        As that of `Augment`; with another than "auto" rows are added whatever the verdict.
    ratio, classifier, folds, repeats, seed : optional
        As those of `Augment`.

    Returns
    -------
    Augmented
        `X`, `y` and `verdict`.

    Raises
    ------
    DataError
        If labels are missing, or all the same.
    ParameterError
        If a parameter is outside its range, or the method draws no rows.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(100, 2)), np.repeat([0, 1], [90, 10])
    >>> rows, labels, verdict = augment(X, y, repeats=1)
    >>> verdict.helped, rows is X
    (False, True)
    """
    asked = Augment(method, ratio, classifier, folds, repeats, seed)
    return _augmented(asked, X, y, judged=True)


def _augmented(asked: Augment, X: Any, y: Any, *, judged: bool) -> Augmented:
    check_parameters(asked)
    auto = isinstance(asked.method, str) and asked.method == AUTO
    methods = [INTERPOLATION, TREES] if auto else [checked(asked.method)]
    table = set_aside_useless(as_table(X))
    classes = classes_of(y, len(table))
    verdict = _judge(asked, table, classes, methods, X, auto=auto) if judged else None
    if verdict is not None and verdict.method == NONE:
        return Augmented(X, y, verdict)
    chosen = next(one for one in methods if verdict is None or name_of(one) == verdict.method)
    values, which = make_rows(table, classes, asked.ratio, chosen, asked.seed)
    verdict = told(verdict, name_of(chosen), len(values))
    if not len(values):
        return Augmented(X, y, verdict)
    example = np.array([int(np.argmax(classes == one)) for one in range(int(classes.max()) + 1)])
    positions = np.concatenate([np.arange(len(table)), example[which]])
    rows = behind(X, as_user(values, table, X))
    return Augmented(rows, labels_at(y, positions), verdict)


def _judge(
    asked: Augment,
    table: Table,
    classes: np.ndarray,
    methods: Sequence[str | Model],
    X: Any,
    *,
    auto: bool,
) -> Verdict | None:
    """Return what cross-validation says; None if it can say nothing and rows are asked for."""
    if not lacking(classes, asked.ratio):
        return untried("No class is rarer than asked for, so no rows are added.")
    if np.bincount(classes).min() < 2:
        alone = "A class has a single row, so none can be held out to see whether more would help"
        return untried(f"{alone}; no rows are added.") if auto else None
    used = table.used()

    def hand(values: np.ndarray) -> Any:
        return values[:, used] if asked.classifier is None else as_user(values, table, X)

    few = int(np.bincount(classes).min()) < _FEW
    repeats = (3 if few else 2) if asked.repeats is None else asked.repeats
    trial = Trial(asked.classifier, asked.folds, repeats, asked.ratio, asked.seed)
    return judge(measure(table, classes, methods, trial, hand), refusing=auto)
