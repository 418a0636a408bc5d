"""Stable Diffusion: weights that others learnt, driven by the verbs of this house."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, final

import numpy as np
import torch
from torch import Tensor

from likely.base.capabilities import Encoder, Reconstructor, Sampler
from likely.base.conditional import Conditional
from likely.core.errors import CannotDo, DataError, ParameterError
from likely.core.params import Interval, check_parameters
from likely.core.random import generator
from likely.data.form import Form
from likely.data.samples import Samples
from likely.nets import denoising
from likely.nets.denoising import Denoise
from likely.nets.device import find_device
from likely.nets.diffusers_folder import read_folder
from likely.nets.guidance import guided
from likely.nets.information import LEVELS, information
from likely.nets.noise import even_noise
from likely.nets.text_to_image import Pretrained

_PIXELS = 2**20  # of images that are drawn at once
_BYTES = 255.0
_GREY = 0.5


@dataclass(frozen=True)
class Prompts:
    """How texts are given to a model that reads any.

    Parameters
    ----------
    width : int
        Numbers of a text.
    """

    width: int


@final
class StableDiffusion(Conditional, Sampler, Encoder, Reconstructor):
    r"""Stable Diffusion (Rombach et al., 2022) with weights from a folder that diffusers wrote.

    It is `LatentDiffusion` as others trained it, on hundreds of millions of captioned images: a
    frozen text reader, a U-Net that takes noise off codes, and an autoencoder,

        z' ~ p(z | caption),   x' = D(z')

    Everything else is that of the models trained here: samplers, guidance, changing and completing
    images, how well a caption fits. It is not fitted and not in the catalogue; `likely.load` of the
    folder returns it as what was learnt.

    Parameters
    ----------
    folder : str
        As `StableDiffusionPipeline.save_pretrained` makes it: model_index.json and folders of
        safetensors files. Only what is on this machine is read, no code from it is run. If it has a
        safety checker, images that this finds improper are black.
    guidance : float in [0, 100], default 7.5
        How strongly prompts steer drawing; 1 is as learnt.
    negative : str, default ""
        What images should not show: guidance leads away from it. "": from images in general.
    sampler : {"dpm_solver", "ddim", "heun", "ancestral"}, default "dpm_solver"
        How images are drawn, as of `DDPM`; the scheduler that the folder names is not used.
    sampling_steps : int in [1, 100000], default 25
        Noise levels that drawing passes through.
    eta : float in [0, 1], default 0.0
        How much of the noise "ddim" draws anew at each step.
    size : int in [8, 4096] or None, default None
        Height and width of images in pixels. None: those that the weights were trained for.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the networks are.

    Notes
    -----
    `folder` and `size` count when the model is made. Networks compute in float32: those of version
    1.5 take 4 GB. There is no likelihood, and images are not judged.

    Without a condition, or with the prompt "", images are drawn as of nothing said.

    References
    ----------
    Rombach, R. et al. (2022). High-resolution image synthesis with latent diffusion models. CVPR.
    https://arxiv.org/abs/2112.10752 (arXiv:2112.10752)

    Examples
    --------
    >>> import likely
    >>> learned = likely.load("stable-diffusion-v1-5")  # doctest: +SKIP
    >>> learned.model.set_params(sampling_steps=40)  # doctest: +SKIP
    >>> learned.generate(4, prompt="a lighthouse at dawn", seed=1).shape  # doctest: +SKIP
    (4, 512, 512, 3)
    """

    precision = 1e-4
    offset_ = 0.0  # nothing was learnt from, so nothing is known of scores
    condition_: Any  # a `Prompts`

    def __init__(
        self,
        folder: str,
        guidance: Annotated[float, Interval(0, 100)] = 7.5,
        negative: str = "",
        sampler: denoising.Sampler = "dpm_solver",
        sampling_steps: Annotated[int, Interval(1, 100_000)] = 25,
        eta: Annotated[float, Interval(0, 1)] = 0.0,
        size: Annotated[int, Interval(8, 4096)] | None = None,
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
    ) -> None:
        self.folder = folder
        self.guidance = guidance
        self.negative = negative
        self.sampler: denoising.Sampler = sampler
        self.sampling_steps = sampling_steps
        self.eta = eta
        self.size = size
        self.device: Literal["auto", "cpu", "cuda", "mps"] = device
        check_parameters(self)
        self._parts = read_folder(folder)
        sides = self._parts.side if size is None else (size, size)
        if any(side % self._parts.shrinks for side in sides):
            raise ParameterError(
                f"{type(self).__name__}: size must be a multiple of {self._parts.shrinks}. "
                f"Got {size}."
            )
        self.condition_ = Prompts(self._parts.longest)
        self.schema_ = Form(
            "image", sides, 3, (0.0,) * 3, (_BYTES,) * 3, flat=False, whole=True, dtype="uint8"
        )
        self.n_features_in_ = self.schema_.n_features

    def vary(
        self, X: Any, strength: float = 0.5, seed: int | None = None, condition: Any = None
    ) -> np.ndarray:
        """Return images like given ones: noise is added and taken off again (Meng et al., 2022).

        Parameters
        ----------
        X : list of images, array of shape (n, height, width, 3) or folder
            Images to begin with, such as rough sketches; those of other sizes are resized.
        strength : float in (0, 1], default 0.5
            How far towards noise, as a share of the steps of sampling: little keeps the image, 1
            draws a new one.
        seed : int, optional
            The same seed gives the same images.
        condition : str or list of str, optional
            What the new images are to show: a prompt for all, or one each.
        """
        if not 0 < strength <= 1:
            raise ParameterError(f"strength is {strength!r}; it must be in (0, 1].")
        found = self.schema_.match(X)
        x, rng = self._view(self.schema_, found), generator(seed)
        levels = self._falling()
        levels = levels[round((1 - strength) * (len(levels) - 2)) :]
        noise = levels[0] * rng.standard_normal((len(x), *self._latent))
        start, given = self._codes(x) + noise, self._given(condition, len(x))
        return self.schema_.restore(self._drawn(start, given, levels, rng))

    def complete(
        self, X: Any, known: Any, seed: int | None = None, condition: Any = None
    ) -> np.ndarray:
        """Draw what is not known of images, given what is.

        At every noise level the codes of what is known are put back; those that also stand for
        unknown pixels are drawn.

        Parameters
        ----------
        X : as in `vary`
            Images; whatever is not known of them is not looked at.
        known : ndarray of bool, of shape (height, width) or (n, height, width)
            What is kept, in the size that is drawn.
        seed : int, optional
            The same seed draws the same images.
        condition : as in `vary`, optional
            What the whole image shows.
        """
        found = self.schema_.match(X)
        x, rng = self._view(self.schema_, found), generator(seed)
        kept = self._mask(known, len(x))
        levels = self._falling()
        noise = levels[0] * rng.standard_normal((len(x), *self._latent))
        codes = self._codes(np.where(kept, x, np.float32(_GREY)))
        places = self._parts.shrinks
        blocks = kept.reshape(len(x), 1, *np.stack([self._latent[1:], [places] * 2], 1).ravel())
        whole = np.asarray(blocks.all(axis=(3, 5)))
        given = self._given(condition, len(x))
        drawn = self._drawn(whole * codes + noise, given, levels, rng, codes, whole)
        return self.schema_.restore(np.where(kept, x, drawn))

    def match(self, X: Any, condition: Any) -> np.ndarray:
        """Return how well texts fit images: log p(z | text) / p(z), in nats.

        It is that of `DDPM.match`, of codes z. Above 0 a text fits better than none; far below 0 it
        contradicts the image.

        Parameters
        ----------
        X, condition : as in `vary`
            Images, and what is said of each.

        Returns
        -------
        ndarray of shape (n,)
        """
        return self._over_batches(X, self._match, condition)

    def _match(self, x: np.ndarray) -> np.ndarray:
        seen, given = self._apart(x, self.schema_.full_shape)
        noise = torch.stack([even_noise(self._latent, level, 1) for level in range(len(LEVELS))])

        def gained(codes: Tensor, tokens: Tensor) -> Tensor:
            told, free = (self._told(one) for one in (tokens, self._same("", len(codes))))
            return information(told, free, codes, noise.to(codes))

        return self._batches(gained, self._codes(seen), given)

    def _read(self, X: Any) -> Samples:
        raise CannotDo(
            f"{type(self).__name__} comes with its weights and is not fitted. `LatentDiffusion` "
            "learns images and captions of one's own."
        )

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self._read(x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        raise CannotDo(
            f"{type(self).__name__} draws images and does not judge them; `match` says how well a "
            "text fits an image. `LatentDiffusion` scores images like those it was fitted to."
        )

    def _given(self, condition: Any, n: int) -> np.ndarray:
        texts = [condition] if condition is None or isinstance(condition, str) else list(condition)
        for text in texts:
            if not (text is None or isinstance(text, str)):
                raise DataError(f"The prompt {text!r} is no text. Give one for all, or one each.")
        texts = texts * n if len(texts) == 1 else texts
        if len(texts) != n:
            raise DataError(f"There are {len(texts):,} prompts for {n:,} images. Give one each.")
        different = sorted({text or "" for text in texts})
        found = self._parts.tokens(different)
        return found[[different.index(text or "") for text in texts]].astype(np.float32)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        levels = self._falling()
        # the first that the U-Net sees are standard normal numbers, as where it is usually driven
        start = math.hypot(1, levels[0]) * rng.standard_normal((n, *self._latent))
        return self._drawn(start, given, levels, rng)

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._codes(self._apart(x, self.schema_.full_shape)[0])

    def _decode(self, z: np.ndarray) -> np.ndarray:
        if z.shape[1] != math.prod(self._latent) + self._given_width:
            raise DataError(f"Codes must have the shape {('n', *self._latent)}, as of `encode`.")
        return self._batches(self._parts.decode, self._apart(z, self._latent)[0])

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        seen = self._apart(x, self.schema_.full_shape)[0]
        return self._batches(lambda some: self._parts.decode(self._parts.encode(some)), seen)

    def _codes(self, x: np.ndarray) -> np.ndarray:
        return self._batches(self._parts.encode, x)

    def _drawn(
        self,
        start: np.ndarray,
        given: np.ndarray,
        levels: Sequence[float],
        rng: np.random.Generator,
        *fixed: np.ndarray,
    ) -> np.ndarray:
        """Return features of images whose codes begin with noise of the first level.

        Parameters
        ----------
        start : ndarray of shape (n, channel, height, width)
            The codes.
        given : ndarray of shape (n, longest)
            Tokens of the prompts.
        levels : sequence of float
            Falling noise levels, the last of them 0.
        rng : Generator
            Draws the noise of samplers that add some.
        *fixed : ndarray
            Codes of what is known, and where they are known.
        """
        source = torch.Generator().manual_seed(int(rng.integers(2**31)))

        def draw(like: Tensor) -> Tensor:
            return torch.randn(like.shape, generator=source, dtype=like.dtype).to(like)

        def drawn(x: Tensor, tokens: Tensor, *fixed: Tensor) -> Tensor:
            denoise = self._guided(tokens)
            if fixed:
                denoise = _keeping(denoise, *fixed)
            if self.sampler == "ddim":
                x = denoising.ddim(denoise, x, levels, draw, self.eta)
            else:
                x = getattr(denoising, self.sampler)(denoise, x, levels, draw)
            return self._parts.proper(self._parts.decode(x))

        return self._batches(drawn, start, given, *fixed)

    def _guided(self, tokens: Tensor) -> Denoise:
        """Return what takes noise off codes, guided to prompts and away from the negative one."""
        told = self._told(tokens)
        if self.guidance == 1:
            return told
        untold = self._told(self._same(self.negative, len(tokens)))
        return lambda x, level: guided(told(x, level), untold(x, level), self.guidance)

    def _told(self, tokens: Tensor) -> Denoise:
        return self._parts.denoise(self._parts.read(tokens))

    def _same(self, text: str, n: int) -> Tensor:
        """Return the tokens of one text n times."""
        one = torch.from_numpy(self._parts.tokens([text]))
        return one.to(find_device(self.device, self)).expand(n, -1)

    def _falling(self) -> list[float]:
        every, count = self._parts.levels, self.sampling_steps
        places = np.rint(np.arange(count, 0, -1) * len(every) / count).astype(int)
        return [*every[np.unique(np.maximum(places, 1))[::-1] - 1].tolist(), 0.0]

    def _mask(self, known: Any, n: int) -> np.ndarray:
        """Return which pixels are known, (n, 1, height, width)."""
        mask, shape = np.asarray(known), self.schema_.shape
        if mask.dtype != bool or mask.shape not in (shape, (n, *shape)):
            raise DataError(
                f"known must be an array of bool of the shape {shape} or {(n, *shape)}. Found "
                f"{mask.dtype} of shape {mask.shape}."
            )
        return np.broadcast_to(mask, (n, *shape))[:, None]

    def _batches(self, compute: Callable[..., Tensor], *arrays: np.ndarray) -> np.ndarray:
        """Return what networks make of samples, as many at a time as memory allows, as float64."""
        device = find_device(self.device, self)
        self._parts.to(device)
        steps = torch.float32 if device.type == "mps" else torch.float64  # codes, not networks
        step = max(1, _PIXELS // math.prod(self.schema_.shape))
        found = []
        with torch.inference_mode():
            for first in range(0, len(arrays[0]), step):
                some = [torch.from_numpy(np.array(one[first : first + step])) for one in arrays]
                made = compute(*[one.to(device, steps) for one in some])
                found.append(made.double().cpu().numpy())
        return np.concatenate(found)

    @property
    def _latent(self) -> tuple[int, int, int]:
        """The shape of the code of an image."""
        height, width = (side // self._parts.shrinks for side in self.schema_.shape)
        return self._parts.channels, height, width

    _parts: Pretrained


def _keeping(denoise: Denoise, codes: Tensor, known: Tensor) -> Denoise:
    """Return what takes noise off codes of which some are known."""
    return lambda x, level: torch.where(known > 0, codes, denoise(x, level))
