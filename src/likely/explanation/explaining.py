"""`explain`: why rows are unlikely."""

from __future__ import annotations

import numpy as np

from likely.base.in_context import InContext
from likely.base.model import Model
from likely.core.neighbours import nearest
from likely.data.table import Table, write_value
from likely.explanation.conditional import Conditional
from likely.explanation.context import context_in_words, expect_in_context
from likely.explanation.design import Design
from likely.explanation.expected import Expected
from likely.explanation.occlusion import responsibility
from likely.explanation.reasons import Explanation, Reason
from likely.explanation.sentence import Cell, write_sentence
from likely.explanation.stand_in import stand_in


def explain(model: Model, rows: Table, likely_rows: Table) -> list[Explanation]:
    """Say why rows are unlikely: which columns, what was expected, and the nearest likely row.

    The same rows give the same explanations, whatever other rows are explained with them.

    Parameters
    ----------
    model : Model
        The fitted model that finds the rows unlikely.
    rows : Table of n rows
        The rows, as `model.schema_.match` returns them.
    likely_rows : Table
        Rows learnt from that the model finds likely, with the same columns; about 1,000 are enough.
        If there are none, what is expected comes from the model's schema, each column alone.

    Returns
    -------
    list of Explanation, length n
        One per row, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import KNN
    >>> from likely.explanation import explain
    >>> data = np.random.default_rng(0).normal(500, 50, size=(300, 2))
    >>> model = KNN().fit(data)
    >>> odd = model.schema_.match(np.array([[100_000.0, 512.0]]))
    >>> [reason.column for reason in explain(model, odd, model.schema_.match(data))[0].reasons]
    ['column_0', 'column_1']
    """
    if not len(rows):
        return []
    known = len(likely_rows) > 0
    usual_rows = likely_rows if known else stand_in(model.schema_)
    design = Design.learn(model.schema_, usual_rows)
    expected = Conditional.learn(design).expect(rows)
    given = [""] * len(rows)
    if isinstance(model, InContext):
        expected = expect_in_context(model, rows, expected, len(usual_rows))
        given = [context_in_words(model, rows, r) for r in range(len(rows))]
    shares = responsibility(model, rows, expected, usual_rows)
    similar = _nearest_rows(model, rows, likely_rows) if known else None
    return [
        _explain_row(
            r,
            rows,
            expected,
            shares[r],
            likely_rows,
            None if similar is None else similar[r],
            given[r],
        )
        for r in range(len(rows))
    ]


def _nearest_rows(model: Model, rows: Table, likely_rows: Table) -> np.ndarray:
    """Return the position of the likely row nearest to each row, shape (n,)."""
    reference = model.schema_.features(likely_rows)
    queries = model.schema_.features(rows)
    # beyond the likely rows all of them are equally far: the other columns decide
    queries = np.clip(queries, reference.min(axis=0), reference.max(axis=0))
    centre = np.median(reference, axis=0)
    return nearest(queries - centre, reference - centre, 1)[1][:, 0]


def _explain_row(
    r: int,
    rows: Table,
    expected: list[Expected],
    shares: np.ndarray,
    likely_rows: Table,
    similar: int | None,
    given: str,
) -> Explanation:
    order = np.argsort(-shares, kind="stable")
    reasons = tuple(
        Reason(
            column=rows.columns[j].name,
            share=float(shares[j]),
            value=rows.text(r, j),
            expected=write_value(expected[j].part.column, expected[j].best[r]),
            low=write_value(expected[j].part.column, expected[j].low[r]),
            high=write_value(expected[j].part.column, expected[j].high[r]),
        )
        for j in order
    )
    texts = None
    if similar is not None:
        texts = {c.name: likely_rows.text(similar, j) for j, c in enumerate(likely_rows.columns)}
    cells = [
        Cell(reason, expected[j], r, float(rows.matrix[r, j]), len(likely_rows), given)
        for reason, j in zip(reasons[:2], order, strict=False)
    ]
    return Explanation(reasons, texts, write_sentence(cells, texts))
