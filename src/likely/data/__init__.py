"""Kinds of data: how they are read, described, encoded for models and decoded again.

A `Table` is what the user gave, made uniform: one float64 matrix with a described column per column of the data. A `Schema` is
what was learnt about those columns; it has two views. `features()` serves detectors: bounded width, robust scale, finite.
`codes()` serves generators: lossless and invertible.
"""
