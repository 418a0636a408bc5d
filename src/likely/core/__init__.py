"""What everything else stands on: errors, parameters, random numbers, the catalogue, file bytes.

Nothing in this folder knows what a table, a model or a family is.
"""
