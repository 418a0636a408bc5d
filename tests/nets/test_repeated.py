"""Values that samples hold again and again."""

from __future__ import annotations

import numpy as np

from likely.nets.repeated import Repeated


def test_as_many_numbers_are_black_as_usual() -> None:
    rng = np.random.default_rng(0)
    learnt = rng.random((50, 8, 8)) * (rng.random((50, 8, 8)) > 0.4)
    drawn = np.abs(learnt + 0.01 * rng.normal(size=learnt.shape))
    found = Repeated.learn(learnt, drawn)
    np.testing.assert_array_equal(found.values, [0])
    settled = found.settled(drawn)
    assert abs((settled == 0).mean() - (learnt == 0).mean()) < 0.01
    kept = settled != 0
    np.testing.assert_array_equal(settled[kept], drawn[kept])


def test_of_two_values_each_takes_its_own_half() -> None:
    rng = np.random.default_rng(0)
    learnt = (rng.random((40, 6, 6)) > 0.3).astype(float)
    found = Repeated.learn(learnt, rng.random((40, 6, 6)))
    np.testing.assert_array_equal(found.values, [0, 1])
    np.testing.assert_allclose(found.widths, [0.3, 0.5], atol=0.03)  # the rarer one takes less


def test_what_is_never_repeated_stays() -> None:
    drawn = np.random.default_rng(1).random((5, 4, 4))
    found = Repeated.learn(np.random.default_rng(0).random((20, 4, 4)), drawn)
    assert not len(found.values)
    np.testing.assert_array_equal(found.settled(drawn), drawn)


def test_noise_is_not_made_black() -> None:
    rng = np.random.default_rng(0)
    learnt = rng.random((50, 8, 8)) * (rng.random((50, 8, 8)) > 0.9)
    found = Repeated.learn(learnt, rng.random(learnt.shape))
    np.testing.assert_allclose(found.widths, 0.1, atol=0.01)  # a tenth of the range at most
