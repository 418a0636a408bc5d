"""What autoencoders of full connections share."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from likely.autoencoders.bottleneck import choose_latent
from likely.autoencoders.manifold import Manifold, usual_square
from likely.base.capabilities import Encoder, Explainer, Reconstructor
from likely.base.state import Array, Weights
from likely.core.neighbours import difference_shares
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.data.features import LIMIT
from likely.data.form import Form
from likely.nets.deep_model import DeepModel, settled_order
from likely.nets.layers import Codec, dense
from likely.nets.scale import unsquash

_LEAST_SPREAD = 0.01
_MOST_KNOWN = 10_000
_FREEDOM = 4.0  # of Student's t, by which errors are likely
_NARROW = 64  # units of a layer; wider ones take smaller steps, in proportion (Yang et al., 2021)
_LEFT = 0.1  # share of the variance that a code chosen by "auto" may leave
_OVERFITTED = 2.0
_LEARNT_LITTLE = 0.9


class Reconstruction(Reconstructor, Encoder, Explainer, DeepModel, ABC):
    """A sample goes through a short code and back; `_corrupt` may spoil what goes in.

    Networks see the features of a sample as one vector. Defaults of training are short: on tables,
    codes of a few hundred steps rank as well as those of thousands.
    """

    additive = True
    _state_spec = {
        "latent_": Array(dtype="int64", low=1, high=4096),
        "limits_": Array(2, "width"),
        "spreads_": Array("width", low=0),
        "usual_": Array(2, low=0),
        "codes_": Array("row", "latent", rows=True),
        "network_": Weights(),
    }

    latent_: int
    limits_: np.ndarray
    spreads_: np.ndarray
    usual_: np.ndarray
    codes_: np.ndarray
    network_: Codec

    def __init__(
        self,
        latent: Annotated[int, Interval(1, 4096)] | Literal["auto"] = "auto",
        hidden: Sequence[int] = (64, 32),
        loss: Literal["mse", "bce"] = "mse",
        oddness: Literal["density", "error", "scaled", "likelihood"] = "density",
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.01,
        budget: str | float | None = "250 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.latent = latent
        self.hidden = hidden
        self.loss = loss
        self.oddness = oddness
        self.weight_decay = weight_decay
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _corrupt(self, batch: Tensor) -> Tensor:
        """Return what the encoder sees of a batch in training, shape (batch, width)."""
        return batch

    # -- training ----------------------------------------------------------------------------------

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        vars(self).pop("_manifold", None)
        self._order = settled_order(x)  # as the rows came does not matter
        x = x[self._order]
        width = self.schema_.width
        flat = self._tensor(x).numpy().astype(np.float64)
        low, high = flat.min(axis=0), flat.max(axis=0)
        if isinstance(self.schema_, Form) and self.schema_.kind == "image":
            low, high = np.zeros(width), np.ones(width)
        self.limits_ = np.array([low, np.where(high > low, high - low, 1.0)])
        if self.latent == "auto":
            self.latent_ = choose_latent(flat, rng, _LEFT)
        else:
            self.latent_ = max(1, min(self.latent, width - 1))
        self._variance = float(flat.var(axis=0).mean())
        self._known = np.array([], dtype=np.int64)
        if self.oddness == "density":
            self._known = some_rows(len(x), _MOST_KNOWN, rng)
        self._rows = x[self._known]
        super()._fit(x, rng)
        del self._rows

    def _network(self, schema: Any) -> nn.Module:
        sizes = (schema.width, *self._sizes, int(self.latent_))
        return Codec(dense(sizes), dense(sizes[::-1]))

    @property
    def _sizes(self) -> list[int]:
        return [max(size, 2 * int(self.latent_)) for size in self.hidden]

    def _rate(self) -> float:
        return self.learning_rate * min(1.0, _NARROW / max(self._sizes, default=1))

    def _loss(self, batch: Tensor) -> Tensor:
        found = self.network_(self._corrupt(batch))
        return self._losses(found, batch).mean(dim=1)

    def _losses(self, found: Tensor, x: Tensor) -> Tensor:
        """Return the loss of every feature, given what the network puts out."""
        if self.loss == "mse":
            return (found - x) ** 2
        low, length = self._limits(x)
        share = ((x - low) / length).clamp(0, 1)
        entropy = functional.binary_cross_entropy_with_logits(found, share, reduction="none")
        return entropy + (x - low - length * share) ** 2  # beyond the limits, by how far

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        learnt, unseen = self._errors(x)[1], self._errors(held_out)[1]
        both = np.vstack([learnt, unseen])
        self.spreads_ = np.maximum(np.sqrt((both**2).mean(axis=0)), _LEAST_SPREAD)
        self._training = float((learnt**2).mean()), float((unseen**2).mean())
        self.codes_ = np.empty((0, int(self.latent_)))
        self.usual_ = np.ones(2)
        if self.oddness == "density":
            self.codes_ = self._encode(self._rows)
            along = usual_square(self._manifold.known)
            off = float(((unseen / self.spreads_) ** 2).mean()) or 1.0
            self.usual_ = np.array([off, along])
            vars(self).pop("_manifold", None)

    def _noticed(self) -> list[str]:
        learnt, unseen = self._training
        found = []
        if unseen >= _LEARNT_LITTLE * self._variance > 0:
            found.append(
                f"Reconstructions of unseen samples leave {unseen / self._variance:.0%} of their "
                "variance: the network has found little that the samples have in common."
            )
        if unseen > _OVERFITTED * learnt:
            found.append(
                f"Unseen samples are restored {unseen / max(learnt, 1e-300):.1f} times as badly as "
                "those learnt from. More normal samples would help; "
                "likely.evaluation.learning_curve says how many."
            )
        return found

    # -- judging -----------------------------------------------------------------------------------

    def _score(self, x: np.ndarray) -> np.ndarray:
        if self.oddness == "density":
            return -self._density(*self._errors(x))[0]
        return -self._by_feature(x).sum(axis=1)

    def _score_training(self, x: np.ndarray) -> np.ndarray:
        scores = super()._score_training(x)
        if self.oddness == "density" and len(self._known) > 1:
            own = self._order[self._known]
            scores[own] = -self._density(*self._errors(x[own]), leave_self_out=True)[0]
        return scores

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        if self.oddness != "density":
            return self._by_feature(x).reshape(x.shape)
        restored, error = self._errors(x)
        oddness, *nearest = self._density(restored, error)
        off = _shares((error / self.spreads_) ** 2)
        shares = (off + difference_shares(restored + error, self._manifold.known, *nearest)) / 2
        return (oddness[:, None] * shares).reshape(x.shape)

    def _density(
        self, restored: np.ndarray, error: np.ndarray, *, leave_self_out: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return oddness off and along the manifold together, and distances to which known."""
        squares = ((error / self.spreads_) ** 2).mean(axis=1)
        off, along, far, positions = self._manifold.distances(
            restored, squares, leave_self_out=leave_self_out
        )
        return np.sqrt(off * along), far, positions

    @cached_property
    def _manifold(self) -> Manifold:
        return Manifold(self._apply(self.codes_, self._from_code, codes=True), self.usual_)

    def _by_feature(self, x: np.ndarray) -> np.ndarray:
        """Return how odd every feature is, shape (n, width)."""
        if self.loss == "bce" and self.oddness == "likelihood":
            return self._apply(x, lambda batch: self._losses(self.network_(batch), batch))
        squares = self._errors(x)[1] ** 2
        if self.oddness == "error":
            return squares
        squares /= self.spreads_**2
        if self.oddness == "scaled":
            return squares
        return 0.5 * (_FREEDOM + 1) * np.log1p(squares / _FREEDOM)

    def _errors(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return reconstructions and errors as the network sees them, shape (n, width) each."""
        both = self._apply(x, self._restored_and_error)
        return both[:, 0], both[:, 1]

    def _restored_and_error(self, batch: Tensor) -> Tensor:
        restored = self._put_out(self.network_(batch))
        return torch.stack([restored, batch - restored], dim=1)  # (batch, 2, width)

    # -- there and back ----------------------------------------------------------------------------

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return self._back(self._apply(x, lambda batch: self._put_out(self.network_(batch))))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, self.network_.encoder)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return self._back(self._apply(z, self._from_code, codes=True))

    def _from_code(self, codes: Tensor) -> Tensor:
        return self._put_out(self.network_.decoder(codes))

    def _put_out(self, found: Tensor) -> Tensor:
        if self.loss == "mse":
            return found
        low, length = self._limits(found)
        return low + length * torch.sigmoid(found)

    def _limits(self, like: Tensor) -> Tensor:
        return torch.from_numpy(self.limits_).to(like.device, like.dtype)

    def _tensor(self, x: np.ndarray) -> Tensor:
        return super()._tensor(x).reshape(len(x), -1)

    def _back(self, found: np.ndarray) -> np.ndarray:
        """Return features of the schema, given those that the network puts out."""
        if isinstance(self.schema_, Form):
            return found.reshape(-1, *self.schema_.full_shape)
        return unsquash(found)

    def _check_state(self) -> None:
        if self.codes_.shape[1] != self.latent_ or not (self.spreads_ > 0).all():
            raise ValueError("codes or spreads are not those of the network")
        if self.oddness != "density":
            return
        if not (len(self.codes_) and (self.usual_ > 0).all()):
            raise ValueError("there are no codes of known samples")
        with np.errstate(all="ignore"):
            known = self._apply(self.codes_, self._from_code, codes=True)
            if not (np.abs(known) <= LIMIT).all():
                raise ValueError("codes stand for nothing finite")


def _shares(squares: np.ndarray) -> np.ndarray:
    """Return the share of each feature in the sum of its row; even where all are 0."""
    total = squares.sum(axis=1, keepdims=True)
    return np.where(total > 0, squares / np.where(total > 0, total, 1.0), 1 / squares.shape[1])
