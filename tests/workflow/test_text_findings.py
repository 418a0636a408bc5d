"""Texts the whole way: learnt, judged, explained, kept in files, reported, generated."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import likely
from likely.autoregressive import GPT
from likely.calibration.cross_fit import cross_fit
from likely.core.errors import CannotDo, ParameterError
from likely.data.texts import Texts
from likely.explanation.passages import passages
from likely.testing.texts import sentences
from likely.workflow.report.texts import Written

STRANGE = "the cat sees qxzj kjvw"
SETTINGS = {
    "layers": 1,
    "width": 32,
    "heads": 2,
    "context_length": 32,
    "learning_rate": 0.01,
    "budget": "250 steps",
}


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(sentences(300), **SETTINGS)  # pyright: ignore[reportArgumentType]


def test_auto_learns_texts_and_says_so(learned: likely.Learned) -> None:
    assert isinstance(learned.model, GPT)
    assert learned.unit == "text"
    assert "auto chose a GPT" in learned.notes[0]
    found = learned.detect([*sentences(20, seed=3), STRANGE], fpr=0.01)
    assert found.anomaly[-1]
    assert found.anomaly.sum() <= 2
    assert "of 21 texts" in found.summary()


def test_odd_words_are_named_with_their_bits(learned: likely.Learned) -> None:
    (why,) = learned.explain([STRANGE])
    assert {reason.column.split('"')[1] for reason in why.reasons[:2]} == {"qxzj", "kjvw"}
    assert why.reasons[0].value.endswith(" bits")
    assert 0.99 < sum(reason.share for reason in why.reasons) + 0.3 < 1.31
    assert '"qxzj"' in why.sentence
    assert "bits a character" in why.sentence


def test_bits_of_words_are_the_bits_of_the_text(learned: likely.Learned) -> None:
    model = learned.model
    assert isinstance(model, GPT)
    bits = model.bits([STRANGE])[0]
    parts = passages(STRANGE, bits, model.usual_bits)
    assert "".join(part.text for part in parts) == STRANGE
    assert sum(part.bits for part in parts) == pytest.approx(bits.sum())
    assert bits.sum() * np.log(2) == pytest.approx(-model.log_prob([STRANGE])[0])


def test_detect_judges_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    lines = sentences(200)
    lines[77] = STRANGE
    path.write_text("\n".join(lines) + "\n")
    found = likely.detect(path, top=1, **SETTINGS)  # pyright: ignore[reportArgumentType]
    row = found.anomalies().to_pylist()[0]
    assert (row["name"], row["text"], row["length"]) == ("line 78", STRANGE, len(STRANGE))
    assert found.frame().num_rows == 200
    page = found.report(tmp_path / "report.html").read_text()
    assert "line 78" in page
    assert 'class="written"' in page
    assert "color-mix" in page


def test_reports_escape_texts(learned: likely.Learned, tmp_path: Path) -> None:
    found = learned.detect(["<script>alert(1)</script>", "a\u202eb"], top=2)
    page = found.report(tmp_path / "report.html").read_text()
    assert "alert(1)</script>" not in page
    assert "\u202e" not in page


def test_lines_of_a_text_stay_lines(learned: likely.Learned) -> None:
    shown = Written(learned.model, Texts(("my aunt\nsees",))).words(0, ended=False)[0]
    assert re.sub("<[^>]*>", "", shown) == "my aunt\nsees"


def test_neighbouring_texts_stay_together_in_folds() -> None:
    seen: list[Texts] = []

    class Watching(GPT):
        def _read(self, X: object) -> Texts:
            assert isinstance(X, Texts)
            seen.append(X)
            return X

    texts = Texts(tuple(f"{i % 7} is {i % 3}" for i in range(200)), tuple(map(str, range(200))))
    cross_fit(Watching(**(GPT.fast | {"budget": "2 steps"})), texts, 0)
    assert [len(part) for part in seen] == [100, 100]
    steps = np.diff([int(name) for name in seen[0].names])
    assert (steps == 1).mean() > 0.85
    assert sorted(seen[0].names + seen[1].names, key=int) == sorted(texts.names, key=int)


def test_models_of_texts_keep_in_files(learned: likely.Learned, tmp_path: Path) -> None:
    learned.save(tmp_path / "m.likely", rows=False)
    loaded = likely.load(tmp_path / "m.likely")
    new = [STRANGE, *sentences(5, seed=9)]
    assert loaded.surprise(new).tolist() == learned.surprise(new).tolist()
    assert loaded.explain(new) == learned.explain(new)
    assert loaded.generate(3, prompt="my", seed=5) == learned.generate(3, prompt="my", seed=5)


def test_texts_are_generated(learned: likely.Learned) -> None:
    drawn = learned.generate(4)
    assert drawn == learned.generate(4) != learned.generate(4, seed=1)
    assert all(isinstance(text, str) for text in drawn)
    begun = learned.generate(2, prompt="the cat ", n_tokens=12, temperature=0.5)
    assert [text[:8] for text in begun] == ["the cat "] * 2
    assert [len(text) for text in begun] == [20, 20]


def test_rows_are_generated_as_the_data_were() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"n": rng.integers(0, 50, 300), "x": rng.normal(size=300)})
    learned = likely.learn(frame, method="VAE", budget="20 steps")
    drawn = learned.generate(7)
    assert isinstance(drawn, pd.DataFrame)
    assert drawn.shape == (7, 2)
    assert drawn.dtypes.tolist() == frame.dtypes.tolist()
    alike = learned.generate(7, like=pl.from_pandas(frame))
    assert alike["n"].to_list() == drawn["n"].tolist()
    array = likely.learn(frame.to_numpy(), method="VAE", budget="20 steps").generate(3)
    assert array.shape == (3, 2)
    with pytest.raises(ParameterError, match="prompt is for models of texts"):
        learned.generate(1, prompt="a")
    with pytest.raises(ParameterError, match="n must be"):
        learned.generate(0)


def test_models_that_cannot_generate_name_others() -> None:
    rows = np.random.default_rng(0).normal(size=(100, 2))
    with pytest.raises(CannotDo, match=r"KNN cannot generate rows.*VAE"):
        likely.learn(rows, method="KNN").generate(1)


def test_columns_are_no_matter_of_texts() -> None:
    with pytest.raises(ParameterError, match="samples of the kind text have none"):
        likely.learn(sentences(), group="a")
    with pytest.raises(CannotDo, match="GPT"):
        likely.learn(sentences(), method="VAE", kind="text")


def test_methods_of_tables_name_those_of_texts(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match=r"KNN learns from table.*60 samples of the kind text.*GPT"):
        likely.learn(sentences(), method="KNN")
    path = tmp_path / "lands.txt"
    path.write_text("DE\nFR\nFR\n" * 20)
    assert likely.learn(path, method="KNN").unit == "row"  # a table of one column
