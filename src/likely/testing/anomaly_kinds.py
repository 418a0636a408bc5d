"""The three kinds of anomaly, made up: a point, one odd in its context, and a group."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MONDAY = np.datetime64("2026-01-05", "us")
_MINUTE, _DAY = 60, 86_400  # seconds
_SEASONS = ("winter", "spring", "summer", "autumn")


class Planted(NamedTuple):
    """A table and what was planted in it.

    Attributes
    ----------
    columns : dict of ndarray, each of shape (n,)
        The rows, column by column, as `likely.detect` reads them.
    truth : ndarray of bool, shape (n,)
        Whether a row was planted.
    """

    columns: dict[str, np.ndarray]
    truth: np.ndarray


def payments(n: int = 2_000, seed: int = 0) -> Planted:
    """Return payments around 500 and one of 100,000: a point anomaly.

    Parameters
    ----------
    n : int in [2, inf), default 2_000
        How many rows. Amounts are log-normal with median 500, in nine of ten within 260 to 970;
        they are paid in one of three ways.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    amount = 500 * np.exp(0.4 * rng.normal(size=n))
    way = rng.choice(["card", "cash", "transfer"], n, p=[0.6, 0.3, 0.1])
    truth = np.arange(n) == rng.integers(n)
    amount[truth] = 100_000.0
    return Planted({"amount": amount.round(2), "way": way}, truth)


def electricity_bills(n: int = 2_000, seed: int = 0) -> Planted:
    """Return electricity bills that follow the season, and one summer's bill in winter.

    Homes are cooled by electricity, so a bill of 200 is usual in summer; in winter 60 is.

    Parameters
    ----------
    n : int in [100, inf), default 2_000
        How many rows, as many in each season.
    seed : int in [0, inf), default 0
        The same seed gives the same rows. Bills are Gaussian around 60, 90, 200 and 90 from winter
        to autumn, with a standard deviation of an eighth of that.
    """
    rng = np.random.default_rng(seed)
    season = rng.permutation(np.arange(n) % len(_SEASONS))
    usual = np.array([60.0, 90.0, 200.0, 90.0])[season]
    bill = usual * (1 + rng.normal(size=n) / 8)
    truth = np.arange(n) == rng.choice(np.flatnonzero(season == 0))
    bill[truth] = 200.0
    return Planted({"season": np.array(_SEASONS)[season], "bill": bill.round(2)}, truth)


def server_requests(days: int = 7, seed: int = 0) -> Planted:
    """Return a log of requests, one a row, and a burst of ordinary ones: a collective anomaly.

    Every request of the burst is one like all others; only that there are so many within ten
    minutes is odd.

    Parameters
    ----------
    days : int in [2, inf), default 7
        How long. Six requests a minute come on average: most at three in the afternoon, eleven,
        and fewest at three at night, one.
    seed : int in [0, inf), default 0
        The same seed gives the same rows.

    Returns
    -------
    Planted
        Rows in the order of time, with columns "at", "page" and "bytes".
    """
    rng = np.random.default_rng(seed)
    length = days * _DAY
    at = rng.uniform(0, length, 12 * days * _DAY // _MINUTE)
    rate = 0.5 + 0.4 * np.cos(2 * np.pi * (at / _DAY - 15 / 24))
    at = at[rng.random(len(at)) < rate]
    begin = rng.uniform(0.3, 0.9) * length
    burst = begin + rng.uniform(0, 10 * _MINUTE, 600)
    truth = np.repeat([False, True], [len(at), len(burst)])
    at, n = np.append(at, burst), len(truth)
    page = rng.choice(["home", "search", "order"], n, p=[0.5, 0.3, 0.2])
    size = np.exp(8 + 0.5 * rng.normal(size=n)).round()
    order = np.argsort(at)
    moments = MONDAY + (1e6 * at[order]).astype("timedelta64[us]")
    return Planted({"at": moments, "page": page[order], "bytes": size[order]}, truth[order])
