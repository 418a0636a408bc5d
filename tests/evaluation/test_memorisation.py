"""Planted copies are found; where there are none, none are seen."""

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import memorisation


def thirds(seed: int, n: int = 200, width: int = 3) -> list[np.ndarray]:
    return np.split(np.random.default_rng(seed).normal(size=(3 * n, width)), 3)


def test_planted_copies_are_listed_with_what_they_copy() -> None:
    train, held_out, made = thirds(0)
    made = made.copy()
    made[[5, 17, 60]] = train[[100, 3, 7]] + [[1e-9], [0.0], [1e-6]]
    found = memorisation(made, train, held_out, near=0.01)
    assert found.copies.tolist() == [[17, 3], [5, 100], [60, 7]]
    assert found.copy_distances[0] == 0
    assert found.copies_by_chance < 0.02


def test_new_samples_pass_at_the_promised_level() -> None:
    found = [memorisation(*_made_first(thirds(seed))) for seed in range(150)]
    p = np.array([one.p_value for one in found])
    assert 0.05 < (p < 0.2).mean() < 0.2 + 2.5 * np.sqrt(0.2 * 0.8 / len(p))
    inside = [one.interval[0] <= 0.5 <= one.interval[1] for one in found]
    assert np.mean(inside) > 0.88
    closer = [one.closer_interval[0] <= 0.5 <= one.closer_interval[1] for one in found]
    assert np.mean(closer) > 0.88
    assert np.mean([one.ratio for one in found]) == pytest.approx(1.0, abs=0.03)


def test_one_held_out_row_that_is_every_ones_neighbour_is_no_evidence() -> None:
    """A collapsed generator has as many samples as one likes, and one nearest real row."""
    train, held_out, _ = thirds(0)
    collapsed = np.repeat(train[:1] + 0.01, 500, axis=0)
    found = memorisation(collapsed, train, held_out)
    assert found.nearer_to_training == 1.0
    assert found.p_value > 0.1


def test_a_generator_that_copies_with_noise_is_caught() -> None:
    train, held_out, made = thirds(0)
    copied = memorisation(train + 0.02 * made, train, held_out)
    assert copied.nearer_to_training > 0.8
    assert copied.p_value < 1e-6
    assert copied.ratio < 0.5
    assert copied.closer_than_held_out > 0.8
    assert len(copied.copies) > 100
    assert copied.copies_by_chance < 0.2
    assert "near-copies" in str(copied)


def test_poor_samples_are_not_called_copies() -> None:
    train, held_out, made = thirds(0)
    for poor in (3 * made, 0.2 * made, made + 5):
        found = memorisation(poor, train, held_out)
        assert found.p_value > 0.01
        assert len(found.copies) < 0.1 * len(made)


def test_sides_of_other_sizes_are_made_even() -> None:
    rows = np.random.default_rng(0).normal(size=(1400, 2))
    found = memorisation(rows[:300], rows[300:1200], rows[1200:])
    assert abs(found.nearer_to_training - 0.5) < 0.15


def test_rows_that_repeat_are_not_their_own_second() -> None:
    train, held_out, made = thirds(0)
    doubled = np.repeat(train, 2, axis=0)
    found = memorisation(np.vstack([made, train[:10]]), doubled, held_out)
    listed = {int(position) for position in found.copies[:, 0]}
    assert set(range(len(made), len(made) + 10)) <= listed


def test_arguments_are_checked() -> None:
    train, held_out, made = thirds(0)
    with pytest.raises(ParameterError, match="near"):
        memorisation(made, train, held_out, near=1.0)
    with pytest.raises(DataError, match="alike in shape"):
        memorisation(made[:, :2], train, held_out, "given")


def _made_first(parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    train, held_out, made = parts
    return made, train, held_out
