"""`likely generate --prompt`: images that captions ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import likely
from likely.core.errors import DataError, ParameterError
from likely.diffusion import DDPM
from likely.persistence import save_model

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prompts") / "m.likely"
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 6, 6), dtype=np.uint8)
    model = DDPM(hidden=(8,), budget="5 steps", sampling_steps=3, likelihood_steps=2)
    save_model(model.fit(images, condition=["a boot", "a dark bag"] * 20), path)
    return path


def test_a_grid_is_drawn_of_what_is_asked_for(run: Run, scenes: Path, tmp_path: Path) -> None:
    out = tmp_path / "grid.png"
    result = run(
        "generate", scenes, "--prompt", "a dark bag", "--guidance", "2", "-n", "4", "-o", out
    )
    assert result.exit_code == 0, result.output
    assert out.read_bytes()[:4] == b"\x89PNG"
    assert "never learnt" not in result.output


def test_words_that_say_nothing_are_named(run: Run, scenes: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn.npy"
    asked = ("generate", scenes, "--prompt", "a pink bag", "-n", "2", "-o", out)
    result = run(*asked)
    assert result.exit_code == 0, result.output
    assert "'pink' was never learnt" in " ".join(result.output.split())
    assert np.load(out).shape == (2, 6, 6)
    told = json.loads(run(*asked, "--json").stdout)
    assert told["notes"] == ["The word 'pink' was never learnt and says nothing."]


def test_a_page_says_what_was_asked_for_and_shows_more_and_less_of_it(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "gallery.html"
    result = run("generate", scenes, "--prompt", "a pink bag", "--seed", "7", "-n", "4", "-o", out)
    assert result.exit_code == 0, result.output
    page = out.read_text(encoding="utf-8")
    for said in ("a pink bag", "Seed", "Guidance 5", "Never learnt", "More and less guided"):
        assert said in page


def test_what_to_draw_must_be_said_and_understood(run: Run, scenes: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn.npy"
    assert "prompt=" in run("generate", scenes, "-o", out).output
    unknown = run("generate", scenes, "--prompt", "pink zebra", "-o", out)
    assert unknown.exit_code != 0
    assert "pink zebra" in unknown.output
    assert "top_k" in run("generate", scenes, "--prompt", "a bag", "--top-k", "3", "-o", out).output


def test_a_model_alone_draws_and_makes_no_promise(scenes: Path) -> None:
    learned = likely.load(scenes)
    one, two = (learned.generate(2, prompt="a boot", seed=1, guidance=g) for g in (0.0, 4.0))
    assert one.shape == two.shape == (2, 6, 6)
    assert learned.model.guidance == 1.0
    assert not learned.held_out
    with pytest.raises(ParameterError, match="guidance"):
        learned.generate(2, prompt="a boot", guidance=-1.0)
    with pytest.raises(DataError, match="captions"):
        learned.score_samples(np.zeros((2, 6, 6), np.uint8))


def test_a_label_is_a_prompt_too(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    model = DDPM(**DDPM.fast | {"budget": "5 steps"}).fit(rows, condition=["here", "there"] * 30)
    save_model(model, tmp_path / "m.likely")
    learned = likely.load(tmp_path / "m.likely")
    drawn = learned.generate(3, prompt="there")
    assert drawn.shape == (3, 2)
    assert (learned.generate(3, where={"condition": "there"}) == drawn).all()
    with pytest.raises(ParameterError, match="either prompt="):
        learned.generate(3, prompt="there", where={"condition": "there"})


def test_inspect_says_which_words_are_known(run: Run, scenes: Path) -> None:
    said = " ".join(run("inspect", scenes).output.split())
    assert "captions of up to 3 words; it knows 4: a, bag, boot, dark" in said
