"""What generators share that learn by playing against a discriminator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, final

import numpy as np
import torch
from torch import Tensor

from likely.base.capabilities import Decoder, Sampler
from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.form import Form
from likely.gan.discriminating import Discriminating
from likely.nets.adversarial import Aim, Game, contest, persuasion, unmoved
from likely.nets.augment import augmented
from likely.nets.players import DenseGenerator
from likely.nets.progress import Progress
from likely.nets.scale import unsquash
from likely.nets.self_checks import learnt_by_heart, left_out, reach, variety

_FEW = 5_000  # images, below which a discriminator could learn them by heart
_SETTLED_ON = 20_000
_LOOKED_AT = 8  # samples, while it learns
_CHECKED, _REACHED = 1_000, 500  # samples; fewer where a share falls with their number
_LEAST_CHECKED = 50
_LEAST_REACH, _LEAST_VARIETY, _MOST_BY_HEART, _MOST_TOLD = 0.2, 0.5, 0.9, 0.98
_MOST_LEFT_OUT = {True: 0.2, False: 0.1}  # as a discriminator sees samples with axes, of rows


class Adversarial(Discriminating, Sampler, Decoder, ABC):
    """A generator, and a discriminator that learns to tell its samples from real ones.

    A model brings `_network`, a `likely.nets.adversarial.Game`, and may bring `_penalty`.

    Attributes
    ----------
    progress_samples_ : list of (int, ndarray)
        Of images: steps taken, and what the same few codes stood for then, in the user's own units.
        Files do not keep it.
    """

    aim: ClassVar[Aim] = "logistic"

    augmentation: str
    critic_steps: int = 1  # of the discriminator for each of the generator
    network_: Game
    progress_samples_: list[tuple[int, np.ndarray]]

    @final
    def codes(self, n: int, seed: int | None = None) -> np.ndarray:
        """Return the codes that `sample(n, seed)` makes samples of, (n, latent).

        Parameters
        ----------
        n : int in [1, inf)
            How many.
        seed : int, optional
            The same seed draws the same codes.
        """
        self._check_fitted()
        return self._codes_drawn(int(n), generator(seed))

    @abstractmethod
    def _network(self, schema: Any) -> Game:
        """Return the two players, not trained."""

    def _penalty(self, real: Tensor, made: Tensor, given: Tensor | None) -> Tensor | float:
        """Return what the discriminator pays for being steep, (batch,)."""
        return 0.0

    def _settle(self, network: Game, data: Tensor) -> None:
        if isinstance(network.generator, DenseGenerator):
            network.generator.settle(*self._apart(data[:_SETTLED_ON], self._shape))

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        if self.augmentation == "on" and not self._bounded:
            raise ParameterError(
                f"{type(self).__name__}: augmentation is 'on', and there are changes for images "
                "only. Use 'auto' or 'off'."
            )
        few = len(data) < _FEW and self._bounded
        self._changed = self.augmentation == "on" or (self.augmentation == "auto" and few)
        self._progress = Progress(self._drawing(data[:_LOOKED_AT].numpy()))
        super()._train(data, held_out, rng)
        if self._bounded:
            self._progress.add(self.steps_)
        restore, looks = self.schema_.restore, self._progress.looks
        self.progress_samples_ = [(steps, restore(made)) for steps, made in looks]
        del self._changed, self._progress

    def _drawing(self, some: np.ndarray) -> Callable[[], np.ndarray]:
        """Return what makes samples of the same codes every time, given the conditions of some."""
        given = self._apart(some, self._shape)[1]

        def draw() -> np.ndarray:
            training = self.network_.training
            codes = self._codes_drawn(len(some), np.random.default_rng(self.seed))
            with torch.autocast(self._device().type, enabled=False):  # not as weights are learnt
                found = self._decode(self._joined(codes, given))
            self.network_.train(training)
            return found

        return draw

    def _loss(self, batch: Tensor) -> Tensor:
        if self._bounded:
            self._progress.look(self._course.steps, self._course.planned)
        real, given = self._apart(batch, self._shape)
        game, turn = self.network_, self._course.steps % self.critic_steps == 0
        with torch.set_grad_enabled(turn):
            made = game.generator(self._codes(len(real)).to(real), given)
        if self._changed:
            real, made = augmented(real), augmented(made)
        on_real = game.discriminator(real, given)
        on_made = game.discriminator(made.detach(), given)
        game.remember(on_real, on_made)
        loss = contest(self.aim, on_real, on_made) + self._penalty(real, made, given)
        if turn:
            loss = loss + persuasion(self.aim, unmoved(game.discriminator, made, given))
        return loss

    def _codes(self, n: int) -> Tensor:
        """Return n codes to learn with, by torch's random numbers."""
        return torch.randn(n, self.network_.latent)

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        return self._decode(self._joined(self._codes_drawn(n, rng), given))

    def _codes_drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Return the codes of n new samples, (n, latent)."""
        return rng.normal(size=(n, self.network_.latent))

    def _decode(self, z: np.ndarray) -> np.ndarray:
        latent, given = self.network_.latent, self._given_width
        if z.shape[1:] != (latent + given,):
            raise DataError(
                f"Codes must have the shape (n, {latent}). Found the shape "
                f"{(len(z), z[0].size - given)}."
            )

        def samples(batch: Tensor) -> Tensor:
            return self.network_.generator(*self._apart(batch, (latent,)))

        found = self._apply(z, samples, codes=True)
        return found if isinstance(self.schema_, Form) else unsquash(found)

    def _remarks_on(self, x: np.ndarray, held_out: np.ndarray) -> list[str]:
        """Say where made samples show that the game went wrong."""
        size = min(_CHECKED, len(x))
        if size < _LEAST_CHECKED:
            return []
        rng = np.random.default_rng(self.seed)
        learnt = x[rng.permutation(len(x))[:size]]
        apart, given = self._apart(learnt, self._shape)
        drawn = self._sample_given(size, given, rng)
        made, real = self._squashed(drawn), self._squashed(apart)
        notes = self._collapses(made, real, self._joined(drawn, given), learnt)
        told = float(self.network_.told)
        if told > _MOST_TOLD and self.aim != "wasserstein":  # whose critic is to be sure
            notes.append(
                f"The discriminator tells {told:.0%} of the samples from real ones, so that the "
                "generator has little to learn from. Try a smaller discriminator_rate."
            )
        if held_out is not x and len(held_out) >= _LEAST_CHECKED:
            others = self._squashed(self._apart(held_out, self._shape)[0])
            nearer = learnt_by_heart(made, real, others)
            if nearer > _MOST_BY_HEART:
                notes.append(
                    f"{nearer:.0%} of the samples are nearer to one that was learnt from than to "
                    "any that was not, where 50% are usual: the generator may repeat the data. "
                    "Train for fewer steps or on more samples."
                )
        return notes

    def _collapses(
        self, made: np.ndarray, real: np.ndarray, drawn: np.ndarray, learnt: np.ndarray
    ) -> list[str]:
        """Say what samples leave out; the last two are as the discriminator is given them."""
        reached, spread = reach(made[:_REACHED], real[:_REACHED]), variety(made, real)
        if reached < _LEAST_REACH or spread < _LEAST_VARIETY:
            return [
                f"Mode collapse: samples are spread {spread:.0%} as far as the data, and come near "
                f"{reached:.0%} of them. Train longer, or try {self._remedies}."
            ]
        axes = isinstance(self.schema_, Form)
        if axes:  # what is shown is not seen in numbers alone
            made, real = self._seen(drawn), self._seen(learnt)
        share = left_out(made, real)
        if share <= _MOST_LEFT_OUT[axes]:
            return []
        seen = ", as the discriminator sees it" if axes else ""
        return [
            f"Mode collapse: {share:.0%} of the data lie where samples hardly ever do{seen}. Train "
            f"longer, or try {self._remedies}."
        ]

    @property
    def _remedies(self) -> str:
        """What may help against mode collapse, in words."""
        changed = "augmentation='on', " if self._bounded else ""
        return f"{changed}a smaller learning_rate or WGAN"

    def _squashed(self, features: np.ndarray) -> np.ndarray:
        return features if isinstance(self.schema_, Form) else np.clip(features, -5.0, 5.0)
