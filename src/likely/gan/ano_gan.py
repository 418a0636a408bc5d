"""Detection by a generator, which is asked whether it could have made a sample."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, Literal, cast

import numpy as np
import torch
from sklearn.base import clone
from torch import Tensor, nn

from likely.base.capabilities import Encoder, Explainer, Reconstructor, Sampler
from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.form import Form
from likely.gan.adversarial import Adversarial
from likely.gan.gan import GAN
from likely.nets.adversarial import Game
from likely.nets.budget import divided
from likely.nets.convolution import ConvolutionalEncoder
from likely.nets.deep_model import DeepModel
from likely.nets.layers import Bounded, Shortcut, dense
from likely.nets.scale import unsquash

_WIDTHS, _HIDDEN = (32, 64), (128, 64)  # of the encoder of images, of all others
_MOST_OF_CODES = 3.0  # spreads, beyond which the generator has hardly learnt
_LEAST_SPREAD = 0.01
_LEAST = 1e-12
_RATE = 0.05  # of the descent


class AnoGAN(Encoder, Reconstructor, Explainer, Sampler, DeepModel):
    r"""Whether a generator could have made a sample (Schlegl et al., 2017, 2019).

        oddness(x) = |x - G(E(x))|^2 + weight |f(x) - f(G(E(x)))|^2

    A generator G has learnt to make ordinary samples and no others. An encoder E learns which code
    it makes a sample of, and what comes back is compared with the sample, by its numbers and by
    what the discriminator sees of both, f. All differences are in units of those on samples that
    were not learnt from. Codes stay within three spreads of the normal distribution that the
    generator learnt from, so what lies farther out does not come back.

    Parameters
    ----------
    generator : str or Adversarial model, default "auto"
        What has learnt to make samples: its name, such as "GAN", "WGAN", "DCGAN" or "StyleGAN", or
        a model with settings of one's own (it is copied, not fitted). "auto": `DCGAN` for images,
        else `WGAN`.
    oddness : {"residual", "code", "descent"}, default "residual"
        How it is measured. "residual": as above (f-AnoGAN). "code": by how far the code of what
        comes back is from the code of the sample, as GANomaly does (Akcay, Atapour-Abarghouei &
        Breckon, 2018). "descent": as "residual", after the code was improved by going down the
        slope (AnoGAN); slow.
    weight : float in [0, 1000], default 1.0
        Of what the discriminator sees.
    descent_steps : int in [1, 10000], default 100
        Steps of "descent".
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often the encoder sees every sample at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step of the encoder.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training the encoder, and a generator that is named as text: half of the time for
        each of them, or as many steps.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where networks are.
    network : Module or None, default None
        An encoder of one's own, from samples to codes; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training the encoder.
    seed : int in [0, inf), default 0
        Of weights, batches and codes.

    Attributes
    ----------
    generator_ : list of one Adversarial model
        The fitted generator.

    Notes
    -----
    There is no likelihood. Contributions share the oddness of a sample out among its numbers as
    their squared differences are.

    **Intuition.** If what the generator makes in a sample's place is unlike the sample, the sample
    is odd.

    **Formula.** $A(x) = \frac1d \lVert (x - G(E(x))) / s \rVert^2 + \frac{\kappa}{m} \lVert
    (\phi(x) - \phi(G(E(x)))) / r \rVert^2$, where x has d numbers, G is the generator, E the
    encoder to its codes, φ are the m features that the discriminator sees, s and r the usual sizes
    of the differences, number by number, and κ is `weight`. Scores are −A.

    **When to use.** Detection where a generator of the normal is wanted anyway.

    **Where it fails.** What the generator has not learnt of the normal is called odd as well, and
    so is what the encoder finds no fitting code of.

    **Cost.** Training a generator, then an encoder with passes of all three networks; to judge, a
    pass of the generator and two each of encoder and discriminator; "descent" adds `descent_steps`
    passes and gradients.

    References
    ----------
    Schlegl, T. et al. (2017). Unsupervised anomaly detection with generative adversarial networks
    to guide marker discovery. IPMI. https://arxiv.org/abs/1703.05921 (arXiv:1703.05921)
    Schlegl, T. et al. (2019). f-AnoGAN: Fast unsupervised anomaly detection with generative
    adversarial networks. Medical Image Analysis 54, 30-44.
    https://doi.org/10.1016/j.media.2019.01.010
    Akcay, S., Atapour-Abarghouei, A. & Breckon, T. P. (2018). GANomaly: Semi-supervised anomaly
    detection via adversarial training. ACCV. https://arxiv.org/abs/1805.06725

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import GAN, AnoGAN
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
    >>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
    >>> model = AnoGAN(GAN(budget="200 steps"), budget="100 steps").fit(ring)
    >>> model.predict([[1.0, 0.0], [3.0, 3.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1703.05921"}
    fast = {"generator": GAN(**GAN.fast), "budget": "60 steps", "batch_size": 16}
    additive = True
    _state_spec = {
        "generator_": Members(),
        "latent_": Array(dtype="int64", low=1, high=4096),
        "spreads_": Array("width", low=0),
        "spreads_seen_": Array("feature", low=0),
        "spreads_of_codes_": Array("latent", low=0),
        "network_": Weights(),
    }

    generator_: list[Any]
    latent_: int
    spreads_: np.ndarray
    spreads_seen_: np.ndarray
    spreads_of_codes_: np.ndarray
    network_: nn.Module

    def __init__(
        self,
        generator: str | Model = "auto",
        oddness: Literal["residual", "code", "descent"] = "residual",
        weight: Annotated[float, Interval(0, 1000)] = 1.0,
        descent_steps: Annotated[int, Interval(1, 10_000)] = 100,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.generator = generator
        self.oddness = oddness
        self.weight = weight
        self.descent_steps = descent_steps
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        generator = self._chosen_generator()
        generator._fit_features(self.schema_, x, rng)
        self.generator_ = [generator]
        self.latent_ = generator.network_.latent
        super()._fit(x, rng)

    def _chosen_generator(self) -> Adversarial:
        kind = self.schema_.kind if isinstance(self.schema_, Form) else "table"
        name = self.generator
        if name == "auto":
            name = "DCGAN" if kind == "image" else "WGAN"
        cls = catalogue.entry(name).load() if isinstance(name, str) else type(name)
        if not issubclass(cls, Adversarial) or kind not in cls.card["kinds"]:
            raise ParameterError(
                f"{type(self).__name__}: generator is {cls.__name__}, which is no adversarial "
                f"model of the kind {kind!r}. Use 'auto', or one such as 'GAN' or 'WGAN'."
            )
        if not isinstance(name, str):
            return cast(Adversarial, clone(name))
        settings = {"budget": divided(self.budget, 2), "device": self.device, "seed": self.seed}
        return cast(Adversarial, catalogue.make(name, **settings))

    def _check_state(self) -> None:
        generator = self.generator_[0]
        if generator.network_.latent != self.latent_:
            raise ValueError("the codes of the encoder are not those of the generator")
        if len(self.spreads_seen_) != len(generator.whitening_):
            raise ValueError("another number of features than the discriminator sees")

    def _limit(self) -> str | float | None:
        return divided(self.budget, 2) if isinstance(self.generator, str) else self.budget

    def _network(self, schema: Any) -> nn.Module:
        latent = self.latent_
        if isinstance(schema, Form) and schema.kind == "image":
            encoder: Any = ConvolutionalEncoder(schema.shape, schema.channels, latent, _WIDTHS)
        else:
            encoder = Shortcut(dense((schema.width, *_HIDDEN, latent)))
            encoder = nn.Sequential(nn.Flatten(), encoder)
        return nn.Sequential(encoder, Bounded(_MOST_OF_CODES))

    def _settle(self, network: nn.Module, data: Tensor) -> None:
        line = getattr(self._game.generator, "line", None)
        if line is None:
            return
        shortcut = next(part for part in network.modules() if isinstance(part, Shortcut))
        with torch.no_grad():  # begin with the inverse of what is linear in the generator
            back = torch.linalg.pinv(line.weight.cpu())
            shortcut.line.weight.copy_(back)
            shortcut.line.bias.copy_(-back @ line.bias.cpu())

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        game = copy.deepcopy(self.generator_[0].network_).float().to(self._device())
        self._game = game.eval().requires_grad_(False)
        super()._train(data, held_out, rng)
        del self._game

    def _loss(self, batch: Tensor) -> Tensor:
        game, encoder = self._game, self.network_
        made = game.generator(encoder(batch))
        loss = _mean_square(made - batch) + self.weight * _mean_square(
            game.discriminator.features(made) - game.discriminator.features(batch)
        )
        if encoder.training:
            codes = torch.randn(len(batch), game.latent).to(batch)
            loss = loss + _mean_square(encoder(game.generator(codes)) - codes)
        return loss

    def _learn_scores(self, x: np.ndarray, held_out: np.ndarray) -> None:
        for name, found in zip(
            ("spreads_", "spreads_seen_", "spreads_of_codes_"),
            self._differences(held_out),
            strict=True,
        ):
            usual = np.sqrt(np.square(found).reshape(len(found), -1).mean(axis=0))
            setattr(self, name, np.maximum(usual, _LEAST_SPREAD))

    def _differences(self, x: np.ndarray) -> Sequence[np.ndarray]:
        """Return how samples differ from what comes back: in numbers, as seen, in their codes."""
        game = self._players()
        shape = x.shape[1:]

        def compare(batch: Tensor) -> Tensor:
            look = game.discriminator.features
            codes = self.network_(batch)
            better = self._descended(batch, codes) if self.oddness == "descent" else codes
            made = game.generator(better)
            parts = (made - batch, look(made) - look(batch), self.network_(made) - codes)
            return torch.cat([part.flatten(1) for part in parts], dim=1)

        found, width = self._apply(x, compare), prod(shape)
        seen = found.shape[1] - width - game.latent
        first, second, third = np.split(found, [width, width + seen], axis=1)
        return first.reshape(len(x), *shape), second, third

    def _descended(self, batch: Tensor, codes: Tensor) -> Tensor:
        """Return codes after steps down the slope of the difference, each for itself."""
        game = self._players()
        with torch.inference_mode(mode=False), torch.enable_grad():
            batch = batch.clone()
            codes = codes.clone().requires_grad_()
            seen = game.discriminator.features(batch).detach()
            steps = torch.optim.Adam([codes], _RATE)
            for _ in range(self.descent_steps):
                made = game.generator(codes)
                apart = _mean_square(game.discriminator.features(made) - seen)
                loss = (_mean_square(made - batch) + self.weight * apart).sum()
                (codes.grad,) = torch.autograd.grad(loss, codes)
                steps.step()
        return codes.detach()

    def _players(self) -> Game:
        return self.generator_[0].network_.to(self._device()).eval()

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._odd(*self._differences(x))

    def _odd(self, numbers: np.ndarray, seen: np.ndarray, codes: np.ndarray) -> np.ndarray:
        if self.oddness == "code":
            return np.square(codes / self.spreads_of_codes_).mean(axis=1)
        first = np.square(numbers.reshape(len(numbers), -1) / self.spreads_).mean(axis=1)
        return first + self.weight * np.square(seen / self.spreads_seen_).mean(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        numbers, seen, codes = self._differences(x)
        squares = np.square(numbers / self.spreads_.reshape(x.shape[1:])) + _LEAST
        total = squares.reshape(len(x), -1).sum(axis=1)
        share = self._odd(numbers, seen, codes) / total
        return squares * share.reshape(-1, *[1] * (x.ndim - 1))

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return self._apply(x, self.network_)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return self.generator_[0]._decode(z)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.generator_[0]._sample(n, rng)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        game = self._players()
        found = self._apply(x, lambda batch: game.generator(self.network_(batch)))
        return found if isinstance(self.schema_, Form) else unsquash(found)


def _mean_square(difference: Tensor) -> Tensor:
    """Return the mean square of each sample, (batch,)."""
    return difference.flatten(1).square().mean(dim=1)
