"""`likely watch` as people and as machines use it, through stops of any kind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import likely
import series_toys
from likely.testing.timelines import timeline
from series_toys import learnt_toy, series, with_values

Run = Callable[..., Result]
ALERTS = ("--alerts", "1/week")
START = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import likely, series_toys
likely.load = lambda path: getattr(series_toys, path)()
from likely.cli import main
main()
"""


@pytest.fixture(scope="module")
def toy() -> likely.Learned:
    return learnt_toy()


@pytest.fixture
def learnt(toy: likely.Learned, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(likely, "load", lambda path: toy)
    return "learnt_toy"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    """Rows of a later time with two gross stretches."""
    table = with_values(
        series(1_200, seed=5, start=series_toys.START + 7 * 86_400e6), slice(300, 306), 0, 9.0
    )
    table = with_values(table, slice(800, 806), 1, -40.0)
    return [
        {"time": str(np.datetime64(int(t), "us"))[:19], "load": round(a, 4), "heat": round(b, 4)}
        for t, a, b in table.matrix.tolist()
    ]


def as_json(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_csv(rows: list[dict[str, object]], delimiter: str = ",") -> str:
    lines = [delimiter.join(rows[0]), *(delimiter.join(map(str, r.values())) for r in rows)]
    return "\n".join(lines) + "\n"


def told(text: str) -> list[tuple[str, int]]:
    return [(one["alert"], one["row"]) for one in map(json.loads, text.splitlines())]


@pytest.fixture(scope="module")
def expected(toy: likely.Learned, rows: list[dict[str, object]]) -> list[tuple[str, int]]:
    stream = toy.stream(alerts="1/week")
    found = stream.push(rows) + stream.finish()
    told = [(alert.kind, alert.row + 1) for alert in found]
    assert [kind for kind, _ in told].count("ended") >= 2
    return told


@pytest.mark.parametrize("form", ["jsonl", "csv", "semicolons", "reordered"])
def test_files_of_lines_are_judged(
    run: Run, learnt: str, rows: list, expected: list, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "rows.txt"
    turned = [{"more": "x", "heat": r["heat"], "time": r["time"], "load": r["load"]} for r in rows]
    text = {
        "jsonl": as_json(rows),
        "csv": "\ufeff" + as_csv(rows).replace("\n", "\r\n").rstrip("\r\n"),
        "semicolons": as_csv(rows, ";"),
        "reordered": as_csv(turned),
    }[form]
    path.write_bytes(text.encode())
    result = run("watch", path, "--model", learnt, *ALERTS, "--json")
    assert result.exit_code == 0, result.output
    assert told(result.stdout) == expected


def test_people_get_sentences_and_a_count(run: Run, learnt: str, rows: list) -> None:
    data = as_json(rows).encode()
    result = run("watch", "-", "--model", learnt, *ALERTS, stdin=data)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert any("An event begins: load" in line for line in lines)
    assert any("collective" in line or "point" in line for line in lines)
    assert lines[-1].endswith("alerts in 1,200 lines.")
    quiet = run("watch", "-", "--model", learnt, *ALERTS, "-q", stdin=data)
    assert (quiet.exit_code, quiet.output) == (0, "")


def test_rules_are_handed_on(run: Run, learnt: str, rows: list) -> None:
    data = as_json(rows).encode()
    words = ("--direction", "down", "--least-change", "30", "--cool-down", "1h", "--calm", "Sunday")
    result = run("watch", "-", "--model", learnt, *ALERTS, *words, "--json", stdin=data)
    assert result.exit_code == 0, result.output
    events = [one for one in map(json.loads, result.stdout.splitlines()) if one["alert"] == "ended"]
    assert [one["channels"][0] for one in events] == ["heat"]
    wrong = run("watch", "-", "--model", learnt, "--calm", "Caturday", stdin=data)
    assert wrong.exit_code == 2
    assert "Caturday" in wrong.stderr


BAD = {
    "no json": "{'time': 1}",
    "a list": "[1, 2]",
    "no known column": '{"other": 1}',
    "a word for a number": '{"time": "2031-01-01", "load": "much", "heat": 1}',
    "a number for a time": '{"time": "soon", "load": 1, "heat": 1}',
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_lines_are_named_or_counted(
    run: Run, learnt: str, rows: list, expected: list, bad: str
) -> None:
    lines = as_json(rows).splitlines()
    data = ("\n".join([*lines[:50], BAD[bad], "", *lines[50:]]) + "\n").encode()
    stopped = run("watch", "-", "--model", learnt, *ALERTS, stdin=data)
    assert stopped.exit_code == 3
    assert "line 51:" in stopped.stderr
    assert "--skip-bad" in stopped.stderr
    result = run("watch", "-", "--model", learnt, *ALERTS, "--skip-bad", stdin=data)
    assert result.exit_code == 0, result.output
    assert "1 could not be read and were left out." in result.output
    assert f"{len(expected)} alerts in 1,202 lines." in result.output


def test_csv_lines_and_names_must_fit(run: Run, learnt: str, rows: list) -> None:
    data = as_csv(rows[:5]) + "1,2\n"
    result = run("watch", "-", "--model", learnt, stdin=data.encode())
    assert result.exit_code == 3
    assert "line 7: it has 2 cells, and there are 3 names" in result.stderr
    nameless = run("watch", "-", "--model", learnt, stdin=b"time,load\n2031-01-01,1\n")
    assert nameless.exit_code == 3
    assert "'heat'" in nameless.stderr
    binary = run("watch", "-", "--model", learnt, stdin=b"\xff\xfe\n")
    assert "UTF-8" in binary.stderr


def test_a_state_goes_on_and_a_partial_line_waits(
    run: Run, learnt: str, rows: list, expected: list, tmp_path: Path
) -> None:
    path, state, alerts = tmp_path / "rows.csv", tmp_path / "s.state", tmp_path / "a.jsonl"
    alerts.write_text('{"alert": "of old", "row": 0}\n')
    text = as_csv(rows)
    words = ("watch", path, "--model", learnt, *ALERTS, "--state", state, "-o", alerts, "-q")
    for size in (10, 5_003, 17_777, 30_001, len(text)):
        path.write_text(text[:size])
        result = run(*words)
        assert (result.exit_code, result.output) == (0, "")
    found = told(alerts.read_text())
    assert found[0] == ("of old", 0)
    assert found[1:] == [one for one in expected if one[1] < 1_000]  # the end is not known yet
    again = run(*words[:-1])
    assert "wait for later ones to be judged" in again.output


def test_a_state_is_of_one_file_and_of_one_way_to_tell(
    run: Run, learnt: str, rows: list, tmp_path: Path
) -> None:
    path, state, alerts = tmp_path / "rows.csv", tmp_path / "s.state", tmp_path / "a.jsonl"
    path.write_text(as_csv(rows[:400]))
    words = ("watch", path, "--model", learnt, "--state", state, "-o", alerts)
    assert run(*words, *ALERTS).exit_code == 0
    other = run(*words, "--alerts", "2/week")
    assert other.exit_code == 2
    assert "another alerts" in other.stderr
    path.write_text(as_csv(rows[:9]))
    cut = run(*words, *ALERTS)
    assert cut.exit_code == 3
    assert "cut or replaced" in cut.stderr
    path.write_text(as_csv(rows).replace("load", "last"))
    assert run(*words, *ALERTS).exit_code == 3
    path.write_text(as_csv(rows[:400]))
    alerts.write_text("")
    gone = run(*words, *ALERTS)
    assert gone.exit_code == 3
    assert "a.jsonl is shorter" in gone.stderr
    assert run("watch", "-", "--model", learnt, "--state", state).exit_code == 2


def test_a_model_of_rows_cannot_watch(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    likely.learn(np.random.default_rng(0).normal(size=(99, 2)), "KNN").save(path)
    result = run("watch", "-", "--model", path, stdin=b"")
    assert result.exit_code == 2
    assert "timeline" in result.stderr


def test_gaps_are_no_bad_cells(run: Run, learnt: str, rows: list) -> None:
    for where, gap in ((50, "N/A"), (51, ""), (52, None)):
        rows = [*rows[:where], {**rows[where], "load": gap}, *rows[where + 1 :]]
    words = ("watch", "-", "--model", learnt, *ALERTS)
    results = [
        run(*words, stdin=as_json(rows).encode()),
        run(
            *words,
            stdin=as_csv(
                [{**r, "load": "" if r["load"] is None else r["load"]} for r in rows]
            ).encode(),
        ),
    ]
    assert [result.exit_code for result in results] == [0, 0]
    assert "left out" not in results[0].output
    assert results[0].output.splitlines()[:-1] == results[1].output.splitlines()[:-1]


def _kill_at_work(words: list[object], path: Path, alerts: Path, texts: tuple[str, str]) -> None:
    """Let a process follow a file, append to it, and kill the process when two events ended."""
    path.write_text(texts[0])
    folder = str(Path(series_toys.__file__).parent)
    followed = [*words, "--follow", "--poll", "0.01", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", START, folder, *map(str, followed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["alert"] in ("begins", "new")  # it is at work
        with path.open("a") as file:
            file.write(texts[1])
            file.flush()
            while not _has_ended(alerts):
                time.sleep(0.005)
                assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_a_kill_loses_no_alert_and_repeats_none(
    run: Run, learnt: str, rows: list, expected: list, tmp_path: Path
) -> None:
    path, state, alerts = tmp_path / "rows.jsonl", tmp_path / "s.state", tmp_path / "a.jsonl"
    words = ["watch", path, "--model", learnt, *ALERTS, "--state", state, "-o", alerts]
    _kill_at_work(words, path, alerts, (as_json(rows[:600]), as_json(rows[600:1_100])))
    with alerts.open("a") as file:  # as if it was killed between writing and saying so
        file.write('{"alert": "half a li')
    path.write_text(as_json(rows))
    done = run(*words, "-q")
    assert (done.exit_code, done.output) == (0, "")
    assert told(alerts.read_text()) == [one for one in expected if one[1] < 1_000]


@pytest.mark.parametrize("toys", ["machines", "engines"])
def test_a_kill_loses_no_alert_of_several_series(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, toys: str
) -> None:
    learnt = {"machines": "learnt_toys", "engines": "learnt_engines"}[toys]
    learned = getattr(series_toys, learnt)()
    monkeypatch.setattr(likely, "load", lambda path: learned)
    frame = getattr(series_toys, toys)("abcd", 500, seed=1, first=1_000)
    for name, step, value in (("a", 60, 90.0), ("c", 100, 9_000.0), ("d", 330, 900_000.0)):
        frame.loc[frame.index[frame.machine == name][step : step + 4], "load"] = value
    rows = frame.assign(time=frame.time.astype(str)).to_dict("records")
    path, state, alerts = tmp_path / "rows.jsonl", tmp_path / "s.state", tmp_path / "a.jsonl"
    words = ["watch", path, "--model", learnt, "--alerts", "2/day"]
    path.write_text(as_json(rows))
    whole = run(*words, "--state", tmp_path / "other.state", "--json")
    assert whole.exit_code == 0, whole.output
    expected = [json.loads(line) for line in whole.stdout.splitlines()]
    assert {one["entity"] for one in expected if one["alert"] == "ended"} >= {"a", "c", "d"}
    words += ["--state", state, "-o", alerts]
    _kill_at_work(words, path, alerts, (as_json(rows[:700]), as_json(rows[700:1_100])))
    path.write_text(as_json([*rows, {**rows[-1], "machine": None}]))
    done = run(*words)
    assert "1 did not say whose they are and were left out." in done.output
    assert [json.loads(line) for line in alerts.read_text().splitlines()] == expected


def _has_ended(alerts: Path) -> bool:
    """Say whether the second event is written."""
    return alerts.exists() and alerts.read_text().count('"ended"') >= 2


def test_a_model_file_is_all_it_needs(run: Run, tmp_path: Path) -> None:
    path, data = tmp_path / "m.likely", tmp_path / "rows.jsonl"
    learned = likely.learn(timeline(400), "Panel", kind="timeline")
    learned.save(path)
    matrix = timeline(500, seed=1).matrix
    matrix[:, 0] += matrix[400, 0] - matrix[0, 0]  # they follow what was learnt
    matrix[200:210, 1] = 25.0
    times = [str(np.datetime64(int(t), "us")) for t in matrix[:, 0]]
    cells = zip(times, matrix[:, 1].tolist(), matrix[:, 2].tolist(), strict=True)
    data.write_text(as_json([{"time": t, "load": a, "heat": b} for t, a, b in cells]))
    result = run("watch", data, "--model", path, *ALERTS, "--json")
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert "load" in [one["channels"][0] for one in events if one["alert"] == "ended"]
