"""Measure whether values that are odd only at their hour, weekday or season are found.

"contextual": three years of a simulated hourly load (`likely.testing.loads`: day, week, year, a
drift, autocorrelated noise, Berlin's clock), about 2.5 % of whose hours are swapped for other hours
of the same series, so that every value is usual in itself: nights with the values of days and days
with those of nights, days whose shape comes five hours late (hour); Sundays like a Wednesday and
the reverse (weekday); days of January in July and the reverse (season). Each method learns from the
very series that it judges. AUROC of hours, mean and least over seeds. An hour is odd if it was
swapped and is then 3 spreads or more from what its context lets expect; other swapped hours are
nobody's mistake and are left out, but `every hour` counts all that were swapped as odd.

"summer time": 150 days are learnt (a year by models of windows, which must have seen all levels;
half as many seeds), and four weeks judged whose middle is a change of the clock; alarms are hours
odder than all but 2 % of the first two of these weeks. `ratio` is the rate of alarms in the two
days from the change over that in the same two days of the same series where the clock stands
(`still clock`: as the season goes on and what was learnt grows old, alarms become more anyway),
with a 95 % interval by bootstrap over changes. The clock is UTC with a zone, or what the wall shows
without one (an hour comes twice in autumn, and one is missing in spring); UTC whose zone nobody
knows shows that the check can fail.

"real clocks": labelled series that come with a clock (VUS-PR, as in tsb_ad.py): does
`SeasonalPanel`, which asks windows as they are, windows seasonally adjusted and values given their
season, lose anything that `Panel` finds? Weights and powers are those of `Panel`; but that these
three are pooled, of a dozen ways to do it, was decided with these figures in view, so they are no
proof for other series.

    python benchmarks/contextual_series.py            stores results/contextual_series.json
    python benchmarks/contextual_series.py 2          two seeds, nothing stored
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa

import store
from likely.detectors import KNN, Contextual
from likely.evaluation import auroc, vus_pr, window_of
from likely.series import Panel, Seasonal, SeasonalPanel
from likely.testing.loads import ZONE, Load, hourly_load
from tsb_ad import files

SEEDS, DAYS, EVENTS, ODD = 10, 3 * 365, 5, 3.0
AROUND = 14  # days on both sides of a change of the clock
CLOCKED = ("nab", "kpi", "wsd")
CHANGES = (86, 303, 450, 667, 814, 1031)  # days after 2021-01-01 on which the clock changes
KINDS = ("hour", "weekday", "season")
FIRST = 18_628  # days from 1970 to 2021
ALARMS = 0.02
STILL = "+01:00"
HOURS, HALF, LATE = 24, 182, 5
DAY = HOURS * 3600e6


def main(seeds: int) -> None:
    """Measure, print and store."""
    rows = [*contextual(seeds), *summer_time(seeds), *real_clocks()]
    if seeds == SEEDS:
        store.save("contextual_series", rows, seeds=seeds, days=DAYS, planted_from=ODD)


def contextual(seeds: int) -> list[dict]:
    """Return a row for each method: how well it ranks hours that are odd in their context."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in METHODS}
    for seed in range(seeds):
        load = hourly_load(DAYS, seed)
        values, kind = plant(load, np.random.default_rng([seed, 5]))
        odd = np.abs(values - load.mean) >= ODD * load.spread
        for name, judge in METHODS.items():
            found[name].append(_ranked(judge(values, load), kind, odd))
    rows = []
    for name, several in found.items():
        means = {key: round(float(np.mean([one[key] for one in several])), 3) for key in several[0]}
        least = round(min(one["all"] for one in several), 3)
        rows.append({"part": "contextual", "method": name, **means, "least": least})
        store.show(rows[-1])
    return rows


def _ranked(scores: np.ndarray, kind: np.ndarray, odd: np.ndarray) -> dict[str, float]:
    """Return AUROC of each kind of planted hours, of all, and of every hour that was swapped."""
    usual = kind < 0
    found = {}
    for i, name in enumerate(KINDS):
        kept = usual | ((kind == i) & odd)
        found[name] = auroc(kind[kept] == i, scores[kept])
    kept = usual | odd
    found["all"] = auroc(~usual[kept], scores[kept])
    found["every hour"] = auroc(~usual, scores)
    return {key: float(value) for key, value in found.items()}


def plant(load: Load, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return values with hours swapped for others, and of which kind each hour is: -1 is usual."""
    values, kind = load.values.copy(), np.full(len(load.values), -1)
    day = np.floor(load.local / DAY).astype(np.int64)
    first = {int(d): int(i) for d, i, n in zip(*_days(day), strict=True) if n == HOURS}
    free = np.array([d for d in first if {d - HALF, d + HALF, d - 3, d + 3} <= set(first)])
    night, noon, whole = np.arange(6), np.arange(10, 16), np.arange(HOURS)
    swaps = [  # kind, which days, hours, days to where values come from, hours there
        (0, None, night, 0, noon),
        (0, None, noon, 0, night),
        (0, None, whole, 0, (whole - LATE) % HOURS),
        (1, _weekday(free) == 6, whole, 3, whole),
        (1, _weekday(free) == 2, whole, -3, whole),
        (2, _month(free) == 7, whole, HALF, whole),
        (2, _month(free) == 1, whole, HALF, whole),
    ]
    taken = np.zeros(len(free), dtype=bool)
    for which, where, hours, away, there in swaps:
        for _ in range(EVENTS):
            open_days = ~taken if where is None else ~taken & where
            d = int(rng.choice(free[open_days]))
            taken |= np.abs(free - d) <= 1
            here = first[d] + hours
            values[here] = load.values[first[d + away] + there]
            kind[here] = which
    return values, kind


def _days(day: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.unique(day, return_index=True, return_counts=True)


def _weekday(day: np.ndarray) -> np.ndarray:
    return (day + 3) % 7


def _month(day: np.ndarray) -> np.ndarray:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1


def summer_time(seeds: int) -> list[dict]:
    """Return a row for each model and clock: how many alarms there are at changes of the clock."""
    rows = []
    for (method, clock), (model, table) in CLOCKS.items():
        some = seeds if model is Seasonal else max(1, seeds // 2)
        each = [(seed, change) for seed in range(some) for change in CHANGES]
        rates = np.array([_alarms(*one, model, table, ZONE) for one in each])  # (change, part)
        still = np.array([_alarms(*one, model, table, STILL)[1] for one in each])
        rng = np.random.default_rng(0)
        again = rng.integers(len(each), size=(2_000, len(each)))
        ratios = rates[again, 1].mean(axis=1) / np.maximum(still[again].mean(axis=1), 1e-4)
        low, high = np.quantile(ratios, [0.025, 0.975])
        row = {"part": "summer time", "method": method, "clock": clock, "changes": len(each)}
        row |= dict(zip(("before", "two days", "after"), rates.mean(axis=0), strict=True))
        row |= {"still clock": still.mean(), "ratio": rates[:, 1].mean() / still.mean()}
        row |= {"low": low, "high": high}
        rows.append({k: round(float(v), 4) if isinstance(v, float) else v for k, v in row.items()})
        store.show(rows[-1])
    return rows


def _alarms(
    seed: int, change: int, model: Callable, table: Callable, zone: str
) -> tuple[float, float, float]:
    """Return the share of hours with an alarm: before, in the two days, and after them."""
    learnt = 150 if model is Seasonal else 365
    start = change - learnt - AROUND
    load = hourly_load(learnt + 2 * AROUND, 1000 * seed + change, start, zone)
    rows, cut = table(load, load.values), learnt * HOURS
    odd = -model().fit(rows.slice(0, cut)).score_samples(rows)[cut:]
    day = np.floor(load.local / DAY)[cut:] - FIRST - change
    alarm = odd > np.quantile(odd[day < 0], 1 - ALARMS)
    parts = (day < 0, (day >= 0) & (day < 2), day >= 2)
    before, near, after = (float(alarm[part].mean()) for part in parts)
    return before, near, after


def real_clocks() -> list[dict]:
    """Return a row for each labelled series that has a clock: VUS-PR of what was learnt from all.

    `told` is how much of it the clock tells; `SeasonalPanel` is `Panel` where that is below 0.5.
    """
    rows = []
    for family, path, data in files():
        if family not in CLOCKED or not data["label"].any():
            continue
        order = np.argsort(data["time"], kind="stable")
        values, labels = data["values"][order, :1].astype(float), data["label"][order].astype(int)
        at = pa.array(data["time"][order].astype(np.int64) * 1_000_000, pa.timestamp("us"))
        series = pa.table({"at": at, "value": values[:, 0]})
        window = window_of(values[np.isfinite(values[:, 0])])
        found = {"told": (both := SeasonalPanel().fit(series)).told_}
        for model in (Panel().fit(series), Seasonal().fit(series), both):
            odd = -model.training_scores_
            found[type(model).__name__] = float(vus_pr(labels, odd, window))
        found = {key: round(value, 3) for key, value in found.items()}
        rows.append({"part": "real clocks", "family": family, "series": path.stem, **found})
        store.show(rows[-1])
    return [*rows, *_means(rows)]


def _means(rows: list[dict]) -> list[dict]:
    """Return the means over each family, and over the series whose clock tells half."""
    groups = {family: [row for row in rows if row["family"] == family] for family in CLOCKED}
    groups["all"] = rows
    groups["told by the clock"] = [row for row in rows if row["told"] >= 0.5]
    found = []
    for name, mine in groups.items():
        means = {
            key: round(float(np.mean([row[key] for row in mine])), 3)
            for key in ("Panel", "Seasonal", "SeasonalPanel")
        }
        least = min(row["SeasonalPanel"] - row["Panel"] for row in mine)
        row = {"part": "real clocks, mean", "family": name, "series": len(mine), **means}
        found.append(row | {"least difference": round(least, 3)})
        store.show(found[-1])
    return found


def with_zone(load: Load, values: np.ndarray) -> pa.Table:
    """Return a table whose clock is UTC, and says where."""
    return _table(load.utc, pa.timestamp("us", tz=load.zone), values)


def on_the_wall(load: Load, values: np.ndarray) -> pa.Table:
    """Return a table whose clock is what the wall shows, without a zone."""
    return _table(load.local, pa.timestamp("us"), values)


def nowhere(load: Load, values: np.ndarray) -> pa.Table:
    """Return a table whose clock is UTC, and does not say where."""
    return _table(load.utc, pa.timestamp("us"), values)


def _table(clock: np.ndarray, kind: pa.DataType, values: np.ndarray) -> pa.Table:
    return pa.table({"at": pa.array(clock.astype(np.int64), kind), "load": values})


def moving_z(values: np.ndarray, load: Load) -> np.ndarray:
    """Return how far values are from the mean of the week before, in spreads of it."""
    past = np.lib.stride_tricks.sliding_window_view(values, 7 * HOURS)[:-1]
    away = np.abs(values[7 * HOURS :] - past.mean(axis=1)) / past.std(axis=1)
    return np.concatenate([np.zeros(7 * HOURS), away])


def _fitted(model: object, rows: object) -> np.ndarray:
    return -model.fit(rows).training_scores_  # type: ignore[attr-defined]


METHODS: dict[str, Callable[[np.ndarray, Load], np.ndarray]] = {
    "chance": lambda values, load: np.random.default_rng(len(values)).random(len(values)),
    "moving z": moving_z,
    "KNN of values": lambda values, load: _fitted(KNN(), values[:, None]),
    "Contextual of rows": lambda values, load: _fitted(
        Contextual(context=["at"]), with_zone(load, values)
    ),
    "Panel": lambda values, load: _fitted(Panel(), with_zone(load, values)),
    "Seasonal": lambda values, load: _fitted(Seasonal(), with_zone(load, values)),
    "SeasonalPanel": lambda values, load: _fitted(SeasonalPanel(), with_zone(load, values)),
}
CLOCKS: dict[tuple[str, str], tuple[Callable, Callable]] = {
    (model.__name__, clock): (model, table)
    for model in (Seasonal, SeasonalPanel)
    for clock, table in (
        ("UTC with a zone", with_zone),
        ("on the wall, without a zone", on_the_wall),
        ("UTC without a zone", nowhere),
    )
} | {("Panel", "UTC with a zone"): (Panel, with_zone)}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
