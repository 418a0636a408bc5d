"""Behaviour given a context."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Annotated

import numpy as np

from likely.base.model import Model
from likely.base.state import Array
from likely.core.errors import DataError
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.detectors.contextual.axes import (
    KNOTS,
    Axis,
    axes_of,
    basis,
    cells_of,
    learn_knots,
)
from likely.detectors.contextual.effects import (
    LARGEST,
    Effects,
    Term,
    gain,
    improve_logs,
    improve_means,
    no_effects,
    term_of,
)
from likely.detectors.contextual.member_model import MEMBER_STATE, MemberModel

MOST_PAIRS = 8
MOST_CELLS = 4_096
"""Pairs of axes with more cells than this are not tried."""

WORTH = 5.0
"""A pair of axes is kept if its cells differ by this many standard errors."""

_MAD_TO_SIGMA = 1.482602218505602
_LEAST_SPREAD = 1e-3
_MOST_LEVERAGE = 0.9


class Contextual(MemberModel):
    r"""How odd a row's behaviour is, given its context (Song et al., 2007).

    Every feature of the other columns is predicted from the context columns: its mean is a sum of
    effects of the cells that the row's context lies in, of single context columns and of pairs of
    them, and so is the logarithm of its variance. Effects of cells with few rows are shrunk to
    their parent, and what stays unknown of them widens what is usual, so that a new context is
    judged with caution. What remains, in standard deviations and for learnt rows left out of their
    own prediction, goes to a detector, so that values that do not go together count as well. A
    context that is rare does not make a row odd.

    Parameters
    ----------
    context : sequence of str, optional
        Names of the columns that describe the circumstances. Without any, the detector judges
        standardised columns.
    member : str or Model, default "Ensemble"
        The detector: a name, or a model with parameters of one's own (it is copied, not fitted).
        One that learns from labels, such as "FewLabels", gets those that `fit` is given.
    max_reference : int in [20, 10000000], default 50000
        At most this many rows, drawn at random, are used to learn what a context lets expect.
    seed : int in [0, inf), default 0
        Which rows are drawn, and the seed of a detector given by name.

    Attributes
    ----------
    pairs_ : ndarray of int64, shape (pairs, 2)
        The pairs of axes whose joint effect is used.
    means_, logs_ : ndarray of shape (cells, outputs)
        Effect of each cell on the mean and on the logarithm of the variance.
    doubts_ : ndarray of shape (cells, outputs)
        Variance that remains of the effect on the mean.

    Notes
    -----
    The form is that of additive models with pairwise interactions (Lou et al., 2013), fitted by
    repeated small steps; the strength of shrinking is estimated from the rows for every term.
    Three context columns that matter only all together are not seen. Of a category with more than
    12 levels among the behaviour columns, only how frequent a level is counts.

    **Intuition.** A residual, not a value, is odd: what is left of a value after its circumstances
    have had their say.

    **Formula.** $z_j = (x_j - \mathrm{E}(x_j \mid c)) / \sqrt{\mathrm{Var}(x_j \mid c)}$, where x_j
    is the value of column j and c the context of the row.

    **When to use.** Where someone would answer "it depends": on the season, the machine, the hour.

    **Where it fails.** A column of behaviour that is named as context explains the oddness away;
    three context columns that matter only together are not seen.

    **Cost.** Learning grows linearly with rows and columns, and with the number of cells of the
    context; the member that judges the residuals comes on top.

    References
    ----------
    Song, X., Wu, M., Jermaine, C. & Ranka, S. (2007). Conditional anomaly detection. IEEE
    Transactions on Knowledge and Data Engineering 19(5). https://doi.org/10.1109/TKDE.2007.1009
    Lou, Y., Caruana, R., Gehrke, J. & Hooker, G. (2013). Accurate intelligible models with pairwise
    interactions. KDD. https://doi.org/10.1145/2487575.2487579

    Examples
    --------
    >>> import numpy as np, pyarrow as pa
    >>> from likely.detectors import Contextual
    >>> rng = np.random.default_rng(0)
    >>> season = rng.choice(["summer", "winter"], 400)
    >>> bill = np.where(season == "summer", 200.0, 50.0) + rng.normal(0, 10, 400)
    >>> model = Contextual(context=["season"]).fit(pa.table({"season": season, "bill": bill}))
    >>> model.predict(pa.table({"season": ["summer", "winter"], "bill": [200.0, 200.0]}))
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1109/TKDE.2007.1009"}
    fast = {"member": "Mahalanobis"}
    _state_spec = {
        **MEMBER_STATE,
        "knots_": Array("context", KNOTS),
        "pairs_": Array("pair", 2, dtype="int64", low=0),
        "least_": Array(low=0.0, high=0.5),
        "base_": Array("output"),
        "level_": Array("output", low=-300.0, high=300.0),
        "floor_": Array("output", low=0.0),
        "means_": Array("cell", "output"),
        "doubts_": Array("cell", "output", low=0.0),
        "logs_": Array("cell", "output", low=-300.0, high=300.0),
    }

    knots_: np.ndarray
    pairs_: np.ndarray
    least_: float
    base_: np.ndarray
    level_: np.ndarray
    floor_: np.ndarray
    means_: np.ndarray
    doubts_: np.ndarray
    logs_: np.ndarray

    def __init__(
        self,
        context: Sequence[str] | None = None,
        member: str | Model = "Ensemble",
        max_reference: Annotated[int, Interval(20, 10_000_000)] = 50_000,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.context = context
        self.member = member
        self.max_reference = max_reference
        self.seed = seed

    @property
    def context_positions_(self) -> tuple[int, ...]:
        """Which of the used columns are context, by position."""
        asked = [self.context] if isinstance(self.context, str) else list(self.context or ())
        names = [column.name for column in self.schema_.used]
        unknown = [name for name in asked if name not in names]
        if unknown:
            raise DataError(
                f"There is no context column named {', '.join(map(repr, unknown))} among the "
                f"columns that are looked at: {', '.join(map(repr, names))}."
            )
        if len(set(asked)) == len(names):
            raise DataError("All columns are context: name fewer, so that one is left to judge.")
        return tuple(sorted(names.index(name) for name in set(asked)))

    def _learn_usual(
        self, x: np.ndarray, ordinary: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        codes, taken = self._codes(x), np.flatnonzero(ordinary)
        kept = taken[some_rows(len(taken), self.max_reference, rng)]
        context = codes[:, list(self.context_positions_)]
        self.knots_ = np.array([learn_knots(values) for values in context[kept].T])
        self.knots_ = self.knots_.reshape(context.shape[1], KNOTS)
        self.least_ = 0.5 / (len(kept) + 1)
        outputs = self._outputs
        values = outputs.values(x[kept])
        missing = outputs.missing(codes[kept])
        leverage = self._learn_effects(context[kept], values, missing)
        means, variances = self._expect(x)
        values, missing = outputs.values(x), outputs.missing(codes)
        left = values - means
        left[kept] /= 1 - leverage  # as if each row had been left out of its own mean
        residuals = outputs.residuals(values, values - left, variances, self.least_)
        return np.where(missing, 0.0, residuals)

    def _learn_effects(
        self, context: np.ndarray, values: np.ndarray, missing: np.ndarray
    ) -> np.ndarray:
        outputs = self._outputs
        known = np.where(missing, np.nan, values)
        self.base_ = np.where(outputs.indicator, _mean(known), _median(known))
        left = np.where(missing, 0.0, values - self.base_)
        self.floor_ = (_LEAST_SPREAD * _spread(np.where(missing, np.nan, left))) ** 2
        axes = self._axes
        terms = [term_of(basis((axis,), context)) for axis in axes]
        effects = no_effects(terms, values.shape[1])
        for _ in range(2):
            left = improve_means(terms, effects, left, self._cut(left, missing))
        chosen = self._choose_pairs(context, np.clip(left, *_both(self._cut(left, missing))))
        self.pairs_ = np.array(chosen, dtype=np.int64).reshape(len(chosen), 2)
        more = [term_of(basis(pair, context)) for pair in self._terms[len(axes) :]]
        terms, effects = terms + more, effects + no_effects(more, values.shape[1])
        left = improve_means(terms, effects, left, self._cut(left, missing))
        spreads = no_effects(terms, values.shape[1])
        self.level_ = 2 * np.log(_spread(np.where(missing, np.nan, left)))
        level = np.tile(self.level_, (len(left), 1))
        for _ in range(2):
            alone = left / (1 - _leverage(terms, effects))
            squares = np.where(missing | outputs.indicator, np.nan, alone**2)
            level, shift = improve_logs(terms, spreads, squares, level)
            self.level_ = self.level_ + shift
            cut = np.where(missing, 0.0, LARGEST * np.exp(level / 2))
            left = improve_means(
                terms, effects, left, np.where(outputs.indicator & ~missing, np.inf, cut)
            )
        self.means_ = _stack([effect.values for effect in effects], values.shape[1])
        pairs = zip(effects, terms, strict=True)
        self.doubts_ = _stack([effect.doubts(term.rows) for effect, term in pairs], values.shape[1])
        self.logs_ = np.clip(_stack([s.values for s in spreads], values.shape[1]), -300, 300)
        self.level_ = np.clip(self.level_, -300, 300)
        return _leverage(terms, effects)

    def _cut(self, left: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return what residuals count as at most; nothing where a value is missing."""
        cut = LARGEST * _spread(np.where(missing, np.nan, left))
        return np.where(missing, 0.0, np.where(self._outputs.indicator, np.inf, cut))

    def _choose_pairs(self, context: np.ndarray, left: np.ndarray) -> list[tuple[int, int]]:
        """Return the pairs of axes whose cells still differ, the most different first."""
        found = []
        for first, second in combinations(range(len(self._axes)), 2):
            pair = (self._axes[first].coarse(), self._axes[second].coarse())
            if cells_of(pair) > min(MOST_CELLS, len(left)):
                continue
            worth = gain(term_of(basis(pair, context)), left)
            if worth > WORTH:
                found.append((-worth, first, second))
        return [(first, second) for _, first, second in sorted(found)[:MOST_PAIRS]]

    @property
    def _axes(self) -> list[Axis]:
        positions = self.context_positions_
        used, encodings = self.schema_.used, self.schema_.encodings
        return axes_of(
            tuple(used[j] for j in positions), tuple(encodings[j] for j in positions), self.knots_
        )

    @property
    def _terms(self) -> list[tuple[Axis, ...]]:
        axes = self._axes
        pairs = [(axes[first].coarse(), axes[second].coarse()) for first, second in self.pairs_]
        return [*((axis,) for axis in axes), *pairs]

    def _expect(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        context = self._codes(x)[:, list(self.context_positions_)]
        means = np.tile(self.base_, (len(x), 1))
        logs = np.tile(self.level_, (len(x), 1))
        doubts = np.zeros_like(means)
        start = 0
        for term in self._terms:
            here = slice(start, start + cells_of(term))
            start = here.stop
            where = basis(term, context)
            means += where @ self.means_[here]
            logs += where @ self.logs_[here]
            doubts += (where * where) @ self.doubts_[here]
        return means, np.exp(np.clip(logs, -600, 600)) + self.floor_ + doubts

    def _residuals(self, x: np.ndarray) -> np.ndarray:
        outputs = self._outputs
        residuals = outputs.residuals(outputs.values(x), *self._expect(x), self.least_)
        return np.where(outputs.missing(self._codes(x)), 0.0, residuals)

    def _to_features(self, outputs: np.ndarray) -> np.ndarray:
        return outputs * self._outputs.unit + self._outputs.zero

    def _check_state(self) -> None:
        super()._check_state()
        if len(self.knots_) != len(self.context_positions_) or not 0 < self.least_ <= 0.5:
            raise ValueError(f"{len(self.context_positions_)} contexts, knots {self.knots_.shape}")
        if self.pairs_.size and self.pairs_.max() >= len(self._axes):
            raise ValueError(f"{len(self._axes)} axes, pairs {self.pairs_.tolist()}")
        cells, width = sum(cells_of(term) for term in self._terms), len(self.quantiles_)
        if self.means_.shape != (cells, width) or not (self.floor_ > 0).all():
            raise ValueError(f"{cells} cells of {width} outputs, means {self.means_.shape}")


def _leverage(terms: list[Term], effects: list[Effects]) -> np.ndarray:
    """Return each row's share in its own mean, shape (n, outputs)."""
    total = sum(
        (effect.leverage(term) for term, effect in zip(terms, effects, strict=True)), np.zeros(1)
    )
    return np.minimum(total, _MOST_LEVERAGE)


def _stack(blocks: list[np.ndarray], width: int) -> np.ndarray:
    return np.vstack([np.empty((0, width)), *blocks])


def _both(cut: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return -cut, cut


def _mean(values: np.ndarray) -> np.ndarray:
    """Return means without NaN, 0 where there is nothing else."""
    count = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    return np.nansum(values, axis=0) / count


def _median(values: np.ndarray) -> np.ndarray:
    """Return medians without NaN, 0 where there is nothing else."""
    return np.array([np.median(v[~np.isnan(v)]) if (~np.isnan(v)).any() else 0.0 for v in values.T])


def _spread(values: np.ndarray) -> np.ndarray:
    """Return robust standard deviations without NaN, never 0."""
    away = np.abs(values - _median(values))
    robust = _MAD_TO_SIGMA * _median(away)
    with np.errstate(over="ignore"):
        plain = np.sqrt(np.minimum(_mean(np.minimum(away, 1e100) ** 2), 1e100))
    return np.where(robust > 0, robust, np.where(plain > 0, plain, 1.0))
