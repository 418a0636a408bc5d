"""Judge a series as it goes on: how fast, with the scores of a batch, and through a kill.

A made-up series of minutes with two rhythms, noise and gross events is learnt and then pushed in
chunks (`Learned.stream`), as pandas frames. Told are points a second, in time of one core, the
largest difference between scores in chunks and of the whole, how many steps late an alert is, and
by how much memory grew between 100,000 and 10,000,000 steps. Then `likely watch` reads a file that
grows, is killed again and again by SIGKILL, and its alerts are compared with those of a run that
nobody stopped.

    OMP_NUM_THREADS=1 python benchmarks/streaming.py          stores results/streaming.json
    OMP_NUM_THREADS=1 python benchmarks/streaming.py Panel    only this method, nothing stored
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import likely
import store
from likely.workflow.over_time.arrivals import Beat
from likely.workflow.over_time.running import Running

METHODS = ("Panel", "Forecaster")
"""Those of them that are in the catalogue."""

CHANNELS = (1, 5)
CHUNKS = (100, 1_000)
LEARNT, STEPS, MANY = 5_000, 60_000, 10_000_000
PIECE, SETTLED = 10_000, 10
KILLS = 5
_DAY = 1_440


def main(wanted: list[str]) -> None:
    """Measure, print every row as it comes, and store them."""
    known = likely.methods()["name"].to_pylist()
    rows = []
    for method in wanted or [name for name in METHODS if name in known]:
        for channels in CHANNELS:
            for row in measure(method, channels):
                store.show(row)
                rows.append(row)
    killed = restarts()
    store.show(killed)
    if not wanted:
        store.save("streaming", rows, learnt=LEARNT, steps=STEPS, restarts=killed)


def minutes(n: int, channels: int, seed: int, start: str) -> pd.DataFrame:
    """Return n minutes of channels with a rhythm of a day and one of an hour, and noise."""
    rng, step = np.random.default_rng(seed), np.arange(n)
    frame = {"time": pd.date_range(start, periods=n, freq="1min")}
    for j in range(channels):
        slow, fast = np.sin(2 * np.pi * step / _DAY + j), np.sin(2 * np.pi * step / 60)
        frame[f"x{j}"] = slow + 0.5 * fast + 0.1 * rng.normal(size=n)
    return pd.DataFrame(frame)


def with_events(frame: pd.DataFrame, every: int, seed: int) -> pd.DataFrame:
    """Return a frame with a gross event of ten steps in so many."""
    rng, frame = np.random.default_rng(seed), frame.copy()
    for first in range(every // 2, len(frame) - 10, every):
        column = f"x{rng.integers(frame.shape[1] - 1)}"
        frame.loc[first : first + 9, column] += 4
    return frame


def measure(method: str, channels: int) -> list[dict]:
    """Return a row for each size of chunks."""
    learned = likely.learn(minutes(LEARNT, channels, 0, "2026-01-01"), method, kind="timeline")
    new = with_events(minutes(STEPS, channels, 1, "2026-02-01"), 10_000, 1)
    rows = []
    for size in CHUNKS:
        stream, found = learned.stream(alerts="1/day"), []
        start = time.process_time()
        for first in range(0, STEPS, size):
            found += stream.push(new.iloc[first : first + size])
        seconds = time.process_time() - start
        rows.append(
            {
                "method": method,
                "channels": channels,
                "chunk": size,
                "steps/s": round(STEPS / seconds),
                "points/s": round(STEPS * channels / seconds),
                "difference from batch": difference(learned, new, size),
                "alerts late by steps": stream.delay.steps,
                "alerts": len(found),
            }
        )
    if channels == CHANNELS[0]:
        rows[-1]["MB grown over 9,900,000 steps"] = grown(learned)
    return rows


def difference(learned: likely.Learned, new: pd.DataFrame, size: int) -> float:
    """Return the largest difference of scores in chunks from those of the whole."""
    table = learned.model.schema_.match(learned.table(new.iloc[:20_000]))
    whole = learned.model.score_samples(table)
    running = Running(learned.model, 0, Beat(60e6, 60e6), 2_000)
    found = np.full(len(table), np.nan)
    for first in range(0, len(table) + size, size):
        piece = table.take(slice(first, first + size))
        running.add(piece, over=not len(piece))
        for block in running.decide():
            part = running.kept.part(block.first, block.end)
            real = running.kept.real[part]
            found[running.kept.rows[part][real]] = -running.kept.oddness[part][real]
        running.forget(running.decided)
    return float(np.abs(found - whole).max())


def grown(learned: likely.Learned) -> float:
    """Return how much more memory was held at most after the first 100,000 steps than at them."""
    stream, held = learned.stream(alerts="1/day"), []
    for first in range(0, MANY, PIECE):
        start = pd.Timestamp("2026-02-01") + pd.Timedelta(minutes=first)
        stream.push(minutes(PIECE, 1, first, str(start)))
        held.append(_resident())
    return round(max(held[SETTLED:]) - held[SETTLED - 1], 1)


def _resident() -> float:
    """Return the megabytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def restarts() -> dict:
    """Kill `likely watch` again and again while its file grows; compare what it wrote."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, data = folder / "m.likely", folder / "rows.csv"
        likely.learn(minutes(2_000, 1, 0, "2026-01-01"), "Panel", kind="timeline").save(model)
        text = with_events(minutes(20_000, 1, 1, "2026-02-01"), 2_000, 1).to_csv(index=False)
        data.write_text(text)
        words = ["watch", str(data), "--model", str(model), "--alerts", "2/day", "-q"]
        _run([*words, "--state", str(folder / "a.state"), "-o", str(folder / "a.jsonl")])
        data.write_text("")
        killed = [*words, "--state", str(folder / "b.state"), "-o", str(folder / "b.jsonl")]
        cuts = np.linspace(0, len(text), KILLS + 2).astype(int)[1:-1]
        for i, cut in enumerate(cuts.tolist()):
            _killed(killed, data, text, cut, folder, wait=0.15 * i)
        data.write_text(text)
        _run(killed)
        first, second = ((folder / f"{x}.jsonl").read_text().splitlines() for x in "ab")
        told = [[_rounded(line) for line in lines] for lines in (first, second)]
        return {
            "kills": KILLS,
            "alerts": len(told[0]),
            "lost": sum(one not in told[1] for one in told[0]),
            "repeated": len(told[1]) - len(set(told[1])),
            "the same in the same order": told[0] == told[1],
        }


def _killed(words: list[str], data: Path, text: str, cut: int, folder: Path, wait: float) -> None:
    """Let a file grow to a length that ends within a line, and kill who reads it."""
    state = folder / "b.state"
    before = state.stat().st_mtime_ns if state.exists() else 0
    data.write_text(text[:cut])
    process = _start([*words, "--follow", "--poll", "0.01"])
    while process.poll() is None and (not state.exists() or state.stat().st_mtime_ns == before):
        time.sleep(0.01)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()


def _start(words: list[str]) -> subprocess.Popen:
    code = "from likely.cli import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *words], env=dict(os.environ))


def _run(words: list[str]) -> None:
    if _start(words).wait():
        raise RuntimeError(f"likely {' '.join(words)} failed")


def _rounded(line: str) -> str:
    """Return an alert without the last bits of its numbers."""
    told = json.loads(line)
    return json.dumps(
        {k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in told.items()}
    )


if __name__ == "__main__":
    main(sys.argv[1:])
