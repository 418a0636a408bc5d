"""The Boltzmann machine."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from torch import Tensor

from likely.core.params import Interval
from likely.energy.gibbs import Gibbs
from likely.nets.annealing import cost_of_enumeration, exact_log_partition
from likely.nets.boltzmann import Boltzmann
from likely.nets.mean_field import mean_field_loss

_SMALL = 4e6  # numbers looked at for an exact gradient


class BoltzmannMachine(Gibbs):
    r"""Boltzmann machine: every column is coupled to every other, in pairs (Ackley et al., 1985).

    The energy of visible units v and, if there are any, of hidden units h is

        E(v, h) = -v'b - v'C v / 2 - h'c - v'W h.

    Without hidden units it is the model of all distributions that have the means and the
    correlations of the data that is least committed beyond them: the Ising model, and the
    counterpart of the Gaussian for columns of two values. Hidden units add what holds among more
    than two columns at once; they are not coupled to one another, so they are summed out in closed
    form.

    Up to about 16 columns of two values all of their states are visited at every step, and gradient
    and likelihood are exact. Beyond, the machine draws its own samples by chains, column after
    column, which is slow for many columns: an `RBM` is made for those.

    Parameters
    ----------
    hidden : int in [0, 100000], default 0
        Hidden units.
    sampling : {"auto", "exact", "pcd", "cd", "mean_field"}, default "auto"
        How log Z is followed in training: by visiting all states, by chains that go on from step to
        step, by chains that begin at the data, or by means instead of states: units then know of
        one another by their means only, which takes no sweeps over the columns and is right where
        couplings are weak (Peterson & Anderson, 1987; Welling & Hinton, 2002). "auto" is "exact"
        where that is cheap, else "pcd". `log_prob` and samples are those of the machine itself in
        any case.
    gibbs_steps : int in [1, 10000], default 1
        Sweeps of Gibbs sampling in each step of training.
    chains : int in [1, 100000], default 100
        Persistent chains.
    annealing : int in [1, 10000000], default 1000
        Temperatures of the annealed importance sampling that estimates log Z after training, with
        100 chains, where more than 20 units decide it.
    draw_steps : int in [1, 1000000], default 100
        Sweeps of Gibbs sampling behind a sample that is drawn.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.03
        Largest step of Adam for a few columns; divided by 1 + columns / 100.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.boltzmann.Boltzmann` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and chains.

    Attributes
    ----------
    log_partition_ : float
        log Z over the units, as `log_prob` uses it.
    log_partition_error_ : float
        Its standard error in nats; 0 where it is exact.

    Notes
    -----
    `log_prob` is in nats: a density in the user's own units of numbers, a probability of values of
    two. Numbers are Gaussian given the columns of two values. They are whitened first, so that what
    is linear among them needs no couplings.

    **Intuition.** Columns of yes and no that pull at one another in pairs; rows of low energy are
    likely.

    **Formula.** $p(x) = e^{-E(x)} / Z, \; E(x) = -b^\top x - \frac12 x^\top C x$, where b are
    biases, C the couplings and Z the sum of $e^{-E}$ over all rows that could be; this is without
    hidden units, as usual.

    **When to use.** Few columns of yes and no, when the couplings themselves are to be read.

    **Where it fails.** It sees nothing but pairs unless it has hidden units, and in more than 20
    columns of two values Z is an estimate.

    **Cost.** Up to about 16 columns all 2^d states at every step; beyond, of order d² a sweep of
    each chain over d columns.

    References
    ----------
    Ackley, D. H., Hinton, G. E. & Sejnowski, T. J. (1985). A learning algorithm for Boltzmann
    machines. Cognitive Science 9, 147-169. https://doi.org/10.1207/s15516709cog0901_7
    (doi:10.1207/s15516709cog0901_7)
    Peterson, C. & Anderson, J. R. (1987). A mean field theory learning algorithm for neural
    networks. Complex Systems 1, 995-1019.
    Welling, M. & Hinton, G. E. (2002). A new learning algorithm for mean field Boltzmann machines.
    ICANN. https://doi.org/10.1007/3-540-46084-5_57
    Osindero, S. & Hinton, G. E. (2008). Modeling image patches with a directed hierarchy of Markov
    random fields. NeurIPS. https://papers.nips.cc/paper/3279

    Examples
    --------
    >>> import numpy as np
    >>> from likely.energy import BoltzmannMachine
    >>> halves = np.random.default_rng(0).random((500, 3)) < 0.5
    >>> rows = np.hstack([halves, halves]).astype(float)
    >>> model = BoltzmannMachine(budget="300 steps").fit(rows)
    >>> model.predict([[1, 0, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1207/s15516709cog0901_7"}
    fast = {"budget": "80 steps", "batch_size": 32, "draw_steps": 20, "annealing": 200}

    def __init__(
        self,
        hidden: Annotated[int, Interval(0, 100_000)] = 0,
        sampling: Literal["auto", "exact", "pcd", "cd", "mean_field"] = "auto",
        gibbs_steps: Annotated[int, Interval(1, 10_000)] = 1,
        chains: Annotated[int, Interval(1, 100_000)] = 100,
        annealing: Annotated[int, Interval(1, 10_000_000)] = 1000,
        draw_steps: Annotated[int, Interval(1, 1_000_000)] = 100,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.03,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.hidden = hidden
        self.sampling = sampling
        self.gibbs_steps = gibbs_steps
        self.chains = chains
        self.annealing = annealing
        self.draw_steps = draw_steps
        self.weight_decay = weight_decay
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> Boltzmann:
        return Boltzmann(~self._bits, self.hidden, self.chains)

    def _contrast(self, batch: Tensor) -> Tensor:
        machine = self.network_.plain()
        small = cost_of_enumeration(machine) <= _SMALL
        if self.sampling == "exact" or (self.sampling == "auto" and small):
            return machine.free_energy(batch) + exact_log_partition(machine)
        if self.sampling == "mean_field":
            return mean_field_loss(self.network_, batch)
        return super()._contrast(batch)
