"""Rows of the README about models with a likelihood, from stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Row = tuple[str, str]


def _pixels(stored: dict[str, Any]) -> Iterable[Row]:
    model, floor = stored["rows"]
    where = stored["hardware"].get("graphics")
    spent = f"{model['cpu_s'] / 60:.0f} min of one processor core"
    if where:
        spent = f"{model['fit_s'] / 60:.0f} min of an {where}, shared with other runs"
    yield (
        f"binarised MNIST, test images: exact log-likelihood in nats, {model['model']}, {spent}",
        f"-{model['nll']:.1f}; independent pixels -{floor['nll']:.1f}",
    )


def _density_tables(stored: dict[str, Any]) -> Iterable[Row]:
    rows = {row["method"].removeprefix("likely."): row for row in stored["rows"]}
    parts = [f"{name} {row['mean rank']:.1f}" for name, row in rows.items()]
    better = [
        f"{name} {row['better than the mixture']}"
        for name, row in rows.items()
        if name != "GMM, BIC"
    ]
    yield (
        "10 UCI tables, test log-likelihood: mean rank of five densities",
        "; ".join(parts),
    )
    yield (
        "the same: tables on which it is above that of a Gaussian mixture with full covariances",
        "; ".join(better),
    )


def _binary_tables(stored: dict[str, Any]) -> Iterable[Row]:
    rows = stored["rows"]
    better = sum(row["MADE"] > row["chow_liu"] for row in rows)
    yield (
        f"{len(rows)} binary tables (DEBD): MADE's test log-likelihood above a Chow-Liu tree's",
        f"{better} of {len(rows)}",
    )


def _digits_by_class(stored: dict[str, Any]) -> Iterable[Row]:
    parts = [f"{row['model']} {row['accuracy']:.3f}" for row in stored["rows"]]
    yield "8 x 8 digits told by the likeliest of ten densities: accuracy", "; ".join(parts)


def _shakespeare(stored: dict[str, Any]) -> Iterable[Row]:
    scored = [row for row in stored["rows"] if row["nats_a_character"]]
    of = {row["model"]: row["nats_a_character"] for row in scored}
    where = stored["hardware"].get("graphics")
    gpt = next(row for row in scored if row["model"] == "GPT")
    cores = "one processor core" if stored["hardware"]["threads"] == "1" else "2 processor cores"
    spent = f"{gpt['train_s'] / 60:.0f} min of {'an ' + where if where else cores}"
    yield (
        f"the last tenth of tiny Shakespeare: nats a character, GPT after {spent}",
        f"{of['GPT']:.3f}; 6-grams {of['6-grams, Witten-Bell']:.3f}; bz2 {of['bz2']:.3f}",
    )


def _odd_text(stored: dict[str, Any]) -> Iterable[Row]:
    usual = [row for row in stored["rows"] if row["oddness"] in ("excess", "")]
    parts = [f"{row['model']} {row['all but words']:.3f}" for row in usual]
    yield "foreign lines planted in Shakespeare: AUROC", "; ".join(parts)


def _out_of_distribution(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["learnt"]: row for row in stored["rows"]}
    names = ("states", "likelihood", "ratio", "complexity", "zlib", "PPCA")
    pairs = sum(row["odd"] not in ("", "noise") for row in stored["rows"])
    yield (
        f"images of another set, {pairs} directed pairs of 28 x 28: AUROC, mean and least",
        "; ".join(f"{name} {of['mean'][name]:.3f}, {of['least'][name]:.3f}" for name in names),
    )


def _flow_detection(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["method"]: row for row in stored["rows"]}
    yield (
        f"{stored['tables']} real tables, learnt from normal rows only: AUROC, NeuralSplineFlow",
        f"{of['likely.NeuralSplineFlow, oddness=robust']['auroc']:.3f}; by plain likelihood "
        f"{of['likely.NeuralSplineFlow, oddness=likelihood']['auroc']:.3f}; PyOD's VAE "
        f"{of['pyod.VAE']['auroc']:.3f}",
    )


def _spoken_bits(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["coder"]: row["bits_a_value"] for row in stored["rows"]}
    linear = min(bits for name, bits in of.items() if name.endswith("counted"))
    yield (
        "spoken digits, unseen clips: bits a value of 256 levels",
        f"WaveNet {of['WaveNet']:.2f}; linear prediction {linear:.2f}; xz {of['xz']:.2f}",
    )


def _spoken_drawn(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["what"]: row for row in stored["rows"]}
    yield (
        "digits asked for and drawn by WaveNet, recognised by a classifier of real clips",
        f"{100 * of['drawn at temperature 1.0']['recognised']:.0f} % (chance 10 %, real clips "
        f"{100 * of['real test clips']['recognised']:.0f} %)",
    )


def _spoken_odd(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["judge"]: row["mean"] for row in stored["rows"]}
    spectra = "ConvolutionalAutoencoder of spectrograms"
    yield (
        "wrong clips among spoken digits, mean of 5 kinds: AUROC",
        f"by spectrograms, as folders of sounds are seen, {of[spectra]:.3f}; WaveNet "
        f"{of['WaveNet, states']:.3f}; loudness {of['loudness']:.3f}",
    )


def _energy(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["model"]: row for row in stored["rows"]}
    parts = [
        f"{name} -{of[name]['nll']:.1f} +- {of[name]['error']:.1f}"
        for name in ("RBM", "BernoulliRBM")
    ]
    yield (
        "binarised MNIST, test images: estimated log-likelihood in nats, 3 standard errors",
        f"{parts[0]}; scikit-learn's {parts[1]}",
    )


def _modes(stored: dict[str, Any]) -> Iterable[Row]:
    for shape in ("grid", "ring"):
        of = {row["model"]: row for row in stored["rows"] if row["shape"] == shape}
        yield (
            f"25 groups, {shape}: groups that samples keep, the least of five seeds",
            "; ".join(f"{name} {of[name]['least']}" for name in ("WGAN", "GAN")),
        )


def _image_families(stored: dict[str, Any]) -> Iterable[Row]:
    parts = [
        f"{row['method'].removeprefix('likely.')} {row['frechet / floor']:.3g}, "
        f"{row['coverage']:.2f}"
        for row in stored["rows"]
    ]
    yield (
        "drawn images of clothes after equal time of one core: Frechet distance beside that of "
        "real images from others (1 is ideal), and coverage",
        "; ".join(parts),
    )


def _style_mixing(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["coarse layers"]: row for row in stored["rows"]}
    half = of[(max(of) + 1) // 2]
    yield (
        "StyleGAN, images of two sources: those of the class of the source of the coarse half",
        f"{100 * half['coarse']:.0f} %; of the fine half {100 * half['fine']:.0f} % (chance "
        f"{100 * half['chance']:.0f} %)",
    )


def _big_gan_labels(stored: dict[str, Any]) -> Iterable[Row]:
    yield (
        "BigGAN, images of a class that was asked for: told as it by a classifier of real ones",
        "; ".join(f"{row['images']} {100 * row['right']:.0f} %" for row in stored["rows"]),
    )


def _unpaired_sets(stored: dict[str, Any]) -> Iterable[Row]:
    for sets in dict.fromkeys(row["sets"] for row in stored["rows"]):
        mine = [row for row in stored["rows"] if row["sets"] == sets]
        yield (
            f"unpaired digits, {sets}: class kept there and back by translation",
            "; ".join(
                f"{row['method']} {100 * row['kept there']:.0f} %, {100 * row['kept back']:.0f} %"
                for row in mine
            ),
        )


def _spoken_text(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["what"]: row["recognised"] for row in stored["rows"] if "recognised" in row}
    yield (
        "spoken digits said from text: recognised by a classifier of real clips",
        f"Tacotron {100 * of['spoken by Tacotron']:.0f} %; real clips "
        f"{100 * of['real test clips']:.0f} %",
    )


ASKED = {"captions": "captions never read", "pairs": "pairs never seen together"}


def _text_to_image(stored: dict[str, Any]) -> Iterable[Row]:
    rows = stored["rows"]
    drawn = [row for row in rows if row["scenes"] == "drawn" and row["captions"] == "new"]
    best = max(drawn, key=lambda row: row["objects"])
    real = next(row for row in rows if row["scenes"] == "real" and "objects" in row)
    design = stored["command"].split()[-2]
    yield (
        f"{design}, scenes asked for in words, {ASKED[stored['command'].split()[-1]]}: both things "
        "in their places by a classifier of real scenes, and the light",
        f"{100 * best['objects']:.0f} %, {100 * best['light']:.0f} % at guidance "
        f"{best['guidance']:g}; real scenes {100 * real['objects']:.0f} %, "
        f"{100 * real['light']:.0f} %",
    )


def _diffusion_detection(stored: dict[str, Any]) -> Iterable[Row]:
    parts = [f"{r['odd']} among {r['learnt']} {r['multiscale']:.3f}" for r in stored["rows"]]
    yield (
        f"images of another kind by {stored['model']} after {stored['minutes']:g} min of one core: "
        "AUROC",
        "; ".join(parts),
    )


def _diffusion_repair(stored: dict[str, Any]) -> Iterable[Row]:
    for half in dict.fromkeys(row["missing"] for row in stored["rows"]):
        mine = [row for row in stored["rows"] if row["missing"] == half]
        yield (
            f"clothes whose {half} half is completed: error of a pixel, of 255 levels",
            "; ".join(f"{row['method']} {row['rmse']:.1f}" for row in mine),
        )


def _imputed_tables(stored: dict[str, Any]) -> Iterable[Row]:
    for table in dict.fromkeys(row["table"] for row in stored["rows"]):
        mine = [row for row in stored["rows"] if row["table"] == table]
        yield (
            f"a fifth of the cells of {table}, filled in: error in spreads of the column",
            "; ".join(f"{row['method']} {row['rmse']:.2f}" for row in mine),
        )


def _generated_tables(stored: dict[str, Any]) -> Iterable[Row]:
    parts = [f"{row['method'].removeprefix('likely.')} {row['told']:.3f}" for row in stored["rows"]]
    yield (
        f"drawn rows of {len(stored['tables'])} UCI tables told from real ones by boosted trees: "
        "accuracy, 0.5 is ideal",
        "; ".join(parts),
    )


SUMMARIES: dict[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
    "pixels_MADE_cpu": _pixels,
    "pixels_PixelCNN_cpu": _pixels,
    "pixels_PixelCNN_cuda": _pixels,
    "density_tables": _density_tables,
    "binary_tables": _binary_tables,
    "digits_by_class": _digits_by_class,
    "flow_detection": _flow_detection,
    "out_of_distribution": _out_of_distribution,
    "shakespeare": _shakespeare,
    "shakespeare_cuda": _shakespeare,
    "odd_text": _odd_text,
    "spoken_digits_bits": _spoken_bits,
    "spoken_digits_odd": _spoken_odd,
    "spoken_digits_drawn": _spoken_drawn,
    "energy": _energy,
    "modes": _modes,
    "image_families": _image_families,
    "style_mixing": _style_mixing,
    "big_gan_labels": _big_gan_labels,
    "unpaired_sets": _unpaired_sets,
    "text_to_image_LatentDiffusion_captions": _text_to_image,
    "text_to_image_LatentDiffusion_pairs": _text_to_image,
    "text_to_image_TextCascade_captions": _text_to_image,
    "text_to_image_PriorDecoder_captions": _text_to_image,
    "diffusion_images_detection": _diffusion_detection,
    "diffusion_images_repair": _diffusion_repair,
    "imputed_tables": _imputed_tables,
    "spoken_text": _spoken_text,
    "generated_tables": _generated_tables,
}
