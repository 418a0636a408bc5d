"""Measure whether an alarm budget is kept where nothing is known to be odd.

`alerts="1/day"` on real series with a clock: AWS, ads, tweets, taxi, temperature and traffic (NAB),
indicators of web services (kpi, wsd), server machines (smd: one a minute, learnt from the part that
its source calls training) and application servers (asd, one a minute). Two ways: the first half is
learnt and the second judged ("new"), or all is judged by `likely.detect` ("same"). Days of which
any moment is labelled are left out. Stated are episodes a day, the mean over series, the share of
days without any, and in how many series the promise was withdrawn (then nothing is reported; what
would have been is in "as if kept"). A moving z-score cut at the quantile that would give one
exceedance a day in what was learnt, with exceedances less than an hour apart as one, stands beside.

    python benchmarks/alarm_budget.py          stores results/alarm_budget.json
    python benchmarks/alarm_budget.py nab      some families, not stored
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from likely.calibration.episodes import episodes
from likely.core.progress import hidden
from likely.workflow.over_time.decision import decide_episodes
from likely.workflow.over_time.findings import EventFindings
from tsb_ad import FOLDER

FAMILIES = ("nab", "kpi", "wsd", "smd", "asd")
DAY = pd.Timedelta("1D")
WINDOW = 100
MOST = 40_000


def main(families: list[str]) -> None:
    """Measure, print and store."""
    rows = []
    for family in families or FAMILIES:
        rows += [one for name, frame, labels, cut in series(family)
                 for one in judged(family, name, frame, labels, cut)]  # fmt: skip
        store.show({"family": family, "series so far": len(rows)})
    table = pd.DataFrame(rows)
    summed = []
    for (way, method), part in table.groupby(["way", "method"], sort=False):
        days = part["days"].sum()
        summed.append(
            {"way": way, "method": method, "series": len(part), "days": int(days),
             "episodes a day, mean over series": round(float(part["a_day"].mean()), 2),
             "median": round(float(part["a_day"].median()), 2),
             "worst": round(float(part["a_day"].max()), 2),
             "quiet days": f"{100 * part['quiet'].sum() / days:.0f} %",
             "withdrawn": int(part["withdrawn"].sum()),
             "as if kept": round(float(part["as_if"].mean()), 2)}
        )  # fmt: skip
        store.show(summed[-1])
    print(table.sort_values("a_day").to_string())
    if not families:
        store.save("alarm_budget", summed)


def series(family: str) -> Iterator[tuple[str, pd.DataFrame, np.ndarray, int]]:
    """Yield name, rows with a clock, labels, and how many rows are learnt."""
    for path in sorted((FOLDER / family).glob("*.npz")):
        with np.load(path) as file:
            data = {name: file[name] for name in file.files}
        values, labels = data["values"].astype(float)[:MOST], data["label"][:MOST]
        seconds = data["time"][:MOST] if "time" in data else 60 * np.arange(len(values))
        frame = pd.DataFrame(values, columns=[f"c{j}" for j in range(values.shape[1])])
        frame.insert(0, "time", pd.to_datetime(seconds, unit="s"))
        known = int(data["train_end"]) if family in ("smd", "asd") else len(frame) // 2
        yield path.stem, frame, labels, known


def judged(
    family: str, name: str, frame: pd.DataFrame, labels: np.ndarray, cut: int
) -> Iterator[dict]:
    """Yield a row for each way and method."""
    new = frame.iloc[cut:]
    with hidden():
        found = {
            "new": likely.learn(frame.iloc[:cut], kind="timeline").detect(new, alerts="1/day"),
            "same": likely.detect(frame, kind="timeline", alerts="1/day"),
        }
    for way, one in found.items():
        assert isinstance(one, EventFindings)
        rows = frame if way == "same" else new
        odd = labels if way == "same" else labels[cut:]
        oddness = -one.scores[one.moments.order]
        log_p = one.log_p[one.moments.order]
        asked = {"alerts": "1/day", "fdr": None, "fpr": None, "top": None}
        _, kept = decide_episodes(oddness, log_p, one.pace, asked)
        yield counted(family, name, way, "auto", rows, odd, list(one.runs), kept,
                      one.decision.ranking_only)  # fmt: skip
        runs = moving_z(frame, cut if way == "new" else len(frame), way)
        yield counted(family, name, way, "moving z", rows, odd, runs, runs, False)


def counted(
    family: str, name: str, way: str, method: str, rows: pd.DataFrame, labels: np.ndarray,
    runs: list[slice], kept: list[slice], withdrawn: bool,
) -> dict:  # fmt: skip
    """Return episodes a day on days without a label."""
    day = rows["time"].dt.floor("D").to_numpy()
    spoilt = set(day[labels == 1])
    counts = pd.Series(day).groupby(day).size()
    whole = [d for d in counts.index if d not in spoilt and counts[d] > 0.5 * counts.median()]
    of = pd.Series([day[run.start] for run in runs])
    as_if = pd.Series([day[run.start] for run in kept])
    quiet = [d for d in whole if not (of == d).any()]
    days = max(len(whole), 1)
    return {
        "family": family, "name": name, "way": way, "method": method, "days": len(whole),
        "a_day": of.isin(whole).sum() / days, "quiet": len(quiet),
        "withdrawn": withdrawn, "as_if": as_if.isin(whole).sum() / days,
    }  # fmt: skip


def moving_z(frame: pd.DataFrame, learnt: int, way: str) -> list[slice]:
    """Return episodes of a moving z-score, cut where one moment a day was beyond it."""
    values = frame.drop(columns="time")
    past = values.rolling(WINDOW, min_periods=2)
    z = ((values - past.mean()).abs() / (past.std() + 1e-9)).fillna(0).to_numpy().max(axis=1)
    step = frame["time"].diff().median()
    a_day = max(DAY / step, 1.0)
    cut = np.quantile(z[:learnt], max(0.0, 1 - 1 / a_day))
    seen = z[learnt:] if way == "new" else z
    return episodes(seen > cut, max(1, round(pd.Timedelta("1h") / step)))


if __name__ == "__main__":
    main(sys.argv[1:])
