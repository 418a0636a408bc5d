"""The networks of Stable Diffusion out of a folder that diffusers wrote, and what each is for.

A folder holds a text reader (CLIP), a U-Net that takes noise off codes, an autoencoder of images,
and a list of how much noise there is at each of a thousand times. That is all that is taken: names
of classes are compared with the few that are known and never imported, weights come from
safetensors files, nothing is asked of a network of computers, and samplers are likely's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

from likely.core import strict_json
from likely.core.errors import (
    DamagedFile,
    MissingDependency,
    PersistenceError,
    UnsupportedFile,
)
from likely.nets import noise
from likely.nets.text_to_image import Pretrained

NEED = "Weights of Stable Diffusion"
"""What needs the extra, in messages."""

_PIPELINE = "StableDiffusionPipeline"
_KNOWN = {
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "text_encoder": ("CLIPTextModel",),
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "safety_checker": ("StableDiffusionSafetyChecker",),
}
_STEMS = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model"}
_SCHEDULE = (
    "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas",
    "rescale_betas_zero_snr",
)  # fmt: skip
_PREDICTS: dict[str, noise.Prediction] = {
    "epsilon": "noise",
    "v_prediction": "velocity",
    "sample": "sample",
}
_WRONG = (ValueError, TypeError, LookupError, RuntimeError, AttributeError)
_MOST_JSON = 1_000_000  # bytes
_MOST_TIMES = 100_001


def read_folder(path: str | os.PathLike[str]) -> Pretrained:
    """Return the networks of a folder that diffusers wrote; no code from it is run.

    Parameters
    ----------
    path : str or path
        The folder, as `StableDiffusionPipeline.save_pretrained` makes it.

    Raises
    ------
    MissingDependency
        If diffusers or transformers is not installed.
    PersistenceError
        If there is no such folder.
    DamagedFile
        If something is missing in it, or cannot be read.
    UnsupportedFile
        If it holds something else, or weights in files that could run code.
    """
    folder = Path(path)
    parts = _stated(folder)
    for package in ("diffusers", "transformers"):
        if find_spec(package) is None:
            raise MissingDependency(NEED, package, "pretrained")
    with _quiet():
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
        from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
        from transformers import CLIPTextModel, CLIPTokenizer

        unet = _network(folder / "unet", UNet2DConditionModel)
        if unet.config.in_channels != unet.config.out_channels:
            raise UnsupportedFile(
                f"{folder} holds a U-Net that sees {unet.config.in_channels} channels and returns "
                f"{unet.config.out_channels}, as those for inpainting do. Take the plain model."
            )
        return Pretrained(
            _loaded(folder / "tokenizer", CLIPTokenizer.from_pretrained, local_files_only=True),
            _network(folder / "text_encoder", CLIPTextModel, attn_implementation="sdpa"),
            unet,
            _network(folder / "vae", AutoencoderKL),
            *_noise(folder),
            *_checker(folder, "safety_checker" in parts),
        )


def _stated(folder: Path) -> set[str]:
    """Return which parts of Stable Diffusion a folder holds, all of them by their known names."""
    if not folder.is_dir():
        raise PersistenceError(f"There is no folder {folder}.")
    if not (folder / "model_index.json").is_file():
        raise UnsupportedFile(
            f"{folder} has no model_index.json, so it is no folder of diffusers. Name one that "
            f"{_PIPELINE}.save_pretrained wrote, or a file that likely saved."
        )
    index = _json(folder / "model_index.json")
    if index.get("_class_name") != _PIPELINE:
        raise UnsupportedFile(
            f"{folder} holds a {str(index.get('_class_name'))[:80]}; {_PIPELINE} is what is read."
        )
    parts = {"scheduler"}
    for part, classes in _KNOWN.items():
        stated = index.get(part)
        named = stated[-1] if isinstance(stated, list) and stated else None
        if named is None and part == "safety_checker":
            continue
        if named not in classes:
            raise UnsupportedFile(
                f"{folder} has {str(named)[:80]} for its {part}; {classes[0]} is what is read."
            )
        parts.add(part)
    if lacking := sorted(part for part in parts if not (folder / part).is_dir()):
        raise DamagedFile(f"{folder} lacks {', '.join(lacking)}. Get the whole folder again.")
    return parts


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file() or path.stat().st_size > _MOST_JSON:
        raise DamagedFile(f"{path} is missing, or no short JSON file. Get the folder again.")
    found = strict_json.parse(path.read_bytes(), str(path))
    if not isinstance(found, dict):
        raise DamagedFile(f"{path} is no JSON object. Get the folder again.")
    return found


def _noise(folder: Path) -> tuple[np.ndarray, noise.Path]:
    """Return noise levels, and what the U-Net foretells; how to draw is left to likely."""
    from diffusers.schedulers.scheduling_ddim import DDIMScheduler

    stated = _json(folder / "scheduler" / "scheduler_config.json")
    predicts = _PREDICTS.get(stated.get("prediction_type", "epsilon"))
    count = stated.get("num_train_timesteps")
    if predicts is None or "beta_schedule" not in stated or count not in range(2, _MOST_TIMES):
        raise UnsupportedFile(
            f"{folder} has a {str(stated.get('_class_name'))[:80]} for its scheduler, which states "
            "no steps of noise such as those of DDPM; flow matching, for one, is not read."
        )

    some = {name: stated[name] for name in _SCHEDULE if name in stated}
    scheduler = _loaded(folder / "scheduler", lambda _: DDIMScheduler(**some))
    shares = scheduler.alphas_cumprod.double().numpy()
    with np.errstate(divide="ignore"):
        levels = np.sqrt((1 - shares) / shares)
    if len(levels) < 2 or not (levels[0] > 0 and (np.diff(levels) > 0).all()):
        raise DamagedFile(f"{folder / 'scheduler'} states noise that does not grow.")
    return noise.learnable(levels), noise.Path("preserving", predicts)


def _network(folder: Path, owner: Any, **settings: Any) -> Any:
    """Return a network with the weights of a folder: all of them, and from safetensors only."""
    if "quantization_config" in _json(folder / "config.json"):
        raise UnsupportedFile(f"{folder} holds rounded weights. Take those of the plain model.")
    if folder.name in _STEMS:
        settings = {**settings, "low_cpu_mem_usage": False, "torch_dtype": torch.float32}
    else:
        settings = {**settings, "dtype": torch.float32}
    network, about = _loaded(
        folder,
        owner.from_pretrained,
        use_safetensors=True,
        variant=_variant(folder, _STEMS.get(folder.name, "model")),
        output_loading_info=True,
        local_files_only=True,
        **settings,
    )
    lacking = sorted([*about["missing_keys"], *map(str, about["mismatched_keys"])])
    if lacking:
        raise DamagedFile(f"{folder} lacks {len(lacking):,} weights, such as {lacking[0]}.")
    return network.eval().requires_grad_(False)


def _variant(folder: Path, stem: str) -> str | None:
    """Return which of several files of weights is there."""
    names = {path.name for path in folder.iterdir()}
    if names & {f"{stem}.safetensors", f"{stem}.safetensors.index.json"}:
        return None
    if f"{stem}.fp16.safetensors" in names:
        return "fp16"
    others = sorted(name for name in names if name.endswith((".bin", ".ckpt", ".pt", ".msgpack")))
    if others:
        raise UnsupportedFile(
            f"{folder} has its weights in {others[0]}, which could run code. Only {stem}."
            "safetensors is read: get the folder with these, or save it again with "
            "safe_serialization=True."
        )
    raise DamagedFile(f"{folder} lacks {stem}.safetensors. Get the whole folder again.")


def _loaded(folder: Path, read: Callable[..., Any], **settings: Any) -> Any:
    """Return what a library reads from a folder; `DamagedFile` if it cannot."""
    from safetensors import SafetensorError

    try:
        return read(folder, **settings)
    except (SafetensorError, OSError, *_WRONG) as error:
        said = str(error).strip().partition("\n")[0][:200]
        raise DamagedFile(f"{folder} cannot be read ({said}). Get the folder again.") from error


def _checker(folder: Path, there: bool) -> tuple[Any, Any]:
    """Return the folder's checker of images and what makes images ready for it, or None twice."""
    if not there:
        return None, None
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPImageProcessor

    checker = _network(folder / "safety_checker", StableDiffusionSafetyChecker)
    looker = CLIPImageProcessor.from_pretrained
    return checker, _loaded(folder / "feature_extractor", looker, local_files_only=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep both libraries from writing what only their own users understand, while they read."""
    from transformers.utils import logging as theirs

    said, shown = theirs.get_verbosity(), theirs.is_progress_bar_enabled()
    theirs.set_verbosity_error()
    theirs.disable_progress_bar()
    try:
        yield
    finally:
        theirs.set_verbosity(said)
        if shown:
            theirs.enable_progress_bar()
