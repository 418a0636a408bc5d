"""How many normal rows are enough: held-out error against the number of rows learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import nnls
from sklearn.base import clone

from likely.base.capabilities import Density, Reconstructor
from likely.base.model import Model
from likely.core.errors import DataError, ParameterError
from likely.core.progress import track
from likely.core.random import generator
from likely.data.form import Form
from likely.data.samples import Description, Samples, describe, read_samples
from likely.data.shaped import Shaped
from likely.data.table import Table
from likely.nets.scale import squash

ENOUGH = 0.02
"""Rows are enough if twice as many would gain less than this share."""

_HELD_OUT = 0.2
_MOST_HELD_OUT = 2_000
_LEAST_ROWS = 20
_REPEATS = 3
_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
_POWERS = np.linspace(0.1, 2.0, 39)
_FAR = 30  # times the rows seen, beyond which an extrapolation says nothing


@dataclass(frozen=True)
class LearningCurve:
    """Held-out error of a model by the number of rows that it learnt from.

    Parameters
    ----------
    measure : {"reconstruction error", "negative log-density", "oddness"}
        What the error is.
    sizes : ndarray of int, shape (m,)
        Numbers of rows learnt from, ascending.
    errors : ndarray of shape (m,)
        Mean error on the same held-out rows.
    unit : float
        What gains are a share of: the error itself at the largest size if it cannot be negative,
        else the standard deviation of the oddness of held-out rows.
    floor, slope, power : float
        The curve fitted: floor + slope * n ** -power.
    """

    measure: str
    sizes: np.ndarray
    errors: np.ndarray
    unit: float
    floor: float
    slope: float
    power: float

    def error(self, n: float) -> float:
        """Return the error that the fitted curve expects after learning from n rows."""
        return self.floor + self.slope * float(n) ** -self.power

    def gain(self, n: float) -> float:
        """Return what twice n rows would gain, as a share of `unit`."""
        return (self.error(n) - self.error(2 * n)) / self.unit if self.unit > 0 else 0.0

    @property
    def enough(self) -> int | None:
        """Fewest rows that twice as many would gain less than 2 % on; None if far out of sight."""
        gain = 1 - 2.0**-self.power
        least = float(self.sizes[0])
        if self.gain(least) < ENOUGH:
            return int(least)
        found = (self.slope * gain / (ENOUGH * self.unit)) ** (1 / self.power)
        return None if found > _FAR * self.sizes[-1] else int(np.ceil(max(found, least)))

    def __str__(self) -> str:
        n, gain = int(self.sizes[-1]), self.gain(float(self.sizes[-1]))
        lower = f"lower the held-out {self.measure} by"
        share = "" if self.unit == self.errors[-1] else " of its spread"
        if gain < ENOUGH:
            enough = _rounded(min(self.enough or n, n))
            return (
                f"{enough:,} normal rows are enough: twice as many would {lower} less than "
                f"{ENOUGH:.0%}{share}."
            )
        text = f"More normal rows would help: {2 * n:,} would {lower} about {gain:.0%}{share}"
        if self.enough is None:
            return f"{text}; how many are enough cannot be told from {n:,}."
        return f"{text}; about {_rounded(self.enough):,} would be enough."


def learning_curve(
    model: Model, X: Any, sizes: Sequence[int] | None = None, seed: int = 0
) -> LearningCurve:
    """Measure how a model's held-out error falls with the number of normal rows, and extrapolate.

    A fifth of the rows, at most 2,000, is held out. Copies of the model learn from more and more
    of the others; small numbers of rows are drawn three times. The error is that of reconstruction
    for models that reconstruct (mean square per feature, in units of the spread, with far values
    drawn in), minus the log-density for those that have one, else the mean oddness.

    Parameters
    ----------
    model : Model
        With its settings; fitted or not, it stays as it is.
    X : dataframe, array or list, shape (n rows, n columns)
        Normal rows, at least 50; or series, images or video, if the model takes them.
    sizes : sequence of int, optional
        Numbers of rows to learn from, at least three. Default: a sixteenth, an eighth, a quarter, a
        half, and all of the rows that are not held out; none below 20.
    seed : int in [0, inf), default 0
        Which rows are held out and drawn.

    Returns
    -------
    LearningCurve
        Its text is one sentence that says how many rows are enough.

    Raises
    ------
    DataError
        If there are fewer than 50 rows.
    ParameterError
        If `sizes` are fewer than three, or ask for more rows than there are.

    Notes
    -----
    The curve is floor + slope n^-power with floor, slope >= 0 (of errors that can be negative, any
    floor), the power between 0.1 and 2 that fits best. Extrapolations are rough: to twice the rows
    they can be trusted more than to ten times as many. The distances of neighbours fall for as long
    as rows fill the space, so that the curve of a model by distances asks for more rows than its
    ranking needs.

    References
    ----------
    Cortes, C., Jackel, L. D., Solla, S. A., Vapnik, V. & Denker, J. S. (1994). Learning curves:
    asymptotic values and rate of convergence. NeurIPS 6, 327-334.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import PCA
    >>> rows = np.random.default_rng(0).normal(size=(2000, 5))
    >>> print(learning_curve(PCA(), rows))
    120 normal rows are enough: twice as many would lower the held-out oddness by less than 2%.
    """
    kind = getattr(model, "kind", "auto")
    samples = read_samples(X, model.card["kinds"], None if kind == "auto" else kind)
    n = len(samples)
    if n < 50:
        raise DataError(f"A learning curve needs at least 50 rows. Found {n}.")
    order = generator(seed).permutation(n)
    apart = min(int(_HELD_OUT * n), _MOST_HELD_OUT)
    held_out, others = samples.take(np.sort(order[:apart])), order[apart:]
    chosen = _checked_sizes(sizes, len(others))
    schema = describe(samples)
    measure, errors, unit = "", [], 0.0
    draws = [(size, k) for size in chosen for k in range(_repeats(size, len(others)))]
    found: dict[int, list[float]] = {size: [] for size in chosen}
    for size, k in track(draws, f"Learning curve of {type(model).__name__}"):
        rows = np.sort(others[k * size : (k + 1) * size])
        fitted = cast(Model, clone(model)).fit(samples.take(rows))
        measure, error, spread = _held_out_error(fitted, schema, held_out)
        found[size].append(error)
        unit = spread
    errors = np.array([np.mean(found[size]) for size in chosen])
    positive = measure != "negative log-density" and bool((errors >= 0).all())
    unit = float(errors[-1]) if positive else unit
    return LearningCurve(measure, np.array(chosen), errors, unit, *_fit(chosen, errors, positive))


def _checked_sizes(sizes: Sequence[int] | None, most: int) -> list[int]:
    if sizes is None:
        return sorted({max(_LEAST_ROWS, int(share * most)) for share in _SHARES})
    chosen = sorted({int(size) for size in sizes})
    if len(chosen) < 3 or chosen[0] < 2 or chosen[-1] > most:
        raise ParameterError(
            f"sizes must be at least three different numbers of rows from 2 to {most:,}, the rows "
            f"that are not held out. Got {list(sizes)}."
        )
    return chosen


def _repeats(size: int, most: int) -> int:
    return max(1, min(_REPEATS, most // size))


def _held_out_error(
    fitted: Model, schema: Description, held_out: Samples
) -> tuple[str, float, float]:
    """Return what is measured, its mean, and the standard deviation over held-out rows."""
    if isinstance(fitted, Reconstructor):
        name, by_row = "reconstruction error", _reconstruction(fitted, schema, held_out)
    elif isinstance(fitted, Density) and schema.plain:
        name, by_row = "negative log-density", -fitted.log_prob(held_out)
    else:
        name, by_row = "oddness", -fitted.score_samples(held_out)
    return name, float(by_row.mean()), float(by_row.std())


def _reconstruction(fitted: Reconstructor, schema: Description, held_out: Samples) -> np.ndarray:
    """Return the mean squared error per feature of every row, in features that no fit changes."""
    restored = fitted.reconstruct(held_out)
    if isinstance(schema, Form):
        again: Any = Shaped(schema.kind, restored, schema.flat)
    else:
        again = Table(restored, schema.used, named=schema.named)
    matched: Any = schema.match(held_out)
    before, after = (schema.features(part).reshape(len(restored), -1) for part in (matched, again))
    return ((squash(before) - squash(after)).astype(np.float64) ** 2).mean(axis=1)


def _fit(sizes: Sequence[int], errors: np.ndarray, positive: bool) -> tuple[float, float, float]:
    """Return floor, slope and power of the curve with the smallest squared error."""
    best = (np.inf, 0.0, 0.0, 1.0)
    shift = 0.0 if positive else float(errors.min() - 10 * np.ptp(errors) - 1.0)
    n = np.asarray(sizes, dtype=np.float64)
    for power in _POWERS:
        falling = n[0] ** power * n**-power  # 1 at the smallest size, so that columns are alike
        design = np.column_stack([np.ones_like(n), falling])
        (floor, slope), misfit = nnls(design, errors - shift)
        if misfit < best[0]:
            best = (misfit, floor + shift, slope * n[0] ** power, power)
    return best[1], best[2], float(best[3])


def _rounded(n: int) -> int:
    """Return a number of rows with two digits."""
    unit = 10 ** max(0, len(str(n)) - 2)
    return -(-n // unit) * unit
