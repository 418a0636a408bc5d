"""The page of a synthetic table holds its figures and needs nothing else."""

import re
from pathlib import Path

import numpy as np

from likely.evaluation import judge_synthetic
from likely.workflow.judgement import write_synthetic_report


def test_the_page(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    parts = [
        {
            "<script>alert('x')": rng.normal(size=60).tolist(),
            "level": rng.choice(["a", "</p><b>", "c"], 60).tolist(),
            "pay": (rng.normal(size=60) + 3 * (part == 0)).tolist(),
        }
        for part in range(3)
    ]
    report = judge_synthetic(*parts, target="level")
    path = write_synthetic_report(report, tmp_path / "judged.html")
    text = path.read_text(encoding="utf-8")
    assert len(text) < 1_000_000
    assert "<script>alert" not in text
    assert "</p><b>" not in text
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)
    for measure in report.measures:
        assert measure.write(measure.synthetic) in text
    assert text.count('class="heat"') == 6
    assert "Given away by &#x27;pay&#x27;" in text
    assert text.count("<figure") >= 5
