"""Rows of the README about series, from stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stored import groups

Row = tuple[str, str]


def _tsb_ad(stored: dict[str, Any]) -> Iterable[Row]:
    kinds = {"uni": "of one channel", "multi": "of several channels"}
    for said, rows in groups(stored, "kind", kinds):
        mine = [r for r in rows if r["part"] == "official"]
        shown = [r for r in mine if r["method"] != "difference"]
        yield (
            f"{mine[0]['series']} series {said} of TSB-AD, ranking of odd moments: mean VUS-PR",
            "; ".join(f"{r['method']} {r['vus_pr']:.2f}" for r in shown),
        )


def _methods(stored: dict[str, Any]) -> Iterable[Row]:
    parts = [
        f"{r['method']} {r['uni, learnt from all']:.2f}, {r['multi, learnt from all']:.2f}"
        for r in stored["rows"]
    ]
    yield (
        "the same by other models of one series, one channel and several, learnt from all",
        "; ".join(parts),
    )


def _contextual(stored: dict[str, Any]) -> Iterable[Row]:
    rows = [r for r in stored["rows"] if r["part"] == "contextual"]
    yield (
        "usual values at the wrong hour, weekday or season of a simulated load: AUROC of hours",
        "; ".join(f"{r['method']} {r['all']:.3f}" for r in rows),
    )
    changes = [r for r in stored["rows"] if r["part"] == "summer time"]
    yield (
        "alarms in the two days from a change to summer time and back, beside days without one",
        "; ".join(f"{r['method']}, {r['clock']}: {r['ratio']:.2g} times" for r in changes),
    )


def _causes(stored: dict[str, Any]) -> Iterable[Row]:
    names = {"smd": "server machines", "asd": "application servers"}
    for said, rows in groups(stored, "family", names):
        yield (
            f"{rows[0]['events']} events of {said} whose channels are known: share of them that "
            "stand first",
            "; ".join(f"{r['judge']} {100 * r['recall']:.0f} %" for r in rows),
        )


def _budget(stored: dict[str, Any]) -> Iterable[Row]:
    ways = {"new": "new moments", "same": "the moments learnt from"}
    for said, rows in groups(stored, "way", ways):
        yield (
            f"an alarm a day allowed, {said} of {rows[0]['series']} real series, days without a "
            "label: alarms a day, and days without any",
            "; ".join(
                f"{r['method']} {r['episodes a day, mean over series']:.2f}, {r['quiet days']}"
                for r in rows
            ),
        )


def _planted(stored: dict[str, Any]) -> Iterable[Row]:
    bursts = [r for r in stored["rows"] if r["planted"] == "burst"]
    yield (
        "a burst in a log of requests: minutes until the alert (found; other alerts a day)",
        "; ".join(
            f"{r['method']} {r['minutes']:g} ({r['found']}; {r['false a day']:g})" for r in bursts
        ),
    )
    prices = [r for r in stored["rows"] if r["planted"] == "prices"]
    yield (
        "prices with calm and stormy months: series without jumps that stay quiet, jumps found",
        "; ".join(f"{r['method']} {r['quiet']}, {r['found']}" for r in prices),
    )


def _streaming(stored: dict[str, Any]) -> Iterable[Row]:
    rows = [r for r in stored["rows"] if r.get("channels") == 1]
    yield (
        "a series of one channel as it goes on, one core: steps a second",
        "; ".join(f"{r['method']}, {r['chunk']:,} at a time {r['steps/s']:,}" for r in rows),
    )


def _sensors(stored: dict[str, Any]) -> Iterable[Row]:
    rows = [r for r in stored["rows"] if r["method"] == "auto"]
    yield (
        "real sensors, machines, hearts and clouds, one stretch in 100 allowed, by auto: events "
        "found (false alarms in 1,000 steps)",
        "; ".join(
            f"{r['family']} {r['found']} of {r['events']} ({r['false a 1,000 steps']:g})"
            for r in rows
        ),
    )


SUMMARIES: dict[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
    "tsb_ad": _tsb_ad,
    "tsb_ad_methods": _methods,
    "contextual_series": _contextual,
    "cause_channels": _causes,
    "alarm_budget": _budget,
    "planted_series": _planted,
    "streaming": _streaming,
    "sensors": _sensors,
}
