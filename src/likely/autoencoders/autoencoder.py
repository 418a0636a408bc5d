"""The vanilla autoencoder."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from torch import Tensor, nn

from likely.base.capabilities import Encoder, Explainer, Reconstructor
from likely.base.state import Array, Weights
from likely.core.params import Interval
from likely.nets.deep_model import DeepModel
from likely.nets.layers import Codec, dense
from likely.nets.scale import unsquash

_LEAST_SPREAD = 0.01


class Autoencoder(Reconstructor, Encoder, Explainer, DeepModel):
    """How badly a row is restored from a short code (Rumelhart et al., 1986; Hinton, 2006).

    Parameters
    ----------
    latent : int in [1, 4096], default 8
        Numbers in a code; at most one fewer than there are features.
    hidden : tuple of int, default (64, 32)
        Sizes of the layers of the encoder; those of the decoder mirror them.
    oddness : {"error", "scaled"}, default "scaled"
        Squared error of all features, or each in units of how well it is restored usually.
    epochs : int in [1, 1000000], default 200
        How often every row is seen at most.
    batch_size : int in [1, 1000000], default 128
        Rows a step.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam.
    budget : str, float or None, default None
        Limit of training, such as "20s" or "1200 steps".
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        An encoder and decoder of one's own, `likely.nets.layers.Codec`; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    References
    ----------
    Hinton, G. E. & Salakhutdinov, R. R. (2006). Reducing the dimensionality of data with neural
    networks. Science 313. https://doi.org/10.1126/science.1127647

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import Autoencoder
    >>> t = np.random.default_rng(0).normal(size=(300, 1))
    >>> model = Autoencoder(latent=1, epochs=40).fit(np.hstack([t, 2 * t, -t]))
    >>> model.predict([[1.0, 2.0, -1.0], [1.0, -9.0, 9.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1126/science.1127647"}
    fast = {"epochs": 60, "hidden": (16,), "latent": 2}
    additive = True
    _state_spec = {"network_": Weights(), "spreads_": Array("width", low=0)}

    spreads_: np.ndarray

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] = 8,
        hidden: tuple[int, ...] = (64, 32),
        oddness: Literal["error", "scaled"] = "scaled",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = None,
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.hidden = hidden
        self.oddness = oddness
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.budget = budget
        self.device = device
        self.network = network
        self.checkpoint = checkpoint
        self.seed = seed

    def _network(self, schema: Any) -> nn.Module:
        latent = max(1, min(self.latent, schema.width - 1))
        sizes = (schema.width, *self.hidden, latent)
        return Codec(dense(sizes), dense(sizes[::-1]))

    def _loss(self, batch: Tensor) -> Tensor:
        return ((self.network_(batch) - batch) ** 2).mean(dim=1)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        error = self._squares(held_out)
        self.spreads_ = np.maximum(np.sqrt(error.mean(axis=0)), _LEAST_SPREAD)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        error = self._squares(x)
        return error / self.spreads_**2 if self.oddness == "scaled" else error

    def _squares(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: (self.network_(batch) - batch) ** 2)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return unsquash(self._apply(x, self.network_))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, self.network_.encoder)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return unsquash(self._apply(z, self.network_.decoder, codes=True))
