"""The page of a synthetic table: every figure beside real rows, columns, pairs, what gives it away.

`page` puts it together below 1 MB, with the parts of the report and the columns of the gallery;
`trends` draws the map of pairs, `told` what gives the rows away, `nearness` how close they are to
training rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from likely.core.atomic import write_atomic
from likely.workflow.judgement.page import write_page

if TYPE_CHECKING:
    from likely.evaluation import SyntheticReport

__all__ = ["write_synthetic_report"]


def write_synthetic_report(report: SyntheticReport, path: str | Path) -> Path:
    """Write what was measured of a synthetic table as one self-contained HTML file below 1 MB.

    The file holds how values of the training rows are distributed, so only its owner may read it at
    first.

    Parameters
    ----------
    report : SyntheticReport
        What `likely.evaluation.judge_synthetic` returned.
    path : str or Path
        Where to; an old file there is replaced at once or not at all.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    PersistenceError
        If the file cannot be written.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from likely.evaluation import judge_synthetic
    >>> rows = np.random.default_rng(0).normal(size=(180, 2))
    >>> report = judge_synthetic(rows[:60], rows[60:120], rows[120:])
    >>> write_synthetic_report(report, Path(tempfile.mkdtemp()) / "judged.html").name
    'judged.html'
    """
    target = Path(path)
    write_atomic(target, write_page(report).encode("utf-8"))
    return target
