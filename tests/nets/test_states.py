"""Statistics of a density, and how unusual they are together."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likely.nets.plane import Plane
from likely.nets.states import States, compressed, fine_parts, pooled, roughness
from likely.nets.states import statistics as statistics_of


def images(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noise that is brighter on the left, and the nats that a model of it might name."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1, 12, 12)) * np.linspace(1, 0.2, 12)
    return x.astype(np.float32), 1 + 0.2 * rng.normal(size=x.shape) + np.linspace(1, 0, 12)


PLANE = Plane.learn(images(500, 9)[0])


def statistics(x: np.ndarray, nats: np.ndarray) -> np.ndarray:
    return statistics_of(x, nats, PLANE)


def test_unseen_ordinary_samples_are_as_near_as_known_ones() -> None:
    states = States.learn(statistics(*images(2000, 0)))
    known, new = (states.distance(statistics(*images(2000, seed))) for seed in (0, 1))
    assert states.centre.shape == (3 + 2 * 16 + 49 + 2 + 2,)
    assert np.mean(new**2) == pytest.approx(np.mean(known**2), rel=0.15)


def test_few_samples_are_not_looked_at_finely() -> None:
    fine = fine_parts((12, 12))
    few, many = (States.learn(statistics(*images(n, 0)), fine) for n in (800, 900))
    assert (fine, len(few.centre), len(many.centre)) == (49, 39, 88)
    new = statistics(*images(20, 1))
    np.testing.assert_allclose(few.distance(new), few.distance(new[:, :39]))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_too_likely_is_as_odd_as_too_unlikely(factor: float) -> None:
    states = States.learn(statistics(*images(500, 0)))
    x, nats = images(50, 1)
    usual = states.distance(statistics(x, nats))
    assert states.distance(statistics(x, factor * nats)).min() > usual.max()


def test_nats_in_the_wrong_places_are_odd_though_their_sum_is_usual() -> None:
    states = States.learn(statistics(*images(500, 0)))
    x, nats = images(50, 1)
    turned = nats[..., ::-1]
    assert turned.sum() == pytest.approx(nats.sum())
    usual = states.distance(statistics(x, nats))
    assert states.distance(statistics(x, turned)).min() > usual.max()


def test_plain_samples_need_few_bits() -> None:
    x, _ = images(20, 0)
    bits = compressed(np.concatenate([x, np.zeros_like(x), (x > 0.5).astype(np.float32)]))
    assert bits[20:40].max() < bits[40:].min() < bits[40:].max() < bits[:20].min()
    assert bits[20] % 8 == 0


def test_roughness_tells_axes_apart() -> None:
    x = np.zeros((1, 1, 8, 8))
    x[..., ::2] = 1  # upright stripes
    down, across = roughness(x)[0]
    assert across == pytest.approx(0, abs=1e-3)
    assert down < -9


def test_parts_are_means() -> None:
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert pooled(x, 2).tolist() == [[2.5, 4.5, 10.5, 12.5]]
    assert pooled(x, 9).shape == (1, 16)
    assert pooled(torch.ones(2, 3, 8), 4).shape == (2, 12)
