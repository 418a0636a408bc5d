"""Adversarial models: a generator learns from a discriminator of its samples."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("gan")
