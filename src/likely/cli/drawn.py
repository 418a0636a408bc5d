"""Where generated samples go: which files there are for which kind, and writing them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

import likely
from likely.cli.writing import ENDINGS, write_table

PAGES = (".html", ".htm")
"""Endings of a page that shows samples."""

_ENDINGS = {
    "text": (".txt",),
    "molecule": (".smi", ".txt"),
    "row": ENDINGS,
    "clip": (".wav",),
    "image": (".npy", ".png", ".gif"),
}
_IN_FOLDERS = ("image", "clip")


def is_gallery(path: Path | None) -> bool:
    """Whether a file is one that shows samples instead of holding them."""
    return path is not None and path.suffix.lower() in (*PAGES, ".png", ".gif")


def unknown_words(learned: likely.Learned, prompt: str | None) -> tuple[str, ...]:
    """Return the words of a prompt that a model that reads captions never learnt."""
    from likely.workflow.generate import unknown_words  # deferred: `--help` loads no numpy

    return unknown_words(learned.model, prompt)


def check(learned: likely.Learned, path: Path | None, count: int) -> None:
    """Raise `UsageError` unless samples of this kind can go there."""
    unit, rows = learned.unit, learned.worded("Rows")
    if path is None:
        if unit in ("text", "molecule", "row"):
            return
        example = {"clip": "FILE.wav", "image": "FILE.png"}.get(unit, "FILE.npy")
        raise click.UsageError(f"{rows} go to a file: name it with -o {example}.")
    if path.suffix == "" or path.is_dir():
        if unit not in _IN_FOLDERS:
            raise click.UsageError(f"{rows} go to one file, not to a folder; {_may_end(unit)}.")
        return
    if path.suffix.lower() not in (*_ENDINGS.get(unit, (".npy",)), *PAGES):
        folder = ", or to a folder, as out/" if unit in _IN_FOLDERS else ""
        raise click.UsageError(
            f"{rows} go to files that end in {_endings(unit)}{folder}; {path} does not."
        )
    if path.suffix.lower() == ".wav" and count > 1:
        raise click.UsageError(
            f"A wav file holds one clip. Name a folder for {count:,} of them, as -o clips/."
        )


def write(learned: likely.Learned, samples: Any, path: Path) -> list[Path]:
    """Write samples in the format that the path's ending names, and return the files."""
    import numpy as np  # deferred: `--help` loads none of these

    from likely.workflow.gallery.files import write_files
    from likely.workflow.report.wave import as_wav

    ending = path.suffix.lower()
    if ending == "":
        return write_files(learned, samples, path)
    if ending == ".wav":
        path.write_bytes(as_wav(samples[0], learned.model.schema_.rate))
    elif learned.unit in ("text", "molecule"):
        path.write_text("".join(f"{text}\n" for text in samples), encoding="utf-8")
    elif learned.unit == "row":
        write_table(samples, path)
    else:
        np.save(path, samples, allow_pickle=False)
    return [path]


def _may_end(unit: str) -> str:
    return f"it ends in {_endings(unit)}"


def _endings(unit: str) -> str:
    return " or ".join((*_ENDINGS.get(unit, (".npy",)), ".html"))
