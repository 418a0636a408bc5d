"""Generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from likely.core.params import Interval
from likely.data.form import Form
from likely.gan.adversarial import Adversarial
from likely.nets.adversarial import Game
from likely.nets.players import DenseDiscriminator, DenseGenerator

_LATENT = {True: 64, False: 16}  # of samples with axes, of rows
_HIDDEN = {True: (256, 512), False: (128, 128)}


class GAN(Adversarial):
    r"""Generative adversarial network (Goodfellow et al., 2014).

        min_G max_D  E log D(x) + E log(1 - D(G(z))),   z ~ N(0, I)

    Two networks of full connections play against each other. The discriminator D learns to tell
    real samples from made ones; the generator G learns to make samples that D takes for real. Where
    neither can do better, the samples are distributed as the data are. The generator in fact raises
    log D(G(z)), which has a slope where D is sure, too.

    Parameters
    ----------
    latent : int in [1, 4096] or None, default None
        Numbers in a code; None: 64 for samples with axes, 16 for rows.
    hidden : sequence of int or None, default None
        Layers of the generator, and of the discriminator in reverse; None: (256, 512) for samples
        with axes, (128, 128) for rows.
    augmentation : {"auto", "on", "off"}, default "auto"
        Whether the discriminator sees images shifted, with holes, brighter and darker, real and
        made ones alike (Zhao et al., 2020). "auto": of fewer than 5,000 images.
    discriminator_rate : float in (0, 100], default 1.0
        Learning rate of the discriminator as a multiple of the generator's (Heusel et al., 2017).
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.0005
        Largest step of Adam.
    budget : str, float or None, default "2000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.adversarial.Game` with players of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and codes.

    Notes
    -----
    There is no likelihood. A score is how usual a sample is in what the discriminator sees of it,
    its last layer: minus the squared Mahalanobis distance there. `AnoGAN` asks a generator whether
    it could have made a sample, which finds more.

    With conditions it is the conditional GAN (Mirza & Osindero, 2014): both players are told.

    **Intuition.** A forger and a detective make each other better.

    **Formula.** $\min_G \max_D \; \mathrm{E} \log D(x) + \mathrm{E} \log(1 - D(G(z)))$, where G
    makes samples of noise z and D is the chance that a sample is real, each E a mean; G in fact
    raises $\mathrm{E} \log D(G(z))$.

    **When to use.** To learn from, and for fast draws.

    **Where it fails.** Mode collapse, of which it warns; unsteady training; no density.

    **Cost.** A pass of the generator and three of the discriminator a step; one pass to draw or to
    judge.

    References
    ----------
    Goodfellow, I. et al. (2014). Generative adversarial nets. NeurIPS 27.
    https://arxiv.org/abs/1406.2661 (arXiv:1406.2661)
    Mirza, M. & Osindero, S. (2014). Conditional generative adversarial nets.
    https://arxiv.org/abs/1411.1784
    Heusel, M. et al. (2017). GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium. NeurIPS 30. https://arxiv.org/abs/1706.08500
    Zhao, S. et al. (2020). Differentiable augmentation for data-efficient GAN training. NeurIPS 33.
    https://arxiv.org/abs/2006.10738

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import GAN
    >>> side = np.repeat([0, 1], 300)
    >>> rows = np.random.default_rng(0).normal(8 * side[:, None], 1, (600, 2))
    >>> model = GAN(budget="300 steps").fit(rows, condition=side)
    >>> drawn = model.sample(100, seed=0, condition=1)
    >>> bool((drawn.mean(axis=0) > 4).all())
    True
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1406.2661"}
    fast = {
        "latent": 4,
        "hidden": (32,),
        "discriminator_rate": 3.0,
        "budget": "100 steps",
        "learning_rate": 0.0002,
    }

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] | None = None,
        hidden: Sequence[int] | None = None,
        augmentation: Literal["auto", "on", "off"] = "auto",
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 1.0,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.0005,
        budget: str | float | None = "2000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.hidden = hidden
        self.augmentation = augmentation
        self.discriminator_rate = discriminator_rate
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Game:
        axes = isinstance(schema, Form)
        hidden = _HIDDEN[axes] if self.hidden is None else self.hidden
        latent, given = self.latent or _LATENT[axes], self._given_width
        return Game(
            DenseGenerator(latent, given, self._shape, hidden, bounded=self._bounded),
            DenseDiscriminator(self._shape, given, tuple(hidden)[::-1]),
            latent,
        )
