"""Slow, obvious versions of what the models compute quickly: loops, no matrix products.

Each is an independent witness. Nothing outside the tests may use them.
"""
