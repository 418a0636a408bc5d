"""Work in parts: every result in its place, and the limits of others as they were."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from likely.core.neighbours import nearest
from likely.core.threads import in_parallel, one_thread_a_product


def _threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize("threads", [1, 3])
def test_results_come_in_the_order_of_the_parts(threads: int) -> None:
    with threadpool_limits(threads, user_api="blas"):
        assert in_parallel(lambda part: part * part, range(20)) == [i * i for i in range(20)]
    assert in_parallel(abs, []) == []


def test_limits_are_given_back_after_the_last_one() -> None:
    with threadpool_limits(3, user_api="blas"):
        with one_thread_a_product() as outer, one_thread_a_product() as inner:
            assert (outer, inner) == (3, 3)
            assert _threads() == {1}
        assert _threads() == {3}


def test_limits_are_given_back_after_an_error() -> None:
    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ZeroDivisionError):
            in_parallel(lambda part: 1 / part, [0, 1])
        assert _threads() == {2}


def test_neighbours_are_the_same_on_any_number_of_threads() -> None:
    rows = np.random.default_rng(0).normal(size=(3_000, 4))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            found.append(nearest(rows, rows, 3, leave_self_out=True))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_array_equal(found[0][1], found[1][1])
