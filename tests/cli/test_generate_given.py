"""`likely generate --where` of a model that learnt texts given columns beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_molecules_are_asked_for_by_what_stood_beside_them(run: Run, tmp_path: Path) -> None:
    rows = [f"{'C' * n},{n}" for n in range(1, 7)] * 20
    (tmp_path / "made.csv").write_text("\n".join(["smiles,carbons", *rows]), encoding="utf-8")
    file = tmp_path / "m.likely"
    settings = ("width=32", "batch_size=32", "learning_rate=0.03", "budget=100 steps")
    learnt = run(
        *("learn", tmp_path / "made.csv", "--aim", "generate", "--kind", "molecule"),
        *("--context", "carbons", "-o", file),
        *(word for setting in settings for word in ("--set", setting)),
    )
    assert learnt.exit_code == 0, learnt.output
    assert "given carbons" in " ".join(learnt.output.split())
    result = run("generate", file, "-n", "3", "--where", "carbons=5..6")
    assert result.exit_code == 0, result.output
    assert "CCCC" in result.output
    assert "given what was asked" in " ".join(result.output.split())
    wrong = run("generate", file, "--where", "carbons=40")
    assert wrong.exit_code != 0
    assert "'carbons' was from 1 to 6" in " ".join(wrong.output.split())
