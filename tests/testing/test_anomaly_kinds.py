import numpy as np
import pytest

from likely.evaluation import auroc
from likely.testing.anomaly_kinds import electricity_bills, payments, server_requests

SIMULATORS = [payments, electricity_bills, server_requests]


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_the_same_seed_gives_the_same_rows(simulate):
    (first, truth), (again, _), (other, _) = simulate(seed=3), simulate(seed=3), simulate(seed=4)
    assert all(len(values) == len(truth) for values in first.values())
    assert all((first[name] == again[name]).all() for name in first)
    assert any(
        len(first[name]) != len(other[name]) or (first[name] != other[name]).any() for name in first
    )


def test_the_payment_is_far_from_all_others():
    rows, truth = payments()
    assert truth.sum() == 1
    assert rows["amount"][truth] == 100_000
    assert rows["amount"][~truth].max() < 10_000
    assert np.median(rows["amount"]) == pytest.approx(500, rel=0.05)


def test_the_bill_is_odd_in_its_season_only():
    rows, truth = electricity_bills()
    bill, season = rows["bill"], rows["season"]
    assert truth.sum() == 1
    assert season[truth] == "winter"
    assert bill[(season == "winter") & ~truth].max() < 100
    assert (bill > bill[truth]).mean() > 0.1


def test_requests_of_the_burst_are_like_all_others():
    rows, truth = server_requests()
    assert (np.diff(rows["at"]) >= np.timedelta64(0)).all()
    assert np.ptp(rows["at"][truth].astype(np.int64)) < 10 * 60 * 1_000_000
    assert auroc(truth, rows["bytes"]) == pytest.approx(0.5, abs=0.05)
    hours = rows["at"][~truth].astype("datetime64[h]").astype(int) % 24
    by_hour = np.bincount(hours, minlength=24)
    assert by_hour[15] > 5 * by_hour[3]
    assert (~truth).sum() == pytest.approx(7 * 1_440 * 6, rel=0.02)
