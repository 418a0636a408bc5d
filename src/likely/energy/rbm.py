"""The restricted Boltzmann machine."""

from __future__ import annotations

from typing import Annotated, Any, Literal, final

import numpy as np

from likely.core.params import Interval
from likely.data.form import Form
from likely.energy.gibbs import Gibbs
from likely.nets.restricted_boltzmann import RestrictedBoltzmann

_HIDDEN = {True: 32, False: 500}  # of tables, of images


class RBM(Gibbs):
    r"""Restricted Boltzmann machine: units that are seen and units that are not (Smolensky, 1986).

    Every visible unit v is coupled to every hidden unit h, and none to its own sort:

        p(v, h) = exp(-E(v, h)) / Z,    E(v, h) = -v'b - h'c - v'W h.

    Then the hidden units are independent given the visible ones and the other way round, hidden
    ones can be summed out, and minus the logarithm of what is left is the free energy F(v): how odd
    a sample is, up to one number, log Z. Training makes the free energy of the data small and that
    of the samples large that the machine draws by itself, by chains of Gibbs sampling.

    Visible units are bits where a column or an image has two values, and Gaussian elsewhere:
    numbers are whitened first and have spreads that are learnt. Both may stand side by side.

    Parameters
    ----------
    hidden : int in [1, 100000] or None, default None
        Hidden units: usually 32 for tables, 500 for images.
    sampling : {"pcd", "cd", "tempering"}, default "pcd"
        How the machine's own samples are drawn in training: by chains that go on from step to step
        (Tieleman, 2008), by chains that begin at the data (contrastive divergence; Hinton, 2002),
        or by persistent chains at several temperatures that exchange their states (Desjardins et
        al., 2010), for data whose modes lie far apart.
    gibbs_steps : int in [1, 10000], default 1
        Steps of Gibbs sampling in each step of training: the k of CD-k.
    chains : int in [1, 100000], default 100
        Persistent chains.
    temperatures : int in [2, 1000], default 10
        Of "tempering".
    annealing : int in [1, 10000000], default 1000
        Temperatures of the annealed importance sampling that estimates log Z after training, with
        100 chains.
    draw_steps : int in [1, 1000000], default 200
        Steps of Gibbs sampling behind a sample that is drawn.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    kind : {"auto", "table", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.03
        Largest step of Adam for a few visible units; divided by 1 + visible / 100, since the
        changes of many couplings add up.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.restricted_boltzmann.RestrictedBoltzmann` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and chains.

    Attributes
    ----------
    log_partition_ : float
        log Z over the units, as `log_prob` uses it.
    log_partition_error_ : float
        Its standard error in nats; 0 where 20 units or fewer are on one side, and it is exact.

    Notes
    -----
    `log_prob` is in nats: a density in the user's own units of numbers, a probability of values of
    two. What it says of two samples differs exactly as the model does; the level of all of them is
    as good as the estimate of log Z. Estimates that are wrong are mostly too small, and samples
    then look too likely.

    In `history_`, `loss` is the difference of free energies that training moves, and no measure of
    fit; `held_out` is minus the log-likelihood of small machines, else a pseudo-likelihood.

    **Intuition.** Seen units and hidden ones: each hidden unit is a cause that likes certain
    columns together.

    **Formula.** $E(v, h) = -b^\top v - c^\top h - v^\top W h$, where v are seen and h hidden units,
    b and c biases and W couplings; p(v, h) is proportional to exp(−E). Of numbers, of precision λ,
    the first term is $\frac12 \lambda (v - b)^2$, and λ v stands for v in the last.

    **When to use.** Columns of yes and no, black and white pictures.

    **Where it fails.** Chains stick in one group of the data, for which there is "tempering"; the
    likelihood is an estimate unless there are 20 units or fewer on one side.

    **Cost.** Of order d h a sample and step of sampling, for d seen and h hidden units; then, where
    log Z is not exact, as much for 100 chains at every temperature of `annealing`.

    References
    ----------
    Smolensky, P. (1986). Information processing in dynamical systems: foundations of harmony
    theory. In Parallel Distributed Processing, MIT Press.
    Hinton, G. E. (2002). Training products of experts by minimizing contrastive divergence. Neural
    Computation 14, 1771-1800. https://doi.org/10.1162/089976602760128018
    (doi:10.1162/089976602760128018)
    Tieleman, T. (2008). Training restricted Boltzmann machines using approximations to the
    likelihood gradient. ICML. https://doi.org/10.1145/1390156.1390290
    Salakhutdinov, R. & Murray, I. (2008). On the quantitative analysis of deep belief networks.
    ICML. https://doi.org/10.1145/1390156.1390266
    Desjardins, G. et al. (2010). Tempered Markov chain Monte Carlo for training of restricted
    Boltzmann machines. AISTATS. https://proceedings.mlr.press/v9/desjardins10a.html
    Melchior, J., Fischer, A. & Wiskott, L. (2016). How to center deep Boltzmann machines. JMLR 17,
    1-61. https://www.jmlr.org/papers/v17/14-237.html

    Examples
    --------
    >>> import numpy as np
    >>> from likely.energy import RBM
    >>> halves = np.random.default_rng(0).random((500, 3)) < 0.5
    >>> model = RBM(hidden=8).fit(np.hstack([halves, halves]).astype(float))
    >>> model.predict([[1, 0, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table", "image"], "paper": "doi:10.1162/089976602760128018"}
    fast = {"hidden": 4, "budget": "100 steps", "batch_size": 32, "draw_steps": 50}

    def __init__(
        self,
        hidden: Annotated[int, Interval(1, 100_000)] | None = None,
        sampling: Literal["pcd", "cd", "tempering"] = "pcd",
        gibbs_steps: Annotated[int, Interval(1, 10_000)] = 1,
        chains: Annotated[int, Interval(1, 100_000)] = 100,
        temperatures: Annotated[int, Interval(2, 1_000)] = 10,
        annealing: Annotated[int, Interval(1, 10_000_000)] = 1000,
        draw_steps: Annotated[int, Interval(1, 1_000_000)] = 200,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.0,
        kind: Literal["auto", "table", "image"] = "auto",
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
        self.temperatures = temperatures
        self.annealing = annealing
        self.draw_steps = draw_steps
        self.weight_decay = weight_decay
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def filters(self) -> np.ndarray:
        """Return what each hidden unit looks for, (hidden, columns) or (hidden, *axes).

        How much its input grows with every feature: those of the scaled columns of a table, or
        values in [0, 1] of an image.
        """
        self._check_fitted()
        machine, two = self.network_.plain(), self._bits
        slopes = machine.weight * machine.precision[:, None] if machine.mixed else machine.weight
        found = slopes.detach().double().cpu().numpy().T  # (hidden, unit)
        found[:, two] /= self.gaps_[two]
        diagonal = len(self.whitening_) != len(self.centre_)
        numbers = found[:, ~two]
        found[:, ~two] = numbers * self.whitening_[0] if diagonal else numbers @ self.whitening_.T
        if isinstance(self.schema_, Form):
            return self.schema_.arrange(found.reshape(-1, *self.schema_.full_shape))
        return found

    def _network(self, schema: Any) -> RestrictedBoltzmann:
        hidden = self.hidden or _HIDDEN[not isinstance(schema, Form)]
        levels = self.temperatures if self.sampling == "tempering" else 1
        return RestrictedBoltzmann(~self._bits, hidden, self.chains, levels)
