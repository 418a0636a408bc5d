"""Any network as an energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from likely.base.state import Weights
from likely.core.covariance import whitening
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.energy.over_units import OverUnits
from likely.nets.annealing import LogPartition
from likely.nets.clamped import Clamp
from likely.nets.energy import (
    Energy,
    Slice,
    anneal,
    noise_contrast,
    persistent_contrast,
    score_matching,
    telling_from_neighbours,
)
from likely.nets.energy_layers import Convolutional, Principal
from likely.nets.layers import dense
from likely.nets.rng import seeded

_DENSE, _CONVOLUTIONAL = (128, 128), (16, 32, 64)
_DIRECTIONS = 64  # of images, that dense layers see
_NOISE = 2.0  # mean spreads of a pixel
_TRAINING = {True: "noise", False: "score"}  # of tables, of images
_SPREAD = {True: 0.15, False: 0.3}
_FEW = 4  # units, of which many chains cost little
_CHAINS = {True: 4_096, False: 200}
_DRAWS = 4  # of noise for each sample


class EnergyModel(OverUnits):
    r"""Energy-based model: a network says how much energy a sample has (LeCun et al., 2006).

        p(x) = exp(-E(x)) / Z

    with any network as E. Here it is a few layers beside the energy of a normal distribution, over
    columns or pixels that are whitened first: the model begins as a Gaussian, far away it falls off
    like one, and the network learns how the data differ from it. Nothing in a network has to be
    invertible or masked for that, and edges, gaps and rings cost no more than bells.

    Parameters
    ----------
    hidden : sequence of int or None, default None
        Sizes of the hidden layers: usually (128, 128). Of "convolutional" layers the channels
        behind each, which halves the axes: usually (16, 32, 64).
    layers : {"auto", "dense", "convolutional"}, default "auto"
        What the network is made of. "dense": layers of full connections, which see of images at
        most 64 directions, those in which they vary most. "convolutional": convolutions over the
        pixels, which take several times as long and found no more on one class of pictures. "auto"
        is "dense".
    training : {"auto", "noise", "score", "langevin"}, default "auto"
        How log Z is got round: usually "noise" for tables, "score" for images. "noise": data are
        told from normal noise, and the network that does
        it best is the energy (noise-contrastive estimation; Gutmann & Hyvaerinen, 2012). "score":
        the slope of the energy shows the way back from a little noise (denoising score matching;
        Vincent, 2011); the density is that of the data with the noise. "langevin": the model's own
        samples are kept in a buffer, go on by Langevin steps, and their energy is raised (Du &
        Mordatch, 2019).
    spread : float in (0, 10] or None, default None
        Of the noise of "score", in spreads of the data: usually 0.15 for tables, 0.3 for images.
    oddness : {"auto", "energy", "blurred"}, default "auto"
        How oddness is measured. "energy": by minus `log_prob`. "blurred", for images: by an energy
        whose normal part is that of images with noise of twice their spread, since in hundreds of
        pixels those that hardly vary otherwise outweigh what images show. "auto" is "energy" for
        tables, "blurred" for images.
    langevin_steps : int in [1, 10000], default 10
        Langevin steps in each step of "langevin".
    chains : int in [1, 100000], default 256
        Samples in the buffer of "langevin".
    annealing : int in [1, 10000000], default 50
        Temperatures of the annealed importance sampling that estimates log Z after training.
    draw_steps : int in [1, 1000000], default 100
        Langevin steps behind a sample that is drawn, after the annealing.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    kind : {"auto", "table", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.003
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.energy.Energy` with layers of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Attributes
    ----------
    log_partition_ : float
        log Z over the units, as `log_prob` uses it.
    log_partition_error_ : float
        Its standard error in nats.

    Notes
    -----
    `log_prob` is a density in nats, in the user's own units. Its level rests on the estimate of
    log Z, which is good in a few dimensions and a guess in hundreds; differences between samples do
    not. Columns of few values have no density: there it is the height of their spikes, as far as
    the network bends.

    **Intuition.** A network gives low energy to what is real and high energy to all else; what it
    is shown of all else is noise, a noisy copy, or its own draws.

    **Formula.** $p(x) = e^{-E(x)} / Z, \; E(x) = \frac12 \lVert u \rVert^2 + f(u)$, where u is x
    whitened, f a network and Z the integral of $e^{-E}$, which is never taken in training.

    **When to use.** A free form of density on tables of few columns and on small pictures.

    **Where it fails.** "noise" learns little where data are told from normal noise at a glance, as
    in many columns; walks miss groups far apart; the level of log p(x) is an estimate.

    **Cost.** "noise", usual for tables: a pass of each sample and of 4 draws of noise a step;
    "score", of images: a gradient of a gradient; "langevin": `langevin_steps` passes and gradients
    of every chain. One pass to judge; walks to draw.

    References
    ----------
    LeCun, Y. et al. (2006). A tutorial on energy-based learning. In Predicting Structured Data, MIT
    Press.
    Gutmann, M. U. & Hyvaerinen, A. (2012). Noise-contrastive estimation of unnormalized statistical
    models. JMLR 13, 307-361. https://www.jmlr.org/papers/v13/gutmann12a.html
    Vincent, P. (2011). A connection between score matching and denoising autoencoders. Neural
    Computation 23, 1661-1674. https://doi.org/10.1162/NECO_a_00142
    Du, Y. & Mordatch, I. (2019). Implicit generation and modeling with energy-based models.
    NeurIPS. https://arxiv.org/abs/1903.08689 (arXiv:1903.08689)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.energy import EnergyModel
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = EnergyModel(hidden=(32, 32), budget="300 steps").fit(ring)
    >>> model.predict([[1.0, 0.0], [0.0, 0.0]])
    array([ 1, -1])
    """

    bound = (
        "an estimate: exact up to the logarithm of the partition function, one number for all "
        "samples, which is found by annealed importance sampling"
    )
    card = {"kinds": ["table", "image"], "paper": "arXiv:1903.08689"}
    fast = {"hidden": (16,), "budget": "100 steps", "batch_size": 32, "annealing": 10}
    _state_spec = OverUnits._state_spec | {"network_": Weights()}

    network_: Energy

    def __init__(
        self,
        hidden: Sequence[int] | None = None,
        layers: Literal["auto", "dense", "convolutional"] = "auto",
        training: Literal["auto", "noise", "score", "langevin"] = "auto",
        spread: Annotated[float, Interval(0, 10, open_low=True)] | None = None,
        oddness: Literal["auto", "energy", "blurred"] = "auto",
        langevin_steps: Annotated[int, Interval(1, 10_000)] = 10,
        chains: Annotated[int, Interval(1, 100_000)] = 256,
        annealing: Annotated[int, Interval(1, 10_000_000)] = 50,
        draw_steps: Annotated[int, Interval(1, 1_000_000)] = 100,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        kind: Literal["auto", "table", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.003,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.hidden = hidden
        self.layers = layers
        self.training = training
        self.spread = spread
        self.oddness = oddness
        self.langevin_steps = langevin_steps
        self.chains = chains
        self.annealing = annealing
        self.draw_steps = draw_steps
        self.weight_decay = weight_decay
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Energy:
        width = schema.width
        if not isinstance(schema, Form):
            if self.layers == "convolutional":
                raise ParameterError(
                    "EnergyModel: layers is 'convolutional', and the columns of a table have no "
                    "neighbours. Use 'dense'."
                )
            return Energy(dense((width, *(self.hidden or _DENSE), 1)), width, self.chains)
        if self.layers == "convolutional":
            shape, widths = schema.full_shape, self.hidden or _CONVOLUTIONAL
            layers = Convolutional(shape, widths, self._back(), self.centre_)
        else:
            layers = Principal(width, min(_DIRECTIONS, width), self.hidden or _DENSE)
        return Energy(layers, width, self.chains, len(self.whitening_))

    def _settle(self, network: Energy, data: Tensor) -> None:
        if network.blur is None:
            return
        back = self._back()
        if isinstance(network.layers, Principal):
            network.layers.settle(back)
        noise = _NOISE**2 * float((back**2).sum()) / len(back)  # of the mean variance of a pixel
        if back.ndim == 1:
            blur = back / np.sqrt(back**2 + noise)
        else:
            blur = back @ whitening(back.T @ back + noise * np.eye(len(back)))
        with torch.no_grad():
            network.blur.copy_(torch.from_numpy(np.atleast_2d(blur)))

    def _two_valued(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        nothing = np.zeros(self.schema_.width)
        return nothing, nothing.copy()

    def _loss(self, batch: Tensor) -> Tensor:
        network, table = self.network_, not isinstance(self.schema_, Form)
        training = _TRAINING[table] if self.training == "auto" else self.training
        with torch.autocast(batch.device.type, enabled=False):
            if training == "noise":
                return noise_contrast(network, batch, _DRAWS)
            if training == "score":
                spread = self.spread or _SPREAD[table]
                return score_matching(network, batch, spread) / batch.shape[1]
            if not network.training:
                return telling_from_neighbours(network, batch)
            return persistent_contrast(network, batch, self.langevin_steps)

    def _score(self, x: np.ndarray) -> np.ndarray:
        if self._blurs():
            return -self._apply(x, self.network_.blurred)
        return super()._score(x)

    def _blurs(self) -> bool:
        """Whether oddness is that of samples with noise."""
        can = isinstance(self.schema_, Form) and self.network_.blur is not None
        if self.oddness == "blurred" and not can:
            raise ParameterError(
                "EnergyModel: oddness is 'blurred', which is for images, by a network of the "
                "model's own. Use 'energy'."
            )
        return can and self.oddness != "energy"

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        chains = _CHAINS[self.schema_.width <= _FEW]
        found = self._partition(chains, self.annealing, self.seed)
        self.log_partition_, self.log_partition_error_ = found

    def _energies(self, batch: Tensor) -> Tensor:
        return self.network_(batch)

    def _costs(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        with torch.inference_mode(mode=False):
            slopes = self.network_.slope(batch.clone())
        return slopes, torch.ones_like(slopes[0])

    def _partition(self, chains: int, temperatures: int, seed: int) -> LogPartition:
        network = self.network_.to(self._device()).eval()
        with seeded(seed):
            return anneal(network, chains, temperatures, 0)[1]

    def _draw(self, n: int) -> Tensor:
        with torch.inference_mode(mode=False):
            return anneal(self.network_, n, self.annealing, self.draw_steps)[0].detach()

    def _draw_given(self, clamp: Clamp) -> Tensor:
        found = Slice(self.network_, clamp).draw(self.annealing, self.draw_steps)
        return found.detach()
