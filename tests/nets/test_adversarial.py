"""The two players, what they want of each other, and what is said of the result."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from likely.nets.adversarial import (
    Discriminator,
    Game,
    clip_weights,
    contest,
    persuasion,
    slope_penalty,
    steepness,
    unmoved,
)
from likely.nets.augment import augmented
from likely.nets.players import (
    ConvolutionalDiscriminator,
    ConvolutionalGenerator,
    DenseGenerator,
    Verdict,
)
from likely.nets.self_checks import learnt_by_heart, left_out, reach, variety


class Linear(Discriminator):
    """A discriminator whose slope is known."""

    def __init__(self, weights: list[float]) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def features(self, x: Tensor) -> Tensor:
        return x

    def forward(self, x: Tensor, given: Tensor | None = None) -> Tensor:
        return x @ self.weights


@pytest.mark.parametrize("aim", ["logistic", "wasserstein", "hinge"])
def test_players_want_the_opposite(aim: str) -> None:
    real, made = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    contest(aim, real, made).sum().backward()  # type: ignore[arg-type]
    assert real.grad is not None
    assert real.grad < 0
    assert made.grad is not None
    assert made.grad > 0
    other = torch.zeros(1, requires_grad=True)
    persuasion(aim, other).sum().backward()  # type: ignore[arg-type]
    assert other.grad is not None
    assert other.grad < 0


def test_persuasion_has_a_slope_where_the_discriminator_is_sure() -> None:
    made = torch.tensor([-20.0], requires_grad=True)
    persuasion("logistic", made).sum().backward()
    assert made.grad is not None
    assert made.grad < -0.99


def test_an_unmoved_network_hands_gradients_through() -> None:
    network, x = Linear([3.0, 4.0]), torch.ones(2, 2, requires_grad=True)
    unmoved(network, x).sum().backward()
    assert network.weights.grad is None
    assert x.grad is not None
    assert x.grad.tolist() == [[3.0, 4.0], [3.0, 4.0]]


def test_penalties_know_the_slope() -> None:
    real, made = torch.randn(5, 2), torch.randn(5, 2)
    assert slope_penalty(Linear([3.0, 4.0]), real, made, None).tolist() == pytest.approx([16.0] * 5)
    assert slope_penalty(Linear([0.6, 0.8]), real, made, None).tolist() == pytest.approx([0.0] * 5)
    assert steepness(Linear([3.0, 4.0]), real, None).tolist() == pytest.approx([25.0] * 5)


def test_clipped_weights_stay_inside() -> None:
    network = Linear([3.0, -0.05])
    clip_weights(network, 0.1)
    assert network.weights.tolist() == pytest.approx([0.1, -0.05])


def test_what_is_told_apart_is_remembered() -> None:
    game = Game(nn.Linear(1, 1), Linear([1.0]), 1)
    for _ in range(300):
        game.remember(torch.ones(4), torch.zeros(4))
    assert float(game.told) > 0.95
    for _ in range(300):
        game.remember(torch.zeros(4), torch.ones(4))
    assert float(game.told) < 0.05


def test_a_verdict_compares_with_what_was_asked_for() -> None:
    torch.manual_seed(0)
    verdict, seen = Verdict(3, 2), torch.randn(4, 3)
    first, second = (verdict(seen, torch.eye(2)[[k] * 4]) for k in (0, 1))
    assert verdict.asked is not None
    expected = seen @ (verdict.asked.weight[:, 0] - verdict.asked.weight[:, 1])
    assert torch.allclose(first - second, expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 5, 9), (2, 1, 1), (1, 1, 7), (1, 2, 3)])
def test_convolutions_fit_images_of_any_size(shape: tuple[int, ...]) -> None:
    made = ConvolutionalGenerator(4, 2, shape, (3, 5))(torch.randn(2, 4), torch.randn(2, 2))
    assert made.shape == (2, *shape)
    assert made.min() >= 0
    assert made.max() <= 1
    judge = ConvolutionalDiscriminator(shape, 2, (3, 5))
    assert judge(made, torch.randn(2, 2)).shape == (2,)
    assert judge.features(made).shape == (2, 20)


def test_a_generator_begins_as_the_nearest_normal_distribution() -> None:
    torch.manual_seed(0)
    given = torch.randint(0, 2, (4000, 1)).float()
    rows = torch.randn(4000, 2) @ torch.tensor([[2.0, 1.0], [0.0, 0.5]]) + 5 + 3 * given
    network = DenseGenerator(4, 1, (2,), (8,), bounded=False)
    network.settle(rows, given)
    with torch.no_grad():
        made = network(torch.randn(4000, 4), given)
    for label in (0, 1):
        mine = given[:, 0] == label
        assert torch.allclose(made[mine].mean(0), rows[mine].mean(0), atol=0.2)
    spread = [(some - 3 * given).T.cov() for some in (made, rows)]
    assert torch.allclose(*spread, rtol=0.15, atol=0.15)


def test_bounded_numbers_begin_near_their_mean() -> None:
    torch.manual_seed(0)
    network = DenseGenerator(4, 0, (1, 2, 2), (8,), bounded=True)
    network.settle(torch.full((9, 1, 2, 2), 0.8), None)
    assert (network(torch.randn(50, 4)) - 0.8).abs().max() < 0.1


def test_changes_to_images_let_gradients_through() -> None:
    torch.manual_seed(0)
    images = torch.rand(64, 2, 8, 10, requires_grad=True)
    changed = augmented(images)
    assert changed.shape == images.shape
    changed.sum().backward()
    assert images.grad is not None
    share = float((images.grad > 0).float().mean())
    assert 0.5 < share < 0.95  # what was shifted out or lies in a hole has none
    assert not torch.equal(changed[0], changed[1])


def test_a_collapsed_generator_reaches_little() -> None:
    rng = np.random.default_rng(0)
    real, alike = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
    collapsed = np.repeat(real[:1], 300, axis=0) + 1e-3 * alike
    assert reach(alike, real) > 0.85
    assert reach(collapsed, real) < 0.1
    assert variety(alike, real) == pytest.approx(1, abs=0.15)
    assert variety(collapsed, real) < 0.01


def test_what_is_left_out_is_counted() -> None:
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(2, 500, 3))
    real[:, 0] += 20 * (np.arange(500) % 5)
    made[:, 0] += 20 * (np.arange(500) % 3)
    assert left_out(made, real) == pytest.approx(0.4)
    made[::10, 0] += 60  # a few of them
    assert 0 < left_out(made, real) < 0.4
    wrong = real[rng.permutation(500)] + 3 * rng.normal(size=(500, 3))  # but of all parts
    assert reach(wrong, real) < 0.5
    assert left_out(wrong, real) < 0.05
    assert left_out(real[::2], real[1::2]) == 0


def test_what_is_learnt_by_heart_is_nearer() -> None:
    rng = np.random.default_rng(0)
    learnt, apart, made = (rng.normal(size=(300, 3)) for _ in range(3))
    assert learnt_by_heart(made, learnt, apart) == pytest.approx(0.5, abs=0.1)
    assert learnt_by_heart(learnt + 1e-3 * made, learnt, apart) > 0.95
