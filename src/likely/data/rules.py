"""Rules across columns: sentences that every new row is to keep.

| said | meaning |
|---|---|
| `end >= start`, `0 <= age < 120` | comparisons: `<`, `<=`, `>`, `>=`, `==`, `!=`, also chained |
| `net + tax == gross`, `height > 2 * width` | `+`, `-`, `*`, `/`, numbers and brackets |
| `` `first year` < 2020 ``, `"first year" < 2020` | names with spaces or signs, in quotes |
| `end >= "2026-01-01"`, `end - start <= 30` | dates; what lies between two of them is in days |
| `sex == "F"` | text, with `==` and `!=` only |
| `a < b and b < c` | both |

A sentence is parsed, never run: whatever else stands in it is refused. A row in which a value is
missing that a rule is about does not break it. Numbers are equal if they differ by rounding only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.data.cells import read_cells
from likely.data.column import Column, plural

_DAY = 86_400e6  # microseconds
_NEAR = 1e-9
_MOST = 2_000  # characters, so that no sentence is too deep to parse
_BACKQUOTED = re.compile(r"`([^`]*)`")
_HOW = (
    'A rule compares columns and numbers, such as "end >= start", "a + b <= 100" or '
    "\"`first year` < 2020 and sex == 'F'\"."
)

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: lambda a, b: _near(a, b),
    ast.NotEq: lambda a, b: ~_near(a, b),
}
_EXACT = _COMPARISONS | {ast.Eq: np.equal, ast.NotEq: np.not_equal}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
}


class _Operand(NamedTuple):
    """What stands on one side of a comparison: its kind, how to compute it, and its column."""

    kind: str  # "number", "date" or "text"; of quoted words "word"
    values: Callable[[np.ndarray], Any]  # of a matrix of stored values, (n, columns)
    column: Column | None = None
    word: str = ""


@dataclass(frozen=True)
class Rule:
    """One sentence that rows keep or break.

    Parameters
    ----------
    sentence : str
        As it was said.
    about : tuple of int
        Positions of the columns that it names.
    holds : callable
        Tells of a matrix of stored values, (n, columns), which rows keep it, (n,) of bool; what is
        missing counts as not kept.
    """

    sentence: str
    about: tuple[int, ...]
    holds: Callable[[np.ndarray], np.ndarray]

    def broken(self, matrix: np.ndarray) -> np.ndarray:
        """Tell which rows break the rule, (n,) of bool; where something is missing none does."""
        known = ~np.isnan(matrix[:, list(self.about)]).any(axis=1)
        with np.errstate(all="ignore"):
            return known & ~self.holds(matrix)


def read_rules(rules: Sequence[str] | str, columns: Sequence[Column]) -> tuple[Rule, ...]:
    """Return rules from sentences.

    Parameters
    ----------
    rules : sequence of str
        As the table above says; one rule may be given by itself.
    columns : sequence of Column
        What the data hold. Rules may be about those that models look at, and rows that are judged
        by them have these columns.

    Raises
    ------
    ParameterError
        If a sentence is no rule.
    DataError
        If a column does not exist or was set aside, or what is compared are other kinds of values.

    Examples
    --------
    >>> import numpy as np
    >>> columns = [Column("start", "number"), Column("end", "number")]
    >>> (rule,) = read_rules("end >= start", columns)
    >>> rule.broken(np.array([[1.0, 2.0], [3.0, 2.0], [3.0, np.nan]]))
    array([False,  True, False])
    """
    said = [rules] if isinstance(rules, str) else list(rules)
    return tuple(_Reading(sentence, columns).rule() for sentence in said)


def doubts(rules: Sequence[Rule], matrix: np.ndarray) -> tuple[str, ...]:
    """Say which rules rows break that were learnt from, (n, columns), and how often."""
    found = []
    for rule in rules:
        count = int(rule.broken(matrix).sum())
        if count:
            breaks = "breaks" if count == 1 else "break"
            share = f"{count:,} of {len(matrix):,} rows learnt from"
            found.append(f"{share} {breaks} the rule {rule.sentence!r}.")
    return tuple(found)


class _Reading:
    """One sentence being read."""

    def __init__(self, sentence: Any, columns: Sequence[Column]) -> None:
        if not isinstance(sentence, str) or not sentence.strip() or len(sentence) > _MOST:
            raise ParameterError(f"{_short(sentence)} is no rule. {_HOW}")
        self.sentence = sentence
        self.columns = [column for column in columns if column.used]
        self.position = {column.name: j for j, column in enumerate(self.columns)}
        self.aside = {column.name: column.set_aside for column in columns if not column.used}
        self.quoted: dict[str, str] = {}
        self.about: set[int] = set()

    def rule(self) -> Rule:
        plain = _BACKQUOTED.sub(self._placeholder, self.sentence.strip())
        try:
            tree = ast.parse(plain, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ParameterError(
                f"The rule {self.sentence!r} cannot be read. {_HOW} Put names with spaces or signs "
                "in backquotes."
            ) from error
        holds = self._truth(tree)
        if not self.about:
            raise ParameterError(
                f"The rule {self.sentence!r} names no column. The columns are {self._all()}."
            )
        return Rule(self.sentence, tuple(sorted(self.about)), holds)

    def _placeholder(self, found: re.Match[str]) -> str:
        name = f"_quoted_{len(self.quoted)}_"
        self.quoted[name] = found[1]
        return name

    def _truth(self, node: ast.expr) -> Callable[[np.ndarray], np.ndarray]:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            parts = [self._truth(part) for part in node.values]
            return lambda x: np.all([part(x) for part in parts], axis=0)
        if isinstance(node, ast.Compare):
            sides = [self._side(side) for side in (node.left, *node.comparators)]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            tests = [self._compared(left, op, right) for left, op, right in pairs]
            return lambda x: np.all([test(x) for test in tests], axis=0)
        raise self._refused(node)

    def _compared(
        self, left: _Operand, op: ast.cmpop, right: _Operand
    ) -> Callable[[np.ndarray], np.ndarray]:
        if type(op) not in _COMPARISONS:
            raise self._refused(op)
        left, right = self._settled(left, right), self._settled(right, left)
        compare = (_COMPARISONS if left.kind == "number" else _EXACT)[type(op)]
        if left.kind != right.kind:
            raise DataError(
                f"The rule {self.sentence!r} compares {_words(left.kind)} with "
                f"{_words(right.kind)}. Compare values of one kind."
            )
        if left.kind == "text" and not isinstance(op, (ast.Eq, ast.NotEq)):
            raise DataError(
                f"The rule {self.sentence!r} asks which text comes first. Text is compared with == "
                "and != only."
            )
        if left.kind == "text":
            left, right = _with_same_labels(left, right)
        return lambda x: np.broadcast_to(compare(left.values(x), right.values(x)), len(x))

    def _settled(self, side: _Operand, other: _Operand) -> _Operand:
        """Return a quoted word as what stands on the other side of it: a date, or text."""
        if side.kind != "word":
            return side
        if other.kind == "date":
            read, values, _ = read_cells(self.sentence, [side.word], expected=other.column)
            if read.kind == "date" and not np.isnan(values[0]):
                value = float(values[0])
                return _Operand("date", lambda _: value)
        if other.kind == "text" and other.column is not None:
            label = other.column.positions.get(side.word)
            if label is not None:
                place = float(label)
                return _Operand("text", lambda _: place, None, side.word)
            some = ", ".join(map(repr, other.column.labels[:20]))
            raise DataError(
                f"The rule {self.sentence!r} names {side.word!r}, which {other.column.name!r} "
                f"never was. It was {some}."
            )
        raise DataError(
            f"In the rule {self.sentence!r}, {side.word!r} is neither a column nor a value that it "
            f"can be compared with. The columns are {self._all()}."
        )

    def _side(self, node: ast.expr) -> _Operand:
        if isinstance(node, ast.Name):
            return self._column(self.quoted.get(node.id, node.id))
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self._side(node.operand)
            self._check_numbers(inner)
            values = inner.values
            return inner if isinstance(node.op, ast.UAdd) else _number(lambda x: -values(x))
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            return self._computed(self._side(node.left), node.op, self._side(node.right))
        raise self._refused(node)

    def _column(self, name: str) -> _Operand:
        if name in self.aside:
            raise DataError(
                f"The rule {self.sentence!r} is about {name!r}, which was set aside "
                f"({self.aside[name]}) when learning. Learn with columns= that names it."
            )
        j = self.position.get(name)
        if j is None:
            raise DataError(
                f"The rule {self.sentence!r} names {name!r}, which is no column. The columns are "
                f"{self._all()}."
            )
        column = self.columns[j]
        self.about.add(j)
        kind = {"category": "text", "date": "date"}.get(column.kind, "number")
        return _Operand(kind, lambda x: x[:, j], column)

    def _constant(self, node: ast.Constant) -> _Operand:
        value = node.value
        if isinstance(value, str):
            if value in self.position or value in self.aside:
                return self._column(value)
            return _Operand("word", lambda _: np.nan, None, value)
        if isinstance(value, (bool, int, float)):
            try:
                number = float(value)
            except OverflowError as error:
                raise ParameterError(
                    f"The rule {self.sentence!r} names a number that is too large."
                ) from error
            return _number(lambda _: number)
        raise self._refused(node)

    def _computed(self, left: _Operand, op: ast.operator, right: _Operand) -> _Operand:
        compute = _ARITHMETIC[type(op)]
        kinds = left.kind, right.kind
        a, b = left.values, right.values
        if kinds == ("date", "date") and isinstance(op, ast.Sub):
            return _number(lambda x: (a(x) - b(x)) / _DAY)
        if kinds == ("date", "number") and isinstance(op, (ast.Add, ast.Sub)):
            return _Operand("date", lambda x: compute(a(x), b(x) * _DAY))
        self._check_numbers(left, right)
        return _number(lambda x: compute(a(x), b(x)))

    def _check_numbers(self, *sides: _Operand) -> None:
        for side in sides:
            if side.kind != "number":
                what = repr(side.word) if side.kind == "word" else _words(side.kind)
                if side.column is not None:
                    what = f"{side.column.name!r}, which holds {plural(side.column)}"
                raise DataError(
                    f"The rule {self.sentence!r} computes with {what}. Numbers can be added, "
                    "subtracted, multiplied and divided; of dates, another date can be subtracted, "
                    "and days added or subtracted."
                )

    def _refused(self, node: ast.AST) -> ParameterError:
        names = {"Or": "or", "Not": "not", "Call": "a call", "Attribute": "a dot", "Pow": "**"}
        inner = getattr(node, "op", node)
        found = names.get(type(inner).__name__, type(inner).__name__.lower())
        return ParameterError(f"The rule {self.sentence!r} has {found} in it. {_HOW}")

    def _all(self) -> str:
        return ", ".join(repr(column.name) for column in self.columns)


def _near(a: Any, b: Any) -> Any:
    """Tell which numbers are the same but for rounding."""
    return (a == b) | (np.abs(a - b) <= _NEAR * np.maximum(np.maximum(np.abs(a), np.abs(b)), 1.0))


def _number(values: Callable[[np.ndarray], Any]) -> _Operand:
    return _Operand("number", values)


def _with_same_labels(left: _Operand, right: _Operand) -> tuple[_Operand, _Operand]:
    """Return two columns of text whose values are positions among the labels of both."""
    if left.column is None or right.column is None:
        return left, right
    places = {label: i for i, label in enumerate((*left.column.labels, *right.column.labels))}
    return _placed(left, places), _placed(right, places)


def _placed(side: _Operand, places: dict[str, int]) -> _Operand:
    assert side.column is not None
    of_label = np.array([*(places[label] for label in side.column.labels), -1], dtype=np.float64)
    values = side.values

    def place(x: np.ndarray) -> np.ndarray:
        found = values(x)
        return of_label[np.where(np.isnan(found), -1, found).astype(np.int64)]

    return side._replace(values=place)


def _words(kind: str) -> str:
    return {"number": "numbers", "date": "dates", "text": "text"}.get(kind, "words")


def _short(said: Any) -> str:
    text = repr(said)
    return text if len(text) <= 80 else f"{text[:80]} …"
