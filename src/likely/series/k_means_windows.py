"""Distance of windows to usual ones."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.over_windows import OverWindows
from likely.series.window_prototypes import fit_prototypes, prototype_distances


class KMeansWindows(OverWindows):
    r"""Distance of windows to the nearest of a few usual ones, the centres of k-means.

    Windows hold all channels, one after the other, each in units of its spread. A moment has the
    mean distance of the windows that hold it. Centres are those of windows but for the 5 % farthest
    ones, so that an anomaly is not a centre of its own unless it comes often.

    Parameters
    ----------
    length : int in [2, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    prototypes : int in [1, 10000], default 20
        At most so many centres.
    shape : bool, default False
        Whether only the shape of a window counts: every channel of it is brought to mean 0 and
        standard deviation 1, unless it hardly moves.
    seed : int in [0, inf), default 0
        Of the first guesses of centres.

    Attributes
    ----------
    prototypes_ : ndarray of shape (prototype, judged * length)
        The centres.

    Notes
    -----
    **Intuition.** A series has a few usual windows; one near none of them is odd.

    **Formula.** $s(w) = -\min_k \lVert w - c_k \rVert$, where w is a window with all channels and
    c_k are the centres. A moment has the mean of the windows that hold it.

    **When to use.** Regimes, many channels.

    **Where it fails.** Shapes out of step with the centres look odd; rare regimes get no centre.

    **Cost.** Of order n K m a round, for n windows (at most 4,000) of m values and K centres; T K a
    channel to judge T moments.

    References
    ----------
    Yairi, T., Kato, Y. & Hori, K. (2001). Fault detection by mining association rules from
    house-keeping data. i-SAIRAS.
    Schmidl, S., Wenig, P. & Papenbrock, T. (2022). Anomaly detection in time series: a
    comprehensive evaluation. PVLDB 15(9). https://doi.org/10.14778/3538598.3538602

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import KMeansWindows
    >>> wave = np.sin(np.arange(900) / 5)
    >>> model = KMeansWindows().fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.14778/3538598.3538602"}
    power_tail = True
    _state_spec = {**OverWindows.state, "prototypes_": Array("prototype", "window")}

    prototypes_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(2, 100_000)] | None = None,
        prototypes: Annotated[int, Interval(1, 10_000)] = 20,
        shape: bool = False,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.length = length
        self.prototypes = prototypes
        self.shape = shape
        self.seed = seed

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        self.prototypes_ = fit_prototypes(
            stretches, self.length_, self.prototypes, rng, shape=self.shape
        )

    def _views(self, values: np.ndarray) -> np.ndarray:
        return prototype_distances(values, self.prototypes_, shape=self.shape)[None]

    def _check_state(self) -> None:
        super()._check_state()
        width = len(self.judged_) * int(self.length_)
        if not len(self.prototypes_) or self.prototypes_.shape[1] != width:
            raise ValueError(f"centres {self.prototypes_.shape}, windows of {width} values")
        if len(self.scores_) != 1:
            raise ValueError(f"{len(self.scores_)} views")
