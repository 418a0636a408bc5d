"""What was learnt about the columns of a table, and the two views that models see of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.align import align, mismatch, notes_on_new
from likely.data.column import Column
from likely.data.epochs import is_epoch
from likely.data.features import LIMIT, Encoding, encode, learn_encodings
from likely.data.frames import as_table
from likely.data.restore import restore
from likely.data.table import Table


@dataclass(frozen=True)
class Schema:
    """Columns and what was learnt of each.

    Parameters
    ----------
    columns : tuple of Column
        All columns of the data, also those set aside.
    encodings : tuple of Encoding
        One per used column: how its values become features.
    named : bool
        Whether columns have names of their own (a dataframe) or only positions (an array).
    """

    columns: tuple[Column, ...]
    encodings: tuple[Encoding, ...]
    named: bool = True

    @classmethod
    def learn(cls, table: Table) -> Schema:
        """Learn centre, scale, categories and missingness of every used column."""
        used = table.used()
        if not used:
            reasons = "; ".join(f"{c.name!r}: {c.set_aside}" for c in table.columns)
            raise DataError(f"No column is left to learn from ({reasons}).")
        matrix = table.matrix if len(used) == len(table.columns) else table.matrix[:, used]
        encodings = learn_encodings([table.columns[j] for j in used], matrix)
        return cls(table.columns, encodings, table.named)

    @cached_property
    def used(self) -> tuple[Column, ...]:
        """The columns that models look at."""
        return tuple(column for column in self.columns if column.used)

    @cached_property
    def feature_columns(self) -> np.ndarray:
        """For each feature, the position in `used` of the column that it comes from."""
        return np.repeat(np.arange(len(self.used)), [e.width for e in self.encodings])

    @property
    def width(self) -> int:
        """How many features a row has."""
        return len(self.feature_columns)

    @property
    def n_features(self) -> int:
        """How many columns there are, as scikit-learn counts them."""
        return len(self.columns)

    @cached_property
    def steps(self) -> np.ndarray:
        """How far each feature moves where a category changes; 0 for numbers. Shape (width,)."""
        return np.array([step for encoding in self.encodings for step in encoding.steps])

    @cached_property
    def plain(self) -> bool:
        """Whether every feature is one number, shifted and scaled, with nothing missing."""
        return all(e.plain for e in self.encodings)

    @cached_property
    def log_volume(self) -> float:
        """Nats to add to a log-density of features to have it in the user's own units.

        Defined for `plain` schemas only.
        """
        return -float(sum(np.log(e.scale) for e in self.encodings))

    def match(self, data: Any) -> Table:
        """Return new data as a table with exactly the used columns, in the learnt order.

        Raises
        ------
        DataError
            If columns are missing, unknown, or of another kind than those learnt. Columns that
            were set aside may be there or not.
        """
        if isinstance(data, np.ndarray) and data.dtype == np.float64 and self._same_shape(data):
            notes = self._notes(self.used, data) if np.isnan(data).any() else ()
            return Table(data, self.used, named=self.named, native=data, notes=notes)
        if isinstance(data, Table) and data.columns == self.used:
            said = [one for one in self._notes(self.used, data.matrix) if one not in data.notes]
            return replace(data, notes=(*data.notes, *said)) if said else data
        table = self._read(data)
        order = self._order(table)
        if table.columns == self.columns:
            columns, matrix = self.used, table.matrix[:, order]
        else:
            aligned = (
                align(ours, table.columns[j], table.matrix[:, j])
                for ours, j in zip(self.used, order, strict=True)
            )
            columns, values = zip(*aligned, strict=True)
            matrix = np.column_stack(values)
        notes = table.notes + self._notes(columns, matrix)
        return replace(table, columns=columns, matrix=matrix, named=self.named, notes=notes)

    def features(self, table: Table) -> np.ndarray:
        """Return the detectors' view: (n, width) float64, finite, robustly scaled."""
        if self.plain:
            with np.errstate(over="ignore", invalid="ignore"):
                z = table.matrix - self._centres
                z /= self._scales
            if not (z.min() >= -LIMIT and z.max() <= LIMIT):
                np.clip(z, -LIMIT, LIMIT, out=z)
                z[np.isnan(z)] = 0.0  # none was missing when learnt: a typical value stands in
            return z
        blocks = [
            encode(encoding, table.columns[j], table.matrix[:, j])
            for j, encoding in enumerate(self.encodings)
        ]
        return np.hstack(blocks)

    def restore(self, features: np.ndarray) -> np.ndarray:
        """Return features as stored values of the used columns, (n, used columns): the nearest."""
        return restore(self.encodings, self.used, features)

    def arrange(self, by_feature: np.ndarray) -> np.ndarray:
        """Return sums over the features of every used column, (n, used columns)."""
        starts = np.flatnonzero(np.diff(self.feature_columns, prepend=-1))
        return np.add.reduceat(by_feature, starts, axis=1)

    def codes(self, table: Table) -> np.ndarray:
        """Return the generators' view: (n, used columns) float64, lossless; missing is NaN."""
        return table.matrix

    def decode(self, codes: np.ndarray) -> Table:
        """Return the table that `codes` came from."""
        return Table(np.asarray(codes, dtype=np.float64), self.used, named=self.named)

    def to_json(self) -> dict[str, Any]:
        """Return the schema as plain JSON values."""
        return {
            "named": self.named,
            "columns": [column.to_json() for column in self.columns],
            "encodings": [encoding.to_json() for encoding in self.encodings],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Schema:
        """Rebuild a schema from `to_json`."""
        return cls(
            columns=tuple(Column.from_json(c) for c in stored["columns"]),
            encodings=tuple(Encoding.from_json(e) for e in stored["encodings"]),
            named=bool(stored["named"]),
        )

    @cached_property
    def _centres(self) -> np.ndarray:
        return np.array([e.centre for e in self.encodings])

    @cached_property
    def _scales(self) -> np.ndarray:
        return np.array([e.scale for e in self.encodings])

    def _same_shape(self, array: np.ndarray) -> bool:
        width = array.shape[1] if array.ndim == 2 and len(array) else 0
        as_it_is = not any(is_epoch(column.reading) for column in self.used)
        return as_it_is and width == len(self.columns) == len(self.used)

    def _read(self, data: Any) -> Table:
        """Return data as a table, its text read as the learnt columns were."""
        if isinstance(data, Table):
            learnt = {column.name: (column.kind, column.reading) for column in self.used}
            same = all(
                learnt.get(column.name, (column.kind, column.reading))
                == (column.kind, column.reading)
                for column in data.columns
            )
            again = None if same or not self.named else _read_again(data, self.columns)
            return data if again is None else replace(again, series=data.series)
        return as_table(data, self.columns)

    def _notes(self, columns: tuple[Column, ...], matrix: np.ndarray) -> tuple[str, ...]:
        """Return what new rows hold that the learnt ones did not."""
        return tuple(
            note
            for j, (column, learnt) in enumerate(zip(columns, self.used, strict=True))
            for note in notes_on_new(column, learnt, matrix[:, j], self.encodings[j].flag > 0)
        )

    def _order(self, table: Table) -> list[int]:
        if not (self.named and table.named):
            return self._order_by_position(table)
        position = {name: j for j, name in enumerate(table.names)}
        missing = [c.name for c in self.used if c.name not in position]
        extra = sorted(set(position) - {c.name for c in self.columns})
        if missing or extra:
            raise DataError(mismatch(missing, extra))
        return [position[c.name] for c in self.used]

    def _order_by_position(self, table: Table) -> list[int]:
        width = table.matrix.shape[1]
        if width == len(self.columns):
            return [j for j, column in enumerate(self.columns) if column.used]
        if width == len(self.used):
            return list(range(width))
        raise DataError(
            f"X has {width} features, but it is expecting {len(self.columns)} features as input."
        )


def _read_again(table: Table, columns: tuple[Column, ...]) -> Table | None:
    """Return a table read anew from the user's data by the rules of columns, if they came along."""
    if table.native is None:
        return None
    again = as_table(table.native, columns)
    if len(again) != len(table) or not set(table.names) <= set(again.names):
        return None
    order = [again.names.index(name) for name in table.names]
    return replace(
        again, matrix=again.matrix[:, order], columns=tuple(again.columns[j] for j in order)
    )
