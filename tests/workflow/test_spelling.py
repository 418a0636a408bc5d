"""Methods as text: names, settings, and detectors of installed packages."""

from __future__ import annotations

import pytest
from sklearn.svm import OneClassSVM

import likely
from likely.testing.toys import planted
from likely.workflow.spelling import import_detector, read_method

ROWS, LABELS = planted(n=200)


@pytest.mark.parametrize(
    ("text", "name", "settings"),
    [
        ("KNN", "KNN", {}),
        (" KNN( n_neighbors = 20 ) ", "KNN", {"n_neighbors": 20}),
        ("a.b:C()", "a.b:C", {}),
        (
            "a.b:C(p=(1, 2), q='x, (y)', r=-0.5, s=True, t=None)",
            "a.b:C",
            {"p": (1, 2), "q": "x, (y)", "r": -0.5, "s": True, "t": None},
        ),
    ],
)
def test_a_name_and_its_settings(text: str, name: str, settings: dict[str, object]) -> None:
    assert read_method(text) == (name, settings)


@pytest.mark.parametrize(
    "text",
    [
        "KNN(",
        "KNN(5)",
        "KNN(n_neighbors=5",
        "KNN(n_neighbors=open('x'))",
        "KNN(n_neighbors=5)()",
        "KNN(n_neighbors=5) + 1",
        "KNN(**{'n_neighbors': 5})",
        "KNN(n_neighbors=5, n_neighbors=6)",
    ],
)
def test_what_is_no_method_is_never_run(text: str) -> None:
    with pytest.raises(likely.ParameterError, match="is no method"):
        read_method(text)


def test_a_detector_of_a_package() -> None:
    found = import_detector("sklearn.svm:OneClassSVM", {"nu": 0.1})
    assert isinstance(found, OneClassSVM)
    assert found.nu == 0.1


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("no_such_package_here:KNN", {}),
        ("sklearn.svm:NoSuchClass", {}),
        ("sklearn.svm:OneClassSVM", {"nus": 0.1}),
        (":OneClassSVM", {}),
    ],
)
def test_what_cannot_be_imported(name: str, settings: dict[str, object]) -> None:
    with pytest.raises(likely.ParameterError, match="cannot be used"):
        import_detector(name, settings)


def test_text_and_object_are_the_same_contender() -> None:
    written = ["KNN(n_neighbors=20)", "sklearn.svm:OneClassSVM(nu=0.1)"]
    given = [likely.detectors.KNN(n_neighbors=20), OneClassSVM(nu=0.1)]
    first, second = (likely.compare(ROWS, methods, LABELS) for methods in (written, given))
    for one, other in zip(first.results, second.results, strict=True):
        assert (one.method, one.accuracy) == (other.method, other.accuracy)
