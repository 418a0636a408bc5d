"""Denoising diffusion probabilistic model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, final

import numpy as np
import torch
from torch import Tensor

from likely.base.state import Array
from likely.core.params import Interval
from likely.diffusion.diffusing import Diffusing
from likely.nets import noise
from likely.nets.diffusion_bound import Last, gaussian, of_bytes, variational_bound
from likely.nets.multiscale import squares
from likely.nets.noise import Path
from likely.nets.pixels import levels_of

_LOOKS = 12  # noise levels at which it is known how far foretold samples are from true ones
_LOOKED_AT = 500
_DRAWS = 8
_LEAST = 1e-12
_SCHEDULES = {"linear": noise.linear, "cosine": noise.cosine}


class DDPM(Diffusing):
    r"""Denoising diffusion probabilistic model (Ho, Jain & Abbeel, 2020).

    Noise is added to samples in a thousand steps, until nothing else is left, and a network learns
    to take it off again, at every level:

        x_t = sqrt(a_t) x + sqrt(1 - a_t) e,   e ~ N(0, I),   minimise  E || e - e(x_t, t) ||^2

    New samples begin as noise. From the one network follow samplers of many or few steps, codes
    that can be decoded, a likelihood, completion of what is missing, and oddness.

    Parameters
    ----------
    levels : int in [2, 100000], default 1000
        Steps in which noise is added.
    schedule : {"cosine", "linear"}, default "cosine"
        How the share of noise grows: Nichol & Dhariwal (2021), or the paper's own.
    predicts : {"velocity", "noise", "sample"}, default "velocity"
        What the network foretells: sqrt(a) e - sqrt(1 - a) x (Salimans & Ho, 2022), the noise e as
        in the paper, or the sample x.
    sampler : {"dpm_solver", "ddim", "heun", "ancestral"}, default "dpm_solver"
        How samples are drawn: by an equation solved to second order, along the way that can be gone
        back (Song et al., 2021), by corrected steps, or as in the paper, for which `sampling_steps`
        should be large.
    sampling_steps : int in [1, 100000], default 25
        Noise levels that drawing passes through.
    eta : float in [0, 1], default 0.0
        How much of the noise "ddim" draws anew at each step; 1 is "ancestral".
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
    The network adds to what would be best if samples were normal, with the covariance of the data:
    before its first step the model is a Gaussian, and it learns what is not.

    **Intuition.** Add noise bit by bit until nothing is left; learn to take one bit off.

    **Formula.** $L = \mathrm{E} \lVert v - v_\theta(x_t, t) \rVert^2, \; x_t = \sqrt{\bar\alpha_t}
    x + \sqrt{1 - \bar\alpha_t} \, \epsilon, \; v = \sqrt{\bar\alpha_t} \, \epsilon - \sqrt{1 -
    \bar\alpha_t} \, x$, where E is a mean, ε is noise, $\bar\alpha_t$ how much of the sample x is
    left at step t, and v_θ the network; ε or x stands for v if `predicts` says so.

    **When to use.** Good samples from steady training; completing and varying samples.

    **Where it fails.** Drawing takes many passes, fewer with better solvers; judging and densities
    take many, too.

    **Cost.** One pass a step to learn; `sampling_steps` passes to draw ("heun" twice as many);
    about 40 to judge, 5 levels of 8 draws; four for each of `likelihood_steps` for a density.

    References
    ----------
    Ho, J., Jain, A. & Abbeel, P. (2020). Denoising diffusion probabilistic models. NeurIPS.
    https://arxiv.org/abs/2006.11239 (arXiv:2006.11239)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import DDPM
    >>> angle = np.random.default_rng(0).uniform(0, 6.28, 500)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = DDPM(hidden=(32, 32), budget="200 steps").fit(ring)
    >>> model.sample(3, seed=0).shape
    (3, 2)
    >>> model.predict([[0.0, 1.0], [0.0, 2.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:2006.11239"}
    fast = {
        "hidden": (8,),
        "budget": "30 steps",
        "sampling_steps": 10,
        "likelihood_steps": 12,
    }

    def __init__(
        self,
        levels: Annotated[int, Interval(2, 100_000)] = 1000,
        schedule: Literal["cosine", "linear"] = "cosine",
        predicts: Literal["velocity", "noise", "sample"] = "velocity",
        sampler: Literal["dpm_solver", "ddim", "heun", "ancestral"] = "dpm_solver",
        sampling_steps: Annotated[int, Interval(1, 100_000)] = 25,
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
        self.levels = levels
        self.schedule = schedule
        self.predicts: Literal["velocity", "noise", "sample"] = predicts
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

    _state_spec = Diffusing._state_spec | {"errors_": Array(_LOOKS, low=0)}

    errors_: np.ndarray

    @final
    def elbo(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return the variational bound of log p of every sample, in nats and the user's own units.

        It is the paper's, of the model that draws in `likelihood_steps` steps; the bound of many is
        tighter. Of images of bytes it bounds the probability of the bytes, of others the density.

        Parameters
        ----------
        X, condition : as in `fit`
            Samples, and what is known of each.
        """
        self._check_plain()
        volume = 0.0 if self._bytes else self.schema_.log_volume
        return self._over_batches(X, self._bound, condition) + volume

    @property
    def path(self) -> Path:
        """At which scale the network sees samples, and what it foretells."""
        return Path("preserving", self.predicts)

    def _every_level(self) -> np.ndarray:
        return noise.learnable(_SCHEDULES[self.schedule](self.levels))

    def _schedule(self, count: int) -> np.ndarray:
        every = self._every_level()
        places = np.arange(1, count + 1) * len(every) / count
        return every[np.unique(np.maximum(np.rint(places).astype(int), 1)) - 1]

    def _level(self, share: Tensor) -> Tensor:
        return noise.picked(self._every_level(), share)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        super()._learn_scores(x, held_out)
        some = held_out[:: max(1, len(held_out) // _LOOKED_AT)]
        every = self._looks()
        drawn = torch.stack([noise.even_noise(self._shape, look, _DRAWS) for look in range(_LOOKS)])

        def errors(batch: Tensor) -> Tensor:
            seen, given = self._apart(batch, self._shape)
            found = [
                squares(self._denoise(given), seen, one.to(seen), every.tolist())
                for one in drawn.unbind(1)
            ]
            return torch.stack(found).mean(dim=0).flatten(2).mean(dim=2)  # (batch, look)

        self.errors_ = self._apply(some, errors).mean(axis=0)

    def _looks(self) -> np.ndarray:
        """Return the noise levels at which errors are known."""
        every = self._every_level()
        return np.geomspace(every[0], every[-1], _LOOKS)

    def _bound(self, x: np.ndarray) -> np.ndarray:
        levels = self._schedule(self.likelihood_steps)
        least = np.log(self.errors_ + _LEAST)
        usual = np.exp(np.interp(np.log(levels), np.log(self._looks()), least)).tolist()

        def drawn(step: int) -> Tensor:
            return noise.even_noise(self._shape, step).to(self.network_.basis)

        def nats(batch: Tensor) -> Tensor:
            seen, given = self._apart(batch, self._shape)
            last = self._last(seen) if self._bytes else gaussian
            return variational_bound(
                self._denoise(given), seen, levels.tolist(), usual, drawn, last
            )

        found = self._apply(x, nats)
        return found if self._bytes else found + self._volumes(self._apart(x, self._shape)[0])

    def _last(self, x: Tensor) -> Last:
        """Return the last step to pixels."""
        unit, middle = self.unit_[0], torch.from_numpy(self.middle_).to(x).reshape(self._shape)
        width = 1 / levels_of(self.schema_) / unit
        low, high = (
            (side - middle) / unit for side in (width * unit / 2 - 0.5, 0.5 - width * unit / 2)
        )
        return of_bytes(torch.tensor(width).to(x), low, high)

    @property
    def _bytes(self) -> bool:
        """Whether samples are images of bytes."""
        return self._image and self.schema_.levels > 0
