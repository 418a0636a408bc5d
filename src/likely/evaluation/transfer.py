"""Whether a model that learns from synthetic rows is right about real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import norm
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator, some_rows
from likely.data.table import Table
from likely.evaluation.ranking import auroc
from likely.evaluation.same_columns import is_nominal, same_columns
from likely.evaluation.tree_codes import tree_codes, with_values

_BLOCKS = 20
_MOST_LEVELS = 20
_FEWEST = 10


@dataclass(frozen=True)
class Transfer:
    """How right a model is that learnt from synthetic rows, beside one that learnt from real ones.

    Parameters
    ----------
    target : str
        The column that is predicted.
    metric : {"AUROC", "R2"}
        "AUROC" for levels (more than two: the mean over levels, each against all others), "R2" for
        numbers, the share of the variance that is explained.
    synthetic, real : float
        The metric on real test rows after learning from synthetic and from real rows.
    gap : float
        `real` less `synthetic`: what is lost by learning from synthetic rows.
    gap_interval : (float, float)
        Its interval, over draws of test rows.
    error_synthetic, error_real : float
        Root of the mean squared error, in the unit of the target; NaN for levels.
    n : int
        Rows that either model learnt from.
    n_test : int
        Rows that both were tested on.
    """

    target: str
    metric: Literal["AUROC", "R2"]
    synthetic: float
    real: float
    gap: float
    gap_interval: tuple[float, float]
    error_synthetic: float
    error_real: float
    n: int
    n_test: int

    def __str__(self) -> str:
        low, high = self.gap_interval
        errors = ""
        if self.metric == "R2":
            errors = (
                f" (root mean squared error {self.error_synthetic:.4g} instead of "
                f"{self.error_real:.4g})"
            )
        return (
            f"Learnt from {self.n:,} synthetic rows, trees predict {self.target!r} of real rows "
            f"with {self.metric} {self.synthetic:.3f}, from as many real ones with "
            f"{self.real:.3f}{errors}; the gap is {self.gap:.3f} ({low:.3f} to {high:.3f})."
        )


def transfer(
    real_train: Any,
    synthetic: Any,
    real_test: Any,
    target: str,
    *,
    most: int = 50_000,
    level: float = 0.95,
    seed: int = 0,
) -> Transfer:
    """Train on synthetic rows and on as many real ones, and test both on real rows held out.

    Models are boosted trees, which take categories and missing values as they are.

    Parameters
    ----------
    real_train : dataframe of any library, array, list, dict or path
        Real rows that the generator has learnt from.
    synthetic : as `real_train`
        Its rows.
    real_test : as `real_train`
        Real rows that it has not learnt from.
    target : str
        The column to predict from all others. Levels, and numbers that take two values only, are
        classified; of more than 20 levels the rarer ones are one. Rows where it is missing do not
        count.
    most : int in [10, inf), default 50000
        Rows that a model learns from at most.
    level : float in (0, 1), default 0.95
        Of the interval.
    seed : int in [0, inf), default 0
        Of draws and trees.

    Returns
    -------
    Transfer

    Raises
    ------
    DataError
        If columns are not the same, there is no such column or no other one, it holds dates, there
        are fewer than ten rows with a target, or real rows have one value only.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    The interval is a jackknife over 20 blocks of test rows: it says how far the gap depends on
    them, not on the rows that were learnt from.

    References
    ----------
    Esteban, C., Hyland, S. L. & Rätsch, G. (2017). Real-valued (medical) time series generation
    with recurrent conditional GANs. https://arxiv.org/abs/1706.02633

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(600, 2))
    >>> rows = np.column_stack([x, x[:, 0] > 0])
    >>> found = transfer(rows[:200], rows[200:400], rows[400:], "column_2")
    >>> found.metric, found.synthetic > 0.95, abs(found.gap) < 0.05
    ('AUROC', True, True)
    """
    names = ("real", "synthetic", "test")
    learnt, made, apart = same_columns(real_train, synthetic, real_test, names=names)
    return transfer_of(learnt, made, apart, target, most=most, level=level, seed=seed)


def transfer_of(
    real_train: Table,
    synthetic: Table,
    real_test: Table,
    target: str,
    *,
    most: int = 50_000,
    level: float = 0.95,
    seed: int = 0,
) -> Transfer:
    """Return `transfer` of tables that have the same columns already."""
    if most < _FEWEST or not 0 < level < 1:
        raise ParameterError(
            f"most must be at least {_FEWEST} and level in (0, 1). Got {most!r} and {level!r}."
        )
    real_train.check_names([target])
    place = real_train.names.index(target)
    column = real_train.columns[place]
    if column.kind == "date" or len(real_train.columns) < 2:
        raise DataError(
            f"The target {target!r} holds dates, or is the only column. Give numbers or levels "
            "that other columns may tell."
        )
    others = [j for j in range(len(real_train.columns)) if j != place]
    tables = (real_train, synthetic, real_test)
    codes, nominal = tree_codes(
        [real_train.columns[j] for j in others], *(table.matrix[:, others] for table in tables)
    )
    answers = [table.matrix[:, place] for table in tables]
    known = [np.isfinite(answer) for answer in answers]
    x = [code[there] for code, there in zip(codes, known, strict=True)]
    y = [answer[there] for answer, there in zip(answers, known, strict=True)]
    _check(target, y)
    classes = is_nominal(column) or len(np.unique(y[0])) == 2
    if classes:
        y = _few_levels(y)
    n = min(len(y[0]), len(y[1]), most)
    rng = generator(seed)
    found = []
    for side in (0, 1):
        rows = some_rows(len(y[side]), n, rng)
        learn = _chances if classes else _values
        found.append(learn(x[side][rows], y[side][rows], x[2], nominal, seed))
    metric = _macro_auroc if classes else _explained
    return _concluded(target, metric, y[2], found[0], found[1], n, (level, classes), rng)


def _check(target: str, y: list[np.ndarray]) -> None:
    if min(map(len, y)) < _FEWEST:
        raise DataError(
            f"{_FEWEST} rows of every table must have a {target!r}; found "
            f"{', '.join(str(len(answer)) for answer in y)}."
        )
    if any(len(np.unique(answer)) < 2 for answer in (y[0], y[2])):
        raise DataError(f"The target {target!r} has one value only: there is nothing to predict.")


def _few_levels(y: list[np.ndarray]) -> list[np.ndarray]:
    """Return levels as they are, those beyond the most frequent real ones as one."""
    levels, counts = np.unique(y[0], return_counts=True)
    kept = levels[np.argsort(-counts, kind="stable")[:_MOST_LEVELS]]
    return [np.where(np.isin(answer, kept), answer, -1.0) for answer in y]


def _chances(
    x: np.ndarray, y: np.ndarray, test: np.ndarray, nominal: np.ndarray, seed: int
) -> dict[float, np.ndarray]:
    """Return the chance of each level, by level."""
    levels = np.unique(y)
    if len(levels) < 2:
        return {float(levels[0]): np.ones(len(test))}
    x, test = with_values(x, test)
    model = HistGradientBoostingClassifier(random_state=seed, categorical_features=nominal)
    chances = model.fit(x, y).predict_proba(test)
    return {float(level): chances[:, k] for k, level in enumerate(model.classes_)}


def _values(
    x: np.ndarray, y: np.ndarray, test: np.ndarray, nominal: np.ndarray, seed: int
) -> np.ndarray:
    x, test = with_values(x, test)
    model = HistGradientBoostingRegressor(random_state=seed, categorical_features=nominal)
    return model.fit(x, y).predict(test)


def _macro_auroc(y: np.ndarray, chances: Any, rows: np.ndarray) -> float:
    """Return the mean AUROC over levels, each against all others; a level never learnt has 0.5."""
    y = y[rows]
    levels = np.unique(y)
    if len(levels) == 1:
        return np.nan
    some = levels[1:] if len(levels) == 2 else levels  # of two, both have the same
    never = np.zeros(len(y))
    found = [
        auroc(y == level, chances[level][rows] if level in chances else never)
        for level in some.tolist()
    ]
    return float(np.mean(found))


def _explained(y: np.ndarray, values: np.ndarray, rows: np.ndarray) -> float:
    """Return the share of the variance that is explained."""
    y, values = y[rows], values[rows]
    spread = float(((y - y.mean()) ** 2).mean())
    return 1 - float(((y - values) ** 2).mean()) / spread if spread > 0 else np.nan


def _concluded(
    target: str,
    metric: Callable[[np.ndarray, Any, np.ndarray], float],
    y: np.ndarray,
    by_real: Any,
    by_synthetic: Any,
    n: int,
    how: tuple[float, bool],
    rng: np.random.Generator,
) -> Transfer:
    level, classes = how
    every = np.arange(len(y))
    real, synthetic = metric(y, by_real, every), metric(y, by_synthetic, every)
    block = rng.permutation(every % min(_BLOCKS, len(y)))
    left = [block != b for b in range(block.max() + 1)]
    gaps = np.array([metric(y, by_real, r) - metric(y, by_synthetic, r) for r in left])
    gaps = gaps[np.isfinite(gaps)]
    spread = np.sqrt((len(gaps) - 1) * gaps.var()) if len(gaps) else np.nan  # jackknife
    reach = float(norm.ppf((1 + level) / 2) * spread)
    errors = (np.nan, np.nan)
    if not classes:
        errors = tuple(float(np.sqrt(((y - v) ** 2).mean())) for v in (by_synthetic, by_real))
    gap = real - synthetic
    return Transfer(
        target=target,
        metric="AUROC" if classes else "R2",
        synthetic=synthetic,
        real=real,
        gap=gap,
        gap_interval=(gap - reach, gap + reach),
        error_synthetic=errors[0],
        error_real=errors[1],
        n=n,
        n_test=len(y),
    )
