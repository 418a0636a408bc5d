"""Which data are rows of a table and which are samples with axes."""

from __future__ import annotations

import numpy as np
import pytest

import likely
from likely.workflow.kinds import models_of, read_others


def test_arrays_of_two_axes_are_tables_unless_the_method_takes_none() -> None:
    rows = np.ones((5, 7))
    assert read_others(rows, "auto", None) is None
    assert read_others(rows, "KNN", None) is None
    series = read_others(rows, "auto", "series")
    assert series is not None
    assert (series.kind, len(series)) == ("series", 5)


def test_more_axes_are_samples() -> None:
    images = read_others(np.ones((5, 20, 20)), "auto", None)
    assert images is not None
    assert images.kind == "image"


def test_a_method_of_tables_says_which_methods_take_pictures() -> None:
    with pytest.raises(likely.CannotDo, match=models_of("image")[0]):
        likely.detect(np.ones((5, 20, 20)), method="KNN")


def test_samples_with_axes_have_no_columns() -> None:
    with pytest.raises(likely.ParameterError, match="about columns"):
        likely.learn(np.ones((5, 20, 20)), ignore=["a"])


def test_unknown_kinds_are_named() -> None:
    with pytest.raises(likely.ParameterError, match="'series', 'image'"):
        likely.learn(np.ones((5, 20)), kind="picture")
