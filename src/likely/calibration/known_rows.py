"""p-values of rows that were learnt from, by rows among them that are known to be ordinary."""

from __future__ import annotations

import numpy as np

from likely.calibration.same_rows import Judgement
from likely.core.empirical import learn_empirical

FEWEST_ORDINARY = 50
"""With fewer rows known to be ordinary there is too little to compare with for a promise."""

ASSUMPTION = (
    "two assumptions: ordinary rows without a label score like the {:,} rows labelled ordinary, "
    "and beyond the oddest of these scores fall off as fast as they do just below it"
)


def judge_by_ordinary(oddness: np.ndarray, ordinary: np.ndarray) -> Judgement:
    """Turn held-out oddness of all rows into conformal p-values, if enough rows are known.

    Where too few rows are labelled ordinary, all rows are ranked by their share among all.

    Parameters
    ----------
    oddness : ndarray of shape (n,)
        Oddness of each row by a model that did not see it.
    ordinary : ndarray of bool, shape (n,)
        Which rows are known to be ordinary.
    """
    count = int(ordinary.sum())
    if count >= FEWEST_ORDINARY:
        distribution = learn_empirical(oddness[ordinary], tail_counts=1)
        return Judgement(distribution.log_p(oddness), True, "", ASSUMPTION.format(count))
    lacking = FEWEST_ORDINARY - count
    why = f"a promise needs {lacking:,} more rows labelled ordinary (at least {FEWEST_ORDINARY})"
    return Judgement(learn_empirical(oddness, tail_counts=1).log_p(oddness), False, why)
