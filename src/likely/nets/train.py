"""The one training loop.

Minibatches, a warm-up and a late decay of the learning rate, clipped gradients, averaged weights,
early stopping on samples held out, a budget of time, checkpoints. What is kept are the averaged
weights with the smallest loss on the samples held out. Ctrl-C stops and keeps them too.

The same seed, data and number of threads give the same weights on a processor, whether the run was
killed and resumed or not: a checkpoint holds everything that the next step depends on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from likely.core.errors import TrainingFailed
from likely.core.progress import track
from likely.nets.budget import Budget
from likely.nets.checkpoint import read_checkpoint, write_checkpoint
from likely.nets.rng import seeded

Loss = Callable[[Tensor], Tensor]
"""From a batch (batch, ...) to the loss of every sample in it (batch,)."""

SAVE_SECONDS = 20.0
"""A checkpoint is written this often."""

_WARM_UP = 50  # steps
_DECAY_FROM = 0.6  # of the steps planned
_MEASURED = {"cpu": 20}  # steps that a budget of time is planned by: the later half of them
_MEASURED_ELSEWHERE = 100  # a GPU wakes up during the first ones
_CLIP = 1.0
_AVERAGED = 0.999
_LEAST_BETWEEN = 25  # steps between looks at the samples held out
_PATIENCE = 12  # looks without progress
_MOST_FAILURES = 5
_CHECKED = {"cpu": 1}  # steps between questions whether losses are numbers
_CHECKED_ELSEWHERE = 16  # an answer waits for all that a GPU has still to do


@dataclass(frozen=True)
class Group:
    """Weights that learn at a pace of their own, and whose gradients are clipped by themselves.

    Parameters
    ----------
    weights : list of Parameter
        Which. Those without a gradient stay as they are in a step.
    rate : float, default 1.0
        Factor on the learning rate.
    betas : (float, float), default (0.9, 0.999)
        How much Adam remembers of gradients and of their squares.
    """

    weights: list[nn.Parameter]
    rate: float = 1.0
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Course:
    """How training went.

    Attributes
    ----------
    history : list of dict
        At every look: step, seconds, learning_rate, loss (on training samples), held_out.
    steps : int
        Steps taken.
    planned : int
        Steps that the learning rate was laid out for.
    measured : int
        Steps that a budget of time is planned by; until then `planned` may still change.
    notes : list of str
        What people should know, in sentences.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    steps: int = 0
    planned: int = 0
    measured: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def done(self) -> float:
        """Return the share of the steps that is taken, beginning when all of them are planned."""
        return max(0, self.steps - self.measured) / max(1, self.planned)


def train(
    network: nn.Module,
    loss: Loss,
    data: Tensor,
    *,
    what: str,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    budget: Budget,
    held_out: Tensor | None = None,
    weight_decay: float = 0.0,
    checkpoint: tuple[Path, str] | None = None,
    course: Course | None = None,
    groups: Sequence[Group] | None = None,
    anneal: bool = False,
) -> Course:
    """Train a network in place; random numbers come from torch's own state.

    Parameters
    ----------
    network : Module
        Where its weights are, batches go.
    loss : callable
        Loss of every sample of a batch, by the network's present weights.
    data : Tensor of shape (n, ...)
        Samples to train on.
    what : str
        What is trained, for the bar.
    epochs : int
        How often every sample is seen, if the budget does not say otherwise.
    batch_size : int
        Samples a step.
    learning_rate : float
        Largest rate, of Adam with decoupled weight decay (Loshchilov & Hutter, 2019).
    budget : Budget
        Limit of time or steps.
    held_out : Tensor of shape (m, ...), optional
        Samples to stop early by.
    weight_decay : float, default 0.0
        Pull of the weights to zero.
    checkpoint : (Path, str), optional
        Where the state is kept, and what it belongs to: a text that names model, settings and data.
    course : Course, optional
        What to write the course of training into, for losses that depend on it.
    groups : sequence of Group, optional
        Weights that learn at paces of their own, such as two networks that play against each other;
        all weights in one group if left out.
    anneal : bool, default False
        Whether the learning rate falls before training stops early. Losses with much chance in them
        stop improving at a level rate long before they have to.

    Raises
    ------
    TrainingFailed
        If the loss is not finite again and again, though the rate was halved each time.
    """
    groups = groups or [Group(list(network.parameters()))]
    run = _Run(
        network, loss, data, held_out, batch_size, learning_rate, weight_decay, checkpoint, groups,
        anneal,
    )  # fmt: skip
    run.course = Course() if course is None else course
    run.course.measured = _MEASURED.get(run.device.type, _MEASURED_ELSEWHERE)
    run.plan(epochs, budget)
    stopped = False
    try:
        for _ in track(run.steps(budget), what, run.course.planned):
            pass
    except KeyboardInterrupt:
        stopped = True
        run.course.notes.append(
            f"Stopped by hand after {run.course.steps:,} of {run.course.planned:,} steps; the best "
            "so far is kept."
        )
    run.finish(save=not stopped)  # a step may be half taken: the file stays as it was
    return run.course


class _Run:
    """One run: everything that the next step depends on."""

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        data: Tensor,
        held_out: Tensor | None,
        batch_size: int,
        learning_rate: float,
        weight_decay: float,
        checkpoint: tuple[Path, str] | None,
        groups: Sequence[Group],
        anneal: bool,
    ) -> None:
        self.network, self.loss, self.groups = network, loss, groups
        self.device = next(network.parameters()).device
        self.data = data.to(self.device) if _fits(data) else data
        self.held_out = held_out
        self.batch_size = min(batch_size, len(data))
        self.rate, self.factor = learning_rate, 1.0
        self.optimiser = torch.optim.AdamW(
            [{"params": group.weights, "betas": group.betas} for group in groups],
            learning_rate,
            weight_decay=weight_decay,
            fused=True,
        )
        self.live = _state(network)  # these tensors stay the same; only their values change
        self.average = {name: value.clone() for name, value in self.live.items()}
        self.best = {name: value.clone() for name, value in self.average.items()}
        self.best_loss, self.looks, self.failures = math.inf, 0, 0
        self.order = torch.empty(0, dtype=torch.int64)
        self.place = 0
        self.spent = 0.0  # seconds, also of runs before this one
        self.begun = 0.0  # seconds before the steps that are measured
        self.running: list[Tensor] = []
        self.sound = torch.ones((), dtype=torch.bool, device=self.device)
        self.course = Course()
        self.anneal = anneal
        self.checkpoint = checkpoint
        self.saved = monotonic()

    def plan(self, epochs: int, budget: Budget) -> None:
        """Lay out the steps, or take up a run that was killed."""
        each = max(1, len(self.data) // self.batch_size)
        self.course.planned = budget.planned or epochs * each
        self.between = max(each, _LEAST_BETWEEN)
        if self.checkpoint is not None:
            read_checkpoint(self, *self.checkpoint)

    def steps(self, budget: Budget) -> Iterator[None]:
        """Take steps until all are taken, the budget is spent or nothing improves."""
        started = monotonic() - self.spent
        course = self.course
        stop = budget.stop or math.inf
        while course.steps < min(course.planned, stop) and self.looks < _PATIENCE:
            self._step()
            course.steps += 1
            self.spent = monotonic() - started
            if course.steps in (course.measured // 2, course.measured):
                float(self.running[-1] if self.running else 0)  # waits for all steps so far
                self.spent = monotonic() - started
            if course.steps == course.measured // 2:
                self.begun = self.spent
            if course.steps == course.measured and math.isfinite(budget.seconds):
                course.planned = min(course.planned, self._affordable(budget.seconds))
            if course.steps % self.between == 0 or course.steps == course.planned:
                self._look()
                self._anneal()
            self._save_if_due()
            yield
            if self.spent > budget.seconds:
                break

    def finish(self, *, save: bool) -> None:
        """Put the best weights into the network."""
        if not self.course.history or self.course.history[-1]["step"] != self.course.steps:
            self._look()
        if save:
            self._save_if_due(now=True)
        self.network.load_state_dict(self.best)
        self.network.eval()

    def _step(self) -> None:
        self.network.train()
        rate = self.factor * self.rate * self._course_of_rate()
        for settings, group in zip(self.optimiser.param_groups, self.groups, strict=True):
            settings["lr"] = rate * group.rate
        batch = self._next_batch()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            mean = self.loss(batch).mean()
        self.optimiser.zero_grad(set_to_none=True)
        mean.backward()
        sizes = [
            nn.utils.clip_grad_norm_(group.weights, _CLIP).to(self.device)  # 0 on the CPU if none
            for group in self.groups
        ]
        self.sound &= torch.isfinite(mean) & torch.isfinite(torch.stack(sizes)).all()
        due = self.course.steps % _CHECKED.get(self.device.type, _CHECKED_ELSEWHERE) == 0
        if due and not self.sound:
            self._go_back()
            return
        self.optimiser.step()
        self.running.append(mean.detach())
        self._update_average()

    def _update_average(self) -> None:
        share = min(_AVERAGED, (1 + self.course.steps) / (10 + self.course.steps))
        pairs = [(self.average[name], value) for name, value in self.live.items()]
        real = [pair for pair in pairs if pair[0].dtype.is_floating_point]
        averages, values = (list(column) for column in zip(*real, strict=True))
        get_ema_multi_avg_fn(share)(averages, values, None)
        for average, value in pairs:
            if not average.dtype.is_floating_point:
                average.copy_(value)

    def _affordable(self, seconds: float) -> int:
        """Return how many steps take that long; the first ones say little, a GPU wakes up then."""
        first = self.course.measured
        each = (self.spent - self.begun) / (first - first // 2)
        more = (0.9 * seconds - self.spent) / max(each, 1e-6)
        return first + max(0, int(more))

    def _course_of_rate(self) -> float:
        """Return the factor on the learning rate: up, level, and down along a cosine."""
        done = self.course.steps / self.course.planned
        warm = min(1.0, (self.course.steps + 1) / _WARM_UP)
        planned = self.course.steps >= self.course.measured  # by the clock, if it decides
        if done <= _DECAY_FROM or not planned:
            return warm
        return warm * 0.5 * (1 + math.cos(math.pi * (done - _DECAY_FROM) / (1 - _DECAY_FROM)))

    def _anneal(self) -> None:
        """Cut the plan, when nothing improves any more, so that the rate begins to fall now."""
        level = self.course.steps < _DECAY_FROM * self.course.planned
        if self.anneal and level and self.looks >= _PATIENCE:
            self.course.planned = math.ceil(self.course.steps / _DECAY_FROM)
            self.looks = 0

    def _next_batch(self) -> Tensor:
        if self.place + self.batch_size > len(self.order):
            self.order, self.place = torch.randperm(len(self.data)).to(self.data.device), 0
        chosen = self.order[self.place : self.place + self.batch_size]
        self.place += self.batch_size
        return self.data[chosen].to(self.device)

    def _look(self) -> None:
        """Compare the averaged weights with the best so far, on samples held out if there are."""
        if not self.sound:
            self._go_back()
        losses = torch.stack(self.running).double() if self.running else torch.zeros(1)
        loss = float(losses.mean())
        held_out = self._loss_held_out() if self.held_out is not None else None
        self.course.history.append(
            {
                "step": self.course.steps,
                "seconds": round(self.spent, 3),
                "learning_rate": self.optimiser.param_groups[0]["lr"],
                "loss": loss,
                "held_out": math.nan if held_out is None else held_out,
            }
        )
        self.running = []
        if held_out is not None and not held_out < self.best_loss:
            self.looks += 1
            return
        self.looks = 0
        self.best_loss = math.inf if held_out is None else held_out
        self.best = {name: value.clone() for name, value in self.average.items()}

    def _loss_held_out(self) -> float:
        """Return the mean loss of the samples held out, with the same random numbers every time."""
        assert self.held_out is not None
        kept = {name: value.clone() for name, value in self.live.items()}
        self.network.load_state_dict(self.average)
        self.network.eval()
        total = 0.0
        try:
            with torch.no_grad(), seeded(0):
                for batch in self.held_out.split(self.batch_size):
                    total += float(self.loss(batch.to(self.device)).double().sum())
        finally:  # Ctrl-C may come here
            self.network.load_state_dict(kept)
        return total / len(self.held_out)

    def _go_back(self) -> None:
        """Return to the best weights with half the rate, after a loss that was no number."""
        self.failures += 1
        self.sound.fill_(True)
        self.running = []
        if self.failures > _MOST_FAILURES:
            raise TrainingFailed(
                f"The loss was not a finite number {self.failures} times, the last time at step "
                f"{self.course.steps:,}, although the learning rate was halved each time. Try a "
                "smaller learning_rate, and look for extreme values in the data."
            )
        self.factor /= 2
        self.network.load_state_dict(self.best)
        self.average = {name: value.clone() for name, value in self.best.items()}
        self.optimiser.state.clear()
        self.course.notes.append(
            f"The loss was not a finite number at step {self.course.steps:,}; training went back "
            "to the best weights and goes on with half the learning rate."
        )

    def _save_if_due(self, *, now: bool = False) -> None:
        if self.checkpoint is not None and (now or monotonic() - self.saved >= SAVE_SECONDS):
            write_checkpoint(self, *self.checkpoint)
            self.saved = monotonic()


def _state(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in network.state_dict().items()}


def _fits(data: Tensor) -> bool:
    return data.element_size() * data.nelement() < 4 << 30
