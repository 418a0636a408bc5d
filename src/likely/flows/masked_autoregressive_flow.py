"""The masked autoregressive flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from torch import nn

from likely.core.params import Interval
from likely.flows.flow import Flow
from likely.nets.bijections import Chain, Gaussianised
from likely.nets.columns import usual_start
from likely.nets.conditioners import autoregressive
from likely.nets.univariate import Affine


class MaskedAutoregressiveFlow(Flow):
    r"""Flow in which every column is scaled and shifted by those before it (Papamakarios, 2017).

    One masked network gives shifts and scales of all columns at once, so a density costs one pass.
    Several such maps follow one another, with the columns in turned order.

    Parameters
    ----------
    layers : int in [1, 64], default 6
        Autoregressive maps; every other one has the columns in reversed order.
    hidden : sequence of int, default (128, 128)
        Sizes of the layers of the network in each of them.
    dropout : float in [0, 1), default 0.1
        Share of the inner features left out at random in training.
    oddness : {"robust", "likelihood", "typicality", "latent"}, default "robust"
        Minus log p(x) without the reward for lying where density is unusually high: of each number,
        the log-derivative counts up to its lower quartile over samples held out. Minus log p(x) as
        it is. How far log p(x) is from its median over samples held out. Or minus the log-density
        of the latent code.
    temperature : float in [0, 10], default 1.0
        Spread of the latent codes that samples are drawn from; below 1 they are more usual.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 256
        Samples a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.bijections.Gaussianised` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    typical_ : float
        Median log-density of the features of samples held out, in nats.
    usual_gains_ : ndarray of shape (width,)
        Lower quartile of each number's part of the log-determinant, over samples held out.

    Notes
    -----
    `log_prob` is exact, in nats and the user's own units. A column in which most values repeat is
    spread evenly over the steps between values in training, so its density is that of the spread
    values. Beyond five spreads, columns are drawn in by a logarithm before the flow sees them: its
    tails fall off like powers.

    **Intuition.** Each column is standardised by what the columns before it let expect.

    **Formula.** $z_i = x_i \exp(s_i(x_{<i})) + t_i(x_{<i})$ in each layer, where s_i and t_i are
    given by a network of the columns $x_{<i}$ before column i, and what the last layer puts out is
    to be normal.

    **When to use.** Density of tables.

    **Where it fails.** Gaps between clusters leak probability; drawing goes column after column.

    **Cost.** One pass of every layer to learn or judge; drawing takes d steps a layer for d
    columns, one after the other.

    References
    ----------
    Papamakarios, G., Pavlakou, T. & Murray, I. (2017). Masked autoregressive flow for density
    estimation. NeurIPS. https://arxiv.org/abs/1705.07057 (arXiv:1705.07057)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.flows import MaskedAutoregressiveFlow
    >>> rng = np.random.default_rng(0)
    >>> t = rng.uniform(0, 6, size=500)
    >>> rows = np.column_stack([t, np.sin(t)]) + 0.1 * rng.normal(size=(500, 2))
    >>> model = MaskedAutoregressiveFlow(hidden=(32,), budget="100 steps").fit(rows)
    >>> model.predict([[1.5, 1.0], [1.5, -0.9]])
    array([ 1, -1])
    >>> model.sample(5, seed=0).shape
    (5, 2)
    """

    card = {"kinds": ["table"], "paper": "arXiv:1705.07057"}
    fast = {"layers": 2, "hidden": (16,), "budget": "60 steps", "batch_size": 128}

    def __init__(
        self,
        layers: Annotated[int, Interval(1, 64)] = 6,
        hidden: Sequence[int] = (128, 128),
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        oddness: Literal["robust", "likelihood", "typicality", "latent"] = "robust",
        temperature: Annotated[float, Interval(0, 10)] = 1.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 256,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.layers = layers
        self.hidden = hidden
        self.dropout = dropout
        self.oddness = oddness
        self.temperature = temperature
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        width = schema.width
        hidden, given = tuple(self.hidden), self._given_width
        maps = autoregressive(width, self.layers, Affine(), hidden, self.dropout, given)
        return Gaussianised(Chain([*usual_start(width, given), *maps]))
