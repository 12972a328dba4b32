"""Exact money: rates of a day, rounding half away from zero, and splitting cents without losing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

RATE_PLACES, CENT_PLACES = 12, 2
LONGEST_GAP_DAYS = 3_660


def rounded(exact: Fraction, places: int) -> Fraction:
    """Rounded half away from zero."""
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if exact >= 0 else -whole, 10**places)


def decimal(exact: Fraction | int) -> Decimal:
    """A fraction of tens as a Decimal."""
    fraction = Fraction(exact)
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


class Rates:
    """Units per euro by day and currency; the last one on or before a day holds."""

    def __init__(self, units_per_eur: Mapping[tuple[date, str], Decimal]) -> None:
        self._units = units_per_eur

    def euros(self, amount: Decimal, currency: str | None, day: date) -> Fraction | None:
        """The amount in euros, to the cent; None when no rate is known."""
        if currency is None or currency == "EUR":
            return rounded(Fraction(amount), CENT_PLACES)
        for back in range(LONGEST_GAP_DAYS):
            units = self._units.get((day - timedelta(days=back), currency))
            if units is not None:
                eur_per_unit = rounded(1 / Fraction(units), RATE_PLACES)
                return rounded(Fraction(amount) * eur_per_unit, CENT_PLACES)
        return None


def cents(euros: Fraction) -> int:
    """Whole cents of an amount that has no smaller part."""
    scaled = euros * 100
    assert scaled.denominator == 1, euros  # noqa: S101 - every amount was rounded to the cent before
    return scaled.numerator


def split_evenly(whole: int, parts: int) -> list[int]:
    """Cents over so many days: equal shares towards zero, the last one takes the rest."""
    share = abs(whole) // parts
    shares = [share] * (parts - 1)
    shares.append(abs(whole) - sum(shares))
    return [one if whole >= 0 else -one for one in shares]


def split_by_weight(whole: int, weights: Sequence[Fraction]) -> list[int]:
    """Cents by weight: shares towards zero, the last one takes the rest."""
    total = sum(weights, Fraction(0))
    shares = []
    for weight in weights[:-1]:
        exact = abs(whole) * weight / total
        shares.append(exact.numerator // exact.denominator)
    shares.append(abs(whole) - sum(shares))
    return [one if whole >= 0 else -one for one in shares]
