"""The three kinds of anomaly side by side, for the page about them."""

from __future__ import annotations

import numpy as np

from figures.svg import INK, ORANGE, Panel, picture
from likely.data import counts
from likely.testing import anomaly_kinds

_SEASONS = ("winter", "spring", "summer", "autumn")
_WIDE, _HIGH = 310, 110  # no wider than a phone
_SAID = (
    "Payments, of which one lies far above all others; bills by season, one of them a summer's "
    "bill in winter; and requests over a week, with a burst."
)


def drawing() -> str:
    """Return one panel a kind as an SVG, with what is odd in orange."""
    return picture([_payments(), _bills(), _requests()], _SAID, columns=1)


def _payments() -> Panel:
    columns, odd = anomaly_kinds.payments()
    places = np.column_stack([np.arange(len(odd)), columns["amount"] / 1_000])
    title = "a point: amounts in thousands, one by one"
    panel = Panel(title, (-50, len(odd) + 50), (-5, 110), _WIDE, _HIGH)
    panel.dots(places[~odd], INK, 2)
    panel.crosses(places[odd], ORANGE, 5)
    return panel


def _bills() -> Panel:
    columns, odd = anomaly_kinds.electricity_bills()
    season = 1 + np.array([_SEASONS.index(name) for name in columns["season"]])
    aside = np.random.default_rng(0).uniform(-0.3, 0.3, len(odd))
    places = np.column_stack([season + np.where(odd, 0, aside), columns["bill"]])
    panel = Panel("in its context: bills by season", (0.5, 4.5), (0, 300), _WIDE, _HIGH)
    for k, name in enumerate(_SEASONS):
        panel.write(name, (k + 0.25) * _WIDE / len(_SEASONS), _HIGH - 6, size=11)
    panel.dots(places[~odd], INK, 2)
    panel.crosses(places[odd], ORANGE, 5)
    return panel


def _requests() -> Panel:
    columns, odd = anomaly_kinds.server_requests()
    begun, number = counts(columns, every="5min").table.matrix.T
    days = (begun - begun[0]) / 86_400e6  # from microseconds
    burst = (columns["at"][odd].min().astype("datetime64[us]").astype(float) - begun[0]) / 86_400e6
    panel = Panel("together: requests in five minutes, by day", (0, 7), (0, 420), _WIDE, _HIGH)
    panel.line(days, number, INK, 1)
    panel.band(burst - 0.05, burst + 0.05, ORANGE)
    return panel
