"""Style-based generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, cast, final

import numpy as np
from torch import Tensor

from likely.core.errors import DataError, ParameterError
from likely.core.params import Interval
from likely.gan.adversarial import Adversarial
from likely.nets.adversarial import Game, steepness
from likely.nets.style import StyleGenerator
from likely.nets.style_discriminator import StyleDiscriminator

_STEEP_EVERY, _UNEVEN_EVERY = 16, 8  # steps; the penalties count so many times more then


class StyleGAN(Adversarial):
    r"""Style-based generative adversarial network (Karras, Laine & Aila, 2019).

        w = mapping(z),  x = synthesis(w, ..., w, noise),   z ~ N(0, I)

    The game of `GAN` with a generator that does not draw an image from the code itself. A network
    maps the code z to a style w; the image grows from a learnt constant, and at every layer the
    style weighs the channels and noise is added. Early layers, of few places, decide what is shown
    and how it stands, late ones how it looks close by; noise does what is left to chance. So styles
    of two images can be mixed (`mix`), and a share of the images is learnt so.

    The layers are those of its second version (Karras et al., 2020): styles weigh channels and what
    comes out is scaled back, every size draws its part of the image, and the discriminator is
    residual and sees how much the images of a batch differ.

    Parameters
    ----------
    latent : int in [1, 4096], default 64
        Numbers in a code, and in a style.
    widths : sequence of int, default (24, 48, 64, 64)
        Channels at every size, from that of the images on; each further one halves it. There are
        two layers a size, one at the smallest. (32, 64, 128, 128, 128) for images of 64 pixels.
    mapping : int in [1, 64], default 4
        Layers from codes to styles.
    style_mixing : float in [0, 1], default 0.9
        Share of the images that are learnt with the styles of two codes, so that layers do not come
        to rely on one another's.
    truncation : float in [0, 1], default 1.0
        How far `sample` goes from the mean style, as a share of what was learnt: less gives more
        usual and less varied images. With conditions the mean is over all of them, and a small
        share makes images of different ones alike. `decode` and `mix` go all the way.
    r1 : float in [0, inf), default 0.1
        What the discriminator pays for being steep at real images (Mescheder et al., 2018), every
        16 steps.
    path_length : float in [0, inf), default 0.0
        What the generator pays if a step in styles changes some images more than others, every 8
        steps. 2 in the paper.
    augmentation : {"auto", "on", "off"}, default "auto"
        Whether the discriminator sees images shifted, with holes, brighter and darker, real and
        made ones alike (Zhao et al., 2020). "auto": of fewer than 5,000 images.
    discriminator_rate : float in (0, 100], default 1.0
        Learning rate of the discriminator as a multiple of the generator's (Heusel et al., 2017).
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 32
        Samples a step.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam, beside weights of size 1.
    budget : str, float or None, default "4000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.adversarial.Game` whose generator is a `likely.nets.style.StyleGenerator`;
        cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and codes.

    Notes
    -----
    There is no likelihood. A score is how usual an image is in what the discriminator sees of it,
    its last maps in each quarter: minus the squared Mahalanobis distance there. Only the direction
    of a code counts, and noise is the same for all images that are not learnt from, so that a code
    always stands for the same image.

    **Intuition.** Noise becomes a style first, and the style steers every size of the picture.

    **Formula.** $w = f(z), \; x = G(w, \epsilon)$, where f maps noise z to a style w, G grows the
    picture and ε is noise for small detail. The players are those of `GAN`, and D pays
    $\frac{\gamma}{2} \mathrm{E} \lVert \nabla D(x) \rVert^2$ at real pictures x, with γ = `r1`.

    **When to use.** Sharp pictures, and mixing coarse traits of one with fine ones of another.

    **Where it fails.** Long training; few pictures may be learnt by heart, of which it warns.

    **Cost.** A pass of the generator and three of the discriminator a step, with a gradient of the
    gradient in every 16th; one pass to draw or to judge.

    References
    ----------
    Karras, T., Laine, S. & Aila, T. (2019). A style-based generator architecture for generative
    adversarial networks. CVPR. https://arxiv.org/abs/1812.04948 (arXiv:1812.04948)
    Karras, T. et al. (2020). Analyzing and improving the image quality of StyleGAN. CVPR.
    https://arxiv.org/abs/1912.04958
    Mescheder, L., Geiger, A. & Nowozin, S. (2018). Which training methods for GANs do actually
    converge? ICML. https://arxiv.org/abs/1801.04406

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import StyleGAN
    >>> from likely.testing import shaped
    >>> images = shaped.clean("image")
    >>> model = StyleGAN(latent=8, widths=(8, 8), budget="20 steps", batch_size=16).fit(images)
    >>> model.sample(4, seed=0).shape == (4, *images.shape[1:])
    True
    >>> shape, texture = np.random.default_rng(0).normal(size=(2, 4, 8))
    >>> model.mix(shape, texture, layers=1).shape == (4, *images.shape[1:])
    True
    """

    betas: ClassVar[tuple[float, float]] = (0.0, 0.99)
    card = {"kinds": ["image"], "paper": "arXiv:1812.04948"}
    fast = {
        "latent": 8,
        "widths": (8, 8),
        "mapping": 1,
        "budget": "40 steps",
        "batch_size": 8,
        "learning_rate": 0.05,
    }

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] = 64,
        widths: Sequence[int] = (24, 48, 64, 64),
        mapping: Annotated[int, Interval(1, 64)] = 4,
        style_mixing: Annotated[float, Interval(0, 1)] = 0.9,
        truncation: Annotated[float, Interval(0, 1)] = 1.0,
        r1: Annotated[float, Interval(0)] = 0.1,
        path_length: Annotated[float, Interval(0)] = 0.0,
        augmentation: Literal["auto", "on", "off"] = "auto",
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 1.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 32,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "4000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.widths = widths
        self.mapping = mapping
        self.style_mixing = style_mixing
        self.truncation = truncation
        self.r1 = r1
        self.path_length = path_length
        self.augmentation = augmentation
        self.discriminator_rate = discriminator_rate
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def mix(
        self, coarse: Any, fine: Any, layers: int | None = None, condition: Any = None
    ) -> np.ndarray:
        """Return images with the first styles of some codes and the other styles of others.

        Parameters
        ----------
        coarse : ndarray of shape (n, latent)
            Codes that the first layers take their styles from, those of few places.
        fine : ndarray of shape (n, latent)
            Codes that the other layers take their styles from.
        layers : int in [0, depth] or None, default None
            How many layers are the first ones, of `network_.generator.depth`; None: half of them,
            or one more.
        condition : as in `fit`, optional
            What each is given, for models that were fitted with conditions.

        Returns
        -------
        ndarray of shape (n, ...)
            In the user's own units, as `decode` returns them.
        """
        self._check_fitted()
        first, second = self._codes_read(coarse), self._codes_read(fine)
        if len(first) != len(second):
            raise DataError(
                f"There are {len(first):,} coarse codes and {len(second):,} fine ones. Give one of "
                "each for every image."
            )
        generator = self._generator
        depth, latent = generator.depth, generator.latent
        count = (depth + 1) // 2 if layers is None else layers
        if (
            isinstance(count, bool)
            or not isinstance(count, (int, np.integer))
            or not (0 <= count <= depth)
        ):
            raise ParameterError(
                f"{type(self).__name__}.mix: layers is {layers!r}, but must be a whole number in "
                f"[0, {depth}]."
            )
        given = self._given(condition, len(first))

        def images(batch: Tensor) -> Tensor:
            pair, known = self._apart(batch, (2 * latent,))
            one, other = (generator.mapping(some, known) for some in pair.split(latent, dim=1))
            return generator.drawn(generator.mixed(one, other, int(count)))

        pairs = self._joined(np.hstack([first, second]), given)
        return self.schema_.restore(self._apply(pairs, images, codes=True))

    def _codes_read(self, codes: Any) -> np.ndarray:
        found, latent = np.asarray(codes, dtype=np.float64), self.network_.latent
        if found.ndim != 2 or found.shape[1] != latent or not np.isfinite(found).all():
            raise DataError(
                f"Codes must be finite numbers of shape (n, {latent}). Found the shape "
                f"{found.shape}."
            )
        return found

    @property
    def _generator(self) -> StyleGenerator:
        return cast(StyleGenerator, self.network_.generator)

    def _network(self, schema: Any) -> Game:
        given, shape = self._given_width, self._shape
        return Game(
            StyleGenerator(self.latent, given, shape, self.widths, self.mapping, self.style_mixing),
            StyleDiscriminator(shape, given, self.widths),
            self.latent,
        )

    def _loss(self, batch: Tensor) -> Tensor:
        loss = super()._loss(batch)
        if self.path_length and self._course.steps % _UNEVEN_EVERY == 0:
            some = batch[: (len(batch) + 1) // 2]  # as many are enough (Karras et al., 2020)
            given = self._apart(some, self._shape)[1]
            uneven = self._generator.unevenness(self._codes(len(some)).to(some), given)
            loss = loss + _UNEVEN_EVERY * self.path_length * uneven.mean()
        return loss

    def _penalty(self, real: Tensor, made: Tensor, given: Tensor | None) -> Tensor | float:
        if not self.r1 or self._course.steps % _STEEP_EVERY:
            return 0.0
        return _STEEP_EVERY * self.r1 / 2 * steepness(self.network_.discriminator, real, given)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        codes = self._joined(self._codes_drawn(n, rng), given)
        generator = self._generator

        def images(batch: Tensor) -> Tensor:
            styles = generator.mapping(*self._apart(batch, (generator.latent,)))
            nearer = generator.mapping.usual.lerp(styles, self.truncation)
            return generator.drawn(generator.everywhere(nearer))

        return self._apply(codes, images, codes=True)
