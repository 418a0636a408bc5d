"""Laws are worth what they catch: each model here breaks one law, and that law says so."""

from __future__ import annotations

from typing import Annotated, Any
from unittest import SkipTest

import numpy as np
import pytest

from likely.base.capabilities import Density, Encoder, Explainer, Online, Reconstructor, Sampler
from likely.base.state import Array
from likely.core.catalogue import Entry
from likely.core.params import Interval
from likely.data.form import Form
from likely.testing import (
    LawBroken,
    check,
    check_model,
    estimator_checks,
    laws,
    of_every_model,
)


class Honest(Explainer, Density, Sampler):
    """Independent normal columns.

    Parameters
    ----------
    inflate : float in (0, 10], default 1.0
        Factor on the spread.
    seed : int in [0, inf), default 0
        Not used by the method; broken relatives use it.

    References
    ----------
    Any textbook. https://doi.org/10.0/normal

    Examples
    --------
    >>> 1 + 1
    2
    """

    card = {"kinds": ["table"], "paper": "doi:10.0/normal"}
    fast: dict[str, Any] = {}
    _state_spec = {"centre_": Array("width"), "spread_": Array("width", low=0.0)}

    def __init__(
        self,
        inflate: Annotated[float, Interval(0, 10, open_low=True)] = 1.0,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.inflate = inflate
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        size = np.maximum(np.abs(x).max(axis=0), 1e-9)  # squares of huge values stay finite
        self.centre_ = np.median(x, axis=0)
        self.spread_ = self.inflate * np.maximum(size * (x / size).std(axis=0), 1e-9)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return np.abs(x - self.centre_) / self.spread_

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        z = (x - self.centre_) / self.spread_
        return -0.5 * (z**2).sum(axis=1) - np.log(self.spread_ * np.sqrt(2 * np.pi)).sum()

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.centre_ + self.spread_ * rng.normal(size=(n, len(self.centre_)))


class Unseeded(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x + 1e-3 * np.random.default_rng().normal(size=x.shape), rng)


class GlobalState(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x + 1e-3 * np.random.normal(size=x.shape), rng)  # noqa: NPY002


class BatchRanks(Honest):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x).argsort().argsort().astype(float)


class FirstRowMatters(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self.centre_ = self.centre_ + 0.01 * x[0]


class HiddenState(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self._hidden = 1.0 + x.std()

    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x) * getattr(self, "_hidden", 1.0)


class SinglePrecision(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self.centre_ = self.centre_.astype(np.float32)


class NegativeSpread(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self.spread_ = -self.spread_

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return -super()._contributions(x)


class Upside(Honest):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._contributions(x).sum(axis=1)


class DividesByZero(Honest):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self.spread_ = x.std(axis=0)


class LeavesNan(Honest):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return np.where(np.abs(x).max(axis=1) > 1e20, np.nan, super()._score(x))


class NotAdditive(Honest):
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return super()._contributions(x) * 2

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).max(axis=1)


class WrongColumn(Honest):
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return super()._contributions(x)[:, ::-1]


class ForgetsVolume(Honest):
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return super()._log_prob(x) - self.schema_.log_volume


class TooWide(Honest):
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return 2 * super()._sample(n, rng)


class RefreshesItself(Honest):
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return super()._sample(n, np.random.default_rng())


class NoDocumentation(Honest):
    """Something else.

    Parameters
    ----------
    inflate : float in (0, 5], default 1.0
        Its range is not the one of the signature.
    seed : int in [0, inf), default 0
        As it should be.
    """


class WrongExample(Honest):
    """Arithmetic.

    Examples
    --------
    >>> 1 + 1
    3
    """


class ChecksEarly(Honest):
    def __init__(
        self,
        inflate: Annotated[float, Interval(0, 10, open_low=True)] = 1.0,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.inflate = float(inflate) if isinstance(inflate, int) else 1.0
        self.seed = seed


class KnowsItsLimits(Honest):
    __doc__ = Honest.__doc__
    expected_failures = {
        "density_of_a_gaussian_is_near_its_entropy": "columns are taken as independent",
        "samples_pass_for_data": "columns are taken as independent",
    }


class ExpectsTooLittle(Honest):
    expected_failures = {"units_do_not_matter": "it is said to fail here, though it does not"}


class ExpectsNothingReal(Honest):
    expected_failures = {"no_such_law": "it is said to fail here, though it does not exist"}


BREAKS: dict[type[Any], str] = {
    Unseeded: "same_seed_gives_the_same_bytes",
    GlobalState: "global_random_state_is_untouched",
    BatchRanks: "row_alone_equals_row_in_batch",
    FirstRowMatters: "order_of_training_rows_does_not_matter",
    HiddenState: "stated_state_suffices",
    SinglePrecision: "state_is_as_stated",
    NegativeSpread: "state_is_as_stated",
    Upside: "planted_anomalies_are_found",
    DividesByZero: "hostile_training_rows_are_survived",
    LeavesNan: "hostile_new_rows_are_survived",
    NotAdditive: "additive_contributions_sum_to_minus_the_score",
    WrongColumn: "contributions_name_the_broken_column",
    ForgetsVolume: "density_follows_the_unit",
    TooWide: "samples_pass_for_data",
    RefreshesItself: "same_seed_draws_the_same_rows",
    NoDocumentation: "docstring_lists_the_parameters",
    WrongExample: "docstring_example_runs",
    ChecksEarly: "parameters_are_annotated_and_stored_untouched",
    ExpectsTooLittle: "units_do_not_matter",
    ExpectsNothingReal: "expected_failures_exist",
}


class HonestMap(Reconstructor, Encoder, Explainer):
    """Every place of a sample on its own: its mean and its spread.

    Parameters
    ----------
    seed : int in [0, inf), default 0
        Not used by the method; broken relatives use it.

    References
    ----------
    Any textbook. https://doi.org/10.0/map

    Examples
    --------
    >>> 1 + 1
    2
    """

    card = {"kinds": ["series", "image", "video"], "paper": "doi:10.0/map"}
    _state_spec = {"centre_": Array("width"), "spread_": Array("width", low=0.0)}

    def __init__(self, seed: Annotated[int, Interval(0)] = 0) -> None:
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        flat = np.clip(x.reshape(len(x), -1).astype(np.float64), -50, 50)
        self.centre_ = flat.mean(axis=0)
        self.spread_ = flat.std(axis=0) + 0.3 * flat.std() + 1e-6

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        flat = x.reshape(len(x), -1)
        return (((flat - self.centre_) / self.spread_) ** 2).reshape(x.shape)

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return np.broadcast_to(self.centre_, (len(x), self.centre_.size)).reshape(x.shape)

    def _encode(self, x: np.ndarray) -> np.ndarray:
        return np.ones((len(x), 1))

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return np.concatenate([self.centre_] * len(z)).reshape(-1, *self.schema_.full_shape)


class UnseededMap(HonestMap):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x + 1e-3 * np.random.default_rng().normal(size=x.shape), rng)


class ScalesByBatch(HonestMap):
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return super()._contributions((x - x.mean(axis=0)) / (0.1 + x.std(axis=0)))


class PointsElsewhere(HonestMap):
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return np.roll(super()._contributions(x), x.shape[-1] // 2, axis=-1)


class SumsToHalf(HonestMap):
    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x) / 2


class WritesIntoSamples(HonestMap):
    def _read(self, X: Any) -> Any:
        X[0] = 0
        return super()._read(X)


class LeavesTheRange(HonestMap):
    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return 1e3 + 1e3 * super()._reconstruct(x)

    def _decode(self, z: np.ndarray) -> np.ndarray:
        return np.full((len(z), *self.schema_.full_shape), np.nan)


class KeepsOneNumberAside(HonestMap):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self._factor = 2.0

    def _score(self, x: np.ndarray) -> np.ndarray:
        return super()._score(x) * getattr(self, "_factor", 1.0)


class Lenient(Form):
    def _check(self, sample: np.ndarray, name: str) -> None:
        pass


class LeavesErrorsToNumpy(HonestMap):
    def _describe(self, samples: Any) -> Form:
        return Lenient.learn(samples)


class DividesByNothing(HonestMap):
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        super()._fit(x, rng)
        self.spread_ = x.reshape(len(x), -1).std(axis=0).astype(np.float64)


class Forgetful(HonestMap, Online):
    def _update(self, x: np.ndarray) -> None:
        self._fit(x, np.random.default_rng(0))


class Stubborn(HonestMap, Online):
    def _update(self, x: np.ndarray) -> None:
        pass


class CodesOfNothing(HonestMap, Density):
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._score(x)


BREAKS |= {
    CodesOfNothing: "codes_restore_samples",
    Forgetful: "what_was_learnt_first_is_kept",
    Stubborn: "what_was_learnt_first_is_kept",
    UnseededMap: "same_seed_gives_the_same_bytes_of_samples",
    ScalesByBatch: "sample_alone_equals_sample_in_batch",
    PointsElsewhere: "contributions_peak_at_the_planted_place",
    SumsToHalf: "contributions_peak_at_the_planted_place",
    WritesIntoSamples: "samples_are_untouched",
    LeavesTheRange: "reconstructions_look_like_the_data",
    KeepsOneNumberAside: "stated_state_suffices_for_samples",
    LeavesErrorsToNumpy: "other_samples_are_refused",
    DividesByNothing: "hostile_samples_are_survived",
}


@pytest.mark.parametrize("cls", BREAKS, ids=lambda cls: cls.__name__)
def test_the_law_catches_it(cls: type[Any]) -> None:
    with pytest.raises(LawBroken):
        dict(laws(cls()))[BREAKS[cls]]()


def test_codes_that_decode_to_nothing_are_caught() -> None:
    with pytest.raises(LawBroken, match="not finite"):
        dict(laws(LeavesTheRange()))["codes_decode_to_samples"]()


def test_an_honest_model_of_samples_with_axes_breaks_no_law() -> None:
    check_model(HonestMap())


def test_laws_hand_over_what_a_model_takes() -> None:
    tables, axes = dict(laws(Honest())), dict(laws(HonestMap()))
    assert "row_alone_equals_row_in_batch" in tables.keys() - axes.keys()
    assert "sample_alone_equals_sample_in_batch" in axes.keys() - tables.keys()
    assert "docstring_lists_the_parameters" in tables.keys() & axes.keys()
    assert list(estimator_checks(HonestMap())) == []


def test_an_honest_model_breaks_no_law_but_those_about_correlation() -> None:
    with pytest.raises(LawBroken) as raised:
        check_model(Honest())
    named = {line.partition(":")[0] for line in str(raised.value).splitlines()[1:]}
    assert named == set(KnowsItsLimits.expected_failures)


def test_expected_failures_are_no_failures() -> None:
    check_model(KnowsItsLimits())
    law = dict(laws(KnowsItsLimits()))["samples_pass_for_data"]
    with pytest.raises(SkipTest, match="columns are taken as independent"):
        law()


def test_laws_follow_from_capabilities() -> None:
    class Plain(Explainer):
        card = Honest.card
        _fit, _score, _contributions = Honest._fit, Honest._score, Honest._contributions

    named = {name for name, _ in laws(Plain())}
    assert "contributions_name_the_broken_column" in named
    assert not named & {"density_integrates_to_one", "samples_pass_for_data"}


def test_a_model_that_cannot_be_imported_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Entry("Broken", "likely.nowhere", "detectors", "", (), ("table",), "doi:0", "None.")
    monkeypatch.setattr(check, "entries", lambda: {"Broken": broken})
    [(name, load)] = of_every_model(laws)
    assert name == "Broken-loads"
    with pytest.raises(ModuleNotFoundError):
        load()
