"""Random draws that are the same on every machine: PCG64 and whole numbers, never a float function of the platform.

Only drawing belongs here; what is drawn is decided by the parts of the demo company.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


class Part(IntEnum):
    """Each part of the company has a stream of its own, so that a change of one leaves the others as they are."""

    TRAFFIC = 1
    LEADS = 2
    DEALS = 3
    ORDERS = 4
    ADS = 5
    RATES = 6
    MAIL = 7
    SESSIONS = 8
    ORDER_LINES = 41
    CARTS = 42
    CRM = 31
    SEARCH = 41
    ARTICLES = 42
    HANDED_IN = 43
    SOCIAL = 44
    RETAIL = 45


class Dice:
    """Single draws of one part; `generator` for whole arrays."""

    def __init__(self, seed: int, part: Part) -> None:
        self.generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, int(part)])))

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.generator.integers(low, high, endpoint=True))

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 cases."""
        return self.between(1, 100) <= percent

    def pick(self, options: Sequence[Option]) -> Option:
        """One of the options, each as likely."""
        return options[self.between(0, len(options) - 1)]

    def weighted(self, options: Sequence[tuple[Option, int]]) -> Option:
        """One of the options, as likely as its weight."""
        draw = self.between(1, sum(weight for _, weight in options))
        for option, weight in options:
            draw -= weight
            if draw <= 0:
                return option
        raise AssertionError("weights are positive")

    def later(self, moment: datetime, days: int) -> datetime:
        """`days` and up to nine hours after a moment."""
        return moment + timedelta(days=days, seconds=self.between(60, 32_400))

    def office_hour(self, day: date, zone: tzinfo) -> datetime:
        """A moment of the day on which offices in the given zone work, UTC."""
        seconds = self.between(0, 9 * 3_600)
        return (datetime.combine(day, time(8, 30), zone) + timedelta(seconds=seconds)).astimezone(UTC)
