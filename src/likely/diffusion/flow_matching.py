"""Flow matching along straight paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from likely.core.params import Interval
from likely.diffusion.diffusing import Diffusing
from likely.nets.noise import MOST, Path, straight

_NEAREST = 1e-6  # to the ends of the path


class FlowMatching(Diffusing):
    r"""Flow matching along straight paths (Lipman et al., 2023), also called rectified flow.

    Every sample is joined with noise by a straight line, and a network learns how fast, and where
    to, points on such lines move on average:

        x_t = (1 - t) x + t e,   e ~ N(0, I),   minimise  E || (e - x) - v(x_t, t) ||^2

    New samples begin as noise and move against v. The network is one that takes noise off, as that
    of `DDPM`, so all that follows from such a network is here, too.

    Parameters
    ----------
    focus : float in [0, 10], default 1.0
        How much more is learnt about the middle of the path than about its ends: t is the logistic
        of a normal number with a spread of 1 / focus (Esser et al., 2024); 0: all alike.
    sampler : {"heun", "ddim", "dpm_solver", "ancestral"}, default "heun"
        How samples are drawn: by corrected steps (twice the work a step), by plain ones, by steps
        of second order, or with new noise at every step.
    sampling_steps : int in [1, 100000], default 15
        Steps of drawing.
    eta : float in [0, 1], default 0.0
        How much of the noise "ddim" draws anew at each step.
    guidance : float in [0, 100], default 1.0
        How strongly conditions steer drawing; beyond 1 samples are more like what was asked for,
        and more alike (Ho & Salimans, 2022).
    layers : {"auto", "dense", "convolutional"}, default "auto"
        Network: layers of full connections for tables, a U-Net for series and images.
    hidden : sequence of int or None, default None
        Sizes of the layers, or channels at every size of the U-Net. None: (256, 256, 256), or
        (48, 64, 96).
    oddness : {"multiscale", "restored", "likelihood"}, default "multiscale"
        How unusual it is how well noise of several levels is taken off; how badly samples are
        restored from noise of one spread; or minus log p(x).
    likelihood_steps : int in [1, 100000], default 20
        Steps of the equation that densities and codes come from, of four evaluations each.
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.001
        Largest step of Adam.
    budget : str, float or None, default "2000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.denoiser.Denoiser` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Notes
    -----
    **Intuition.** Straight roads from data to noise; a network gives the direction at every place,
    and samples go back along it.

    **Formula.** $L = \mathrm{E} \lVert (\epsilon - x) - v_\theta((1 - t) x + t \epsilon, t)
    \rVert^2$, where E is a mean, ε is noise, x a sample, t in [0, 1] how far it is towards noise
    and v_θ the network; samples move against it, from noise at t = 1 to t = 0.

    **When to use.** As `DDPM`, with fewer steps to draw; a density along the flow.

    **Where it fails.** The density costs many passes; too few steps cut the corners.

    **Cost.** One pass a step to learn; two for each of `sampling_steps` to draw, with "heun", as
    usual, and else one; about 40 to judge, 5 levels of 8 draws; four for each of `likelihood_steps`
    for a density.

    References
    ----------
    Lipman, Y., Chen, R. T. Q., Ben-Hamu, H., Nickel, M. & Le, M. (2023). Flow matching for
    generative modeling. ICLR. https://arxiv.org/abs/2210.02747 (arXiv:2210.02747)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import FlowMatching
    >>> angle = np.random.default_rng(0).uniform(0, 6.28, 500)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = FlowMatching(hidden=(32, 32), budget="200 steps").fit(ring)
    >>> model.sample(3, seed=0).shape
    (3, 2)
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:2210.02747"}
    fast = {
        "hidden": (8,),
        "budget": "30 steps",
        "sampling_steps": 6,
        "likelihood_steps": 12,
    }

    def __init__(
        self,
        focus: Annotated[float, Interval(0, 10)] = 1.0,
        sampler: Literal["heun", "ddim", "dpm_solver", "ancestral"] = "heun",
        sampling_steps: Annotated[int, Interval(1, 100_000)] = 15,
        eta: Annotated[float, Interval(0, 1)] = 0.0,
        guidance: Annotated[float, Interval(0, 100)] = 1.0,
        layers: Literal["auto", "dense", "convolutional"] = "auto",
        hidden: Sequence[int] | None = None,
        oddness: Literal["multiscale", "restored", "likelihood"] = "multiscale",
        likelihood_steps: Annotated[int, Interval(1, 100_000)] = 20,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.001,
        budget: str | float | None = "2000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.focus = focus
        self.sampler = sampler
        self.sampling_steps = sampling_steps
        self.eta = eta
        self.guidance = guidance
        self.layers = layers
        self.hidden = hidden
        self.oddness = oddness
        self.likelihood_steps = likelihood_steps
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @property
    def path(self) -> Path:
        """At which scale the network sees samples, and what it foretells."""
        return Path("straight", "velocity")

    def _schedule(self, count: int) -> np.ndarray:
        return straight(count + 1)[1:]

    def _level(self, share: Tensor) -> Tensor:
        inside = share.clamp(_NEAREST, 1 - _NEAREST)
        if self.focus:
            inside = torch.sigmoid(torch.special.ndtri(inside) / self.focus)
        return (inside / (1 - inside)).clamp(1 / MOST, MOST)
