"""The neural spline flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from torch import nn

from likely.core.params import Interval
from likely.flows.flow import Flow
from likely.nets.bijections import Chain, Gaussianised
from likely.nets.columns import usual_start
from likely.nets.conditioners import autoregressive, couplings
from likely.nets.univariate import Spline

_WIDE = 100  # columns
_VERY_WIDE = 500


class NeuralSplineFlow(Flow):
    r"""Flow that maps columns by monotonic splines, steered by networks (Durkan et al., 2019).

    Each spline is rational-quadratic between -5 and 5 and the identity beyond. It bends where a
    scale and a shift cannot: a column may have several modes, gaps and edges.

    Parameters
    ----------
    layout : {"autoregressive", "coupling"} or None, default None
        Every column is mapped as those before it say, as usual; or half of the columns say how the
        others are mapped, by turns, which needs more layers and draws samples faster. It is usual
        for more than 500 columns.
    bins : int in [2, 64] or None, default None
        Pieces of each spline, usually 8; of more than 100 columns, usually 4.
    layers : int in [1, 64] or None, default None
        Maps, usually 3, or 6 couplings, of which it takes two to move all columns; of more than 100
        columns, usually 2.
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
    budget : str, float or None, default "800 steps"
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

    **Intuition.** Bend each column by a smooth monotone curve that a network draws.

    **Formula.** $z_i = g(x_i; \theta_i(x_A)), \; \log p(x) = \log \mathcal N(z) + \sum_i \log
    g'(x_i)$, where g is a spline, g' its slope, $\mathcal N$ the normal density, and θ_i its
    widths, heights and slopes, which a network gives from x_A: the columns before column i or, with
    "coupling", the other half. With several layers their sums add up.

    **When to use.** The first choice of a density on tables.

    **Where it fails.** A few hundred rows are too few; repeated values need to be spread.

    **Cost.** One pass of every layer to learn or judge, a few times the cost of `RealNVP`; drawing
    takes d steps a layer for d columns, with "coupling" one.

    References
    ----------
    Durkan, C., Bekasov, A., Murray, I. & Papamakarios, G. (2019). Neural spline flows. NeurIPS.
    https://arxiv.org/abs/1906.04032 (arXiv:1906.04032)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.flows import NeuralSplineFlow
    >>> rng = np.random.default_rng(0)
    >>> t = rng.uniform(0, 6, size=500)
    >>> rows = np.column_stack([t, np.sin(t)]) + 0.1 * rng.normal(size=(500, 2))
    >>> model = NeuralSplineFlow(hidden=(32,), budget="100 steps").fit(rows)
    >>> model.predict([[1.5, 1.0], [1.5, -0.9]])
    array([ 1, -1])
    >>> model.sample(5, seed=0).shape
    (5, 2)
    """

    card = {"kinds": ["table"], "paper": "arXiv:1906.04032"}
    fast = {"layers": 2, "hidden": (16,), "bins": 4, "budget": "60 steps", "batch_size": 128}

    def __init__(
        self,
        layout: Literal["autoregressive", "coupling"] | None = None,
        bins: Annotated[int, Interval(2, 64)] | None = None,
        layers: Annotated[int, Interval(1, 64)] | None = None,
        hidden: Sequence[int] = (128, 128),
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        oddness: Literal["robust", "likelihood", "typicality", "latent"] = "robust",
        temperature: Annotated[float, Interval(0, 10)] = 1.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 256,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "800 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.layout = layout
        self.bins = bins
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
        wide, very_wide = width > _WIDE, width > _VERY_WIDE
        coupling = very_wide if self.layout is None else self.layout == "coupling"
        layers = self.layers or (2 if wide else 6 if coupling else 3)
        univariate = Spline(self.bins or (4 if wide else 8))
        hidden, given = tuple(self.hidden), self._given_width
        if coupling:
            steered = {"direct": not very_wide, "given": given}
            maps = couplings(width, layers, univariate, hidden, self.dropout, **steered)
        else:
            maps = autoregressive(width, layers, univariate, hidden, self.dropout, given)
        return Gaussianised(Chain([*usual_start(width, given), *maps]))
