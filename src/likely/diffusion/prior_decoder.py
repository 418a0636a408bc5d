"""A prior of image embeddings given texts, and a decoder of embeddings into images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast, final

import numpy as np
import torch
from sklearn.base import clone
from torch import Tensor, nn

from likely.base.capabilities import Sampler
from likely.base.captioned import Captioned
from likely.base.conditional import Conditional
from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.diffusion.ddpm import DDPM
from likely.diffusion.diffusing import Diffusing
from likely.nets.budget import divided
from likely.nets.deep_model import DeepModel
from likely.nets.text_image import TextImage
from likely.nets.text_reader import TextReader

_HIDDEN = (32, 64)
_LEAST = 1e-6


class PriorDecoder(Captioned, Conditional, Sampler, DeepModel):
    r"""Prior and decoder, the design of DALL·E 2 (Ramesh et al., 2022).

    First a network learns one space for images and captions, where an image lies near to what is
    said of it and far from what is said of others (CLIP; Radford et al., 2021). Then a diffusion
    model learns which embeddings of images a caption may have, and another one the images that an
    embedding may have:

        e ~ p(embedding | caption),   x ~ p(image | e)

    How near an image lies to a caption, `match`, says how well they fit.

    Parameters
    ----------
    prior, decoder : DDPM, FlowMatching or None, default None
        What learns embeddings, and images given embeddings, with settings of one's own (they are
        copied, not fitted). None: `DDPM`.
    embedding : int in [2, 4096], default 32
        Numbers in an embedding.
    guidance : float in [0, 100], default 1.0
        How strongly the caption steers the embedding.
    hidden : sequence of int or None, default None
        Channels behind each stage of the network that looks at images; None: (32, 64).
    kind : {"auto", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often the contrastive network sees every image at most.
    batch_size : int in [1, 1000000], default 64
        Pairs a step, which are told from one another.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training: a third of the time for each of the three networks, or as many steps. A
        prior and a decoder that are handed in have their own.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where networks are.
    network : Module or None, default None
        A `likely.nets.text_image.TextImage` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training of the contrastive network.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Attributes
    ----------
    prior_, decoder_ : list of one model
        The fitted diffusion models.

    Notes
    -----
    There is no likelihood. An image is odd where its embedding is, given the caption, where the
    image is, given its embedding, and where it is far from its caption: all in units of what is
    usual, added. Fitted without captions, the network learns to know images by noisy looks at them.

    **Intuition.** Words to a picture's gist first, then from the gist to the picture.

    **Formula.** $p(x \mid c) = \int p(x \mid e) \, p(e \mid c) \, de$, where c is the caption, e an
    embedding of the picture, a vector of fixed length, and x the picture; one diffusion model draws
    e, another x.

    **When to use.** Pictures drawn to words, and how well words fit pictures, by `match`.

    **Where it fails.** The gist forgets how many and where; where few captions differ, embeddings
    have little to tell apart; errors of the stages add up.

    **Cost.** Three networks to learn; two diffusions to draw; to judge, about 40 passes of both
    diffusion models and one of the first network.

    References
    ----------
    Ramesh, A. et al. (2022). Hierarchical text-conditional image generation with CLIP latents.
    https://arxiv.org/abs/2204.06125 (arXiv:2204.06125)
    Radford, A. et al. (2021). Learning transferable visual models from natural language
    supervision. ICML. https://arxiv.org/abs/2103.00020

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import DDPM, PriorDecoder
    >>> rng = np.random.default_rng(0)
    >>> bright = rng.integers(0, 2, 100)
    >>> images = (rng.integers(0, 100, (100, 8, 8)) + 150 * bright[:, None, None]).astype("uint8")
    >>> captions = [("a dark one", "a bright one")[one] for one in bright]
    >>> part = DDPM(hidden=(8,), budget="60 steps")
    >>> model = PriorDecoder(part, part, embedding=4, hidden=(8,), budget="60 steps")
    >>> model = model.fit(images, condition=captions)
    >>> bool((model.match(images, captions) > model.match(images, captions[::-1])).mean() > 0.3)
    True
    """

    card = {"kinds": ["image"], "paper": "arXiv:2204.06125"}
    fast = {
        "prior": DDPM(hidden=(16,), budget="20 steps", sampling_steps=8),
        "decoder": DDPM(hidden=(16,), budget="20 steps", sampling_steps=5),
        "embedding": 4,
        "hidden": (8,),
        "budget": "20 steps",
    }
    _state_spec = {
        "prior_": Members(),
        "decoder_": Members(),
        "middle_": Array(),
        "unit_": Array(low=0),
        "usual_": Array(3, low=0),
        "network_": Weights(),
    }

    prior_: list[Any]
    decoder_: list[Any]
    middle_: float
    unit_: float
    usual_: np.ndarray
    network_: TextImage

    def __init__(
        self,
        prior: Model | None = None,
        decoder: Model | None = None,
        embedding: Annotated[int, Interval(2, 4096)] = 32,
        guidance: Annotated[float, Interval(0, 100)] = 1.0,
        hidden: Sequence[int] | None = None,
        kind: Literal["auto", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.prior = prior
        self.decoder = decoder
        self.embedding = embedding
        self.guidance = guidance
        self.hidden = hidden
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def match(self, X: Any, condition: Any) -> np.ndarray:
        """Return how near images lie to captions, or other conditions: cosines, in [-1, 1].

        Parameters
        ----------
        X, condition : as in `fit`
            Images, and what is said of each.

        Returns
        -------
        ndarray of shape (n,)
        """
        return self._over_batches(X, self._cosines, condition)

    def _cosines(self, x: np.ndarray) -> np.ndarray:
        def cosines(batch: Tensor) -> Tensor:
            seen, given = self._apart(batch, self.schema_.full_shape)
            return (self.network_.images(seen) * self.network_.texts(given)).sum(dim=1)

        return self._apply(x, cosines)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        seen, given = self._apart(x, self.schema_.full_shape)
        self.middle_, self.unit_ = float(seen.mean()), float(seen.std()) or 1.0
        super()._fit(x, rng)
        embedded = self._embedded(x)
        prior, decoder = self._chosen("prior"), self._chosen("decoder")
        prior.condition_ = self.condition_
        prior._fit_features(self._form(), prior._joined(_as_series(embedded), given), rng)
        told = decoder._learn_condition(embedded, len(x))
        decoder._fit_features(self.schema_, decoder._joined(seen, told), rng)
        self.prior_, self.decoder_ = [prior], [decoder]
        parts = [-prior.training_scores_, -decoder.training_scores_, self._misfit(x)]
        self.usual_ = np.maximum([part.mean() for part in parts], _LEAST)
        self._learnt = self._together(parts)

    def _chosen(self, part: str) -> Diffusing:
        model = getattr(self, part)
        if model is None:
            model = DDPM(budget=self._limit(), device=cast(Any, self.device), seed=self.seed)
        if not isinstance(model, Diffusing):
            raise ParameterError(
                f"{type(self).__name__}: {part} is {type(model).__name__}. Use a DDPM or a "
                "FlowMatching."
            )
        made = cast(Diffusing, clone(cast(Any, model)))
        return made.set_params(layers="dense" if part == "prior" else made.layers, kind="auto")

    def _limit(self) -> str | float | None:
        return divided(self.budget, 3)

    def _form(self) -> Form:
        """Return what embeddings are seen as."""
        return Form("series", (self.embedding,), 1, (0.0,), (1.0,))

    def _network(self, schema: Any) -> nn.Module:
        captions, reader, given = self._captions, None, self._given_width
        if captions is not None:
            reader = TextReader(captions.size, captions.longest)
        hidden = self.hidden or _HIDDEN
        return TextImage(schema.shape, schema.channels, self.embedding, hidden, given, reader)

    def _tensor(self, x: np.ndarray) -> Tensor:
        seen, given = self._apart(x, self.schema_.full_shape)
        normal = (np.asarray(seen, np.float64) - self.middle_) / self.unit_
        joined = self._joined(normal, given)
        return torch.from_numpy(np.ascontiguousarray(joined, dtype=np.float32))

    def _loss(self, batch: Tensor) -> Tensor:
        return self.network_.loss(*self._apart(batch, self.schema_.full_shape))

    def _embedded(self, x: np.ndarray) -> np.ndarray:
        """Return the embeddings of images, (n, embedding), whose numbers have a spread about 1."""
        size = np.sqrt(self.embedding)

        def embedded(batch: Tensor) -> Tensor:
            return size * self.network_.images(self._apart(batch, self.schema_.full_shape)[0])

        return self._apply(x, embedded)

    def _misfit(self, x: np.ndarray) -> np.ndarray:
        """Return how far images lie from what is said of them, (n,); 0 if nothing is."""
        return np.zeros(len(x)) if self.condition_ is None else 1 - self._cosines(x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        seen, given = self._apart(x, self.schema_.full_shape)
        prior, decoder, embedded = self.prior_[0], self.decoder_[0], self._embedded(x)
        told = decoder._given(embedded, len(x))
        return self._together(
            [
                -prior._score(prior._joined(_as_series(embedded), given)),
                -decoder._score(decoder._joined(seen, told)),
                self._misfit(x),
            ]
        )

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        learnt = self._learnt  # known since fitting
        del self._learnt
        return learnt

    def _together(self, parts: Sequence[np.ndarray]) -> np.ndarray:
        return -(np.stack(parts, axis=1) / self.usual_).sum(axis=1)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        prior, decoder = self.prior_[0], self.decoder_[0]
        prior.guidance = self.guidance
        drawn = np.asarray(prior._sample_given(n, given, rng), np.float64).reshape(n, -1)
        sizes = np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), _LEAST)
        drawn *= np.sqrt(self.embedding) / sizes
        return decoder._sample_given(n, decoder._given(drawn, n), rng)

    def _check_state(self) -> None:
        prior, decoder = self.prior_[0], self.decoder_[0]
        if not (isinstance(prior, Diffusing) and isinstance(decoder, Diffusing)):
            raise ValueError("its parts are no diffusion models")
        if prior.schema_ != self._form() or prior.condition_ != self.condition_:
            raise ValueError("its prior was fitted to other embeddings")
        told = decoder._given(np.zeros((1, self.embedding)), 1)
        if decoder.schema_ != self.schema_ or told is None:
            raise ValueError("its decoder was fitted to other images")
        if not (self.unit_ > 0 and (self.usual_ > 0).all()):
            raise ValueError("a unit is not positive")


def _as_series(embedded: np.ndarray) -> np.ndarray:
    """Return embeddings in the shape of features, (n, 1, embedding)."""
    return embedded[:, None].astype(np.float32)
