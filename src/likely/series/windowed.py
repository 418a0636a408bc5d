"""Any other model, on windows."""

from __future__ import annotations

from typing import Annotated, cast

import numpy as np
from sklearn.base import clone

from likely.base.model import Model
from likely.base.state import Members
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import Interval, check_parameters
from likely.data.column import Column
from likely.data.shaped import Shaped
from likely.data.table import Table
from likely.series.over_windows import OverWindows
from likely.series.windows import cut_windows, hop_of, mean_over_cover, some_windows, window_starts

_MOST_WINDOWS = 4000  # to learn from
_MOST_VALUES = 2**22  # held at a time, and in all windows to learn from
_SHARE = 4  # windows learnt from are this part of their length apart: nearer ones tell the same


class Windowed(OverWindows):
    r"""Any model of tables or of series on the windows of one long series.

    A model that learns from tables sees a row a window: its values in units of the spread of each
    channel, one channel after the other. One that learns from short series of equal length, such as
    an autoencoder, sees them as they are. A moment has the mean oddness of the windows that hold
    it. At most 4,000 windows are learnt from, a quarter of their length apart or more.

    Parameters
    ----------
    member : str or Model, default "KNN"
        A model by name, or one with parameters of one's own (it is copied, not fitted).
    length : int in [2, 100000], optional
        Steps of a window. Default: the period of the first judged channel.
    hop : int in [1, 100000], optional
        Steps from one window that is judged to the next; not more than the length. Default: a 32nd
        of the length.
    seed : int in [0, inf), default 0
        Seed of a member that is named and draws random numbers.

    Attributes
    ----------
    members_ : list of Model
        The fitted member.

    Notes
    -----
    **Intuition.** Cut a series into windows, and any model of rows can judge it.

    **Formula.** $s(t) = \mathrm{mean}\{ s(w) : t \in w \}$, where s(w) is the score that the model
    gives window w.

    **When to use.** Detectors of tables and autoencoders on series.

    **Where it fails.** Points are seen only as far as they move a window.

    **Cost.** The model's own, with as many columns as a window has values: on at most 4,000 windows
    to learn, and by default 32 windows a length of the series to judge.

    References
    ----------
    Schmidl, S., Wenig, P. & Papenbrock, T. (2022). Anomaly detection in time series: a
    comprehensive evaluation. PVLDB 15(9). https://doi.org/10.14778/3538598.3538602

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import Windowed
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = Windowed("IsolationForest").fit(wave[:600, None])
    >>> wave[700:720] = 3.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.14778/3538598.3538602"}
    _state_spec = {**OverWindows.state, "members_": Members()}

    members_: list[Model]

    def __init__(
        self,
        member: str | Model = "KNN",
        length: Annotated[int, Interval(2, 100_000)] | None = None,
        hop: Annotated[int, Interval(1, 100_000)] | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.member = member
        self.length = length
        self.hop = hop
        self.seed = seed

    @property
    def power_tail(self) -> bool:  # pyright: ignore  a constant in the base; here the member's
        """Whether the member's oddness falls off like a power."""
        return bool(getattr(self, "members_", ())) and self.members_[0].power_tail

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps: windows start there."""
        length = int(self.length_)
        return hop_of(length) if self.hop is None else min(self.hop, length)

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        length, width = int(self.length_), int(self.length_) * len(self.judged_)
        most = max(2, min(_MOST_WINDOWS, _MOST_VALUES // width))
        windows = some_windows(stretches, length, max(1, length // _SHARE), most)
        member = self._fresh_member()
        self.members_ = [member]
        member.fit(self._samples(windows))

    def _views(self, values: np.ndarray) -> np.ndarray:
        length = int(self.length_)
        starts = window_starts(len(values), length, self.stride_)
        odd = np.empty(len(starts))
        batch = max(1, _MOST_VALUES // (length * values.shape[1]))
        for first in range(0, len(starts), batch):
            part = slice(first, first + batch)
            windows = self._samples(cut_windows(values, starts[part], length))
            odd[part] = -self.members_[0].score_samples(windows)
        return mean_over_cover(odd, starts, length, len(values))[None]

    def _samples(self, windows: np.ndarray) -> Table | Shaped:
        """Return windows, (windows, judged * length), as the member learns from them."""
        if "table" in self.members_[0].card["kinds"]:
            columns = tuple(Column(str(j), "number") for j in range(windows.shape[1]))
            return Table(windows, columns)
        parts = windows.reshape(len(windows), len(self.judged_), -1)
        return Shaped("series", parts.transpose(0, 2, 1), flat=False)  # (windows, time, channel)

    def _fresh_member(self) -> Model:
        """Return an unfitted copy of the member, with this model's seed if it draws numbers."""
        if isinstance(self.member, str):
            model = catalogue.make(self.member)
            if "seed" in model.get_params(deep=False):
                model.set_params(seed=self.seed)
        else:
            model = cast("Model", clone(self.member))
        kinds = model.card["kinds"]
        if not {"table", "series"} & set(kinds):
            raise ParameterError(
                f"Windowed: member must learn from tables or from series. "
                f"{type(model).__name__} learns from {', '.join(kinds)}."
            )
        check_parameters(model)
        return model

    def _check_state(self) -> None:
        super()._check_state()
        width = len(self.judged_) * int(self.length_)
        if len(self.members_) != 1 or len(self.scores_) != 1:
            raise ValueError(f"{len(self.members_)} members, {len(self.scores_)} views")
        if self.members_[0].n_features_in_ != width:
            raise ValueError(f"windows of {width} values do not fit the member")
