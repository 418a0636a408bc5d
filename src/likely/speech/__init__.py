"""Speech: sound from text."""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("speech")
