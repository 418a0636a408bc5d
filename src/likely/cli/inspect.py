"""`likely inspect`: say what is in a model file."""

from __future__ import annotations

from typing import Any

import rich_click as click

import likely
from likely.cli import options, output, printing

_WORDS = 20  # that are shown


@click.command("inspect")
@click.argument("file")
@options.as_json
def command(file: str, as_json: bool) -> None:
    """Say what is in the model FILE, without building the model."""
    found = likely.inspect(file)
    if as_json:
        output.print_json(found)
        return
    output.say(
        f"{found['path']}: {found['kind']}, format {found['format']}, {found['bytes']:,} bytes, "
        f"digest {found['digest']}",
        style="bold",
    )
    output.bullets(f"{name}: {value}" for name, value in found["provenance"].items())
    for model in found["models"]:
        _print_model(model)
    output.say("")
    output.say("Arrays", style="bold")
    output.table(
        (("name", "left"), ("type", "left"), ("shape", "right"), ("bytes", "right")),
        [
            (t["name"], t["dtype"], " × ".join(map(str, t["shape"])), f"{t['bytes']:,}")
            for t in found["tensors"]
        ],
    )


def _print_model(model: dict[str, Any]) -> None:
    settings = ", ".join(f"{name}={value!r}" for name, value in model["params"].items())
    output.say("")
    output.say(f"{model['where']}: {model['class']}", style="bold")
    if settings:
        output.say(settings)
    form = model["form"]
    if form is not None:
        output.say(f"Looks at {form['kind']} samples: {printing.size(**form)}")
    tokens = model["tokens"]
    if tokens is not None and tokens["kind"] in ("text", "molecule"):
        whole = "lines" if tokens["lines"] else "texts"
        output.say(
            f"Looks at {whole}, {tokens['unit']} by {tokens['unit']}; the longest has "
            f"{tokens['longest'] - 1:,}"
        )
    elif tokens is not None:
        seconds = (tokens["longest"] - 1) / max(1, tokens["rate"])
        output.say(
            f"Looks at clips of sound, {tokens['rate']:,} values a second; the longest has "
            f"{seconds:.2f} s"
        )
    captions = model["captions"]
    if captions is not None:
        words = captions["words"]
        output.say(
            f"Reads captions of up to {captions['longest']:,} words; it knows {len(words):,}: "
            f"{', '.join(words[:_WORDS])}{' ...' if len(words) > _WORDS else ''}"
        )
    for columns, what in ((model["columns"], "column"), (model["conditions"], "condition")):
        if columns:
            output.table(
                ((what, "left"), ("kind", "left"), ("type", "left"), ("set aside", "left")),
                [
                    [str(column.get(key, "")) for key in ("name", "kind", "dtype", "set_aside")]
                    for column in columns
                ],
            )
