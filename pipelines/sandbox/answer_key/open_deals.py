"""The open pipeline at the end of each period, from the stages that deals went through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.channels import UNKNOWN
from pipelines.sandbox.answer_key.formulas import Key, Parts
from pipelines.sandbox.answer_key.money import Rates, decimal
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.answer_key.sales import Sale

CLOSING = {"closed won", "closed lost"}


def expected_pipeline(books: Books) -> Mapping[Key, Parts]:
    """What was open at the end of each period, from the first day of the deals' history on."""
    entries: dict[str, list[tuple[datetime, str]]] = {}
    for one in books.truth.crm.deal_stages:
        if books.clock.is_known(one.entered_at):
            entries.setdefault(one.deal_id, []).append((one.entered_at, one.stage.lower()))
    first_day = min(books.clock.day(at) for of_deal in entries.values() for at, _ in of_deal)
    rates = Rates(books.truth.units_per_eur)
    values: dict[Key, Parts] = {}
    for grain in GRAINS:
        for start in started_periods(grain, min(first_day, _deals_from(books)), books.today):
            day = _last_day(grain, start, books.today)
            sums: dict[tuple[str, str], Fraction] = {("total", ""): Fraction(0)}
            for sale in books.sales:
                stage = _stage_on(day, sale, entries, books)
                if stage is None:
                    continue
                amount = sale.record.amount
                value = Fraction(0) if amount is None else rates.euros(amount, sale.record.currency, day) or Fraction(0)
                cells = [("total", ""), ("channel", sale.channel)]
                if grain != "day":
                    cells += [("segment", sale.members["segment"]), ("stage", stage)]
                for cell in cells:
                    sums[cell] = sums.get(cell, Fraction(0)) + value
            for cell, value in sums.items():
                is_known = day >= first_day
                if is_known or cell[0] == "total":
                    values["pipeline_value", grain, start, *cell] = (decimal(value) if is_known else None, None)
    return values


def _stage_on(day: date, sale: Sale, entries: Mapping[str, list[tuple[datetime, str]]], books: Books) -> str | None:
    """The stage in which a deal stood open at the end of a day; None when it was not open."""
    closed = sale.won_day or sale.lost_day
    if not sale.is_new_business or sale.opportunity_day is None or sale.opportunity_day > day:
        return None
    before = [entry for entry in entries.get(sale.deal_id, []) if books.clock.day(entry[0]) <= day]
    stage = max(before)[1] if before else UNKNOWN
    return None if stage in CLOSING or (closed is not None and closed <= day) else stage


def _deals_from(books: Books) -> date:
    days = (books.clock.day(deal.created_at) for deal in books.truth.deals if books.clock.is_known(deal.created_at))
    return min(days)


def _last_day(grain: str, start: date, today: date) -> date:
    day = start
    while day + timedelta(days=1) < today and period_start(grain, day + timedelta(days=1)) == start:
        day += timedelta(days=1)
    return day
