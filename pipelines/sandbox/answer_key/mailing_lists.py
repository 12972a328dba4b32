"""How the mailing lists grew, by period: what a first read on a morning knows of each list, and of all together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Key, Parts, exists_at
from pipelines.sandbox.answer_key.periods import GRAINS, days_between, month_end, started_periods
from pipelines.sandbox.truth import MailList, Newsletter
from pipelines.sandbox.truth_email import ToolListDay

ACTIVITY_REACHES_DAYS = 180
ONE_DAY = timedelta(days=1)
MONTHLY_GROWTH = "email_list_net_growth"


@dataclass(frozen=True)
class Told:
    """A figure of a list: `counts` False where its tool never tells it, so that the total does without."""

    value: int | None
    counts: bool = True


def expected_mailing_lists(books: Books) -> Mapping[Key, Parts]:
    """The figures of every list and of all lists, for every period that has begun."""
    figures: dict[Key, list[Told]] = {}
    for grain in GRAINS:
        for start in started_periods(grain, books.truth.first_day, books.today):
            last = min(_last_day(grain, start), books.today - ONE_DAY)
            for name, kpi_id, told in _figures(books, grain, start, last):
                figures.setdefault((kpi_id, grain, start, "total", ""), []).append(told)
                if exists_at("list", grain):
                    figures.setdefault((kpi_id, grain, start, "list", name), []).append(told)
    return {key: (_together(told, is_total=key[3] == "total"), None) for key, told in figures.items()}


def _together(told: list[Told], *, is_total: bool) -> Decimal | None:
    """The sum, unknown when that of one list is."""
    values = [one.value for one in told if one.counts or not is_total]
    return Decimal(sum(one or 0 for one in values)) if values and None not in values else None


def _figures(books: Books, grain: str, start: date, last: date) -> Iterator[tuple[str, str, Told]]:
    is_monthly = grain in ("month", "quarter", "year")
    for audience in books.truth.mail_lists:
        created = books.clock.day(audience.created_at)
        if created <= last:
            end, before = _stock(books, audience, last), _stock(books, audience, start - ONE_DAY)
            if start <= created:
                before = 0
            yield audience.name, "newsletter_signups", Told(_signups(books, audience, start, last))
            yield audience.name, "email_unsubscribes", Told(_left(books, audience, start, last, is_monthly=is_monthly))
            yield audience.name, "email_list_size", Told(end)
            if is_monthly:
                yield audience.name, MONTHLY_GROWTH, Told(_difference(end, before))
    days = [one for one in books.truth.tool_mail.list_days if one.day < books.today]
    for tool, name in sorted({(one.tool, one.list) for one in days}):
        own = [one for one in days if (one.tool, one.list) == (tool, name)]
        if own[0].day <= last:
            first_of_tool = min(one.day for one in days if one.tool == tool)
            yield from _figures_of_tool(own, first_of_tool, start, last, is_monthly=is_monthly)


def _figures_of_tool(
    own: list[ToolListDay], first_of_tool: date, start: date, last: date, *, is_monthly: bool
) -> Iterator[tuple[str, str, Told]]:
    within = [one for one in own if start <= one.day <= last]
    for kpi_id, told in (
        ("newsletter_signups", [one.signups for one in within]),
        ("email_unsubscribes", [one.unsubscribed for one in within]),
    ):
        all_days = [one.signups if kpi_id == "newsletter_signups" else one.unsubscribed for one in own]
        is_exported = any(one is not None for one in all_days)
        value = None if not is_exported or None in told else sum(one or 0 for one in told)
        yield own[0].list, kpi_id, Told(value, counts=is_exported)
    end = [one.subscribed for one in own if one.day <= last]
    before = [one.subscribed for one in own if one.day < start]
    yield own[0].list, "email_list_size", Told(end[-1] if end else None)
    if is_monthly:
        begin = before[-1] if before else 0 if first_of_tool < start else None
        yield own[0].list, MONTHLY_GROWTH, Told(_difference(end[-1] if end else None, begin))


def _difference(end: int | None, before: int | None) -> int | None:
    return None if end is None or before is None else end - before


def _is_remembered(books: Books, audience: MailList, start: date) -> bool:
    """Mailchimp tells single days of the last 180 only."""
    reaches = books.today - timedelta(days=ACTIVITY_REACHES_DAYS - 1)
    return books.clock.day(audience.created_at) >= reaches or start >= reaches


def _signups(books: Books, audience: MailList, start: date, last: date) -> int | None:
    if not _is_remembered(books, audience, start):
        return None
    return sum(audience.days.get(day, (0, 0))[0] for day in days_between(start, last))


def _left(books: Books, audience: MailList, start: date, last: date, *, is_monthly: bool) -> int | None:
    """Months have a history of their own; days and weeks are those of the activity."""
    if is_monthly:
        months = [month for month in audience.months if f"{start:%Y-%m}" <= month <= f"{last:%Y-%m}"]
        return sum(_month(books, audience, month)[1] for month in months)
    if not _is_remembered(books, audience, start):
        return None
    return sum(
        start <= books.clock.day(event.at) <= last
        for letter in _letters(books, audience)
        for event in letter.events
        if event.kind == "unsubscribe" and books.clock.is_known(event.at)
    )


def _letters(books: Books, audience: MailList) -> list[Newsletter]:
    reported = {one.campaign_id for one in books.truth.newsletters if one.report != "none"}
    return [
        one
        for one in books.truth.newsletters
        if one.list_id == audience.list_id and one.type != "automation" and one.parent_campaign_id not in reported
    ]


def _stock(books: Books, audience: MailList, day: date) -> int | None:
    """Known of month ends, and of the day before the morning it is read."""
    if day == books.today - ONE_DAY or day == month_end(day.replace(day=1)):
        month = f"{day:%Y-%m}"
        return _month(books, audience, month)[0] if month in audience.months else None
    return None


def _month(books: Books, audience: MailList, month: str) -> tuple[int, ...]:
    """Stock at the end and what left; the running month has moved by its days that are over."""
    stock, *flows = audience.months[month][:4]
    if month != f"{books.today:%Y-%m}":
        return (stock, *flows)
    earlier = [audience.months[one][0] for one in sorted(audience.months) if one < month]
    before = earlier[-1] if earlier else 0
    days, days_over = month_end(books.today.replace(day=1)).day, books.today.day - 1
    return (before + (stock - before) * days_over // days, *(flow * days_over // days for flow in flows))


def _last_day(grain: str, start: date) -> date:
    if grain == "day":
        return start
    if grain == "week":
        return start + timedelta(days=6)
    if grain == "month":
        return month_end(start)
    last_month = start.month + 2 if grain == "quarter" else 12
    return month_end(date(start.year, last_month, 1))
