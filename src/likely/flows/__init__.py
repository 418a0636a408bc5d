"""Models that turn simple noise into data by an invertible map."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("flows")
