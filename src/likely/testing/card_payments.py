"""Payments by card, made up, with three sorts of fraud among them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

KINDS = ("amount", "hour", "testing")
"""Sorts of fraud: a jump of the amount, an hour at which the card sleeps, a run of tiny payments by
which thieves test whether a card works."""

START = np.datetime64("2026-01-05", "us")
_DAY = 86_400  # seconds
_SHOPS = ("food", "fuel", "clothes", "travel", "online", "other")


class CardPayments(NamedTuple):
    """Payments, and which of them are fraud.

    Attributes
    ----------
    columns : dict of ndarray, each of shape (n,)
        "at", "card", "shop" and "amount", in the order of time.
    kind : ndarray of str, shape (n,)
        One of `KINDS`, or "" for an honest payment.
    event : ndarray of int, shape (n,)
        Number of the fraud a payment belongs to, from 0; -1 for an honest payment. Those of one
        card test have one number.
    """

    columns: dict[str, np.ndarray]
    kind: np.ndarray
    event: np.ndarray


def card_payments(
    cards: int = 1_000, days: int = 90, frauds: int = 30, clean_days: int = 60, seed: int = 0
) -> CardPayments:
    """Return months of payments by cards that each have habits, and frauds in the last days.

    A card has a usual amount (log-normal over cards, median 40), about which its payments spread by
    a factor of 1.3 to 2.2; a usual hour, by day for most cards and at night for one in six, about
    which they spread by one to three hours; shops that it prefers; and a pace, of 0.2 to 1.5
    payments a day. One payment in ten is followed by another within the hour. So what is a jump for
    one card is daily bread for another.

    Parameters
    ----------
    cards : int in [10, inf), default 1_000
        How many.
    days : int in [2, inf), default 90
        How long.
    frauds : int in [0, inf), default 30
        Of each sort: a payment of 4 to 15 times what is usual for the card; an ordinary one, nine
        to fifteen hours after its usual hour; 4 to 9 payments of 0.5 to 5 within ten minutes.
    clean_days : int in [0, days), default 60
        So many days come first without any fraud.
    seed : int in [0, inf), default 0
        The same seed gives the same payments.
    """
    rng = np.random.default_rng(seed)
    holders = _Holders(cards, rng)
    pace = rng.uniform(0.2, 1.5, cards)
    card = np.repeat(np.arange(cards), rng.poisson(pace * days))
    honest = holders.pay(card, rng.integers(days, size=len(card)), "", -1)
    parts = [honest, holders.pay_again(honest)]
    for kind in KINDS:
        for _ in range(frauds):
            card = rng.integers(cards, size=1)
            day = rng.integers(clean_days, days, size=1)
            parts.append(holders.steal(card, day, kind, len(parts) - 2))
    at, card, shop, amount, kind, event = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.argsort(at, kind="stable")
    columns = {
        "at": START + (1e6 * at[order]).astype("timedelta64[us]"),
        "card": np.array([f"card {i:05}" for i in range(cards)])[card[order]],
        "shop": np.array(_SHOPS)[shop[order]],
        "amount": np.maximum(amount[order], 0.01).round(2),
    }
    return CardPayments(columns, kind[order], event[order])


_Part = tuple[np.ndarray, ...]


class _Holders:
    """Habits of card holders, and what they pay."""

    def __init__(self, cards: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._amount = 40 * np.exp(0.9 * rng.normal(size=cards))
        self._hour = np.where(rng.random(cards) < 1 / 6, 1.0, 14.0) + rng.normal(size=cards)
        self._factor = rng.uniform(0.25, 0.8, cards)
        self._hours = rng.uniform(1, 3, cards)
        self._shops = rng.dirichlet(np.ones(len(_SHOPS)), cards).cumsum(axis=1)

    def pay(
        self, card: np.ndarray, day: np.ndarray, kind: str, event: int, hours: float = 0.0
    ) -> _Part:
        """Return ordinary payments, some hours later than usual: columns, kind and event."""
        rng, n = self._rng, len(card)
        hour = self._hour[card] + hours + self._hours[card] * rng.normal(size=n)
        shop = (rng.random((n, 1)) > self._shops[card]).sum(axis=1).clip(max=len(_SHOPS) - 1)
        amount = self._amount[card] * np.exp(self._factor[card] * rng.normal(size=n))
        at = _DAY * day + 3_600 * (hour % 24)
        return at, card, shop, amount, np.full(n, kind, dtype="U7"), np.full(n, event)

    def pay_again(self, before: _Part) -> _Part:
        """Return the payments that follow one in ten of others within the hour."""
        some = self._rng.random(len(before[0])) < 0.1
        at, card, shop, _, kind, event = (values[some] for values in before)
        again = self.pay(card, np.zeros(len(card)), "", -1)
        return at + self._rng.uniform(0, 3_600, len(at)), card, shop, again[3], kind, event

    def steal(self, card: np.ndarray, day: np.ndarray, kind: str, event: int) -> _Part:
        """Return one fraud: columns, kind and event."""
        rng = self._rng
        if kind == "hour":
            return self.pay(card, day, kind, event, rng.uniform(9, 15))
        count = 1 if kind == "amount" else int(rng.integers(4, 10))
        part = self.pay(card.repeat(count), day.repeat(count), kind, event)
        at, card, shop, _, kinds, events = part
        if kind == "amount":
            return at, card, shop, self._amount[card] * rng.uniform(4, 15, 1), kinds, events
        at = at[0] + rng.uniform(0, 600, count)
        return at, card, shop, rng.uniform(0.5, 5, count), kinds, events
