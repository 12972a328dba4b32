"""The expected rows of the two funnel tables: lead cohorts with one window, and entries by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.marts import Value, ratio
from pipelines.sandbox.answer_key.measures import count_books
from pipelines.sandbox.answer_key.people import Person
from pipelines.sandbox.answer_key.periods import month_end, period_start
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.tally import TOTAL, Cell, Tally
from pipelines.sandbox.truth import Truth

FunnelKey = tuple[date, str, str, str]
DEAL_MEASURES = {"opportunity": "opportunities", "customer": "customers"}


def expected_funnel_cohort(truth: Truth, today: date, rules: Rules) -> dict[FunnelKey, dict[str, Value]]:
    """(cohort_month, slice, member, stage) -> the columns of marts.funnel_cohort; positions count from 1."""
    books = Books(truth, today, rules)
    cohorts: dict[tuple[date, str, str], list[Person]] = {}
    for person in books.persons:
        month = period_start("month", person.created_day)
        for slice_, member in (
            TOTAL,
            ("channel", person.channel),
            ("device", person.device),
            ("segment", person.segment),
        ):
            cohorts.setdefault((month, slice_, member), []).append(person)
    rows: dict[FunnelKey, dict[str, Value]] = {}
    for (month, slice_, member), persons in cohorts.items():
        before = None
        for position, stage in enumerate(rules.stages, start=1):
            days = _days_to(stage, persons, books)
            rows[month, slice_, member, stage] = {
                "cohort_month": month,
                "slice": slice_,
                "member": member,
                "stage": stage,
                "stage_position": position,
                "cohort_leads": len(persons),
                "reached": len(days),
                "rate": ratio(len(days), len(persons)),
                "rate_from_previous": ratio(len(days), len(persons) if before is None else before),
                "window_days": rules.window_days,
                "is_mature": month_end(month) + timedelta(days=rules.window_days) < today,
                "median_days": median(days) if days else None,
            }
            before = len(days)
    return rows


def _days_to(stage: str, persons: list[Person], books: Books) -> list[Fraction]:
    """Whole days from creation to the stage, of those that got there within the window."""
    days = []
    for person in persons:
        entered = books.reached[person.person_id].get(stage)
        if entered is not None and (entered - person.created_day).days <= books.rules.window_days:
            days.append(Fraction((entered - person.created_day).days))
    return days


def expected_funnel_period(truth: Truth, today: date, rules: Rules) -> dict[FunnelKey, dict[str, Value]]:
    """(month, slice, member, stage) -> the columns of marts.funnel_period, in total, by lead source and by device.

    Every stage stands for every month, lead source and device with an entry.
    """
    books, tally = Books(truth, today, rules), Tally()
    count_books(tally, books)
    sums = {stage: tally.sums(_measure(stage), "month") for stage in rules.stages}
    sums = {stage: _by_lead_source(cells) for stage, cells in sums.items()}
    groups = {cell for cells in sums.values() for cell in cells}
    rows: dict[FunnelKey, dict[str, Value]] = {}
    for cell in sorted(groups):
        before = None
        for position, stage in enumerate(rules.stages, start=1):
            entered = int(sums[stage].get(cell, 0))
            rows[(*cell, stage)] = {
                "month": cell[0],
                "slice": cell[1],
                "member": cell[2],
                "stage": stage,
                "stage_position": position,
                "entered": entered,
                "rate_from_previous": None if before is None else ratio(entered, before),
            }
            before = entered
    return rows


def _by_lead_source(cells: Mapping[Cell, Fraction]) -> dict[Cell, Fraction]:
    """The cells in total, by device and by lead source, which is called channel in a funnel."""
    has_own = any(slice_ == "lead_source" for _, slice_, _ in cells)
    wanted = {"total": "total", "device": "device", "lead_source" if has_own else "channel": "channel"}
    return {
        (month, wanted[slice_], member): value for (month, slice_, member), value in cells.items() if slice_ in wanted
    }


def _measure(stage: str) -> str:
    """Persons up to SQL, deals from the opportunity on, customers at the end."""
    return DEAL_MEASURES.get(stage, f"entered_{stage}")
