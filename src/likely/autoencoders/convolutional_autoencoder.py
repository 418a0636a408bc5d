"""The convolutional autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from torch import nn

from likely.autoencoders.over_axes import OverAxes
from likely.core.params import Interval
from likely.nets.convolution import ConvolutionalDecoder, ConvolutionalEncoder, usual_widths
from likely.nets.layers import Codec


class ConvolutionalAutoencoder(OverAxes):
    r"""How badly pictures, series or clips are restored from a short code (Masci et al., 2011).

    Convolutions over time, over height and width, or over all three, as the samples have axes. What
    goes in is spoilt by noise in training, so that odd parts cannot be copied (Vincent et al.,
    2008).

    Parameters
    ----------
    latent : int in [1, 4096], default 32
        Numbers in a code; at most one fewer than a sample has.
    widths : sequence of int or "auto", default "auto"
        Channels behind each stage, which halves every axis. "auto" goes on until four places an
        axis are left.
    noise : float in [0, 10], default 0.2
        Standard deviation of the noise, in those of the samples.
    oddness : {"density", "scaled", "error"}, default "density"
        Squared error; the same in units of how well each place is restored usually; or how unusual
        code, features and errors are together.
    kind : {"auto", "series", "image", "video"}, default "auto"
        What a sample is, where the number of axes leaves it open.
    epochs : int in [1, 1000000], default 40
        How often every sample is seen at most, if `budget` counts no steps.
    batch_size : int in [2, 1000000], default 32
        Samples a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam.
    budget : str, float or None, default "400 steps"
        Limit of training, such as "20s" or "4000 steps".
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        An encoder and decoder of one's own, `likely.nets.layers.Codec`; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Notes
    -----
    **Intuition.** What a patch looks like does not hang on where it is, so one small filter serves
    all places.

    **Formula.** $L = \frac{1}{N d} \sum_i \lVert x_i - g(f(x_i + \sigma e_i)) \rVert^2$, where x_i
    are the N samples of d numbers, encoder f and decoder g are convolutions, e_i is normal noise
    and σ is `noise`.

    **When to use.** Pictures, video, and series whose shape counts.

    **Where it fails.** Fine texture is restored as blur. What is simpler than what was learnt, such
    as an empty picture, is restored better than it, and a small defect hardly changes the error of
    the whole; so "density", as usual, looks at code, features and errors part by part.

    **Cost.** Steps times places times filters: linear in the number of pixels; one pass to judge,
    and with "density" the square of the number of statistics.

    References
    ----------
    Masci, J., Meier, U., Cireşan, D. & Schmidhuber, J. (2011). Stacked convolutional auto-encoders
    for hierarchical feature extraction. ICANN, 52-59. https://doi.org/10.1007/978-3-642-21735-7_7

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import ConvolutionalAutoencoder
    >>> shift = np.random.default_rng(0).uniform(0, 3, size=(200, 1))
    >>> waves = np.sin(np.linspace(0, 12, 48) + shift)
    >>> model = ConvolutionalAutoencoder(latent=4, budget="200 steps").fit(waves)
    >>> odd = waves[:1].copy()
    >>> odd[0, 20:24] = 0.0
    >>> model.predict(np.vstack([waves[:1], odd]))
    array([ 1, -1])
    """

    card = {"kinds": ["series", "image", "video"], "paper": "doi:10.1007/978-3-642-21735-7_7"}
    fast = {"latent": 4, "widths": (8, 16), "budget": "60 steps"}

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] = 32,
        widths: Sequence[int] | Literal["auto"] = "auto",
        noise: Annotated[float, Interval(0, 10)] = 0.2,
        oddness: Literal["density", "scaled", "error"] = "density",
        kind: Literal["auto", "series", "image", "video"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 40,
        batch_size: Annotated[int, Interval(2, 1_000_000)] = 32,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "400 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.widths = widths
        self.noise = noise
        self.oddness = oddness
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        widths = self.widths if not isinstance(self.widths, str) else usual_widths(schema.shape)
        shape, channels, latent = schema.shape, schema.channels, self._latent(schema.width)
        return Codec(
            ConvolutionalEncoder(shape, channels, latent, widths),
            ConvolutionalDecoder(shape, channels, latent, widths),
        )
