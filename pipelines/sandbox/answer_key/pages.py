"""Pages on social media: what they have at the end of a period, their growth, whom they reached, what came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Formula, Key, Parts, Subject, exists_at
from pipelines.sandbox.answer_key.periods import GRAINS, days_between, period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL, Tally
from pipelines.sandbox.truth_social import PageRow

KNOWN_FOR_DAYS = 30
FRESH_POST_DAYS = 7
Page = tuple[str, str]
Stock = dict[Page, dict[date, int]]


def _rows(books: Books) -> list[PageRow]:
    return [row for row in books.truth.social.pages if row.last_day < books.today]


def _stocks(books: Books, name: str) -> Stock:
    """By page: the value of every day of which a row tells one; a day before a month that ends on it."""
    stocks: Stock = {}
    for row in sorted(_rows(books), key=lambda one: one.period != "month"):
        value = getattr(row, name)
        if value is not None:
            stocks.setdefault((row.platform, row.page), {})[row.last_day] = value
    return stocks


def _growth(books: Books) -> Iterator[tuple[date, str, int]]:
    """Day, network and what a page has more than when it was last told of, which is no longer ago than a month."""
    for (platform, _), values in _stocks(books, "followers").items():
        days = sorted(values)
        for before, day in pairwise(days):
            if (day - before).days <= KNOWN_FOR_DAYS + 1:
                yield day, platform, values[day] - values[before]


def _told(books: Books) -> list[date]:
    return [row.last_day for row in _rows(books) if row.followers is not None]


def _stock_on(values: Mapping[date, int], day: date) -> int | None:
    for back in range(KNOWN_FOR_DAYS + 1):
        if day - timedelta(days=back) in values:
            return values[day - timedelta(days=back)]
    return None


def _counts(values: Mapping[date, int], day: date) -> bool:
    """From the first value on, until a month after the last one: a page that comes back was there all along."""
    return min(values) <= day <= max(values) + timedelta(days=KNOWN_FOR_DAYS)


def _values(books: Books) -> Mapping[Key, Parts]:
    rows = _rows(books)
    if not rows:
        return {}
    expected: dict[Key, Parts] = {}
    first_day = min(row.day for row in rows)
    grown = {day for day, _, _ in _growth(books)}
    for grain in GRAINS:
        for start in started_periods(grain, min(_told(books)), books.today):
            if not any(day in grown for day in days_between(start, _last_day(grain, start, books.today))):
                expected["follower_growth", grain, start, *TOTAL] = (None, None)
    followers, likes = _stocks(books, "followers"), _stocks(books, "page_likes")
    for grain in GRAINS:
        for start in started_periods(grain, first_day, books.today):
            last_day = _last_day(grain, start, books.today)
            for kpi_id, stocks in (("followers", followers), ("page_likes", likes)):
                figures = {page: _stock_on(of, last_day) for page, of in stocks.items() if _counts(of, last_day)}
                _put(expected, kpi_id, grain, start, figures)
    return expected | _reach(rows)


def _last_day(grain: str, start: date, today: date) -> date:
    """The last day of the period that is over."""
    days = [day for day in days_between(start, today - timedelta(days=1)) if period_start(grain, day) == start]
    return days[-1]


def _put(expected: dict[Key, Parts], kpi_id: str, grain: str, start: date, figures: Mapping[Page, int | None]) -> None:
    """The sum over pages, and that of each network; that of nothing, or of a page that is unknown, is unknown."""
    expected[kpi_id, grain, start, *TOTAL] = (_sum(figures.values()), None)
    if exists_at("platform", grain):
        for platform in {page[0] for page in figures}:
            of_platform = [value for page, value in figures.items() if page[0] == platform]
            expected[kpi_id, grain, start, "platform", platform] = (_sum(of_platform), None)


def _sum(values: Collection[int | None]) -> Decimal | None:
    return Decimal(sum(value or 0 for value in values)) if values and None not in values else None


def _reach(rows: Iterable[PageRow]) -> dict[Key, Parts]:
    """Of the networks that tell of one page in the month."""
    told: dict[tuple[date, str], list[int | None]] = {}
    for row in rows:
        if row.period == "month":
            told.setdefault((row.day, row.platform), []).append(row.reach)
    return {
        ("social_reach", "month", month, "platform", platform): (Decimal(reach[0]), None)
        for (month, platform), reach in told.items()
        if len(reach) == 1 and reach[0] is not None
    }


def _count(tally: Tally, books: Books) -> None:
    """Growth; comments on the day of the look that first saw them, negative feedback on its day."""
    for day, platform, grown in _growth(books):
        tally.add("follower_growth", day, grown, platform=platform)
    clock = books.clock
    for post in books.truth.social.posts:
        published, most = clock.day(post.published_at), None
        for look in sorted(post.looks, key=lambda one: one.observed_at):
            day = clock.day(look.observed_at)
            if look.comments is None or not clock.is_known(look.observed_at):
                continue
            if most is None:
                new_comments = look.comments if (day - published).days <= FRESH_POST_DAYS else None
            else:
                new_comments = max(look.comments - most, 0)
            most = max(look.comments, most or 0)
            if new_comments is not None and day < books.today:
                tally.add("page_feedback", day, new_comments, feedback_type="comments")
    for row in _rows(books):
        if row.period != "month" and row.negative_feedback is not None:
            tally.add("page_feedback", row.day, row.negative_feedback, feedback_type="negative_feedback")


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    return {"social_pages": [row.day for row in _rows(books)], "social_followers": _told(books)}


PAGES = Subject(
    formulas=(
        Formula("page_feedback", "page_feedback", slices=("feedback_type",)),
        Formula("follower_growth", "follower_growth", slices=("total", "platform")),
    ),
    count=_count,
    values=_values,
    sources={"page_feedback": (("social_pages",),), "follower_growth": (("social_followers",),)},
    days=_days,
)
