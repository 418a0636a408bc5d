"""What a promise about new rows rests on, or why it cannot be given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from likely.workflow.findings import Decision

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

MANY = 1e12
"""From here on it does not matter how many more rows a promise needs."""

_FOLDED = 10  # rows from which on some are held out, unless to generate

ENOUGH = 10
"""With fewer reference rows as odd as the cut, the share beyond it is known roughly only."""


def qualified(learned: Learned, decision: Decision, drift: tuple[str, ...]) -> Decision:
    """Say what the promise rests on, or withdraw it if it cannot be kept.

    Parameters
    ----------
    learned : Learned
        What new rows are judged by.
    decision : Decision
        Which of them are beyond the cut.
    drift : tuple of str
        How they no longer look like those learnt from.
    """
    n = learned.reference.n
    rows = "rows" if learned.pace is None else "stretches"
    if decision.name == "top":
        return decision
    if drift:
        others = len(drift) - 1
        more = f", and {others} more" if others else ""
        return decision.withdrawn(
            f"the {rows} no longer look like those learnt from ({drift[0]}{more}); learn anew "
            f"from {rows} like these if they are ordinary now"
        )
    if not learned.held_out and learned.rows_learnt >= _FOLDED:
        return decision.withdrawn(
            'the model saw every row learnt from, as it was to generate; learn with aim="both" for '
            "promises"
        )
    if not learned.held_out:
        return decision.withdrawn("too few rows were learnt from to hold any out: at least 10")
    least = decision.least_p
    if least < 0.1 / n and decision.name != "fdr":
        more = np.ceil(0.1 / max(least, np.finfo(np.float64).tiny)) - n
        count = f"{more:,.0f}" if more < MANY else "far"
        return decision.withdrawn(f"this promise needs {count} more learnt {rows}")
    if least * (n + 1) < 1:
        return decision.resting_on(f"{n:,} reference {rows}, and beyond them on a fitted tail")
    counted = int(least * (n + 1))
    if counted < ENOUGH and decision.name != "fdr":
        low, high = beta.ppf([0.025, 0.975], counted, n + 1 - counted)
        return decision.resting_on(
            f"{n:,} reference {rows}, which leave the share reported between {low:.2g} and "
            f"{high:.2g}"
        )
    return decision.resting_on(f"{n:,} reference {rows}")
