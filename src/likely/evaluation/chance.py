"""What chance gets, beside what a score gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from likely.core.errors import ParameterError
from likely.core.random import generator
from likely.evaluation.inputs import check_labels, check_scores


@dataclass(frozen=True)
class BesideChance:
    """A metric of scores, and of the same scores out of order.

    Parameters
    ----------
    value : float
        Of the scores as they are.
    chance : float
        Mean over draws of the scores out of order.
    spread : float
        Standard deviation over draws.
    p_value : float in (0, 1]
        Share of all orders, that of the scores included, that get as much.
    draws : int
        How many there were.
    """

    value: float
    chance: float
    spread: float
    p_value: float
    draws: int

    def __str__(self) -> str:
        return (
            f"{self.value:.3f}; by chance {self.chance:.3f} ± {self.spread:.3f} "
            f"(p = {self.p_value:.2g}, {self.draws} draws)"
        )


def beside_chance(
    metric: Callable[[Any, Any], float],
    labels: Any,
    scores: Any,
    *,
    order: Literal["shuffled", "rolled"] = "shuffled",
    draws: int = 50,
    seed: int = 0,
) -> BesideChance:
    """Return a metric beside what it is for the same scores at the wrong times.

    Many metrics of series give much to scores that know nothing; only the difference counts. The
    same numbers out of order have as many high ones, and so flag as much at any threshold.

    Parameters
    ----------
    metric : callable
        Takes labels and scores (or decisions), gives a number that is higher for a better score:
        `vus_pr`, `auprc`, `lambda labels, flagged: event_detection(labels, flagged).f1`.
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point.
    scores : array of shape (n,)
        Scores, or decisions as 0 and 1.
    order : {"shuffled", "rolled"}, default "shuffled"
        Scores in random order, or moved round in time by a random number of points, so that runs of
        alarms stay together. Take "rolled" for metrics that count alarms.
    draws : int in [1, inf), default 50
        Random orders.
    seed : int in [0, inf), default 0
        Of these.

    Returns
    -------
    BesideChance

    Raises
    ------
    DataError
        If labels are not 0 and 1, or scores are not one a label.
    ParameterError
        If `order` is none, or there is no draw.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import beside_chance, vus_pr
    >>> labels = np.repeat([0, 1, 0], [400, 50, 550])
    >>> scores = np.random.default_rng(0).normal(size=1_000) + labels
    >>> found = beside_chance(vus_pr, labels, scores, draws=20)
    >>> found.value > found.chance, round(found.p_value, 2)
    (True, 0.05)
    """
    if order not in ("shuffled", "rolled"):
        raise ParameterError(f'order must be "shuffled" or "rolled". Got {order!r}.')
    if draws < 1:
        raise ParameterError(f"draws must be at least 1. Got {draws!r}.")
    anomalies = check_labels(labels, both=False)
    values = check_scores(scores, len(anomalies))
    rng = generator(seed)
    value = float(metric(anomalies, values))
    found = np.array([float(metric(anomalies, _moved(values, order, rng))) for _ in range(draws)])
    return BesideChance(
        value=value,
        chance=float(found.mean()),
        spread=float(found.std()),
        p_value=float((1 + np.sum(found >= value)) / (1 + draws)),
        draws=draws,
    )


def _moved(values: np.ndarray, order: str, rng: np.random.Generator) -> np.ndarray:
    if order == "shuffled":
        return rng.permutation(values)
    return np.roll(values, int(rng.integers(len(values))))
