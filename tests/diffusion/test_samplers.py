"""Samplers against diffusers' schedulers on the same noise seen, and against what is known."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from likely.nets.denoising import Denoise, ancestral, ddim, dpm_solver, heun, step
from likely.nets.noise import cosine, linear

diffusers = pytest.importorskip("diffusers")

STEPS = 20
SCHEDULES = {"linear": linear, "squaredcos_cap_v2": cosine}


def _seen(x: Tensor) -> Tensor:
    """Return noise that some model sees; any will do."""
    return torch.sin(3 * x) + 0.1 * x.roll(1, dims=-1)


def _scheduler(name: str, schedule: str) -> object:
    settings = {"beta_schedule": schedule, "clip_sample": False, "timestep_spacing": "trailing"}
    if name == "DDIM":
        found = diffusers.DDIMScheduler(**settings, set_alpha_to_one=True)
    else:
        found = diffusers.DDPMScheduler(**settings, variance_type="fixed_small")
    levels = torch.from_numpy(SCHEDULES[schedule](1000))
    kept = 1 / (1 + levels**2)
    torch.testing.assert_close(found.alphas_cumprod.double(), kept, rtol=2e-4, atol=1e-9)
    found.alphas_cumprod = kept  # theirs are rounded to float32, of which differences lose much
    return found


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_a_step_of_ddim_is_that_of_diffusers(schedule: str, eta: float) -> None:
    theirs = _scheduler("DDIM", schedule)
    theirs.set_timesteps(STEPS)  # pyright: ignore
    levels = SCHEDULES[schedule](1000)
    x = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    fresh = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for time in theirs.timesteps.tolist():  # pyright: ignore
        level = float(levels[time])
        after = float(levels[time - 1000 // STEPS]) if time >= 1000 // STEPS else 0.0
        expected = theirs.step(_seen(x), time, x, eta=eta, variance_noise=fresh).prev_sample  # pyright: ignore
        scaled = x * math.sqrt(1 + level**2)  # x + s e, instead of x and e at a variance of 1
        sample = scaled - level * _seen(x)
        found = step(scaled, sample, level, after, eta, lambda _: fresh)
        torch.testing.assert_close(found / math.sqrt(1 + after**2), expected, rtol=1e-5, atol=1e-5)
        x = expected


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_an_ancestral_step_is_that_of_diffusers(schedule: str) -> None:
    theirs = _scheduler("DDPM", schedule)
    levels = SCHEDULES[schedule](1000)
    x = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for time in (999, 500, 7, 1):
        drawn = torch.Generator().manual_seed(2)
        expected = theirs.step(_seen(x), time, x, generator=drawn).prev_sample  # pyright: ignore
        fresh = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(2))
        level, after = float(levels[time]), float(levels[time - 1])
        scaled = x * math.sqrt(1 + level**2)
        sample = scaled - level * _seen(x)
        found = step(scaled, sample, level, after, 1.0, lambda _, fresh=fresh: fresh)
        torch.testing.assert_close(found / math.sqrt(1 + after**2), expected, rtol=1e-5, atol=1e-5)


def _of_two_points(x: Tensor, level: float) -> Tensor:
    """Return the exact mean of samples that are -1 or 1 with equal chance."""
    return torch.tanh(x / level**2)


def _of_normal(x: Tensor, level: float) -> Tensor:
    """Return the exact mean of samples from N(2, 0.25)."""
    return 2 + 0.25 / (0.25 + level**2) * (x - 2)


@pytest.mark.parametrize("sampler", [ancestral, ddim, dpm_solver, heun])
def test_samples_of_a_known_model_are_what_it_knows(sampler: object) -> None:
    levels = [*np.geomspace(100, 0.02, 80), 0.0]
    source = torch.Generator().manual_seed(0)

    def draw(like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=source, dtype=like.dtype)

    start = 100 * draw(torch.empty(4000, dtype=torch.float64))
    found = sampler(_of_normal, start, levels, draw)  # pyright: ignore[reportCallIssue]
    assert float(found.mean()) == pytest.approx(2.0, abs=0.04)
    assert float(found.std()) == pytest.approx(0.5, abs=0.03)
    found = sampler(_of_two_points, start, levels, draw)  # pyright: ignore[reportCallIssue]
    assert float((found > 0).double().mean()) == pytest.approx(0.5, abs=0.03)
    assert float((found.abs() - 1).abs().max()) < 0.05


def _error(sampler: object, count: int, denoise: Denoise) -> float:
    """Return how far a sampler ends from where the equation leads, for normal samples."""
    levels: Sequence[float] = np.geomspace(50, 0.1, count + 1).tolist()
    x = torch.linspace(-80, 80, 41, dtype=torch.float64)
    found = sampler(denoise, x, levels, None)  # pyright: ignore[reportCallIssue]
    exact = 2 + (x - 2) * math.sqrt((0.25 + 0.1**2) / (0.25 + 50**2))
    return float((found - exact).abs().max())


@pytest.mark.parametrize("sampler", [dpm_solver, heun])
def test_samplers_of_second_order_gain_four_times_by_twice_the_steps(sampler: object) -> None:
    few, many = _error(sampler, 40, _of_normal), _error(sampler, 80, _of_normal)
    assert few / many > 3.2
    assert many < 0.5 * _error(ddim, 80, _of_normal)


def test_new_noise_at_every_step_needs_the_noise_only() -> None:
    x = torch.ones(3)
    without = ddim(_of_normal, x, [1.0, 0.5, 0.0])
    torch.testing.assert_close(without, ddim(_of_normal, x, [1.0, 0.5, 0.0], torch.zeros_like))
    other = ancestral(_of_normal, x, [1.0, 0.5, 0.0], torch.ones_like)
    assert not torch.allclose(without, other)
