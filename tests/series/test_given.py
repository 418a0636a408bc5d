"""Lines of given channels bend where they may, and end where what was learnt does."""

from __future__ import annotations

import numpy as np

from likely.series.given import BENDS, given_terms, learn_bends


def test_terms_are_as_many_as_said_and_finite_for_still_channels() -> None:
    values = np.column_stack([np.arange(50.0), np.full(50, 7.0)])
    terms = given_terms(values, learn_bends(values))
    assert terms.shape == (50, 2, 1 + len(BENDS))
    assert np.isfinite(terms).all()
    assert given_terms(np.zeros((4, 0)), learn_bends(np.zeros((9, 0)))).shape[:2] == (4, 0)


def test_a_bent_line_is_a_sum_of_terms() -> None:
    values = np.linspace(-5, 5, 101)[:, None]
    terms = np.column_stack([given_terms(values, learn_bends(values))[:, 0], np.ones(101)])
    bent = np.abs(values[:, 0])
    weights, *_ = np.linalg.lstsq(terms, bent)
    np.testing.assert_allclose(terms @ weights, bent, atol=1e-9)
