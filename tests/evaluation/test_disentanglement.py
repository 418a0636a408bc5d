"""The mutual information gap against sums by hand."""

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import mutual_information_gap


def causes(n: int = 6000) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 3, size=(n, 2))


def test_codes_that_are_the_causes_have_a_gap_of_one() -> None:
    assert mutual_information_gap(causes(), causes()) == pytest.approx(1.0, abs=0.01)


def test_two_numbers_that_know_the_same_have_no_gap() -> None:
    both = np.column_stack([causes()[:, 0], -causes()[:, 0]])
    assert mutual_information_gap(both, causes()[:, :1]) == pytest.approx(0.0, abs=1e-12)


def test_one_noisy_bit_is_known_as_the_sum_over_its_table_says() -> None:
    rng = np.random.default_rng(1)
    bit = rng.integers(0, 2, 200_000)
    flipped = bit ^ (rng.random(len(bit)) < 0.1)
    codes = np.column_stack([flipped, rng.normal(size=len(bit))])
    joint = np.array([[0.45, 0.05], [0.05, 0.45]])
    information = (joint * np.log(joint / 0.25)).sum()
    found = mutual_information_gap(codes, bit[:, None])
    assert found == pytest.approx(information / np.log(2), abs=0.005)


def test_a_number_that_never_varies_knows_nothing() -> None:
    codes = np.column_stack([np.zeros(6000), causes()[:, 0]])
    assert mutual_information_gap(codes, causes()[:, :1]) == pytest.approx(1.0)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(DataError, match="two numbers a code"):
        mutual_information_gap(causes()[:, :1], causes())
    with pytest.raises(DataError, match="one row of factors"):
        mutual_information_gap(causes()[:5], causes())
    with pytest.raises(DataError, match="never varies"):
        mutual_information_gap(causes(), np.ones((6000, 1)))
    with pytest.raises(ParameterError, match="bins"):
        mutual_information_gap(causes(), causes(), bins=1)
