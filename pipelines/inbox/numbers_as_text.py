"""Binary floating point numbers as the text that typing expects: the digits that were meant, never their noise."""

from __future__ import annotations

import math
from decimal import Decimal

# of so many digits a binary number of 64 bits is sure; a spreadsheet shows and keeps no more
SURE_DIGITS = 15
FIRST_UNSURE = 10**SURE_DIGITS


def number_text(value: float) -> str:
    """The number with at most 15 digits and no exponent; one that needs more is written as a rounded number."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= FIRST_UNSURE:
        return f"{value:.{SURE_DIGITS - 1}E}"
    return f"{Decimal(f'{value:.{SURE_DIGITS}g}'):f}"


def whole_text(value: int) -> str:
    """A whole number of a spreadsheet, which is exact to 15 digits only."""
    return str(value) if abs(value) < FIRST_UNSURE else f"{Decimal(value):.{SURE_DIGITS - 1}E}"
