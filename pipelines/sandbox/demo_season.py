"""How busy a day is: months, weekdays and growth of the demo company, in whole per milles.

Only the calendar's influence belongs here.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from pipelines.sandbox.demo_size import Size

MONTH_PERMILLE = (1040, 1020, 1060, 1000, 980, 990, 820, 800, 1050, 1090, 1120, 900)
WEEKDAY_PERMILLE = (1130, 1180, 1160, 1120, 980, 640, 790)
GROWTH_PERMILLE_PER_MONTH = 8


def busyness_permille(size: Size, day: date) -> int:
    """The day against a mean day of the first month."""
    months = (day.year - size.first_day.year) * 12 + day.month - size.first_day.month
    growth = 1_000 + GROWTH_PERMILLE_PER_MONTH * months
    return MONTH_PERMILLE[day.month - 1] * WEEKDAY_PERMILLE[day.weekday()] * growth // 1_000_000


def sessions_by_day(size: Size, rng: np.random.Generator) -> list[int]:
    """Number of sessions of every day; never none."""
    days = [size.first_day + timedelta(days=number) for number in range(size.days)]
    chance_permille = rng.integers(900, 1_100, size.days, endpoint=True).tolist()
    return [
        max(size.sessions_per_day * busyness_permille(size, day) * chance // 1_000_000, 1)
        for day, chance in zip(days, chance_permille, strict=True)
    ]
