"""Files as found in the wild."""

from __future__ import annotations

import gzip
import importlib.util

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from likely.core.errors import DataError, MissingDependency
from likely.data.frames import as_table
from likely.data.read import read


@pytest.fixture
def write(tmp_path):
    def save(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


@pytest.mark.parametrize(
    ("content", "names", "matrix"),
    [
        ("a,b\n1,2\n3,4\n", ["a", "b"], [[1, 2], [3, 4]]),
        ("a;b\n1,5;2\n3,5;4\n", ["a", "b"], [[1.5, 2], [3.5, 4]]),
        ("a\tb\n1\t2\n", ["a", "b"], [[1, 2]]),
        ("a|b\n1|2\n", ["a", "b"], [[1, 2]]),
        ("price\n1,5\n2,5\n", ["price"], [[1.5], [2.5]]),
        ("\ufeffa,b\n1,2\n", ["a", "b"], [[1, 2]]),
        ("a,b\n1,2\n".encode("utf-16"), ["a", "b"], [[1, 2]]),
        ("a,b\n1,2\n".encode("utf-16-le"), ["a", "b"], [[1, 2]]),
        ("größe,b\n1,2\n".encode("cp1252"), ["größe", "b"], [[1, 2]]),
        ("1,2\n3,4\n", ["column_0", "column_1"], [[1, 2], [3, 4]]),
        ("a,a,,b\n1,2,3,4\n", ["a", "a_2", "column_2", "b"], [[1, 2, 3, 4]]),
        ("x,2019,2020\n5,1,2\n6,3,4\n", ["x", "2019", "2020"], [[5, 1, 2], [6, 3, 4]]),
        ("a,b\r\n1,2\r\n", ["a", "b"], [[1, 2]]),
        ("\n\r\na,b\n1,2\n", ["a", "b"], [[1, 2]]),
        ("\n1,2\n3,4\n", ["column_0", "column_1"], [[1, 2], [3, 4]]),
        ("sep=,\na,b\n1,2\n", ["a", "b"], [[1, 2]]),
        ("x;y\n1,234;5\n", ["x", "y"], [[1.234, 5]]),
        ('"a, b",c\n"1,000.5",2\n', ["a, b", "c"], [[1000.5, 2]]),
    ],
)
def test_text_files(write, content, names, matrix):
    table = read(write("t.csv", content))
    assert table.names == names
    np.testing.assert_array_equal(table.matrix, matrix)


def test_header_or_none(write):
    assert read(write("a.csv", "1,2\n3,4\n")).named is False
    assert read(write("b.csv", "name,town\nann,rome\nbob,oslo\n")).named is True
    assert read(write("c.csv", "ann,rome\nbob,rome\nann,oslo\n")).named is False


def test_quoted_newlines_and_quotes_stay_in_their_cell(write):
    table = read(write("t.csv", 'a,b\n"x\ny",2\n"say ""hi""",3\n'))
    assert set(table.columns[0].labels) == {"x\ny", 'say "hi"'}


@pytest.mark.parametrize(
    ("above", "what"),
    [
        ("Sales of May, all shops\n", "1 line above the names of columns passed over"),
        ("Sales\n\nMade by: Ann\n\n", "2 lines above the names of columns passed over: 'Sales' "),
        ("Sales,,\n,,\n", "2 lines above the names of columns passed over"),
        ("\n\nSales\r\n", "1 line above the names of columns passed over: 'Sales'"),
    ],
)  # fmt: skip
def test_lines_above_the_names_are_passed_over(write, above, what):
    rows = "day,price,town\n" + "2026-01-01,5,Rome\n2026-01-02,6,Oslo\n" * 5
    table = read(write("t.csv", above + rows))
    plain = read(write("plain.csv", rows))
    assert table.columns == plain.columns
    np.testing.assert_array_equal(table.matrix, plain.matrix)
    assert what in table.notes[0]
    with pytest.raises(DataError, match=rf"line {above.count(chr(10)) + 12}, has 4 cells where 3"):
        read(write("ragged.csv", above + rows + "2026-01-03,6,Oslo,8\n"))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("address\nMain St 1, Rome\nMain St 2, Oslo\n", ["address"]),
        ("price\n1,5\n2,5\n", ["price"]),
        ("said\nwell, yes\nno, 5\n", ["said"]),
        (",a,b\n1,2,3\n4,5,6\n", ["column_0", "a", "b"]),
        (",a,b\nx,?,3\ny,5,6\n", ["column_0", "a", "b"]),
    ],
)
def test_what_may_be_a_row_is_not_passed_over(write, content, names):
    table = read(write("t.csv", content))
    assert table.names == names
    assert len(table) == 2


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a,b\n1,2,\n3,4,\n", ["a", "b", "column_2"]),
        ('"a","b"\n"r1",1,2\n"r2",3,4\n', ["column_0", "a", "b"]),
    ],
)
def test_one_name_too_few(write, content, names):
    table = read(write("t.csv", content))
    assert table.names == names
    np.testing.assert_array_equal(table.matrix[:, table.names.index("a")], [1, 3])
    assert "has no name" in table.notes[0]


def test_a_header_in_the_middle_is_a_row_without_values(write):
    rows = [f"2026-01-{i + 1:02d},{i}.5,{'Rome' if i % 2 else 'Oslo'}" for i in range(25)]
    lines = ["day,price,town", *rows, "day,price,town", *rows, "Total,999.5,"]
    table = read(write("t.csv", "\n".join(lines)))
    assert [column.kind for column in table.columns] == ["date", "number", "category"]
    assert np.isnan(table.matrix[25]).tolist() == [True, True, False]
    assert np.isnan(table.matrix[51]).tolist() == [True, False, True]
    assert "2 of 52 values are not a date ('day' in row 26)" in table.notes[0]
    assert "1 of 52 values is not a number ('price' in row 26)" in table.notes[1]


def test_a_quote_that_is_never_closed_is_an_error(write):
    rows = "a,b\n" + "1,x\n" * 9
    with pytest.raises(DataError, match=r"line 11, opens a quote .* 10 lines behind it are one"):
        read(write("t.csv", rows + '2,"y\n' + "3,z\n" * 9 + "4,z\n"))
    assert len(read(write("t.csv", rows + '2,"y\nz"\n'))) == 10
    assert len(read(write("t.csv", rows + '2,5"\n'))) == 10


def test_lines_of_json_of_several_types(write):
    lines = '{"a": 1.5, "b": "x"}\n' * 30 + '{"a": "1.300,00", "b": 7}\n{"b": null}\n'
    table = read(write("t.jsonl", lines))
    assert [column.kind for column in table.columns] == ["number", "category"]
    assert table.matrix[30, 0] == 1300
    assert "('1.300,00' in row 31)" in table.notes[0]
    with pytest.raises(DataError, match="cannot be read as"):
        read(write("bad.jsonl", '{"a": 1}\n{"a": \n'))


def test_native_holds_the_cells_as_read(write):
    table = read(write("t.csv", "zip,price\n01234,$5.50\n00417,n/a\n"))
    assert isinstance(table.native, pa.Table)
    assert table.native.to_pydict() == {"zip": ["01234", "00417"], "price": ["$5.50", "n/a"]}
    assert [c.kind for c in table.columns] == ["category", "number"]


def test_notes_say_what_was_decided(write):
    table = read(write("t.csv", "ä,ä\n1,2\n".encode("latin-1")))
    assert "read as cp1252" in table.notes[0]
    assert "becomes 'ä_2'" in table.notes[1]


def test_compressed_text(write):
    assert read(write("t.csv.gz", gzip.compress(b"a,b\n1,2\n"))).matrix.tolist() == [[1, 2]]


def test_new_files_are_read_by_the_learnt_rules(write):
    learnt = read(write("a.csv", "k;v\n1;1,5\n2;2,5\n"))
    new = read(write("b.csv", "k;v\nn/a;1.234\n"), learnt.columns)
    np.testing.assert_array_equal(new.matrix, [[np.nan, 1234]])


def test_binary_formats(tmp_path):
    cells = pa.table({"a": [1, 2], "b": ["x", None]})
    pyarrow.parquet.write_table(cells, tmp_path / "t.parquet")
    pyarrow.feather.write_feather(cells, tmp_path / "t.feather")
    np.save(tmp_path / "t.npy", np.eye(2))
    np.savez(tmp_path / "one.npz", data=np.eye(2), y=np.ones(2))
    np.savez(tmp_path / "named.npz", X=np.eye(2), other=np.zeros((3, 3)))
    (tmp_path / "t.jsonl").write_text('{"a": 1, "b": "x"}\n{"a": 2}\n')
    for name in ("t.parquet", "t.feather", "t.jsonl"):
        table = as_table(tmp_path / name)
        np.testing.assert_array_equal(table.matrix, [[1, 0], [2, np.nan]])
        assert table.native.equals(cells)
    for name in ("t.npy", "one.npz", "named.npz"):
        np.testing.assert_array_equal(as_table(str(tmp_path / name)).matrix, np.eye(2))


def test_a_spreadsheet_without_its_reader_names_the_remedy(write, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r'pip install "likely\[excel\]"'):
        read(write("t.xlsx", b"PK"))


def test_a_spreadsheet(tmp_path, write_workbook):
    pytest.importorskip("python_calamine")
    rows = [["name", "amount"], ["ann", 5], ["bob", 7.5]]
    write_workbook(tmp_path / "t.xlsx", rows)
    table = read(tmp_path / "t.xlsx")
    assert table.names == ["name", "amount"]
    assert table.columns[0].labels == ("ann", "bob")
    assert table.matrix[:, 1].tolist() == [5, 7.5]


def test_a_title_in_a_spreadsheet_is_passed_over(tmp_path, write_workbook):
    pytest.importorskip("python_calamine")
    rows = [["Sales", ""], ["town", "price"], ["Rome", 5.5], ["Oslo", 6.5], ["Bari", 7.5]]
    write_workbook(tmp_path / "t.xlsx", rows)
    table = read(tmp_path / "t.xlsx")
    assert table.names == ["town", "price"]
    assert table.matrix[:, 1].tolist() == [5.5, 6.5, 7.5]
    assert table.notes == ("1 line above the names of columns passed over: 'Sales'",)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", " \n\n", "is empty"),
        ("t.csv", "a,b\n", "holds no rows"),
        ("t.csv", "a,b\n1,2\n3\n", "line 3, has 1 cells where 2 are expected"),
        ("t.csv", "a,b\n" + "1,2\n" * 9000 + "1,2,3\n" + "1,2\n" * 9, "line 9,002, has 3 cells"),
        ("t.csv", b"\x89PNG\x00\x01", "is no text file"),
        ("t.csv.gz", b"zz", "cannot be read as .csv"),
        ("t.foo", "x", r"likely reads .arrow, .csv"),
        ("t", "x", r"ends in 'nothing'"),
        ("t.parquet", b"xxxx", "cannot be read as .parquet"),
        ("t.feather", b"xxxx", "cannot be read as .feather"),
        ("t.jsonl", "{bad", "cannot be read as .jsonl"),
        ("t.npy", b"xx", "holds no plain array"),
        ("t.npz", b"PKxx", "cannot be read as .npz|holds no plain"),
    ],
)
def test_files_that_cannot_be_read(write, name, content, message):
    with pytest.raises(DataError, match=message):
        read(write(name, content))


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)


def test_pickled_arrays_are_refused(tmp_path):
    np.save(tmp_path / "t.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="holds no plain array"):
        read(tmp_path / "t.npy")


def test_several_tables_in_one_archive(tmp_path):
    np.savez(tmp_path / "t.npz", a=np.eye(2), b=np.eye(3))
    with pytest.raises(DataError, match="Name the table 'X'"):
        read(tmp_path / "t.npz")
