"""Tests of single values: one column of numbers, and which of them are called outliers."""

from __future__ import annotations

import numpy as np

from figures.figure import Figure, need
from figures.svg import INK, ORANGE, Panel, picture
from likely.core.catalogue import make


def grubbs_idea() -> Figure:
    """Draw one far value that the test finds."""
    values = np.append(_usual(), 5.0)
    found = make("Grubbs").fit(values[:, None])
    need(sorted(found.outliers_) == [len(values) - 1], "the one far value as outlier")
    caption = (
        f"The value farthest from the mean, in standard deviations, is tested. Of {len(values)} "
        f"values Grubbs calls the far one an outlier, with a p-value of "
        f"{found.training_p_values_[-1]:.1e}."
    )
    return _figure([("Grubbs", values, found.outliers_)], caption, "idea")


def grubbs_failure() -> Figure:
    """Draw far values that hide one another."""
    values = np.concatenate([_usual(20), [6.0, 6.3, 6.5]])
    grubbs, rosner = (make(name).fit(values[:, None]) for name in ("Grubbs", "GeneralizedESD"))
    need(not len(grubbs.outliers_) and len(rosner.outliers_) == 3, "masking")
    caption = (
        "Outliers that stand together widen the standard deviation that each is measured by "
        f"(masking). Grubbs calls {len(grubbs.outliers_)} of these {len(values)} values an "
        f"outlier, the smallest p-value being {grubbs.training_p_values_.min():.2f}; "
        f"GeneralizedESD, which takes one away after the other, calls {len(rosner.outliers_)}."
    )
    rows = [("Grubbs", values, grubbs.outliers_), ("GeneralizedESD", values, rosner.outliers_)]
    return _figure(rows, caption, "failure")


def esd_idea() -> Figure:
    """Draw several far values that the test finds all."""
    values = np.concatenate([_usual(), [5.6, 5.9, 6.2, -5.8]])
    found = make("GeneralizedESD").fit(values[:, None])
    need(set(range(60, 64)) <= set(found.outliers_), "all four far values as outliers")
    caption = (
        "The farthest value is taken away and the rest is tested again, so that outliers cannot "
        f"hide one another. GeneralizedESD calls {len(found.outliers_)} of {len(values)} values "
        "outliers, and all four that were planted are among them."
    )
    return _figure([("GeneralizedESD", values, found.outliers_)], caption, "idea")


def esd_failure() -> Figure:
    """Draw a lopsided column, of which the test takes the tail for outliers."""
    values = np.random.default_rng(12).lognormal(0, 0.9, 120)
    raw, logs = (make("GeneralizedESD").fit(column[:, None]) for column in (values, np.log(values)))
    need(len(raw.outliers_) >= 3 and not len(logs.outliers_), "a lopsided tail as outliers")
    caption = (
        "The test takes a column for normal, so the tail of a lopsided one is called outliers. All "
        f"{len(values)} values are of one log-normal law, and GeneralizedESD calls "
        f"{len(raw.outliers_)} of them outliers; of their logarithms it calls "
        f"{len(logs.outliers_)}."
    )
    rows = [
        ("GeneralizedESD", values, raw.outliers_),
        ("GeneralizedESD on logarithms", np.log(values), logs.outliers_),
    ]
    return _figure(rows, caption, "failure")


def _usual(n: int = 60) -> np.ndarray:
    return np.random.default_rng(13).normal(size=n)


def _figure(rows: list[tuple[str, np.ndarray, np.ndarray]], caption: str, shows: str) -> Figure:
    panels = []
    for title, values, outliers in rows:
        room = 0.06 * np.ptp(values)
        panel = Panel(
            f"{title}: {len(outliers)} outliers",
            (values.min() - room, values.max() + room),
            (-1, 1),
            width=520,
            height=70,
        )
        height = np.random.default_rng(14).uniform(-0.6, 0.6, len(values))
        places = np.column_stack([values, height])
        panel.dots(np.delete(places, outliers, axis=0), INK, 5)
        panel.crosses(places[outliers], ORANGE, 5)
        panels.append(panel)
    names = " and ".join(title for title, _, _ in rows)
    alternative = f"Values of one column along a line, with crosses for the outliers of {names}."
    return Figure(picture(panels, alternative, columns=1), caption, alternative, shows)  # type: ignore[arg-type]
