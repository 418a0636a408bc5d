"""`likely impute`: fill what is missing of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click
from click import get_current_context

import likely
from likely.cli import groups, options, output, printing
from likely.cli.gathering import given
from likely.cli.parsing import readable
from likely.cli.writing import table_path, write_table

_LEARNING = ("method", "params", "columns", "ignore", "seed")


@click.command("impute")
@click.argument("data")
@click.option(
    "-o",
    "--output",
    "file",
    callback=table_path,
    metavar="FILE",
    required=True,
    help="Where the rows go: .csv, .parquet or .jsonl.",
)
@click.option(
    "--model",
    metavar="FILE",
    help="Fill by this model file, learnt with --aim generate or both, instead of learning from "
    "DATA.",
)
@groups.choice_of_generator
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="The same seed gives the same result."
)
@options.as_json
@options.quiet
def command(
    data: str,
    file: Path,
    model: str | None,
    generator: dict[str, Any],
    seed: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fill what is missing of rows in DATA with what is to be expected, given what is known.

    Numbers get their mean, all else the likeliest value; cells that are known stay as they are.
    """
    from likely.workflow.impute import fill, learn_and_fill  # deferred: `--help` loads no numpy

    params = generator.pop("params")
    with readable(data) as path:
        if model is None:
            filled = learn_and_fill(path, **generator, seed=seed, params=params)
        else:
            superfluous = given(get_current_context(), _LEARNING)
            if superfluous:
                raise click.UsageError(
                    f"{', '.join(superfluous)} cannot go with --model: the file holds what was "
                    "learnt."
                )
            filled = fill(likely.load(model), path)
        write_table(filled.rows, file)
    if as_json:
        output.print_json(
            {
                "likely": likely.__version__,
                "filled": filled.gaps,
                "left": filled.left,
                "notes": list(filled.notes),
                "written": [str(file)],
            }
        )
    elif not quiet:
        _print(filled.gaps, filled.left)
        printing.print_notes(filled.notes)
        printing.print_written([str(file)])


def _print(gaps: dict[str, int], left: dict[str, int]) -> None:
    """Print how many cells of each column were filled."""
    total = sum(gaps.values()) - sum(left.values())
    if not gaps:
        output.say("Nothing is missing.")
        return
    output.say(f"Filled {total:,} {'cell' if total == 1 else 'cells'}.")
    rows = [(name, f"{count - left.get(name, 0):,}") for name, count in gaps.items()]
    output.table([("column", "left"), ("filled", "right")], rows)
