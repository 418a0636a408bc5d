"""How new samples no longer look like those learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from likely.base.in_context import InContext
from likely.calibration.drift import find_drift
from likely.data.samples import Samples
from likely.data.table import Table

if TYPE_CHECKING:
    from likely.workflow.learned import Learned


def drift_of(
    learned: Learned, table: Samples, matched: Samples, log_p: np.ndarray
) -> tuple[str, ...]:
    """Say how samples no longer look like those learnt from.

    Parameters
    ----------
    learned : Learned
        What they are judged by.
    table, matched : Table, Shaped, Texts or Clips
        The samples as they were read, and as the model sees them.
    log_p : ndarray of shape (n,)
        Natural logarithms of their p-values.
    """
    p, n = np.exp(log_p), learned.reference.n
    if not (isinstance(table, Table) and isinstance(matched, Table)):
        nothing = Table(np.empty((len(p), 0)), ())  # no columns: the scores alone tell
        return tuple(learned.worded(d.sentence(None)) for d in find_drift((), nothing, p, n))
    learnt = () if isinstance(learned.model, InContext) else learned.summaries  # may change
    found = find_drift(learnt, matched, p, n, learned.clock(table))
    name = learned.clock_name(table.columns)
    column = None if name is None else table.columns[table.names.index(name)]
    return tuple(drift.sentence(column) for drift in found)
