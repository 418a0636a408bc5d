"""The report: findings as one HTML file that works offline, on a phone, and printed.

From what is found to the file: `view` chooses what is shown; `rows`, `listing`, `surprise` and
`sections` turn it into parts of a page, with the pictures of `plots` and `pairs`; `samples`,
`texts` and `sounds` show samples that are no rows; `page` puts all together below 1 MB in a
`document`, which galleries share. Everything passes through `markup`, which escapes text where it
enters an element.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from likely.core.atomic import write_atomic
from likely.workflow.report.page import write_page
from likely.workflow.report.view import View

if TYPE_CHECKING:
    from likely.workflow.findings import Findings

__all__ = ["write_report"]


def write_report(found: Findings, path: Path) -> Path:
    """Write findings as one self-contained HTML file below 1 MB.

    The file holds values of the rows it shows, so only its owner may read it at first.

    Parameters
    ----------
    found : Findings
        What to show.
    path : Path
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
    >>> import likely, numpy as np, tempfile
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> rows[3] = 50.0
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_report(likely.detect(rows, method="KNN"), folder / "report.html").name
    'report.html'
    """
    write_atomic(path, write_page(View.of(found)).encode("utf-8"))
    return path
