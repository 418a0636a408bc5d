"""Wasserstein generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from torch import Tensor

from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.gan.adversarial import Adversarial
from likely.nets.adversarial import Aim, Game, clip_weights, slope_penalty
from likely.nets.players import (
    ConvolutionalDiscriminator,
    ConvolutionalGenerator,
    DenseDiscriminator,
    DenseGenerator,
)

_LATENT = {True: 64, False: 16}  # of samples with axes, of rows
_HIDDEN = {"dense": (128, 128, 128), "convolutional": (64, 128)}
_PENALTY = {True: 10.0, False: 0.1}  # of images, of what a straight line begins with
_CLIPPED = 0.1


class WGAN(Adversarial):
    r"""Wasserstein generative adversarial network (Arjovsky, Chintala & Bottou, 2017).

        min_G max_C  E C(x) - E C(G(z)),   C of slope 1 at most

    The critic C does not say how certainly a sample is real, but how far off it is: under the best
    critic the difference is the earth mover's distance between made and real samples. It has a
    slope however far apart they are, so the generator can always learn, and modes are not dropped
    as they are by `GAN`.

    Parameters
    ----------
    latent : int in [1, 4096] or None, default None
        Numbers in a code; None: 64 for samples with axes, 16 for rows.
    layers : {"auto", "dense", "convolutional"}, default "auto"
        Of what the networks are made. "auto": of convolutions for images, else of full connections.
    hidden : sequence of int or None, default None
        Layers of the generator, and of the critic in reverse, or channels at every size, as of
        `DCGAN`; None: (128, 128, 128), or (64, 128).
    limit : {"penalty", "clipping"}, default "penalty"
        What keeps the critic from being steeper. "penalty": it pays for every slope other than 1
        between real and made samples (Gulrajani et al., 2017). "clipping": its weights stay in
        [-0.1, 0.1], as at first; it learns more slowly then.
    critic_steps : int in [1, 100], default 1
        Steps of the critic for each of the generator. Of the 5 of the paper, one is left where the
        critic learns faster than the generator.
    augmentation : {"auto", "on", "off"}, default "auto"
        Whether the discriminator sees images shifted, with holes, brighter and darker, real and
        made ones alike (Zhao et al., 2020). "auto": of fewer than 5,000 images.
    discriminator_rate : float in (0, 100], default 3.0
        Learning rate of the discriminator as a multiple of the generator's (Heusel et al., 2017).
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.0005
        Largest step of Adam.
    budget : str, float or None, default "3000 steps"
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
    There is no likelihood. A score is how usual a sample is in what the critic sees of it, its last
    layer: minus the squared Mahalanobis distance there.

    **Intuition.** The critic measures how far drawn samples must be carried to become real ones, so
    it always points the way.

    **Formula.** $\min_G \max_f \; \mathrm{E} f(x) - \mathrm{E} f(G(z)) - \lambda \, \mathrm{E}
    (\lVert \nabla f(\hat x) \rVert - 1)^2$, where E is a mean, f is the critic, which alone pays
    the last term, G makes samples of noise z, $\hat x$ lies between a real and a made sample, and λ
    is 10 for images and else 0.1.

    **When to use.** Where a plain `GAN` collapses.

    **Where it fails.** The penalty holds the slope only between real and made samples; before it
    has learnt, what the critic says is no distance.

    **Cost.** A pass of the generator and four of the critic a step, one of these with a gradient of
    the gradient; one pass to draw or to judge.

    References
    ----------
    Arjovsky, M., Chintala, S. & Bottou, L. (2017). Wasserstein generative adversarial networks.
    ICML. https://arxiv.org/abs/1701.07875 (arXiv:1701.07875)
    Gulrajani, I. et al. (2017). Improved training of Wasserstein GANs. NeurIPS 30.
    https://arxiv.org/abs/1704.00028

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import WGAN
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = WGAN(hidden=(64, 64), budget="300 steps").fit(ring)
    >>> model.sample(5, seed=0).shape
    (5, 2)
    """

    aim: ClassVar[Aim] = "wasserstein"
    betas: ClassVar[tuple[float, float]] = (0.0, 0.9)
    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1701.07875"}
    fast = {
        "latent": 4,
        "hidden": (32,),
        "batch_size": 16,
        "budget": "100 steps",
        "learning_rate": 0.0002,
    }

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] | None = None,
        layers: Literal["auto", "dense", "convolutional"] = "auto",
        hidden: Sequence[int] | None = None,
        limit: Literal["penalty", "clipping"] = "penalty",
        critic_steps: Annotated[int, Interval(1, 100)] = 1,
        augmentation: Literal["auto", "on", "off"] = "auto",
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 3.0,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.0005,
        budget: str | float | None = "3000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.layers = layers
        self.hidden = hidden
        self.limit = limit
        self.critic_steps = critic_steps
        self.augmentation = augmentation
        self.discriminator_rate = discriminator_rate
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Game:
        latent = self.latent or _LATENT[isinstance(schema, Form)]
        given, shape, layers = self._given_width, self._shape, self._chosen_layers()
        hidden = tuple(_HIDDEN[layers] if self.hidden is None else self.hidden)
        if layers == "convolutional":
            return Game(
                ConvolutionalGenerator(latent, given, shape, hidden),
                ConvolutionalDiscriminator(shape, given, hidden, normalised=False),
                latent,
            )
        return Game(
            DenseGenerator(latent, given, shape, hidden, bounded=self._bounded),
            DenseDiscriminator(shape, given, hidden[::-1]),
            latent,
        )

    def _chosen_layers(self) -> str:
        """Return which layers: as asked for, else convolutions for images."""
        if self.layers == "convolutional" and not self._bounded:
            raise ParameterError(
                f"{type(self).__name__}: layers is 'convolutional', which is for images only. Use "
                "'dense'."
            )
        images = "convolutional" if self._bounded else "dense"
        return images if self.layers == "auto" else self.layers

    def _loss(self, batch: Tensor) -> Tensor:
        if self.limit == "clipping":
            clip_weights(self.network_.discriminator, _CLIPPED)
        return super()._loss(batch)

    def _penalty(self, real: Tensor, made: Tensor, given: Tensor | None) -> Tensor | float:
        if self.limit == "clipping":
            return 0.0
        return _PENALTY[self._bounded] * slope_penalty(
            self.network_.discriminator, real, made, given
        )
