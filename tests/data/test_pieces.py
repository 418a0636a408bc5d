"""Columns cut into atoms and intervals: every value has its piece, and comes back from it."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.errors import DataError
from likely.data.allowed import read_allowed
from likely.data.column import Column
from likely.data.pieces import FIRST, MISSING, UNSEEN, learn_pieces
from likely.data.steps import step_of

RNG = np.random.default_rng(0)
NUMBER = Column("x", "number")
COLUMNS = {
    "smooth": RNG.normal(size=2_000) * 3 - 1,
    "whole": RNG.integers(-5, 400, size=2_000).astype(float),
    "cents": np.round(RNG.gamma(2.0, size=2_000), 2),
    "spike": np.where(RNG.random(2_000) < 0.7, 0.0, RNG.lognormal(size=2_000)),
    "gaps": np.where(RNG.random(2_000) < 0.2, np.nan, RNG.normal(size=2_000)),
    "few": RNG.normal(size=9),
    "one": np.full(40, 7.25),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_value_is_drawn_from_the_piece_that_it_is_in(name: str) -> None:
    values = COLUMNS[name]
    pieces = learn_pieces(NUMBER, values)
    codes = pieces.code(values)
    assert ((codes == MISSING) == np.isnan(values)).all()
    assert (codes != UNSEEN).all()
    drawn = pieces.draw(codes, np.random.default_rng(1))
    np.testing.assert_array_equal(pieces.code(drawn), codes)
    known = ~np.isnan(values)
    assert drawn[known].min() >= values[known].min()
    assert drawn[known].max() <= values[known].max()
    if pieces.step > 0:
        rounds = drawn[known] / pieces.step
        np.testing.assert_allclose(rounds, np.rint(rounds), atol=1e-6)


def test_cents_are_written_as_cents() -> None:
    pieces = learn_pieces(NUMBER, COLUMNS["cents"])
    drawn = pieces.draw(pieces.code(COLUMNS["cents"]), np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, np.round(drawn, 2))


def test_values_that_many_rows_share_are_atoms() -> None:
    pieces = learn_pieces(NUMBER, COLUMNS["spike"])
    atom = (pieces.low == pieces.high) & (np.arange(len(pieces)) >= FIRST)
    assert pieces.low[atom].tolist() == [0.0]


def test_dates_are_cut_finer_than_numbers() -> None:
    values = np.arange(20_000) * 3_600e6  # an hour apart
    date, number = (learn_pieces(Column("x", kind), values) for kind in ("date", "number"))
    assert 256 <= len(number) - FIRST <= 300
    assert 1_000 <= len(date) - FIRST <= 1_050
    assert np.bincount(date.code(values)).max() <= 24  # a day


def test_numbers_outside_and_between_are_unseen() -> None:
    pieces = learn_pieces(NUMBER, np.repeat([0.0, 1.0, 5.0], 100))
    codes = pieces.code(np.array([-1.0, 0.0, 3.0, 5.0, np.inf]))
    assert codes.tolist() == [UNSEEN, FIRST, UNSEEN, FIRST + 2, UNSEEN]
    near = pieces.nearest(codes, np.array([-1.0, 0.0, 3.0, 5.0, np.inf]))
    assert near.tolist() == [FIRST, FIRST, FIRST + 1, FIRST + 2, FIRST + 2]


def test_densities_of_pieces_sum_to_one() -> None:
    values = COLUMNS["smooth"]
    pieces = learn_pieces(NUMBER, values)
    share = np.bincount(pieces.code(values), minlength=len(pieces)) / len(values)
    grid = np.linspace(values.min(), values.max(), 400_001)[:-1]
    codes = pieces.code(grid)
    density = share[codes] * np.exp(pieces.log_density(codes, grid))
    assert density.sum() * (grid[1] - grid[0]) == pytest.approx(1.0, abs=1e-3)


def test_thousands_of_labels_share_a_piece_and_keep_their_frequency() -> None:
    counts = np.concatenate([[50, 30], np.arange(3_000) % 3 + 1])
    labels = Column("town", "category", labels=tuple(f"t{i}" for i in range(len(counts))))
    values = np.repeat(np.arange(len(counts)), counts).astype(float)
    pieces = learn_pieces(labels, values)
    assert len(pieces) < 1_100
    drawn = pieces.draw(pieces.code(values), np.random.default_rng(0))
    found = np.bincount(drawn.astype(int), minlength=len(counts))
    assert found[:2].tolist() == [50, 30]
    groups = [found[2:][counts[2:] == k].sum() for k in (1, 2, 3)]
    np.testing.assert_allclose(groups, [1_000, 2_000, 3_000], rtol=0.1)
    assert pieces.code(np.array([float(len(counts))])).tolist() == [UNSEEN]


@pytest.mark.parametrize(
    ("values", "step"),
    [([3, 17, 400], 1.0), ([0.05, 0.1, 7.35], 0.05), ([1.234567, 3.1], 0.0), ([2000, 7000], 1e3)],
)
def test_the_step_of_numbers(values: list[float], step: float) -> None:
    assert step_of(NUMBER, np.array(values, dtype=float)) == step


def test_what_is_allowed_is_cut_out_of_pieces() -> None:
    values = COLUMNS["whole"]
    pieces = learn_pieces(NUMBER, values)
    allowed = read_allowed({"x": (10, 20.5)}, [NUMBER])[0]
    segments = allowed.segments(pieces)
    share = np.bincount(pieces.code(values), minlength=len(pieces)) / len(values)
    expected = ((values >= 10) & (values <= 20)).mean()
    assert (share[segments.piece] * segments.share).sum() == pytest.approx(expected, abs=0.01)
    drawn = pieces.draw_between(segments.low, segments.high, np.random.default_rng(0))
    assert allowed.holds(drawn).all()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"y": 1}, "no column named 'y'"),
        ({"x": "blue"}, "held numbers"),
        ({"x": (3, 1)}, "lowest comes first"),
        ({"colour": "mauve"}, "never was 'mauve'"),
        ({"colour": ("a", "b")}, "no range"),
        ({"x": []}, "one of nothing"),
    ],
)
def test_what_cannot_be_asked_for_is_an_error(where: dict, words: str) -> None:
    colour = Column("colour", "category", labels=("red", "blue"))
    with pytest.raises(DataError, match=words):
        read_allowed(where, [NUMBER, colour])
