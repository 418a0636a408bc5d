"""One model serves several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import likely


@pytest.mark.parametrize("method", ["auto", "KNN", "IsolationForest", "Mahalanobis", "ECOD"])
def test_two_threads_get_what_one_gets(method: str) -> None:
    rng = np.random.default_rng(0)
    learned = likely.learn(rng.normal(size=(600, 4)), method)
    batches = [rng.normal(size=(size, 4)) for size in (1, 7, 300) * 6]
    alone = [learned.detect(batch, fpr=0.05).log_p for batch in batches]
    fresh = likely.learn(np.random.default_rng(0).normal(size=(600, 4)), method)
    with ThreadPoolExecutor(2) as pool:  # nothing was scored yet: what is lazily made is made here
        together = list(pool.map(lambda batch: fresh.detect(batch, fpr=0.05).log_p, batches))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
