"""Files larger than memory are judged in batches, and give what reading them whole would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner

import likely
from likely.cli import application
from likely.data import batches
from likely.workflow import stream

ROWS = 12_000
PLANTED = np.array([5, 700, 6_000, 11_999])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(ROWS, 3))
    values[PLANTED, 1] = 60.0
    cells = {f"x{j}": values[:, j] for j in range(3)}
    cells["land"] = rng.choice(["DE", "FR", "US"], ROWS)
    cells["order"] = np.arange(ROWS) + 7
    cells["when"] = np.datetime64("2026-01-01", "us") + np.arange(ROWS).astype("timedelta64[m]")
    path = tmp_path_factory.mktemp("stream") / "rows.parquet"
    pyarrow.parquet.write_table(pa.table(cells), path, row_group_size=2_500)
    return path


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_CELLS", 20_000)
    monkeypatch.setattr(batches, "BATCH_CELLS", 8_000)
    monkeypatch.setattr(stream, "SAMPLE_ROWS", 6_000)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", 6_000)


@pytest.mark.usefixtures("small_memory")
def test_the_planted_rows_are_found_whether_drawn_or_not(path: Path) -> None:
    found = likely.detect(path, "Mahalanobis", ignore=["order"])
    assert len(found) == ROWS
    assert found.anomaly[PLANTED].all()
    assert found.anomaly.sum() <= 8
    assert "learnt from 6,000 of its 12,000 rows" in found.notes[0]
    assert found.learned.rows_learnt == 6_000
    for level, room in ((0.5, 0.02), (0.1, 0.01), (0.01, 0.006)):
        assert np.mean(found.p_values < level) == pytest.approx(level, abs=room)


@pytest.mark.usefixtures("small_memory")
def test_batches_and_row_groups_do_not_matter(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = likely.detect(path, "KNN", ignore=["order"], seed=3)
    other_file = tmp_path / "other.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path), other_file, row_group_size=997)
    monkeypatch.setattr(batches, "BATCH_CELLS", 30_000)
    other = likely.detect(other_file, "KNN", ignore=["order"], seed=3)
    np.testing.assert_allclose(one.log_p, other.log_p, rtol=1e-6)


@pytest.mark.usefixtures("small_memory")
def test_a_file_that_is_drawn_whole_is_judged_as_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SAMPLE_ROWS", ROWS)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", ROWS)
    large = likely.detect(path, "Mahalanobis")
    monkeypatch.setattr(batches, "MOST_CELLS", 10**9)
    whole = likely.detect(path, "Mahalanobis")
    assert large.source is not None
    assert whole.source is None
    np.testing.assert_array_equal(large.log_p, whole.log_p)
    assert large.anomalies().equals(whole.anomalies())


@pytest.mark.usefixtures("small_memory")
def test_everything_is_written_and_reported(path: Path, tmp_path: Path) -> None:
    found = likely.detect(path, "Mahalanobis", ignore=["order"])
    oddest = found.anomalies()
    assert set(PLANTED + 1) <= set(oddest["row"].to_pylist())
    assert oddest["reason"][0].as_py().startswith("x1 is 60")
    folder = found.write(tmp_path / "out")
    rows = pyarrow.parquet.read_table(folder / "rows")
    assert rows.drop_columns(["p_value", "surprise", "anomaly", "reason"]).equals(
        pyarrow.parquet.read_table(path)
    )
    np.testing.assert_array_equal(rows["p_value"].to_numpy(), found.p_values)
    assert rows["anomaly"].to_pylist() == found.anomaly.tolist()
    assert rows["reason"][5].as_py() == oddest["reason"][oddest["row"].to_pylist().index(6)].as_py()
    assert pyarrow.parquet.read_table(folder / "findings.parquet").equals(oddest)
    page = found.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "12,000" in page
    assert "row-6000" not in page or "Row 6,000" in page
    with pytest.raises(likely.CannotDo, match=r"write\(folder\)"):
        found.frame()
    with pytest.raises(likely.PersistenceError, match="not empty"):
        found.write(folder)


@pytest.mark.usefixtures("small_memory")
def test_rows_that_are_not_held_are_read_to_be_explained(path: Path) -> None:
    found = likely.detect(path, "Mahalanobis", ignore=["order"], top=3)
    least_odd = np.argsort(found.log_p)[-2:]
    cells = pyarrow.parquet.read_table(path)["x0"].to_numpy()
    values = found.rows(least_odd).matrix[:, 0]
    np.testing.assert_array_equal(values, cells[least_odd])
    assert len(found.explanations(least_odd)) == 2


@pytest.mark.usefixtures("small_memory")
def test_a_model_judges_a_large_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned = likely.learn(path, "Mahalanobis", ignore=["order"])
    found = learned.detect(path, fpr=0.001)
    assert found.anomaly[PLANTED].all()
    assert found.drift == ()
    a_day = learned.detect(path, alerts="5/day")
    assert a_day.decision.least_p == pytest.approx(5 / 1440, rel=1e-3)
    monkeypatch.setattr(batches, "MOST_CELLS", 10**9)
    whole = learned.detect(path, fpr=0.001)
    np.testing.assert_allclose(found.log_p, whole.log_p, rtol=1e-9)


@pytest.mark.usefixtures("small_memory")
def test_a_counter_is_set_aside_in_a_sample_too(path: Path) -> None:
    found = likely.detect(path, "Mahalanobis")
    assert "order" not in [column.name for column in found.learned.model.schema_.used]


@pytest.mark.usefixtures("small_memory")
def test_the_command_writes_a_folder(path: Path, tmp_path: Path) -> None:
    out = f"{tmp_path / 'out'}/"
    command = ["detect", str(path), "--method", "Mahalanobis", "-o", out, "-q"]
    assert CliRunner().invoke(application, command, prog_name="likely").exit_code == 0
    assert pyarrow.parquet.read_table(tmp_path / "out" / "rows").num_rows == ROWS
    again = CliRunner().invoke(application, command, prog_name="likely")
    assert again.exit_code == 2
    assert "empty" in again.output


def test_a_table_in_memory_is_written_the_same_way(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(100, 2))
    rows[3] = 50.0
    found = likely.detect(rows, "Mahalanobis")
    written = pyarrow.parquet.read_table(found.write(tmp_path / "out") / "rows")
    assert written["anomaly"].to_pylist() == found.anomaly.tolist()


def test_neighbours_say_that_they_keep_some_rows_only() -> None:
    rows = np.random.default_rng(0).normal(size=(300, 2))
    bounded = likely.learn(rows, "KNN", max_reference=100)
    said = (
        "KNN compares with 100 rows, drawn at random from the 300 that it learnt from "
        "(max_reference)."
    )
    assert said in bounded.notes
    assert said not in likely.learn(rows, "KNN").notes
