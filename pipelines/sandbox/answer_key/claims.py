"""What each system takes for its own of a month's orders, by days of its own, beside the orders that there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.mailings import mailings
from pipelines.sandbox.answer_key.marts import Value, ratio
from pipelines.sandbox.answer_key.page_visits import visits
from pipelines.sandbox.answer_key.periods import period_start, started_periods
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.truth import Truth

ALL_PLATFORMS = "(all platforms)"
# month, kind of claimant, claimant
Key = tuple[date, str, str]
Claim = tuple[date, str, str, Decimal | int | None]


def expected_overclaim_month(truth: Truth, today: date, rules: Rules) -> dict[Key, dict[str, Value]]:
    """(month, claimant_kind, claimant) -> the columns of marts.overclaim_month; None where nothing was told."""
    books = Books(truth, today, rules)
    orders = Counter(period_start("month", one.day) for one in books.shop.purchases)
    claims: dict[Key, Decimal | None] = {}
    for day, kind, claimant, claimed in _claims(books):
        key = (period_start("month", day), kind, claimant)
        so_far = claims.get(key)
        claims[key] = so_far if claimed is None else (so_far or Decimal(0)) + claimed
    return {
        key: {
            "fact": "orders",
            "claimed": claimed,
            "actual": orders[key[0]],
            "factor": None if claimed is None else ratio(Fraction(claimed), orders[key[0]]),
        }
        for key, claimed in claims.items()
    }


def _claims(books: Books) -> Iterator[Claim]:
    yield from _of_ga4(books)
    yield from _of_mail_tools(books)
    for one in books.truth.ads:
        if one.in_export and one.day < books.today:
            yield one.day, "ad_platform", one.platform, one.conversions
            yield one.day, "ad_platforms", ALL_PLATFORMS, one.conversions


def _of_ga4(books: Books) -> Iterator[Claim]:
    """A month without a purchase claims 0: GA4 was read."""
    for month in started_periods("month", books.truth.first_day, books.today):
        yield month, "analytics", "ga4", 0
    for visit in visits(books):
        yield visit.day, "analytics", "ga4", visit.events["purchase"]


def _of_mail_tools(books: Books) -> Iterator[Claim]:
    # zeros everywhere are how a missing web shop looks
    has_store = any(letter.orders or letter.revenue for letter in books.truth.newsletters)
    for one in mailings(books.truth, books.clock):
        yield one.send_day, "email", "mailchimp", one.newsletter.orders if has_store else None
    for sent in books.truth.tool_mail.mailings:
        day = books.clock.counted_day(sent.sent_at)
        if day is not None:
            yield day, "email", sent.tool.lower(), sent.orders
