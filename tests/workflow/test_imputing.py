"""`impute`: gaps are filled, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import likely
from likely.core.errors import CannotDo


def related(n: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a frame whose columns tell one another, and the number behind them."""
    a = np.random.default_rng(0).normal(size=n)
    frame = pd.DataFrame(
        {
            "a": a,
            "b": 2 * a,
            "kind": pd.Categorical(np.where(a > 0, "high", "low")),
            "text": np.where(a > 0, "x", "y"),
            "whole": pd.array(np.rint(10 * a), "Int64"),
            "yes": pd.array(a > 0, "boolean"),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.rint(9 * a), unit="D"),
            "comma": [f"{value:.2f}".replace(".", ",") for value in a],
            "small": a.astype("float32"),
        },
        index=np.arange(n) * 2 + 7,
    )
    return frame, a


def with_gaps(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    gaps = np.random.default_rng(1).random(frame.shape) < 0.15
    gaps[:, 0] = False
    return frame.mask(pd.DataFrame(gaps, frame.index, frame.columns)), gaps


def test_gaps_are_filled_and_all_else_stays() -> None:
    whole, a = related()
    frame, gaps = with_gaps(whole)
    before = frame.copy()
    filled = likely.impute(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert filled.dtypes.tolist() == frame.dtypes.tolist()
    assert filled.index.equals(frame.index)
    assert not filled.isna().any().any()
    for j, name in enumerate(frame):
        kept = ~gaps[:, j]
        pd.testing.assert_series_equal(filled[name][kept], frame[name][kept])
    for name in ("kind", "text", "yes"):
        here = gaps[:, list(frame).index(name)]
        assert (filled[name][here] == whole[name][here]).mean() > 0.9
    here = gaps[:, 1]
    assert np.corrcoef(filled["b"][here], a[here])[0, 1] > 0.95
    commas = filled["comma"][gaps[:, 7]]
    assert commas.str.fullmatch(r"-?\d+(,\d+)?").all()


def test_rows_of_other_kinds_come_back_in_kind(tmp_path: Path) -> None:
    frame, _ = with_gaps(related(60)[0].drop(columns=["whole", "yes"]))
    learned = likely.learn(frame, aim="generate")
    learned.save(tmp_path / "m.likely")
    learned = likely.load(tmp_path / "m.likely")
    polars = pl.from_pandas(frame)
    filled = learned.impute(polars)
    assert filled.schema == polars.schema
    assert sum(filled.null_count().row(0)) == 0
    arrow = polars.to_arrow()
    assert learned.impute(arrow).schema.equals(arrow.schema)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    rows = learned.impute(tmp_path / "rows.csv")
    assert rows.num_rows == 60
    assert rows["comma"].null_count == 0
    array = frame[["a", "b"]].to_numpy()
    filled = likely.impute(array)
    assert np.array_equal(filled[~np.isnan(array)], array[~np.isnan(array)])
    assert not np.isnan(filled).any()


def test_models_that_cannot_impute_name_those_that_can() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(CannotDo, match=r"KNN does not know .* SequentialTrees"):
        likely.impute(rows, method="KNN")
    with pytest.raises(CannotDo, match=r'aim="generate".*SequentialTrees'):
        likely.learn(rows, method="KNN").impute(rows)


def test_dates_and_yes_or_no_are_filled_as_the_column_writes_them(tmp_path: Path) -> None:
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(120), unit="D")
    frame = pd.DataFrame(
        {
            "day": days.strftime("%d.%m.%Y"),
            "late": np.where(np.arange(120) > 60, "Yes", "No"),
            "number": np.random.default_rng(0).normal(np.arange(120.0)),
        }
    )
    gaps = np.arange(5, 120, 9)
    frame.loc[gaps, "day"] = None
    frame.loc[gaps[::2], "late"] = None
    frame.to_csv(tmp_path / "rows.csv", index=False)
    filled = likely.impute(tmp_path / "rows.csv").to_pandas()
    assert filled["day"].str.fullmatch(r"\d\d\.\d\d\.2026").all()
    assert set(filled["late"]) == {"Yes", "No"}
    found = pd.to_datetime(filled["day"], format="%d.%m.%Y")
    assert abs((found - days) / pd.Timedelta(days=1)).max() < 20
