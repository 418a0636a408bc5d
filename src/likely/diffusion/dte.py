"""Diffusion time estimation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.capabilities import Explainer
from likely.base.state import Array, Weights
from likely.core.neighbours import Reference, nearest
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.nets.deep_model import DeepModel, settled_order
from likely.nets.diffusion_time import Classes, InverseGamma
from likely.nets.layers import Shortcut, dense
from likely.nets.noise_shape import NoiseShape, draw_in

_MOST_KNOWN = 10_000


class DTE(Explainer, DeepModel):
    r"""Diffusion time estimation: for how long must a row have diffused? (Livernoche et al., 2024).

    Rows for training diffuse for a random time t,

        x_t = x + t e,    e ~ N(0, C),    log t even between log least_time and log most_time,

    and a network learns to tell the time from x_t alone. A usual row seems not to have diffused at
    all, an anomaly is as far out as if it had. C is the covariance of the rows (the paper's noise
    is as wide in every direction): where columns are correlated, such noise also leads into the
    gaps that lie among the rows, and the network learns of them.

    Parameters
    ----------
    estimate : {"classes", "inverse_gamma"}, default "classes"
        What the network puts out: shares of `classes` of times, learnt by cross-entropy; or shape
        and scale of an inverse gamma distribution of t^2, learnt by its likelihood.
    oddness : {"both", "network", "neighbours"}, default "both"
        How oddness is measured, in each case by a time. "network": by the one that the network
        expects, in its logarithm. "neighbours": by the one after which noise is as far out as the
        nearest known rows are; the network is not trained. "both": by their geometric mean.
    hidden : sequence of int, default (128, 128, 128)
        Sizes of the hidden layers.
    classes : int in [2, 1000], default 20
        Classes of times.
    least_time : float in (0, 1], default 0.03
        Smallest time, in mean spreads of the rows.
    most_time : float in [1.5, 1000], default 3.0
        Largest time, in mean spreads of the rows.
    n_neighbors : int in [1, 1000], default 5
        How many known rows "neighbours" looks at.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    epochs : int in [1, 1000000], default 200
        How often every row is seen at most.
    batch_size : int in [1, 1000000], default 256
        Rows a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A network of one's own from features to the numbers of `estimate`; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Attributes
    ----------
    centre_, turn_, sizes_, widths_ : ndarray
        Coordinates in which rows diffuse, and the width of the noise along each
        (`likely.nets.noise_shape`).
    reference_ : ndarray of shape (row, width)
        Known rows in these coordinates, at most 10,000.

    Notes
    -----
    A score is minus a time in mean spreads. Times are compared by their logarithms, so that the
    small ones, in which usual rows differ, count. Training does not stop early: noise is new in
    every step, and to know the rows themselves is no mistake here.

    The time that a network expects jumps where rows become rare, so how far out scores reach cannot
    be foretold. Rows of a table that judges itself are ranked without a promise; new rows are
    judged as by any model.

    The defaults were chosen on 11 of the 22 tables of `benchmarks/autoencoder_tables.py`, the 1st,
    3rd, ... by size; figures of the 11 others stand there, too.

    **Intuition.** How much noise would explain this row? A row far off seems to have had much.

    **Formula.** $T(x) = \sqrt{\exp(\mathrm{E}[\log t \mid x]) \, R(x)}, \; p(t \mid x) \propto p(t)
    \, p_t(x), \; R(x)^2 = r(x)^2 / d + t_0^2$, where E is a mean, t is the time of diffusion, p_t
    the density of rows after it and p(t | x) what the network learns, r² the mean squared distance
    from the nearest known rows, d the number of columns and t_0 `least_time`. Scores are −T;
    "network" and "neighbours" take one of the factors.

    **When to use.** Detection on tables, mostly normal rows.

    **Where it fails.** The time is told from the distance to what was learnt: in many columns of
    noise every row seems equally far.

    **Cost.** One pass a step to learn; to judge, one pass and the distances from at most 10,000
    known rows.

    References
    ----------
    Livernoche, V., Jain, V., Hezaveh, Y. & Ravanbakhsh, S. (2024). On diffusion modeling for
    anomaly detection. ICLR. https://arxiv.org/abs/2305.18593 (arXiv:2305.18593)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import DTE
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 300)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> DTE(budget="200 steps").fit(ring).predict([[1.0, 0.0], [0.0, 0.0]])
    array([ 1, -1])
    """

    additive = True
    card = {"kinds": ["table"], "paper": "arXiv:2305.18593"}
    fast = {"hidden": (16,), "budget": "60 steps", "batch_size": 64}
    power_tail = True
    steady_tail = False  # the expected time jumps where rows become rare
    expected_failures = {
        "check_outliers_fit_predict": "a training row judged as a new row finds itself among the "
        "known ones, so fit(X).predict(X) is milder than fit_predict(X)",
    }
    _state_spec = {
        "centre_": Array("width"),
        "turn_": Array("width", "width"),
        "sizes_": Array("width", low=0),
        "widths_": Array("width", low=0),
        "reference_": Array("row", "width", rows=True),
        "network_": Weights(),
    }

    centre_: np.ndarray
    turn_: np.ndarray
    sizes_: np.ndarray
    widths_: np.ndarray
    reference_: np.ndarray

    def __init__(
        self,
        estimate: Literal["classes", "inverse_gamma"] = "classes",
        oddness: Literal["both", "network", "neighbours"] = "both",
        hidden: Sequence[int] = (128, 128, 128),
        classes: Annotated[int, Interval(2, 1000)] = 20,
        least_time: Annotated[float, Interval(0, 1, open_low=True)] = 0.03,
        most_time: Annotated[float, Interval(1.5, 1000)] = 3.0,
        n_neighbors: Annotated[int, Interval(1, 1000)] = 5,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 256,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.estimate = estimate
        self.oddness = oddness
        self.hidden = hidden
        self.classes = classes
        self.least_time = least_time
        self.most_time = most_time
        self.n_neighbors = n_neighbors
        self.weight_decay = weight_decay
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    # -- training ----------------------------------------------------------------------------------

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._known = settled_order(x)[some_rows(len(x), _MOST_KNOWN, rng)]
        super()._fit(x, rng)
        self.reference_ = self._apply(x[self._known], self._drawn)
        vars(self).pop("_among", None)

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        # noise never repeats itself; rows held out would stop training once it knows the others
        every = data if held_out is None else torch.cat([data, held_out])
        shape = NoiseShape.of(every.numpy())
        self.centre_, self.turn_ = shape.centre, shape.turn
        self.sizes_, self.widths_ = shape.sizes, shape.widths
        super()._train(draw_in(shape.coordinates(every)), None, rng)

    def _limit(self) -> str | float | None:
        return "1 steps" if self.oddness == "neighbours" else self.budget

    def _network(self, schema: Any) -> nn.Module:
        return Shortcut(dense((schema.width, *self.hidden, self._times.outputs)))

    @property
    def _times(self) -> Classes | InverseGamma:
        if self.estimate == "classes":
            return Classes(self.least_time, self.most_time, self.classes)
        return InverseGamma(self.least_time, self.most_time)

    def _loss(self, batch: Tensor) -> Tensor:
        with torch.autocast(batch.device.type, enabled=False):
            place = torch.rand_like(batch[:, 0])
            found = self.network_(draw_in(self._diffused(batch, place)))
            return self._times.losses(found, place)

    def _diffused(self, u: Tensor, place: Tensor) -> Tensor:
        """Return coordinates after times that lie so far in the range, shape (batch,)."""
        low, high = math.log(self.least_time), math.log(self.most_time)
        times = (low + place * (high - low)).exp()
        widths = torch.from_numpy(self.widths_).to(u.device, u.dtype)
        return u + times[:, None] * widths * torch.randn_like(u)

    # -- judging -----------------------------------------------------------------------------------

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._time(x, self._neighbours(self._apply(x, self._drawn))[0])

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        scores = super()._score_training(x)
        if len(self._known) > 1:  # each known row is left out of its own neighbours
            k = min(self.n_neighbors, len(self._known) - 1)
            far = nearest(self.reference_, self._among, k, leave_self_out=True)[0]
            scores[self._known] = -self._time(x[self._known], far)
        return scores

    def _time(self, x: np.ndarray, far: np.ndarray) -> np.ndarray:
        """Return the time of rows, given how far they are from their neighbours. Shape (n,)."""
        by_neighbours = np.sqrt((far**2).mean(axis=1) / x.shape[1] + self.least_time**2)
        if self.oddness == "neighbours":
            return by_neighbours
        by_network = np.exp(self._apply(x, lambda batch: self._log_time(self._drawn(batch))))
        return by_network if self.oddness == "network" else np.sqrt(by_network * by_neighbours)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        u, drawn = self._apply(x, self._shape.coordinates), self._apply(x, self._drawn)
        far, positions = self._neighbours(drawn)
        shares = []
        if self.oddness != "neighbours":
            slope = self._apply(x, self._slope)
            shares.append(self._shape.shares(slope * self.widths_**2, slope, u))
        if self.oddness != "network":
            weights = far + np.finfo(np.float64).tiny  # even where all are at no distance
            weights = weights / weights.sum(axis=1, keepdims=True)
            found = np.zeros_like(x)
            for j in range(far.shape[1]):
                step = drawn - self.reference_[positions[:, j]]
                found += weights[:, [j]] * self._shape.shares(step, step, u)
            shares.append(found)
        return self._time(x, far)[:, None] * np.mean(shares, axis=0)

    def _log_time(self, u: Tensor) -> Tensor:
        return self._times.log_time(self.network_(draw_in(u)))

    def _slope(self, batch: Tensor) -> Tensor:
        """Return derivatives of the logarithm of the network's time by the coordinates."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            u = self._drawn(batch.clone()).requires_grad_()
            return torch.autograd.grad(self._log_time(u).sum(), u)[0]

    @property
    def _shape(self) -> NoiseShape:
        return NoiseShape(self.centre_, self.turn_, self.sizes_, self.widths_)

    def _drawn(self, batch: Tensor) -> Tensor:
        """Return the coordinates of rows, far ones drawn in, shape (batch, width)."""
        return draw_in(self._shape.coordinates(batch))

    def _neighbours(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return nearest(u, self._among, min(self.n_neighbors, len(self.reference_)))

    @cached_property
    def _among(self) -> Reference:
        return Reference(self.reference_)

    def _check_state(self) -> None:
        if not (len(self.reference_) and (self.sizes_ > 0).all() and (self.widths_ > 0).all()):
            raise ValueError("there are no known rows, or directions have no width")
