"""The recurrent autoencoder."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from torch import nn

from likely.autoencoders.over_axes import OverAxes
from likely.core.params import Interval
from likely.nets.layers import Codec
from likely.nets.recurrent import RecurrentDecoder, RecurrentEncoder

_MOST_STEPS = 50


class RecurrentAutoencoder(OverAxes):
    r"""How badly a series is restored from the last state of a recurrent network (Malhotra, 2016).

    One network reads the series, step by step; another says it again from the code alone,
    backwards. What goes in is spoilt by noise in training.

    Parameters
    ----------
    cell : {"lstm", "gru"}, default "lstm"
        Kind of cell: long short-term memory, or gated recurrent unit, with a quarter fewer weights.
    latent : int in [1, 4096], default 16
        Numbers in a code; at most one fewer than a series has.
    hidden : int in [1, 4096], default 64
        Size of the state.
    layers : int in [1, 8], default 1
        Cells on top of one another.
    stride : int in [1, 4096] or "auto", default "auto"
        Values that are read in one step. "auto" walks a series in 50 steps at most.
    noise : float in [0, 10], default 0.2
        Standard deviation of the noise, in those of the series.
    oddness : {"density", "scaled", "error"}, default "density"
        Squared error; the same in units of how well each step is restored usually; or how unusual
        code, states and errors are together.
    epochs : int in [1, 1000000], default 100
        How often every sample is seen at most, if `budget` counts no steps.
    batch_size : int in [1, 1000000], default 32
        Samples a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam.
    budget : str, float or None, default "500 steps"
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
    **Intuition.** Read a series to its end, then tell it again from memory.

    **Formula.** $h_t = f(h_{t-1}, x_t + \sigma e_t), \; z = A h_T, \; L = \frac{1}{d} \sum_t \lVert
    x_t - \hat x_t(z) \rVert^2$, where x_t are the values read in step t of T, d in all, h_t is the
    memory, e_t noise of which σ is the size, z the code, and $\hat x_t$ what a second memory tells
    from the code alone, the last step first.

    **When to use.** Short series of like course: beats, cycles of a machine.

    **Where it fails.** Long series: one code has to hold all of them. Nothing is told but what the
    code holds, so noise and single peaks are lost.

    **Cost.** As many steps as strides in a series, 50 at most as usual, one after the other; of
    order h² a step for a memory of h numbers.

    References
    ----------
    Malhotra, P., Ramakrishnan, A., Anand, G., Vig, L., Agarwal, P. & Shroff, G. (2016). LSTM-based
    encoder-decoder for multi-sensor anomaly detection. https://arxiv.org/abs/1607.00148

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import RecurrentAutoencoder
    >>> shift = np.random.default_rng(0).uniform(0, 3, size=(200, 1))
    >>> waves = np.sin(np.linspace(0, 12, 48) + shift)
    >>> model = RecurrentAutoencoder(latent=4, budget="200 steps").fit(waves)
    >>> odd = waves[:1].copy()
    >>> odd[0, 20:24] = 0.0
    >>> model.predict(np.vstack([waves[:1], odd]))
    array([ 1, -1])
    """

    card = {"kinds": ["series"], "paper": "arXiv:1607.00148"}
    fast = {"latent": 4, "hidden": 16, "budget": "80 steps"}

    def __init__(
        self,
        cell: Literal["lstm", "gru"] = "lstm",
        latent: Annotated[int, Interval(1, 4096)] = 16,
        hidden: Annotated[int, Interval(1, 4096)] = 64,
        layers: Annotated[int, Interval(1, 8)] = 1,
        stride: Annotated[int, Interval(1, 4096)] | Literal["auto"] = "auto",
        noise: Annotated[float, Interval(0, 10)] = 0.2,
        oddness: Literal["density", "scaled", "error"] = "density",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 100,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 32,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "500 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.cell = cell
        self.latent = latent
        self.hidden = hidden
        self.layers = layers
        self.stride = stride
        self.noise = noise
        self.oddness = oddness
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        (length,), channels = schema.shape, schema.channels
        stride = -(-length // _MOST_STEPS) if isinstance(self.stride, str) else self.stride
        said = (channels, self._latent(schema.width), self.hidden, self.cell, self.layers, stride)
        return Codec(RecurrentEncoder(*said), RecurrentDecoder(length, *said))
