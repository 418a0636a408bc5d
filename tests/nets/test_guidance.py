"""Guidance: conditions withheld in training, and counted several times in drawing."""

from __future__ import annotations

import numpy as np
import torch

from likely.nets.guidance import as_told, guided, withheld


def test_what_is_withheld_is_told_apart_from_zeros_that_are_given() -> None:
    given = as_told(np.array([[0.0, 0.0], [1.0, -2.0]], np.float32))
    assert given.dtype == np.float32
    np.testing.assert_array_equal(given, [[0, 0, 1], [1, -2, 1]])


def test_all_of_a_condition_is_withheld_from_the_share_asked_for() -> None:
    told = torch.from_numpy(as_told(np.random.default_rng(0).normal(size=(4_000, 3))))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = withheld(told, 0.25)
        assert torch.equal(withheld(told, 0.0), told)
    gone = (found == 0).all(dim=1)
    assert torch.equal(found[~gone], told[~gone])
    assert abs(float(gone.double().mean()) - 0.25) < 0.03


def test_guidance_counts_what_speaks_for_the_condition_again() -> None:
    told, untold = np.log([0.6, 0.3, 0.1]), np.log([0.3, 0.6, 0.1])
    np.testing.assert_allclose(guided(told, untold, 1.0), told)
    shares = np.exp(guided(told, untold, 3.0))
    np.testing.assert_allclose(shares, [0.6 * 2**2, 0.3 / 2**2, 0.1])
