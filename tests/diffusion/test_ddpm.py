"""What DDPM and flow matching do beyond the laws."""

import numpy as np
import pytest
import torch

from likely import DataError, ParameterError
from likely.diffusion import DDPM, FlowMatching
from likely.nets.denoiser import Denoiser
from likely.nets.noise import Path
from likely.testing import shaped


def _blobs(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(n, 2)) * 0.3 + np.array([[-2.0, 0.0], [2.0, 0.0]])[rng.integers(2, size=n)]
    )


def _truth(x: np.ndarray) -> np.ndarray:
    away = ((x[:, None] - np.array([[-2.0, 0.0], [2.0, 0.0]])) ** 2).sum(axis=2) / 0.18
    return np.logaddexp(*(-away.T)) - np.log(2 * 2 * np.pi * 0.09)


@pytest.fixture(scope="module")
def blobs() -> DDPM:
    return DDPM(hidden=(64, 64), budget="600 steps", batch_size=128).fit(_blobs(2000))


def test_two_clusters_are_drawn_and_rated(blobs: DDPM) -> None:
    new = _blobs(500, 1)
    assert float(blobs.log_prob(new).mean()) == pytest.approx(float(_truth(new).mean()), abs=0.15)
    drawn = np.asarray(blobs.sample(1000, seed=0))
    assert (np.abs(drawn[:, 0]) > 1).mean() > 0.97
    assert 0.35 < (drawn[:, 0] > 0).mean() < 0.65
    between, within = blobs.score_samples([[0.0, 0.0], [2.0, 0.1]])
    assert between < within


def test_the_bound_is_near_the_density_and_tighter_with_more_steps(blobs: DDPM) -> None:
    new = _blobs(200, 1)
    few = float(blobs.set_params(likelihood_steps=10).elbo(new).mean())
    many = float(blobs.set_params(likelihood_steps=100).elbo(new).mean())
    density = float(blobs.set_params(likelihood_steps=20).log_prob(new).mean())
    assert few < many < density + 0.05
    assert many > density - 0.25


@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "heun", "dpm_solver"])
def test_every_sampler_draws_from_the_same_model(blobs: DDPM, sampler: str) -> None:
    blobs.set_params(sampler=sampler, sampling_steps=40)
    drawn = np.asarray(blobs.sample(600, seed=0))
    blobs.set_params(sampler="dpm_solver", sampling_steps=25)
    assert (np.abs(np.abs(drawn[:, 0]) - 2) < 1).mean() > 0.95


def test_a_sample_is_varied_a_little_or_much(blobs: DDPM) -> None:
    start = np.full((200, 2), [2.0, 0.0])
    little = np.asarray(blobs.vary(start, strength=0.3, seed=0))
    much = np.asarray(blobs.vary(start, strength=1.0, seed=0))
    assert (little[:, 0] > 0).mean() > 0.95
    assert (much[:, 0] > 0).mean() < 0.75
    with pytest.raises(ParameterError, match="strength"):
        blobs.vary(start, strength=0.0)


def test_what_the_network_begins_with_is_the_best_for_normal_samples() -> None:
    rows = torch.from_numpy(
        np.random.default_rng(0).multivariate_normal([0, 0], [[1.0, 0.8], [0.8, 1.0]], size=4000)
    ).float()
    for path in (Path("preserving", "noise"), Path("preserving", "sample"), Path("straight")):
        denoiser = Denoiser(_Nothing(), path, 2)
        denoiser.settle(rows, None)
        found = denoiser(rows[:9], torch.full((9,), 0.7))
        covariance = torch.cov(rows.T)
        share = covariance @ torch.linalg.inv(covariance + 0.49 * torch.eye(2))
        torch.testing.assert_close(found, rows[:9] @ share.T, rtol=0, atol=0.02)


class _Nothing(torch.nn.Module):
    def forward(self, x: torch.Tensor, level: torch.Tensor, known: object) -> torch.Tensor:
        return torch.zeros_like(x)


def test_guidance_pushes_samples_to_what_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=1500)
    rows = rng.normal(size=(1500, 2)) + np.array([[-1.0, 0.0], [1.0, 0.0]])[labels]
    model = FlowMatching(hidden=(64, 64), budget="400 steps").fit(
        rows, condition=[str(label) for label in labels]
    )
    means = []
    for guidance in (0.0, 1.0, 3.0):
        model.set_params(guidance=guidance)
        means.append(float(np.asarray(model.sample(500, seed=0, condition="1"))[:, 0].mean()))
    assert means[0] == pytest.approx(0.0, abs=0.4)
    assert means[1] == pytest.approx(1.0, abs=0.3)
    assert means[2] > means[1] + 0.2


def test_tables_have_no_neighbours() -> None:
    with pytest.raises(ParameterError, match="dense"):
        DDPM(layers="convolutional").fit(_blobs(50))


def test_codes_of_another_shape_are_refused(blobs: DDPM) -> None:
    with pytest.raises(DataError, match="shape"):
        blobs.decode(np.zeros((3, 5)))


@pytest.mark.parametrize("size", [(9, 9), (7, 12), (20, 17)])
def test_images_of_any_size_come_out_as_they_went_in(size: tuple[int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 255, size=(24, *size), dtype=np.uint8)
    model = DDPM(hidden=(8, 8, 8), budget="5 steps", sampling_steps=4).fit(images)
    assert np.asarray(model.sample(3, seed=0)).shape == (3, *size)
    assert model.reconstruct(images[:2]).shape == (2, *size)


def test_bytes_are_bounded_as_probabilities() -> None:
    images = shaped.clean("image")
    images = (255 * (images - images.min()) / np.ptp(images)).astype(np.uint8)
    model = DDPM(hidden=(8,), budget="60 steps").fit(images)
    bits = -model.elbo(images[:20]) / images[0].size / np.log(2)
    assert 0 < bits.mean() < 9  # at most about eight bits a byte
