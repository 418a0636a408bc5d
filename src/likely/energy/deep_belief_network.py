"""The deep belief network."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import numpy as np
import torch
from torch import Tensor, nn

from likely.base.state import Weights
from likely.core.params import Interval
from likely.data.form import Form
from likely.energy.over_units import OverUnits
from likely.nets.annealing import LogPartition, log_partition_of
from likely.nets.budget import divided
from likely.nets.clamped import Clamp
from likely.nets.contrastive import contrastive_loss, held_out_loss
from likely.nets.deep_belief import DeepBelief
from likely.nets.restricted_boltzmann import RestrictedBoltzmann
from likely.nets.rng import seeded

_HIDDEN = {True: (32, 32), False: (500, 500)}  # of tables, of images
_MANY = 100  # units below
_GENTLE = 0.1  # of the rate, for what is trained already
_AT_ONCE = 10_000  # samples


class DeepBeliefNetwork(OverUnits):
    r"""Deep belief network: machines on top of one another (Hinton, Osindero & Teh, 2006).

    A restricted Boltzmann machine is trained, then another one on the hidden units of the first,
    and so on. What the machines below say of their hidden units is then forgotten: the uppermost
    says it, and p(v) is that of drawing from it and going down layer by layer. Wake and sleep then
    adapt all layers to one another.

    Parameters
    ----------
    hidden : sequence of int or None, default None
        Hidden units of each machine, at least two of them: usually (32, 32) for tables, (500, 500)
        for images.
    fine_tuning : bool, default True
        Whether wake and sleep follow on the machines, for as many steps as one of them had.
    sampling : {"pcd", "cd"}, default "pcd"
        As of `RBM`.
    gibbs_steps : int in [1, 10000], default 1
        As of `RBM`.
    chains : int in [1, 100000], default 100
        Persistent chains.
    importance_samples : int in [1, 100000], default 20
        Codes tried for each sample. More tighten the bound, and cost as much more time.
    annealing : int in [1, 10000000], default 1000
        Temperatures of the annealed importance sampling that estimates log Z of the uppermost
        machine.
    draw_steps : int in [1, 1000000], default 200
        Steps of Gibbs sampling behind a sample that is drawn.
    weight_decay : float in [0, 1], default 0.0
        Pull of the weights to zero.
    kind : {"auto", "table", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most, in each machine.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.03
        Largest step of Adam for a few units; divided by 1 + units below / 100.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps". Time is shared out; steps are those of
        each machine, and of fine tuning.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.deep_belief.DeepBelief` of one's own, which is fine-tuned only; cannot be
        saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed; machines above the
        first add a number to its name.
    seed : int in [0, inf), default 0
        Of weights, batches and chains.

    Attributes
    ----------
    log_partition_ : float
        log Z of the uppermost machine, as `log_prob` uses it.
    log_partition_error_ : float
        Its standard error in nats; 0 where 20 units or fewer are on one side, and it is exact.

    Notes
    -----
    `log_prob` is a lower bound in nats, importance-weighted over codes as that of a `VAE`, with the
    same draws for every sample; and its level rests on the estimate of log Z.

    **Intuition.** Machines on top of one another: each learns what the units below it do together.

    **Formula.** $p(v, h^1, h^2) = p(v \mid h^1) \, p(h^1, h^2)$, where v is what is seen, and h¹
    and h² are layers of hidden units, the upper two a machine: p(h¹, h²) is proportional to exp(−E)
    as of `RBM`.

    **When to use.** Where the field began: layer by layer, for black and white pictures.

    **Where it fails.** Layers are learnt one by one and come to know of one another in fine tuning
    only; the likelihood is a lower bound, and its level an estimate.

    **Cost.** That of its machines, one after the other, and of fine tuning, as long as one of them;
    a sample is judged by `importance_samples` codes, a pass upwards each.

    References
    ----------
    Hinton, G. E., Osindero, S. & Teh, Y.-W. (2006). A fast learning algorithm for deep belief nets.
    Neural Computation 18, 1527-1554. https://doi.org/10.1162/neco.2006.18.7.1527
    (doi:10.1162/neco.2006.18.7.1527)
    Salakhutdinov, R. & Murray, I. (2008). On the quantitative analysis of deep belief networks.
    ICML. https://doi.org/10.1145/1390156.1390266

    Examples
    --------
    >>> import numpy as np
    >>> from likely.energy import DeepBeliefNetwork
    >>> halves = np.random.default_rng(0).random((500, 3)) < 0.5
    >>> rows = np.hstack([halves, halves]).astype(float)
    >>> model = DeepBeliefNetwork(hidden=(8, 8), budget="400 steps").fit(rows)
    >>> model.predict([[1, 0, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0]])
    array([ 1, -1])
    """

    bound = (
        "a lower bound, importance-weighted over `importance_samples` codes, up to the logarithm "
        "of the partition function of the uppermost machine, which is exact up to 20 units and "
        "else estimated by annealed importance sampling"
    )
    card = {"kinds": ["table", "image"], "paper": "doi:10.1162/neco.2006.18.7.1527"}
    fast = {
        "hidden": (4, 4),
        "budget": "60 steps",
        "batch_size": 32,
        "draw_steps": 50,
        "importance_samples": 5,
    }
    _state_spec = OverUnits._state_spec | {"network_": Weights()}

    network_: Any  # a DeepBelief; while it is trained, one of its machines

    def __init__(
        self,
        hidden: Sequence[int] | None = None,
        fine_tuning: bool = True,
        sampling: Literal["pcd", "cd"] = "pcd",
        gibbs_steps: Annotated[int, Interval(1, 10_000)] = 1,
        chains: Annotated[int, Interval(1, 100_000)] = 100,
        importance_samples: Annotated[int, Interval(1, 100_000)] = 20,
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
        self.fine_tuning = fine_tuning
        self.sampling = sampling
        self.gibbs_steps = gibbs_steps
        self.chains = chains
        self.importance_samples = importance_samples
        self.annealing = annealing
        self.draw_steps = draw_steps
        self.weight_decay = weight_decay
        self.kind = kind
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Any) -> DeepBelief:
        hidden = self.hidden or _HIDDEN[not isinstance(schema, Form)]
        widths = (schema.width, *hidden)
        kinds = [~self._bits, *(np.zeros(width, bool) for width in hidden)]
        return DeepBelief(
            [RestrictedBoltzmann(kinds[i], widths[i + 1], self.chains) for i in range(len(hidden))]
        )

    def _build(self) -> nn.Module:
        training: nn.Module | None = getattr(self, "_training", None)
        return self._network(self.schema_) if training is None else training

    def _train(self, data: Tensor, held_out: Tensor | None, rng: np.random.Generator) -> None:
        with seeded(int(rng.integers(2**31))):
            given = self.network is not None
            whole = copy.deepcopy(self.network) if given else self._network(self.schema_)
        stages = len(whole.layers) + self.fine_tuning
        history: list[dict[str, float]] = []
        notes: list[str] = []
        steps = 0
        said, samples, apart = "", data, held_out
        try:
            self._share = divided(self.budget, stages)
            for stage in range(stages):
                self._stage, last = stage, stage == len(whole.layers)
                if given and not last:
                    continue
                self._training = self._prepared(whole, stage, samples, rng)
                of_stage = (data, None) if last else (samples, apart)
                super()._train(*of_stage, rng)
                history += self.history_
                notes += self.notes_
                steps += self.steps_
                said = said or self.budget_
                self._share = said  # so that it repeats the run, also where time was the limit
                if last:
                    whole = self.network_
                else:
                    trained = self.network_.float()
                    samples = _hidden_of(trained, samples, rng)
                    apart = None if apart is None else _hidden_of(trained, apart, rng)
                    if stage + 1 == len(whole.layers):
                        whole.to(self._device()).untie()
        finally:
            self._training = None
        self.network_ = self._to_scoring(whole.to(self._device()).eval())
        self.history_, self.notes_ = history, tuple(notes)
        self.steps_, self.budget_ = steps, said

    def _prepared(
        self, whole: DeepBelief, stage: int, samples: Tensor, rng: np.random.Generator
    ) -> nn.Module:
        """Return what is trained in a stage: one machine, or all of them."""
        if stage == len(whole.layers):
            return whole.float()
        with seeded(int(rng.integers(2**31))):
            cast(RestrictedBoltzmann, whole.layers[stage]).cpu().settle(samples)
        return whole.layers[stage]

    def _checkpoint(self, data: Tensor) -> tuple[Path, str] | None:
        found = super()._checkpoint(data)
        if found is None or self._stage == 0:
            return found
        return Path(f"{found[0]}.{self._stage}"), found[1]

    def _limit(self) -> str | float | None:
        return self._share

    def _rate(self) -> float:
        if isinstance(self.network_, DeepBelief):
            return _GENTLE * self.learning_rate / (1 + self.schema_.width / _MANY)
        return self.learning_rate / (1 + len(self.network_.weight) / _MANY)

    def _loss(self, batch: Tensor) -> Tensor:
        network = self.network_
        with torch.autocast(batch.device.type, enabled=False):
            if isinstance(network, DeepBelief):
                found = network.up_down(batch, self.sampling, self.gibbs_steps)
            elif network.training:
                found = contrastive_loss(network, batch, self.sampling, self.gibbs_steps)
            else:
                found = held_out_loss(network, batch)
        return found / batch.shape[1]  # nats a unit

    def _energies(self, batch: Tensor) -> Tensor:
        weights = self.network_.log_weights(batch, self._chances(batch))
        return float(np.log(self.importance_samples)) - weights.logsumexp(dim=0)

    def _costs(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        precision = self.network_.layers[0].plain().precision
        return self.network_.costs(batch, self._chances(batch)), precision

    def _chances(self, batch: Tensor) -> Tensor:
        """Return where in their distributions codes are drawn, the same for every sample."""
        found = _spread_evenly(self.importance_samples, self.network_.inner)
        return torch.from_numpy(found).to(batch)

    def _partition(self, chains: int, temperatures: int, seed: int) -> LogPartition:
        top = self.network_.to(self._device()).eval().top
        with torch.inference_mode(), seeded(seed):
            return log_partition_of(top, chains, temperatures)

    def _draw(self, n: int) -> Tensor:
        return self.network_.down(self.network_.top.draw(n, self.draw_steps))

    def _draw_given(self, clamp: Clamp) -> Tensor:
        with torch.inference_mode():
            return self.network_.draw_given(clamp, self.draw_steps)


def _hidden_of(machine: RestrictedBoltzmann, x: Tensor, rng: np.random.Generator) -> Tensor:
    """Return draws of the hidden units of a machine given samples, on the processor."""
    device = machine.weight.device
    with torch.no_grad(), seeded(int(rng.integers(2**31))):
        plain = machine.plain()
        parts = [plain.draw_hidden(part.to(device)).cpu() for part in x.split(_AT_ONCE)]
    return torch.cat(parts)


def _spread_evenly(draws: int, units: int) -> np.ndarray:
    """Return chances, the same at every call, that cover (0, 1) evenly in each unit, (draw, unit).

    Codes of few draws are then nearly as often on as they should be (McKay et al., 1979).
    """
    rng = np.random.default_rng(0)
    ranks = rng.permuted(np.tile(np.arange(draws), (units, 1)), axis=1).T
    return (ranks + rng.uniform(size=(draws, units))) / draws
