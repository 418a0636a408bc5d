"""What a text column holds, and that new data are read by the rule that was learnt."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import DataError
from likely.data.text import read_text


def column_of(cells, name="a", **options):
    return read_text(name, pa.array(cells, pa.string()), "String", **options)


def day(text: str) -> float:
    return float(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    ("cells", "reading", "values"),
    [
        (["1", "-2.5", "1e3", "+4", ".5", "5."], "number:.", [1, -2.5, 1000, 4, 0.5, 5]),
        (["$1,234.50", "(12.50)", "-$3"], "number:.", [1234.5, -12.5, -3]),
        (["1.234,50", "7,5", "-2"], "number:,", [1234.5, 7.5, -2]),
        (["12 %", "7%"], "number:.", [12, 7]),
        (["1 234", "1'234'567.5", "1\u202f000"], "number:.", [1234, 1234567.5, 1000]),
        (["12,34,567", "1,000"], "number:.", [1234567, 1000]),
        (["0,5", "1,25"], "number:,", [0.5, 1.25]),
        (["5,00 €", "EUR 6,50"], "number:,", [5, 6.5]),
        (["12.50-", "\u22123"], "number:.", [-12.5, -3]),
        (["inf", "-inf", "1"], "number:.", [np.inf, -np.inf, 1]),
        (
            ["N/A", "1", " ? ", "-", "", "null", "#N/A", None],
            "number:.",
            [np.nan, 1] + [np.nan] * 6,
        ),
        (["yes", "No", None], "boolean", [1, 0, np.nan]),
        (["t", "f"], "boolean", [1, 0]),
        (["yes", "No", "y", "N"], "boolean", [1, 0, 1, 0]),
        (["on", "off"], "boolean", [1, 0]),
    ],
)
def test_values_as_people_write_them(cells, reading, values):
    column, found, _ = column_of(cells)
    assert column.reading == reading
    np.testing.assert_allclose(found, values)


@pytest.mark.parametrize(
    ("cells", "reading", "first"),
    [
        (["2024-03-01", "2024-12-31"], "date:ymd", "2024-03-01"),
        (["2024/03/01 10:15", "2024-03-01T10:15:00.250"], "date:ymd", "2024-03-01T10:15"),
        (["2024-03-01T10:00:00+02:00", "2024-03-01T10:00:00Z"], "date:ymd", "2024-03-01T08:00"),
        (["01.03.2024", "02.04.2024"], "date:dmy", "2024-03-01"),
        (["01/03/2024", "13/03/2024"], "date:dmy", "2024-03-01"),
        (["03/01/2024", "03/13/2024"], "date:mdy", "2024-03-01"),
        (["3 Mar 2024", "1st April 2024"], "date:dmy", "2024-03-03"),
        (["March 3, 2024"], "date:dmy", "2024-03-03"),
        (["25/12/69 11:30 pm"], "date:dmy", "1969-12-25T23:30"),
        (["Fri, 01 Mar 2024 10:00:00 GMT"], "date:dmy", "2024-03-01T10:00"),
        (["2024-02", "2024-03"], "date:ymd", "2024-02-01"),
    ],
)
def test_dates_as_people_write_them(cells, reading, first):
    column, values, notes = column_of(cells)
    assert (column.kind, column.reading, notes) == ("date", reading, ())
    assert values[0] == day(first)
    assert not np.isnan(values).any()


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        (["01234", "99999"], "a"),
        (["12345", "54321"], "Zip code"),
        (["0151 123", "0170 456"], "phone"),
        (["2024-02-30"], "a"),
        (["2024-13-01"], "a"),
        (["1.2.3", "4.5.6"], "a"),
        (["10.0.0.1", "192.168.100.200"], "a"),
        (["m", "f"], "a"),
        (["yes", "maybe"], "a"),
        (["y", "f"], "a"),
        (["1", "two"], "a"),
    ],
)
def test_everything_else_stays_text(cells, name):
    column, values, _ = column_of(cells, name)
    assert (column.kind, column.reading) == ("category", "category")
    assert [column.labels[int(v)] for v in values] == cells


def test_ambiguous_dates_say_so():
    column, values, notes = column_of(["01/03/2024", "02/04/2024"])
    assert column.reading == "date:dmy"
    assert values[0] == day("2024-03-01")
    assert "day first" in notes[0]
    assert "year-month-day" in notes[0]


def test_ambiguous_thousands_follow_the_hint_and_say_so():
    point = column_of(["1,234", "5,678"])
    comma = column_of(["1,234", "5,678"], decimal=",")
    assert point[1].tolist() == [1234, 5678]
    assert comma[1].tolist() == [1.234, 5.678]
    assert "could be a thousand or a decimal" in point[2][0]
    assert column_of(["1,234", "1.5"], decimal=",")[1].tolist() == [1234, 1.5]


@pytest.mark.parametrize("bad", ["oops", "01.02.2024x"])
def test_one_bad_value_is_missing_and_noted(bad):
    cells = ["1.5"] * 17_231 + [bad] + ["2,000.5"] * 22_769
    column, values, notes = column_of(cells)
    assert column.kind == "number"
    assert np.flatnonzero(np.isnan(values)).tolist() == [17_231]
    assert notes == (
        f"column 'a': 1 of 40,001 values is not a number ({bad!r} in row 17,232); "
        "it is treated as missing",
    )


def test_a_few_bad_dates_are_missing_and_noted():
    column, values, notes = column_of(["2024-03-01"] * 300 + ["soon", "never"])
    assert column.kind == "date"
    assert np.isnan(values[-2:]).all()
    assert "2 of 302 values are not a date ('soon' in row 301)" in notes[0]


def test_too_many_bad_values_are_text_and_noted():
    column, _, notes = column_of(["1"] * 95 + ["oops"] * 5)
    assert column.kind == "category"
    assert notes == (
        "column 'a': 5 of 100 values are not a number ('oops' in row 96); the column is read as "
        "text; mend or empty such cells to change that",
    )
    column, _, notes = column_of(["1"] * 10 + ["oops"])
    assert column.kind == "category"
    assert "1 of 11 values is not a number ('oops' in row 11)" in notes[0]
    column, _, notes = column_of(["2024-03-01"] * 9 + ["45352"])
    assert column.kind == "category"
    assert "1 of 10 values is not a date ('45352' in row 10); the column is" in notes[0]
    assert column_of(["S", "M", "38", "40"])[2] == ()


def test_bad_cells_may_be_more_where_no_two_are_the_same():
    cells = [f"{i}.5" for i in range(57)]
    column, values, notes = column_of([*cells, "error", "see letter"])
    assert column.kind == "number"
    assert np.isnan(values[-2:]).all()
    assert "2 of 59 values are not a number ('error' in row 58); they are treated" in notes[0]
    assert column_of([*cells, "error", "error"])[0].kind == "category"


def test_a_header_met_again_and_again_makes_no_text():
    cells = [*[f"{i}.5" for i in range(30)], "amount"] * 3
    column, values, notes = column_of(cells, "amount")
    assert column.kind == "number"
    assert np.flatnonzero(np.isnan(values)).tolist() == [30, 61, 92]
    assert "3 of 93 values are not a number ('amount' in row 31)" in notes[0]


@pytest.mark.parametrize(
    ("usual", "odd", "value", "shown"),
    [
        ("950.5", "1.300,00", 1300, "1300"),
        ("950.5", "12,75", 12.75, "12.75"),
        ("950.5", "1.234.567", 1234567, "1234567"),
        ("1.950,5", "$1,300.25", 1300.25, "1300.25"),
    ],
)
def test_a_number_with_the_other_sign_is_read_and_noted(usual, odd, value, shown):
    usual_column = column_of([usual] * 59)[0]
    cells = [usual] * 7 + [odd] + [usual] * 52
    column, values, notes = column_of(cells)
    assert column.reading == usual_column.reading
    assert values[7] == value
    assert notes[0] == (
        f"column 'a': 1 of 60 values is written unlike the others ({odd!r} in row 8); it is read "
        f"as {shown}; write all with one decimal sign to be sure"
    )
    for new in ([odd, usual], [odd]):
        _, found, notes = column_of(new, expected=usual_column)
        assert found[0] == value
        assert f"({odd!r} in row 1); it is read as {shown}" in notes[0]


def test_two_signs_in_equal_parts_are_read_each_in_its_own_way():
    column, values, notes = column_of(["1,200.50", "1.300,75"] * 4)
    assert column.kind == "number"
    assert values.tolist() == [1200.5, 1300.75] * 4
    assert len(notes) == 1
    assert "4 of 8 values are written unlike the others ('1.300,75' in row 2)" in notes[0]
    _, values, notes = column_of(["1,200.50", "1,400.25", "1.300,75", "1,234"])
    assert values[3] == 1234
    assert "'1,234' in row 4 could be a thousand or a decimal; it is read as 1234" in notes[1]


def test_the_number_that_leaves_it_open_is_the_example():
    assert column_of(["5", "1,234"])[2] == (
        "column 'a': '1,234' could be a thousand or a decimal; it is read as 1234",
    )


@pytest.mark.parametrize("odd", ["03.01.2026", "3 Jan 2026", "Jan 3, 2026"])
@pytest.mark.parametrize("rows", [5, 60])
def test_a_date_written_otherwise_is_read_and_noted(odd, rows):
    cells = ["2026-01-05"] * (rows - 1) + [odd]
    column, values, notes = column_of(cells)
    assert column.reading == "date:ymd"
    assert values[-1] == day("2026-01-03")
    assert notes == (
        f"column 'a': 1 of {rows} values is written unlike the others ({odd!r} in row {rows}); it "
        "is read as 2026-01-03; write all as year-month-day to be sure",
    )
    _, values, more = column_of([odd, "2026-01-05"], expected=column)
    assert values[0] == day("2026-01-03")
    assert f"({odd!r} in row 1); it is read as 2026-01-03" in more[0]


def test_a_date_that_only_the_other_order_reads_is_read_so():
    cells = ["13/01/2026"] * 40 + ["01/31/2026"]
    column, values, notes = column_of(cells)
    assert column.reading == "date:dmy"
    assert values[-1] == day("2026-01-31")
    assert "it is read as 2026-01-31" in notes[0]


def test_an_ambiguous_date_among_others_is_missing():
    told = "1 of 60 values is ambiguous, day first or month first ('03/04/2026' in row 60); it is"
    column, values, notes = column_of(["2026-01-05"] * 59 + ["03/04/2026"])
    assert column.reading == "date:ymd"
    assert np.isnan(values[-1])
    assert told in notes[0]
    _, values, notes = column_of(["2026-01-05"] * 59 + ["03/04/2026"], expected=column)
    assert np.isnan(values[-1])
    assert told in notes[0]
    column, values, notes = column_of(["2026-01-05"] * 4 + ["03/04/2026"])  # too few to judge by
    assert (column.reading, values[-1]) == ("date:dmy", day("2026-04-03"))
    assert "dates such as '03/04/2026' are read day first" in notes[0]


def test_points_among_months_first_are_noted():
    column, values, notes = column_of(["01/13/2026"] * 30 + ["03.02.2026"])
    assert (column.reading, values[-1]) == ("date:mdy", day("2026-03-02"))
    assert "is written with points ('03.02.2026' in row 31); it is read month first" in notes[0]
    assert column_of(["12.25.2026", "01.02.2026"])[2] == ()


def test_moments_without_a_zone_among_others_are_noted():
    cells = ["2026-01-05T10:00Z", "2026-01-05T10:00"]
    column, values, notes = column_of(cells)
    assert column.zone == "UTC"
    assert values[0] == values[1]
    assert notes == (
        "column 'a': 1 of 2 values is without a time zone ('2026-01-05T10:00' in row 2); it is "
        "read as UTC",
    )


def test_numbers_with_a_unit_are_text_and_noted():
    column, _, notes = column_of(["1.5 kg", "12 kg", "1,200 kg", "3 lb", "0.5kg"])
    assert column.kind == "category"
    assert notes == (
        "column 'a': 4 of 5 values are numbers with 'kg' behind ('1.5 kg' in row 1); the column is "
        "read as text; leave the unit out of its cells to change that",
    )
    assert column_of(["12a", "13b", "14c"])[2] == ()
    assert column_of(["north 1 kg", "south 2 kg"])[2] == ()


def test_dashes_and_dates_of_zeros_are_missing():
    _, values, notes = column_of(["2024-03-01", "0000-00-00", "–", "—"])
    assert np.isnan(values).tolist() == [False, True, True, True]
    assert "3 of 4 values" in notes[0]


def test_markers_of_missing_values_are_noted():
    assert column_of(["?", "x", "?", "n/a"])[2] == (
        "column 'a': 3 of 4 values ('?', 'n/a') mean missing",
    )


def test_different_units_are_noted():
    assert "different units ('$', '€')" in column_of(["$5", "€6"])[2][0]


def test_a_declared_category_is_taken_as_it_stands():
    column, values, notes = column_of(["1", "NA", " x", None], only_category=True)
    assert (column.reading, column.labels, notes) == ("label", (" x", "1", "NA"), ())
    assert np.isnan(values[3])


@pytest.mark.parametrize(
    ("learnt", "new", "values"),
    [
        (["1,5", "2,5"], ["1.234"], [1234]),
        (["1.5", "2.5"], ["1,234"], [1234]),
        (["13/01/2024"], ["02/03/2024"], [day("2024-03-02")]),
        (["01/13/2024"], ["02/03/2024"], [day("2024-02-03")]),
        (["yes", "no"], ["Y"], [1]),
        (["1,5", "2,5"], [None, "n/a"], [np.nan, np.nan]),
        (["x", "y"], ["7"], [0]),
        (["01234", "99999"], ["1"], [0]),
    ],
)
def test_new_data_are_read_by_the_learnt_rule(learnt, new, values):
    expected = column_of(learnt)[0]
    column, found, _ = column_of(new, expected=expected)
    assert (column.kind, column.reading) == (expected.kind, expected.reading)
    np.testing.assert_array_equal(found, values)


def test_unreadable_new_cells_are_missing_or_an_error():
    expected = column_of(["1,5", "2,5"])[0]
    _, values, notes = column_of(["x", "7,5"], expected=expected)
    assert np.isnan(values[0])
    assert values[1] == 7.5
    assert "('x' in row 1)" in notes[0]
    with pytest.raises(DataError, match=r"Column 'a' held numbers .* it holds text now \('x'\)"):
        column_of(["x"], expected=expected)


def test_many_different_words_are_judged_by_a_sample():
    numbers = [f"{i}.5" for i in range(6000)]
    assert column_of([*numbers, "oops"])[0].kind == "number"
    assert column_of([f"n{i}" for i in range(6000)])[0].kind == "category"
    heavy = ["$1"] * 100_000 + [f"n{i}" for i in range(900)]
    assert column_of(heavy)[0].kind == "number"
