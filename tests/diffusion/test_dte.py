import numpy as np
import pytest
import torch
from scipy.stats import invgamma

from likely.diffusion import DTE
from likely.nets.diffusion_time import InverseGamma
from likely.nets.noise_shape import NoiseShape

SMALL = {"hidden": (32,), "budget": "400 steps", "batch_size": 128}
QUICK = SMALL | {"budget": "150 steps"}


def correlated(n: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, width)) @ (np.eye(width) + 0.5 * np.tri(width))


def exact_log_time(white: np.ndarray, least: float, most: float) -> np.ndarray:
    """Return E[log t | x + t e], for x and e standard normal and log t even in its range."""
    log_t = np.linspace(np.log(least), np.log(most), 400)
    variance = 1 + np.exp(2 * log_t)
    square = (white**2).sum(axis=1, keepdims=True)
    log_p = -0.5 * (square / variance + white.shape[1] * np.log(variance))
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return p @ log_t / p.sum(axis=1)


@pytest.mark.parametrize(("estimate", "off"), [("classes", 0.25), ("inverse_gamma", 0.5)])
def test_times_of_normal_rows_are_those_of_the_exact_posterior(estimate: str, off: float) -> None:
    model = DTE(estimate, "network", **SMALL).fit(correlated(1500, 8))
    new = correlated(300, 8, seed=1) * np.linspace(0.7, 2.5, 300)[:, None]
    features = torch.from_numpy(model.schema_.features(model.schema_.match(model._read(new))))
    shape = NoiseShape(model.centre_, model.turn_, model.sizes_, model.widths_)
    white = shape.coordinates(features).numpy() / model.widths_
    exact = exact_log_time(white, model.least_time, model.most_time)
    found = np.log(-model.score_samples(new))
    assert np.abs(found - exact).mean() < off  # times range over 4.6
    assert np.corrcoef(found, exact)[0, 1] > 0.8


@pytest.mark.parametrize("oddness", ["network", "neighbours", "both"])
def test_times_grow_with_the_noise_that_rows_are_given(oddness: str) -> None:
    model = DTE(oddness=oddness, **QUICK).fit(correlated(800, 6))
    new, noise = correlated(200, 6, seed=1), correlated(200, 6, seed=2)
    times = [np.log(-model.score_samples(new + t * noise)).mean() for t in (0, 0.5, 1, 2, 3)]
    assert (np.diff(times) > 0.05).all()


def test_a_ring_is_empty_inside() -> None:
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 400)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    model = DTE(oddness="network", hidden=(64, 64), budget="500 steps", batch_size=128).fit(ring)
    at_centre, *on_ring = -model.score_samples([[0, 0], [0.6, 0.8], [1, 0], [-0.8, 0.6]])
    assert at_centre > 3 * max(on_ring)


def test_neighbours_tell_the_time_of_noise_that_known_rows_were_given() -> None:
    known = np.repeat(correlated(40, 60), 6, axis=0)  # so that the five nearest are one place
    model = DTE(oddness="neighbours").fit(known)
    new = known + 0.3 * correlated(len(known), 60, seed=1)
    assert np.median(-model.score_samples(new)) == pytest.approx(0.3, rel=0.15)
    assert model.steps_ == 1


def test_noise_has_the_covariance_of_the_rows() -> None:
    rows = correlated(2000, 4)
    shape = NoiseShape.of(rows)
    back = (np.diag(shape.widths) / shape.sizes) @ shape.turn.T  # of noise in the columns
    assert back.T @ back == pytest.approx(np.cov(rows.T, bias=True), rel=0.05, abs=0.05)
    assert np.mean(shape.widths**2) == pytest.approx(1)


def test_the_loss_is_the_density_of_an_inverse_gamma_distribution() -> None:
    times = InverseGamma(0.1, 2.0)
    found = torch.tensor([[0.3, -1.0], [2.0, 0.4], [40.0, 1.0]], dtype=torch.float64)
    place = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    shape, log_scale = (part.numpy() for part in times._parameters(found))
    square = (0.1 * 20 ** place.numpy()) ** 2
    density = invgamma.logpdf(square, shape, scale=np.exp(log_scale)) + 2 * np.log(square) / 2
    assert times.losses(found, place).numpy() == pytest.approx(-density)
    drawn = invgamma.rvs(shape, scale=np.exp(log_scale), size=(20_000, 3), random_state=0)
    expected = 0.5 * np.log(drawn).mean(axis=0)
    assert times.log_time(found).numpy() == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("oddness", ["network", "neighbours", "both"])
def test_the_column_that_is_off_is_named(oddness: str) -> None:
    rng = np.random.default_rng(0)
    model = DTE(oddness=oddness, **QUICK).fit(rng.normal(size=(600, 6)))
    new = rng.normal(size=(60, 6)) / 2
    places = np.arange(60) % 6
    new[np.arange(60), places] += 7
    found = model.contributions(new)
    assert (found.argmax(axis=1) == places).mean() > 0.95
    assert found.sum(axis=1) == pytest.approx(-model.score_samples(new))


def test_far_rows_are_finite_and_odder_the_farther_they_are() -> None:
    model = DTE(**QUICK).fit(correlated(300, 3))
    far = [[0, 0, 10.0**e] for e in (1, 3, 10, 300)]
    scores = model.score_samples(far)
    assert np.isfinite(scores).all()
    assert (np.diff(scores) < 0).all()
    assert np.isfinite(model.contributions(far)).all()


def test_training_rows_are_left_out_of_their_own_neighbours() -> None:
    rows = correlated(200, 3)
    model = DTE(oddness="neighbours").fit(rows)
    assert (model.score_samples(rows) > model.training_scores_).all()
    assert -np.median(model.score_samples(correlated(200, 3, seed=1))) == pytest.approx(
        -np.median(model.training_scores_), rel=0.2
    )
