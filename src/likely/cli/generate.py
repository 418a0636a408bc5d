"""`likely generate`: new samples from a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

import likely
from likely.cli import options, output, printing
from likely.cli.writing import ENDINGS, output_path, write_table

_SHOWN = 20


@click.command("generate")
@click.argument("file", metavar="MODEL")
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="How many; 1 by default.",
)
@click.option("--prompt", metavar="TEXT", help="How texts begin.")
@click.option(
    "--length",
    "n_tokens",
    type=click.IntRange(min=0),
    metavar="N",
    help="Continue texts by so many characters; 200 by default behind a prompt.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    metavar="T",
    help="Below 1: likelier characters come more often than learnt.",
)
@click.option(
    "--top-k",
    type=click.IntRange(min=1),
    metavar="K",
    help="Only the K likeliest characters may come.",
)
@click.option(
    "--top-p",
    type=click.FloatRange(min=0, max=1, min_open=True),
    metavar="P",
    help="Only the likeliest characters that together have this probability may come.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Draws other samples.")
@click.option(
    "-o",
    "--output",
    "path",
    callback=output_path,
    metavar="FILE",
    help="Write to .txt (texts), .csv, .parquet or .jsonl (rows), or .npy (arrays).",
)
@options.as_json
@options.quiet
def command(
    file: str,
    count: int,
    prompt: str | None,
    seed: int,
    path: Path | None,
    as_json: bool,
    quiet: bool,
    **drawing: Any,
) -> None:
    """Draw new samples from the model file MODEL: more of what it has learnt."""
    learned = likely.load(file)
    given = {name: value for name, value in drawing.items() if value is not None}
    samples = learned.generate(count, prompt=prompt, seed=seed, **given)
    if learned.unit == "row":
        samples = _as_table(samples)
    if path is not None:
        _write(learned, samples, path)
    elif learned.unit not in ("text", "row"):
        raise click.UsageError(f"{learned.worded('Rows')} go to a file: name it with -o FILE.npy.")
    written = [str(path)] if path is not None else []
    if as_json:
        shown = None if learned.unit not in ("text", "row") else _plain(samples)
        output.print_json({"likely": likely.__version__, "samples": shown, "written": written})
    elif not quiet:
        if path is None:
            _print(samples)
        printing.print_written(written)


def _as_table(samples: Any) -> Any:
    """Return rows as a pyarrow table, also those without names."""
    import numpy as np  # deferred: `--help` loads none of these
    import pyarrow as pa

    if not isinstance(samples, np.ndarray):
        return samples
    return pa.table({f"column_{j}": values for j, values in enumerate(samples.T)})


def _write(learned: likely.Learned, samples: Any, path: Path) -> None:
    """Write samples in the format that the path's ending names."""
    import numpy as np  # deferred: `--help` loads none of these

    allowed = {"text": (".txt",), "row": ENDINGS}.get(learned.unit, (".npy",))
    if path.suffix.lower() not in allowed:
        raise click.UsageError(
            f"{learned.worded('Rows')} go to files that end in {' or '.join(allowed)}; "
            f"{path} does not."
        )
    if learned.unit == "text":
        path.write_text("".join(f"{text}\n" for text in samples), encoding="utf-8")
    elif learned.unit == "row":
        write_table(samples, path)
    else:
        np.save(path, samples, allow_pickle=False)


def _plain(samples: Any) -> list[Any]:
    """Return texts or rows as values that JSON knows."""
    if isinstance(samples, list):
        return samples
    rows = samples.to_pylist()
    return [
        {k: v if isinstance(v, (int, float, str)) or v is None else str(v) for k, v in row.items()}
        for row in rows
    ]


def _print(samples: Any) -> None:
    """Print texts one after the other, or the first rows of a table."""
    if isinstance(samples, list):
        for i, text in enumerate(samples):
            if i:
                output.say("-" * 8)
            for line in text.split("\n"):
                output.say(line)
        return
    rows = [[str(cell) for cell in row.values()] for row in samples.slice(0, _SHOWN).to_pylist()]
    output.table([(name, "left") for name in samples.column_names], rows)
    if len(samples) > _SHOWN:
        output.say(f"{len(samples) - _SHOWN:,} more; -o rows.csv writes all.")
