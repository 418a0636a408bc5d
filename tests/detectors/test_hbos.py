"""HBOS against values looked up one at a time, and at the ends of its bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.detectors import HBOS
from likely.detectors.statistical import hbos
from likely.testing.naive.histogram import histogram_surprises


def _rows(n: int = 300) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.column_stack(
        [
            rng.normal(5.0, 2.0, size=n),
            rng.standard_cauchy(size=n),  # some values beyond the outermost edges
            rng.integers(0, 4, size=n),
            np.full(n, 3.0),
        ]
    )


@pytest.mark.parametrize("n_bins", ["auto", 2, 9])
def test_every_column_adds_what_its_bin_says(n_bins: int | str) -> None:
    rows = _rows()
    new = np.vstack([rows, rows * 1.5 - 1.0])
    model = HBOS(n_bins=n_bins, smoothing=0.5).fit(rows)  # pyright: ignore[reportArgumentType]
    learnt, features = (model.schema_.features(model.schema_.match(r)) for r in (rows, new))
    inside = 14 if n_bins == "auto" else int(n_bins)  # 2 * 300^(1/3) = 13.4
    expected = [
        histogram_surprises(
            learnt[:, j].tolist(), features[:, j].tolist(), inside, 0.5, hbos._REACH
        )
        for j in range(rows.shape[1])
    ]
    found = model.contributions(new)
    np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), -model.score_samples(new), rtol=1e-12)


@pytest.mark.parametrize(
    ("n", "bins"), [(2, 8), (64, 8), (65, 9), (1000, 20), (32_768, 64), (10**7, 64)]
)
def test_rice_bins(n: int, bins: int) -> None:
    assert hbos.rice_bins(n) == bins


def test_counts_do_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _rows()
    whole = HBOS().fit(rows)
    monkeypatch.setattr(hbos, "_BLOCK_CELLS", 28)  # seven rows at a time
    np.testing.assert_array_equal(HBOS().fit(rows).surprises_, whole.surprises_)


def test_farther_beyond_the_training_range_is_odder() -> None:
    rows = _rows()[:, :1]
    model = HBOS().fit(rows)
    outwards = np.concatenate([[0.0], np.geomspace(1e-6, 1e40, 60)])
    for line in (rows.max() + outwards, rows.min() - outwards):
        odd = -model.score_samples(line[:, None])
        assert np.isfinite(odd).all()
        assert (np.diff(odd) > 0).all()


def test_a_gap_between_clusters_is_as_odd_as_a_bin_can_be() -> None:
    rng = np.random.default_rng(1)
    rows = np.concatenate([rng.normal(0, 1, 500), rng.normal(20, 1, 500)])[:, None]
    first, gap, second = -HBOS().fit(rows).score_samples([[0.0], [10.0], [20.0]])
    assert gap > first + 4
    assert gap > second + 4


def test_one_gross_value_does_not_blur_the_others() -> None:
    rows = np.random.default_rng(2).normal(size=(500, 1))
    rows[0] = 1e9
    usual, far, gross = -HBOS().fit(rows).score_samples([[0.0], [4.5], [1e9]])
    assert usual < 1 < far < gross


def test_a_value_never_seen_in_a_constant_column_is_odd() -> None:
    model = HBOS().fit(np.full((50, 1), 7.0))
    assert (model.training_scores_ == 0).all()
    assert (model.score_samples([[7.0 + 1e-6], [6.0]]) < -np.log(50)).all()


def test_rare_and_unseen_categories() -> None:
    table = pd.DataFrame({"colour": ["red"] * 50 + ["blue"] * 48 + ["mauve"] * 2})
    new = pd.DataFrame({"colour": ["red", "mauve", "never seen"]})
    usual, rare, unseen = -HBOS().fit(table).score_samples(new)
    assert usual < rare < unseen


def test_two_rows_are_enough() -> None:
    model = HBOS().fit([[0.0, 1.0], [1.0, 1.0]])
    assert np.isfinite(model.score_samples([[0.5, 1.0], [-1e308, 1e308]])).all()


def test_a_state_without_bins_is_refused() -> None:
    model = HBOS().fit(_rows())
    model.surprises_ = model.surprises_[:, :2]
    with pytest.raises(ValueError, match="no bin"):
        model._check_state()
    model = HBOS().fit(_rows())
    model.highest_ = model.lowest_ - 1
    with pytest.raises(ValueError, match="before they begin"):
        model._check_state()
