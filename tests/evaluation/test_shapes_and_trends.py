"""Columns and pairs of columns, beside naive oracles."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import column_shapes, pair_trends

NOMINAL = ("colour", "sure")


def table(n: int, seed: int) -> dict[str, list]:
    rng = np.random.default_rng(seed)
    shift = seed % 3
    size = rng.normal(shift, 1, n).round(1)
    return {
        "size": [None if rng.random() < 0.2 else float(v) for v in size],
        "weight": (size * shift + rng.normal(size=n)).tolist(),
        "colour": [None if rng.random() < 0.3 else str(c) for c in rng.choice(list("abc"), n)],
        "sure": (rng.random(n) < 0.3 + 0.1 * shift).tolist(),
        "constant": [5.0] * n,
    }


REAL, MADE = table(90, 0), table(70, 1)


def moved(a: list, b: list) -> float:
    p, q = Counter(a), Counter(b)
    return sum(abs(p[k] / len(a) - q[k] / len(b)) for k in {*p, *q}) / 2


def gap(a: list, b: list) -> float:
    missing = abs(a.count(None) / len(a) - b.count(None) / len(b))
    a, b = ([v for v in side if v is not None] for side in (a, b))
    shares = [abs(sum(v <= x for v in a) / len(a) - sum(v <= x for v in b) / len(b)) for x in a + b]
    return max([missing, *shares])


def correlation(a: list, b: list) -> float:
    both = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    x, y = np.array(both).T
    return 0.0 if np.ptp(x) == 0 or np.ptp(y) == 0 else float(np.corrcoef(x, y)[0, 1])


def binned(values: list, real: list) -> list:
    known = [v for v in real if v is not None]
    low, high = min(known), max(known)
    if low == high:
        return [None if v is None else (v > low) - (v < low) for v in values]
    width = (high - low) / 10
    return [
        None if v is None else -1 if v < low else 10 if v > high
        else min(int((v - low) / width), 9)
        for v in values
    ]  # fmt: skip


def test_shapes_are_those_of_counting() -> None:
    found = column_shapes(REAL, pa.table(MADE).select(list(MADE)[::-1]))  # in any order
    assert found.names == tuple(REAL)
    for name, similarity in zip(found.names, found.similarity, strict=True):
        distance = moved if name in NOMINAL else gap
        assert similarity == pytest.approx(1 - distance(REAL[name], MADE[name])), name
    assert found.mean == pytest.approx(np.mean(found.similarity))
    assert found.worst(1)[0][0] in str(found)


def test_trends_are_those_of_counting() -> None:
    found = pair_trends(REAL, MADE)
    assert found.pairs == 10
    for i, j in combinations(range(len(found.names)), 2):
        one, other = found.names[i], found.names[j]
        if one in NOMINAL or other in NOMINAL:
            cells = [
                [side[k] if k in NOMINAL else binned(side[k], REAL[k]) for k in (one, other)]
                for side in (REAL, MADE)
            ]
            away = moved(*(list(zip(*pair, strict=True)) for pair in cells))
        else:
            away = (
                abs(correlation(REAL[one], REAL[other]) - correlation(MADE[one], MADE[other])) / 2
            )
        assert found.similarity[i, j] == pytest.approx(1 - away, abs=1e-9), (one, other)
        assert found.similarity[j, i] == found.similarity[i, j]


def test_many_levels_are_counted_where_they_occur() -> None:
    rng = np.random.default_rng(0)
    real, made = ({k: [f"v{v}" for v in rng.integers(0, 500, 60)] for k in "ab"} for _ in range(2))
    cells = [list(zip(side["a"], side["b"], strict=True)) for side in (real, made)]
    assert pair_trends(real, made).error == pytest.approx(moved(*cells))


def test_missing_values_are_not_overlooked() -> None:
    full = {"x": list(range(40)), "y": ["a", "b"] * 20}
    half = {"x": [k if k % 4 < 2 else None for k in range(40)], "y": [None] * 40}
    found = column_shapes(full, half)
    assert found.similarity.tolist() == pytest.approx([0.5, 0.0])
    assert found.missing.tolist() == [[0.0, 0.5], [0.0, 1.0]]
    assert column_shapes(half, half).error == 0.0


def test_of_many_pairs_some_are_drawn() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 12))
    found = pair_trends(rows, rows, most=20)
    assert found.pairs == 20
    assert found.error == pytest.approx(0.0, abs=1e-12)
    assert str(pair_trends(rows[:, :1], rows[:, :1])) == "There are no two columns to compare."
    with pytest.raises(ParameterError, match="most"):
        pair_trends(rows, rows, most=0)


def test_large_and_small_numbers_have_the_same_correlations() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3)) @ np.triu(np.ones((3, 3)))
    other = rows[:, ::-1]
    scales = np.array([1e200, 1.0, 1e-200])
    expected = pair_trends(rows, other).similarity
    np.testing.assert_allclose(pair_trends(rows * scales, other * scales).similarity, expected)
    assert not math.isclose(pair_trends(rows + 1e6, other).mean, 1.0)


def test_other_columns_are_named() -> None:
    with pytest.raises(DataError, match="missing: 'size'; not in the real one: 'length'"):
        column_shapes(REAL, {**{k: v for k, v in MADE.items() if k != "size"}, "length": [1] * 70})
    with pytest.raises(DataError, match="'weight' holds numbers in the real table and dates"):
        column_shapes(REAL, {**MADE, "weight": [np.datetime64("2020-01-01")] * 70})
    with pytest.raises(DataError, match="2 columns, the synthetic one 3"):
        column_shapes(np.zeros((5, 2)), np.zeros((5, 3)))
