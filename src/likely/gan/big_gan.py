"""BigGAN: a class-conditional generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtr, ndtri
from torch import Tensor

from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.gan.adversarial import Adversarial
from likely.nets.adversarial import Aim, Game
from likely.nets.class_conditional import BigDiscriminator, BigGenerator
from likely.nets.spectral import overlap


class BigGAN(Adversarial):
    r"""BigGAN (Brock, Donahue & Simonyan, 2019).

        D(x, y) = (w + V y)' h(x),   max_D  E min(0, D(x, y) - 1) + E min(0, -1 - D(G(z, y), y)),
        max_G  E D(G(z, y), y)

    A generator of residual blocks, in every one of which batches are normalised and then stretched
    and moved as the class y and a part of the code z of its own say. The discriminator compares
    what it sees of an image with what the class asks for (projection). Weights of both are kept at
    norm 1, and both have one layer in which every place looks at all others (self-attention).

    Parameters
    ----------
    latent : int in [1, 4096], default 64
        Numbers in a code, of which every block gets as many; at least one for each of `widths`.
    widths : sequence of int, default (16, 32, 64)
        Channels at every size, from that of the images on; each further one halves it.
        (64, 128, 256, 512) and more for images of 64 pixels.
    embedding : int in [1, 4096], default 32
        Numbers that stand for a class, the same for all blocks.
    attention : int in [0, 16], default 1
        Behind how many halvings of the images there is self-attention; 0, or where no smaller size
        follows: nowhere.
    truncation : float in (0, 10] or None, default None
        Numbers of a code farther from 0 are drawn anew when sampling: the smaller, the more typical
        samples are, and the more alike. It may be set after `fit`, too.
    orthogonality : float in [0, 1], default 0.0001
        Weight of the penalty on rows of the generator's weights that are not orthogonal, which
        keeps truncated codes in use.
    critic_steps : int in [1, 100], default 1
        Steps of the discriminator for each of the generator.
    augmentation : {"auto", "on", "off"}, default "auto"
        Whether the discriminator sees images shifted, with holes, brighter and darker, real and
        made ones alike (Zhao et al., 2020). "auto": of fewer than 5,000 images.
    discriminator_rate : float in (0, 100], default 2.0
        Learning rate of the discriminator as a multiple of the generator's (Heusel et al., 2017).
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.001
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
    Classes are conditions: `fit(images, condition=labels)`, `sample(64, condition="boot")`. Without
    them the blocks are told of the code alone, and the discriminator judges images as they are.

    There is no likelihood. A score is how usual an image is in what the discriminator sees of it,
    its last maps in each quarter: minus the squared Mahalanobis distance there, given its class.

    **Intuition.** Tell both players the class, and every block of the generator a part of
    the code, too.

    **Formula.** $\max_D \; \mathrm{E} \min(0, D(x, y) - 1) + \mathrm{E} \min(0, -1 - D(G(z, y),
    y))$ and $\max_G \; \mathrm{E} D(G(z, y), y)$, where E is a mean, G makes pictures of noise z
    and class y, and D judges a picture with its class.

    **When to use.** Pictures of classes, one asked for at a time.

    **Where it fails.** Small or rare classes may be learnt by heart, and training may collapse; it
    warns of both.

    **Cost.** A pass of the generator and three of the discriminator a step, and products of all
    rows of the generator's weights; one pass to draw or to judge.

    References
    ----------
    Brock, A., Donahue, J. & Simonyan, K. (2019). Large scale GAN training for high fidelity natural
    image synthesis. ICLR. https://arxiv.org/abs/1809.11096 (arXiv:1809.11096)
    Miyato, T. & Koyama, M. (2018). cGANs with projection discriminator. ICLR.
    https://arxiv.org/abs/1802.05637
    Miyato, T. et al. (2018). Spectral normalization for generative adversarial networks. ICLR.
    https://arxiv.org/abs/1802.05957
    Zhang, H. et al. (2019). Self-attention generative adversarial networks. ICML.
    https://arxiv.org/abs/1805.08318

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import BigGAN
    >>> from likely.testing import shaped
    >>> images = shaped.clean("image")
    >>> sides = np.where(images[:, :, :10].mean((1, 2)) > images.mean(), "left", "right")
    >>> model = BigGAN(widths=(4, 8), budget="20 steps", batch_size=16)
    >>> model = model.fit(images, condition=sides)
    >>> model.sample(4, seed=0, condition="left").shape == (4, *images.shape[1:])
    True
    """

    aim: ClassVar[Aim] = "hinge"
    betas: ClassVar[tuple[float, float]] = (0.0, 0.999)
    card = {"kinds": ["image"], "paper": "arXiv:1809.11096"}
    fast = {
        "latent": 4,
        "widths": (4, 8),
        "embedding": 4,
        "learning_rate": 0.005,
        "discriminator_rate": 5.0,
        "budget": "20 steps",
        "batch_size": 16,
    }

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] = 64,
        widths: Sequence[int] = (16, 32, 64),
        embedding: Annotated[int, Interval(1, 4096)] = 32,
        attention: Annotated[int, Interval(0, 16)] = 1,
        truncation: Annotated[float, Interval(0, 10, open_low=True)] | None = None,
        orthogonality: Annotated[float, Interval(0, 1)] = 0.0001,
        critic_steps: Annotated[int, Interval(1, 100)] = 1,
        augmentation: Literal["auto", "on", "off"] = "auto",
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 2.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.001,
        budget: str | float | None = "3000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.widths = widths
        self.embedding = embedding
        self.attention = attention
        self.truncation = truncation
        self.orthogonality = orthogonality
        self.critic_steps = critic_steps
        self.augmentation = augmentation
        self.discriminator_rate = discriminator_rate
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Game:
        if self.latent < len(self.widths):
            raise ParameterError(
                f"{type(self).__name__}: latent is {self.latent}, too few for {len(self.widths)} "
                "widths, of which each gets a part of the code. Use a larger one."
            )
        given = self._given_width
        return Game(
            BigGenerator(
                self.latent, given, self._shape, self.widths, self.embedding, self.attention
            ),
            BigDiscriminator(self._shape, given, self.widths, self.attention),
            self.latent,
        )

    def _loss(self, batch: Tensor) -> Tensor:
        loss = super()._loss(batch)
        if self.orthogonality and self._course.steps % self.critic_steps == 0:
            loss = loss + self.orthogonality * overlap(self.network_.generator)
        return loss

    def _codes_drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        if self.truncation is None:
            return super()._codes_drawn(n, rng)
        inside = rng.uniform(ndtr(-self.truncation), ndtr(self.truncation), (n, self.latent))
        return ndtri(inside)  # as if every number farther out were drawn anew
