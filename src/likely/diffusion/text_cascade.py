"""Cascaded diffusion: a small image from a text, then a large one from the small one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from likely.core.errors import DataError, ParameterError
from likely.core.params import Interval
from likely.core.random import generator
from likely.data.form import Form
from likely.data.samples import as_shaped
from likely.diffusion.ddpm import DDPM
from likely.diffusion.diffusing import Diffusing
from likely.nets.budget import divided
from likely.nets.deep_model import DeepModel
from likely.nets.denoiser import Denoiser, broad
from likely.nets.denoising import dpm_solver
from likely.nets.enlarging import BesideSmall, enlarge, shrink
from likely.nets.multiscale import squares
from likely.nets.noise import MOST, Path, cosine, even_noise, learnable, picked, spread_shares
from likely.nets.text_reader import TextReader

_HIDDEN = (32, 64)
_LEVELS = 1_000
_JUDGED = (0.2, 0.8)  # noise levels at which it is asked how well small images are enlarged
_LEAST = 1e-6


class TextCascade(Captioned, Conditional, Sampler, DeepModel):
    r"""Cascaded diffusion from texts, the design of Imagen (Saharia et al., 2022).

    What is on an image shows when it is small. So a diffusion model draws a small image of what a
    caption says, and a second one the large image, given the small one and the caption:

        y ~ p(small image | caption),   x ~ p(image | y + noise, caption)

    The second one learns with small images to which noise was added, is told how much, and so does
    not trust the first one's mistakes.

    Parameters
    ----------
    times : int in [2, 8], default 2
        How many times smaller the small images are.
    base : DDPM, FlowMatching or None, default None
        What draws small images, with settings of one's own (it is copied, not fitted). None:
        `DDPM`.
    augmentation : float in [0, 10], default 0.3
        Most noise that is added to small images in training, in spreads of the pixels; when images
        are drawn it is a third of that.
    sampling_steps : int in [1, 100000], default 15
        Noise levels that drawing of the large image passes through.
    guidance : float in [0, 100], default 1.0
        How strongly the caption steers the small image.
    hidden : sequence of int or None, default None
        Channels at every size of the U-Net that enlarges; None: (32, 64).
    kind : {"auto", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often the second model sees every image at most.
    batch_size : int in [1, 1000000], default 64
        Images a step.
    learning_rate : float in (0, 1], default 0.001
        Largest step of Adam.
    budget : str, float or None, default "2000 steps"
        Limit of training: half of the time for each of the two models, or as many steps. A base
        that is handed in has its own.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where networks are.
    network : Module or None, default None
        A `likely.nets.denoiser.Denoiser` of one's own that enlarges; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training of the second model.
    seed : int in [0, inf), default 0
        Of weights, batches and noise.

    Attributes
    ----------
    base_ : list of one model
        What draws small images, fitted.

    Notes
    -----
    There is no likelihood. An image is odd where its small version is, or where the large one does
    not follow from it as it usually does: both in units of what is usual, added.

    **Intuition.** A small picture to the words first, then the large one from it.

    **Formula.** $p(x, y \mid c) = p(y \mid c) \, p(x \mid y, c)$, where c is the caption, y the
    small picture and x the large one. The second model is told y + a e, with noise e, and how large
    a is: up to `augmentation` in training, a third of it in drawing.

    **When to use.** Pictures drawn to words at sizes where one diffusion is costly.

    **Where it fails.** What is wrong in the small picture mostly stays wrong in the large one.

    **Cost.** Two diffusions to learn and to draw; that of the large pictures costs most.

    References
    ----------
    Saharia, C. et al. (2022). Photorealistic text-to-image diffusion models with deep language
    understanding. NeurIPS. https://arxiv.org/abs/2205.11487 (arXiv:2205.11487)
    Ho, J. et al. (2022). Cascaded diffusion models for high fidelity image generation. JMLR 23.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.diffusion import DDPM, TextCascade
    >>> rng = np.random.default_rng(0)
    >>> bright = rng.integers(0, 2, 100)
    >>> images = (rng.integers(0, 100, (100, 8, 8)) + 150 * bright[:, None, None]).astype("uint8")
    >>> captions = [("a dark one", "a bright one")[one] for one in bright]
    >>> base = DDPM(hidden=(8,), budget="100 steps", sampling_steps=10)
    >>> model = TextCascade(base=base, hidden=(8,), budget="40 steps")
    >>> model = model.fit(images, condition=captions)
    >>> model.sample(9, seed=0, condition="a bright one").mean() > 128
    np.True_
    >>> model.enlarge(images[:3, ::2, ::2], seed=0, condition=captions[:3]).shape
    (3, 8, 8)
    """

    card = {"kinds": ["image"], "paper": "arXiv:2205.11487"}
    fast = {
        "base": DDPM(hidden=(16,), budget="20 steps", sampling_steps=8),
        "hidden": (16,),
        "budget": "20 steps",
        "sampling_steps": 5,
    }
    _state_spec = {
        "base_": Members(),
        "unit_": Array(low=0),
        "middle_": Array(),
        "usual_": Array(2, low=0),
        "network_": Weights(),
    }

    base_: list[Any]
    unit_: float
    middle_: float
    usual_: np.ndarray
    network_: Denoiser

    def __init__(
        self,
        times: Annotated[int, Interval(2, 8)] = 2,
        base: Model | None = None,
        augmentation: Annotated[float, Interval(0, 10)] = 0.3,
        sampling_steps: Annotated[int, Interval(1, 100_000)] = 15,
        guidance: Annotated[float, Interval(0, 100)] = 1.0,
        hidden: Sequence[int] | None = None,
        kind: Literal["auto", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.001,
        budget: str | float | None = "2000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.times = times
        self.base = base
        self.augmentation = augmentation
        self.sampling_steps = sampling_steps
        self.guidance = guidance
        self.hidden = hidden
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def enlarge(self, small: Any, seed: int | None = None, condition: Any = None) -> np.ndarray:
        """Return large images of given small ones (super-resolution).

        Parameters
        ----------
        small : as in `fit`
            Images, `times` smaller than those learnt from.
        seed : int, optional
            The same seed gives the same images.
        condition : as in `fit`, optional
            What is on each.

        Raises
        ------
        DataError
            If the images have another size.
        """
        self._check_fitted()
        form: Form = self.base_[0].schema_
        samples = as_shaped(small, "image")
        if tuple(np.shape(samples.sample(0))[:2]) != form.shape:
            raise DataError(
                f"Small images must have {form.shape[0]} x {form.shape[1]} pixels, {self.times} "
                f"times less than those learnt from. Found {np.shape(samples.sample(0))[:2]}."
            )
        x = form.features(form.match(samples))
        given = self._given(condition, len(x))
        return self.schema_.restore(self._enlarged(x, given, generator(seed)))

    @final
    def match(self, X: Any, condition: Any) -> np.ndarray:
        """Return how well captions, or other conditions, fit images: log p(y | c) / p(y), in nats.

        It is that of `DDPM.match`, of small images y.

        Parameters
        ----------
        X, condition : as in `fit`
            Images, and what is said of each.
        """
        return self._over_batches(X, self._match, condition)

    def _match(self, x: np.ndarray) -> np.ndarray:
        seen, given = self._apart(x, self.schema_.full_shape)
        base = self.base_[0]
        return base._match(base._joined(self._small(seen), given))

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        seen, given = self._apart(x, self.schema_.full_shape)
        self.middle_, self.unit_ = float(seen.mean()), float(seen.std()) or 1.0
        base = self._chosen_base()
        base.condition_ = self.condition_
        form = self._small_form()
        base._fit_features(form, base._joined(self._small(seen), given), rng)
        self.base_ = [base]
        super()._fit(x, rng)

    def _chosen_base(self) -> Diffusing:
        base = self.base
        if base is None:
            base = DDPM(budget=self._limit(), device=cast(Any, self.device), seed=self.seed)
        if not isinstance(base, Diffusing):
            raise ParameterError(
                f"{type(self).__name__}: base is {type(base).__name__}. Use a DDPM or a "
                "FlowMatching."
            )
        return cast(Diffusing, clone(cast(Any, base)))

    def _limit(self) -> str | float | None:
        return divided(self.budget, 2)

    def _small_form(self) -> Form:
        form: Form = self.schema_
        shape = tuple(-(-size // self.times) for size in form.shape)
        return replace(form, shape=shape, resized=False)

    def _small(self, x: np.ndarray) -> np.ndarray:
        return shrink(torch.from_numpy(np.asarray(x, np.float32)), self.times).numpy()

    def _network(self, schema: Any) -> nn.Module:
        captions, reader, given = self._captions, None, self._given_width
        if captions is not None:
            reader = TextReader(captions.size, captions.longest)
        network = BesideSmall(schema.shape, schema.channels, self.hidden or _HIDDEN, given, reader)
        return Denoiser(network, Path(), schema.width, twice=True)

    def _settle(self, network: Denoiser, data: Tensor) -> None:
        network.settle(self._apart(data, self.schema_.full_shape)[0], None)

    def _tensor(self, x: np.ndarray) -> Tensor:
        seen, given = self._apart(x, self.schema_.full_shape)
        normal = (np.asarray(seen, np.float64) - self.middle_) / self.unit_
        joined = self._joined(normal, given)
        return torch.from_numpy(np.ascontiguousarray(joined, dtype=np.float32))

    def _loss(self, batch: Tensor) -> Tensor:
        x, given = self._apart(batch, self.schema_.full_shape)
        noise = torch.randn_like(x)
        levels = picked(learnable(cosine(_LEVELS)), spread_shares(x)).to(x)
        added = self.augmentation * torch.rand(len(x), device=x.device)
        small = shrink(x, self.times)
        known = self._known(small, torch.randn_like(small), added, given)
        return self.network_.loss(x, levels, noise, known)

    def _known(self, small: Tensor, noise: Tensor, added: Tensor, given: Tensor | None) -> Tensor:
        """Return what the network is told: a small image with noise, enlarged, and the rest."""
        noisy = small + broad(added, small) * noise
        seen = enlarge(noisy, self.times, self.schema_.shape).flatten(1)
        parts = [seen, added[:, None], *([] if given is None else [given])]
        return torch.cat(parts, dim=1)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        self.usual_ = np.maximum([part.mean() for part in self._parts(held_out)], _LEAST)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._together(*self._parts(x))

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        odd = -self.base_[0].training_scores_  # known since its fitting
        return self._together(odd, self._errors(x))

    def _together(self, small: np.ndarray, large: np.ndarray) -> np.ndarray:
        return -(small / self.usual_[0] + large / self.usual_[1])

    def _parts(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how odd small images are, and how badly they foretell large ones, (n,) each."""
        seen, given = self._apart(x, self.schema_.full_shape)
        base = self.base_[0]
        return -base._score(base._joined(self._small(seen), given)), self._errors(x)

    def _errors(self, x: np.ndarray) -> np.ndarray:
        """Return the squared errors of large images that small ones foretell, (n,)."""
        shape = self.schema_.full_shape
        noise = torch.stack([even_noise(shape, i, 1)[0] for i in range(len(_JUDGED))])

        def errors(batch: Tensor) -> Tensor:
            large, told = self._apart(batch, shape)
            small = shrink(large, self.times)
            known = self._known(small, small, small.new_zeros(len(small)), told)

            def denoise(noisy: Tensor, level: float) -> Tensor:
                return self.network_(noisy, noisy.new_full((len(noisy),), level), known)

            found = squares(denoise, large, noise.to(large), _JUDGED)
            return found.flatten(1).mean(dim=1)

        return self._apply(x, errors)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        base = self.base_[0]
        base.guidance = self.guidance
        return self._enlarged(base._sample_given(n, given, rng), given, rng)

    def _enlarged(self, small: np.ndarray, given: Any, rng: np.random.Generator) -> np.ndarray:
        """Return features of large images from those of small ones."""
        shape, form = self.schema_.full_shape, self.base_[0].schema_
        levels = [*np.geomspace(MOST, 0.02, self.sampling_steps).tolist(), 0.0]
        small = (np.asarray(small, np.float64).clip(0, 1) - self.middle_) / self.unit_
        noise = levels[0] * rng.standard_normal((len(small), *shape))
        more = rng.standard_normal(small.shape)
        parts = [noise, small, more]
        rows = np.hstack([part.reshape(len(small), -1) for part in parts])
        ends = ((0 - self.middle_) / self.unit_, (1 - self.middle_) / self.unit_)
        width, inner = int(np.prod(shape)), int(np.prod(form.full_shape))
        level = self.augmentation / 3

        def drawn(batch: Tensor) -> Tensor:
            cuts = [width, inner, inner, batch.shape[1] - width - 2 * inner]
            x, little, extra, told = batch.split(cuts, dim=1)
            little, extra = (one.reshape(-1, *form.full_shape) for one in (little, extra))
            added = little.new_full((len(little),), level)
            known = self._known(little, extra, added, told if given is not None else None)

            def denoise(noisy: Tensor, at: float) -> Tensor:
                found = self.network_(noisy, noisy.new_full((len(noisy),), at), known)
                return found.clamp(*ends)

            return dpm_solver(denoise, x.reshape(-1, *shape), levels)

        joined = self._joined(rows, given)
        return self._apply(joined, drawn, codes=True) * self.unit_ + self.middle_

    def _check_state(self) -> None:
        base = self.base_[0]
        if not isinstance(base, Diffusing) or base.condition_ != self.condition_:
            raise ValueError("its base is no diffusion model of the same conditions")
        if base.schema_ != self._small_form() or not self.unit_ > 0:
            raise ValueError("its base was fitted to images of another size")
        if not (self.usual_ > 0).all():
            raise ValueError("a usual error is not positive")
