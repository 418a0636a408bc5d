"""The figures of the field guide: two for every model, and what is drawn is what is said."""

from __future__ import annotations

import importlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from likely.core.catalogue import entries, entry

DOCS = Path(__file__).resolve().parent.parent / "docs"
LIGHT = ("LOF", "Grubbs", "KShape")
MOST = 60_000
MODULES = ("figures.maps", "figures.toys", "figures.figure")


@pytest.fixture(autouse=True)
def _docs_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "figures"]:
        del sys.modules[name]


def test_every_model_has_an_idea_and_a_failure():
    figures = importlib.import_module("figures")
    assert set(figures.drawers()) == set(entries())
    for name, each in figures.drawers().items():
        assert len(each) == 2, name
        assert all(map(callable, each))


def test_the_drawing_of_the_three_kinds_is_fresh():
    kinds = importlib.import_module("figures.kinds")
    stored = (DOCS / "images" / "three-kinds.svg").read_text(encoding="utf-8")
    assert kinds.drawing() == stored
    assert ElementTree.fromstring(stored).get("aria-label")


@pytest.mark.parametrize("name", LIGHT)
def test_what_is_drawn_is_valid_named_and_measured(name):
    drawers = importlib.import_module("figures").drawers
    figures = [draw() for draw in drawers()[name]]
    assert [figure.shows for figure in figures] == ["idea", "failure"]
    for figure in figures:
        root = ElementTree.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == figure.alternative
        assert len(figure.svg.encode()) < MOST
        assert figure.caption.endswith(".")
        assert re.search(r"\d", figure.caption)
        sizes = [float(text.get("font-size", "0")) for text in root.iter() if "text" in text.tag]
        assert min(sizes) >= 11


def test_the_numbers_of_a_caption_are_those_of_the_picture():
    drawers = importlib.import_module("figures").drawers
    failure = drawers()["LOF"][1]()
    said = re.findall(r"AUROC of (\d\.\d\d), .* with (\d\.\d\d)\.", failure.caption)
    assert said
    assert all(f": {number}<" in failure.svg for number in said[0])
    assert float(said[0][0]) < float(said[0][1])


def test_a_failure_that_does_not_show_is_refused():
    maps, toys, figure = map(importlib.import_module, MODULES)
    with pytest.raises(figure.NotShown, match="well behind"):
        maps.failure(("KNN", {}), ("KNN", {}), toys.far(), "The same cannot be worse.")


def test_a_second_drawing_is_found_and_not_drawn(tmp_path, monkeypatch):
    figures = importlib.import_module("figures")
    monkeypatch.setattr(figures, "_KEPT", tmp_path)
    first = figures.drawn("ZScore")
    monkeypatch.setattr(figures, "_chapter", lambda _: {"ZScore": ()})
    assert figures.drawn("ZScore") == first


def test_a_figure_that_does_not_show_is_left_out_and_the_page_says_so(tmp_path, monkeypatch):
    figures = importlib.import_module("figures")
    class_page = importlib.import_module("class_page")
    draw = figures.drawers()["ZScore"][0]

    def unseen():
        raise figures.NotShown("nothing")

    monkeypatch.setattr(figures, "_KEPT", tmp_path)
    monkeypatch.setattr(figures, "_chapter", lambda _: {"ZScore": (draw, unseen)})
    with pytest.raises(figures.NotShown):
        figures.drawn("ZScore")
    drawn = figures.drawn("ZScore", strict=False)
    assert [figure.shows for figure in drawn] == ["idea", "left out"]
    assert not list(tmp_path.iterdir())
    page = class_page.page(entry("ZScore"), "statistical", drawn)
    assert page.count("<svg") == 1
    assert page.count("A figure is left out here") == 1


def test_an_index_in_the_words_of_a_note_becomes_a_formula():
    class_page = importlib.import_module("class_page")
    notes = "Notes\n-----\n**Formula.** $x_i$ of `n_rows`, where x_i and v_θ are, and G'_l, a_name."
    formula = class_page.parts(f"One line.\n\n{notes}\n")["Formula"]
    assert formula == "$x_i$ of `n_rows`, where $x_{i}$ and $v_{θ}$ are, and $G'_{l}$, a_name."
