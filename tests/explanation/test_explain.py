"""What explanations say, on tables of every kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from likely.data.table import Table
from likely.detectors import KNN
from likely.explanation import Explanation, explain

COUNT = 400


def shop(count: int = COUNT, seed: int = 0) -> dict[str, np.ndarray]:
    """Rows of a mixed table: height and weight belong together, so do country and currency."""
    rng = np.random.default_rng(seed)
    height = rng.normal(1.75, 0.09, count)
    country = rng.choice(["UK", "FR", "DE"], count, p=[0.5, 0.3, 0.2])
    day = rng.integers(0, 300, count).astype("timedelta64[D]")
    second = rng.integers(8 * 3600, 18 * 3600, count).astype("timedelta64[s]")
    age = rng.integers(18, 80, count).astype(np.float64)
    age[:4] = np.nan
    return {
        "amount": rng.normal(515, 60, count).round(2),
        "height": height.round(2),
        "weight": (75 + 90 * (height - 1.75) + rng.normal(0, 3, count)).round(1),
        "country": country,
        "currency": np.where(country == "UK", "GBP", "EUR"),
        "age": age,
        "member": rng.random(count) < 0.98,
        "sent": np.datetime64("2024-01-01T00:00:00") + day + second,
    }


def frame(columns: dict[str, np.ndarray]) -> pa.Table:
    """Return columns as a pyarrow table, NaN as null."""
    return pa.table({name: pa.array(v, from_pandas=True) for name, v in columns.items()})


@pytest.fixture(scope="module")
def model() -> KNN:
    return KNN().fit(frame(shop()))


@pytest.fixture(scope="module")
def likely_rows(model: KNN) -> Table:
    return model.schema_.match(frame(shop()))


def changed(model: KNN, **values: object) -> Table:
    """Return one ordinary row with some values changed."""
    columns = shop(1, seed=7) | {"age": np.array([40.0]), "member": np.array([True])}
    columns |= {"height": np.array([1.75]), "weight": np.array([75.0])}
    columns |= {name: np.array([value]) for name, value in values.items()}
    return model.schema_.match(frame(columns))


def one(model: KNN, rows: Table, likely_rows: Table) -> Explanation:
    (explanation,) = explain(model, rows, likely_rows)
    shares = [reason.share for reason in explanation.reasons]
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert sorted(r.column for r in explanation.reasons) == sorted(rows.names)
    return explanation


def test_gross_number(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, amount=100_000.0), likely_rows)
    first = found.reasons[0]
    assert (first.column, first.value) == ("amount", "100,000")
    assert first.share > 0.9
    assert 380 < float(first.low) < float(first.expected) < float(first.high) < 650
    assert found.nearest is not None
    assert found.sentence == (
        f"amount is 100,000 where {first.low} to {first.high} is usual; "
        f"the nearest likely row has {found.nearest['amount']}."
    )


def test_two_gross_numbers_are_both_named(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, amount=2_000.0, age=500.0), likely_rows)
    assert {reason.column for reason in found.reasons[:2]} == {"amount", "age"}
    assert "amount is 2000 where" in found.sentence
    assert ", and " in found.sentence


def test_broken_correlation_names_both_sides(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, height=1.87, weight=64.0), likely_rows)
    pair = {reason.column: reason for reason in found.reasons[:2]}
    assert set(pair) == {"height", "weight"}
    assert float(pair["weight"].low) > 64  # given the height, not given all rows
    assert float(pair["weight"].high) < 95
    assert "does not fit" in found.sentence
    assert "with the other columns as they are" in found.sentence


def test_broken_pair_of_categories(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, country="UK", currency="EUR"), likely_rows)
    assert {reason.column for reason in found.reasons[:2]} == {"country", "currency"}
    currency = next(r for r in found.reasons if r.column == "currency")
    assert (currency.value, currency.expected) == ("EUR", "GBP")


def test_unseen_category(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, country="XX"), likely_rows)
    assert found.reasons[0].column == "country"
    assert found.sentence.startswith("country 'XX' never occurred before; the nearest likely row")


def test_rare_level(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, member=False), likely_rows)
    assert found.reasons[0].column == "member"
    times = int(np.sum(~shop()["member"]))
    assert found.sentence.startswith(f"member false occurs in {times} of {COUNT} likely rows")


def test_missing_value(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, age=np.nan), likely_rows)
    assert found.reasons[0].column == "age"
    assert found.reasons[0].value == "missing"
    assert found.sentence.startswith("age is missing, which happened in 1 % of the likely rows")


def test_present_where_almost_all_are_missing() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(200, 3))
    data[5:, 2] = np.nan
    model = KNN().fit(data)
    likely_rows = model.schema_.match(data[5:])
    rows = model.schema_.match(np.array([[0.1, 0.1, 0.2]]))
    found = one(model, rows, likely_rows)
    assert found.reasons[0].column == "column_2"
    assert "column_2 is 0.2" in found.sentence


def test_date_far_out(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, sent=np.datetime64("2031-05-05T12:00:00")), likely_rows)
    assert found.reasons[0].column == "sent"
    assert found.reasons[0].low.startswith("2024-")
    assert found.sentence.startswith("sent is 2031-05-05 12:00:00 where 2024-")


def test_date_at_an_unusual_time_of_day(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, sent=np.datetime64("2024-05-06T03:12:00")), likely_rows)
    assert found.reasons[0].column == "sent"
    assert "a time of day at which there are few likely rows (08:" in found.sentence


def test_likely_row_is_not_accused(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, amount=515.0), likely_rows)
    assert found.sentence.startswith("No column stands out; the least usual is ")


def test_nearest_likely_row_is_nearest(model: KNN, likely_rows: Table) -> None:
    found = one(model, likely_rows.take(slice(30, 31)), likely_rows)
    assert found.nearest == {
        name: likely_rows.text(30, j) for j, name in enumerate(likely_rows.names)
    }


def test_gross_value_does_not_decide_what_is_expected_elsewhere(
    model: KNN, likely_rows: Table
) -> None:
    rows = changed(model, amount=1e308, height=np.inf, weight=75.0)
    found = one(model, rows, likely_rows)
    assert {reason.column for reason in found.reasons[:2]} == {"amount", "height"}
    texts = {reason.column: reason for reason in found.reasons}
    assert texts["age"].expected != "missing"
    assert 60 < float(texts["weight"].expected) < 110  # as tall as likely rows are, no taller
    assert found.nearest is not None


def test_alone_and_in_a_batch_the_same(model: KNN, likely_rows: Table) -> None:
    rows = model.schema_.match(frame(shop(12, seed=3)))
    together = explain(model, rows, likely_rows)
    for r, expected in enumerate(together):
        alone = one(model, rows.take(slice(r, r + 1)), likely_rows)
        assert alone.sentence == expected.sentence
        assert alone.nearest == expected.nearest
        assert [x.share for x in alone.reasons] == pytest.approx(
            [x.share for x in expected.reasons], rel=1e-6, abs=1e-9
        )


def test_twice_the_same(model: KNN, likely_rows: Table) -> None:
    rows = model.schema_.match(frame(shop(5, seed=4)))
    before = rows.matrix.copy()
    assert explain(model, rows, likely_rows) == explain(model, rows, likely_rows)
    np.testing.assert_array_equal(rows.matrix, before)


def test_no_rows(model: KNN, likely_rows: Table) -> None:
    assert explain(model, likely_rows.take(slice(0, 0)), likely_rows) == []


@pytest.mark.parametrize(
    ("values", "column", "sentence"),
    [
        ({"amount": 100_000.0}, "amount", "amount is 100,000 where "),
        ({"country": "XX"}, "country", "country 'XX' never occurred before."),
        ({"sent": np.datetime64("2031-05-05T12:00:00")}, "sent", "sent is 2031-05-05 12:00:00 "),
    ],
)
def test_without_likely_rows(
    model: KNN, likely_rows: Table, values: dict[str, object], column: str, sentence: str
) -> None:
    found = one(model, changed(model, **values), likely_rows.take(slice(0, 0)))
    assert found.nearest is None
    assert found.reasons[0].column == column
    assert found.sentence.startswith(sentence)
    texts = {reason.column: reason for reason in found.reasons}
    assert 470 < float(texts["amount"].expected) < 560


@pytest.mark.parametrize("count", [1, 2, 10, 40])
def test_few_likely_rows(model: KNN, likely_rows: Table, count: int) -> None:
    rows = changed(model, amount=100_000.0)
    found = one(model, rows, likely_rows.take(slice(10, 10 + count)))
    assert found.reasons[0].column == "amount"


def test_one_column() -> None:
    data = np.random.default_rng(0).exponential(size=(100, 1))
    model = KNN().fit(data)
    rows = model.schema_.match(np.array([[50.0], [-np.inf], [np.nan]]))
    gross, infinite, missing = explain(model, rows, model.schema_.match(data))
    assert gross.reasons[0].share == 1
    assert gross.sentence.startswith("column_0 is 50 where ")
    assert infinite.sentence.startswith("column_0 is -inf where ")
    assert missing.sentence == (
        "column_0 is missing, which never happened before; "
        f"the nearest likely row has {missing.nearest['column_0']}."
    )


def test_constant_and_duplicate_columns() -> None:
    x = np.random.default_rng(0).normal(size=200)
    data = np.column_stack([x, x, np.full(200, 5.0)])
    model = KNN().fit(data)
    rows = model.schema_.match(np.array([[0.5, 0.5, 7.0], [0.5, -1.0, 5.0]]))
    constant, pair = explain(model, rows, model.schema_.match(data))
    assert constant.reasons[0].column == "column_2"
    assert "column_2 is 7 where 5 is usual" in constant.sentence
    assert {r.column for r in pair.reasons[:2]} == {"column_0", "column_1"}


def test_three_hundred_columns() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(300, 300))
    model = KNN().fit(data)
    odd = rng.normal(size=(3, 300))
    odd[[0, 1, 2], [7, 150, 299]] = 30.0
    found = explain(model, model.schema_.match(odd), model.schema_.match(data))
    assert [e.reasons[0].column for e in found] == ["column_7", "column_150", "column_299"]


def test_shares_exist_where_the_model_sees_nothing(likely_rows: Table) -> None:
    data = np.zeros((20, 2))
    model = KNN().fit(data)
    found = one(model, model.schema_.match(data[:1]), model.schema_.match(data))
    assert [reason.share for reason in found.reasons] == [0.5, 0.5]


def test_integers_stay_whole_and_ranges_stay_in_the_data() -> None:
    rng = np.random.default_rng(0)
    age = rng.integers(0, 90, 300)
    visits = np.maximum(age // 3 + rng.integers(-3, 4, 300), 0)
    data = pa.table({"age": age, "visits": visits})
    model = KNN().fit(data)
    rows = model.schema_.match(pa.table({"age": [2, 80], "visits": [90, 0]}))
    for found in explain(model, rows, model.schema_.match(data)):
        for reason in found.reasons:
            assert 0 <= int(reason.low) <= int(reason.expected) <= int(reason.high) <= 90


def test_equally_common_levels_are_not_odd() -> None:
    rng = np.random.default_rng(0)
    city = rng.choice([f"c{i}" for i in range(40)], 1_000)
    data = frame({"city": city, "x": rng.normal(size=1_000)})
    model = KNN().fit(data)
    rows = model.schema_.match(frame({"city": np.array(["c3", "c3"]), "x": np.array([9.0, 0.0])}))
    gross, ordinary = explain(model, rows, model.schema_.match(data))
    assert gross.reasons[0].column == "x"
    assert gross.reasons[0].share > 0.99
    assert ordinary.sentence.startswith("No column stands out")
    assert "most common" not in ordinary.sentence


def test_a_new_name_among_names_that_all_differ_is_not_odd() -> None:
    names = np.array([f"name {i}" for i in range(100)])
    data = frame({"name": names, "x": np.arange(100.0)})
    model = KNN().fit(data)
    rows = model.schema_.match(frame({"name": np.array(["new"]), "x": np.array([1e6])}))
    found = one(model, rows, model.schema_.match(data))
    assert found.reasons[0].column == "x"
    assert found.reasons[1].share == 0


def test_what_is_usual_holds_nine_rows_in_ten() -> None:
    rng = np.random.default_rng(0)
    size = rng.exponential(size=1_400)
    data = np.column_stack([size, size * rng.uniform(0.5, 1.5, 1_400), rng.normal(size=1_400)])
    model = KNN().fit(data[:1_000])
    rows = model.schema_.match(data[1_000:])
    found = explain(model, rows, model.schema_.match(data[:1_000]))
    held = {name: 0 for name in rows.names}
    for r, explanation in enumerate(found):
        for reason in explanation.reasons:
            value = data[1_000 + r, rows.names.index(reason.column)]
            held[reason.column] += float(reason.low) <= value <= float(reason.high)
    assert all(0.84 < count / 400 < 0.97 for count in held.values()), held


def test_long_text_is_shortened_in_the_sentence_only(model: KNN, likely_rows: Table) -> None:
    found = one(model, changed(model, country="x" * 500), likely_rows)
    assert found.reasons[0].value == "x" * 500
    assert len(found.sentence) < 200


def test_rows_may_carry_labels_that_likely_rows_lack(model: KNN, likely_rows: Table) -> None:
    rows = changed(model, country="XX")
    assert rows.columns != likely_rows.columns
    longer = replace(rows, matrix=np.vstack([rows.matrix, likely_rows.matrix[:2]]))
    assert explain(model, longer, likely_rows)[0].reasons[0].value == "XX"
