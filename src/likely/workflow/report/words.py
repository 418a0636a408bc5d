"""Rarities in words: bits, "1 in N", p-values."""

from __future__ import annotations

import math

_NAMES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_TELLS_NOTHING = 15 * math.log2(10)
"""Bits from which the number is a matter of the tail's form alone."""


def bits(surprise: float) -> str:
    """Return a surprise with its unit.

    Examples
    --------
    >>> bits(9.9658), bits(1234.5)
    ('10.0 bits', '1,234 bits')
    """
    return f"{surprise:,.{0 if surprise >= 100 else 1}f} bits"


def one_in(surprise: float) -> str:
    """Return how rare rows of this surprise (in bits) are among ordinary ones.

    Examples
    --------
    >>> one_in(10), one_in(15), one_in(22), one_in(80)
    ('1 in 1,024', '1 in 33,000', '1 in 4.19 million', 'rarer than 1 in 10¹⁵')
    """
    if surprise >= _TELLS_NOTHING:
        return "rarer than 1 in 10¹⁵"
    number = 2.0**surprise
    if number < 10_000:
        return f"1 in {number:,.0f}"
    for unit, name in _NAMES:
        if number >= 0.9995 * unit:
            return f"1 in {number / unit:,.3g} {name}".replace(".0 ", " ")
    return f"1 in {round(number, -3 if number < 100_000 else -4):,.0f}"


def p_value(log_p: float) -> str:
    """Return a p-value given its natural logarithm, which may be far below the smallest float.

    Examples
    --------
    >>> p_value(-3.0), p_value(-2302.585)
    ('0.05', '1.0e-1000')
    """
    exponent = math.floor(log_p / math.log(10))
    if exponent >= -4:
        return f"{math.exp(log_p):.2g}"
    mantissa = 10 ** (log_p / math.log(10) - exponent)
    return f"{mantissa:.1f}e{exponent}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "row"), count(2000, "row")
    ('1 row', '2,000 rows')
    """
    several = many or (one + "es" if one.endswith("ch") else one + "s")
    return f"{number:,} {one if number == 1 else several}"
