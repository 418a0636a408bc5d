"""`likely detect`: find what is unlikely in a file, and say why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit

from likely.cli import finding, groups, options, output, printing
from likely.cli.application import FOUND
from likely.cli.writing import ENDINGS, output_path, table_path, write_table


@click.command("detect")
@click.argument("data")
@options.model_file
@groups.promise
@groups.learning
@click.option(
    "-o",
    "--output",
    "table",
    callback=table_path,
    metavar="FILE",
    help="Write the findings as .csv, .parquet or .jsonl, or all rows to a new folder, as out/.",
)
@click.option(
    "--report", callback=output_path, metavar="FILE", help="Write one self-contained HTML page."
)
@click.option(
    "--show",
    type=click.IntRange(min=0),
    default=10,
    metavar="N",
    help="Show so many rows; 10 by default.",
)
@click.option("--fail-on-findings", is_flag=True, help=f"Exit with {FOUND} if something was found.")
@options.as_json
@options.quiet
def command(
    data: str,
    model: str | None,
    promise: dict[str, Any],
    learning: dict[str, Any],
    table: Path | None,
    report: Path | None,
    show: int,
    fail_on_findings: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find what is unlikely in DATA, and say why.

    Without --model the rows of DATA are judged by what is learnt from the same file, each by a
    model that did not see it.
    """
    found = finding.find(data, model, learning, promise)
    if table is not None and table.suffix.lower() in ENDINGS:
        write_table(found.anomalies(), table)
    elif table is not None:
        found.write(table)
    if report is not None:
        found.report(report)
    written = [str(path) for path in (table, report) if path is not None]
    if as_json:
        rows = finding.entries(found, found.oddest)
        output.print_json({**finding.verdict(found), "oddest": rows, "written": written})
    elif not quiet:
        printing.print_findings(found, show)
        printing.print_written(written)
    if fail_on_findings and found.anomaly.any():
        raise Exit(FOUND)
