"""The denoising autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

from likely.autoencoders.reconstruction import Reconstruction
from likely.core.params import Interval


class DenoisingAutoencoder(Reconstruction):
    r"""An autoencoder that learns to restore samples that were spoiled (Vincent et al., 2008).

    What it is shown in training has noise added and some features put to 0, and what it must put
    out is the sample as it was. So it cannot learn to copy, however long the code: it has to know
    where ordinary samples lie, and moves what lies elsewhere towards them. Samples are judged as
    they are, without noise.

    Parameters
    ----------
    noise : float in [0, 10], default 0.2
        Standard deviation of the Gaussian noise, in spreads of a feature of a table or a series; of
        images, whose values go from 0 to 1, in these units.
    masking : float in [0, 1), default 0.1
        Share of the features that are put to 0: the median of a number, black in an image.
    latent : int in [1, 4096] or "auto", default "auto"
        Numbers in a code; at most one fewer than there are features. "auto" takes the fewest linear
        components that explain nine tenths of the variance of samples held out, at most 64.
    hidden : sequence of int, default (64, 32)
        Sizes of the layers of the encoder, at least twice the code; the decoder mirrors them.
    loss : {"mse", "bce"}, default "mse"
        As in `Autoencoder`.
    oddness : {"density", "error", "scaled", "likelihood"}, default "density"
        As in `Autoencoder`.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is; only needed where the number of axes leaves it open.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most; a budget in steps comes in its place.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.01
        Largest step of Adam where no layer has over 64 units; wider ones take smaller steps.
    budget : str, float or None, default "250 steps"
        Limit of training, such as "20s" or "250 steps".
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        An encoder and decoder of one's own for flat features, `likely.nets.layers.Codec`; cannot be
        saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Attributes
    ----------
    latent_, network_, spreads_, codes_
        As in `Autoencoder`.

    Notes
    -----
    **Intuition.** To mend what was spoiled, one must know how things go together.

    **Formula.** $L = \frac{1}{N d} \sum_i \lVert x_i - g(f(\tilde x_i)) \rVert^2, \; \tilde x_i =
    m_i \odot (x_i + \sigma e_i)$, where x_i are the N samples of d features, f is the encoder, g
    the decoder, e_i normal noise, σ is `noise`, and m_i is 0 in a share `masking` of the features
    and else 1.

    **When to use.** As an autoencoder, when the code is long enough to copy its input.

    **Where it fails.** Noise of the wrong size teaches too little or too much smoothing.

    **Cost.** As `Autoencoder`.

    References
    ----------
    Vincent, P., Larochelle, H., Bengio, Y. & Manzagol, P.-A. (2008). Extracting and composing
    robust features with denoising autoencoders. ICML. https://doi.org/10.1145/1390156.1390294

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import DenoisingAutoencoder
    >>> t = np.random.default_rng(0).normal(size=(300, 1))
    >>> rows = np.hstack([t, 2 * t, -t])
    >>> model = DenoisingAutoencoder(latent=2, budget="300 steps").fit(rows)
    >>> model.predict([[1.0, 2.0, -1.0], [1.0, -9.0, 9.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table", "series", "image"], "paper": "doi:10.1145/1390156.1390294"}
    fast = {"budget": "120 steps", "hidden": (16,), "latent": 2}
    expected_failures = {
        "check_outliers_fit_predict": "a training row judged as a new row finds its own "
        "reconstruction among the known ones, so fit(X).predict(X) is milder than fit_predict(X)",
    }

    def __init__(
        self,
        noise: Annotated[float, Interval(0, 10)] = 0.2,
        masking: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        latent: Annotated[int, Interval(1, 4096)] | Literal["auto"] = "auto",
        hidden: Sequence[int] = (64, 32),
        loss: Literal["mse", "bce"] = "mse",
        oddness: Literal["density", "error", "scaled", "likelihood"] = "density",
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.01,
        budget: str | float | None = "250 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.noise = noise
        self.masking = masking
        super().__init__(
            latent, hidden, loss, oddness, weight_decay, kind, epochs, batch_size,
            learning_rate, budget, device, network, checkpoint, seed,
        )  # fmt: skip

    def _corrupt(self, batch: Tensor) -> Tensor:
        spoiled = batch + self.noise * torch.randn_like(batch)
        return spoiled * (torch.rand_like(batch) >= self.masking)
