"""The masked autoencoder for distribution estimation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.autoregressive.autoregressive import LIKELIHOODS, WithLikelihood
from likely.base.state import Array, Weights
from likely.core.params import Interval
from likely.data.form import Form
from likely.nets.conditionals import Columns, Conditional
from likely.nets.masked import MaskedDense, rank_features
from likely.nets.scale import squash, stretch, unsquash
from likely.nets.two_valued import log_volume_of_numbers, values_of_two

_TABLES = (64, 64)
_PICTURES = (1024, 1024)
_LOOKED_AT = 4  # orders, to stop early by


class MADE(WithLikelihood):
    r"""Autoencoder whose masks make it a density (Germain et al., 2015).

    Connections of a dense autoencoder are taken away until the output of a feature depends only on
    the features before it in some order. Then its outputs are the conditionals of

        p(x) = product over i of p(x_i | x_1, ..., x_{i-1}),

    and one pass gives the exact log-likelihood. A network may be trained for several orders at a
    time, and its density be the mean of theirs: the more orders, the more it regularises itself,
    and the larger the hidden layers that it needs.

    Parameters
    ----------
    hidden : sequence of int or None, default None
        Sizes of the hidden layers: usually (64, 64) for tables and (1024, 1024) for others. Layers
        of equal size add to what they are given.
    orders : int in [1, 1024], default 1
        Orders of the features that are learnt, the first natural, the others random. They are taken
        at random in training and averaged in scoring, which takes as much longer.
    shuffled : bool, default False
        Whether the hidden units see other numbers of features in every order ("connectivity-
        agnostic" training).
    likelihood : {"auto", "bernoulli", "softmax", "logistic_mixture", "gaussian"}, default "auto"
        Distribution of a feature of series and images given those before it. "auto" looks
        at the data: Bernoulli for values 0 and 1; a discretised mixture of logistics for
        images of bytes, or, if asked for, a chance for each of the 256 levels; a mixture of
        Gaussians for all others. In tables, columns of two values are Bernoulli, others a mixture
        of Gaussians.
    components : int in [1, 100], default 5
        How many distributions a mixture has.
    oddness : {"auto", "likelihood", "typicality", "ratio", "complexity", "states"}, default "auto"
        Minus log p(x); how far it is from what is usual; minus log p(x) less that by a background,
        a second network that learns from samples with a fifth of their numbers replaced, for as
        long (Ren et al., 2019); minus log p(x) less what a compressor needs; or how unusual
        likelihood, compressed size, and where in a sample the nats lie are together (see
        `likely.nets.states`). "auto" is "states" for series and images, and "likelihood" for
        tables, where the last two mean nothing.
    dropout : float in [0, 1), default 0.0
        Share of the hidden units that is left out at random in training.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
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
        A `likely.nets.masked.MaskedDense` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of orders, weights and batches.

    Notes
    -----
    `log_prob` is in nats: a density in the user's own units of numbers, a probability of values of
    two and of bytes. A value that a column of two values cannot have gets very little instead of
    nothing, so that rows can still be ranked.

    **Intuition.** Cut the wires of an autoencoder so that each column sees only those before it:
    then it is a density.

    **Formula.** $\log p(x) = \sum_i \log p(x_i \mid x_{<i})$, where $x_{<i}$ are the features
    before x_i in an order; with several `orders` p(x) is the mean of theirs.

    **When to use.** An exact density of tables or small pictures, cheap to judge.

    **Where it fails.** The order matters; drawing goes feature after feature.

    **Cost.** One pass to learn a batch, and one for each of the `orders` to judge it; drawing takes
    d steps for d features, which together cost no more than one pass.

    References
    ----------
    Germain, M., Gregor, K., Murray, I. & Larochelle, H. (2015). MADE: masked autoencoder for
    distribution estimation. ICML. https://arxiv.org/abs/1502.03509 (arXiv:1502.03509)
    Uria, B., Murray, I. & Larochelle, H. (2013). RNADE: the real-valued neural autoregressive
    density-estimator. NeurIPS. https://arxiv.org/abs/1306.0186

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import MADE
    >>> t = np.random.default_rng(0).normal(size=(500, 1))
    >>> x = np.hstack([t, np.abs(t) + 0.1 * t**2])
    >>> model = MADE(budget="400 steps").fit(x)
    >>> model.predict([[-1.0, 1.1], [-1.0, -1.1]])
    array([ 1, -1])
    >>> model.complete([[-1.0, 0.0]], [True, False], seed=0).round(1)
    array([[-1. ,  1.1]])
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1502.03509"}
    fast = {
        "hidden": (16,),
        "components": 1,
        "budget": "150 steps",
        "batch_size": 32,
        "learning_rate": 0.01,
    }
    _state_spec = WithLikelihood._state_spec | {
        "lows_": Array("width"),
        "gaps_": Array("width", low=0),
        "network_": Weights(),
    }

    lows_: np.ndarray
    gaps_: np.ndarray
    network_: Any

    def __init__(
        self,
        hidden: Sequence[int] | None = None,
        orders: Annotated[int, Interval(1, 1024)] = 1,
        shuffled: bool = False,
        likelihood: Literal[
            "auto", "bernoulli", "softmax", "logistic_mixture", "gaussian"
        ] = "auto",
        components: Annotated[int, Interval(1, 100)] = 5,
        oddness: Literal[
            "auto", "likelihood", "typicality", "ratio", "complexity", "states"
        ] = "auto",
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.0,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
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
        self.hidden = hidden
        self.orders = orders
        self.shuffled = shuffled
        self.likelihood = likelihood
        self.components = components
        self.oddness = oddness
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.lows_ = self.gaps_ = np.zeros(self.schema_.width)
        self.likelihood_ = LIKELIHOODS.index("gaussian")
        if isinstance(self.schema_, Form):
            self.likelihood_ = self._chosen_likelihood(x)
        else:
            self.lows_, self.gaps_ = values_of_two(x, self.schema_)
        super()._fit(x, rng)

    def _network(self, schema: Any) -> nn.Module:
        table = not isinstance(schema, Form)
        natural = np.arange(1, schema.width + 1)
        if not table:  # channels of a place one after the other
            by_place = natural.reshape(*schema.shape, schema.channels)
            natural = np.moveaxis(by_place, -1, 0).ravel()
        hidden = (_TABLES if table else _PICTURES) if self.hidden is None else self.hidden
        said = self._said(schema)
        ranks = rank_features(natural, self.orders, self.seed)
        return MaskedDense(ranks, hidden, said.size, self.dropout, shuffled=self.shuffled)

    def _said(self, schema: Any) -> Conditional:
        """Return the distribution of a feature."""
        if isinstance(schema, Form):
            return self._conditional(schema)
        lows, highs = squash(self.lows_), squash(self.lows_ + self.gaps_)
        return Columns(self.components, lows, highs - lows)

    def _loss(self, batch: Tensor) -> Tensor:
        if not self.network_.training:
            some = min(self.orders, _LOOKED_AT)
            return _shares(self._by_order(batch, some)).mean(dim=1)
        order = int(torch.randint(self.orders, ())) if self.orders > 1 else 0
        return -self._nats(batch.flatten(1), order).mean(dim=1)  # nats a feature

    def _nats(self, flat: Tensor, order: int) -> Tensor:
        """Return log p of every feature in one order, (batch, feature)."""
        said = self._said(self.schema_).to(flat.device)
        return said.log_prob(flat, self.network_(said.inputs(flat), order))

    def _by_order(self, batch: Tensor, orders: int) -> Tensor:
        """Return log p of every feature in the first orders, (order, batch, feature)."""
        flat = batch.flatten(1)
        return torch.stack([self._nats(flat, order) for order in range(orders)])

    def _surprises(self, x: np.ndarray) -> np.ndarray:
        found = self._apply(x, lambda batch: _shares(self._by_order(batch, self.orders)))
        return found.reshape(x.shape) - self._stretch(x)

    def _stretch(self, x: np.ndarray) -> np.ndarray:
        """Return the log-derivatives of what networks see of features, in the features' shape."""
        if isinstance(self.schema_, Form):
            return np.zeros_like(x)
        return np.where(self.gaps_ > 0, 0.0, stretch(x))

    def _log_volume(self) -> float:
        """Return the nats between features and the user's units; probabilities have no unit."""
        schema = self.schema_
        if isinstance(schema, Form):
            return 0.0 if self._said(schema).discrete else schema.log_volume
        return log_volume_of_numbers(schema, self.gaps_ == 0)

    def _fill(self, x: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        found = np.empty((len(x), self.schema_.width))
        orders = rng.integers(self.orders, size=len(x))
        chances = rng.uniform(1e-6, 1 - 1e-6, size=(len(x), 2, self.schema_.width))
        for order in np.unique(orders):
            chosen = np.flatnonzero(orders == order)
            found[chosen] = self._fill_in_order(
                x[chosen], known[chosen], int(order), chances[chosen]
            )
        if not isinstance(self.schema_, Form):
            upper = found > squash(self.lows_ + 0.5 * self.gaps_)
            two = self.lows_ + self.gaps_ * upper
            found = np.where(self.gaps_ > 0, two, unsquash(found))
        return np.where(known, x, found.reshape(x.shape))

    def _fill_in_order(
        self, x: np.ndarray, known: np.ndarray, order: int, chances: np.ndarray
    ) -> np.ndarray:
        device = self._device()
        network = self.network_.to(device).eval()
        like = next(network.parameters())
        said = self._said(self.schema_).to(device)
        drawn = torch.zeros(len(x), self.schema_.width).to(like)
        chance = torch.from_numpy(chances).to(like)
        kept = torch.from_numpy(np.ascontiguousarray(known)).flatten(1).to(device)

        def draw(out: Tensor, feature: int) -> Tensor:
            place = slice(feature, feature + 1)
            drawn[:, place] = said.draw(out[..., None], chance[..., place], place)
            return said.inputs(drawn[:, place], place)[:, 0]

        with torch.inference_mode():
            given = said.inputs(self._tensor(x).flatten(1).to(like))
            network.one_by_one(given, kept, order, draw)
        return drawn.double().cpu().numpy()


def _shares(by_order: Tensor) -> Tensor:
    """Return minus log p of every feature, averaged over orders as likely as they are.

    What the mean over orders adds to the mean of logarithms belongs to no feature and is shared
    equally. From (order, batch, feature) to (batch, feature).
    """
    if len(by_order) == 1:
        return -by_order[0]
    whole = by_order.sum(dim=2)  # (order, batch)
    mean = (torch.softmax(whole, dim=0)[..., None] * by_order).sum(dim=0)
    total = whole.logsumexp(dim=0) - float(np.log(len(by_order)))
    return -mean - ((total - mean.sum(dim=1)) / by_order.shape[2])[:, None]
