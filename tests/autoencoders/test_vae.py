"""The variational autoencoder against a model whose likelihood is known in closed form."""

import numpy as np
import pytest
import torch
from scipy.stats import beta, multivariate_normal
from sklearn.decomposition import FactorAnalysis

import likely
from likely.autoencoders import VAE, BetaVAE
from likely.core.errors import DataError, ParameterError
from likely.evaluation import auroc
from likely.nets.gaussian_codec import divergence, fixed_noise, weighted_bound
from likely.nets.train import Course
from likely.testing.shaped import clean, planted

LINEAR = {"hidden": (), "latent": 2, "batch_size": 64, "learning_rate": 0.02}


def rows(n: int, seed: int) -> np.ndarray:
    """Return rows of two causes and some noise, in units of their own."""
    rng = np.random.default_rng(seed)
    causes = rng.normal(size=(n, 2)) @ [[1.0, -1.0, 0.5, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0, -0.5]]
    return (causes + 0.5 * rng.normal(size=(n, 5))) * [1.0, 10.0, 100.0, 1.0, 0.1] + 7.0


@pytest.fixture(scope="module")
def linear() -> VAE:
    return VAE(**LINEAR, budget="1000 steps", importance_samples=200).fit(rows(1000, 0))


def exact_log_prob(model: VAE, x: np.ndarray) -> np.ndarray:
    """Return the log-density of a VAE without inner layers: one Gaussian."""
    schema = model.schema_
    decode = model.network_.decoder
    with torch.no_grad():
        offset = decode(torch.zeros(1, 2, dtype=torch.float64))[0].numpy()
        loads = decode(torch.eye(2, dtype=torch.float64)).numpy() - offset
        spread = model.network_.likelihood.spread().numpy()
    covariance = loads.T @ loads + np.diag(spread**2)
    features = schema.features(schema.match(x))
    assert np.abs(features).max() < 5  # so that networks see features as they are
    return multivariate_normal(offset, covariance).logpdf(features) + schema.log_volume


def test_bounds_are_in_order_below_the_exact_likelihood(linear: VAE) -> None:
    new = rows(300, 1)
    exact = exact_log_prob(linear, new)
    elbo, weighted = linear.elbo(new), linear.log_prob(new)
    assert (elbo <= weighted + 1e-9).all()
    assert weighted.mean() <= exact.mean() + 0.005
    assert weighted.mean() == pytest.approx(exact.mean(), abs=0.02)
    assert np.corrcoef(weighted, exact)[0, 1] > 0.999


def test_more_samples_tighten_the_bound(linear: VAE) -> None:
    x = torch.from_numpy(linear.schema_.features(linear.schema_.match(rows(300, 1))))
    log_weights = linear.network_.log_weights(x, torch.from_numpy(fixed_noise(512, 2)))
    means = []  # over all draws of so many at a time
    for count in (1, 8, 512):
        bounds = torch.stack([weighted_bound(part) for part in log_weights.split(count)])
        means.append(float(bounds.mean().detach()))
    assert means[0] < means[1] < means[2]


def test_linear_vae_is_factor_analysis(linear: VAE) -> None:
    # probabilistic PCA with a noise of its own for every column (Tipping & Bishop, 1999)
    learnt, new = rows(1000, 0), rows(1000, 2)
    unit = learnt.std(axis=0)
    oracle = FactorAnalysis(2, random_state=0).fit(learnt / unit)
    expected = oracle.score(new / unit) - np.log(unit).sum()
    assert float(linear.log_prob(new).mean()) == pytest.approx(expected, abs=0.05)


def test_divergence_is_the_closed_form() -> None:
    p, q = torch.distributions.Normal(0.7, 0.3), torch.distributions.Normal(0.0, 1.0)
    found = divergence(torch.tensor(0.7), torch.tensor(0.3))
    expected = torch.distributions.kl_divergence(p, q)
    assert float(found) == pytest.approx(float(expected), rel=1e-6)


def test_bound_of_equal_weights_is_the_weight() -> None:
    assert torch.allclose(weighted_bound(torch.full((7, 3), -2.5)), torch.full((3,), -2.5))


def test_noise_is_the_same_every_time_and_normal() -> None:
    noise = fixed_noise(1000, 7)
    assert np.array_equal(noise, fixed_noise(1000, 7))
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.02)


def binary_images(n: int, seed: int, dtype: type = np.uint8) -> np.ndarray:
    """Return stripes, upright or level, at one of four places; 1 % of the pixels are flipped."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, 4, 4), dtype=np.uint8)
    for i, place in enumerate(rng.integers(0, 8, n)):
        images[i, :, place % 4] = 1
        images[i] = images[i].T if place >= 4 else images[i]
    return (images ^ (rng.random(images.shape) < 0.01)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64, bool])
def test_binary_images_get_probabilities_without_a_unit(dtype: type) -> None:
    model = VAE(latent=4, hidden=(32,), learning_rate=0.01, budget="400 steps", seed=1)
    model.fit(binary_images(800, 0, dtype))
    assert type(model.network_.likelihood).__name__ == "Bernoulli"
    new = binary_images(200, 1, dtype)
    found = float(model.log_prob(new).mean())
    entropy = np.log(8) + 16 * (-0.01 * np.log(0.01) - 0.99 * np.log(0.99))  # 2.98 nats, about
    independent = 16 * (-0.25 * np.log(0.25) - 0.75 * np.log(0.75))  # 9.0 nats
    assert -0.7 * independent < found < -entropy + 0.3
    drawn = model.sample(50, seed=0)
    assert drawn.dtype == dtype
    assert set(np.unique(drawn.astype(float))) <= {0.0, 1.0}


def test_bytes_get_probabilities_of_levels() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, size=(400, 5, 5)).astype(np.uint8)
    model = VAE(latent=1, hidden=(8,), budget="400 steps", learning_rate=0.02).fit(noise)
    assert type(model.network_.likelihood).__name__ == "DiscretisedLogistic"
    bits = -float(model.log_prob(noise).mean()) / (25 * np.log(2))
    assert 7.9 < bits < 8.6  # noise has 8 bits a dimension, and a logistic is not flat


def test_a_likelihood_that_does_not_fit_the_data_is_refused() -> None:
    grey = np.random.default_rng(0).random((40, 5, 5))
    with pytest.raises(DataError, match="0 and 1 only"):
        VAE(likelihood="bernoulli").fit(grey)
    with pytest.raises(DataError, match="bytes"):
        VAE(likelihood="logistic").fit(grey)
    with pytest.raises(ParameterError, match="no neighbours"):
        VAE(layers="convolutional").fit(rows(40, 0))


@pytest.mark.parametrize("layers", ["convolutional", "residual"])
def test_convolutions_find_planted_patches(layers: str) -> None:
    model = VAE(layers=layers, hidden=(8, 16), latent=4, budget="100 steps", batch_size=32)
    model.fit(clean("image", 100))
    new, labels, _ = planted("image")
    assert auroc(labels, -model.score_samples(new)) > 0.9
    assert model.reconstruct(new).shape == new.shape


def test_collapse_is_told() -> None:
    noise = np.random.default_rng(0).normal(size=(2000, 4))
    settings = {"latent": 2, "hidden": (8,), "learning_rate": 0.01, "budget": "300 steps"}
    assert any("collapsed" in note for note in BetaVAE(beta=20, **settings).fit(noise).notes_)
    assert not any("collapsed" in note for note in VAE(**settings).fit(rows(500, 0)).notes_)


def test_warm_up_starts_from_no_divergence_and_ends(linear: VAE) -> None:
    weights = []
    for steps in (20, 70, 999):  # of 1,000; a tenth warms up, from when they are planned
        linear._course = Course(steps=steps, planned=1000, measured=20)
        batch = torch.zeros(1, 5, dtype=torch.float64)
        with torch.random.fork_rng(), torch.no_grad():
            torch.manual_seed(0)
            linear.network_.train()
            loss = float(linear._loss(batch))
            torch.manual_seed(0)
            restored, apart = linear.network_.eval().terms(batch)
        weights.append(float((loss * 5 + float(restored)) / float(apart)))
    assert weights == pytest.approx([0.0, 0.5, 1.0])


def test_p_values_of_new_normal_rows_are_calibrated() -> None:
    learned = likely.learn(rows(2000, 3), method=VAE(**LINEAR, budget="200 steps"), normal=True)
    alarms = int((learned.p_values(rows(4000, 4)) <= 0.05).sum())
    n = 400  # rows in the reference of the first of five folds, at least
    share = beta(0.05 * n, 0.95 * n + 1)
    low, high = share.ppf(0.0005), share.ppf(0.9995)
    assert low <= alarms / 4000 <= high
