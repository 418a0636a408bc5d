"""Work in parts on as many threads as the numerical libraries may use.

Products of small tiles gain nothing from threads of their own and lose much where cores are busy.
So whoever works in tiles gives each thread whole parts of the work, and lets every product run on
the thread that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any, TypeVar

import scipy.linalg  # noqa: F401 - its library of products has to be loaded to be found
from threadpoolctl import ThreadpoolController

Part = TypeVar("Part")
Result = TypeVar("Result")

_lock = Lock()
_limits: list[Any] = []  # the limit in force, once for each caller inside


def in_parallel(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return the results of a function for all parts, in their order.

    Parameters
    ----------
    work : callable
        Gets one part; it must not depend on the others.
    parts : iterable
        What to do.
    """
    todo = list(parts)
    if not todo:
        return []
    with one_thread_a_product() as threads:
        if min(threads, len(todo)) <= 1:
            return [work(part) for part in todo]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, todo))


@contextmanager
def one_thread_a_product() -> Iterator[int]:
    """Keep matrix products to the thread that asks for them; yield how many they had before."""
    with _lock:
        if not _limits:
            threads = max((pool.num_threads for pool in _pools().lib_controllers), default=1)
            _limits.append((threads, _pools().limit(limits=1)))
        _limits.append(_limits[0])
        threads = _limits[0][0]
    try:
        yield threads
    finally:
        with _lock:
            _limits.pop()
            if len(_limits) == 1:  # the last one out gives back what the first one took
                _limits.pop()[1].restore_original_limits()


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")
