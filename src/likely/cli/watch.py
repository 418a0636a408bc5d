"""`likely watch`: judge one series, or several, as they go on, and say what becomes certain."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import rich_click as click

import likely
from likely.cli import options, output
from likely.cli.gathering import Command, Decorator, gathered
from likely.cli.writing import output_path

if TYPE_CHECKING:
    from likely.workflow.over_time.alert import Alert
    from likely.workflow.over_time.lines import Lines
    from likely.workflow.over_time.stream import Stream
    from likely.workflow.over_time.streams import Streams

_BLOCK = 1 << 20
_SAVE_EVERY = 1.0  # seconds, while nothing is told

_RULES: dict[str, Decorator] = {
    "alerts": click.option(
        "--alerts",
        metavar="N/UNIT",
        help="At most so many false alarms, such as 1/week; 1/day by default.",
    ),
    "fpr": click.option(
        "--fpr",
        type=float,
        metavar="SHARE",
        help="Instead: at most this share of ordinary stretches has an alarm; needs no clock.",
    ),
    "direction": click.option(
        "--direction",
        type=click.Choice(["up", "down", "both"]),
        default="both",
        help="Tell only events that go this way.",
    ),
    "least_change": click.option(
        "--least-change",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="X",
        help="Tell only events whose first channel is so far, in its own unit, from what was to "
        "be expected.",
    ),
    "cool_down": click.option(
        "--cool-down",
        default="",
        metavar="TIME",
        help="Tell nothing new for so long after an event, such as 1h or '20 steps'.",
    ),
    "calm": click.option(
        "--calm",
        multiple=True,
        metavar="WHEN",
        help="Tell nothing then, by the clock on the wall: 2024-12-24/2024-12-27, Sunday, "
        "02:00-04:00 or 'Sunday 02:00-04:00'; repeatable.",
    ),
    "rebase": click.option(
        "--rebase",
        default="",
        metavar="TIME",
        help="An event that lasts longer, such as '1 day', is the new normal: learn anew from it.",
    ),
}


def _rules(command: Command) -> Command:
    """Add the options that say what is told, as `rules`."""
    return gathered(command, "rules", _RULES)


@click.command("watch")
@click.argument("data", metavar="FILE")
@click.option(
    "--model", required=True, metavar="FILE", help="What was learnt, from `likely learn`."
)
@_rules
@click.option(
    "--state",
    callback=output_path,
    metavar="FILE",
    help="Keep here how far FILE was read, and go on from there after a stop of any kind.",
)
@click.option(
    "-o",
    "--output",
    "alerts_file",
    callback=output_path,
    metavar="FILE",
    help="Append alerts to this file, one JSON object a line; with --state each exactly once.",
)
@click.option("--follow", is_flag=True, help="Wait for FILE to grow, until stopped by Ctrl-C.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.01),
    default=1.0,
    metavar="SECONDS",
    help="Look so often whether FILE has grown; 1 by default.",
)
@click.option("--skip-bad", is_flag=True, help="Leave lines out that cannot be read; count them.")
@click.option("--json", "as_json", is_flag=True, help="Print alerts as JSON, one a line.")
@options.quiet
def command(
    data: str,
    model: str,
    rules: dict[str, Any],
    state: Path | None,
    alerts_file: Path | None,
    follow: bool,
    poll: float,
    skip_bad: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Judge the moments of one series, or of several, as they come in FILE; tell what is odd.

    FILE holds one JSON object a line, or CSV behind a line of names; `-` is standard input. An
    alert is printed as soon as it is certain: when an event begins, when it has ended, and when
    the promise no longer holds. What was learnt with --group is watched together: each line says
    whose it is. Without --state, the end of FILE is the end of the series.
    """
    if data == "-" and (state is not None or follow):
        raise click.UsageError("Standard input cannot be read again: no --state and no --follow.")
    watch = _Watch(likely.load(model), data, rules, state, skip_bad)
    with nullcontext() if alerts_file is None else alerts_file.open("ab") as file:
        watch.begin(file, as_json, quiet)
        for block, last in _blocks(data, watch.offset, poll if follow else None):
            watch.take(block, last=last and state is None)
        watch.end(over=state is None)


def _blocks(data: str, offset: int, poll: float | None) -> Iterator[tuple[bytes, bool]]:
    """Yield what is in a file from a place on, and whether it is the last; wait for more."""
    if data == "-":
        yield from _to_the_end(sys.stdin.buffer)
        return
    with Path(data).open("rb") as file:
        file.seek(offset)
        if poll is None:
            yield from _to_the_end(file)
            return
        while True:
            block = file.read(_BLOCK)
            if block:
                offset += len(block)
            elif Path(data).stat().st_size < offset:
                raise likely.DataError(f"{data} has become shorter: it was cut or replaced.")
            else:
                yield b"", False
                time.sleep(poll)
                continue
            yield block, False


def _to_the_end(file: Any) -> Iterator[tuple[bytes, bool]]:
    while block := file.read1(_BLOCK):
        yield block, False
    yield b"", True


class _Watch:
    """A stream, the file that it reads, the alerts that it writes, and the state of all three."""

    def __init__(
        self,
        learned: likely.Learned,
        data: str,
        rules: dict[str, Any],
        state: Path | None,
        skip_bad: bool,
    ) -> None:
        from likely.workflow.over_time.lines import Lines  # deferred: `--help` loads no numpy

        self._stream: Stream | Streams = learned.stream(**{**rules, "calm": list(rules["calm"])})
        self._state, self._data = state, data
        self.offset, self._told = 0, 0
        facts = self._resumed(learned) if state is not None and state.exists() else {}
        self._lines: Lines = Lines(self._stream, data, skip_bad=skip_bad)
        self._lines.count, self._lines.skipped = facts.get("lines", 0), facts.get("skipped", 0)
        if facts.get("header"):
            self._lines.name_columns(facts["header"])
        self.offset, self._told = facts.get("offset", 0), facts.get("told", 0)
        self._written: int | None = facts.get("written")
        self._rest = b""
        self._check_input()

    def begin(self, file: BinaryIO | None, as_json: bool, quiet: bool) -> None:
        """Take where alerts go and how they are printed; what a state does not know is cut off."""
        self._file, self._as_json, self._quiet = file, as_json, quiet
        if file is not None and self._written is not None:
            if file.seek(0, os.SEEK_END) < self._written:
                raise likely.DataError(
                    f"{file.name} is shorter than the state says: it was cut or replaced. Delete "
                    "the state to begin anew."
                )
            file.truncate(self._written)
        self._save()

    def _resumed(self, learned: likely.Learned) -> dict[str, Any]:
        fresh = self._stream.options
        self._stream, facts = self._stream.load(learned, self._state or "")
        if self._stream.options != fresh:
            changed = [name for name, value in fresh.items() if self._stream.options[name] != value]
            raise click.UsageError(
                f"{self._state} was made with another {' and '.join(changed)}. Give the same, or "
                "delete it to begin anew."
            )
        return facts

    def _check_input(self) -> None:
        """Raise an error if the file is not the one that was read before."""
        if not self.offset:
            return
        path = Path(self._data)
        with path.open("rb") as file:
            first = file.readline().decode("utf-8-sig", "replace").strip("\r\n")
        another = self._lines.header and first != self._lines.header
        if another or path.stat().st_size < self.offset:
            raise likely.DataError(
                f"{self._data} is not the file that {self._state} is about: it was cut or "
                "replaced. Delete the state to begin anew."
            )

    def take(self, block: bytes, *, last: bool) -> None:
        """Judge what is in complete lines; the rest waits, unless it is the last."""
        whole, newline, self._rest = (self._rest + block).rpartition(b"\n")
        lines = whole.split(b"\n") if newline else []
        if last and self._rest:
            lines.append(self._rest)
            self._rest = b""
        found: list[Alert] = []
        if lines:
            self.offset += len(whole) + len(newline)
            table = self._lines.table(lines)
            found = [] if table is None else self._stream.push(table)
        self._tell(found)
        due = time.monotonic() - self._saved_at >= _SAVE_EVERY and self.offset != self._saved_offset
        if found or due:
            self._save()

    def end(self, *, over: bool) -> None:
        """Tell what is left, and how much was read."""
        if over:
            self._tell(self._stream.finish())
        self._save()
        if self._quiet or self._as_json:
            return
        stream, lines = self._stream, self._lines
        said = [
            f"{self._told:,} {'alert' if self._told == 1 else 'alerts'} in {lines.count:,} lines."
        ]
        waits = stream.undecided
        counts = {
            "wait for later ones to be judged": waits,
            "came behind a later one and were left out": stream.late,
            "had no time and were left out": stream.timeless,
            "did not say whose they are and were left out": stream.nameless,
            "could not be read and were left out": lines.skipped,
        }
        said += [f"{count:,} {what}." for what, count in counts.items() if count]
        output.say(" ".join(said), style="bold")

    def _tell(self, found: list[Alert]) -> None:
        self._told += len(found)
        written = [json.dumps(alert.told(), allow_nan=False) for alert in found]
        if self._file is not None and found:
            self._file.write(("\n".join(written) + "\n").encode())
        if self._quiet:
            return
        for alert, text in zip(found, written, strict=True):
            click.echo(text if self._as_json else output.printable(_in_words(alert)))

    def _save(self) -> None:
        """Write the state; alerts are on the disk before it says so."""
        self._saved_at, self._saved_offset = time.monotonic(), self.offset
        written = None
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            written = self._file.seek(0, os.SEEK_END)
        if self._state is not None:
            self._stream.save(
                self._state,
                offset=self.offset,
                lines=self._lines.count,
                skipped=self._lines.skipped,
                header=self._lines.header,
                told=self._told,
                written=written,
            )


def _in_words(alert: Alert) -> str:
    if alert.kind == "ended" and alert.event is not None:
        event = alert.event
        return f"{event.title}: {event.kind}, {event.lasts}. {alert.sentence}"
    return f"{alert.at}: {alert.sentence}"
