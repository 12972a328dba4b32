"""When a plan's numbers are needed: equal days, each stage so many days before its customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class PlanPeriod:
    """The first and the last day on which customers of the plan are to be won."""

    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class Planned:
    """What a month has to bring, and what has to be there by its end."""

    month: date
    needed: int
    needed_so_far: int


def plan_period(by: str | None, business_date: date) -> PlanPeriod:
    """The twelve months that end with `by` (YYYY-MM); without it the calendar year."""
    year, month = (int(part) for part in by.split("-")) if by else (business_date.year, 12)
    last_day = _following(date(year, month, 1)) - timedelta(days=1)
    return PlanPeriod(_following(date(year - 1, month, 1)), last_day)


def month_by_which(period: PlanPeriod, lag_days: int) -> date:
    """The first day of the month by whose end all members of a stage have to be there."""
    return (period.last_day - timedelta(days=lag_days)).replace(day=1)


def needed_by_month(needed: int, period: PlanPeriod, lag_days: int) -> list[Planned]:
    """A need spread over equal days; those of a month are rounded up over all months so far, so that they add up."""
    planned, before = [], 0
    for month in _months(period, lag_days):
        shifted = _following(month) - timedelta(days=1) + timedelta(days=lag_days)
        passed = min(max((shifted - period.first_day).days + 1, 0), period.days)
        so_far = -(-needed * passed // period.days)
        planned.append(Planned(month, so_far - before, so_far))
        before = so_far
    return planned


def _months(period: PlanPeriod, lag_days: int) -> Iterator[date]:
    month = (period.first_day - timedelta(days=lag_days)).replace(day=1)
    while month <= month_by_which(period, lag_days):
        yield month
        month = _following(month)


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
