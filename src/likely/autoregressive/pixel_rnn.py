"""The PixelRNN."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from torch import nn

from likely.autoregressive.pixels import Pixels
from likely.core.params import Interval
from likely.nets.pixel_lstm import RecurrentPixels


class PixelRNN(Pixels):
    r"""Memories that run over images and predict them pixel by pixel (van den Oord et al., 2016).

    The chance of an image is the product of the chances of its pixels, row by row from the top and
    from left to right, each given all pixels before it. Two memories (LSTM) sweep along the
    diagonals, from the left and from the right, so that every pixel before counts, however far
    away; or one memory runs down the rows and sees a triangle above each pixel. Layers add to what
    they are given.

    Parameters
    ----------
    rows : {"diagonal", "row"}, default "diagonal"
        Diagonal BiLSTM, which sees all pixels before, in about twice as many steps; or Row LSTM.
    layers : int in [1, 100], default 2
        Layers of memory.
    width : int in [1, 4096], default 24
        Features of a pixel in every layer.
    likelihood : {"auto", "bernoulli", "softmax", "logistic_mixture", "gaussian"}, default "auto"
        Distribution of a pixel given those before it. "auto" looks at the data: Bernoulli for
        values 0 and 1; for bytes a discretised mixture of logistics, or, if
        asked for, a chance for each of the 256 levels; a mixture of Gaussians for all others.
        Channels of a pixel come one after the other.
    components : int in [1, 100], default 5
        How many distributions a mixture has.
    oddness : {"auto", "likelihood", "typicality", "ratio", "complexity", "states"}, default "auto"
        Minus log p(x); how far it is from what is usual; minus log p(x) less that by a background,
        a second network that learns from samples with a fifth of their numbers replaced, for as
        long (Ren et al., 2019); minus log p(x) less what a compressor needs; or how unusual
        likelihood, compressed size, and where in a sample the nats lie are together (see
        `likely.nets.states`). "auto" is "states".
    dropout : float in [0, 1), default 0.0
        Share of features that is left out at random in training.
    epochs : int in [1, 1000000], default 20
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 32
        Samples a step.
    learning_rate : float in (0, 1], default 0.004
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.pixel_network.PixelNetwork` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Notes
    -----
    `log_prob` is in nats: a probability of values 0 and 1 and of bytes, so that -log_prob / (D log
    2) is bits a dimension; a density of other numbers. `contributions` is a map of the surprise of
    every pixel, in nats.

    **Intuition.** Memories sweep over a picture and bring to every pixel what was read before it.

    **Formula.** $p(x) = \prod_i p(x_i \mid h_i)$, where x_i is pixel i in reading order and h_i
    what the memories and the first convolutions hold of the pixels before it.

    **When to use.** As `PixelCNN`, where more of the picture must count.

    **Where it fails.** Slower still, in training too, for a memory goes step by step.

    **Cost.** As many steps a picture as it has rows, with "diagonal" as rows and columns together;
    drawing goes pixel by pixel.

    References
    ----------
    van den Oord, A., Kalchbrenner, N. & Kavukcuoglu, K. (2016). Pixel recurrent neural networks.
    ICML. https://arxiv.org/abs/1601.06759 (arXiv:1601.06759)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import PixelRNN
    >>> on = np.random.default_rng(0).random((300, 1, 4)) < 0.5
    >>> images = np.repeat(on, 4, axis=1)  # every row as the first
    >>> model = PixelRNN(layers=1, width=8, budget="200 steps").fit(images)
    >>> model.sample(1, seed=0).shape
    (1, 4, 4)
    >>> known = np.zeros((4, 4), bool)
    >>> known[0] = True
    >>> bool((model.complete(images[:5], known, seed=0) == images[:5]).mean() > 0.9)
    True
    """

    card = {"kinds": ["image"], "paper": "arXiv:1601.06759"}
    fast = {
        "rows": "row",
        "layers": 1,
        "width": 8,
        "components": 1,
        "budget": "80 steps",
        "batch_size": 4,
        "learning_rate": 0.01,
    }

    def __init__(
        self,
        rows: Literal["diagonal", "row"] = "diagonal",
        layers: Annotated[int, Interval(1, 100)] = 2,
        width: Annotated[int, Interval(1, 4096)] = 24,
        likelihood: Literal[
            "auto", "bernoulli", "softmax", "logistic_mixture", "gaussian"
        ] = "auto",
        components: Annotated[int, Interval(1, 100)] = 5,
        oddness: Literal[
            "auto", "likelihood", "typicality", "ratio", "complexity", "states"
        ] = "auto",
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 20,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 32,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.004,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.rows: Literal["diagonal", "row"] = rows
        self.layers = layers
        self.width = width
        self.likelihood = likelihood
        self.components = components
        self.oddness = oddness
        self.dropout = dropout
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        size = self._conditional(schema).size
        return RecurrentPixels(
            schema.shape, schema.channels, size, self.width, self.layers, self.rows, self.dropout
        )
