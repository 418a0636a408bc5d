"""`likely judge`: whether a synthetic table is like the real one, of use, and no copy of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

import likely
from likely.cli import options, output, printing
from likely.cli.application import NOT_PASSED
from likely.cli.parsing import readable
from likely.cli.writing import output_path

if TYPE_CHECKING:
    from likely.evaluation import SyntheticReport


@click.command("judge")
@click.argument("data", metavar="SYNTHETIC")
@click.option(
    "--train", required=True, metavar="FILE", help="The rows that the generator has learnt from."
)
@click.option(
    "--holdout", required=True, metavar="FILE", help="Real rows that it has not learnt from."
)
@click.option(
    "--target",
    metavar="COLUMN",
    help="Also say how well a model predicts this column after learning from synthetic rows.",
)
@click.option(
    "--report", callback=output_path, metavar="FILE", help="Write one self-contained HTML page."
)
@click.option(
    "--max-copies",
    type=click.FloatRange(min=0, max=1),
    metavar="SHARE",
    help=f"Exit with {NOT_PASSED} if a larger share of the rows are copies of training rows.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of draws and trees.")
@options.as_json
@options.quiet
def command(
    data: str,
    train: str,
    holdout: str,
    target: str | None,
    report: Path | None,
    max_copies: float | None,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Judge the synthetic rows of SYNTHETIC beside real ones: likeness, use, privacy.

    Every figure stands beside that of real rows held out: what a perfect generator would have.
    """
    from likely.evaluation import judge_synthetic  # deferred: `--help` loads none of these

    with readable(data) as path:
        judged = judge_synthetic(path, train, holdout, target, seed=seed)
    gate = judged.passes(max_copies)
    written = []
    if report is not None:
        from likely.workflow.judgement import write_synthetic_report

        written.append(str(write_synthetic_report(judged, report)))
    if as_json:
        passed = {"passed": gate.passed, "reason": gate.reason, "max_copies": max_copies}
        told = {"likely": likely.__version__, **judged.to_json(), "gate": passed}
        output.print_json({**told, "written": written})
    elif not quiet:
        _print(judged)
        output.say("")
        output.say(str(gate), style="bold")
        printing.print_notes(judged.notes)
        printing.print_written(written)
    if max_copies is not None and not gate:
        raise Exit(NOT_PASSED)


def _print(judged: SyntheticReport) -> None:
    """Print one row a measure, and what gives the rows away."""
    made, learnt, apart = judged.rows
    title = f"{made:,} synthetic rows beside {learnt:,} training rows and {apart:,} held out"
    output.say(title, style="bold")
    output.say("")
    heads = (("measure", "left"), ("synthetic", "right"), ("95 % interval", "right"),
             ("real", "right"), ("unit", "left"), ("ideal", "left"))  # fmt: skip
    rows = [
        (m.name, m.write(m.synthetic), m.interval, m.write(m.real), m.unit, m.ideal)
        for m in judged.measures
    ]
    output.table(heads, rows)
    output.say("")
    if judged.transfer is not None:
        output.say(str(judged.transfer))
    output.say(str(judged.synthetic.give_aways))
    if judged.synthetic.strange.reasons:
        output.say(str(judged.synthetic.strange))
