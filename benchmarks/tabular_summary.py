"""What the stored rows of `tabular.py` say: means, ranks, and differences with their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.stats import rankdata

from contenders import COUNTERPARTS
from tables import SETTINGS, suite

AUTO = "likely.auto"
CEILING = "ceiling: PyOD's best of each table"
MARGIN = 0.005
RESAMPLES = 10_000

Figures = dict[str, dict[str, dict[str, float]]]
"""Method, then table, then measure."""


def summarise(rows: Iterable[Mapping[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return lists of records: means of all methods, ours beside PyOD's, auto beside the best."""
    groups: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        groups[suite(row["table"]), row["setting"]].append(row)
    lists: dict[str, list[dict[str, Any]]] = {"means": [], "beside_pyod": [], "auto": []}
    for name in ("classical", "embed"):
        for setting in SETTINGS:
            if not groups[name, setting]:
                continue
            figures = _by_table(groups[name, setting])
            about = {"tables": name, "setting": setting}
            lists["means"] += [about | record for record in _means(figures)]
            lists["beside_pyod"] += [about | record for record in _beside(figures)]
            lists["auto"] += [about | record for record in _auto(figures)]
    return {name: records for name, records in lists.items() if records}


def show(lists: Mapping[str, list[dict[str, Any]]]) -> None:
    """Print every list as a table."""
    for title, records in lists.items():
        print(f"\n{title.replace('_', ' ')}")
        heads = list(records[0])
        lines = [heads, *([str(record[head]) for head in heads] for record in records)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            print("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def interval(differences: np.ndarray) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean over tables."""
    rng = np.random.default_rng(0)
    means = rng.choice(differences, (RESAMPLES, len(differences))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _by_table(rows: Iterable[Mapping[str, str]]) -> Figures:
    """Return means over seeds; the spread over seeds is kept beside them."""
    runs: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        runs[row["method"], row["table"]].append(row)
    figures: Figures = defaultdict(dict)
    for (method, table), found in runs.items():
        auroc = [float(row["auroc"]) for row in found]
        figures[method][table] = {
            "auroc": float(np.mean(auroc)),
            "auprc": float(np.mean([float(row["auprc"]) for row in found])),
            "failed": float(np.mean([bool(row["failure"]) for row in found])),
            "seeds": len(found),
            "spread": float(np.std(auroc, ddof=1)) if len(auroc) > 1 else float("nan"),
        }
    return figures


def _means(figures: Figures) -> list[dict[str, Any]]:
    peers = [m for m in figures if not m.startswith("likely.")]
    records = []
    for method in sorted(figures, key=lambda m: -_mean(figures[m], "auroc")):
        found = figures[method]
        rivals = {method, *peers} | ({AUTO} & set(figures) if method in peers else set())
        spreads = [run["spread"] for run in found.values() if run["seeds"] > 1]
        records.append(
            {
                "method": method,
                "number": len(found),
                "auroc": round(_mean(found, "auroc"), 4),
                "auprc": round(_mean(found, "auprc"), 4),
                "rank": round(_rank(figures, method, rivals), 2),
                "failed": round(sum(run["failed"] for run in found.values()), 1),
                "spread_over_seeds": round(float(np.mean(spreads)), 4) if spreads else None,
            }
        )
    return [*records, *_ceiling(figures)]


def _ceiling(figures: Figures) -> list[dict[str, Any]]:
    pyod = [found for method, found in figures.items() if method.startswith("pyod.")]
    if not pyod:
        return []
    tables = set.intersection(*(set(found) for found in pyod))
    best = {
        measure: np.mean([max(found[t][measure] for found in pyod) for t in tables])
        for measure in ("auroc", "auprc")
    }
    values = {measure: round(float(value), 4) for measure, value in best.items()}
    empty = {"rank": None, "failed": None, "spread_over_seeds": None}
    return [{"method": CEILING, "number": len(tables), **values, **empty}]


def _rank(figures: Figures, method: str, rivals: set[str]) -> float:
    """Return the mean place of a method in AUROC, 1 the best; failures are last."""
    places = []
    for table in figures[method]:
        there = [m for m in rivals if table in figures[m]]
        values = [
            -1.0 if figures[m][table]["failed"] == 1 else figures[m][table]["auroc"] for m in there
        ]
        places.append(rankdata(np.negative(values))[there.index(method)])
    return float(np.mean(places))


def _beside(figures: Figures) -> list[dict[str, Any]]:
    """Return each of our detectors beside PyOD's, on the tables that both judged."""
    records = []
    for ours, theirs in COUNTERPARTS.items():
        mine, peer = figures.get(f"likely.{ours}", {}), figures.get(f"pyod.{theirs}", {})
        shared = sorted(set(mine) & set(peer))
        if not shared:
            continue
        worked = [t for t in shared if peer[t]["failed"] == 0]
        difference = _difference(mine, peer, shared, "auroc")
        records.append(
            {
                "ours": ours,
                "pyod": theirs,
                "number": len(shared),
                "auroc_ours": round(_mean(mine, "auroc", shared), 4),
                "auroc_pyod": round(_mean(peer, "auroc", shared), 4),
                "difference": round(difference.mean(), 4),
                "where_pyod_works": round(_difference(mine, peer, worked, "auroc").mean(), 4),
                "auprc_difference": round(_difference(mine, peer, shared, "auprc").mean(), 4),
                "reached": bool(difference.mean() >= -MARGIN),
            }
        )
    return records


def _auto(figures: Figures) -> list[dict[str, Any]]:
    """Return auto beside PyOD's method of the best mean, on the tables that auto judged."""
    records = []
    mine = figures.get(AUTO, {})
    for measure in ("auroc", "auprc"):
        peers = {m: f for m, f in figures.items() if m.startswith("pyod.") and set(mine) <= set(f)}
        if not mine or not peers:
            continue
        shared = sorted(mine)
        best = max(peers, key=lambda m: _mean(peers[m], measure, shared))
        difference = _difference(mine, peers[best], shared, measure)
        low, high = interval(difference)
        records.append(
            {
                "measure": measure,
                "number": len(shared),
                "auto_value": round(_mean(mine, measure, shared), 4),
                "best_pyod": best,
                "pyod_value": round(_mean(peers[best], measure, shared), 4),
                "difference": round(difference.mean(), 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "better": int((difference > 0).sum()),
                "worse": int((difference < 0).sum()),
            }
        )
    return records


def _difference(
    mine: Mapping[str, Mapping[str, float]],
    peer: Mapping[str, Mapping[str, float]],
    shared: Iterable[str],
    measure: str,
) -> np.ndarray:
    return np.array([mine[table][measure] - peer[table][measure] for table in shared])


def _mean(
    found: Mapping[str, Mapping[str, float]], measure: str, tables: Iterable[str] | None = None
) -> float:
    return float(np.mean([found[t][measure] for t in (found if tables is None else tables)]))
