"""What models share that learn to take noise off samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar, final

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.capabilities import Density, Encoder, Explainer, Reconstructor, Sampler
from likely.base.captioned import Captioned
from likely.base.completer import Completer
from likely.base.state import Array, Weights
from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.form import Form
from likely.diffusion.judging import Judging
from likely.nets.columns import steps_between, within_steps
from likely.nets.deep_model import DeepModel
from likely.nets.denoiser import Denoiser
from likely.nets.denoising import Denoise, Draw, ancestral, ddim, dpm_solver, heun, step
from likely.nets.denoising_rows import DenseDenoiser
from likely.nets.information import LEVELS as TELLING
from likely.nets.information import information
from likely.nets.noise import MOST, Path, even_noise, spread_shares
from likely.nets.pixels import levels_of, pixels, restore_pixels, stretch_pixels
from likely.nets.probability_flow import EXACT, codes, log_density, samples
from likely.nets.repeated import Repeated
from likely.nets.scale import squash, stretch, unsquash
from likely.nets.text_reader import TextReader
from likely.nets.u_net import UNet

_HELD_OUT_DRAWS = 8_192  # of noise, by which training of tables stops early
_LEAST_UNIT = 0.1  # spreads, of a column that hardly varies
_SETTLED_ON = 20_000
_LEAST_LEVEL = 0.01  # at which densities and codes begin, in spreads
_PROBES = 4
_LOOKS = 4  # draws of noise by which conditions are compared, of samples of few numbers
_HIDDEN = {"dense": (256, 256, 256), "convolutional": (48, 64, 96)}
_DRAWN_TO_SETTLE = 128
_RETURNS = 5  # to more noise, at every level, when samples are completed
_SAMPLERS = {"ancestral": ancestral, "dpm_solver": dpm_solver, "heun": heun}


class Diffusing(
    Captioned,
    Judging,
    Density,
    Sampler,
    Encoder,
    Reconstructor,
    Explainer,
    Completer,
    DeepModel,
    ABC,
):
    """A network that takes noise off samples, and all that follows from it.

    A model brings `path`, at which scale the network sees samples; `_schedule`, noise levels to
    pass through; and `_level`, which levels are learnt.
    """

    exact = False
    bound = (
        "the density of samples with noise of 0.01 spreads, as the differential equation of the "
        "probability flow has it in `likelihood_steps` steps; of more than eight numbers in a "
        "sample its divergence is estimated"
    )
    additive = True
    anneals = True
    _state_spec: ClassVar = Judging._state_spec | {
        "middle_": Array("width"),
        "unit_": Array("width", low=0),
        "range_": Array(2, "width"),
        "repeated_": Array("value"),
        "near_": Array("value", low=0),
        "network_": Weights(),
    }

    layers: str
    hidden: Sequence[int] | None
    sampler: str
    sampling_steps: int
    eta: float
    guidance: float
    likelihood_steps: int
    middle_: np.ndarray
    unit_: np.ndarray
    range_: np.ndarray
    repeated_: np.ndarray
    near_: np.ndarray
    network_: Denoiser

    @property
    @abstractmethod
    def path(self) -> Path:
        """At which scale the network sees samples, and what it foretells."""

    @abstractmethod
    def _schedule(self, count: int) -> np.ndarray:
        """Return noise levels to pass through, rising, (count,)."""

    @abstractmethod
    def _level(self, share: Tensor) -> Tensor:
        """Return the noise levels to learn at, for numbers spread evenly over [0, 1)."""

    @final
    def vary(
        self, X: Any, strength: float = 0.5, seed: int | None = None, condition: Any = None
    ) -> np.ndarray:
        """Return samples like given ones: noise is added and taken off again (Meng et al., 2022).

        Parameters
        ----------
        X : as in `fit`
            Samples to begin with, such as a rough sketch.
        strength : float in (0, 1], default 0.5
            How far towards noise, as a share of the steps of sampling: little keeps the sample, 1
            draws a new one.
        seed : int, optional
            The same seed gives the same samples.
        condition : as in `fit`, optional
            What the new samples are given.
        """
        self._check_fitted()
        if not 0 < strength <= 1:
            raise ParameterError(f"strength is {strength!r}; it must be in (0, 1].")
        found = self.schema_.match(X)
        x, rng = self._view(self.schema_, found), generator(seed)
        levels = self._falling()
        levels = levels[round((1 - strength) * (len(levels) - 2)) :]
        noise = levels[0] * rng.standard_normal(x.shape)
        start = self._joined(self._normal(x) + noise, self._given(condition, len(x)))
        return self.schema_.restore(self._drawn(start, levels, rng))

    @final
    def match(self, X: Any, condition: Any) -> np.ndarray:
        """Return how well captions, or other conditions, fit samples: log p(x | c) / p(x), in nats.

        It is estimated by how much better noise is taken off a sample by whoever is told the
        condition (Kong et al., 2024). Above 0 a condition fits better than none; far below 0 it
        contradicts the sample.

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
        every = range(len(TELLING))
        noise = torch.stack([even_noise(self._shape, level, _LOOKS) for level in every])

        def gained(batch: Tensor) -> Tensor:
            seen, given = self._apart(batch, self._shape)
            told, free = (self._denoise(given, guidance=much) for much in (1.0, 0.0))
            return information(told, free, seen, noise.to(seen))

        return self._apply(x, gained)

    def _network(self, schema: Any) -> nn.Module:
        layers, shape, given = self._chosen_layers(schema), self._shape, self._given_width
        hidden = self.hidden or _HIDDEN[layers]
        captions, reader = self._captions, None
        if captions is not None:
            reader, given = TextReader(captions.size, captions.longest), 0
        maps = layers != "dense"
        if maps:
            network: nn.Module = UNet(shape[1:], 2 * shape[0], shape[0], hidden, 1, given, reader)
        else:
            network = DenseDenoiser(shape, hidden, given, reader)
        return Denoiser(network, self.path, schema.width, given, twice=maps)

    def _chosen_layers(self, schema: Any) -> str:
        table = not isinstance(schema, Form)
        if self.layers == "convolutional" and table:
            raise ParameterError(
                f"{type(self).__name__}: layers is 'convolutional', and the columns of a table "
                "have no neighbours. Use 'dense'."
            )
        return self.layers if self.layers != "auto" else "dense" if table else "convolutional"

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        seen = self._plain(self._apart(x, self._shape)[0]).reshape(len(x), -1)
        self.middle_ = seen.mean(axis=0, dtype=np.float64)
        spread = np.sqrt(np.square(seen - self.middle_).mean(axis=0))
        if isinstance(self.schema_, Form):
            spread = np.full_like(spread, np.sqrt(np.square(spread).mean()))
            self.unit_ = np.where(spread > 0, spread, 1.0)
        else:
            self.unit_ = np.maximum(spread, _LEAST_UNIT)
        ends = [seen.min(axis=0), seen.max(axis=0)]
        if self._image:
            ends = [np.full_like(spread, end) for end in (-0.5, 0.5)]
        self.range_ = np.stack([(end - self.middle_) / self.unit_ for end in ends])
        self.repeated_ = self.near_ = np.empty(0)
        super()._fit(x, rng)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        super()._learn_scores(x, held_out)
        if not self._image:  # tables have their own way, and series hardly any
            return
        learnt, given = self._apart(x, self._shape)
        some = np.linspace(0, len(x) - 1, _DRAWN_TO_SETTLE).astype(int)
        drawn = self._sample_given(
            len(some), None if given is None else given[some], generator(self.seed)
        )
        found = Repeated.learn(learnt, drawn)
        self.repeated_, self.near_ = found.values, found.widths

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        if not isinstance(self.schema_, Form):
            first = self._apart(data[:_SETTLED_ON], self._shape)[0].numpy()
            self._steps = torch.from_numpy(steps_between(first * self.unit_)).float()
            if held_out is not None:  # its loss varies less with several draws of noise a row
                held_out = held_out.repeat(max(1, _HELD_OUT_DRAWS // len(held_out)), 1)
        super()._train(data, held_out, rng)

    def _settle(self, network: Denoiser, data: Tensor) -> None:
        network.settle(*self._apart(data[:_SETTLED_ON], self._shape))

    def _loss(self, batch: Tensor) -> Tensor:
        x, given = self._apart(batch, self._shape)
        noise = torch.randn_like(x)
        levels = self._level(spread_shares(x))
        return self.network_.loss(self._even(x), levels.to(x), noise, given)

    def _even(self, x: Tensor) -> Tensor:
        """Return samples whose repeated values are spread evenly over the steps between them."""
        unit, middle = (torch.from_numpy(one).to(x) for one in (self.unit_, self.middle_))
        if not isinstance(self.schema_, Form):
            return (within_steps(x * unit + middle, self._steps) - middle) / unit
        if not self._image:
            return x
        return x + (torch.rand_like(x) - 0.5) / levels_of(self.schema_) / unit[0]

    def _denoise(
        self, given: Tensor | None, *, drawing: bool = False, guidance: float = 1.0
    ) -> Denoise:
        """Return what takes noise off samples that are given something.

        Parameters
        ----------
        given : Tensor of shape (batch, given) or None
            What they are given.
        drawing : bool
            Whether samples are drawn: they are guided then, and stay within what was learnt.
        guidance : float, default 1.0
            How much what they are given counts, if they are not drawn.
        """
        guidance = self.guidance if drawing else guidance
        ends = torch.from_numpy(self.range_).unflatten(1, self._shape)

        def denoise(x: Tensor, level: float) -> Tensor:
            found = self.network_(x, x.new_full((len(x),), level), given, guidance)
            return found.clamp(*ends.to(x)) if drawing else found

        return denoise

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        levels = self._falling()
        noise = levels[0] * rng.standard_normal((n, *self._shape))
        return self._drawn(self._joined(noise, given), levels, rng)

    def _falling(self) -> list[float]:
        return [*self._schedule(self.sampling_steps)[::-1].tolist(), 0.0]

    def _drawn(
        self, start: np.ndarray, levels: Sequence[float], rng: np.random.Generator
    ) -> np.ndarray:
        """Return features of samples that begin with noise of the first level."""
        draw = _drawing(rng)

        def drawn(batch: Tensor) -> Tensor:
            x, given = self._apart(batch, self._shape)
            denoise = self._denoise(given, drawing=True)
            if self.sampler == "ddim":
                return ddim(denoise, x, levels, draw, self.eta)
            return _SAMPLERS[self.sampler](denoise, x, levels, draw)

        found = self._back(self._apply(start, drawn, codes=True))
        return Repeated(self.repeated_, self.near_).settled(found)

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw what is not known; after every step some go back to more noise (RePaint).

        Lugmayr et al. (2022): what was drawn and what is known so come to fit together.
        """
        levels, draw = self._falling(), _drawing(rng)
        start = levels[0] * rng.standard_normal(x.shape)
        together = np.stack([start, self._normal(x), known.reshape(x.shape)], axis=1)

        def filled(batch: Tensor) -> Tensor:
            moving, fixed, kept = batch.unbind(1)
            denoise = self._denoise(None, drawing=True)
            for level, after in pairwise(levels):
                for turn in range(_RETURNS if after > 0 else 1):
                    if turn:
                        moving = moving + (level**2 - after**2) ** 0.5 * draw(moving)
                    moving = torch.where(kept > 0, fixed + level * draw(moving), moving)
                    sample = torch.where(kept > 0, fixed, denoise(moving, level))
                    moving = step(moving, sample, level, after, 1.0, draw)
            return moving

        found = self._back(self._apply(together, filled, codes=True))
        return np.where(known, x, Repeated(self.repeated_, self.near_).settled(found))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: self._flowing(batch, codes))

    def _decode(self, z: np.ndarray) -> np.ndarray:
        shape, given = self._shape, self._given_width
        if z.shape[1:] != ((int(np.prod(shape)) + given,) if given else shape):
            raise DataError(
                f"Codes must have the shape (n, {', '.join(map(str, shape))}), as encode returns "
                f"them. Found the shape {(len(z), z[0].size - given)}."
            )
        found = self._apply(z, lambda batch: self._flowing(batch, samples), codes=True)
        return self._back(found)

    def _flowing(self, batch: Tensor, way: Any) -> Tensor:
        x, given = self._apart(batch, self._shape)
        return way(self._denoise(given), x, self._rising())

    def _rising(self) -> list[float]:
        return np.geomspace(_LEAST_LEVEL, MOST, self.likelihood_steps + 1).tolist()

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        probes = None
        if self.schema_.width > EXACT:
            signs = np.random.default_rng(0).choice([-1.0, 1.0], (_PROBES, *self._shape))
            probes = torch.from_numpy(signs)

        def density(batch: Tensor) -> Tensor:
            # gradients are asked for inside
            with torch.inference_mode(mode=False), torch.no_grad():
                seen, given = self._apart(batch.clone(), self._shape)
                return log_density(self._denoise(given), seen, self._rising(), probes)

        found, (x, _) = self._apply(x, density), self._apart(x, self._shape)
        return found + self._volumes(x)

    def _volumes(self, x: np.ndarray) -> np.ndarray:
        """Return how much denser samples lie among features than as the network sees them."""
        volumes = stretch_pixels(x, self.schema_) if self._image else stretch(x)
        return volumes.reshape(len(x), -1).sum(axis=1) - np.log(self.unit_).sum()

    def _tensor(self, x: np.ndarray) -> Tensor:
        seen, given = self._apart(x, self._shape)
        joined = self._joined(self._normal(seen), given)
        return torch.from_numpy(np.ascontiguousarray(joined, dtype=np.float32))

    def _plain(self, x: np.ndarray) -> np.ndarray:
        """Return features drawn in, with pixels about 0."""
        return pixels(x, self.schema_) if self._image else squash(x)

    def _normal(self, x: np.ndarray) -> np.ndarray:
        """Return features as the network sees them: about 0, with spreads of about 1."""
        rows = self._plain(x).reshape(len(x), -1)
        return ((rows - self.middle_) / self.unit_).reshape(x.shape)

    def _back(self, y: np.ndarray) -> np.ndarray:
        """Return what the network made as features."""
        rows = y.reshape(len(y), -1) * self.unit_ + self.middle_
        found = rows.reshape(y.shape)
        return restore_pixels(found, self.schema_) if self._image else unsquash(found)

    def _check_state(self) -> None:
        super()._check_state()
        if not (self.unit_ > 0).all():
            raise ValueError("a unit is not positive")

    @property
    def _image(self) -> bool:
        """Whether samples are images."""
        return isinstance(self.schema_, Form) and self.schema_.kind == "image"

    @property
    def _shape(self) -> tuple[int, ...]:
        """The shape of the features of one sample."""
        return self.schema_.full_shape if isinstance(self.schema_, Form) else (self.schema_.width,)


def _drawing(rng: np.random.Generator) -> Draw:
    """Return what draws standard normal numbers, the same on every device."""
    source = torch.Generator().manual_seed(int(rng.integers(2**31)))

    def draw(like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=source, dtype=like.dtype).to(like.device)

    return draw
