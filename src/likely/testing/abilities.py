"""Laws by capability: densities, samplers, significance tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from likely.base.capabilities import Density, Sampler, Tester
from likely.base.completer import Completer
from likely.base.conditional import Conditional
from likely.core.errors import CannotDo, DataError
from likely.evaluation import auroc
from likely.testing.law import fresh, law, learnt, name_of, require, require_equal, require_error
from likely.testing.toys import mixed

_CENTRE = np.array([5.0, -300.0])
_SPREAD = np.array([[4.0, 30.0], [30.0, 400.0]])  # correlation 0.75


@law(Density)
def density_integrates_to_one(model: Any) -> None:
    """Over a grid on the plane, in the user's own units, the density sums to one (or to less)."""
    fitted = learnt(model, _plane(500))
    sides = np.sqrt(np.diag(_SPREAD))
    steps = np.linspace(-10.0, 10.0, 101)  # 10 standard deviations each way
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    cell = (steps[1] - steps[0]) ** 2 * np.prod(sides)
    total = float(np.exp(fitted.log_prob(_CENTRE + grid * sides)).sum() * cell)
    low = 0.98 if type(model).exact else 0.0
    require(low <= total <= 1.02, f"The density integrates to {total:.4f}; it should be 1.")


@law(Density)
def density_of_a_gaussian_is_near_its_entropy(model: Any) -> None:
    """On Gaussian data, the mean log-density of new rows is within 0.1 nat of minus the entropy."""
    fitted = learnt(model, _plane(2000))
    found = float(fitted.log_prob(_plane(4000, seed=1)).mean())
    entropy = 0.5 * np.log(np.linalg.det(2 * np.pi * np.e * _SPREAD))
    require(
        abs(found + entropy) <= 0.1,
        f"Mean log-density is {found:.3f} nats; minus the entropy is {-entropy:.3f}.",
    )


@law(Density)
def density_follows_the_unit(model: Any) -> None:
    """Measured in thousandths, every density is a thousandth: log_prob falls by log 1000."""
    rows, new = _plane(500), _plane(50, seed=1)
    plain = learnt(model, rows).log_prob(new)
    fine = learnt(model, rows * [1000.0, 1.0]).log_prob(new * [1000.0, 1.0])
    require_equal(fine, plain - np.log(1000.0), "log_prob in thousandths")


@law(Density)
def density_of_mixed_rows_is_finite_or_refused(model: Any) -> None:
    """On mixed columns, `log_prob` is finite or raises `CannotDo`."""
    fitted = learnt(model, mixed())
    try:
        found = fitted.log_prob(mixed(30, seed=1))
    except CannotDo:
        return
    require(np.isfinite(found).all(), "log_prob of mixed rows is not finite.")


@law(Sampler)
def samples_have_the_shape_of_the_data(model: Any) -> None:
    """`sample(n)` gives n finite rows with the columns of the data; 1 is enough."""
    fitted = learnt(model, _plane(300))
    for n in (1, 17):
        found = np.asarray(fitted.sample(n, seed=0))
        require(found.shape == (n, 2), f"sample({n}) has shape {found.shape}.")
        require(np.isfinite(found).all(), "Samples are not finite.")


@law(Sampler)
def same_seed_draws_the_same_rows(model: Any) -> None:
    """One seed draws the same rows every time, another seed others."""
    fitted = learnt(model, _plane(300))
    first, again, other = (np.asarray(fitted.sample(20, seed=s)) for s in (3, 3, 4))
    require(first.tobytes() == again.tobytes(), "One seed draws different rows.")
    require(first.tobytes() != other.tobytes(), "Two seeds draw the same rows.")


@law(Sampler)
def conditions_are_refused(model: Any) -> None:
    """A model that cannot sample under a condition, or was fitted without, says so by its name."""
    fitted = learnt(model, _plane(300))
    require_error(
        DataError if isinstance(model, Conditional) else CannotDo,
        lambda: fitted.sample(5, condition={"a": 1}),
        (name_of(model),),
        "sample(condition=...)",
    )


@law(Sampler)
def samples_pass_for_data(model: Any) -> None:
    """Classifiers told samples from fresh data reach an AUROC of 0.6 at most, both ways."""
    drawn = np.asarray(learnt(model, _plane(1000)).sample(600, seed=0))
    rows = np.vstack([_plane(600, seed=1), drawn])
    labels = np.repeat([0, 1], 600)
    order = np.random.default_rng(0).permutation(len(rows))
    rows, labels = rows[order], labels[order]
    judges = {
        "a quadratic classifier": make_pipeline(
            StandardScaler(), PolynomialFeatures(2), LogisticRegression(max_iter=1000)
        ),
        "nearest neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(25)),
    }
    for name, judge in judges.items():
        chances = cross_val_predict(judge, rows, labels, cv=5, method="predict_proba")
        found = auroc(labels, np.asarray(chances)[:, 1])
        require(found <= 0.6, f"{name} tells samples from data with AUROC {found:.3f}.")


@law(Completer)
def completion_of_rows_follows_what_is_known(model: Any) -> None:
    """`complete` keeps known cells as they were, and draws others by the seed as those ask for."""
    fitted = learnt(model, _plane(1000))
    new, known = _plane(400, seed=1), np.array([True, False])
    asked = np.where(known, new, 1e6)  # what is not known is not looked at
    first, again, other = (np.asarray(fitted.complete(asked, known, seed=s)) for s in (1, 1, 2))
    require_equal(first[:, 0], new[:, 0], "What was known")
    require(first.tobytes() == again.tobytes(), "One seed completes in two ways.")
    require(first.tobytes() != other.tobytes(), "Two seeds complete in one way.")
    slope = _SPREAD[0, 1] / _SPREAD[0, 0]
    away = first[:, 1] - _CENTRE[1] - slope * (new[:, 0] - _CENTRE[0])
    away /= np.sqrt(_SPREAD[1, 1] - slope * _SPREAD[0, 1])
    require(
        abs(away.mean()) <= 0.3 and 0.75 <= away.std() <= 1.25,
        f"Given the first column, the second is {away.mean():.2f} spreads off, and "
        f"{away.std():.2f} times as wide as it should be.",
    )
    whole = np.asarray(fitted.complete(new, np.ones(2, bool)))
    require_equal(whole, new, "Rows of which all is known")
    require_error(
        DataError,
        lambda: fitted.complete(new, np.ones(3, bool)),
        ("known",),
        "Completing with a mask of another shape",
    )


@law(Completer)
def completion_of_mixed_rows_keeps_what_is_known(model: Any) -> None:
    """On mixed columns with gaps `complete` keeps known cells, each row by a mask of its own."""
    fitted, some = learnt(model, mixed()), mixed(12, seed=1)
    known = np.random.default_rng(0).random((12, len(fitted.schema_.used))) < 0.5
    found = np.asarray(fitted.complete(some, known, seed=0))
    require(found.shape == known.shape, f"complete gives {found.shape}, not {known.shape}.")
    given = fitted.schema_.restore(fitted.schema_.features(fitted.schema_.match(some)))
    there, asked = (np.nan_to_num(one[known], nan=-1.0) for one in (found, given))  # gaps stay, too
    require_equal(there, asked, "What was known", atol=1e-6)


@law(Tester)
def p_values_of_a_test_are_probabilities(model: Any) -> None:
    """`fit_test` gives one p-value a row, in (0, 1], in the order of oddness of the rows."""
    rows = np.random.default_rng(0).normal(size=(40, 3))
    rows[7, 1] = 60.0
    found = fresh(model).fit_test(rows)
    require(found.shape == (40,), f"fit_test gives shape {found.shape}; it should be (40,).")
    require(((found > 0) & (found <= 1)).all(), "p-values of a test are outside (0, 1].")
    require(found.argmin() == 7 and found[7] < 0.001, f"A gross row has the p-value {found[7]:g}.")


@law(Tester)
def p_values_of_a_test_keep_their_level(model: Any) -> None:
    """Of 100 clean Gaussian tables, about 5 have a p-value of at most 0.05, at any size."""
    for n in (8, 40):
        alarms = sum(
            fresh(model).fit_test(np.random.default_rng(seed).normal(size=(n, 2))).min() <= 0.05
            for seed in range(100)
        )
        # 14 or more happen once in 3000 runs at a true level of 0.05
        require(alarms <= 13, f"{alarms} of 100 clean tables of {n} rows are called odd at 0.05.")


def _plane(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(_CENTRE, _SPREAD, size=n)
