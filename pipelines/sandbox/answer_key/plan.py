"""Reckoning back from the customers of the plan to what each month must bring, by cohorts whose window is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Key, Parts
from pipelines.sandbox.answer_key.periods import month_end

# from the customer back to the lead: (stage, next stage, what a benchmark says)
STEPS = (
    ("opportunity", "customer", Fraction(1, 3)),
    ("sql", "opportunity", Fraction(42, 100)),
    ("mql", "sql", Fraction(38, 100)),
    ("lead", "mql", Fraction(39, 100)),
)
COHORTS = 12


def expected_plan(books: Books, figures: Mapping[Key, Parts], months: Iterable[date]) -> dict[Key, Parts]:
    """The months of the plan that have begun; in those before it nothing is known."""
    steps = [_step(books, figures, *step) for step in STEPS]
    first_day, last_day = _year(books)
    customers = {"": books.rules.plan_customers}
    customers |= {name: ceil(customers[""] * Fraction(share)) for name, share in books.rules.revenue_segments.items()}
    started = list(months)
    expected: dict[Key, Parts] = {_key(month, "total", ""): (None, None) for month in started}
    for segment, wanted in customers.items():
        need, lag, needs = wanted, 0, [("customer", wanted, 0)]
        for (stage, *_), (rate, days) in zip(STEPS, steps, strict=True):
            need, lag = ceil(need / rate), lag + days
            needs.append((stage, need, lag))
        for stage, need, lag in needs:
            for month in started:
                if (first_day - timedelta(days=lag)).replace(day=1) <= month <= last_day - timedelta(days=lag):
                    amount = Decimal(_by_end_of(month, need, lag, first_day, last_day))
                    before = Decimal(_by_end_of(month - timedelta(days=1), need, lag, first_day, last_day))
                    for slice_, member in _cells(segment, stage):
                        expected[_key(month, slice_, member)] = (amount - before, None)
    return expected


def _cells(segment: str, stage: str) -> list[tuple[str, str]]:
    if segment:
        return [("segment", segment)] if stage == "lead" else []
    return [("total", ""), ("stage", "lead")] if stage == "lead" else [("stage", stage)]


def _key(month: date, slice_: str, member: str) -> Key:
    return ("required_stage_volume", "month", month, slice_, member)


def _by_end_of(day: date, need: int, lag: int, first_day: date, last_day: date) -> int:
    """What must be there by the end of the month that holds the day."""
    days = (last_day - first_day).days + 1
    passed = (month_end(day.replace(day=1)) + timedelta(days=lag) - first_day).days + 1
    return ceil(need * Fraction(min(max(passed, 0), days), days))


def _step(
    books: Books, figures: Mapping[Key, Parts], stage: str, following: str, benchmark: Fraction
) -> tuple[Fraction, int]:
    """The rate of a step, the company's own where it is of enough, and the days it takes."""
    window = books.rules.window_days
    cohorts = {
        key[2]: parts
        for key, parts in figures.items()
        if key[:2] == (f"{stage}_to_{following}_rate", "month") and key[3] == "total"
        if parts[1] and (books.today - month_end(key[2])).days > window
    }
    ripe = sorted(cohorts)[-COHORTS:]
    if not ripe:
        return benchmark, 0
    reached = sum((Fraction(cohorts[month][0] or 0) for month in ripe), Fraction(0))
    members = sum((Fraction(cohorts[month][1] or 0) for month in ripe), Fraction(0))
    days = sorted(
        (then - first).days
        for first, then in _passages(books, stage, following)
        if ripe[0] <= first <= month_end(ripe[-1]) and (then - first).days <= window
    )
    middle = Fraction(days[(len(days) - 1) // 2] + days[len(days) // 2], 2) if days else Fraction(0)
    is_enough = members >= books.rules.fewest_members and reached > 0
    return (reached / members if is_enough else benchmark), max(floor(middle + Fraction(1, 2)), 0)


def _passages(books: Books, stage: str, following: str) -> Iterable[tuple[date, date]]:
    """The days of a stage and of the next one; from the opportunity on those of deals."""
    if stage == "opportunity":
        return [(day, won_day) for day, _, won_day in books.opportunities() if won_day]
    return [
        (reached[stage], reached[following])
        for reached in books.reached.values()
        if stage in reached and following in reached
    ]


def _year(books: Books) -> tuple[date, date]:
    """The calendar year of today."""
    return date(books.today.year, 1, 1), date(books.today.year, 12, 31)
