"""Compare the matrix profile with STUMPY: the same values, in less time.

Both run in one process on as many threads. First calls come first, STUMPY's with its compilation;
then both take turns, three times each, and the best time of each counts. A clock is read, and the
processor's seconds beside it, as other work on the machine slows both. The difference is the
largest one of all finite distances; it is measured on shorter series too, with constant stretches,
gaps, a far level and spreads that differ.

STUMPY is for measuring only; install it beside the environment, which has numba for SHAP:

    pip install --no-deps --target FOLDER stumpy==1.14.1
    OMP_NUM_THREADS=2 NUMBA_NUM_THREADS=2 PYTHONPATH=FOLDER python benchmarks/matrix_profile.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version
from time import perf_counter, process_time

import numpy as np
import stumpy

import store
from likely.series.profiles import matrix_profile

N, WINDOW, TIMES = 32_768, 100, 3
SHORT = 3_000


def main() -> None:
    """Measure, print and store one row a series."""
    noise = np.random.default_rng(0).normal(size=N)
    rows = [beside("walk", np.cumsum(noise), WINDOW), beside("noise", noise, WINDOW)]
    for key in [key for key in rows[1] if "first call" in key]:
        del rows[1][key]  # both are compiled and warm by then
    others = hostile(seed=2)
    rows += [{"series": name, **equal(x, others[name])} for name, x in hostile(1).items()]
    for row in rows:
        store.show(row)
    threads = {"numba": os.environ.get("NUMBA_NUM_THREADS", "all")}
    store.save("matrix_profile", rows, peer=f"stumpy {version('stumpy')}", peer_threads=threads)


def beside(name: str, x: np.ndarray, window: int) -> dict:
    """Return first and best seconds of both on one series; only the first series compiles."""
    first = {who: timed(work, x, window)[:2] for who, work in CONTENDERS.items()}
    taken: dict[str, list[tuple[float, float]]] = {who: [] for who in CONTENDERS}
    found = {}
    for _ in range(TIMES):
        for who, work in CONTENDERS.items():
            clock, processor, found[who] = timed(work, x, window)
            taken[who].append((clock, processor))
    best = {who: np.min(times, axis=0) for who, times in taken.items()}
    return {
        "series": name,
        "n": len(x),
        "window": window,
        "seconds": round(best["likely"][0], 3),
        "seconds of stumpy": round(best["stumpy"][0], 3),
        "times faster": round(best["stumpy"][0] / best["likely"][0], 2),
        "processor": round(best["likely"][1], 3),
        "processor of stumpy": round(best["stumpy"][1], 3),
        "times less processor": round(best["stumpy"][1] / best["likely"][1], 2),
        "first call": round(first["likely"][0], 3),
        "first call of stumpy": round(first["stumpy"][0], 3),
        "times faster, first call": round(first["stumpy"][0] / first["likely"][0], 1),
        "difference": apart(found["likely"], found["stumpy"]),
    }


def timed(work: Callable, x: np.ndarray, window: int) -> tuple[float, float, np.ndarray]:
    """Return seconds of a clock and of the processor, and distances."""
    clock, processor = perf_counter(), process_time()
    found = work(x, window)
    return perf_counter() - clock, process_time() - processor, found


CONTENDERS: dict[str, Callable] = {
    "likely": lambda x, m: matrix_profile(x, m).distances,
    "stumpy": lambda x, m: stumpy.stump(x, m).P_.astype(float),
}


def equal(x: np.ndarray, other: np.ndarray, window: int = 50) -> dict:
    """Return the difference on one series, to itself and to another of its sort."""
    joined = matrix_profile(x, window, reference=other).distances
    theirs = stumpy.stump(x, window, other, ignore_trivial=False).P_.astype(float)
    own = [work(x, window) for work in CONTENDERS.values()]
    return {
        "n": len(x),
        "window": window,
        "difference": apart(*own),
        "difference of joins": apart(joined, theirs),
    }


def apart(ours: np.ndarray, theirs: np.ndarray) -> float | str:
    """Return the largest difference of finite distances, if the same ones are finite."""
    finite = np.isfinite(ours)
    if (finite != np.isfinite(theirs)).any():
        return "other windows have no neighbour"
    return float(np.abs(ours[finite] - theirs[finite]).max(initial=0.0))


def hostile(seed: int) -> dict[str, np.ndarray]:
    """Return series on which kernels differ."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=SHORT)
    flat, gaps, shrunk = noise.cumsum(), noise.copy(), noise.copy()
    flat[500:800], flat[1500:1600], flat[2500:2700] = 1.0, -3.0, flat[2499]
    gaps[[100, 1200, 1201]], gaps[2000:2100] = np.nan, np.inf
    shrunk[1000:2000] *= 1e-3
    return {
        "constant stretches": flat,
        "gaps": gaps,
        "far level": noise + 1e6,
        "unequal spreads": shrunk,
    }


if __name__ == "__main__":
    main()
