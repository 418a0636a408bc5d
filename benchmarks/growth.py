"""Measure how time and memory grow with the number of rows.

`likely detect` is run on Parquet files of 20 mixed columns, as people would run it, and writes all
rows to a folder; its peak memory is that of the whole process. Then every detector with its default
settings learns n rows of ten columns and scores n others, for n of 10,000, 100,000 and 1,000,000;
each in a process of its own. The exponent is log10 of how many times as long ten times as many rows
take: 1 is linear, 2 would be n x n. Seconds are those of the processor, so that a busy machine
tells the same; `wall` is the time on the clock.

    python benchmarks/growth.py             stores benchmarks/results/growth.json
    python benchmarks/growth.py KNN 100000  these anew (a number: `likely detect` on a file of so
                                            many rows), the others as they were
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

import store
from likely.core import catalogue
from tables import models_of_tables

SIZES = (10_000, 100_000, 1_000_000)
COLUMNS = 10
PATIENCE = 600
"""Seconds on the clock that one measurement may take."""


def main(wanted: list[str]) -> None:
    """Measure, print every row as it comes, and store them."""
    stored = read()
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted or [*map(str, SIZES), *models_of_tables()]:
            row = from_file(int(name), Path(folder)) if name.isdecimal() else grow(name)
            store.show(row)
            stored[name] = row  # stored after every row, for all of them may take an hour
            files = [row for name, row in stored.items() if name.isdecimal()]
            rest = [row for name, row in stored.items() if not name.isdecimal()]
            store.save("growth", files, **({"detectors": rest} if rest else {}))


def read() -> dict[str, dict]:
    """Return the rows that are stored, by name or number."""
    path = store.FOLDER / "growth.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    files = {str(row["rows"]): row for row in found.get("rows", [])}
    return files | {row["method"]: row for row in found.get("detectors", [])}


def grow(name: str) -> dict:
    """Return seconds, megabytes and exponents of a detector over the sizes."""
    row: dict = {"method": name}
    last = (0, 0.0)
    for n in SIZES:
        told = run("learn_and_score", name, str(n))
        if "why not" in told:
            return {**row, f"why not {n:,}": told["why not"]}
        row |= {f"seconds {n:,}": round(told["seconds"], 2), f"MB {n:,}": round(told["MB"])}
        if last[0]:
            exponent = math.log(told["seconds"] / last[1]) / math.log(n / last[0])
            row[f"exponent to {n:,}"] = round(exponent, 2)
        last = (n, told["seconds"])
    return row


def learn_and_score(name: str, n: str) -> None:
    """Learn and score so many rows in this process, and tell what it took."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2 * int(n), COLUMNS))
    rows[:, 1:] = 0.6 * rows[:, :-1] + 0.8 * rows[:, 1:]
    model = catalogue.make(name)
    labels = rng.random(int(n)) < 0.01 if getattr(model, "needs_labels", False) else None
    start = time.process_time()
    model.fit(rows[: int(n)], labels).score_samples(rows[int(n) :])
    tell(start)


def from_file(n: int, folder: Path) -> dict:
    """Return what `likely detect` takes for a file of so many rows, and what it finds."""
    path, out = folder / f"rows-{n}.parquet", folder / f"out-{n}"
    planted = write_mixed(path, n)
    told = run("likely_detect", str(path), f"{out}/")
    row = {"method": "likely detect", "rows": n, "columns": 20}
    if "why not" in told:
        return {**row, **told}
    anomaly = pyarrow.parquet.read_table(out / "rows", columns=["anomaly"])["anomaly"].to_numpy()
    return {
        **row,
        "seconds": round(told["seconds"], 1),
        "wall": round(told["wall"], 1),
        "MB": round(told["MB"]),
        "findings": int(anomaly.sum()),
        "planted": len(planted),
        "planted found": int(anomaly[planted].sum()),
    }


def likely_detect(path: str, out: str) -> None:
    """Run the command as people do, and tell what it took."""
    from likely.cli import application

    application(["detect", path, "-o", out, "--quiet"], standalone_mode=False)
    tell()


def write_mixed(path: Path, n: int) -> np.ndarray:
    """Write n rows of 20 columns, and return the positions of the 1 in 1,000 planted ones."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(n, 15))
    for j in range(1, 15):
        z[:, j] = 0.6 * z[:, j - 1] + 0.8 * z[:, j]
    planted = np.sort(rng.choice(n, n // 1_000, replace=False))
    z[planted, rng.integers(0, 12, len(planted))] += 15.0
    cells: dict = {f"x{j}": z[:, j] for j in range(12)}
    cells["waiting"] = rng.exponential(20.0, n)
    cells["count"] = rng.poisson(3, n)
    cells["whole"] = np.round(1_000 * z[:, 12]).astype(np.int64)
    cells["gaps"] = pa.array(z[:, 13], mask=rng.random(n) < 0.05)
    lands = np.array(["DE", "FR", "US", "IT", "ES", "PL"])
    cells["land"] = lands[rng.choice(6, n, p=[0.4, 0.2, 0.2, 0.1, 0.06, 0.04])]
    cells["shop"] = np.array([f"shop {k}" for k in range(300)])[rng.integers(0, 300, n)]
    cells["member"] = rng.random(n) < 0.3
    seconds = (20 * np.arange(n)).astype("timedelta64[s]")
    cells["when"] = np.datetime64("2026-01-01", "us") + seconds
    pyarrow.parquet.write_table(pa.table(cells), path, row_group_size=100_000)
    return planted


def run(measured: str, *words: str) -> dict:
    """Run a function of this file in a process of its own; return what it told, or why not."""
    folder = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    program = f"import growth, sys; growth.{measured}(*sys.argv[1:])"
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "PYTHONPATH": folder},
        )
    except subprocess.TimeoutExpired:
        return {"why not": f"more than {PATIENCE:,} seconds"}
    if done.returncode:
        return {"why not": last_line(done.stderr)}
    return {**json.loads(last_line(done.stdout)), "wall": time.perf_counter() - start}


def tell(start: float = 0.0) -> None:
    """Print what this process took since some second of its own, as the last line."""
    told = {"seconds": time.process_time() - start, "MB": peak_megabytes()}
    sys.stdout.write(f"\n{json.dumps(told)}\n")


def peak_megabytes() -> float:
    """Return the most memory that this process has held, in 10⁶ bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what resource tells may be the peak of the process that started this one
        text = status.read_text()
        return int(text.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def last_line(text: str) -> str:
    """Return the last line of an error."""
    return (text.strip().splitlines() or ["unknown"])[-1][:200]


if __name__ == "__main__":
    main(sys.argv[1:])
