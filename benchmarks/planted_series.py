"""Measure two things that are planted: a burst of requests, and jumps in prices.

burst: three days of requests of a server, a Poisson process whose rate follows the day (4 to 16 a
minute), as a log of one row a request. In the third day, for eight minutes, twice the highest rate
comes on top. The log is counted by minutes (`likely.data.event_counts.counts`), two days are
learnt, and the third is streamed minute by minute with `alerts="1/day"`. "minutes" is how long after
the burst began the alert that it begins was certain, "false a day" counts other alerts.

prices: 1,500 daily prices with GARCH(1, 1) volatility, that come in calm and in stormy months
(alpha 0.10, beta 0.88). In half of the series, three jumps of eight standard deviations of that day
are planted. What is judged are returns. "quiet" is the share of series without jumps of which
nothing is reported (fdr=0.1), "found" the share of jumps in an event, and "false a series" counts
other events. Beside it a z-score of returns cut at 4, and a z-score of the last 50.

    python benchmarks/planted_series.py           stores results/planted_series.json
    python benchmarks/planted_series.py 3         so many seeds, not stored
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from likely.core.progress import hidden
from likely.data.event_counts import counts
from likely.data.frames import as_table
from likely.series import Forecaster
from likely.workflow.over_time.findings import EventFindings

SEEDS = 10
DAY = 1_440  # minutes
BURST = slice(2 * DAY + 840, 2 * DAY + 848)
STORMS = "Forecaster(length=8, smoothing=1, volatility=40)"
DAYS, JUMPS, SIZE = 1_500, 3, 8.0


def main(seeds: int) -> None:
    """Measure, print and store."""
    rows = []
    for method in ("auto", "Forecaster"):
        rows.append(bursts(method, seeds))
        store.show(rows[-1])
    for method in ("auto", "Forecaster", STORMS, "z-score, 4", "z-score of the last 50, 4"):
        rows.append(prices(method, seeds))
        store.show(rows[-1])
    if seeds == SEEDS:
        store.save("planted_series", rows)


def bursts(method: str, seeds: int) -> dict:
    """Return how soon bursts are known."""
    minutes, false, found = [], 0, 0
    for seed in range(seeds):
        table = counts(as_table(pd.DataFrame({"at": requests(seed)})), every="1min").table
        with hidden():
            learned = likely.learn(table.take(slice(0, 2 * DAY)), method=method, kind="timeline")
            stream = learned.stream(alerts="1/day")
            known = [
                (minute, alert)
                for minute in range(2 * DAY, len(table))
                for alert in stream.push(table.take(slice(minute, minute + 1)))
                if alert.kind == "begins"
            ]
        right = [m for m, _ in known if BURST.start <= m < BURST.stop + stream.delay.steps + 30]
        found += bool(right)
        false += len(known) - len(right)
        minutes += right[:1]
    late = np.array(minutes) - BURST.start
    return {
        "planted": "burst", "method": method, "seeds": seeds, "found": f"{found} of {seeds}",
        "minutes": float(np.median(late)) if len(late) else None,
        "most": int(late.max()) if len(late) else None, "false a day": round(false / seeds, 2),
    }  # fmt: skip


def requests(seed: int) -> np.ndarray:
    """Return when requests came, with a burst in the third day."""
    rng, minute = np.random.default_rng(seed), np.arange(3 * DAY)
    rate = 10 + 6 * np.sin(2 * np.pi * minute / DAY)
    rate[BURST] += 32
    at = np.repeat(minute, rng.poisson(rate))
    seconds = 60 * at + rng.random(len(at)) * 60
    return np.sort(np.datetime64("2026-03-02", "us") + (seconds * 1e6).astype("timedelta64[us]"))


def prices(method: str, seeds: int) -> dict:
    """Return how quiet calm and stormy months are, and which jumps are found."""
    quiet, false, hits = 0, 0, 0
    for seed in range(seeds):
        for jumps in (False, True):
            returns, where = garch(seed, jumps)
            runs = reported(method, returns)
            right = [any(run.start - 1 <= day <= run.stop for run in runs) for day in where]
            hits += sum(right)
            others = [r for r in runs if not any(r.start - 1 <= d <= r.stop for d in where)]
            false += len(others)
            quiet += not jumps and not runs
    return {
        "planted": "prices", "method": method, "seeds": seeds, "quiet": f"{quiet} of {seeds}",
        "found": f"{hits} of {JUMPS * seeds}", "false a series": round(false / (2 * seeds), 2),
    }  # fmt: skip


def garch(seed: int, jumps: bool) -> tuple[np.ndarray, list[int]]:
    """Return daily returns in per cent, and the days of jumps."""
    rng = np.random.default_rng(1_000 + seed)
    where = sorted(rng.choice(np.arange(300, DAYS - 100), JUMPS, replace=False).tolist())
    variance, returns = 1.0, np.zeros(DAYS)
    for day in range(DAYS):
        returns[day] = np.sqrt(variance) * rng.normal()
        drawn = returns[day]
        if jumps and day in where:
            returns[day] += SIZE * np.sqrt(variance) * rng.choice([-1, 1])
        variance = 0.02 + 0.10 * drawn**2 + 0.88 * variance
    return returns, where if jumps else []


def reported(method: str, returns: np.ndarray) -> list[slice]:
    """Return the events that are reported."""
    if method.startswith("z-score"):
        past = pd.Series(returns).rolling(50, min_periods=10)
        last = method.startswith("z-score of")
        mean, spread = (past.mean().shift(), past.std().shift()) if last else (0.0, returns.std())
        days = np.flatnonzero((np.abs((returns - mean) / spread) > 4).to_numpy() if last else
                              np.abs(returns / spread) > 4)  # fmt: skip
        return [slice(int(day), int(day) + 1) for day in days]
    clock = pd.bdate_range("2019-01-01", periods=len(returns))
    frame = pd.DataFrame({"day": clock, "change": returns})
    model = Forecaster(length=8, smoothing=1, volatility=40) if method == STORMS else method
    with hidden():
        found = likely.detect(frame, method=model, kind="timeline", fdr=0.1)
    assert isinstance(found, EventFindings)
    return list(found.runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
