"""Reckoning back from customers: the worked example of the documents, and what holds for any rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.planning import (
    PlanPeriod,
    StageRate,
    marketing_share,
    month_by_which,
    needed_at_each_stage,
    needed_by_month,
    needed_in_all,
    plan_of,
    plan_period,
    plan_stages,
)

SEED = [Fraction(1, 3), Fraction(42, 100), Fraction(38, 100), Fraction(39, 100)]
RATES = st.lists(st.fractions(min_value=Fraction(1, 200), max_value=1, max_denominator=500), min_size=1, max_size=5)
CUSTOMERS = st.integers(min_value=1, max_value=100_000)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


def test_a_hundred_customers_need_what_the_example_says() -> None:
    assert needed_at_each_stage(100, SEED) == [300, 715, 1882, 4826]


def test_rounded_once_at_the_end_it_is_4820() -> None:
    exactly = needed_in_all(100, SEED)
    assert exactly is not None
    assert (ceil(exactly), f"{float(exactly):.2f}") == (4820, "4819.74")
    assert f"{float(prod(SEED)):.4%}" == "2.0748%"


def test_one_in_three_is_no_033() -> None:
    assert needed_at_each_stage(100, [Fraction(33, 100), *SEED[1:]]) == [304, 724, 1906, 4888]


def test_own_rates_of_the_documents_need_5129() -> None:
    rates = [Fraction(5, 16), Fraction(16, 38), Fraction(38, 100), Fraction(78, 200)]
    exactly = needed_in_all(100, rates)
    assert exactly is not None
    assert f"{float(exactly):.1f}" == "5128.2"
    assert needed_at_each_stage(100, rates)[-1] == 5129


def test_from_a_rate_that_is_not_known_or_zero_on_nothing_is_known() -> None:
    assert needed_at_each_stage(100, [Fraction(1, 2), None, Fraction(1, 2)]) == [200, None, None]
    assert needed_at_each_stage(100, [Fraction(0)]) == [None]
    assert needed_in_all(100, [Fraction(1, 2), None]) is None


@given(CUSTOMERS, RATES)
def test_rounding_up_never_needs_less_than_the_exact_figure_and_each_stage_at_least_the_one_after(
    customers: int, rates: list[Fraction]
) -> None:
    needs = [need for need in needed_at_each_stage(customers, rates) if need is not None]
    assert len(needs) == len(rates)
    assert sorted([customers, *needs]) == [customers, *needs]
    for place, need in enumerate(needs, 1):
        exactly = needed_in_all(customers, rates[:place])
        assert exactly is not None
        # each stage adds less than one, and the ones after carry it on
        carried = sum((1 / prod(rates[later:place], start=Fraction(1)) for later in range(1, place + 1)), Fraction(0))
        assert exactly <= need < exactly + carried


@given(CUSTOMERS, CUSTOMERS, RATES)
def test_more_customers_never_need_less(one: int, other: int, rates: list[Fraction]) -> None:
    fewer, more = sorted([one, other])
    pairs = zip(needed_at_each_stage(fewer, rates), needed_at_each_stage(more, rates), strict=True)
    assert all(low is not None and high is not None and low <= high for low, high in pairs)


@given(st.integers(min_value=0, max_value=100_000), DAYS, st.integers(min_value=0, max_value=700))
def test_the_months_add_up_to_the_need_whenever_the_plan_is_and_however_long_the_lag(
    needed: int, today: date, lag_days: int
) -> None:
    period = plan_period(None, today)
    months = needed_by_month(needed, period, lag_days)
    assert sum(one.needed for one in months) == needed
    assert all(one.needed >= 0 for one in months)
    assert months[-1].needed_so_far == needed
    assert months[-1].month == month_by_which(period, lag_days)
    assert [one.month for one in months] == sorted({one.month for one in months})


@given(DAYS)
def test_a_plan_has_twelve_whole_months(today: date) -> None:
    period = plan_period(f"{today:%Y-%m}", date(2026, 1, 1))
    assert period.first_day.day == 1
    assert period.days in {365, 366}
    assert (period.last_day.year, period.last_day.month) == (today.year, today.month)


def test_without_a_month_the_plan_is_for_the_calendar_year() -> None:
    assert plan_period(None, date(2026, 9, 8)) == PlanPeriod(date(2026, 1, 1), date(2026, 12, 31))


def test_a_stage_that_is_not_used_or_no_part_of_the_plan_is_skipped() -> None:
    assert plan_stages(["lead", "mql", "sal", "sql", "demo", "customer"]) == ["lead", "mql", "sql", "customer"]


@pytest.mark.parametrize(
    ("customers", "share", "expected"),
    [
        pytest.param(100, "0.15", 15, id="whole"),
        pytest.param(10, "0.25", 3, id="rounded up"),
        pytest.param(3, "1", 3, id="all"),
    ],
)
def test_marketing_must_deliver_its_share_rounded_up(customers: int, share: str, expected: int) -> None:
    assert marketing_share(customers, {"smb": Decimal(share)}) == {"smb": expected}


def test_a_plan_has_chances_and_a_budget_where_they_are_known() -> None:
    lead = StageRate("lead", Fraction(1, 3), "own cohorts", None, 40, (2.5, 3.0000000001, 4.25), 12.345)
    customer, planned = plan_of(10, plan_period("2026-12", date(2026, 1, 1)), [lead])
    assert (customer.stage, customer.needed, customer.likely, customer.budget_eur) == ("customer", 10, None, None)
    assert (planned.needed, planned.likely, planned.budget_eur) == (30, (25, 30, 43), Decimal("370.35"))
    assert planned.by_month == date(2026, 11, 1)
    assert planned.months[0].month == date(2025, 11, 1)
