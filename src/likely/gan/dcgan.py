"""Deep convolutional generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from likely.core.params import Interval
from likely.gan.adversarial import Adversarial
from likely.nets.adversarial import Game
from likely.nets.players import ConvolutionalDiscriminator, ConvolutionalGenerator


class DCGAN(Adversarial):
    r"""Deep convolutional generative adversarial network (Radford, Metz & Chintala, 2016).

        min_G max_D  E log D(x) + E log(1 - D(G(z))),   z ~ N(0, I)

    The game of `GAN` between networks of convolutions. What made it stable, and is all here:
    strides instead of pooling, transposed convolutions from a small grid up, batches normalised in
    both players save next to the pixels, leaky units in the discriminator, small first weights, an
    Adam that forgets soon.

    Parameters
    ----------
    latent : int in [1, 4096], default 64
        Numbers in a code.
    widths : sequence of int, default (64, 128)
        Channels at every size, from half the size of the images on; each further one halves it.
        (64, 128, 256, 512) for images of 64 pixels.
    augmentation : {"auto", "on", "off"}, default "auto"
        Whether the discriminator sees images shifted, with holes, brighter and darker, real and
        made ones alike (Zhao et al., 2020). "auto": of fewer than 5,000 images.
    discriminator_rate : float in (0, 100], default 1.0
        Learning rate of the discriminator as a multiple of the generator's (Heusel et al., 2017).
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
    There is no likelihood. A score is how usual an image is in what the discriminator sees of it,
    its last maps in each quarter: minus the squared Mahalanobis distance there. `AnoGAN` asks a
    generator whether it could have made an image, which finds more.

    **Intuition.** A generator that grows a picture from noise by convolutions.

    **Formula.** $\min_G \max_D \; \mathrm{E} \log D(x) + \mathrm{E} \log(1 - D(G(z)))$, where G
    makes pictures of noise z and D is the chance that one is real, each E a mean; G in fact raises
    $\mathrm{E} \log D(G(z))$.

    **When to use.** Small pictures, drawn at once.

    **Where it fails.** Modes are dropped, of which it warns, and training may oscillate.

    **Cost.** A pass of the generator and three of the discriminator a step; one pass to draw or to
    judge.

    References
    ----------
    Radford, A., Metz, L. & Chintala, S. (2016). Unsupervised representation learning with deep
    convolutional generative adversarial networks. ICLR. https://arxiv.org/abs/1511.06434
    (arXiv:1511.06434)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import DCGAN
    >>> from likely.testing import shaped
    >>> images = shaped.clean("image")
    >>> model = DCGAN(widths=(8,), budget="20 steps", batch_size=16).fit(images)
    >>> model.sample(4, seed=0).shape == (4, *images.shape[1:])
    True
    """

    card = {"kinds": ["image"], "paper": "arXiv:1511.06434"}
    fast = {"latent": 4, "widths": (8,), "budget": "40 steps", "batch_size": 16}

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] = 64,
        widths: Sequence[int] = (64, 128),
        augmentation: Literal["auto", "on", "off"] = "auto",
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 1.0,
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
        self.widths = widths
        self.augmentation = augmentation
        self.discriminator_rate = discriminator_rate
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Game:
        given = self._given_width
        return Game(
            ConvolutionalGenerator(self.latent, given, self._shape, self.widths),
            ConvolutionalDiscriminator(self._shape, given, self.widths),
            self.latent,
        )
