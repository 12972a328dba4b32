"""What people hand in: articles, figures under the id of a KPI, and A/B tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.coverage import Coverage
from pipelines.sandbox.answer_key.formulas import MONTHLY, Key, Parts, Subject, exists_at
from pipelines.sandbox.answer_key.periods import GRAINS, period_start, started_periods
from pipelines.sandbox.truth_search import HandedIn

# a file whose newest row is no older speaks for the days up to it
FILE_REACH_DAYS = 7
# kpi -> grains, slices, whether the last figure of a period counts instead of the sum
FIGURES: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "exits": (GRAINS, ("total", "page"), False),
    "exit_rate": (GRAINS, ("total", "page"), False),
    "heatmap_movements": (GRAINS, ("total", "page"), False),
    "brand_awareness": (MONTHLY, ("total", "segment", "wave"), False),
    "customer_satisfaction": (MONTHLY, ("total", "segment"), False),
    "sustainability_goal": (("month",), ("total",), True),
    "social_responsibility_goal": (("month",), ("total",), True),
    "employee_retention": (("month",), ("total",), False),
    "financial_performance": (MONTHLY, ("total",), False),
}


def expected_handed_in(books: Books) -> dict[Key, Parts]:
    """Totals of every period since the first figure, known or not; members where there are figures."""
    expected = _articles(books) | _tests(books)
    for kpi_id, (grains, slices, is_last) in FIGURES.items():
        figures = [one for one in books.truth.findings.handed_in if one.metric_id == kpi_id and one.day < books.today]
        # what was never handed in has no source, in no period
        first_day = min((one.day for one in figures), default=Coverage(books).first_known_day)
        for grain in grains:
            for start in started_periods(grain, first_day, books.today):
                expected[kpi_id, grain, start, "total", ""] = (None, None)
            cells: dict[tuple[date, str, str], list[HandedIn]] = {}
            for one in figures:
                slice_ = one.slice or "total"
                if slice_ in slices and exists_at(slice_, grain):
                    cells.setdefault((period_start(grain, one.day), slice_, one.member), []).append(one)
            for cell, found in cells.items():
                counted = [max(found, key=lambda one: one.day)] if is_last else found
                expected[kpi_id, grain, *cell] = _summed(counted)
    return expected


def _summed(figures: Sequence[HandedIn]) -> Parts:
    if figures[0].value is not None:
        return _sum(one.value for one in figures), None
    return _sum(one.numerator for one in figures), _sum(one.denominator for one in figures)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _tests(books: Books) -> dict[Key, Parts]:
    """rate(B) - rate(A) as one fraction, of all that each variant had by the end of the month."""
    rows = [one for one in books.truth.findings.handed_in if one.slice == "variant" and one.day < books.today]
    expected: dict[Key, Parts] = {}
    for test, month in sorted({(one.metric_id, period_start("month", one.day)) for one in rows}):
        so_far = [one for one in rows if one.metric_id == test and period_start("month", one.day) <= month]
        conversions_a, visitors_a = _summed([one for one in so_far if one.member.upper() == "A"])
        conversions_b, visitors_b = _summed([one for one in so_far if one.member.upper() == "B"])
        assert conversions_a is not None and visitors_a and conversions_b is not None and visitors_b  # noqa: S101
        difference = conversions_b * visitors_a - conversions_a * visitors_b
        expected["ab_test_uplift", "month", month, "test", test] = (difference, visitors_a * visitors_b)
    return expected


def _articles(books: Books) -> dict[Key, Parts]:
    """Nothing published is 0, as far as the list of articles reaches."""
    days = [
        (day, one.type or "(unknown)")
        for one in books.truth.findings.articles
        if books.clock.is_known(one.published_at) and (day := books.clock.counted_day(one.published_at))
    ]
    first_day, last_day = min(days)[0], max(days)[0]
    if (books.today - last_day).days <= FILE_REACH_DAYS:
        last_day = books.today - timedelta(days=1)
    expected: dict[Key, Parts] = {}
    for grain in GRAINS:
        for start in started_periods(grain, first_day, books.today):
            published = [day for day, _ in days if period_start(grain, day) == start]
            total = Decimal(len(published)) if start <= last_day else None
            expected["articles_published", grain, start, "total", ""] = (total, None)
        if exists_at("type", grain):
            for start, member in {(period_start(grain, day), type_) for day, type_ in days}:
                published = [day for day, type_ in days if type_ == member and period_start(grain, day) == start]
                expected["articles_published", grain, start, "type", member] = (Decimal(len(published)), None)
    return expected


HANDED_IN = Subject(values=expected_handed_in)
