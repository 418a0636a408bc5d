"""The report is one file that needs nothing else, hides nothing, and lets nothing in."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely
from likely.data.column import Column
from likely.data.table import Table
from likely.workflow import report
from likely.workflow.report import page, plots
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import cell, clean, element
from likely.workflow.report.words import bits, one_in, p_value

VOID = {"meta", "link"}
HOSTILE = {
    "<script>alert(1)</script>": "</td><img src=x onerror=alert(1)>",
    '"onload="alert(1)': '" onmouseover="alert(1)',
    "\u202ecod.exe": "a\u2066b\x00c",
    "日本語 العربية": "&lt;b&gt;",
    "'; }</style></script>": "]]>--><!--",
}


class Page(HTMLParser):
    """Everything that stands in a page: tags with attributes, text by tag, unclosed elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str, class_: str = "") -> list[dict[str, str]]:
        return [a for name, a in self.tags if name == tag and class_ in a.get("class", "")]

    @property
    def text(self) -> str:
        return " ".join(words for tag, words in self.words if tag not in ("style", "script"))


def payments(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "payment": [f"T{i:05d}" for i in range(n)],
            "amount": np.round(rng.normal(500, 40, n), 2),
            "country": rng.choice(["DE", "FR", "NL"], n, p=[0.6, 0.3, 0.1]),
            "time": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(n), unit="h"),
            "card": rng.random(n) < 0.7,
        }
    )
    frame.loc[17, "amount"] = 100_000.0
    frame.loc[5, "amount"] = np.nan
    return frame


def write(found: likely.Findings, folder: Path) -> tuple[Page, str]:
    path = found.report(folder / "report.html")
    text = path.read_text(encoding="utf-8")
    return Page(text), text


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, str]:
    found = likely.detect(payments(), method="KNN")
    return write(found, tmp_path_factory.mktemp("report"))


def test_nothing_leaves_the_file(shown: tuple[Page, str]) -> None:
    parsed, text = shown
    policy = next(a["content"] for a in parsed.all("meta") if "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert not re.search(r"(?:https?:)?//\w", re.sub(r"^\s*// .*$", "", text, flags=re.M))
    assert "url(" not in text
    assert "@import" not in text
    for _, attributes in parsed.tags:
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith(("#", "data:,"))
        assert not any(name.startswith("on") for name in attributes)


def test_structure_is_sound(shown: tuple[Page, str]) -> None:
    parsed, text = shown
    assert text.startswith("<!DOCTYPE html>")
    assert parsed.open == []
    ids = Counter(a["id"] for _, a in parsed.tags if "id" in a)
    assert max(ids.values()) == 1
    targets = {a["href"][1:] for a in parsed.all("a")}
    labels = {a["aria-labelledby"] for _, a in parsed.tags if "aria-labelledby" in a}
    assert targets | labels <= set(ids)
    assert [a["id"] for a in parsed.all("section")] == [
        "learnt", "oddest", "surprise", "table", "reading",
    ]  # fmt: skip
    assert len(parsed.all("h1")) == 1


def test_says_what_was_found_and_learnt(shown: tuple[Page, str]) -> None:
    parsed, _ = shown
    for words in (
        "1 of 600 rows is unlikely", "at most 0.1 of the findings are false", "It rests on",
        "id-like", "KNN: Mean distance", "600 rows", "The one finding", "10 bits is 1 in 1,024",
    ):  # fmt: skip
        assert words in parsed.text, words


def test_every_card_has_sentence_reasons_and_picture(shown: tuple[Page, str]) -> None:
    parsed, text = shown
    cards = re.findall(r"<article.*?</article>", text, re.S)
    assert len(cards) == 1
    assert "Row 18" in cards[0]
    assert "payment" in cards[0]
    assert "T00017" in cards[0]
    assert '<p class="sentence">amount is 100,000 where ' in cards[0]
    assert "Nearest likely row" in cards[0]
    assert "this row: 100,000" in cards[0]
    assert all(a["role"] == "img" and a["aria-label"] for a in parsed.all("svg"))


def test_table_sorts_by_keyboard(shown: tuple[Page, str]) -> None:
    parsed, text = shown
    heads = re.findall(r"<th [^>]*><button", text)
    assert len(heads) == 4 + 1 + 4  # fixed ones, the identifier, the columns looked at
    assert sum('aria-sort="descending"' in head for head in heads) == 1
    rows = re.findall(r"<tr><th scope=\"row\" data-value", text)
    assert len(rows) == report.view.LISTED
    assert any(a.get("role") == "status" for a in parsed.all("p"))
    assert "#row-18" in [a["href"] for a in parsed.all("a")]


def test_reads_on_phones_in_the_dark_and_with_reduced_motion(shown: tuple[Page, str]) -> None:
    parsed, text = shown
    assert "width=device-width" in next(
        a["content"] for a in parsed.all("meta") if a.get("name") == "viewport"
    )
    for feature in (
        "prefers-color-scheme: dark",
        "prefers-reduced-motion",
        ":focus-visible",
        "print",
    ):
        assert feature in text
    assert not re.search(r"[^-]width:\s*\d{3,}px", text)
    assert "Skip to" in parsed.text


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    rows = payments(200)
    first = likely.detect(rows, method="KNN").report(tmp_path / "a.html").read_bytes()
    assert first == likely.detect(rows, method="KNN").report(tmp_path / "b.html").read_bytes()


def _luminance(colour: str) -> float:
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast(theme: int) -> None:
    style = (Path(page.__file__).parent / "page.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.S)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    grounds = ("page", "sheet")
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link", "odd") for ground in grounds]
    for ink, ground in [*pairs, ("odd", "odd-sheet")]:
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for shape in ("bar", "usual", "drawn"):  # shapes need less than text
        assert all(_contrast(colours[shape], colours[ground]) >= 3 for ground in grounds), shape


def test_what_comes_from_the_data_is_escaped(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {name: rng.choice([value, "b & c"], 150) for name, value in HOSTILE.items()}
    )
    frame["</title><svg/onload=1>"] = rng.normal(size=150)
    frame.loc[3, "</title><svg/onload=1>"] = 1e6
    parsed, text = write(likely.detect(frame, method="KNN", top=6), tmp_path)
    assert len(parsed.all("script")) == 1
    assert not parsed.all("img")
    assert not any(name.startswith("on") for _, a in parsed.tags for name in a)
    for mark in ("\u202e", "\u2066", "\x00"):
        assert mark not in text
    for words in ("<script>alert(1)</script>", '"onload="alert(1)', "[U+202E]cod.exe", "العربية"):
        assert words in parsed.text


def test_long_cells_are_cut_and_the_file_stays_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    n = 100_000
    labels = tuple(("<\"&'日" * 1000)[:4990] + str(i) for i in range(20))
    numbers = [Column(f'number {j} "<é', "number") for j in range(30)]
    texts = [Column(f"text {j} " + "<" * 300, "category", labels=labels) for j in range(10)]
    matrix = np.hstack([rng.normal(size=(n, 30)), rng.integers(0, 20, (n, 10))])
    table = Table(matrix, (*numbers, *texts))
    learned = likely.learn(table.take(slice(0, 1_000)), method="ECOD")
    path = learned.detect(table, top=300).report(tmp_path / "report.html")
    assert 300_000 < path.stat().st_size < 1_000_000
    parsed = Page(path.read_text(encoding="utf-8"))
    assert parsed.open == []
    assert max(len(words) for tag, words in parsed.words if tag == "bdi") <= 60
    assert "characters)" in "".join(a.get("title", "") for a in parsed.all("bdi"))
    assert re.search(r"The \d+ oddest of 300 findings", parsed.text)


def extremes() -> dict[str, pd.DataFrame | np.ndarray]:
    rng = np.random.default_rng(3)
    mixed = rng.normal(size=(300, 3))
    mixed[:5, 0] = [np.inf, -np.inf, 1e308, -1e308, np.nan]
    return {
        "three rows": pd.DataFrame({"a": [1.0, 2.0, 3.0]}),
        "infinite and huge": mixed,
        "all huge": np.where(rng.random((100, 2)) < 0.5, 1e308, -1e308),
        "one constant column": pd.DataFrame({"a": np.ones(100), "b": rng.normal(size=100)}),
        "only constants": np.ones((100, 2)),
        "no numbers": pd.DataFrame(
            {"a": rng.choice(list("abcdefghijklm"), 300), "b": rng.random(300) < 0.5}
        ),
        "only dates": pd.DataFrame(
            {
                "years": pd.to_datetime(rng.integers(0, 10**9, 300), unit="s"),
                "one day": pd.to_datetime(rng.integers(0, 80_000, 300), unit="s"),
            }
        ),
    }


@pytest.mark.parametrize("name", extremes())
@pytest.mark.parametrize("top", [None, 5])
def test_extreme_tables_are_drawn(name: str, top: int | None, tmp_path: Path) -> None:
    data = extremes()[name]
    top = None if top is None or len(data) < 5 else top
    parsed, text = write(likely.detect(data, method="KNN", top=top), tmp_path)
    assert parsed.open == []
    for _, attributes in parsed.tags:
        for shape in ("d", "x", "y", "cx", "cy"):
            assert not re.search("nan|inf", attributes.get(shape, "")), (shape, attributes)
    assert text.count("<article") == text.count('class="sentence"') > 0


def test_no_promise_is_called_a_ranking(tmp_path: Path) -> None:
    parsed, text = write(likely.detect(np.arange(8.0)[:, None], method="KNN"), tmp_path)
    assert "A ranking only" in parsed.text
    assert "as a ranking only" in parsed.text
    assert not re.search(r"bits</strong> of surprise, 1 in", text)
    assert "No cut is drawn" in parsed.text


def test_no_finding_still_shows_the_oddest_rows(tmp_path: Path) -> None:
    rows = np.random.default_rng(4).normal(size=(300, 2))
    parsed, text = write(likely.detect(rows, method="KNN"), tmp_path)
    assert "No row passes the promise" in parsed.text
    assert text.count("<article") == 10
    assert "Not a finding" in parsed.text


def test_new_rows_are_drawn_before_the_rows_learnt_from(tmp_path: Path) -> None:
    learned = likely.learn(payments(), method="KNN")
    new = payments()[["country", "payment", "amount", "time", "card"]].iloc[[17, 20]]
    new = new.assign(country=["XX", "DE"])
    parsed, _ = write(learned.detect(new, fpr=0.01), tmp_path)
    assert "likely rows learnt from" in parsed.text
    assert "T00017" in parsed.text


def test_columns_named_by_numbers_identify_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.random.default_rng(6).normal(size=(60, 2)))
    frame[2] = [f"K{i:03d}" for i in range(60)]
    parsed, _ = write(likely.detect(frame, method="KNN", ignore="2", top=1), tmp_path)
    assert re.search(r"2 +: +K0\d\d", parsed.text)


def test_ordinary_values_that_do_not_fit_are_drawn_as_a_pair(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    height = rng.normal(170, 9, 800)
    weight = 0.9 * (height - 170) + 70 + rng.normal(0, 1.5, 800)
    rows = pd.DataFrame({"height": height, "weight": weight})
    rows.loc[40] = [186.0, 56.0]
    parsed, text = write(likely.detect(rows, method="KNN", top=1), tmp_path)
    assert "Ring: this row." in parsed.text
    assert re.search(r'<svg[^>]*aria-label="\w+ against \w+; this row has', text)


def test_levels_mark_the_row_even_if_it_is_the_rarest() -> None:
    column = Column("town", "category", labels=tuple("abcdefghijklm"))
    values = np.repeat(np.arange(13.0), np.arange(26, 0, -2))
    text = Page(plots.column_plot(column, values, 12.0, (np.nan, np.nan), "these rows")).text
    assert "m 2 ◂ this row" in text
    assert "5 other levels: 40 rows" in text
    unseen = Page(plots.column_plot(column, values[:20], 3.0, (np.nan, np.nan), "these rows"))
    assert "d 0 ◂ this row" in unseen.text
    gaps = np.array([0.0, np.nan, np.nan])
    missing = Page(plots.column_plot(column, gaps, np.nan, (np.nan, np.nan), "these rows"))
    assert "missing 2 ◂ this row" in missing.text


def test_an_axis_is_not_flattened_by_a_gross_value() -> None:
    column = Column("amount", "number")
    values = np.append(np.linspace(0, 100, 1_001), 1e12)
    axis = Axis.around(column, values, [1e12], 0, 100)
    assert axis.high < 110
    assert not axis.holds(1e12)
    assert axis.place(1e12) == 100
    assert axis.place(-np.inf) == 0
    near = Axis.around(column, values, [130.0], 0, 100)
    assert near.high == 130
    assert [label for _, label in near.ticks()] == ["0", "50", "100"]


def test_words() -> None:
    assert bits(9.966) == "10.0 bits"
    assert one_in(0) == "1 in 1"
    assert one_in(10) == "1 in 1,024"
    assert one_in(20) == "1 in 1.05 million"
    assert one_in(5_000) == "rarer than 1 in 10¹⁵"
    assert p_value(0.0) == "1"
    assert p_value(-1e6) == "3.3e-434295"


def test_markup_escapes_where_text_enters() -> None:
    assert element("p", "<b>", title='"') == '<p title="&quot;">&lt;b&gt;</p>'
    assert element("p", element("b", "&"), None) == "<p><b>&amp;</b></p>"
    assert clean("a\u200db\ud800\x07\n") == "a\u200db[U+D800][U+0007] "
    assert cell("x" * 61) == f'<bdi title="{"x" * 61}">{"x" * 59}…</bdi>'
