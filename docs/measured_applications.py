"""Tables of the pages about applications, from stored results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stored import by_method, figure, measured, result

_SORTS = {"amount": "amount jumps", "hour": "odd hour", "testing": "card tested", "all": "all"}
_BEATS = {
    "conv": "`ConvolutionalAutoencoder`",
    "gru": "`RecurrentAutoencoder`",
    "pca": "principal components",
    "knn": "nearest known beat",
    "range": "range of the beat, trivial",
}
_CHESTS = (
    "PaDiM()",
    "PatchCore()",
    "ConvolutionalAutoencoder(kind='image')",
    "DDPM(budget='600 steps')",
    "trivial: minus standard deviation",
    "trivial: largest pixel z",
)
_BEARINGS = {
    "spectra": "`ConvolutionalAutoencoder` of spectra",
    "windows": "`ConvolutionalAutoencoder` of windows",
    "pca": "principal components of spectra",
    "rms": "loudness, trivial",
    "kurtosis": "kurtosis, trivial",
}
_PLANTS = {"tep": "chemical plant", "skab": "water rig", "smap": "spacecraft, SMAP",
           "msl": "spacecraft, MSL"}  # fmt: skip

_ATTACKS = ("denial of service", "probe", "remote access", "user to root")
_WATCHES = ("likely.auto", "likely.VAE", "likely.PCA", "likely.IsolationForest", "likely.KNN",
            "pyod.GMM", "pyod.IForest", "pyod.KNN", "pyod.ECOD")  # fmt: skip
_VISITS = ("bot", "blind buyer", "lost", "impossible machine", "wrong season")
_BUYERS = ("genre", "ten times", "countries")


def fraud_table() -> str:
    """Return one line a method and budget: the share of frauds found, by sort."""
    stored = result("card_fraud")
    heads = ("alerts a day", "by", *_SORTS.values(), "false alerts a day")
    about = f"; mean ± standard deviation over {stored['seeds']} seeds."
    return measured(heads, map(_fraud_line, stored["rows"]), stored, about=about)


def hearts_table() -> str:
    """Return one line a method: AUROC of abnormal beats."""
    stored = result("ecg")
    means = [row for row in stored["rows"] if row["class"] == "mean"]
    heads = ("AUROC", *(row["data"] for row in means))
    return measured(heads, _across(means, _BEATS), stored)


def alarms_table() -> str:
    """Return one line a patient: abnormal beats found, and false alarms beside those promised."""
    stored = result("ecg")
    of = {
        (row["data"], row["learnt"]): row
        for row in stored["rows"]
        if row["class"] == "all" and "promised" in row
    }
    lines = [
        [name, *(text for learnt in ("early", "others") for text in _alarms(of[name, learnt])),
         f"{of[name, 'early']['promised']:.0f}"]
        for name in dict.fromkeys(data for data, _ in of)
    ]  # fmt: skip
    heads = ("record", "own beats learnt: found", "false an hour", "others' beats learnt: found",
             "false an hour", "false an hour promised")  # fmt: skip
    about = f", at `fpr={stored['level']:g}`."
    return measured(heads, lines, stored, about=about)


def chests_table() -> str:
    """Return one line a method: pneumonia, and where planted lesions are."""
    stored = result("chest_xray")
    of = by_method(stored)
    lines = [
        [name if "trivial" in name else f"`{name}`", figure(of[name], "AUROC"),
         figure(of[name], "pixel_AP"), figure(of[name], "pointing")]
        for name in _CHESTS
    ]  # fmt: skip
    heads = ("by", "pneumonia, AUROC", "lesion, AP of pixels", "map peaks at the lesion")
    return measured(heads, lines, stored)


def bearings_table() -> str:
    """Return one line a method: AUROC of faulty bearings, as they are and at equal loudness."""
    stored = result("vibration")
    means = [row for row in stored["rows"] if row["fault"] == "mean"]
    heads = ("AUROC", *(f"loudness {row['loudness']}" for row in means))
    return measured(heads, _across(means, _BEARINGS), stored)


def plants_table() -> str:
    """Return one line a plant: events found by auto, false alarms and delay."""
    stored = result("sensors")
    of = {row["family"]: row for row in stored["rows"] if row["method"] == "auto"}
    lines = [
        [said, f"{of[name]['found']} of {of[name]['events']}",
         f"{of[name]['false a 1,000 steps']:.2f}", f"{of[name]['delay, steps']:g}",
         f"{100 * of[name]['flagged']:.0f} %", f"{of[name]['withdrawn']} of {of[name]['series']}"]
        for name, said in _PLANTS.items()
    ]  # fmt: skip
    heads = ("series", "events found", "false in 1,000 steps", "delay in steps", "steps flagged",
             "promise withdrawn")  # fmt: skip
    return measured(heads, lines, stored)


def intrusion_table() -> str:
    """Return one line a method: how attacks are ranked, by kind, and what is reported."""
    stored = result("intrusion")
    of = by_method(stored)
    lines = [
        [f"`{name}`", figure(of[name], "auroc"), figure(of[name], "auroc new"),
         *(figure(of[name], f"auroc {kind}") for kind in _ATTACKS),
         f"{100 * of[name]['found']:.0f} %", f"{100 * of[name]['false_alarms']:.1f} %"]
        for name in _WATCHES
    ]  # fmt: skip
    heads = ("AUROC", "all attacks", "of unknown name", *_ATTACKS, "found at 1 %", "false alarms")
    return measured(heads, lines, stored)


def customers_table() -> str:
    """Return one line a method: planted visits, and the rank of planted customers."""
    stored = result("customers")
    visits, buyers = ({row["method"]: row for row in stored["rows"] if row["part"] == part}
                      for part in ("visits", "customers"))  # fmt: skip
    lines = [
        [f"`{name}`", *(figure(row, kind) for kind in (*_VISITS, "mean")),
         *(f"{buyers[name][f'{kind}, rank']:g}" if name in buyers else "–" for kind in _BUYERS)]
        for name, row in visits.items()
    ]  # fmt: skip
    some = next(iter(buyers.values()))
    heads = ("visits, AUROC", *_VISITS, "mean", *(f"rank of {some['customers']}: {kind}"
                                                  for kind in _BUYERS))  # fmt: skip
    return measured(heads, lines, stored)


def _across(rows: list[dict[str, Any]], methods: dict[str, str]) -> list[list[str]]:
    """Return a line a method: its figures in all rows."""
    return [[said, *(figure(row, name) for row in rows)] for name, said in methods.items()]


def _alarms(row: Mapping[str, Any]) -> list[str]:
    return [f"{100 * row['found']:.0f} % of {row['beats']}", f"{row['false_an_hour']:.0f}"]


def _fraud_line(row: dict[str, Any]) -> list[str]:
    shares = [f"{100 * row[name]:.0f} ± {100 * row[f'{name}, sd']:.0f} %" for name in _SORTS]
    name = "false alerts a day"
    false = f"{row[name]:.1f} ± {row[f'{name}, sd']:.1f}" if name in row else ""
    return [str(row["alerts a day"]), row["method"], *shares, false]
