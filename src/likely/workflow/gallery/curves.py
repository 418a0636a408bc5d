"""Drawn series as lines, all on the same scale."""

from __future__ import annotations

import numpy as np

from likely.data.shaped import Shaped
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.report.markup import Html, element, join, size
from likely.workflow.report.signals import MOST_CHANNELS, curves, span
from likely.workflow.report.words import count

_BYTES = 800_000


def series_section(drawn: Drawn) -> Html:
    """Return one picture a series, as many as fit."""
    samples = drawn.samples
    assert isinstance(samples, Shaped)
    series = [np.asarray(one, dtype=np.float64) for one in samples]
    channels = min(series[0].shape[1], MOST_CHANNELS)
    spans = {k: span([one[:, k] for one in series]) for k in range(channels)}
    figures, room = [], _BYTES
    for i, one in enumerate(series):
        caption = element("figcaption", f"Series {i + 1}")
        figure = element("figure", curves(one, spans), caption)
        room -= size(figure)
        if room < 0:
            break
        figures.append(figure)
    said = [
        f"Values by step, {count(len(series[0]), 'step')} each, in the units of the data. All "
        "pictures have the same scale: from the lowest to the highest value of all."
    ]
    if channels < series[0].shape[1]:
        said.append(f"Shown are the first {channels} of {series[0].shape[1]:,} channels.")
    if len(figures) < len(series):
        said.append(f"Shown are the first {len(figures):,} of {len(series):,} series.")
    return join(
        [element("p", " ".join(said), class_="which"), element("div", *figures, class_="several")]
    )
