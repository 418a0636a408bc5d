"""Tables of the pages about images, texts, sound, molecules and added rows, from stored results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stored import by_method, figure, measured, result

_SURFACES = (
    "PaDiM()",
    "PatchCore()",
    "ConvolutionalAutoencoder, 64 x 64",
    "pixel components, 150",
    "trivial: standard deviation",
)
_BOARDS = (
    "compare_pair",
    "no further shift of spots",
    "not aligned",
    "trivial: pixels that differ",
)
_REPAIRS = ("diffusion, mean of eight", "diffusion, one", "VAE", "five nearest images",
            "mean image")  # fmt: skip
_LINES = ("code", "prose", "languages", "letters", "words")
_CLIPS = ("reversed", "noise", "tone", "fast", "slow", "mean")
_JUDGES = ("WaveNet, states", "WaveNet, likelihood", "ConvolutionalAutoencoder of spectrograms",
           "loudness", "length")  # fmt: skip
_DRAWN = {"validity": "valid", "uniqueness": "unique", "novelty_to_all": "new",
          "nearest": "nearest", "scaffolds": "scaffolds"}  # fmt: skip


def surfaces_table() -> str:
    """Return one line a method: faults of tiles, by picture and by pixel, and its time."""
    stored = result("surface_inspection")
    of = by_method(stored)
    names = ("AUROC", "AUROC_blowhole", "AUROC_crack", "pixel_AP", "pointing")
    lines = [
        [_said(name), *(figure(of[name], key) for key in names),
         f"{of[name]['milliseconds_a_picture']:g}" if "milliseconds_a_picture" in of[name] else "–"]
        for name in _SURFACES
    ]  # fmt: skip
    heads = ("by", "tiles, AUROC", "blowholes", "cracks", "AP of pixels",
             "map peaks at the fault", "ms a picture")  # fmt: skip
    promised = "; ".join(
        f"{name.removeprefix('promise of 0.01: ')} {of[name]['alarms']:.3f} "
        f"({of[name]['allowed']} is what chance allows)"
        for name in of
        if name.startswith("promise")
    )
    about = f". Share of good tiles reported at `fpr=0.01`: {promised}."
    return measured(heads, lines, stored, about=about)


def boards_table() -> str:
    """Return one line a way to compare: faults of circuit boards that are boxed rightly."""
    stored = result("circuit_boards")
    of = by_method(stored)
    lines = [
        [name, figure(of[name], "F1"), figure(of[name], "precision"), figure(of[name], "recall"),
         of[name]["worst_board"], str(of[name]["milliseconds_a_pair"])]
        for name in _BOARDS
    ]  # fmt: skip
    heads = ("by", "F1", "precision", "recall", "worst board, F1", "ms a pair")
    return measured(heads, lines, stored)


def repairs_table() -> str:
    """Return one line a method: error of the half of a picture that was missing."""
    stored = result("diffusion_images_repair")
    of = {(row["missing"], row["method"]): row["rmse"] for row in stored["rows"]}
    lines = [
        [name, *(f"{of[missing, name]:.1f}" for missing in ("left", "lower"))] for name in _REPAIRS
    ]
    heads = ("error in levels of 256, by", "left half missing", "lower half missing")
    return measured(heads, lines, stored)


def lines_table() -> str:
    """Return one line a model of texts: AUROC of planted lines, by what was planted."""
    stored = result("odd_text")
    lines = [
        [_joined(row["model"], row["oddness"]), *(figure(row, name) for name in _LINES),
         str(row["cpu_s"])]
        for row in stored["rows"]
    ]  # fmt: skip
    heads = ("AUROC", *_LINES[:3], "letters shuffled", "words shuffled", "processor seconds")
    return measured(heads, lines, stored)


def letters_table() -> str:
    """Return one line a model of Shakespeare: nats a character, and what it took."""
    parts = [result(name) for name in ("shakespeare", "shakespeare_cuda")]
    lines = []
    for stored, first in zip(parts, (True, False), strict=True):
        where = stored["hardware"].get("graphics", "one core")
        lines += [
            _letters_line(row, where)
            for row in stored["rows"]
            if row["nats_a_character"] and (first or row["model"] == "GPT")
        ]
    heads = ("by", "nats a character", "weights", "learnt for")
    return measured(heads, lines, *parts)


def clips_table() -> str:
    """Return one line a judge of clips: AUROC by what was done to them."""
    stored = result("spoken_digits_odd")
    of = {row["judge"]: row for row in stored["rows"]}
    lines = [[name, *(figure(of[name], what) for what in _CLIPS)] for name in _JUDGES]
    return measured(("AUROC", *_CLIPS), lines, stored)


def digits_table() -> str:
    """Return one line a speaker: how many clips are heard as the digit that they should be."""
    spoken, drawn = result("spoken_text"), result("spoken_digits_drawn")
    seen: dict[str, Mapping[str, Any]] = {}
    for stored, name in ((spoken, "Tacotron"), (drawn, "WaveNet")):
        for row in stored["rows"]:
            if "recognised" in row and "itself" not in row["what"]:
                what = row["what"].replace("drawn at", f"drawn by {name} at")
                seen.setdefault(what, row)
    lines = [
        [what, f"{100 * row['recognised']:.0f} %", str(row["clips"])] for what, row in seen.items()
    ]
    return measured(("clips", "recognised", "number"), lines, spoken, drawn)


def drawn_molecules_table() -> str:
    """Return one line a generator of molecules: how good what it draws is."""
    stored = result("molecules")
    lines = [[_warmth(row), *(figure(row, name) for name in _DRAWN)] for row in stored["rows"]]
    return measured(("drawn by", *_DRAWN.values()), lines, stored)


def odd_molecules_table() -> str:
    """Return one line a sort of planted molecules: AUROC, beside that of their length."""
    stored = result("molecules_odd")
    lines = [
        [row["planted"], f"{row['auroc']:.3f}", f"{row['auroc_of_length']:.3f}"]
        for row in stored["rows"]
    ]
    return measured(("planted", "AUROC", "by length, trivial"), lines, stored)


def added_rows_table() -> str:
    """Return one line a classifier and method: what rows that are added are worth."""
    stored = result("augmentation")
    lines = [
        [row["classifier"], row["method"], f"{row['auprc']:.3f}",
         f"{row['gain']:+.3f} ± {row['error']:.3f}",
         f"{row['better_than_none']} and {row['worse_than_none']} of {row['tables']}"]
        for row in stored["rows"]
        if "tables" in row and row["method"] != "none"
    ]  # fmt: skip
    heads = ("classifier", "rows by", "average precision", "gain ± standard error",
             "tables better and worse")  # fmt: skip
    return measured(heads, lines, stored)


def added_images_table() -> str:
    """Return one line a method: what images that are drawn are worth to a classifier."""
    stored = result("image_augmentation")
    lines = [
        [row["method"], f"{100 * row['accuracy']:.1f} %",
         f"{100 * row['gain']:+.1f} ± {100 * row['error']:.1f}"]
        for row in stored["rows"]
    ]  # fmt: skip
    heads = ("images added by", "accuracy", "gain ± standard error, points")
    return measured(heads, lines, stored)


def _said(name: str) -> str:
    return f"`{name}`" if name.endswith("()") else name


def _warmth(row: Mapping[str, Any]) -> str:
    warm = f"temperature {row['temperature']:g}" if "temperature" in row else ""
    return _joined(row["model"], warm)


def _joined(name: str, how: str) -> str:
    return f"{name}, {how}" if how else name


def _letters_line(row: Mapping[str, Any], where: str) -> list[str]:
    weights = f"{row['parameters']:,}" if row["parameters"] else "–"
    learnt = f"{row['train_s']:,} s of {where}" if row["train_s"] else "–"
    return [row["model"], f"{row['nats_a_character']:.3f}", weights, learnt]
