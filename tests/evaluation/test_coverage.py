"""Precision, recall, density and coverage against loops over all pairs."""

import dataclasses

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import coverage, prdc
from likely.testing.naive.coverage import prdc as naive_prdc


def draw(n: int, width: int, seed: int, levels: int | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if levels:
        return rng.integers(0, levels, (n, width)).astype(np.float64)
    return rng.normal(size=(n, width))


@pytest.mark.parametrize("k", [1, 3, 7])
@pytest.mark.parametrize(
    ("real", "generated"),
    [
        (draw(60, 3, 0), draw(45, 3, 1)),
        (draw(40, 2, 0), draw(70, 2, 1) * 0.5 + 1),
        (draw(60, 2, 0, levels=6), draw(50, 2, 1, levels=6)),  # many points lie on borders
        (draw(40, 5, 0) + 1e7, draw(40, 5, 1) + 1e7),
        (draw(30, 2, 0), np.repeat(draw(10, 2, 0), 4, axis=0)),
    ],
)
def test_same_as_loops(real: np.ndarray, generated: np.ndarray, k: int) -> None:
    found = prdc(real, generated, "given", k=k)
    centred = real - real.mean(axis=0), generated - real.mean(axis=0)
    expected = naive_prdc(*centred, k)
    assert dataclasses.astuple(found)[:4] == pytest.approx(expected, abs=1e-12)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real, generated = draw(80, 3, 0, levels=5), draw(70, 3, 1, levels=5)
    whole = prdc(real, generated)
    for name, size in (("_TILE", 90), ("_SIDE", 7), ("_MEASURED_CELLS", 10)):
        monkeypatch.setattr(coverage, name, size)
    assert prdc(real, generated) == whole


def test_alike_they_are_as_expected() -> None:
    found = [prdc(draw(400, 2, 2 * s), draw(300, 2, 2 * s + 1), "given", k=3) for s in range(20)]
    assert np.mean([one.density for one in found]) == pytest.approx(1.0, abs=0.05)
    coverages = [one.coverage for one in found]
    assert np.mean(coverages) == pytest.approx(found[0].expected_coverage, abs=0.02)


def test_each_figure_sees_its_own_fault() -> None:
    real = np.concatenate([draw(200, 2, 0), draw(200, 2, 1) + 20])
    one_mode = prdc(real, draw(400, 2, 2), "given")
    assert one_mode.precision > 0.9
    assert one_mode.recall < 0.6
    assert one_mode.coverage < 0.6
    with_rubbish = prdc(real, np.concatenate([real + 0.01, draw(400, 2, 3) - 50]), "given")
    assert with_rubbish.precision < 0.6
    assert with_rubbish.coverage > 0.9
    outlier = np.concatenate([draw(200, 2, 4), [[300.0, 0.0]]])
    far = np.random.default_rng(5).uniform(-100, 100, (200, 2))
    loose = prdc(outlier, far, "given")
    assert loose.precision > 2 * loose.density  # one large ball takes in many


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(DataError, match="more than 5"):
        prdc(draw(20, 2, 0), draw(5, 2, 1))
    with pytest.raises(ParameterError, match="k must be"):
        prdc(draw(20, 2, 0), draw(20, 2, 1), k=0)
