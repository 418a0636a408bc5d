"""Conditional flows: what conditions may be, files that keep them, and laws that catch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import CannotDo, DataError
from likely.flows import MaskedAutoregressiveFlow, NeuralSplineFlow, RealNVP
from likely.persistence import load_model, save_model
from likely.testing.check import laws
from likely.testing.law import LawBroken


def _rows(n: int = 200) -> tuple[np.ndarray, pa.Table]:
    rng = np.random.default_rng(0)
    hour, shop = rng.uniform(0, 24, n), rng.choice(["a", "b"], n)
    rows = np.column_stack([hour + (shop == "b") * 30, rng.normal(size=n)])
    return rows + rng.normal(size=rows.shape), pa.table({"hour": hour, "shop": shop})


def test_columns_of_a_condition_come_in_any_order() -> None:
    rows, told = _rows()
    fitted = RealNVP(**RealNVP.fast).fit(rows, condition=told)
    turned = told.select(["shop", "hour"])
    np.testing.assert_array_equal(fitted.log_prob(rows, turned), fitted.log_prob(rows, told))
    one = {"hour": 3.0, "shop": "b"}
    np.testing.assert_array_equal(
        fitted.sample(3, seed=0, condition=one), fitted.sample(3, seed=0, condition=[one] * 3)
    )


def test_whole_numbers_in_a_list_are_labels_however_many_there_are() -> None:
    labels = np.arange(200) % 40
    rows = np.random.default_rng(0).normal(size=(200, 2)) + labels[:, None]
    fitted = RealNVP(**RealNVP.fast).fit(rows, condition=labels)
    assert fitted.condition_.width >= 40
    with pytest.raises(DataError, match="'41', which was never learnt"):
        fitted.log_prob(rows[:1], 41)


def test_a_density_given_the_hour_is_not_that_without() -> None:
    rows, told = _rows(600)
    fitted = MaskedAutoregressiveFlow(budget="100 steps").fit(rows[:500], condition=told[:500])
    plain = MaskedAutoregressiveFlow(budget="100 steps").fit(rows[:500])
    gained = fitted.log_prob(rows[500:], told[500:]).mean() - plain.log_prob(rows[500:]).mean()
    assert gained > 1.0  # nats: hour and shop say nearly all of the first column


def test_codes_and_ways_between_rows_are_given_the_condition() -> None:
    rows, told = _rows()
    fitted = NeuralSplineFlow(**NeuralSplineFlow.fast).fit(rows, condition=told)
    codes = fitted.encode(rows, told)
    np.testing.assert_allclose(fitted.decode(codes, told), rows, atol=1e-3)
    ways = fitted.interpolate(rows[:4], rows[4:8], steps=5, condition=told[:4])
    assert ways.shape == (4, 5, 2)
    np.testing.assert_allclose(ways[:, 0], rows[:4], atol=1e-3)


def test_a_file_keeps_conditions(tmp_path: Path) -> None:
    rows, told = _rows()
    fitted = RealNVP(**RealNVP.fast).fit(rows, condition=told)
    save_model(fitted, tmp_path / "m.likely")
    again = load_model(tmp_path / "m.likely")
    np.testing.assert_array_equal(again.log_prob(rows, told), fitted.log_prob(rows, told))
    with pytest.raises(DataError, match="hour, shop"):
        again.log_prob(rows)


def test_other_models_say_who_can() -> None:
    from likely.detectors import KNN

    with pytest.raises(CannotDo, match="RealNVP"):
        KNN().fit(np.zeros((9, 2)), condition=["a"] * 9)


class _Deaf(RealNVP):
    """Takes conditions and does not listen."""

    card = RealNVP.card

    def _joined(self, x: np.ndarray, given: np.ndarray | None) -> np.ndarray:
        return super()._joined(x, None if given is None else 0 * given)


@pytest.mark.parametrize(
    "law", ["conditions_are_told_apart", "samples_are_drawn_given_the_condition"]
)
def test_laws_notice_a_model_that_does_not_listen(law: str) -> None:
    checks = dict(laws(_Deaf(**RealNVP.fast)))
    with pytest.raises(LawBroken):
        checks[law]()


class _Unasked(RealNVP):
    """Does without conditions although it learnt with them."""

    card = RealNVP.card

    def _given(self, condition: object, n: int) -> np.ndarray | None:
        if condition is None and self.condition_ is not None:
            return np.zeros((n, self.condition_.width))
        return super()._given(condition, n)


def test_laws_notice_a_model_that_does_not_ask() -> None:
    checks = dict(laws(_Unasked(**RealNVP.fast)))
    with pytest.raises(LawBroken, match="none"):
        checks["conditions_are_asked_for_and_checked"]()
