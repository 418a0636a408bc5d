"""One column of a table, described."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

Kind = Literal["number", "boolean", "category", "date"]


@dataclass(frozen=True)
class Column:
    """What a column is, before anything is learnt from its values.

    Parameters
    ----------
    name : str
        The column's name in the data.
    kind : {"number", "boolean", "category", "date"}
        How values are stored in a `Table`: numbers as they are, booleans as 0 and 1, dates as
        microseconds since 1970 in UTC, categories as positions in `labels`; missing is NaN.
    dtype : str
        How the user's library held the column, so that the same type can be given back.
    integer : bool
        Whether every number is whole.
    labels : tuple of str
        The categories that positions refer to; empty for other kinds.
    set_aside : str
        Why no model looks at this column ("id-like", "free text", "empty", "nested", "ignored");
        empty if models do.
    zone : str
        IANA name of the time zone of dates; empty for naive ones.
    reading : str
        How text became values: "" if it was no text, else the rule of `data.text` that read it,
        so that new data are read by the same rule.
    """

    name: str
    kind: Kind
    dtype: str = "Float64"
    integer: bool = False
    labels: tuple[str, ...] = field(default=(), repr=False)
    set_aside: str = ""
    zone: str = ""
    reading: str = ""

    @property
    def used(self) -> bool:
        """Whether models look at this column."""
        return not self.set_aside

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each label."""
        return {label: i for i, label in enumerate(self.labels)}

    def to_json(self) -> dict[str, Any]:
        """Return the column as plain JSON values."""
        return asdict(self) | {"labels": list(self.labels)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Column:
        """Rebuild a column from `to_json`."""
        values: dict[str, Any] = {**stored, "labels": tuple(stored["labels"])}
        return cls(**values)


def plural(column: Column) -> str:
    """Return what a column holds, in words."""
    words = {"number": "numbers", "boolean": "yes/no values", "date": "dates", "category": "text"}
    return words[column.kind]
