"""Pages on social media: what they have at the end of a period, their growth, whom they reached, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

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


def _stock_on(values: Mapping[date, int], day: date) -> int | None:
    for back in range(KNOWN_FOR_DAYS + 1):
        if day - timedelta(days=back) in values:
            return values[day - timedelta(days=back)]
    return None


def _values(books: Books) -> Mapping[Key, Parts]:
    rows = _rows(books)
    if not rows:
        return {}
    expected: dict[Key, Parts] = {}
    first_day = min(row.day for row in rows)
    followers, likes = _stocks(books, "followers"), _stocks(books, "page_likes")
    for grain in GRAINS:
        for start in started_periods(grain, first_day, books.today):
            last_day = _last_day(grain, start, books.today)
            for kpi_id, stocks in (("followers", followers), ("page_likes", likes)):
                _put(expected, kpi_id, grain, start, {page: _stock_on(of, last_day) for page, of in stocks.items()})
            grown: dict[Page, int | None] = {}
            for page, of in followers.items():
                is_told = any(day in of for day in days_between(start, last_day))
                begun, ended = _stock_on(of, start - timedelta(days=1)), _stock_on(of, last_day) if is_told else None
                grown[page] = None if begun is None or ended is None else ended - begun
            _put(expected, "follower_growth", grain, start, grown)
    return expected | _reach(rows)


def _last_day(grain: str, start: date, today: date) -> date:
    """The last day of the period that is over."""
    days = [day for day in days_between(start, today - timedelta(days=1)) if period_start(grain, day) == start]
    return days[-1]


def _put(expected: dict[Key, Parts], kpi_id: str, grain: str, start: date, figures: Mapping[Page, int | None]) -> None:
    """The sum over pages, and that of each network; a total of nothing is unknown."""
    known = {page: value for page, value in figures.items() if value is not None}
    total = Decimal(sum(known.values())) if known else None
    expected[kpi_id, grain, start, *TOTAL] = (total, None)
    if exists_at("platform", grain):
        for platform in {page[0] for page in known}:
            of_platform = sum(value for page, value in known.items() if page[0] == platform)
            expected[kpi_id, grain, start, "platform", platform] = (Decimal(of_platform), None)


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
    """Comments on the day of the look that first saw them, negative feedback on its day."""
    clock = books.clock
    for post in books.truth.social.posts:
        published, most = clock.day(post.published_at), None
        for look in sorted(post.looks, key=lambda one: one.observed_at):
            day = clock.day(look.observed_at)
            if look.comments is None or not clock.is_known(look.observed_at):
                continue
            if most is None:
                gained = look.comments if (day - published).days <= FRESH_POST_DAYS else None
            else:
                gained = max(look.comments - most, 0)
            most = max(look.comments, most or 0)
            if gained is not None and day < books.today:
                tally.add("page_feedback", day, gained, feedback_type="comments")
    for row in _rows(books):
        if row.period != "month" and row.negative_feedback is not None:
            tally.add("page_feedback", row.day, row.negative_feedback, feedback_type="negative_feedback")


def _days(books: Books) -> Mapping[str, Iterable[date]]:
    return {"social_pages": [row.day for row in _rows(books)]}


PAGES = Subject(
    formulas=(Formula("page_feedback", "page_feedback", slices=("feedback_type",)),),
    count=_count,
    values=_values,
    sources={"page_feedback": (("social_pages",),)},
    days=_days,
)
