"""Models that predict each part of a sample from the parts before it."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("autoregressive")
