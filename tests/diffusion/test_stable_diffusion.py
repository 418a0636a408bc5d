"""Weights from a folder of diffusers, on a tiny pipeline with random weights made on the spot."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

import likely
from likely.cli import application
from likely.core.errors import (
    CannotDo,
    DamagedFile,
    DataError,
    MissingDependency,
    ParameterError,
    PersistenceError,
    UnsupportedFile,
)
from likely.diffusion import StableDiffusion

diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")

WORDS = ("a", "dark", "boot", "bag", "above")
LONGEST = 12
NOISE = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
HIDDEN = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
SMALL = {**HIDDEN, "num_attention_heads": 2}


def _tokenizer() -> Any:
    letters = sorted(set("".join(WORDS)))
    vocabulary, merges = [*letters, *[f"{letter}</w>" for letter in letters]], []
    for word in WORDS:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            merges.append((parts[0], parts[1]))
            parts = [parts[0] + parts[1], *parts[2:]]
            vocabulary.append(parts[0])
    places = {token: i for i, token in enumerate([*vocabulary, "<|startoftext|>", "<|endoftext|>"])}
    return transformers.CLIPTokenizer(places, merges, model_max_length=LONGEST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny"
    tokenizer = _tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = diffusers.UNet2DConditionModel(
            sample_size=4,
            block_out_channels=(8,),
            layers_per_block=1,
            cross_attention_dim=16,
            attention_head_dim=4,
            down_block_types=("CrossAttnDownBlock2D",),
            up_block_types=("CrossAttnUpBlock2D",),
            norm_num_groups=4,
        )
        vae = diffusers.AutoencoderKL(
            block_out_channels=(8, 8),
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            norm_num_groups=4,
            scaling_factor=3.0,
        )
        reader = transformers.CLIPTextModel(
            transformers.CLIPTextConfig(
                **SMALL,
                vocab_size=len(tokenizer),
                max_position_embeddings=LONGEST,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        for name, weight in unet.named_parameters():
            if "attn2" in name and weight.ndim == 2:  # or else hardly anything hangs on the prompt
                torch.nn.init.normal_(weight, std=0.5)
        torch.nn.init.normal_(reader.get_input_embeddings().weight)
    scheduler = diffusers.PNDMScheduler(**NOISE, steps_offset=1, skip_prk_steps=True)
    pipeline = diffusers.StableDiffusionPipeline(
        vae, reader, tokenizer, unet, scheduler, None, None, requires_safety_checker=False
    )
    transformers.utils.logging.disable_progress_bar()
    pipeline.save_pretrained(path)
    transformers.utils.logging.enable_progress_bar()
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> StableDiffusion:
    return StableDiffusion(str(folder), sampling_steps=2)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copied"))


def _changed(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_seed_draws_the_same_images_and_a_prompt_others(model: StableDiffusion) -> None:
    drawn = model.sample(2, seed=0, condition="a dark boot")
    assert (drawn.shape, drawn.dtype) == ((2, 8, 8, 3), np.uint8)
    np.testing.assert_array_equal(drawn, model.sample(2, seed=0, condition=["a dark boot"] * 2))
    for seed, condition in ((1, "a dark boot"), (0, "a bag"), (0, None)):
        assert (drawn != model.sample(2, seed=seed, condition=condition)).mean() > 0.3
    mixed = model.sample(2, seed=0, condition=["a dark boot", "a bag"])
    assert np.abs(drawn[0].astype(int) - mixed[0]).max() <= 1  # rows do not see one another
    assert (drawn[1] != mixed[1]).any()


def test_guidance_steers(folder: Path) -> None:
    one, five = (
        StableDiffusion(str(folder), guidance=g, sampling_steps=2).sample(1, 0, "a dark boot")
        for g in (1, 5)
    )
    assert (one != five).mean() > 0.3


@pytest.mark.parametrize(("predicts", "negative"), [("epsilon", ""), ("v_prediction", "a bag")])
def test_steps_of_ddim_are_those_of_diffusers_own_pipeline(
    copied: Path, predicts: str, negative: str
) -> None:
    _changed(copied / "scheduler" / "scheduler_config.json", prediction_type=predicts)
    model = StableDiffusion(str(copied), 5, negative, sampler="ddim", sampling_steps=10)
    found = model._sample_given(2, model._given("a dark boot", 2), np.random.default_rng(0))
    parts = model._parts
    scheduler = diffusers.DDIMScheduler(
        **NOISE,
        prediction_type=predicts,
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,
    )
    theirs = diffusers.StableDiffusionPipeline(
        parts.vae, parts.text_encoder, parts.tokenizer, parts.unet, scheduler, None, None,
        requires_safety_checker=False,
    )  # fmt: skip
    theirs.set_progress_bar_config(disable=True)
    latents = np.random.default_rng(0).standard_normal((2, 4, 4, 4))
    expected = theirs(
        ["a dark boot"] * 2,
        negative_prompt=[negative] * 2,
        latents=torch.from_numpy(latents).float(),
        guidance_scale=5.0,
        num_inference_steps=10,
        output_type="np",
    ).images
    assert expected.std() > 0.05
    np.testing.assert_allclose(found.transpose(0, 2, 3, 1), expected, atol=1e-5)


@pytest.mark.parametrize("sampler", ["ancestral", "dpm_solver", "heun"])
def test_every_sampler_of_the_house_draws(model: StableDiffusion, sampler: Any) -> None:
    every = model.get_params()
    try:
        drawn, other = (
            model.set_params(sampler=one, sampling_steps=4).sample(1, seed=0, condition="a bag")
            for one in (sampler, "ddim")
        )
    finally:
        model.set_params(**every)
    assert (drawn != other).any()


def test_images_are_changed_as_far_as_asked(model: StableDiffusion) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    back = model.reconstruct(images).astype(int)
    assert back.shape == images.shape
    np.testing.assert_array_equal(back, model.decode(model.encode(images)))
    every = model.get_params()
    try:
        model.set_params(sampling_steps=8)
        little, much = (
            np.abs(model.vary(images, strength, 0, "a bag").astype(int) - back).mean()
            for strength in (0.05, 1.0)
        )
    finally:
        model.set_params(**every)
    assert little < 0.9 * much
    with pytest.raises(ParameterError, match="strength"):
        model.vary(images, 0.0)


def test_what_is_known_stays(model: StableDiffusion) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    known = np.zeros((8, 8), bool)
    known[:4] = True
    found = model.complete(images, known, seed=0, condition="a bag")
    np.testing.assert_array_equal(found[:, :4], images[:, :4])
    others = np.where(known[..., None], images, 0)  # what is not known is not looked at
    np.testing.assert_array_equal(found, model.complete(others, known, 0, "a bag"))
    moved = model.complete(255 - images, known, seed=0, condition="a bag")
    assert (moved[:, 4:] != found[:, 4:]).any()  # and what is known is
    with pytest.raises(DataError, match="known must be"):
        model.complete(images, known[:3])


def test_texts_fit_images_in_nats(model: StableDiffusion) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    told = model.match(images, ["a dark boot", "a bag"])
    assert told.shape == (2,)
    assert np.isfinite(told).all()
    assert (told != model.match(images, "a bag above a boot")).all()
    np.testing.assert_allclose(model.match(images, ""), 0, atol=1e-6)  # as good as none


def test_the_command_line_and_the_page_draw(folder: Path, tmp_path: Path) -> None:
    grid, page = tmp_path / "grid.png", tmp_path / "gallery.html"
    said = ["generate", folder, "--prompt", "a dark boot", "--guidance", "7.5", "-n", "4"]
    result = CliRunner().invoke(application, [*map(str, said), "-o", str(grid)])
    assert result.exit_code == 0, result.output
    assert grid.read_bytes()[:4] == b"\x89PNG"
    learned = likely.load(folder)
    learned.model.set_params(sampling_steps=1)
    learned.gallery(page, 2, prompt="a dark boot", guidance=3.0)
    text = page.read_text(encoding="utf-8")
    for shown in ("StableDiffusion", "a dark boot", "More and less guided"):
        assert shown in text
    assert learned.model.guidance == 7.5


def test_what_it_cannot_do_it_says(model: StableDiffusion, folder: Path, tmp_path: Path) -> None:
    learned, images = likely.load(folder), np.zeros((2, 8, 8, 3), np.uint8)
    learned.model.set_params(sampling_steps=1)
    with pytest.raises(CannotDo, match="does not judge"):
        learned.score_samples(images)
    with pytest.raises(CannotDo, match="is not fitted"):
        model.fit(images)
    with pytest.raises(CannotDo, match="no file could name it"):
        learned.save(tmp_path / "m.likely")
    with pytest.raises(ParameterError, match="prompt="):
        learned.generate(1)
    with pytest.raises(DataError, match=r"has 12 tokens, and at most 10"):
        model.sample(1, condition="boot " * 12)
    with pytest.raises(DataError, match="no text"):
        model.sample(1, condition=[3])
    with pytest.raises(DataError, match="2 prompts for 3 images"):
        model.sample(3, condition=["a", "bag"])
    with pytest.raises(ParameterError, match="multiple of 2"):
        StableDiffusion(str(folder), size=9)
    assert StableDiffusion(str(folder), size=12, sampling_steps=1).sample(1).shape == (1, 12, 12, 3)


def test_names_of_older_versions_and_halves_are_read(model: StableDiffusion, copied: Path) -> None:
    reader = copied / "text_encoder" / "model.safetensors"
    old = {f"text_model.{name}": weight for name, weight in load_file(reader).items()}
    places = torch.arange(LONGEST)[None]
    save_file(old | {"text_model.embeddings.position_ids": places}, reader, {"format": "pt"})
    for part in ("unet", "vae"):
        path = copied / part / "diffusion_pytorch_model.safetensors"
        halves = {_as_once(name, part): one.half() for name, one in load_file(path).items()}
        path.unlink()
        save_file(halves, path.with_suffix(".fp16.safetensors"), {"format": "pt"})
    read = StableDiffusion(str(copied), sampling_steps=2)
    drawn, expected = (one.sample(2, seed=0, condition="a bag") for one in (read, model))
    assert np.abs(drawn.astype(int) - expected).max() <= 4


def _as_once(name: str, part: str) -> str:
    """Return what diffusers called a weight of the autoencoder before version 0.17."""
    once = {"to_q.": "query.", "to_k.": "key.", "to_v.": "value.", "to_out.0.": "proj_attn."}
    for new, old in once.items() if part == "vae" else ():
        name = name.replace(new, old)
    return name


def _no_index(folder: Path) -> None:
    (folder / "model_index.json").unlink()


def _another_pipeline(folder: Path) -> None:
    _changed(folder / "model_index.json", _class_name="StableDiffusionXLPipeline")


def _own_code(folder: Path) -> None:
    (folder / "unet" / "mine.py").write_text("raise SystemExit('this was run')")
    _changed(folder / "model_index.json", unet=["mine", "Mine"])


def _pickled(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))


def _no_weights(folder: Path) -> None:
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()


def _no_part(folder: Path) -> None:
    shutil.rmtree(folder / "text_encoder")


def _cut_off(folder: Path) -> None:
    weights = folder / "text_encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-50])


def _of_another(folder: Path) -> None:
    _changed(folder / "vae" / "config.json", layers_per_block=2)


def _flow(folder: Path) -> None:
    path = folder / "scheduler" / "scheduler_config.json"
    path.write_text('{"_class_name": "FlowMatchEulerDiscreteScheduler"}')


def _no_json(folder: Path) -> None:
    (folder / "model_index.json").write_text("{")


@pytest.mark.parametrize(
    ("harm", "error", "said"),
    [
        (_no_index, UnsupportedFile, "has no model_index.json"),
        (_another_pipeline, UnsupportedFile, "holds a StableDiffusionXLPipeline"),
        (_own_code, UnsupportedFile, "has Mine for its unet"),
        (_pickled, UnsupportedFile, r"could run code.*safe_serialization"),
        (_no_weights, DamagedFile, "lacks diffusion_pytorch_model.safetensors"),
        (_no_part, DamagedFile, "lacks text_encoder"),
        (_cut_off, DamagedFile, "text_encoder cannot be read"),
        (_of_another, DamagedFile, r"vae lacks \d+ weights"),
        (_flow, UnsupportedFile, "FlowMatchEulerDiscreteScheduler"),
        (_no_json, DamagedFile, "no valid JSON|not valid JSON"),
    ],
)
def test_broken_folders_are_named(
    copied: Path, harm: Callable[[Path], None], error: type[Exception], said: str
) -> None:
    harm(copied)
    with pytest.raises(error, match=said):
        likely.load(copied)


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(PersistenceError, match="no folder"):
        StableDiffusion(str(tmp_path / "nowhere"))
    with pytest.raises(PersistenceError):
        likely.load(tmp_path / "nowhere")


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependency, match=r'pip install "likely\[pretrained\]"'):
        likely.load(folder)


def test_a_checker_in_the_folder_is_heeded(copied: Path) -> None:
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    seeing = {**SMALL, "image_size": 8, "patch_size": 4}
    checker = StableDiffusionSafetyChecker(
        transformers.CLIPConfig(text_config=SMALL, vision_config=seeing, projection_dim=4)
    )
    with torch.no_grad():
        checker.concept_embeds_weights.fill_(-2.0)  # everything is improper
    transformers.utils.logging.disable_progress_bar()
    checker.save_pretrained(copied / "safety_checker")
    transformers.utils.logging.enable_progress_bar()
    sizes = {"size": {"shortest_edge": 8}, "crop_size": {"height": 8, "width": 8}}
    transformers.CLIPImageProcessor(**sizes).save_pretrained(copied / "feature_extractor")
    stated = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    _changed(copied / "model_index.json", safety_checker=stated)
    model = StableDiffusion(str(copied), sampling_steps=1)
    assert (model.sample(2, seed=0, condition="a bag") == 0).all()
