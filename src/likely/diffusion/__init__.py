"""Diffusion: noise is added step by step, and a network learns to undo it."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("diffusion")
