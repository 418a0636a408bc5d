"""Every building block can be undone, and its log-determinant is that of autograd's Jacobian."""

import numpy as np
import pytest
import torch

from likely.nets.bijections import ActNorm, Bijection, Chain, Gaussianised
from likely.nets.columns import Marginals, Whitening, quantile_knots, steps_between, usual_start
from likely.nets.conditioners import autoregressive, couplings
from likely.nets.image_flow import (
    board_steps,
    channel_steps,
    flat_couplings,
    glow_steps,
    multi_scale,
)
from likely.nets.image_maps import Flat, Mixing, Squeezed
from likely.nets.univariate import Affine, Shift, Spline

ROWS = np.random.default_rng(0).standard_t(3, size=(500, 4)) @ np.triu(np.ones((4, 4)))
HIDDEN = (8, 8)


def blocks() -> dict[str, tuple[Bijection, tuple[int, ...]]]:
    """Return maps by name, and the shape of what they map."""
    torch.manual_seed(0)
    glow, boards, channels = glow_steps(2, HIDDEN), board_steps(2, HIDDEN), channel_steps(2, HIDDEN)
    return {
        "whitening": (Whitening(4), (4,)),
        "strong relations": (Whitening(4, 0.5), (4,)),
        "marginals": (Marginals(4), (4,)),
        "start": (Chain(usual_start(4)), (4,)),
        "shifts": (Chain(couplings(4, 3, Shift(), HIDDEN)), (4,)),
        "couplings": (Chain(couplings(5, 3, Affine(), HIDDEN)), (5,)),
        "one column": (Chain(couplings(1, 3, Spline(), HIDDEN)), (1,)),
        "spline couplings": (Chain(couplings(4, 2, Spline(), HIDDEN)), (4,)),
        "autoregressive": (Chain(autoregressive(4, 2, Affine(), HIDDEN)), (4,)),
        "autoregressive splines": (Chain(autoregressive(4, 2, Spline(), HIDDEN)), (4,)),
        "one column in order": (Chain(autoregressive(1, 2, Spline(), HIDDEN)), (1,)),
        "no inner layer": (Chain(autoregressive(3, 2, Affine(), ())), (3,)),
        "norm": (ActNorm((2, 1, 1)), (2, 4, 2)),
        "mixing": (Mixing(3), (3, 2, 2)),
        "squeezed": (Squeezed(Mixing(4)), (1, 4, 4)),
        "glow": (multi_scale(1, (4, 4), 2, glow), (1, 4, 4)),
        "odd glow": (multi_scale(3, (3, 2), 2, glow), (3, 3, 2)),
        "grey glow of odd sizes": (multi_scale(1, (3, 3), 2, glow), (1, 3, 3)),
        "real nvp": (multi_scale(1, (4, 4), 2, channels, boards), (1, 4, 4)),
        "odd real nvp": (multi_scale(2, (1, 3), 2, channels, boards), (2, 1, 3)),
        "flat": (flat_couplings(12, 2, Shift(), HIDDEN, 0.0), (3, 2, 2)),
        "flat norm": (Flat(ActNorm((4,))), (1, 2, 2)),
    }


def settled(block: Bijection, shape: tuple[int, ...]) -> tuple[Bijection, torch.Tensor]:
    """Return a map with weights of all sizes, in double precision, and samples."""
    generator = torch.Generator().manual_seed(1)
    if shape == (4,):
        x = torch.from_numpy(ROWS).float()
    else:
        x = torch.randn((200, *shape), generator=generator)
    with torch.no_grad():
        block.settle(x)
    for parameter in block.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    return block.double().eval(), x[:6].double()


@pytest.mark.parametrize("name", blocks())
def test_the_log_determinant_is_that_of_the_jacobian(name: str) -> None:
    block, x = settled(*blocks()[name])
    with torch.no_grad():
        z, gain = block(x)
    assert z.shape == gain.shape == x.shape
    for i in range(len(x)):
        jacobian = torch.autograd.functional.jacobian(lambda one: block(one[None])[0][0], x[i])
        square = jacobian.reshape(x[i].numel(), -1)
        expected = torch.linalg.slogdet(square)[1]
        assert float(gain[i].detach().sum()) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("name", blocks())
def test_it_can_be_undone(name: str) -> None:
    block, x = settled(*blocks()[name])
    far = torch.cat([x, 100 * x])  # far out, too
    with torch.no_grad():
        back = block.inverse(block(far)[0])
    assert torch.allclose(back, far, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", blocks())
def test_float32_is_precise_enough(name: str) -> None:
    block, x = settled(*blocks()[name])
    block.float()
    with torch.no_grad():
        back = block.inverse(block(x.float())[0])
    assert float((back - x.float()).abs().max()) < 1e-4


def test_far_values_stay_finite() -> None:
    for maps in (couplings, autoregressive):
        for univariate in (Affine(), Spline()):
            start = usual_start(4)
            block, _ = settled(Chain([*start, *maps(4, 3, univariate, HIDDEN)]), (4,))
            x = torch.tensor([[1e6, -1e6, 0.0, 1.0], [1e3, 1e3, 1e3, 1e3]]).double()
            assert torch.isfinite(Gaussianised(block).log_prob(x)).all()
            z = torch.full((2, 4), 1e3).double()
            assert torch.isfinite(block.inverse(z)).all()


def test_a_start_is_the_density_of_a_gaussian() -> None:
    rng = np.random.default_rng(0)
    spread = np.array([[2.0, 1.9], [1.9, 2.0]])
    rows = rng.multivariate_normal([1.0, -1.0], spread, size=5000)
    flow = Gaussianised(Chain([Whitening(2)]))
    flow.bijection.settle(torch.from_numpy(rows).float())
    entropy = 0.5 * np.log(np.linalg.det(2 * np.pi * np.e * spread))
    found = float(flow.log_prob(torch.from_numpy(rows).float()).mean())
    assert found == pytest.approx(-entropy, abs=0.05)


def test_weak_relations_are_left_where_only_strong_ones_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(1000, 1))
    rows = np.hstack([a, a + rng.normal(size=(1000, 1)), a + 0.01 * rng.normal(size=(1000, 1))])
    block = Whitening(3, 0.75)
    block.settle(torch.from_numpy(rows).float())
    assert float(block.triangle[1, 0]) == 0.0
    assert float(block.triangle[2, 0]) == pytest.approx(-100, rel=0.1)


def test_marginals_become_normal() -> None:
    rows = np.exp(2 * np.random.default_rng(0).normal(size=(4000, 1)))
    block = Marginals(1)
    block.settle(torch.from_numpy(rows).float())
    z = np.sort(block(torch.from_numpy(rows).float())[0].numpy()[:, 0])
    assert z.mean() == pytest.approx(0, abs=0.03)
    assert z.std() == pytest.approx(1, abs=0.03)


def test_knots_ascend_where_values_repeat() -> None:
    across, up, slopes = quantile_knots(np.repeat([[0.0], [1.0]], [90, 10], axis=0))
    assert (np.diff(across) > 0).all()
    assert (np.diff(up) > 0).all()
    assert np.isfinite(slopes).all()
    assert (slopes > 0).all()


def test_repeated_values_have_the_step_between_them() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 4, 100) * 0.5, rng.normal(size=100), np.ones(100)]
    assert steps_between(np.column_stack(columns)).tolist() == [0.5, 0.0, 1.0]
