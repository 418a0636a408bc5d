"""The generative flow with invertible 1x1 convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from torch import nn

from likely.core.params import Interval
from likely.flows.flow import Flow
from likely.nets.bijections import Gaussianised
from likely.nets.image_flow import glow_steps, multi_scale


class Glow(Flow):
    r"""Flow over images with learnt mixing of channels (Kingma & Dhariwal, 2018).

    A step normalises every channel, mixes channels by an invertible 1x1 convolution, and scales and
    shifts half of them as the other half says by a small convolutional network. At each scale 2x2
    pixels become four times as many channels; half of these are done after some steps.

    Parameters
    ----------
    steps : int in [1, 64], default 8
        Steps at each scale.
    hidden : sequence of int, default (128, 128)
        Channels between the three convolutions of each step.
    scales : int in [1, 8], default 3
        How often images are squeezed to half their size, while it is even.
    oddness : {"robust", "likelihood", "typicality", "latent"}, default "robust"
        Minus log p(x) without the reward for lying where density is unusually high: of each number,
        the log-derivative counts up to its lower quartile over samples held out. Minus log p(x) as
        it is. How far log p(x) is from its median over samples held out. Or minus the log-density
        of the latent code.
    temperature : float in [0, 10], default 1.0
        Spread of the latent codes that samples are drawn from; below 1 they are more usual.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.001
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
    Of bytes, `log_prob` is the density of the image with one fixed uniform noise of a level added
    to every pixel, one level being the unit: on average over noise a lower bound on the logarithm
    of the image's probability. `likely.evaluation.bits_per_dim` makes bits a dimension of it.

    **Intuition.** Mix the channels of a picture anew at every step, and shift and stretch half of
    them given the rest.

    **Formula.** $\log p(x) = \log \mathcal N(f(x)) + \sum_l \log |\det J_l|$, where f is the whole
    map, $\mathcal N$ the standard normal density and J_l the Jacobian of step l.

    **When to use.** Exact density and codes of pictures.

    **Where it fails.** Background and smoothness count most in the likelihood, so simple pictures
    of another kind are likely, and so are those that have lost contrast; "robust", as usual, takes
    a part of that reward away, "typicality" all of it. Samples need long training.

    **Cost.** One pass of every step to learn, judge or draw; in training memory grows with steps
    and scales.

    References
    ----------
    Kingma, D. P. & Dhariwal, P. (2018). Glow: generative flow with invertible 1x1 convolutions.
    NeurIPS. https://arxiv.org/abs/1807.03039 (arXiv:1807.03039)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.flows import Glow
    >>> ramp = np.add.outer(np.arange(8), np.arange(8)) * 12
    >>> noise = np.random.default_rng(0).integers(0, 40, size=(200, 8, 8))
    >>> images = (ramp + noise).astype(np.uint8)
    >>> model = Glow(steps=2, hidden=(16, 16), budget="100 steps").fit(images)
    >>> model.predict([images[0], images[0][::-1]])
    array([ 1, -1])
    >>> model.sample(3, seed=0).shape
    (3, 8, 8)
    """

    card = {"kinds": ["image"], "paper": "arXiv:1807.03039"}
    fast = {"steps": 1, "hidden": (8, 8), "scales": 2, "budget": "30 steps", "batch_size": 32}

    def __init__(
        self,
        steps: Annotated[int, Interval(1, 64)] = 8,
        hidden: Sequence[int] = (128, 128),
        scales: Annotated[int, Interval(1, 8)] = 3,
        oddness: Literal["robust", "likelihood", "typicality", "latent"] = "robust",
        temperature: Annotated[float, Interval(0, 10)] = 1.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.001,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.steps = steps
        self.hidden = hidden
        self.scales = scales
        self.oddness = oddness
        self.temperature = temperature
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> nn.Module:
        maps = glow_steps(self.steps, tuple(self.hidden), self._given_width)
        found = multi_scale(schema.channels, schema.shape, self.scales, maps)
        return Gaussianised(found)
