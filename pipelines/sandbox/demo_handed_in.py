"""What the demo company publishes, and the figures that its people and tools hand in.

How it is found belongs to `demo_search`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth_search import Article, HandedIn

PAGES = ("/checkout/thanks", "/pricing")
SEGMENTS = ("installers", "consumers")
# test -> (first day, days)
TESTS = {"checkout_button": (20, 25), "short_form": (50, 12)}


def draw_articles(size: Size, seed: int) -> tuple[Article, ...]:
    """An article every few days; one around midnight, some without type."""
    dice, zone = Dice(seed, Part.ARTICLES), ZoneInfo(size.time_zone)
    found: list[Article] = []
    day = size.first_day
    while day < size.today:
        at = time(23, 40) if len(found) == 1 else time(9, dice.between(0, 59))
        kind = dice.weighted((("blog", 5), ("case", 2), (None, 1)))
        number = len(found) + 1
        moment = datetime.combine(day, at, zone).astimezone(UTC)
        found.append(Article(f"art-{number:03d}", moment, f"https://www.demo-company.example/blog/{number}", kind))
        day += timedelta(days=dice.between(3, 9))
    return tuple(found)


def draw_handed_in(size: Size, seed: int) -> tuple[HandedIn, ...]:
    """Exits by day, surveys and scores by month, and A/B tests."""
    dice = Dice(seed, Part.HANDED_IN)
    days = [size.first_day + timedelta(days=number) for number in range(size.days)]
    return (
        *(one for number, day in enumerate(days) for one in _exits(dice, number, day)),
        *(one for number, day in enumerate(days) if day.day == 15 for one in _of_month(dice, number, day)),
        *(one for test in TESTS for one in _test(dice, size, test)),
    )


def _exits(dice: Dice, number: int, day: date) -> Iterator[HandedIn]:
    """A tool that was put in after nine days, and stood still for one."""
    if number < 9 or number == 17:
        return
    total = Decimal(dice.between(20, 40))
    yield HandedIn("exits", day, "", "", value=total)
    yield HandedIn("exit_rate", day, "total", "", numerator=total, denominator=total * 3)
    for page in PAGES:
        exits = Decimal(dice.between(1, 9))
        yield HandedIn("exits", day, "page", page, value=exits)
        yield HandedIn("exit_rate", day, "page", page, numerator=exits, denominator=exits + dice.between(0, 9))


def _of_month(dice: Dice, number: int, day: date) -> Iterator[HandedIn]:
    yield HandedIn("financial_performance", day, "", "", value=Decimal(dice.between(-400_000, 900_000)) / 100)
    yield HandedIn("employee_retention", day, "", "", numerator=Decimal(38 - number % 3), denominator=Decimal(40))
    yield HandedIn("heatmap_movements", day, "", "", value=Decimal(dice.between(900, 1_500)))
    yield HandedIn("heatmap_movements", day, "page", "/pricing button", value=Decimal(dice.between(90, 150)))
    # of two scores in a month the later one counts
    for later in (0, 5):
        score = Decimal(dice.between(500, 900)) / 100
        yield HandedIn("sustainability_goal", day + timedelta(days=later), "", "", value=score)
    yield HandedIn("social_responsibility_goal", day, "", "", value=Decimal(dice.between(1, 10)))
    asked = Decimal(0)
    scored = Decimal(0)
    for segment in SEGMENTS:
        answers = Decimal(dice.between(0, 30))
        score = answers * dice.between(3, 5) - (1 if answers else 0)
        yield HandedIn("customer_satisfaction", day, "segment", segment, numerator=score, denominator=answers)
        asked, scored = asked + answers, scored + score
    yield HandedIn("customer_satisfaction", day, "", "", numerator=scored, denominator=asked)
    if day.month % 3 == 0:
        for wave in ("aided", "unaided"):
            known = Decimal(dice.between(30, 90))
            yield HandedIn("brand_awareness", day, "wave", wave, numerator=known, denominator=Decimal(200))


def _test(dice: Dice, size: Size, test: str) -> Iterator[HandedIn]:
    first, length = TESTS[test]
    for number in range(first, first + length):
        for variant in ("A", "b"):
            visitors = dice.between(40, 90)
            conversions = dice.between(1, 9)
            day = size.first_day + timedelta(days=number)
            yield HandedIn(test, day, "variant", variant, numerator=Decimal(conversions), denominator=Decimal(visitors))
