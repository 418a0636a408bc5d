"""What variational autoencoders share."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from math import prod
from typing import Annotated, Any, Literal, final

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.capabilities import Density, Encoder, Explainer, Reconstructor, Sampler
from likely.base.state import Array, Weights
from likely.core.covariance import regularise, whitening
from likely.core.errors import DataError, ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.data.samples import Samples, describe_counts
from likely.nets.convolution import ConvolutionalDecoder, ConvolutionalEncoder
from likely.nets.deep_model import DeepModel
from likely.nets.gaussian_codec import GaussianCodec, divergence, fixed_noise, weighted_bound
from likely.nets.layers import Shortcut, dense
from likely.nets.likelihoods import LEVELS, LIKELIHOODS, make_likelihood
from likely.nets.residual import ResidualDecoder, ResidualEncoder
from likely.nets.scale import stretch, unsquash

_LEAST_SPREAD = 0.01
_IN_USE = 0.01  # nats of divergence from which a unit of the code counts as used
_TABLES = {"latent": 8, "hidden": (128, 64)}
_PICTURES = {"latent": 32, "hidden": (512, 512)}
_CODERS: dict[str, tuple[Any, Any]] = {
    "convolutional": (ConvolutionalEncoder, ConvolutionalDecoder),
    "residual": (ResidualEncoder, ResidualDecoder),
}
_WIDTHS = {"convolutional": (32, 64), "residual": (32, 64, 64)}
_MOST_DENSE = 1_024  # numbers in a sample that layers of full connections are for


class Variational(Density, Sampler, Reconstructor, Encoder, Explainer, DeepModel, ABC):
    """A variational autoencoder; `beta` is the weight of the divergence in what it minimises."""

    exact = False
    bound = (
        "a lower bound on the model's log-density, on average over draws: importance-weighted over "
        "`importance_samples` codes, the same noise for every sample"
    )
    additive = True
    beta: float = 1.0
    _state_spec = {
        "likelihood_": Array(dtype="int64", low=0, high=len(LIKELIHOODS) - 1),
        "spreads_": Array("width", low=0),
        "centre_": Array("latent"),
        "whitening_": Array("latent", "latent"),
        "divergences_": Array("latent", low=0),
        "network_": Weights(),
    }

    likelihood_: int
    spreads_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    divergences_: np.ndarray
    network_: GaussianCodec

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] | None = None,
        hidden: Sequence[int] | None = None,
        layers: Literal["auto", "dense", "convolutional", "residual"] = "auto",
        likelihood: Literal["auto", "gaussian", "bernoulli", "logistic"] = "auto",
        oddness: Literal["likelihood", "error", "joint"] = "joint",
        importance_samples: Annotated[int, Interval(1, 100_000)] = 50,
        warm_up: Annotated[float, Interval(0, 1)] = 0.1,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.004,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.hidden = hidden
        self.layers = layers
        self.likelihood = likelihood
        self.oddness = oddness
        self.importance_samples = importance_samples
        self.warm_up = warm_up
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def elbo(self, X: Any) -> np.ndarray:
        """Return the evidence lower bound of every sample, in nats and the user's own units.

        It is the mean of the log-weights of which `log_prob` takes the log of the mean.
        """
        self._check_plain()

        def mean(x: np.ndarray) -> np.ndarray:
            return self._in_units(x, lambda weights: weights.mean(dim=0))

        return self._over_batches(X, mean) + self._log_volume()

    def _describe(self, samples: Samples) -> Any:
        return describe_counts(samples)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.likelihood_ = LIKELIHOODS.index(self._chosen_likelihood(x))
        super()._fit(x, rng)

    def _chosen_likelihood(self, x: np.ndarray) -> str:
        """Return which likelihood suits the data, or raise an error if the one asked for doesn't.

        Bernoulli and discretised logistic are probabilities of values that the data must have.
        """
        binary = isinstance(self.schema_, Form) and bool(((x == 0) | (x == 1)).all())
        bytes_ = isinstance(self.schema_, Form) and self.schema_.levels == LEVELS and not binary
        bytes_ = bytes_ and self.schema_.plain and self.schema_.kind == "image"
        if self.likelihood == "auto":
            return "bernoulli" if binary else "logistic" if bytes_ else "gaussian"
        if (self.likelihood == "bernoulli" and not binary) or (
            self.likelihood == "logistic" and not bytes_
        ):
            needs = "values 0 and 1 only" if self.likelihood == "bernoulli" else "bytes"
            raise DataError(
                f"likelihood={self.likelihood!r} is for series and images of {needs}. Use "
                "'gaussian', or 'auto', which looks at the data."
            )
        return self.likelihood

    def _network(self, schema: Any) -> nn.Module:
        table = not isinstance(schema, Form)
        usual = _TABLES if table else _PICTURES
        latent = self.latent or min(usual["latent"], schema.width)
        shape = (schema.width,) if table else schema.full_shape
        likelihood = make_likelihood(LIKELIHOODS[self.likelihood_], shape)
        layers = self._chosen_layers(schema)
        if layers != "dense":
            encoder, decoder = _CODERS[layers]
            widths = self.hidden or _WIDTHS[layers]
            return GaussianCodec(
                encoder(schema.shape, schema.channels, 2 * latent, widths),
                decoder(schema.shape, schema.channels, latent, widths),
                likelihood,
            )
        hidden = usual["hidden"] if self.hidden is None else self.hidden
        down, up = (schema.width, *hidden, 2 * latent), (latent, *hidden[::-1], schema.width)
        if table:
            return GaussianCodec(Shortcut(dense(down)), Shortcut(dense(up)), likelihood)
        encoder = nn.Sequential(nn.Flatten(), dense(down))
        decoder = nn.Sequential(dense(up), nn.Unflatten(1, shape))
        return GaussianCodec(encoder, decoder, likelihood)

    def _chosen_layers(self, schema: Any) -> str:
        """Return which layers: as asked for, else convolutions for large samples with axes."""
        table = not isinstance(schema, Form)
        if self.layers in _CODERS and table:
            raise ParameterError(
                f"{type(self).__name__}: layers is {self.layers!r}, and the columns of a table "
                "have no neighbours. Use 'dense'."
            )
        large = not table and schema.width > _MOST_DENSE
        return self.layers if self.layers != "auto" else "convolutional" if large else "dense"

    def _loss(self, batch: Tensor) -> Tensor:
        network, weight = self.network_, self.beta
        restored, apart = network.terms(batch)
        if network.training:
            weight *= min(1.0, self._course.done / self.warm_up) if self.warm_up else 1.0
        return (weight * apart - restored) / prod(batch.shape[1:])  # nats a feature

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        errors = self._squares(held_out).reshape(len(held_out), -1)
        self.spreads_ = np.maximum(np.sqrt(errors.mean(axis=0)), _LEAST_SPREAD)
        codes = self._encode(x)
        self.centre_ = codes.mean(axis=0)
        centred = codes - self.centre_
        self.whitening_ = whitening(regularise(centred.T @ centred / len(codes), len(codes), 0.05))
        self.divergences_ = self._apply(
            held_out, lambda batch: divergence(*self.network_.posterior(batch))
        ).mean(axis=0)

    def _noticed(self) -> list[str]:
        used, units = int((self.divergences_ >= _IN_USE).sum()), len(self.divergences_)
        if used:
            return []
        return [
            f"The posterior has collapsed: none of the {units} numbers of a code says anything "
            "about the sample. Train longer, or make warm_up longer or beta smaller."
        ]

    def _score(self, x: np.ndarray) -> np.ndarray:
        if self.oddness == "likelihood":
            return self._in_units(x, weighted_bound)
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._in_units(x, weighted_bound)

    def _log_volume(self) -> float:
        """Return the nats between features and the user's units; probabilities have no unit."""
        return 0.0 if self.network_.likelihood.discrete else self.schema_.log_volume

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        if self.oddness != "likelihood":
            return self._errors(x)
        noise = self._noise()
        found = self._apply(x, lambda batch: self.network_.shares(batch, noise.to(batch)))
        found -= self._stretch(x)
        return self._with_rest(found, -self._score(x))

    def _errors(self, x: np.ndarray) -> np.ndarray:
        found = self._squares(x) / self.spreads_.reshape(x.shape[1:]) ** 2
        if self.oddness == "error":
            return found
        away = (self._encode(x) - self.centre_) @ self.whitening_
        total = found.reshape(len(x), -1).sum(axis=1) + (away**2).sum(axis=1)
        return self._with_rest(found, total)

    def _with_rest(self, by_feature: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Share what belongs to no feature, that the code is odd, equally among all of them."""
        rest = total - by_feature.reshape(len(total), -1).sum(axis=1)
        each = rest / prod(by_feature.shape[1:])
        return by_feature + each.reshape(-1, *[1] * (by_feature.ndim - 1))

    def _in_units(self, x: np.ndarray, summary: Callable[[Tensor], Tensor]) -> np.ndarray:
        """Return a summary of the log-weights of features, shape (n,)."""
        noise = self._noise()
        found = self._apply(
            x, lambda batch: summary(self.network_.log_weights(batch, noise.to(batch)))
        )
        return found + self._stretch(x).reshape(len(x), -1).sum(axis=1)

    def _noise(self) -> Tensor:
        return torch.from_numpy(fixed_noise(self.importance_samples, len(self.divergences_)))

    def _stretch(self, x: np.ndarray) -> np.ndarray:
        """Return the log-derivatives of what networks see of features, in the features' shape."""
        if isinstance(self.schema_, Form):
            return np.zeros_like(x)
        return stretch(x)

    def _squares(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: (self.network_(batch) - batch) ** 2)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._as_features(self._apply(x, self.network_))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: self.network_.posterior(batch)[0])

    def _decode(self, z: np.ndarray) -> np.ndarray:
        def mean(codes: Tensor) -> Tensor:
            return self.network_.likelihood.mean(self.network_.decoder(codes))

        return self._as_features(self._apply(z, mean, codes=True))

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        latent = len(self.divergences_)
        drawn = np.hstack(
            [rng.normal(size=(n, latent)), rng.uniform(1e-6, 1 - 1e-6, (n, self.schema_.width))]
        )

        def draw(batch: Tensor) -> Tensor:
            out = self.network_.decoder(batch[:, :latent])
            return self.network_.likelihood.draw(out, batch[:, latent:].reshape(out.shape))

        return self._as_features(self._apply(drawn, draw, codes=True))

    def _as_features(self, y: np.ndarray) -> np.ndarray:
        return y if isinstance(self.schema_, Form) else unsquash(y)
