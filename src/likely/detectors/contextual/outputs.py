"""The behaviour columns of a schema as outputs that a context predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.features import LIMIT
from likely.data.schema import Schema


@dataclass(frozen=True)
class Outputs:
    """Features of the behaviour columns, and how they become outputs.

    Parameters
    ----------
    schema : Schema
        The behaviour columns alone; one output a feature.
    features : ndarray of int64, shape (outputs,)
        Where the outputs stand among the features of all columns.
    columns : ndarray of int64, shape (outputs,)
        Which of the used columns each comes from.
    indicator : ndarray of bool, shape (outputs,)
        Whether it is yes or no: a level of a category, a boolean, a gap.
    gap : ndarray of bool, shape (outputs,)
        Whether it says that a value is missing.
    zero, unit : ndarray of shape (outputs,)
        A feature f becomes the output (f - zero) / unit; 0 and 1 for indicators.
    """

    schema: Schema
    features: np.ndarray
    columns: np.ndarray
    indicator: np.ndarray
    gap: np.ndarray
    zero: np.ndarray
    unit: np.ndarray

    @classmethod
    def of(cls, schema: Schema, context: tuple[int, ...]) -> Outputs:
        """Describe the outputs of all used columns but those of the context."""
        behaviour = [j for j in range(len(schema.used)) if j not in context]
        features = np.flatnonzero(np.isin(schema.feature_columns, behaviour))
        parts = []
        for j in behaviour:
            column, encoding = schema.used[j], schema.encodings[j]
            width = encoding.width
            indicator, gap = np.full(width, encoding.rule == "levels"), np.zeros(width, dtype=bool)
            zero, unit = np.zeros(width), np.full(width, 1.0)
            if encoding.rule == "levels":
                unit[:] = 1 / encoding.scale
            if column.kind == "boolean" and encoding.high > encoding.low:
                indicator[0] = True
                zero[0] = (encoding.low - encoding.centre) / encoding.scale
                unit[0] = (encoding.high - encoding.low) / encoding.scale
            if encoding.flag > 0:
                indicator[-1], gap[-1], zero[-1], unit[-1] = True, True, 0.0, encoding.flag
            parts.append((indicator, gap, zero, unit))
        indicator, gap, zero, unit = (np.concatenate(part) for part in zip(*parts, strict=True))
        own = Schema(
            tuple(schema.used[j] for j in behaviour),
            tuple(schema.encodings[j] for j in behaviour),
            schema.named,
        )
        columns = schema.feature_columns[features]
        return cls(own, features, columns, indicator, gap, zero, unit)

    def values(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs of rows given as features of all columns, shape (n, outputs)."""
        return (x[:, self.features] - self.zero) / self.unit

    def missing(self, codes: np.ndarray) -> np.ndarray:
        """Return which outputs have no value, given all used columns as stored, (n, outputs)."""
        return np.isnan(codes[:, self.columns]) & ~self.gap

    def residuals(
        self, values: np.ndarray, means: np.ndarray, variances: np.ndarray, least: float
    ) -> np.ndarray:
        """Return how far outputs are from their means, in standard deviations, (n, outputs).

        Of an indicator it is the signed root of -2 log P(what is there), which like a normal
        deviate of the same density never exceeds about four, however rare.

        Parameters
        ----------
        values, means, variances : ndarray of shape (n, outputs)
            Outputs, what the context lets expect, and how much they vary there.
        least : float in (0, 0.5)
            No probability is smaller.
        """
        probability = np.clip(means, least, 1 - least)
        yes = np.sqrt(-2 * np.log(probability))
        no = -np.sqrt(-2 * np.log1p(-probability))
        with np.errstate(over="ignore"):
            measured = (values - means) / np.sqrt(variances)
        both = np.where(self.indicator, np.where(values > 0.5, yes, no), measured)
        return np.clip(both, -LIMIT, LIMIT)
