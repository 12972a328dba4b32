"""How the company is found: clicks and impressions, their rate, the mean position, and the shop's visibility."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import channel_of_advertisement
from pipelines.sandbox.answer_key.formulas import Formula, Key, Parts, Subject, exists_at
from pipelines.sandbox.answer_key.money import decimal, rounded
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.tally import Cell, Tally
from pipelines.sandbox.truth_search import Sighting

POSITION_PLACES = 6
WITHHELD, SHOPPING = "(withheld)", "Paid Shopping"
SHOP_PAGES = ("/shop/", "/product/", "/products/")
# what each report divides by; the shortest one that has a member counts for it
DIVIDES = {
    "queries": ("query", "device"),
    "pages": ("page", "country"),
    "crossed": ("query", "page", "country", "device"),
}
Sums = dict[Cell, dict[str, Fraction]]


def expected_search(books: Books) -> dict[Key, Parts]:
    """Totals of the site's own days, members of the reports, and of each month what they withhold."""
    days = [one for one in books.truth.findings.site_days if one.day < counted_until(books)]
    first_day, last_day = min(one.day for one in days), max(one.day for one in days)
    expected: dict[Key, Parts] = {}
    for grain in GRAINS:
        sums: Sums = {}
        for one in days:
            _add(sums, (period_start(grain, one.day), "total", ""), one.clicks, one.impressions, one.position)
        for slice_, member, sighting in counting_sightings(books):
            cell = (period_start(grain, sighting.day), slice_, member)
            if exists_at(slice_, grain):
                _add(sums, cell, sighting.clicks or 0, sighting.impressions or 0, sighting.position or Decimal(0))
        for cell, found in sums.items():
            expected |= _cells(grain, cell, found)
        for start in started_periods(grain, first_day, books.today):
            if start > last_day:
                expected |= dict.fromkeys(_keys(grain, (start, "total", "")), (None, None))
        if grain == "month":
            expected |= _withheld(sums)
    return expected


def counted_until(books: Books) -> date:
    """The first day that search reports do not know yet."""
    return books.today - timedelta(days=books.truth.findings.search_lag_days)


def counting_sightings(books: Books) -> Iterator[tuple[str, str, Sighting]]:
    """Slice, member and row: of a day each member is taken from the report that divides it least."""
    rows: dict[tuple[date, str, str], list[Sighting]] = {}
    for one in books.truth.findings.sightings:
        if one.report in DIVIDES and one.day < counted_until(books):
            for slice_ in DIVIDES[one.report]:
                member = getattr(one, slice_)
                if member:
                    rows.setdefault((one.day, slice_, member), []).append(one)
    for (_, slice_, member), found in rows.items():
        fewest = min(len(DIVIDES[one.report]) for one in found)
        for one in found:
            if len(DIVIDES[one.report]) == fewest:
                yield slice_, member, one


def count_visibility(tally: Tally, books: Books) -> None:
    """Impressions of the shop's pages in search, and of shopping ads."""
    for slice_, member, sighting in counting_sightings(books):
        address = member.partition("://")[2] or member
        if slice_ == "page" and address[address.index("/") :].startswith(SHOP_PAGES):
            tally.add("shop_impressions", sighting.day, sighting.impressions or 0, channel="Organic Search")
    for day, impressions in _shopping_ads(books):
        tally.add("shop_impressions", day, impressions, channel=SHOPPING)


def _add(sums: Sums, cell: Cell, clicks: int, impressions: int, position: Decimal) -> None:
    found = sums.setdefault(cell, {"clicks": Fraction(0), "impressions": Fraction(0), "weight": Fraction(0)})
    found["clicks"] += clicks
    found["impressions"] += impressions
    found["weight"] += rounded(Fraction(position), POSITION_PLACES) * impressions


def _keys(grain: str, cell: Cell) -> list[Key]:
    """The KPIs that exist for the cell; countries and devices have rates only."""
    counts = ("search_clicks", "search_impressions") if cell[1] in ("total", "query", "page") else ()
    return [(kpi_id, grain, *cell) for kpi_id in (*counts, "serp_ctr", "avg_keyword_position")]


def _cells(grain: str, cell: Cell, found: dict[str, Fraction]) -> dict[Key, Parts]:
    clicks, impressions, weight = (decimal(found[name]) for name in ("clicks", "impressions", "weight"))
    values: dict[str, Parts] = {
        "search_clicks": (clicks, None),
        "search_impressions": (impressions, None),
        "serp_ctr": (clicks, impressions),
        "avg_keyword_position": (weight, impressions),
    }
    return {key: values[key[0]] for key in _keys(grain, cell)}


def _withheld(sums: Sums) -> dict[Key, Parts]:
    """Of months in which a report told anything: what it lacks of the site's total, where it lacks something."""
    expected: dict[Key, Parts] = {}
    for month, slice_ in {(cell[0], cell[1]) for cell in sums if cell[1] in ("query", "page")}:
        gap = dict(sums[month, "total", ""])
        for cell, found in sums.items():
            if cell[:2] == (month, slice_):
                gap = {name: gap[name] - found[name] for name in gap}
        clicks, impressions = decimal(gap["clicks"]), decimal(gap["impressions"])
        if clicks > 0:
            expected["search_clicks", "month", month, slice_, WITHHELD] = (clicks, None)
        if impressions > 0:
            expected["search_impressions", "month", month, slice_, WITHHELD] = (impressions, None)
            if 0 <= clicks <= impressions:
                expected["serp_ctr", "month", month, slice_, WITHHELD] = (clicks, impressions)
    return expected


def _shopping_ads(books: Books) -> Iterator[tuple[date, int]]:
    """Of each platform and day the export, else what GA4 knows."""
    aliases = books.rules.platform_aliases
    ads = [one for one in books.truth.ads if one.day < books.today]
    exported = {(aliases.get(one.platform, one.platform), one.day) for one in ads if one.in_export}
    for one in ads:
        known_to_ga4 = one.in_ga4 and (aliases.get(one.source, one.source), one.day) not in exported
        platform = aliases.get(one.platform, one.platform)
        is_shopping = channel_of_advertisement(books.rules, one.channel, platform, one.campaign) == SHOPPING
        if is_shopping and (one.in_export or known_to_ga4):
            yield one.day, one.impressions


SEARCH = Subject(
    formulas=(Formula("webshop_visibility", "shop_impressions"),),
    count=count_visibility,
    values=expected_search,
    sources={"shop_impressions": (("seo_query", "ad_cost"),)},
    days=lambda books: {"seo_query": [one.day for one in books.truth.findings.sightings]},
)
