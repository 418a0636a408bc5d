from collections.abc import Callable
from unittest.mock import patch

import pytest
import torch
from torch import Tensor, nn

from likely.core.errors import TrainingFailed
from likely.nets import train as module
from likely.nets.budget import Budget, read_budget
from likely.nets.rng import seeded
from likely.nets.train import Course, Group, train

DATA = torch.from_numpy(
    torch.arange(400, dtype=torch.float32).reshape(100, 4).remainder(7).numpy() / 7 - 0.5
)


def fit(
    budget: Budget,
    *,
    held_out: Tensor | None = None,
    spoil: Callable[[Tensor], Tensor] = lambda loss: loss,
    epochs: int = 50,
    anneal: bool = False,
) -> tuple[nn.Module, Course]:
    """Train a small network, with losses that may be spoiled."""
    with seeded(1):
        network = nn.Sequential(nn.Linear(4, 2), nn.SiLU(), nn.Linear(2, 4))
        course = train(
            network,
            lambda x: spoil(((network(x) - x) ** 2).mean(dim=1)),
            DATA,
            what="Training",
            epochs=epochs,
            batch_size=20,
            learning_rate=0.01,
            budget=budget,
            held_out=held_out,
            anneal=anneal,
        )
    return network, course


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_the_loss_falls_and_every_look_is_written_down() -> None:
    _, course = fit(Budget(planned=200), held_out=DATA)
    assert course.steps == course.planned == 200
    assert [look["step"] for look in course.history] == list(range(25, 201, 25))
    losses = [look["held_out"] for look in course.history]
    assert losses[-1] < 0.7 * losses[0]
    assert set(course.history[0]) == {"step", "seconds", "learning_rate", "loss", "held_out"}


def test_one_seed_gives_the_same_weights() -> None:
    assert same(fit(Budget(planned=60))[0], fit(Budget(planned=60))[0])


def test_global_random_numbers_are_as_they_were() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit(Budget(planned=5))
    assert torch.equal(torch.rand(3), expected)


def test_training_stops_when_nothing_improves_and_keeps_the_best() -> None:
    strange = 100 * torch.ones(10, 4)  # the better the rest is learnt, the worse these
    network, course = fit(Budget(), held_out=strange, epochs=10_000)
    assert course.steps < course.planned
    with torch.no_grad():
        kept = float(((network(strange) - strange) ** 2).mean())
    assert kept == pytest.approx(min(look["held_out"] for look in course.history), rel=1e-5)


def test_the_rate_falls_before_training_stops_early_if_asked() -> None:
    strange = 100 * torch.ones(10, 4)
    level = fit(Budget(), held_out=strange, epochs=10_000)[1]
    network, course = fit(Budget(), held_out=strange, epochs=10_000, anneal=True)
    assert course.steps > level.steps
    assert course.planned == -(-level.steps * 5 // 3)  # the rate is level for three fifths of it
    rates = [look["learning_rate"] for look in course.history]
    assert rates[: len(level.history)] == [look["learning_rate"] for look in level.history]
    assert rates[-1] < 0.5 * rates[0]
    again = fit(Budget(planned=course.planned), held_out=strange, anneal=True)
    assert same(network, again[0])  # the plan, as it was cut, repeats the run


def test_a_loss_that_is_no_number_sends_training_back_at_half_the_rate() -> None:
    calls = 0

    def spoil(loss: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return loss * torch.nan if calls == 60 else loss

    network, course = fit(Budget(planned=120), spoil=spoil)
    assert len(course.notes) == 1
    assert "not a finite number at step" in course.notes[0]
    rates = {look["step"]: look["learning_rate"] for look in course.history}
    assert rates[50] == 0.01
    assert rates[75] <= 0.005
    assert all(torch.isfinite(value).all() for value in network.state_dict().values())


def test_losses_that_never_are_numbers_fail() -> None:
    with pytest.raises(TrainingFailed, match="smaller learning_rate"):
        fit(Budget(planned=50), spoil=lambda loss: loss * torch.nan)


def test_ctrl_c_keeps_the_best_so_far() -> None:
    calls = 0

    def spoil(loss: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        if calls == 73:
            raise KeyboardInterrupt
        return loss

    network, course = fit(Budget(planned=500), spoil=spoil)
    assert course.steps == 72
    assert course.notes == ["Stopped by hand after 72 of 500 steps; the best so far is kept."]
    assert same(network, fit(Budget(planned=500, stop=72))[0])


def test_a_budget_of_time_as_steps_repeats_the_run() -> None:
    ticks = iter(range(100_000))
    with patch.object(module, "monotonic", lambda: 0.01 * next(ticks)):
        timed, course = fit(Budget(seconds=4.0), held_out=DATA, epochs=10_000)
    assert 20 < course.steps <= course.planned < 10_000 * 5
    again = Budget(planned=course.planned, stop=course.steps)
    assert same(timed, fit(again, held_out=DATA, epochs=3)[0])


def test_a_budget_too_short_to_measure_repeats_too() -> None:
    ticks = iter(range(100_000))
    with patch.object(module, "monotonic", lambda: 0.01 * next(ticks)):
        timed, course = fit(Budget(seconds=0.3), epochs=10_000)
    assert course.steps <= 31
    again = Budget(planned=course.planned, stop=course.steps)
    assert same(timed, fit(again)[0])


def test_groups_learn_at_their_own_pace_and_rest_without_a_gradient() -> None:
    network = nn.ParameterList([nn.Parameter(torch.zeros(1)) for _ in range(3)])
    groups = [Group([network[0]]), Group([network[1]], rate=3.0), Group([network[2]])]
    train(
        network,
        lambda batch: (network[0] + network[1]) * torch.ones(len(batch)),
        torch.zeros(8, 1),
        what="Training",
        epochs=1,
        batch_size=8,
        learning_rate=0.01,
        budget=read_budget("40 steps"),
        groups=groups,
    )
    first, second, third = (weight.item() for weight in network)
    assert first < 0
    assert second == pytest.approx(3 * first, rel=1e-3)
    assert third == 0
