"""Pictures judged by the features of a network that has seen a million photographs."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("vision")
