"""What flows share."""

from __future__ import annotations

from abc import ABC
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from likely.base.capabilities import Density, Encoder, Explainer, Sampler
from likely.base.conditional import Conditional
from likely.base.state import Array, Weights
from likely.core.errors import DataError, ParameterError
from likely.core.latent import path_between
from likely.data.schema import Schema
from likely.nets.bijections import Gaussianised
from likely.nets.columns import steps_between, within_steps
from likely.nets.deep_model import DeepModel
from likely.nets.pixels import levels_of, pixels, restore_pixels, stretch_pixels
from likely.nets.rng import seeded
from likely.nets.scale import stretch, unsquash

_USUAL = 0.25  # quantile of gains
_SETTLED_ON = {True: 20_000, False: 256}  # rows of a table, images


class Flow(Conditional, Density, Sampler, Encoder, Explainer, DeepModel, ABC):
    """A density by an invertible map to independent standard normal numbers."""

    additive = True
    _state_spec = {
        "typical_": Array(),
        "usual_gains_": Array("width"),
        "network_": Weights(),
    }

    oddness: str
    temperature: float
    typical_: float
    usual_gains_: np.ndarray
    network_: Gaussianised

    @final
    def interpolate(self, a: Any, b: Any, steps: int = 8, condition: Any = None) -> np.ndarray:
        """Return samples on the way from each sample of `a` to its partner in `b`.

        The way is straight among latent codes, and their length changes evenly, so that what lies
        between is as typical as the ends.

        Parameters
        ----------
        a, b : dataframe, array or list of n samples
            The two ends.
        steps : int in [2, inf), default 8
            Samples on each way, both ends among them.
        condition : as in `fit`, optional
            What all samples on a way are given, one row or label for each of the n ways.

        Returns
        -------
        ndarray of shape (n, steps, ...)
            In the user's own units, as of `sample`.
        """
        if not isinstance(steps, int | np.integer) or steps < 2:
            raise ParameterError(f"steps is {steps!r}; it must be a whole number of at least 2.")
        start, stop = self.encode(a, condition), self.encode(b, condition)
        if start.shape != stop.shape:
            raise DataError(
                f"a has {len(start)} samples and b has {len(stop)}; each needs a partner."
            )
        found = path_between(start, stop, int(steps))
        given = self._given(condition, len(start))
        codes = found.reshape(-1, *start.shape[1:])
        joined = self._joined(codes, None if given is None else given.repeat(int(steps), axis=0))
        drawn = self.schema_.restore(self._decode(joined))
        return drawn.reshape(len(start), int(steps), *drawn.shape[1:])

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        if isinstance(self.schema_, Schema):
            first, _ = self._apart(data[: _SETTLED_ON[True]], self._shape)
            self._noise = torch.from_numpy(steps_between(first.numpy())).float()
        super()._train(data, held_out, rng)

    def _settle(self, network: Gaussianised, data: Tensor) -> None:
        most = _SETTLED_ON[isinstance(self.schema_, Schema)]
        first, given = self._apart(data[:most], self._shape)
        with seeded(0):
            first = self._noisy(first)
        with torch.no_grad():
            network.bijection.settle(first, given)  # pyright: ignore[reportCallIssue] - a Bijection

    def _loss(self, batch: Tensor) -> Tensor:
        x, given = self._apart(batch, self._shape)
        return -self.network_.log_prob(self._noisy(x), given) / x[0].numel()  # nats a number

    def _noisy(self, batch: Tensor) -> Tensor:
        """Return samples whose repeated values are spread evenly over the steps between them."""
        if isinstance(self.schema_, Schema):
            return within_steps(batch, self._noise)
        return batch + (torch.rand_like(batch) - 0.5) / levels_of(self.schema_)

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        normal, gain = self._parts(held_out)
        self.typical_ = float(np.median((normal + gain).reshape(len(held_out), -1).sum(axis=1)))
        self.usual_gains_ = np.quantile(gain.reshape(len(held_out), -1), _USUAL, axis=0)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        normal, gain = self._parts(x)
        return (normal + gain).reshape(len(x), -1).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        normal, gain = self._parts(x)
        if self.oddness == "latent":
            return -normal
        if self.oddness == "robust":
            return -normal - np.minimum(gain, self.usual_gains_.reshape(self._shape))
        found = -normal - gain
        if self.oddness == "likelihood":
            return found
        total = found.reshape(len(x), -1).sum(axis=1)
        rest = np.abs(total + self.typical_) - total  # belongs to no column
        return found + (rest / np.prod(self._shape)).reshape(-1, *[1] * len(self._shape))

    def _parts(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return log-densities of latent numbers, and gains, in the shape of the features."""
        noise = self._fixed_noise()

        def parts(batch: Tensor) -> Tensor:
            seen, given = self._apart(batch, self._shape)
            return torch.stack(self.network_.parts(seen + noise.to(seen), given), dim=1)

        found, (x, _) = self._apply(x, parts), self._apart(x, self._shape)
        table = isinstance(self.schema_, Schema)
        return found[:, 0], found[:, 1] + (stretch(x) if table else stretch_pixels(x, self.schema_))

    def _fixed_noise(self) -> Tensor:
        """Return the noise that all images are scored with, of the shape of one; 0 for tables."""
        if isinstance(self.schema_, Schema):
            return torch.zeros(())
        levels = levels_of(self.schema_)
        noise = np.random.default_rng(0).random(self.schema_.full_shape) - 0.5
        return torch.from_numpy(noise / levels if self.schema_.levels else 0 * noise)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        codes = self.temperature * rng.normal(size=(n, *self._shape))
        return self._decode(self._joined(codes, given))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: self.network_.encode(*self._apart(batch, self._shape)))

    def _decode(self, z: np.ndarray) -> np.ndarray:
        shape, given = self._shape, self._given_width
        if z.shape[1:] != ((int(np.prod(shape)) + given,) if given else shape):
            raise DataError(
                f"Codes must have the shape (n, {', '.join(map(str, shape))}), as encode returns "
                f"them. Found the shape {(len(z), z[0].size - given)}."
            )
        found = self._apply(
            z, lambda batch: self.network_.decode(*self._apart(batch, shape)), codes=True
        )
        table = isinstance(self.schema_, Schema)
        return unsquash(found) if table else restore_pixels(found, self.schema_)

    def _tensor(self, x: np.ndarray) -> Tensor:
        if isinstance(self.schema_, Schema):
            return super()._tensor(x)
        images, given = self._apart(x, self._shape)
        return torch.from_numpy(self._joined(pixels(images, self.schema_), given))

    @property
    def _shape(self) -> tuple[int, ...]:
        """The shape of the features of one sample."""
        table = isinstance(self.schema_, Schema)
        return (self.schema_.width,) if table else self.schema_.full_shape
