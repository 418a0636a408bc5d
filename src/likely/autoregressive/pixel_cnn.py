"""The gated PixelCNN."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from torch import nn

from likely.autoregressive.pixels import Pixels
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.nets.gated import GatedPixels


class PixelCNN(Pixels):
    r"""Convolutions that predict images pixel by pixel, gated and without a blind spot (2016).

    The chance of an image is the product of the chances of its pixels, row by row from the top and
    from left to right, each given all pixels before it:

        p(x) = product over i of p(x_i | x_1, ..., x_{i-1}).

    Convolutions see only what comes before. A single stack of them misses pixels up to the right;
    so a vertical stack sees the rows above, and tells a horizontal one, which sees the row. Layers
    are gated, tanh(a) sigmoid(b). All pixels of an image are judged in one pass; drawing an image
    goes pixel by pixel, and computes only what is new.

    Parameters
    ----------
    layers : int in [1, 100], default 5
        Gated layers.
    width : int in [1, 4096], default 32
        Features of a pixel in every layer.
    kernel : int in [3, 15], default 3
        Odd side of the rectangle of which convolutions see the half before the pixel.
    likelihood : {"auto", "bernoulli", "softmax", "logistic_mixture", "gaussian"}, default "auto"
        Distribution of a pixel given those before it. "auto" looks at the data: Bernoulli for
        values 0 and 1; for bytes a discretised mixture of logistics (PixelCNN++), or, if
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
    learning_rate : float in (0, 1], default 0.002
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

    **Intuition.** Guess a pixel from those above and to the left, by convolutions that see no
    others.

    **Formula.** $p(x) = \prod_i p(x_i \mid x_{<i})$, where x_i is pixel i in reading order; its
    channels come one after the other.

    **When to use.** Likelihood of pictures in bits, and completing them.

    **Where it fails.** Drawing is slow, and large shapes come out loose, for pixels near by tell
    most of the next one.

    **Cost.** One pass to learn or judge; drawing goes pixel by pixel and computes only what is new.

    References
    ----------
    van den Oord, A. et al. (2016). Conditional image generation with PixelCNN decoders. NeurIPS.
    https://arxiv.org/abs/1606.05328 (arXiv:1606.05328)
    Salimans, T., Karpathy, A., Chen, X. & Kingma, D. P. (2017). PixelCNN++: improving the PixelCNN
    with discretized logistic mixture likelihood and other modifications. ICLR.
    https://arxiv.org/abs/1701.05517

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import PixelCNN
    >>> on = np.random.default_rng(0).random((300, 1, 4)) < 0.5
    >>> images = np.repeat(on, 4, axis=1)  # every row as the first
    >>> model = PixelCNN(layers=1, width=8, budget="200 steps").fit(images)
    >>> model.sample(1, seed=0).shape
    (1, 4, 4)
    >>> known = np.zeros((4, 4), bool)
    >>> known[0] = True
    >>> bool((model.complete(images[:5], known, seed=0) == images[:5]).mean() > 0.9)
    True
    """

    card = {"kinds": ["image"], "paper": "arXiv:1606.05328"}
    fast = {
        "layers": 1,
        "width": 8,
        "components": 1,
        "budget": "80 steps",
        "batch_size": 4,
        "learning_rate": 0.01,
    }

    def __init__(
        self,
        layers: Annotated[int, Interval(1, 100)] = 5,
        width: Annotated[int, Interval(1, 4096)] = 32,
        kernel: Annotated[int, Interval(3, 15)] = 3,
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
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.layers = layers
        self.width = width
        self.kernel = kernel
        self.likelihood = likelihood
        self.components = components
        self.oddness = oddness
        self.dropout = dropout
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        if self.kernel % 2 == 0:
            raise ParameterError(
                f"PixelCNN: kernel must be odd, so that it has a middle. Got {self.kernel}."
            )
        size = self._conditional(schema).size
        return GatedPixels(
            schema.shape, schema.channels, size, self.width, self.layers, self.kernel, self.dropout
        )
