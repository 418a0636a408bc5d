"""Augmentation: rows added to rare classes, and whether they are worth having.

Rows that are drawn bring no new knowledge. They say to a classifier that a class matters more than
its share, and what is probably also of that class: everything between two neighbours
(`interpolation`), or what a model of the class draws (`drawing`). That helps where rows are few,
and hurts where these guesses are wrong, so cross-validation decides (`worth`).
"""
