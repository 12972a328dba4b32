"""How the demo company is found: search reports that overlap, a rank tracker, the index, and links.

Queries and pages come in reports of their own, and now and then in a crossed one that tells the same again. What
people and other tools hand in belongs to `demo_handed_in`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.demo_dice import Dice, Part
from pipelines.sandbox.demo_size import Size
from pipelines.sandbox.truth_search import Sighting, SiteDay, SiteMeasurement

HOST = "https://www.demo-company.example"
QUERIES = ("water softener", "softener salt", "lime scale", "filter cartridge", "demo company")
PAGES = (f"{HOST}/", f"{HOST}/shop/softeners", f"{HOST}/shop/salt", "/product/cartridge")
# told by the crossed report alone
RARE_QUERY, RARE_PAGE = "cartridge fc-7 alternative", f"{HOST}/blog/fc-7"
KEYWORDS = ("water softener", "softener salt", "lime scale", "filter cartridge", "hard water", "descaler")
ADDED_KEYWORD, ADDED_AFTER_DAYS = "water hardness", 40
COUNTRIES = ("nl", "be")
# Where keywords stood when the company began; they drift by a few places, and climb one in so many days.
FIRST_POSITIONS = dict(zip((*KEYWORDS, ADDED_KEYWORD), (7, 11, 16, 22, 34, 51, 63), strict=True))
DRIFT, CLIMBING_DAYS, NOT_FOUND_PERCENT = 4, 60, 5
MONDAY = 0


def draw_sightings(size: Size, seed: int) -> tuple[Sighting, ...]:
    """The rows of all reports, day by day."""
    dice = Dice(seed, Part.SEARCH)
    days = [size.first_day + timedelta(days=number) for number in range(size.days)]
    return tuple(row for number, day in enumerate(days) for row in _of_day(dice, number, day))


def site_days(size: Size, sightings: tuple[Sighting, ...]) -> tuple[SiteDay, ...]:
    """Totals of the site: what the query report tells, and a part that it withholds."""
    found = []
    by_day: dict[date, list[Sighting]] = {}
    for one in sightings:
        if one.report == "queries":
            by_day.setdefault(one.day, []).append(one)
    for number in range(size.days):
        day = size.first_day + timedelta(days=number)
        told = by_day.get(day, [])
        impressions = sum(one.impressions or 0 for one in told)
        clicks = sum(one.clicks or 0 for one in told)
        position = Decimal(12_345_671 * (3 + number % 5) + number) / 10_000_000
        found.append(SiteDay(day, clicks + 1 + number % 3, impressions + 20 + number % 7, position))
    return tuple(found)


def measurements(size: Size) -> tuple[SiteMeasurement, ...]:
    """The index on two days of a month, the links on one; the sitemap is not looked at every time."""
    found = []
    for number in range(size.days):
        day = size.first_day + timedelta(days=number)
        if day.day in (3, 20):
            submitted = None if day.day == 20 and day.month % 2 else 180 + number // 10
            indexed = None if submitted is None else submitted - 12 - number % 5
            found.append(SiteMeasurement(day, 240 + number // 4, submitted, indexed))
        if day.day == 10:
            found.append(SiteMeasurement(day, backlinks=900 + 7 * number, referring_domains=80 + number // 9))
    return tuple(found)


def _of_day(dice: Dice, number: int, day: date) -> Iterator[Sighting]:
    told = list(_queries(dice, day))
    yield from told
    yield from _pages(dice, day, sum(one.impressions or 0 for one in told))
    if number % 10 == 9:
        yield from _crossed(dice, day)
    if day.weekday() == MONDAY:
        yield from _positions(dice, number, day)


def _queries(dice: Dice, day: date) -> Iterator[Sighting]:
    for place, query in enumerate(QUERIES):
        if dice.chance(12):
            continue
        impressions = dice.between(5, 60)
        device = dice.weighted((("mobile", 3), ("desktop", 2)))
        position = Decimal(dice.between(100, 900)) / 100 + place
        yield Sighting("queries", day, query, "", "", device, dice.between(0, impressions // 5), impressions, position)


def _pages(dice: Dice, day: date, impressions: int) -> Iterator[Sighting]:
    # in every other month results with two pages are so many that pages exceed the site
    permille = 420 if day.month % 2 else 210
    for place, page in enumerate(PAGES):
        shown = impressions * permille // 1_000 + place
        position = Decimal(dice.between(10, 300)) / 10 + 1
        country = COUNTRIES[place % 2]
        yield Sighting("pages", day, "", page, country, "", dice.between(0, 2), shown + 2, position)


def _crossed(dice: Dice, day: date) -> Iterator[Sighting]:
    for query, page in ((QUERIES[0], PAGES[1]), (QUERIES[0], PAGES[0]), (RARE_QUERY, RARE_PAGE), ("", PAGES[2])):
        yield Sighting("crossed", day, query, page, "nl", "mobile", 1, dice.between(2, 9), Decimal(7))


def _positions(dice: Dice, number: int, day: date) -> Iterator[Sighting]:
    followed = KEYWORDS if number < ADDED_AFTER_DAYS else (*KEYWORDS, ADDED_KEYWORD)
    for query in followed:
        for country in COUNTRIES:
            is_found = not dice.chance(NOT_FOUND_PERCENT)
            place = max(1, FIRST_POSITIONS[query] + dice.between(-DRIFT, DRIFT) - number // CLIMBING_DAYS)
            position = Decimal(place) if is_found else None
            yield Sighting("positions", day, query, "", country, "", None, None, position, tracked=True)
