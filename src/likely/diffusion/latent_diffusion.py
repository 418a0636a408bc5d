"""Latent diffusion: noise is taken off codes, which an autoencoder turns into samples."""

from __future__ import annotations

import copy
from typing import Annotated, Any, Literal, cast, final

import numpy as np
from sklearn.base import clone

from likely.base.capabilities import Encoder, Reconstructor, Sampler
from likely.base.captioned import Captioned
from likely.base.conditional import Conditional
from likely.base.model import Model
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.data.samples import Samples
from likely.diffusion.ddpm import DDPM
from likely.diffusion.diffusing import Diffusing
from likely.nets.budget import divided

_ROOM = 8.0  # spreads of maps of codes that are seen as pixels, which end
_LEAST = 1e-6


class LatentDiffusion(Captioned, Conditional, Sampler, Encoder, Reconstructor):
    r"""Latent diffusion, the design of Stable Diffusion (Rombach et al., 2022).

    An autoencoder makes small codes of large samples, and a diffusion model learns which codes
    there are, given a caption or whatever else is known of a sample:

        z = E(x),   z' ~ p(z | caption),   x' = D(z')

    What samples look like close up is the business of the autoencoder, and what is on them that of
    the diffusion model, which is quick since codes are small. Codes of a row of numbers are learnt
    by layers of full connections; those of a `VQVAE`, which have places, by a U-Net whose coarsest
    maps attend to the words of the caption. What is drawn there is moved to the nearest codes.

    Parameters
    ----------
    autoencoder : str or Model, default "VAE"
        What makes codes of samples and samples of codes: a name, such as "VAE" or "VQVAE", or a
        model with settings of one's own. It is copied; one that is fitted stays as it is.
    diffusion : DDPM, FlowMatching or None, default None
        What learns the codes, with settings of one's own (it is copied, not fitted). None: `DDPM`.
    guidance : float in [0, 100], default 1.0
        How strongly conditions steer drawing; beyond 1 samples are more like what was asked for,
        and more alike.
    kind : {"auto", "series", "image"}, default "auto"
        What a sample is.
    budget : str, float or None, default "2000 steps"
        Limit of training models that are not handed in: half of the time for each of them, or as
        many steps.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where networks are that are not handed in.
    seed : int in [0, inf), default 0
        Of weights, batches and noise of models that are not handed in.

    Attributes
    ----------
    autoencoder_, diffusion_ : list of one Model
        The fitted models.

    Notes
    -----
    There is no likelihood. A sample is odd where its code is, or where it does not come back from
    it: both in units of what is usual, added.

    Copies of the model, such as those that are made to judge by held-out samples, learn an
    autoencoder anew that was handed in fitted.

    **Intuition.** Diffusion among short codes instead of pixels: cheaper, and details are the
    decoder's work.

    **Formula.** $L = \mathrm{E} \lVert v - v_\theta(z_t, t, c) \rVert^2, \; z = E(x)$, where E
    encodes the sample x and the upright E is a mean, z_t is its code with noise, v what `DDPM`
    foretells of it, c the caption or whatever else is known, and v_θ the network. An oddness is
    that of z plus the error of D(E(x)), each in units of its mean, where D decodes.

    **When to use.** Larger pictures and longer series, drawn to words or labels.

    **Where it fails.** What the decoder cannot restore is lost: a `VAE` makes blurred pictures, and
    details of a pixel that could be anywhere vanish. Words outside the captions learnt mean
    nothing.

    **Cost.** An autoencoder first, then a diffusion model whose passes are on codes, which are
    several times smaller than samples; to draw, its passes and one of the decoder.

    References
    ----------
    Rombach, R. et al. (2022). High-resolution image synthesis with latent diffusion models. CVPR.
    https://arxiv.org/abs/2112.10752 (arXiv:2112.10752)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import DDPM, LatentDiffusion
    >>> rng = np.random.default_rng(0)
    >>> bright = rng.integers(0, 2, 200)
    >>> images = (rng.integers(0, 100, (200, 8, 8)) + 150 * bright[:, None, None]).astype("uint8")
    >>> captions = [("a dark one", "a bright one")[one] for one in bright]
    >>> model = LatentDiffusion(diffusion=DDPM(hidden=(32, 32), budget="200 steps"))
    >>> model = model.set_params(budget="100 steps").fit(images, condition=captions)
    >>> model.sample(9, seed=0, condition="a bright one").mean() > 128
    np.True_
    """

    card = {"kinds": ["series", "image"], "paper": "arXiv:2112.10752"}
    fast = {
        "budget": "60 steps",
        "diffusion": DDPM(hidden=(16,), budget="60 steps", sampling_steps=10),
    }
    precision = 1e-4  # networks of samples with axes score in float32
    folds = 2
    _state_spec = {
        "autoencoder_": Members(),
        "diffusion_": Members(),
        "middle_": Array("part"),
        "unit_": Array("part", low=0),
        "usual_": Array(2, low=0),
    }

    autoencoder_: list[Any]
    diffusion_: list[Any]
    middle_: np.ndarray
    unit_: np.ndarray
    usual_: np.ndarray

    def __init__(
        self,
        autoencoder: str | Model = "VAE",
        diffusion: Model | None = None,
        guidance: Annotated[float, Interval(0, 100)] = 1.0,
        kind: Literal["auto", "series", "image"] = "auto",
        budget: str | float | None = "2000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.autoencoder = autoencoder
        self.diffusion = diffusion
        self.guidance = guidance
        self.kind = kind
        self.budget = budget
        self.device: Literal["auto", "cpu", "cuda", "mps"] = device
        self.seed = seed

    @final
    def match(self, X: Any, condition: Any) -> np.ndarray:
        """Return how well captions, or other conditions, fit samples: log p(z | c) / p(z), in nats.

        It is that of `DDPM.match`, of codes z. Above 0 a condition fits better than none; far below
        0 it contradicts the sample.

        Parameters
        ----------
        X, condition : as in `fit`
            Samples, and what is said of each.

        Returns
        -------
        ndarray of shape (n,)
        """
        return self._over_batches(X, self._match, condition)

    def _match(self, x: np.ndarray) -> np.ndarray:
        seen, given = self._apart(x, self.schema_.full_shape)
        diffusion = self.diffusion_[0]
        codes = self._maps(self.autoencoder_[0]._encode(seen))
        features = self._seen_codes(codes, diffusion.schema_)
        return diffusion._match(diffusion._joined(features, given))

    def _describe(self, samples: Samples) -> Any:
        fitted = getattr(self.autoencoder, "schema_", None)
        if isinstance(fitted, Form):
            return fitted  # what a fitted autoencoder knows, everything is seen as
        return super()._describe(samples)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        seen, given = self._apart(x, self.schema_.full_shape)
        autoencoder = self._chosen_autoencoder()
        if not hasattr(autoencoder, "schema_"):
            autoencoder._fit_features(self.schema_, seen, rng)
        self.autoencoder_ = [autoencoder]
        found = autoencoder._encode(seen)
        maps = self._maps(found)  # (n, part, *places)
        self._learn_units(maps)
        diffusion = self._chosen_diffusion(maps.ndim)
        diffusion.condition_ = self.condition_
        form = self._form_of(maps.shape[1:])
        codes = self._seen_codes(maps, form)
        diffusion._fit_features(form, diffusion._joined(codes, given), rng)
        self.diffusion_ = [diffusion]
        parts = (-diffusion.training_scores_, self._errors(found, seen))
        self.usual_ = np.maximum([part.mean() for part in parts], _LEAST)
        self._learnt = self._together(*parts)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        learnt = self._learnt  # known since fitting
        del self._learnt
        return learnt

    def _chosen_autoencoder(self) -> Any:
        name, made = self.autoencoder, self.autoencoder
        if isinstance(name, str):
            settings = {"budget": self._share(), "device": self.device, "seed": self.seed}
            made = catalogue.make(name, **settings)
        elif hasattr(name, "schema_"):
            made = copy.deepcopy(name)
        else:
            made = clone(cast(Any, name))
        if not isinstance(made, Encoder) or self.schema_.kind not in made.card["kinds"]:
            raise ParameterError(
                f"{type(self).__name__}: autoencoder is {type(made).__name__}, which has no codes "
                f"of samples of the kind {self.schema_.kind!r}. Use one such as 'VAE' or 'VQVAE'."
            )
        if getattr(made, "condition_", None) is not None:
            raise ParameterError(
                f"{type(self).__name__}: the autoencoder was fitted with conditions. Fit one "
                "without; the diffusion model is told the conditions."
            )
        return made

    def _chosen_diffusion(self, axes: int) -> Diffusing:
        given = self.diffusion
        if given is None:
            given = DDPM(budget=self._share(), device=self.device, seed=self.seed)
        if not isinstance(given, Diffusing):
            raise ParameterError(
                f"{type(self).__name__}: diffusion is {type(given).__name__}. Use a DDPM or a "
                "FlowMatching."
            )
        made = cast(Diffusing, clone(cast(Any, given)))
        return made.set_params(layers="dense" if axes == 2 else "convolutional", kind="auto")

    def _share(self) -> str | float | None:
        return divided(self.budget, 2)

    def _learn_units(self, maps: np.ndarray) -> None:
        others = (0, *range(2, maps.ndim))
        self.middle_ = maps.mean(axis=others)
        spread = maps.std(axis=others)
        self.unit_ = np.where(spread > _LEAST * (1 + spread.max()), spread, 1.0)

    def _form_of(self, shape: tuple[int, ...]) -> Form:
        """Return what codes of a sample are seen as, (part,) or (part, *places)."""
        if len(shape) == 1:  # a row: one channel
            return Form("series", shape, 1, (0.0,), (1.0,))
        parts, places = shape[0], shape[1:]
        one = (1.0,) * parts
        kind = "series" if len(places) == 1 else "image"
        return Form(kind, places, parts, (0.0,) * parts, one, flat=False)

    def _maps(self, codes: np.ndarray) -> np.ndarray:
        """Return codes of an autoencoder as numbers, (n, part) or (n, part, *places)."""
        vectors = getattr(self.autoencoder_[0], "code_vectors", None)
        if vectors is not None:  # (n, *places) of whole numbers
            return np.moveaxis(vectors[codes.astype(np.int64)], -1, 1)
        return codes

    def _seen_codes(self, maps: np.ndarray, form: Form) -> np.ndarray:
        """Return codes as the diffusion model sees them, in the shape of its features."""
        found = (maps - _wide(self.middle_, maps)) / _wide(self.unit_, maps)
        if form.kind == "image":
            found = (found / _ROOM + 0.5).clip(0, 1)
        return found.reshape(len(maps), *form.full_shape).astype(np.float32)

    def _codes(self, drawn: np.ndarray) -> np.ndarray:
        """Return codes of the autoencoder from what the diffusion model drew."""
        form: Form = self.diffusion_[0].schema_
        if form.kind == "image":
            drawn = (drawn - 0.5) * _ROOM
        vectors = getattr(self.autoencoder_[0], "code_vectors", None)
        maps = drawn if vectors is not None else drawn.reshape(len(drawn), -1)
        maps = maps * _wide(self.unit_, maps) + _wide(self.middle_, maps)
        if vectors is None:
            return maps
        rows = np.moveaxis(maps, 1, -1)  # (n, *places, part)
        return _nearest(rows.reshape(-1, rows.shape[-1]), vectors).reshape(rows.shape[:-1])

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        diffusion = self.diffusion_[0]
        diffusion.guidance = self.guidance
        drawn = diffusion._sample_given(n, given, rng)
        return self.autoencoder_[0]._decode(self._codes(np.asarray(drawn, np.float64)))

    def _score(self, x: np.ndarray) -> np.ndarray:
        seen, given = self._apart(x, self.schema_.full_shape)
        diffusion = self.diffusion_[0]
        codes = self.autoencoder_[0]._encode(seen)
        features = self._seen_codes(self._maps(codes), diffusion.schema_)
        odd = -diffusion._score(diffusion._joined(features, given))
        return self._together(odd, self._errors(codes, seen))

    def _together(self, odd: np.ndarray, errors: np.ndarray) -> np.ndarray:
        """Return scores from how odd codes are and how badly samples come back, (n,) each."""
        return -(odd / self.usual_[0] + errors / self.usual_[1])

    def _errors(self, codes: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Return the mean squared errors of samples that come back from their codes, (n,)."""
        errors = np.square(self.autoencoder_[0]._decode(codes) - seen)
        return errors.reshape(len(seen), -1).mean(axis=1)

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self.autoencoder_[0]._encode(self._apart(x, self.schema_.full_shape)[0])

    def _decode(self, z: np.ndarray) -> np.ndarray:
        if self.condition_ is not None:
            blank = np.zeros((1, *self.schema_.full_shape), dtype=np.float32)
            z = self._apart(z, self.autoencoder_[0]._encode(blank).shape[1:])[0]
        return self.autoencoder_[0]._decode(z)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._decode(self._encode(x))

    def _check_state(self) -> None:
        autoencoder, diffusion = self.autoencoder_[0], self.diffusion_[0]
        if not (isinstance(autoencoder, Encoder) and isinstance(diffusion, Diffusing)):
            raise ValueError("its parts are no autoencoder and no diffusion model")
        if autoencoder.schema_ != self.schema_ or diffusion.condition_ != self.condition_:
            raise ValueError("its parts were fitted to other data")
        blank = np.zeros((1, *self.schema_.full_shape), dtype=np.float32)
        shape = self._maps(autoencoder._encode(blank)).shape[1:]
        if diffusion.schema_ != self._form_of(shape) or len(self.unit_) != shape[0]:
            raise ValueError("its codes are not those that were learnt")
        if not ((self.unit_ > 0).all() and (self.usual_ > 0).all()):
            raise ValueError("a unit is not positive")


def _wide(by_part: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Return numbers of parts with as many axes as maps have."""
    return by_part.reshape(1, -1, *[1] * (maps.ndim - 2))


def _nearest(rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return which of some vectors is nearest to each row, float64."""
    middle = vectors.mean(axis=0)
    rows, vectors = rows - middle, vectors - middle
    apart = (vectors**2).sum(axis=1) - 2 * rows @ vectors.T
    return apart.argmin(axis=1).astype(np.float64)
