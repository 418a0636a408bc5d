import numpy as np
import pytest

from likely.testing.card_payments import KINDS, START, card_payments

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def drawn():
    return card_payments(cards=200, days=90, frauds=10, clean_days=60, seed=1)


def test_the_same_seed_gives_the_same_payments(drawn):
    again = card_payments(cards=200, days=90, frauds=10, clean_days=60, seed=1)
    other = card_payments(cards=200, days=90, frauds=10, clean_days=60, seed=2)
    assert all((drawn.columns[name] == again.columns[name]).all() for name in drawn.columns)
    assert len(other.kind) != len(drawn.kind)


def test_payments_come_in_order_and_are_some(drawn):
    at, amount = drawn.columns["at"], drawn.columns["amount"]
    assert (np.diff(at) >= np.timedelta64(0)).all()
    assert at[0] >= START
    assert (amount > 0).all()
    assert len(at) == pytest.approx(200 * 90 * 0.85 * 1.1, rel=0.1)


def test_frauds_are_as_many_as_asked_for_and_late(drawn):
    for kind in KINDS:
        assert len(np.unique(drawn.event[drawn.kind == kind])) == 10
    assert ((drawn.event >= 0) == (drawn.kind != "")).all()
    assert (drawn.columns["at"][drawn.event >= 0] >= START + 60 * DAY).all()


def test_each_sort_of_fraud_is_what_it_says(drawn):
    at, card, amount = (drawn.columns[name] for name in ("at", "card", "amount"))
    honest = drawn.event < 0
    for event in np.unique(drawn.event[~honest]):
        rows = drawn.event == event
        (whose,) = np.unique(card[rows])
        usual = np.median(amount[honest & (card == whose)])
        if drawn.kind[rows][0] == "amount":
            assert rows.sum() == 1
            assert amount[rows] > 2 * usual
        if drawn.kind[rows][0] == "testing":
            assert 4 <= rows.sum() <= 9
            assert amount[rows].max() <= 5
            assert np.ptp(at[rows].astype(np.int64)) < 600 * 1_000_000


def test_an_odd_hour_is_far_from_those_of_the_card(drawn):
    hour = (drawn.columns["at"] - START).astype(np.int64) / 3.6e9 % 24
    away = []
    for row in np.flatnonzero(drawn.kind == "hour"):
        mine = hour[(drawn.columns["card"] == drawn.columns["card"][row]) & (drawn.event < 0)]
        middle = np.angle(np.exp(2j * np.pi * mine / 24).mean())
        off = np.angle(np.exp(2j * np.pi * hour[row] / 24 - 1j * middle))
        away.append(abs(off) / 2 / np.pi * 24)
    assert np.median(away) > 6
