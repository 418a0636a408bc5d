"""Pictures judged by the features of a network that has seen a million photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likely.core import catalogue

if TYPE_CHECKING:
    from likely.vision.pairs import compare_pair as compare_pair

_find, _names = catalogue.doors("vision")


def __getattr__(name: str) -> Any:
    if name == "compare_pair":
        from likely.vision.pairs import compare_pair

        return compare_pair
    return _find(name)


def __dir__() -> list[str]:
    return [*_names(), "compare_pair"]
