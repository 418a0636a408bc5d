"""How far a series is from what was foretold."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from likely.base.over_time import OverTime
from likely.base.state import Array, Weights
from likely.core.errors import MissingDependency
from likely.core.params import Interval
from likely.data.timeline import Stretch
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.linear_forecast import LinearForecast, fit_linear_forecast, linear_residuals
from likely.series.residual_density import ResidualDensity, distances, fit_residual_density
from likely.series.windows import fitting_length

_LATELY = 0.9
_TINY = 1e-12
_FARTHEST = 20.0  # spreads: values farther out are drawn in


class Forecaster(OverTime):
    r"""What is left of a series when each value is foretold from those before it.

    Every channel is foretold one step ahead by a weighted sum of its last `length` values, found in
    closed form; a network, if one is asked for, learns to foretell what that leaves, from the
    windows of all channels. What is left in the end is judged by its Mahalanobis distance from what
    is left usually, jointly over channels, and a moment by the mean of its last distances.

    A score depends on the past only, so a stream gets the scores that the whole series would. The
    first `length` moments of a stretch, of which nothing is foretold, count as usual ones. Channels
    of two values, such as switches, are not judged.

    Parameters
    ----------
    form : {"linear", "LSTM", "GRU", "convolutional"}, default "linear"
        What foretells. All but "linear" need torch.
    length : int in [1, 10000], default 96
        From how many steps the next one is foretold; at most half of those that are learnt from.
    smoothing : int in [1, 10000], default 32
        Steps whose mean distance counts: 1 is soonest for single points, more find what lasts.
    volatility : int in [0, 10000], default 0
        From how many steps before a value its usual distance from the forecast is taken; 0: it is
        the same at all times. About 20 to 60 for prices, of which calm and stormy times alternate.
    hidden : int in [1, 4096], default 32
        Size of the state of "LSTM" and "GRU".
    epochs : int in [1, 1000000], default 50
        How often a network sees every window at most.
    batch_size : int in [2, 1000000], default 128
        Windows a step of training.
    learning_rate : float in (0, 1], default 0.003
        Largest step of Adam.
    budget : str, float or None, default "200 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where a network is.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    weights_ : ndarray of shape (judged, length)
        Of the weighted sums, for the oldest value first.
    network_ : torch.nn.Module or None
        The trained network.
    history_ : list of dict
        Losses on the way, after `fit`: step, seconds, learning_rate, loss, held_out.

    Notes
    -----
    `length` and `smoothing` were chosen on 40 labelled series ("others" of `benchmarks/tsb_ad.py`)
    that are not among the official ones of TSB-AD. Networks score in float32.

    **Intuition.** A moment is odd if its own past did not let it be expected.

    **Formula.** $e_t = x_t - f(x_{t-m}, \dots, x_{t-1}), \; d_t^2 = (e_t - \mu)^\top \Sigma^{-1}
    (e_t - \mu)$, where f foretells moment x_t from m before it (`length`), and μ and Σ are middle
    and covariance of what is left, over channels. The score is minus the mean of the last
    `smoothing` d.

    **When to use.** Streams, and breaks of rhythm.

    **Where it fails.** A new regime surprises once and is then usual; anomalies that begin slowly
    are foretold.

    **Cost.** In closed form of order T m + m³ a channel to learn from T moments, m to judge one; a
    network costs its training.

    References
    ----------
    Malhotra, P., Vig, L., Shroff, G. & Agarwal, P. (2015). Long short term memory networks for
    anomaly detection in time series. ESANN.
    Munir, M., Siddiqui, S., Dengel, A. & Ahmed, S. (2019). DeepAnT: a deep learning approach for
    unsupervised anomaly detection in time series. IEEE Access 7.
    https://doi.org/10.1109/ACCESS.2018.2886457 (doi:10.1109/ACCESS.2018.2886457)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import Forecaster
    >>> wave = np.sin(np.arange(900) / 5)
    >>> model = Forecaster(smoothing=1).fit(wave[:600, None])
    >>> wave[700] = 0.0
    >>> int(model.score_samples(wave[:, None]).argmin())
    700
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1109/ACCESS.2018.2886457"}
    min_rows = 8
    _state_spec = {
        **OverTime.state,
        "judged_": Array("judged", dtype="int64", low=0),
        "mean_": Array("judged"),
        "spread_": Array("judged", low=0),
        "weights_": Array("judged", "length"),
        "constants_": Array("judged"),
        "variance_": Array("judged", low=0),
        "centre_": Array("judged"),
        "whitening_": Array("judged", "judged"),
        "calm_": Array(low=0),
        "network_": Weights(),
    }

    judged_: np.ndarray
    mean_: np.ndarray
    spread_: np.ndarray
    weights_: np.ndarray
    constants_: np.ndarray
    variance_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    calm_: float
    network_: Any  # a Module, or None for the linear form
    history_: list[dict[str, float]]

    def __init__(
        self,
        form: Literal["linear", "LSTM", "GRU", "convolutional"] = "linear",
        length: Annotated[int, Interval(1, 10_000)] = 96,
        smoothing: Annotated[int, Interval(1, 10_000)] = 32,
        volatility: Annotated[int, Interval(0, 10_000)] = 0,
        hidden: Annotated[int, Interval(1, 4096)] = 32,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 50,
        batch_size: Annotated[int, Interval(2, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.003,
        budget: str | float | None = "200 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.form = form
        self.length = length
        self.smoothing = smoothing
        self.volatility = volatility
        self.hidden = hidden
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.budget = budget
        self.device = device
        self.seed = seed

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from: a window and what follows."""
        return 2 * self.length

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have: a window and what follows."""
        return self.weights_.shape[1] + 1

    @property
    def reach_(self) -> tuple[int, int]:
        """How many steps before and after it a score depends on: none after."""
        return self.weights_.shape[1] + self.smoothing - 1 + self.volatility, 0

    # -- learning ----------------------------------------------------------------------------------

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        scale = fit_channel_scale(np.concatenate([stretch.values for stretch in stretches]))
        self.judged_, self.mean_, self.spread_ = scale
        z = [self._drawn_in(stretch) for stretch in stretches]
        length = fitting_length(self.length, max(map(len, z)))
        parts = [
            fit_linear_forecast([one[:, j] for one in z], length) for j in range(len(self.judged_))
        ]
        self.weights_ = np.stack([part.weights for part in parts])
        self.constants_ = np.array([part.constant for part in parts])
        left = [self._straight(one) for one in z]
        self.network_, self.history_ = None, []
        if self.form != "linear":
            self._train(z, left, rng)
            left = [self._left(one) for one in z]
        self.variance_ = np.concatenate(left).var(axis=0) + _TINY
        left = [self._in_its_time(one) for one in left]
        self.centre_, self.whitening_ = fit_residual_density(left)
        self.calm_ = float(np.median(distances(np.concatenate(left), self._density)))

    def _train(self, z: list[np.ndarray], left: list[np.ndarray], rng: np.random.Generator) -> None:
        self.network_, course = _networks().train_network(
            self._build,
            list(zip(z, left, strict=True)),
            self,
            rng,
            what=f"Training {type(self).__name__}",
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
        )
        self.history_ = course.history

    # -- judging -----------------------------------------------------------------------------------

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        left = self._in_its_time(self._left(self._drawn_in(stretch)))
        far = distances(left, self._density)
        before = np.full(self.weights_.shape[1] + self.smoothing - 1, self.calm_)
        views = sliding_window_view(np.concatenate([before, far]), self.smoothing)
        return views.mean(axis=1)  # of a window alone: running sums would remember all before

    def _left(self, z: np.ndarray) -> np.ndarray:
        """Return what is left of all forecasts, (time - length, judged)."""
        left = self._straight(z)
        if self.network_ is None:
            return left
        return left - _networks().foretold_rest(self.network_, z, self.weights_.shape[1])

    def _in_its_time(self, left: np.ndarray) -> np.ndarray:
        """Return what is left in units of what was left usually in the steps before."""
        if not self.volatility:
            return left
        before = np.broadcast_to(self.variance_, (self.volatility, left.shape[1]))
        squares = np.concatenate([before, left[:-1] ** 2])
        lately = sliding_window_view(squares, self.volatility, axis=0).mean(axis=2)
        # a share of what it is in the long run: a calm time does not make anything a storm
        return left / np.sqrt((1 - _LATELY) * self.variance_ + _LATELY * lately)

    def _straight(self, z: np.ndarray) -> np.ndarray:
        """Return what is left of the straight forecasts, (time - length, judged)."""
        forecasts = map(LinearForecast, self.weights_, self.constants_)
        channels = np.ascontiguousarray(z.T)
        return np.stack(list(map(linear_residuals, channels, forecasts)), axis=1)

    def _drawn_in(self, stretch: Stretch) -> np.ndarray:
        """Return the judged channels in spreads, far values drawn in, (time, judged)."""
        scale = ChannelScale(self.judged_, self.mean_, self.spread_)
        return np.clip(in_spreads(stretch.values, scale), -_FARTHEST, _FARTHEST)

    @property
    def _density(self) -> ResidualDensity:
        return ResidualDensity(self.centre_, self.whitening_)

    # -- files -------------------------------------------------------------------------------------

    def _build(self) -> Any:
        channels, length = self.weights_.shape
        return _networks().build_network(self.form, channels, length, self.hidden)

    def _weights(self, network: str) -> dict[str, np.ndarray]:
        return {} if self.network_ is None else _networks().weights_of(self.network_)

    def _weights_layout(self, network: str) -> dict[str, tuple[tuple[int, ...], str]]:
        return {} if self.form == "linear" else _networks().layout_of(self._build)

    def _set_weights(self, network: str, weights: dict[str, np.ndarray]) -> None:
        straight = self.form == "linear"
        self.network_ = None if straight else _networks().with_weights(self._build, weights)

    def _check_state(self) -> None:
        numbers = [c.kind in ("number", "boolean") for c in self.schema_.used]
        sound = (
            len(self.judged_) > 0
            and (np.diff(self.judged_) > 0).all()
            and self.judged_[-1] < sum(numbers)
            and self.weights_.shape[1] > 0
            and (self.spread_ > 0).all()
        )
        if not sound:
            raise ValueError("channels and forecasts do not fit together")


def _networks() -> Any:
    """Return the room's leaf of networks, which needs torch; the linear form does not."""
    if find_spec("torch") is None:
        raise MissingDependency("Forecasts by networks", "torch", "deep")
    import likely.series.network_forecast as networks

    return networks
