"""The autoencoder with a codebook."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.capabilities import Encoder, Explainer, Reconstructor, Sampler
from likely.base.state import Array, Weights
from likely.core.errors import DataError
from likely.core.params import Interval
from likely.data.form import Form
from likely.nets.convolution import ConvolutionalDecoder, ConvolutionalEncoder, stages
from likely.nets.deep_model import DeepModel
from likely.nets.layers import Everywhere, Shortcut, dense
from likely.nets.scale import unsquash
from likely.nets.vector_quantiser import QuantisingCodec, VectorQuantiser

_COMMITMENT = 0.25
_LEAST_SPREAD = 0.01
_FEW_IN_USE = 0.5
_HIDDEN = (64, 32)
_WIDTHS = (32, 64)


class VQVAE(Reconstructor, Encoder, Explainer, Sampler, DeepModel):
    r"""Autoencoder whose codes are a few out of a codebook (van den Oord et al., 2017).

    The encoder makes vectors: one a place of the coarse map that its convolutions end with, or
    `positions` of them for a row of a table. Each is replaced by the nearest vector of one
    codebook, and the decoder sees those only. Codes follow the vectors they stand for by a running
    mean, and dead ones are put where vectors are. A vector is drawn to its code with weight 0.25;
    the gradient of the decoder goes past the replacement to the encoder.

    Samples are drawn from a prior that knows how often each code stands in each place, and takes
    places for independent of one another; to this the usual error of every feature is added.

    Parameters
    ----------
    codes : int in [2, 65536], default 128
        Vectors in the codebook.
    code_width : int in [1, 1024], default 16
        Numbers in each.
    positions : int in [1, 1024], default 2
        Codes a row of a table; of series and images the convolutions decide.
    hidden : sequence of int or None, default None
        Of a table the sizes of layers, usually (64, 32). Of series and images the channels behind
        each stage of convolutions, usually (32, 64); each stage halves the axes.
    oddness : {"error", "joint"}, default "error"
        Squared errors in units of the usual error of every feature, or their surprise together
        with that of the codes under the prior, in nats.
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `QuantisingCodec` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    in_use_ : float
        Share of the codes that any training sample has, in [0, 1].
    perplexity_ : float
        Of these codes: how many there would be if all were as frequent.
    bits_ : float
        Mean length of a sample held out under the prior, in bits.

    Notes
    -----
    **Intuition.** A sample spelled in a small alphabet of parts.

    **Formula.** $L = \lVert x - g(e_k) \rVert^2 / (d s^2) + \beta \lVert z - e_k \rVert^2 / m$,
    where x has d numbers of about the mean variance s², g is the decoder, z the m numbers that the
    encoder makes, e_k the nearest vectors of the codebook, which get no gradient but follow a
    running mean, and β is 0.25.

    **When to use.** Codes that are a few whole numbers, for another model to learn, as
    `LatentDiffusion` does.

    **Where it fails.** Samples of its own hang together little, since the prior takes places for
    independent; with codes too many or training too short few are in use, of which it warns.

    **Cost.** As an autoencoder of such layers, and for each place of the code as many distances as
    there are `codes`.

    References
    ----------
    van den Oord, A., Vinyals, O. & Kavukcuoglu, K. (2017). Neural discrete representation learning.
    NeurIPS. https://arxiv.org/abs/1711.00937 (arXiv:1711.00937)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import VQVAE
    >>> t = np.random.default_rng(0).normal(size=(300, 1))
    >>> model = VQVAE(codes=32, positions=1, budget="600 steps").fit(np.hstack([t, 2 * t, -t]))
    >>> model.predict([[1.0, 2.0, -1.0], [1.0, -9.0, 9.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1711.00937"}
    fast = {"budget": "200 steps", "hidden": (16,), "codes": 64, "positions": 1, "code_width": 4}
    additive = True
    between = False
    _state_spec = {
        "spreads_": Array("width", low=0),
        "prior_": Array("position", "code", high=0),
        "network_": Weights(),
    }

    spreads_: np.ndarray
    prior_: np.ndarray
    network_: QuantisingCodec  # pyright: ignore[reportIncompatibleVariableOverride]
    in_use_: float
    perplexity_: float
    bits_: float

    def __init__(
        self,
        codes: Annotated[int, Interval(2, 65_536)] = 128,
        code_width: Annotated[int, Interval(1, 1024)] = 16,
        positions: Annotated[int, Interval(1, 1024)] = 2,
        hidden: Sequence[int] | None = None,
        oddness: Literal["error", "joint"] = "error",
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.codes = codes
        self.code_width = code_width
        self.positions = positions
        self.hidden = hidden
        self.oddness = oddness
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        variance = max(float(np.var(self._tensor(x).numpy(), axis=0).mean()), 1e-6)
        self._variance = 2.0 ** round(np.log2(variance))  # the order of the rows must not matter
        super()._fit(x, rng)

    def _network(self, schema: Any) -> nn.Module:
        width, quantiser = self.code_width, VectorQuantiser(self.codes, self.code_width)
        if isinstance(schema, Form):
            widths = self.hidden or _WIDTHS
            down = ConvolutionalEncoder(schema.shape, schema.channels, 1, widths).features
            up = ConvolutionalDecoder(schema.shape, schema.channels, 1, widths).layers
            reached = len(stages(schema.shape, len(widths))) - 1
            inner = widths[reached - 1] if reached else schema.channels
            return QuantisingCodec(
                nn.Sequential(down, Everywhere(inner, width)),
                quantiser,
                nn.Sequential(Everywhere(width, inner), up),
            )
        hidden = _HIDDEN if self.hidden is None else self.hidden
        sizes = (schema.width, *hidden, self.positions * width)
        return QuantisingCodec(
            nn.Sequential(Shortcut(dense(sizes)), nn.Unflatten(1, (width, self.positions))),
            quantiser,
            nn.Sequential(nn.Flatten(), Shortcut(dense(sizes[::-1]))),
        )

    def _loss(self, batch: Tensor) -> Tensor:
        restored, apart = self.network_.learn(batch)
        error = ((restored - batch) ** 2).flatten(1).mean(dim=1)
        return error / self._variance + _COMMITMENT * apart

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        errors = self._squares(held_out).reshape(len(held_out), -1)
        self.spreads_ = np.maximum(np.sqrt(errors.mean(axis=0)), _LEAST_SPREAD)
        codes = self.network_.quantiser.codes.shape[0]
        learnt, new = (self._encode(part).astype(np.int64) for part in (x, held_out))
        learnt, new = learnt.reshape(len(learnt), -1), new.reshape(len(new), -1)
        counts = np.stack([np.bincount(place, minlength=codes) for place in learnt.T])
        smooth = counts + 1.0 / codes  # one sample more, with all codes in every place
        self.prior_ = np.log(smooth / smooth.sum(axis=1, keepdims=True))
        self.bits_ = float(self._surprise(new).sum(axis=1).mean() / np.log(2))
        shares = counts.sum(axis=0) / counts.sum()
        self.in_use_ = float((shares > 0).mean())
        self.perplexity_ = float(np.exp(-(shares[shares > 0] * np.log(shares[shares > 0])).sum()))

    def _noticed(self) -> list[str]:
        if self.in_use_ >= _FEW_IN_USE:
            return []
        return [
            f"Only {self.in_use_:.0%} of the codes are in use (perplexity {self.perplexity_:.1f}). "
            "Fewer codes would do, or more training."
        ]

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        spreads = self.spreads_.reshape(x.shape[1:])
        squares = self._squares(x) / spreads**2
        if self.oddness == "error":
            return squares
        found = 0.5 * squares + np.log(spreads * np.sqrt(2 * np.pi))
        codes = self._encode(x).astype(np.int64).reshape(len(x), -1)
        each = self._surprise(codes).sum(axis=1) / prod(x.shape[1:])
        return found + each.reshape(-1, *[1] * (x.ndim - 1))

    def _surprise(self, codes: np.ndarray) -> np.ndarray:
        """Return the surprise of codes under the prior in nats, shape (n, position)."""
        return -self.prior_[np.arange(codes.shape[1]), codes]

    def _squares(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, lambda batch: (self.network_(batch) - batch) ** 2)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._as_features(self._apply(x, self.network_))

    @property
    def code_vectors(self) -> np.ndarray:
        """The vector that each code stands for, (codes, code_width), float64."""
        self._check_fitted()
        return self.network_.quantiser.codes.detach().double().cpu().numpy()

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, self.network_.encode)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        shape = self.network_.places(self._one())
        codes = len(self.network_.quantiser.codes)
        if z.shape[1:] != shape or (z != np.rint(z)).any() or z.min() < 0 or z.max() >= codes:
            raise DataError(
                f"Codes must be whole numbers from 0 to {codes - 1} of shape (n, "
                f"{', '.join(map(str, shape))}), as encode returns them. Found the shape {z.shape}."
            )
        return self._as_features(self._apply(z, self.network_.decode, codes=True))

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        shape = self.network_.places(self._one())
        chances = np.exp(self.prior_).cumsum(axis=1)  # (position, code)
        draws = rng.random((n, len(chances), 1))
        codes = np.minimum((draws > chances).sum(axis=2), chances.shape[1] - 1)
        places = codes.reshape(n, *shape).astype(np.float64)
        drawn = self._apply(places, self.network_.decode, codes=True)
        noise = rng.normal(size=(n, self.spreads_.size)) * self.spreads_
        return self._as_features(drawn + noise.reshape(drawn.shape))

    def _one(self) -> Tensor:
        """Return one sample of zeros, as the network takes it."""
        shape = self.schema_.full_shape if isinstance(self.schema_, Form) else (self.schema_.width,)
        weight = next(self.network_.parameters())
        return torch.zeros((1, *shape), dtype=weight.dtype, device=weight.device)

    def _as_features(self, y: np.ndarray) -> np.ndarray:
        return y if isinstance(self.schema_, Form) else unsquash(y)
