"""Which visitors of a month came again in the month after, told from single visits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Key, Parts, Subject
from pipelines.sandbox.answer_key.periods import month_end, period_start, started_periods
from pipelines.sandbox.answer_key.tally import TOTAL
from pipelines.sandbox.answer_key.website import Session, visible_sessions

# two steps of 30 days after the last day of the month
FOLLOWED = timedelta(days=60)


def _values(books: Books) -> dict[Key, Parts]:
    first: dict[int, Session] = {}
    active: dict[date, set[int]] = {}
    for visit in visible_sessions(books.truth, books.clock):
        known = first.get(visit.visitor_id)
        if visit.is_first_visit and (known is None or visit.day < known.day):
            first[visit.visitor_id] = visit
        if visit.is_first_visit or visit.is_engaged:
            active.setdefault(period_start("month", visit.day), set()).add(visit.visitor_id)
    values: dict[Key, Parts] = {}
    for month in started_periods("month", books.truth.first_day, books.today):
        if month_end(month) + FOLLOWED >= books.today:
            values["visitor_retention_rate", "month", month, *TOTAL] = (None, None)
            continue
        came_after = active.get(month_end(month) + timedelta(days=1), set())
        of_channel: dict[tuple[str, str], list[int]] = {TOTAL: []}
        for number, visit in first.items():
            if period_start("month", visit.day) == month:
                of_channel[TOTAL].append(number)
                of_channel.setdefault(("channel", visit.channel), []).append(number)
        for place, numbers in of_channel.items():
            again = sum(1 for number in numbers if number in came_after)
            values["visitor_retention_rate", "month", month, *place] = (Decimal(again), Decimal(len(numbers)))
    return values


RETENTION = Subject(values=_values)
