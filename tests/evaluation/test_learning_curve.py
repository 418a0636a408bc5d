import numpy as np
import pyarrow as pa
import pytest

from likely.autoencoders import Autoencoder
from likely.core.errors import DataError, ParameterError
from likely.detectors import KNN, PCA, KernelDensity
from likely.evaluation import LearningCurve, learning_curve
from likely.evaluation.learning_curve import _fit

ROWS = np.random.default_rng(0).normal(size=(400, 3))


def curve(errors: list[float], floor: float, slope: float, power: float) -> LearningCurve:
    sizes = np.array([100, 200, 400])
    return LearningCurve("oddness", sizes, np.array(errors), errors[-1], floor, slope, power)


def test_a_power_law_is_found_again() -> None:
    sizes = [50, 100, 200, 400, 800]
    floor, slope, power = _fit(sizes, 0.5 + 20 * np.array(sizes) ** -0.75, positive=True)
    assert floor == pytest.approx(0.5, abs=0.01)
    assert slope == pytest.approx(20, rel=0.05)
    assert power == pytest.approx(0.75)


def test_errors_may_be_negative() -> None:
    sizes = [50, 100, 200, 400]
    floor, _, power = _fit(sizes, -3 + 10 / np.array(sizes), positive=False)
    assert floor == pytest.approx(-3, abs=0.02)
    assert power == pytest.approx(1.0, abs=0.1)


def test_more_rows_are_asked_for_where_they_help() -> None:
    found = curve([10.0, 5.0, 2.5], 0.0, 1000.0, 1.0)
    assert found.error(400) == 2.5
    assert found.gain(400) == pytest.approx(0.5)
    assert found.enough == 10_000  # half of 1000 / n is 2 % of 2.5
    assert str(found) == (
        "More normal rows would help: 800 would lower the held-out oddness by about 50%; about "
        "10,000 would be enough."
    )


def test_rows_that_are_enough_are_said_to_be() -> None:
    found = curve([1.1, 1.025, 1.00625], 1.0, 1000.0, 2.0)
    assert str(found) == (
        "200 normal rows are enough: twice as many would lower the held-out oddness by less than "
        "2%."
    )
    flat = curve([1.0, 1.0, 1.0], 1.0, 0.0, 1.0)
    assert flat.enough == 100


def test_what_cannot_be_told_is_not_told() -> None:
    found = curve([1.0, 0.95, 0.9], 0.0, 1.6, 0.1)
    assert found.enough is None
    assert "cannot be told from 400" in str(found)


@pytest.mark.parametrize(
    ("model", "measure"),
    [
        (PCA(), "oddness"),
        (KernelDensity(), "negative log-density"),
        (Autoencoder(latent=2, hidden=(8,), budget="150 steps"), "reconstruction error"),
    ],
)
def test_every_model_has_one(model: object, measure: str) -> None:
    found = learning_curve(model, ROWS, sizes=[30, 80, 200])
    assert found.measure == measure
    assert found.sizes.tolist() == [30, 80, 200]
    assert np.isfinite(found.errors).all()
    assert found.errors[-1] < found.errors[0]
    assert str(found).endswith(".")


def test_it_is_the_same_every_time_and_leaves_the_model_alone() -> None:
    model = KNN()
    first, again = (learning_curve(model, ROWS).errors for _ in range(2))
    assert np.array_equal(first, again)
    assert not hasattr(model, "schema_")


def test_mixed_rows_and_images_are_restored_and_compared() -> None:
    rng = np.random.default_rng(0)
    size = rng.normal(size=120)
    table = pa.table({"size": size, "weight": 2 * size, "big": np.where(size > 0, "yes", "no")})
    quick = Autoencoder(latent=1, hidden=(8,), budget="100 steps")
    assert learning_curve(quick, table, sizes=[20, 40, 90]).measure == "reconstruction error"
    images = rng.integers(0, 256, size=(80, 4, 5), dtype=np.uint8)
    assert np.isfinite(learning_curve(quick, images, sizes=[20, 40, 60]).errors).all()


def test_too_few_rows_and_impossible_sizes_are_refused() -> None:
    with pytest.raises(DataError, match=r"at least 50 rows\. Found 49"):
        learning_curve(KNN(), ROWS[:49])
    for sizes in ([10, 20], [10, 20, 321], [1, 20, 30]):
        with pytest.raises(ParameterError, match="from 2 to 320"):
            learning_curve(KNN(), ROWS, sizes=sizes)
