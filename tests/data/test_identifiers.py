"""Identifiers of the same form as others."""

from __future__ import annotations

import pytest

from likely.data.identifiers import form_of


def test_numbers_between_the_same_characters_go_on() -> None:
    assert form_of("x", ["P-0998", "P-0007"]).draw(3) == ("P-0999", "P-1000", "P-1001")
    assert form_of("x", ["7 kg", "10 kg"]).draw(1) == ("11 kg",)


def test_others_have_a_form_that_occurred_and_no_letter_of_their_own() -> None:
    known = [f"B-{a}{b} {d}" for a in "XYZ" for b in "KL" for d in (1, 7)]
    form = form_of("plate", known)
    drawn = form.draw(200, seed=3)
    assert len(set(drawn)) == 200
    assert form.draw(200, seed=3) == drawn
    first = drawn[:10]
    assert all(one.startswith("B-") and one[4] == " " and one[5] in "17" for one in first)
    assert all(set(one[2:4]) <= set("XYZKL") for one in first)


@pytest.mark.parametrize("known", [[""], ["é"], ["a", "b"], ["A-1", "中-2", "ß"], ["9" * 40]])
def test_odd_ones_make_as_many_as_asked(known: list[str]) -> None:
    form = form_of("x", known)
    assert form.sound
    assert len(set(form.draw(50, seed=0))) == 50
