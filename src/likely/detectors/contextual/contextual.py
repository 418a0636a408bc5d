"""Behaviour given a context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from likely.base.model import Model
from likely.base.state import Array
from likely.core.errors import DataError
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.detectors.contextual.axes import KNOTS, Axis, axes_of, learn_knots
from likely.detectors.contextual.given import Given, cells_in_all, expect, learn_given
from likely.detectors.contextual.member_model import MEMBER_STATE, MemberModel


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
    is the value of column j and c the context of the row; mean and logarithm of the variance are
    sums of effects. The score is what `member` says of z.

    **When to use.** Where someone would answer "it depends": on the season, the machine, the hour.

    **Where it fails.** A column of behaviour that is named as context explains the oddness away;
    three context columns that matter only together are not seen.

    **Cost.** Learning grows linearly with rows (at most `max_reference`) and columns of behaviour,
    and with the pairs of context columns; the member that judges the residuals comes on top.

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
        axes, indicator = self._axes, self._outputs.indicator
        given, leverage = learn_given(axes, context, values, missing, indicator)
        for name, array in given._asdict().items():
            setattr(self, f"{name}_", array)
        return leverage

    @property
    def _axes(self) -> list[Axis]:
        positions = self.context_positions_
        used, encodings = self.schema_.used, self.schema_.encodings
        return axes_of(
            tuple(used[j] for j in positions), tuple(encodings[j] for j in positions), self.knots_
        )

    @property
    def _effects(self) -> Given:
        return Given(*(getattr(self, f"{name}_") for name in Given._fields))

    def _expect(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        context = self._codes(x)[:, list(self.context_positions_)]
        return expect(self._axes, self._effects, context)

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
        cells, width = cells_in_all(self._axes, self.pairs_), len(self.quantiles_)
        if self.means_.shape != (cells, width) or not (self.floor_ > 0).all():
            raise ValueError(f"{cells} cells of {width} outputs, means {self.means_.shape}")
