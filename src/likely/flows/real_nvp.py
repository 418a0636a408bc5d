"""The real-valued non-volume preserving flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from torch import nn

from likely.core.params import Interval
from likely.data.schema import Schema
from likely.flows.flow import Flow
from likely.nets.bijections import Chain, Gaussianised
from likely.nets.columns import usual_start
from likely.nets.conditioners import couplings
from likely.nets.image_flow import board_steps, channel_steps, multi_scale
from likely.nets.univariate import Affine

_TABLES = {"layers": 8, "hidden": (128, 128)}
_IMAGES = {"layers": 6, "hidden": (64, 64)}


class RealNVP(Flow):
    r"""Flow of couplings that scale and shift (Dinh, Sohl-Dickstein & Bengio, 2017).

    Half of the columns say by a network how the other half is scaled and shifted, by turns. Both
    ways cost one pass.

    Parameters
    ----------
    layers : int in [1, 64] or None, default None
        Couplings, each two of which move all columns, usually 8. Of images, couplings a scale,
        usually 6: half of them by a checkerboard, then half by channels.
    hidden : sequence of int or None, default None
        Sizes of the layers of the network in each of them, usually (128, 128). Of images, channels
        of its residual blocks, usually (64, 64).
    scales : int in [1, 8], default 2
        Of images: how often they are squeezed to half their size.
    dropout : float in [0, 1), default 0.1
        Share of the inner features left out at random in training.
    oddness : {"robust", "likelihood", "typicality", "latent"}, default "robust"
        Minus log p(x) without the reward for lying where density is unusually high: of each number,
        the log-derivative counts up to its lower quartile over samples held out. Minus log p(x) as
        it is. How far log p(x) is from its median over samples held out. Or minus the log-density
        of the latent code.
    temperature : float in [0, 10], default 1.0
        Spread of the latent codes that samples are drawn from; below 1 they are more usual.
    kind : {"auto", "table", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 256
        Samples a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam; of images a fifth of it.
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

    Of images of bytes it is the density of the image with one fixed uniform noise of a level added
    to every pixel, one level being the unit: on average over noise a lower bound on the logarithm
    of the image's probability. `likely.evaluation.bits_per_dim` makes bits a dimension of it.

    **Intuition.** Shift and stretch one half of the columns as the other half says.

    **Formula.** $y_A = x_A, \; y_B = x_B \odot \exp(s(x_A)) + t(x_A), \; \log|\det J| = \sum
    s(x_A)$, where A and B are the halves, s and t are networks, J is the Jacobian of a layer, and
    what the last layer puts out is to be normal.

    **When to use.** Density and fast draws from one model, with conditions.

    **Where it fails.** Separate clusters stay joined by thin bridges, for the map is continuous.

    **Cost.** One pass of every layer to learn, judge or draw.

    References
    ----------
    Dinh, L., Sohl-Dickstein, J. & Bengio, S. (2017). Density estimation using Real NVP. ICLR.
    https://arxiv.org/abs/1605.08803 (arXiv:1605.08803)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.flows import RealNVP
    >>> rng = np.random.default_rng(0)
    >>> t = rng.uniform(0, 6, size=500)
    >>> rows = np.column_stack([t, np.sin(t)]) + 0.1 * rng.normal(size=(500, 2))
    >>> model = RealNVP(hidden=(32,), budget="100 steps").fit(rows)
    >>> model.predict([[1.5, 1.0], [1.5, -0.9]])
    array([ 1, -1])
    >>> model.sample(5, seed=0).shape
    (5, 2)
    """

    card = {"kinds": ["table", "image"], "paper": "arXiv:1605.08803"}
    fast = {"layers": 2, "hidden": (8,), "scales": 1, "budget": "40 steps", "batch_size": 64}

    def __init__(
        self,
        layers: Annotated[int, Interval(1, 64)] | None = None,
        hidden: Sequence[int] | None = None,
        scales: Annotated[int, Interval(1, 8)] = 2,
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        oddness: Literal["robust", "likelihood", "typicality", "latent"] = "robust",
        temperature: Annotated[float, Interval(0, 10)] = 1.0,
        kind: Literal["auto", "table", "image"] = "auto",
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
        self.scales = scales
        self.dropout = dropout
        self.oddness = oddness
        self.temperature = temperature
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        usual = _TABLES if isinstance(schema, Schema) else _IMAGES
        layers, hidden = self.layers or usual["layers"], tuple(self.hidden or usual["hidden"])
        given = self._given_width
        if isinstance(schema, Schema):
            maps = couplings(schema.width, layers, Affine(), hidden, self.dropout, given=given)
            return Gaussianised(Chain([*usual_start(schema.width, given), *maps]))
        boards = board_steps((layers + 1) // 2, hidden, given)
        others = channel_steps(layers // 2, hidden, given)
        maps = multi_scale(schema.channels, schema.shape, self.scales, others, boards)
        return Gaussianised(maps)

    def _rate(self) -> float:
        return self.learning_rate if isinstance(self.schema_, Schema) else self.learning_rate / 5
