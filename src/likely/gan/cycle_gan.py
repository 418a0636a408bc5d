"""Translation between two sets of images of which no two belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, final

import numpy as np
import torch
from torch import Tensor

from likely.core.errors import DataError
from likely.core.params import Interval
from likely.data.schema import Schema
from likely.gan.discriminating import Discriminating
from likely.nets.adversarial import Aim, contest, persuasion, unmoved
from likely.nets.self_checks import variety
from likely.nets.translation import Generators, PatchDiscriminators, Pool, Translators

_CHECKED = 300  # images of a set
_LEAST_VARIETY, _MOST_LOST = 0.5, 0.5


class CycleGAN(Discriminating):
    r"""CycleGAN: translation between two unpaired sets of images (Zhu et al., 2017).

        G: A -> B, F: B -> A,   F(G(a)) = a,   G(F(b)) = b,   G(b) = b,   F(a) = a

    Two generators learn to translate images of each set into the other, though no image has a known
    counterpart there. A discriminator for each set learns to tell translations from its images,
    patch by patch. What keeps a translation true to its original is that it must be possible to
    translate it back (cycle loss), and that images which are in a set already are left as they are
    (identity loss).

    Parameters
    ----------
    sharing : {"none", "encoder"}, default "none"
        "none": generators share nothing. "encoder": the older design, with one encoder for both
        sets and a decoder for each. With `adversarial` and `cycle` at 0 it is the oldest: an
        autoencoder of each set, and an image is translated by the other's decoder.
    aim : {"least squares", "logistic"}, default "least squares"
        By what discriminators tell translations (Mao et al., 2017).
    cycle : float in [0, 1000], default 10.0
        Weight of the mean absolute difference between images and what they become there and back.
    identity : float in [0, 1000], default 5.0
        Weight of that between images and what they become in their own set.
    adversarial : float in [0, 1000], default 1.0
        Weight of being taken for an image of the other set; at 0 discriminators only look on.
    pool : int in [0, 10000], default 50
        How many earlier translations into each set are kept, of which discriminators see some among
        the latest ones, so that players do not turn in a circle.
    widths : sequence of int, default (16, 32)
        Channels of generators at every size, from that of the images on; each further one halves
        it. (32, 64, 128) for images of 64 pixels.
    blocks : int in [0, 64], default 4
        Residual blocks of a generator at the smallest size.
    judged : sequence of int, default (32, 64)
        Channels of discriminators behind every halving: the more, the larger the patches.
    discriminator_rate : float in (0, 100], default 1.0
        Learning rate of the discriminators as a multiple of the generators'.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 16
        Samples a step, of both sets as they come.
    learning_rate : float in (0, 1], default 0.001
        Largest step of Adam.
    budget : str, float or None, default "2000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.translation.Translators` with players of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Notes
    -----
    The sets are told apart by a condition of two labels: `fit(images, condition=labels)`. Without
    one there is a single set and nothing to translate.

    A score is how usual an image is in what the discriminators see of it, their last maps in each
    quarter: minus the squared Mahalanobis distance there, from images of its own set.

    Translations need not be the right ones: any two maps that undo one another and keep the looks
    of both sets satisfy the game.

    **Intuition.** There and back again must be where one began: so no pairs are needed.

    **Formula.** $L = L_G + L_F + \lambda C + \mu I, \; C = \mathrm{E} |F(G(a)) - a| + \mathrm{E}
    |G(F(b)) - b|, \; I = \mathrm{E} |G(b) - b| + \mathrm{E} |F(a) - a|$, where E is a mean, G leads
    from set A to B and F back, a and b are images, L_G and L_F are $\mathrm{E} (1 - D)^2$ of their
    discriminators on translations, λ is `cycle` and μ `identity`.

    **When to use.** Two sets of pictures without pairs.

    **Where it fails.** Shapes hardly change, what is lost on the way may be hidden as faint noise,
    and all may be turned the wrong way there and the right way back.

    **Cost.** For every image three passes of generators and three of discriminators a step; one
    pass to translate.

    References
    ----------
    Zhu, J.-Y. et al. (2017). Unpaired image-to-image translation using cycle-consistent adversarial
    networks. ICCV. https://arxiv.org/abs/1703.10593 (arXiv:1703.10593)
    Mao, X. et al. (2017). Least squares generative adversarial networks. ICCV.
    https://arxiv.org/abs/1611.04076
    Shrivastava, A. et al. (2017). Learning from simulated and unsupervised images through
    adversarial training. CVPR. https://arxiv.org/abs/1612.07828
    Liu, M.-Y., Breuel, T. & Kautz, J. (2017). Unsupervised image-to-image translation networks.
    NeurIPS 30. https://arxiv.org/abs/1703.00848

    Examples
    --------
    >>> import numpy as np
    >>> from likely.gan import CycleGAN
    >>> from likely.testing import shaped
    >>> light, dark = shaped.clean("image"), 255 - shaped.clean("image", seed=1)
    >>> model = CycleGAN(widths=(8,), blocks=1, budget="20 steps")
    >>> model = model.fit(np.concatenate([light, dark]), condition=["light"] * 60 + ["dark"] * 60)
    >>> model.translate(light[:3], to="dark", condition="light").shape
    (3, 20, 20)
    """

    card = {"kinds": ["image"], "paper": "arXiv:1703.10593"}
    fast = {"widths": (4, 8), "blocks": 1, "judged": (8, 16), "budget": "8 steps"}

    network_: Translators

    def __init__(
        self,
        sharing: Literal["none", "encoder"] = "none",
        aim: Literal["least squares", "logistic"] = "least squares",
        cycle: Annotated[float, Interval(0, 1000)] = 10.0,
        identity: Annotated[float, Interval(0, 1000)] = 5.0,
        adversarial: Annotated[float, Interval(0, 1000)] = 1.0,
        pool: Annotated[int, Interval(0, 10_000)] = 50,
        widths: Sequence[int] = (16, 32),
        blocks: Annotated[int, Interval(0, 64)] = 4,
        judged: Sequence[int] = (32, 64),
        discriminator_rate: Annotated[float, Interval(0, 100, open_low=True)] = 1.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 16,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.001,
        budget: str | float | None = "2000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.sharing = sharing
        self.aim: Aim = aim
        self.cycle = cycle
        self.identity = identity
        self.adversarial = adversarial
        self.pool = pool
        self.widths = widths
        self.blocks = blocks
        self.judged = judged
        self.discriminator_rate = discriminator_rate
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def translate(self, X: Any, to: Any, condition: Any) -> np.ndarray:
        """Return images as if they were of the set `to`, in the user's own units.

        Parameters
        ----------
        X : as in `fit`
            Images.
        to : label
            One of the two labels learnt.
        condition : as in `fit`
            Which set each image is of; one label counts for all. Those of `to` stay as they are.

        Raises
        ------
        DataError
            If there are no such sets.
        """
        self._check_fitted()
        labels = self._labels_learnt()
        if str(to) not in labels:
            raise DataError(
                f"There is no set {to!r} to translate to. Expected one of "
                f"{', '.join(map(repr, labels))}."
            )
        aim = labels.index(str(to))
        found = self._over_batches(X, lambda x: self._translated(x, aim), condition)
        return self.schema_.restore(found)

    @final
    def cycle_error(self, X: Any, condition: Any) -> np.ndarray:
        """Return how far every image is from what it becomes there and back, shape (n,).

        The mean absolute difference, as a share of the range of values.

        Parameters
        ----------
        X, condition : as in `translate`
            Images, and which set each is of.
        """
        self._check_fitted()
        self._labels_learnt()
        return self._over_batches(X, self._cycle_errors, condition)

    def _network(self, schema: Any) -> Translators:
        sets, shared = self._sets, self.sharing == "encoder"
        return Translators(
            Generators(sets, self._shape, self.widths, self.blocks, shared=shared),
            PatchDiscriminators(sets, self._shape, self.judged),
            Pool(sets, self._shape, self.pool) if self.pool else None,
        )

    def _loss(self, batch: Tensor) -> Tensor:
        images, home = self._with_home(batch)
        losses = torch.zeros(len(images), device=images.device)
        for number in range(self._sets):
            mine = (home == number).nonzero()[:, 0]
            if len(mine):
                loss = self._loss_of(images[mine], number, self._other(number))
                losses = losses.index_put((mine,), loss.float())
        return losses

    def _loss_of(self, x: Tensor, home: int, away: int) -> Tensor:
        """Return the loss of images of one set, (batch,)."""
        generator, judge = self.network_.generator, self.network_.discriminator
        pool = self.network_.pool
        with torch.set_grad_enabled(bool(self.adversarial or self.cycle)):
            made = generator(x, away)
        shown = made.detach() if pool is None else pool.exchanged(made, away)
        loss = contest(self.aim, judge(x, home), judge(shown, away)).mean(dim=1)
        if self.adversarial:
            persuaded = persuasion(self.aim, unmoved(judge, made, away)).mean(dim=1)
            loss = loss + self.adversarial * persuaded
        if self.cycle:
            loss = loss + self.cycle * _apart(generator(made, home), x)
        if self.identity:
            loss = loss + self.identity * _apart(generator(x, home), x)
        return loss

    def _translated(self, x: np.ndarray, to: int) -> np.ndarray:
        """Return the features of images in a set, (n, channel, height, width)."""

        def found(batch: Tensor) -> Tensor:
            images, home = self._with_home(batch)
            there = (home == to)[:, None, None, None]
            return torch.where(there, images, self.network_.generator(images, to))

        return self._apply(x, found)

    def _cycle_errors(self, x: np.ndarray) -> np.ndarray:
        def errors(batch: Tensor) -> Tensor:
            images, home = self._with_home(batch)
            back = torch.empty_like(images)
            for number in range(self._sets):
                away = self.network_.generator(images[home == number], self._other(number))
                back[home == number] = self.network_.generator(away, number)
            return _apart(back, images)

        return self._apply(x, errors)

    def _with_home(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return images, and the number of the set that each is of, (batch,)."""
        images, given = self._apart(batch, self._shape)
        if given is None:
            return images, torch.zeros(len(images), dtype=torch.int64, device=images.device)
        return images, given[:, :2].argmax(dim=1)

    def _remarks_on(self, x: np.ndarray, held_out: np.ndarray) -> list[str]:
        """Say where translations show that the game went wrong."""
        if self.condition_ is None:
            return [
                "There is one set of images only, and nothing to translate. Say which of two sets "
                "each image is of: fit(X, condition=...)."
            ]
        notes, labels = [], self._labels_learnt()
        images, given = self._apart(x, self._shape)
        parts = [np.flatnonzero(given[:, number] > 0)[:_CHECKED] for number in range(2)]
        for number, mine in enumerate(parts):
            made = self._translated(x[parts[1 - number]], number)
            spread = variety(made, images[mine])
            if spread < _LEAST_VARIETY:
                notes.append(
                    f"Mode collapse: translations to {labels[number]!r} are spread {spread:.0%} as "
                    "far as the images of that set. Train longer, or with a larger cycle."
                )
            shown = np.abs(images[mine] - images[mine].mean(axis=0)).mean()
            lost = self._cycle_errors(x[mine]).mean() / max(shown, 1e-12)
            if lost > _MOST_LOST:
                notes.append(
                    f"Of images of {labels[number]!r} {min(lost, 1):.0%} is lost there and back: "
                    "translations do not keep what they show. Train longer, or with a larger cycle."
                )
        return notes

    def _learn_condition(self, condition: Any, n: int) -> np.ndarray | None:
        given = super()._learn_condition(condition, n)
        if given is None or not isinstance(self.condition_, Schema):
            return None
        used = self.condition_.used
        if len(used) != 1 or used[0].kind != "category" or len(used[0].labels) != 2:
            found = ", ".join(f"{c.name!r} ({len(c.labels) or c.kind})" for c in used)
            raise DataError(
                f"{type(self).__name__} translates between two sets, so its condition is one "
                f"column with two labels. Found the columns and numbers of labels {found}."
            )
        return _all_told(given)

    def _given(self, condition: Any, n: int) -> np.ndarray | None:
        given = super()._given(condition, n)
        return None if given is None else _all_told(given)

    def _labels_learnt(self) -> tuple[str, ...]:
        if not isinstance(self.condition_, Schema):
            raise DataError(
                f"This {type(self).__name__} was fitted to one set of images, so there is nothing "
                "to translate to. Fit it anew: fit(X, condition=...) with two labels."
            )
        return self.condition_.used[0].labels

    @property
    def _sets(self) -> int:
        return 1 if self.condition_ is None else 2

    def _other(self, number: int) -> int:
        """Return which set is translated to; where there is one only, that itself."""
        return (number + 1) % self._sets


def _apart(some: Tensor, others: Tensor) -> Tensor:
    """Return the mean absolute difference between images, (batch,)."""
    return (some - others).abs().flatten(1).mean(dim=1)


def _all_told(given: np.ndarray) -> np.ndarray:
    """Return features of conditions, each of which is one of two labels."""
    untold = int((given[:, :2].sum(axis=1) < 1).sum())
    if untold:
        raise DataError(f"Of {untold:,} images the condition does not say which set they are of.")
    return given
