"""Flows on tables and images: units, atoms, tails, temperature, ways between samples."""

from typing import Any

import numpy as np
import pytest

from likely.core.errors import CannotDo, DataError, ParameterError
from likely.evaluation import auroc, bits_per_dim
from likely.flows import NICE, Glow, MaskedAutoregressiveFlow, NeuralSplineFlow, RealNVP
from likely.testing.shaped import clean, planted
from likely.testing.toys import mixed

TABLES = (NICE, RealNVP, MaskedAutoregressiveFlow, NeuralSplineFlow)
IMAGES = (NICE, RealNVP, Glow)


def quick(cls: type[Any], **settings: Any) -> Any:
    """Return an unfitted model with settings that make it quick."""
    return cls(**{**cls.fast, **settings})


def ring(n: int, seed: int) -> np.ndarray:
    """Return rows on a noisy circle."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    return np.column_stack([np.cos(angle), np.sin(angle)]) + 0.1 * rng.normal(size=(n, 2))


@pytest.mark.parametrize("layout", ["coupling", "autoregressive"])
def test_a_ring_is_learnt(layout: str) -> None:
    model = quick(NeuralSplineFlow, layout=layout, budget="300 steps", bins=8, hidden=(32,))
    model.fit(ring(1000, 0))
    assert model.score_samples([[0.0, 0.0]])[0] < np.quantile(
        model.score_samples(ring(99, 1)), 0.02
    )
    drawn = np.linalg.norm(model.sample(500, seed=0), axis=1)
    assert np.median(np.abs(drawn - 1)) < 0.15


@pytest.mark.parametrize("cls", TABLES)
def test_scores_are_finite_a_million_spreads_out(cls: type[Any]) -> None:
    rows = np.random.default_rng(0).standard_t(2, size=(500, 3))
    model = quick(cls).fit(rows)
    for size in (1e2, 1e4, 1e6):
        far = size * np.array([[1.0, 0, 0], [0, -1, 0], [1, 1, 1], [-1, 1, -1]])
        for oddness in ("robust", "likelihood", "typicality", "latent"):
            model.set_params(oddness=oddness)
            assert np.isfinite(model.score_samples(far)).all()
        assert np.isfinite(model.log_prob(far)).all()
        assert np.allclose(model.decode(model.encode(far)), far, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("cls", TABLES)
def test_heavy_tails_are_drawn(cls: type[Any]) -> None:
    rows = np.random.default_rng(0).standard_t(1.5, size=(2000, 2))
    drawn = quick(cls).fit(rows).sample(4000, seed=0)
    found, expected = (np.quantile(np.abs(x), 0.995) for x in (drawn, rows))
    assert 0.4 < found / expected < 2.5  # a normal column would end at 3 spreads of 1.2


def test_whole_numbers_have_the_density_of_spread_ones() -> None:
    rng = np.random.default_rng(0)
    counts = rng.binomial(8, 0.5, size=(3000, 1)).astype(float)
    model = quick(NeuralSplineFlow, budget="200 steps").fit(counts)
    found = np.exp(model.log_prob(np.arange(9.0)[:, None]))
    expected = np.bincount(counts[:, 0].astype(int), minlength=9) / len(counts)
    assert np.abs(found - expected).max() < 0.06
    assert found.sum() == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("cls", TABLES)
def test_mixed_rows_are_ranked_and_have_no_density(cls: type[Any]) -> None:
    model = quick(cls).fit(mixed())
    assert np.isfinite(model.score_samples(mixed(30, seed=1))).all()
    with pytest.raises(CannotDo):
        model.log_prob(mixed(30, seed=1))


def test_a_low_temperature_draws_usual_rows() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 2))
    model = quick(RealNVP).fit(rows)
    spread = model.sample(500, seed=0).std()
    cold = model.set_params(temperature=0.5).sample(500, seed=0).std()
    assert cold == pytest.approx(0.5 * spread, rel=0.15)
    frozen = model.set_params(temperature=0.0).sample(5, seed=0)
    assert np.ptp(frozen, axis=0).max() < 1e-9


@pytest.mark.parametrize("cls", [RealNVP, NeuralSplineFlow])
def test_ways_end_at_their_samples_and_stay_where_rows_are(cls: type[Any]) -> None:
    rows = ring(1000, 0)
    model = quick(cls, budget="200 steps").fit(rows)
    a, b = rows[:5], rows[5:10]
    way = model.interpolate(a, b, steps=6)
    assert way.shape == (5, 6, 2)
    assert np.allclose(way[:, 0], a, atol=1e-3)
    assert np.allclose(way[:, -1], b, atol=1e-3)
    lengths = np.linalg.norm(model.encode(way.reshape(-1, 2)).reshape(5, 6, 2), axis=2)
    assert np.allclose(np.diff(lengths, n=2, axis=1), 0, atol=1e-3)


def test_ways_are_checked() -> None:
    rows = ring(100, 0)
    model = quick(RealNVP).fit(rows)
    with pytest.raises(ParameterError, match="steps is 1"):
        model.interpolate(rows[:2], rows[2:4], steps=1)
    with pytest.raises(DataError, match="a has 2 samples and b has 3"):
        model.interpolate(rows[:2], rows[2:5])
    with pytest.raises(DataError, match=r"\(n, 2\)"):
        model.decode(np.zeros((3, 5)))


@pytest.mark.parametrize("cls", TABLES)
def test_contributions_name_the_column_and_sum_to_the_oddness(cls: type[Any]) -> None:
    rng = np.random.default_rng(0)
    model = quick(cls).fit(rng.normal(size=(500, 4)))
    new = rng.normal(size=(20, 4))
    new[np.arange(20), np.arange(20) % 4] = 20.0
    for oddness in ("robust", "likelihood", "typicality", "latent"):
        model.set_params(oddness=oddness)
        found = model.contributions(new)
        assert (found.argmax(axis=1) == np.arange(20) % 4).mean() > 0.9
        assert np.allclose(found.sum(axis=1), -model.score_samples(new))


@pytest.mark.parametrize("cls", IMAGES)
def test_images_are_restored_exactly_and_odd_ones_found(cls: type[Any]) -> None:
    model = quick(cls, budget="20 steps").fit(clean("image"))
    new, labels, _ = planted("image")
    assert (model.decode(model.encode(new)) == new).all()
    assert auroc(labels, -model.score_samples(new)) > 0.95
    way = model.interpolate(new[:2], new[2:4], steps=3)
    assert way.shape == (2, 3, 20, 20)
    assert way.dtype == np.uint8
    assert (way[:, 0] == new[:2]).all()


@pytest.mark.parametrize("cls", IMAGES)
def test_uniform_noise_costs_eight_bits(cls: type[Any]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size=(600, 4, 4, 3)).astype(np.uint8)
    model = quick(cls, budget="60 steps").fit(noise[:500])
    found = float(bits_per_dim(model.log_prob(noise[500:]).mean(), 48))
    assert 7.95 < found < 8.6  # below 8 is impossible


def test_bits_per_dim_is_checked() -> None:
    assert bits_per_dim(-np.log(256) * 12, 12) == pytest.approx(8)
    assert bits_per_dim(np.array([-np.log(2), 0.0]), 1).tolist() == [1.0, 0.0]
    with pytest.raises(ParameterError):
        bits_per_dim(-1.0, 0)
