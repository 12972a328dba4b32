"""Who the website's visitors are, as GA4 guesses it: country, city, age and gender follow from the visitor's number.

Nothing is drawn, so that every system says the same of a visitor, and the sessions stay as they are.
"""

from __future__ import annotations

UNKNOWN = "unknown"
# value and share of 100 visitors
COUNTRIES = (("Netherlands", 61), ("Belgium", 17), ("Germany", 11), ("United Kingdom", 7), ("(not set)", 4))
CITIES = {
    "Netherlands": (("Amsterdam", 34), ("Rotterdam", 26), ("Utrecht", 18), ("Eindhoven", 12), ("(not set)", 10)),
    "Belgium": (("Antwerp", 55), ("Ghent", 30), ("(not set)", 15)),
    "Germany": (("Cologne", 60), ("Berlin", 40)),
    "United Kingdom": (("London", 80), ("Leeds", 20)),
    "(not set)": (("(not set)", 100),),
}
AGES = ((UNKNOWN, 46), ("25-34", 16), ("35-44", 15), ("45-54", 11), ("55-64", 7), ("18-24", 4), ("65+", 1))
GENDERS = ((UNKNOWN, 44), ("male", 33), ("female", 23))
# each trait has a turn of its own of the same number
TURN_OF_COUNTRY, TURN_OF_CITY, TURN_OF_AGE, TURN_OF_GENDER = 1, 2, 3, 4
MULTIPLIER, SHIFT = 2_654_435_761, 65_536


def percentile(number: int, turn: int) -> int:
    """0 to 99, as good as drawn."""
    return (number * MULTIPLIER + turn * 40_503_001) // SHIFT % 100


def trait(number: int, turn: int, shares: tuple[tuple[str, int], ...]) -> str:
    """The value whose share the number falls into."""
    rest = percentile(number, turn)
    for value, share in shares:
        rest -= share
        if rest < 0:
            return value
    raise AssertionError("shares add up to 100")


def country(visitor_id: int) -> str:
    """Where the visitor lives."""
    return trait(visitor_id, TURN_OF_COUNTRY, COUNTRIES)


def city(visitor_id: int) -> str:
    """A city of the visitor's country."""
    return trait(visitor_id, TURN_OF_CITY, CITIES[country(visitor_id)])


def age(visitor_id: int) -> str:
    """The age bracket; mostly unknown."""
    return trait(visitor_id, TURN_OF_AGE, AGES)


def gender(visitor_id: int) -> str:
    """The gender; mostly unknown."""
    return trait(visitor_id, TURN_OF_GENDER, GENDERS)
