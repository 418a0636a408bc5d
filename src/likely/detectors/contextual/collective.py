"""Groups of rows, each described by averages over its members."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from likely.base.state import Array
from likely.core.errors import DataError
from likely.detectors.contextual.joint import joint_surprise, learn_relations, learn_scales
from likely.detectors.contextual.laws import learn_law, learn_share_law, share_residuals
from likely.detectors.contextual.residual_model import RESIDUAL_STATE, ResidualModel

SHIFTS = (0.05, 1.0, 0.0)
"""Parts of the mean that are added before taking logarithms; 0 stands for no logarithm. What makes
a column most even-sided is taken."""

POWER = 2 / 3
"""A spread to this power is about normal, even of few members."""

MOST_RELATED = 1 - 1e-9
LARGE = 1e9
USED_UP = {"spread": 1.0, "correlation": 3.0}
"""Degrees of freedom that an average uses up."""

GROUPS_PER_FREEDOM = 3
"""So many learnt groups make one degree of freedom of the two variances of a column."""

_ROUNDS = 4
_TRUSTED = 4.6
"""Groups more surprising than so many nats, as one ordinary group in a hundred is, teach nothing in
the next round, …"""

_LEAST_TRUSTED = 0.8
"""… but never more than a fifth of them."""


class Collective(ResidualModel):
    r"""How odd a group is for its size (multilevel model; Xiong et al., 2011, name the problem).

    A row describes a group by averages over its members, and one column says how many there are.
    An average over n members varies from group to group by a variance of two parts, that between
    groups and that of members divided by n. Both are estimated for every column, blind to gross
    groups, so that a small group may lie further out than a large one, and groups that naturally
    differ are not odd for it. Lopsided means of positive numbers are judged by their logarithm,
    spreads by their power 2/3 (Wilson & Hilferty, 1931), correlations r by artanh r (Fisher, 1915),
    shares by a likelihood ratio: all of these are about normal, so the score is minus a surprise
    under a normal distribution, in nats: of the largest, for groups that are odd in one way, and of
    the sum of squares over all columns and over those of one form, for groups that are a little odd
    in several ways or only in how these go together; the p-values are combined by Cauchy's
    distribution. Several odd groups of one kind widen every column a little and make these ways to
    be odd look as if they usually went together. So all is learnt anew without the groups that are
    odd by what was learnt (reweighting), until these stay the same.

    Parameters
    ----------
    size : str, default "members"
        Name of the column that says how many members a group has. It is not judged. Without such a
        column all rows count as equally large.
    forms : mapping of str to str, optional
        What columns are, by name: "share" (of the members, from 0 to 1), "spread" (their standard
        deviation) or "correlation". All others are taken for means.

    Attributes
    ----------
    shifts_ : ndarray of shape (outputs,)
        Where logarithms are taken: what part of the mean is added before; 0 elsewhere.
    laws_ : ndarray of shape (outputs, 4)
        mu, beta, tau^2 and sigma^2 of the mean mu + beta / n and the variance tau^2 + sigma^2 / n;
        of shares, the variance is in units of mu (1 - mu).

    Notes
    -----
    **Intuition.** An average over many members varies less than one over few, so the same average
    can be usual for a small group and odd for a large one.

    **Formula.** $z_g = (\bar x_g - \mu) / \sqrt{\tau^2 + \sigma^2 / n_g}$, where $\bar x_g$ is the
    mean of group g, n_g its size, μ the mean of all, σ² the variance within groups and τ² that
    between them. The score is the log of the p-value of all z of a group together.

    **When to use.** Fraud rings, devices, batches and sessions, when there are at least some fifty
    groups.

    **Where it fails.** With few groups there is no telling what is usual; a group whose every
    member is only a little odder than usual is ranked high, not reported.

    **Cost.** Of order n d² for n groups with d averages, a few rounds of it.

    References
    ----------
    Xiong, L., Poczos, B., Schneider, J., Connolly, A. & VanderPlas, J. (2011). Hierarchical
    probabilistic models for group anomaly detection. AISTATS.
    https://proceedings.mlr.press/v15/xiong11a.html
    Fisher, R. A. (1915). Frequency distribution of the values of the correlation coefficient in
    samples from an indefinitely large population. Biometrika 10, 507-521.
    Wilson, E. B. & Hilferty, M. M. (1931). The distribution of chi-square. PNAS 17, 684-688.
    Rousseeuw, P. J. & van Zomeren, B. C. (1990). Unmasking multivariate outliers and leverage
    points. JASA 85(411), 633-639.
    Hotelling, H. (1931). The generalization of Student's ratio. Annals of Mathematical Statistics
    2, 360-378.
    Liu, Y. & Xie, J. (2020). Cauchy combination test: a powerful test with analytic p-value
    calculation under arbitrary dependency structures. JASA 115(529), 393-402.
    Gelman, A. & Hill, J. (2007). Data analysis using regression and multilevel models. Cambridge
    University Press.

    Examples
    --------
    >>> import numpy as np, pyarrow as pa
    >>> from likely.detectors import Collective
    >>> rng = np.random.default_rng(0)
    >>> members = rng.integers(2, 50, 300)
    >>> means = rng.normal(0, 1 / np.sqrt(members))
    >>> model = Collective().fit(pa.table({"members": members, "mean": means}))
    >>> model.predict(pa.table({"members": [2, 40], "mean": [1.0, 1.0]}))
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "https://proceedings.mlr.press/v15/xiong11a.html"}
    expected_failures = {
        "units_do_not_matter": "whether a mean is judged by its logarithm depends on where zero is",
    }
    _state_spec = {
        **RESIDUAL_STATE,
        "shifts_": Array("output", low=0.0, high=1.0),
        "zeros_": Array("output"),
        "typical_": Array("output", low=0.0),
        "laws_": Array("output", 4),
        "least_": Array(low=0.0, high=0.5),
        "relations_": Array("output", "output"),
        "scales_": Array("block", low=0.0),
    }

    shifts_: np.ndarray
    zeros_: np.ndarray
    typical_: np.ndarray
    laws_: np.ndarray
    least_: float
    relations_: np.ndarray
    scales_: np.ndarray

    def __init__(
        self,
        size: str = "members",
        forms: Mapping[str, str] | None = None,
    ) -> None:
        self.size = size
        self.forms = forms

    @property
    def context_positions_(self) -> tuple[int, ...]:
        """Position of the column of sizes among the used columns, if there is one."""
        names = [column.name for column in self.schema_.used]
        found = tuple(j for j, name in enumerate(names) if name == self.size)
        if len(found) == len(names):
            raise DataError(
                f"There is no column beside the sizes, {self.size!r}: nothing to judge."
            )
        return found

    def _learn_usual(
        self, x: np.ndarray, ordinary: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        outputs = self._outputs
        self.least_ = 0.5 / (len(x) + 1)
        values = np.where(outputs.missing(self._codes(x)), np.nan, outputs.values(x))
        self._learn_units(values)
        per_member = self._per_member(x)
        values = self._transformed(values)
        residuals, trusted = values, ordinary
        for _ in range(_ROUNDS):
            columns = zip(values[trusted].T, per_member[trusted].T, self._forms, strict=True)
            self.laws_ = np.array([_learn_law(*column) for column in columns])
            residuals = self._residuals(x)
            self.relations_ = learn_relations(residuals[trusted])
            self.scales_ = learn_scales(residuals[trusted], self.relations_, self._blocks)
            surprise = self._surprise(residuals)
            before = trusted
            most = max(_TRUSTED, np.quantile(surprise[ordinary], _LEAST_TRUSTED))
            trusted = ordinary & (surprise <= most)
            if (trusted == before).all():
                break
        return residuals

    @property
    def _forms(self) -> np.ndarray:
        """What each output is, shape (outputs,): "share", "spread", "correlation" or "mean"."""
        given = self.forms or {}
        return np.array(
            [
                "mean" if gap else given.get(self.schema_.used[j].name, "mean")
                for j, gap in zip(self._outputs.columns, self._outputs.gap, strict=True)
            ],
            dtype=str,
        )

    def _learn_units(self, values: np.ndarray) -> None:
        """Choose the zero and unit of every output, and whether a mean becomes its logarithm."""
        width, forms = values.shape[1], self._forms
        self.zeros_, self.typical_, self.shifts_ = np.zeros(width), np.ones(width), np.zeros(width)
        for i, j in enumerate(self._outputs.columns):
            column, encoding = self.schema_.used[j], self.schema_.encodings[j]
            if self._outputs.indicator[i] or encoding.rule != "scale":
                continue
            zero = -encoding.centre / encoding.scale
            if forms[i] != "mean":
                self.zeros_[i], self.typical_[i] = zero, 1 / encoding.scale
                continue
            known = np.minimum(values[:, i][~np.isnan(values[:, i])] - zero, 1e50)
            mean = float(known.mean()) if len(known) else 0.0
            if column.kind == "number" and encoding.low >= 0 and 1e-9 < mean < 1e40:
                self.zeros_[i], self.typical_[i] = zero, mean
                self.shifts_[i] = _choose_shift(known / mean)

    def _transformed(self, values: np.ndarray) -> np.ndarray:
        part, forms = (values - self.zeros_) / self.typical_, self._forms
        logs = self.shifts_ > 0
        part[:, logs] = np.log(np.maximum(part[:, logs], 0.0) + self.shifts_[logs])
        spread, related = forms == "spread", forms == "correlation"
        part[:, spread] = np.maximum(part[:, spread], 0.0) ** POWER
        part[:, related] = np.arctanh(np.clip(part[:, related], -MOST_RELATED, MOST_RELATED))
        return part

    def _to_features(self, outputs: np.ndarray) -> np.ndarray:
        part, forms = np.array(outputs), self._forms
        logs = self.shifts_ > 0
        powers = np.exp(np.minimum(part[..., logs], 100.0))
        part[..., logs] = np.maximum(powers - self.shifts_[logs], 0.0)
        spread, related = forms == "spread", forms == "correlation"
        part[..., spread] = np.maximum(part[..., spread], 0.0) ** (1 / POWER)
        part[..., related] = np.tanh(part[..., related])
        values = part * self.typical_ + self.zeros_
        return values * self._outputs.unit + self._outputs.zero

    @property
    def _blocks(self) -> list[np.ndarray]:
        """Which outputs are judged together: all, and those of one form if there are others."""
        parts = [np.flatnonzero(self._forms == form) for form in np.unique(self._forms)]
        several = [part for part in parts if len(part) > 1] if len(parts) > 1 else []
        return [np.arange(len(self._forms)), *several]

    @property
    def least_scale(self) -> float:
        """One nat, for the score is a surprise in nats."""
        return 1.0

    def _learn_oddness(
        self, residuals: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator
    ) -> None:
        """Do nothing: it was learnt together with what is usual."""

    def _surprise(self, residuals: np.ndarray) -> np.ndarray:
        return joint_surprise(residuals, self.relations_, self._blocks, self.scales_, self._groups)

    @property
    def _groups(self) -> float:
        """How many groups were learnt from."""
        return 0.5 / self.least_ - 1

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._surprise(self._residuals(x))

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        squares = np.clip(self._residuals(x), -1e9, 1e9) ** 2 + 1e-12
        shares = np.zeros((len(x), len(self.schema_.feature_columns)))
        shares[:, self._outputs.features] = squares / squares.sum(axis=1, keepdims=True)
        return shares * -self._score(x)[:, None]

    def _per_member(self, x: np.ndarray) -> np.ndarray:
        """Return one over the degrees of freedom of every output, shape (n, outputs)."""
        position = self.context_positions_
        sizes = self._codes(x)[:, position[0]] if position else np.full(len(x), LARGE)
        sizes = np.nan_to_num(sizes, nan=1.0, posinf=1e300)
        used_up = np.array([USED_UP.get(form, 0.0) for form in self._forms])
        return 1 / np.maximum(sizes[:, None] - used_up, 1.0)

    def _expect(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        per_member = self._per_member(x)
        mu, beta, between, within = self.laws_.T
        unit = np.where(self._forms == "share", mu * (1 - mu), 1.0)
        return mu + beta * per_member, unit * (between + within * per_member)

    def _residuals(self, x: np.ndarray) -> np.ndarray:
        outputs, share = self._outputs, self._forms == "share"
        values = self._transformed(outputs.values(x))
        means, variances = self._expect(x)
        residuals = outputs.residuals(values, means, variances, self.least_)
        _, _, between, within = self.laws_[share].T
        factor = between + within * self._per_member(x)[:, share]
        residuals[:, share] = share_residuals(values[:, share], self.laws_[share, 0], factor)
        # deviates of estimated variance fall off like Student's t; so much further out is as odd
        freedom = self._groups / GROUPS_PER_FREEDOM + 1
        size = np.sqrt(freedom * np.log1p(np.minimum(np.abs(residuals), 1e100) ** 2 / freedom))
        residuals = np.sign(residuals) * size
        # which averages a group lacks follows from its size: a pair has no correlation
        unknown = outputs.missing(self._codes(x)) | outputs.gap
        return np.where(unknown, 0.0, residuals)

    def _check_state(self) -> None:
        super()._check_state()
        if not (
            len(self.shifts_) == len(self.quantiles_)
            and (self.laws_[:, 2:].sum(axis=1) > 0).all()
            and (self.laws_[:, 2:] >= 0).all()
            and (self.typical_ > 0).all()
            and (np.abs(self.laws_[self._forms == "share", 0] - 0.5) < 0.5).all()
            and 0 < self.least_ <= 0.5
            and len(self.scales_) == len(self._blocks)
            and (self.scales_ > 0).all()
        ):
            raise ValueError("the laws of its columns are impossible")
        vars(self).pop("_outputs", None)  # found on the way; it is no state


def _learn_law(values: np.ndarray, per_member: np.ndarray, form: str) -> np.ndarray:
    if form == "share":
        return learn_share_law(values, per_member)
    least = 1.0 if form == "correlation" else 0.0  # what unrelated members give, whatever they are
    return learn_law(values, per_member, biased=form == "spread", least=least)


def _choose_shift(values: np.ndarray) -> float:
    skews = [_skew(np.log(values + shift) if shift else values) for shift in SHIFTS]
    return SHIFTS[int(np.argmin(skews))]


def _skew(values: np.ndarray) -> float:
    """Return how lopsided values are, from 0 to 1, whatever their ends are."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    if not high > low:
        return 0.0
    return abs(high + low - 2 * middle) / (high - low)
