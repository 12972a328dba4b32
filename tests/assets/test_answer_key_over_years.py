"""Figures that need years, such as growth against the year before, equal the answer key of a company of 26 months."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from answer_key_rules import rules_from_config
from company_of_years import NEED_YEARS, TODAY, TWO_YEARS
from nightly import new_warehouse, project_without, running_company

from pipelines.sandbox.answer_key import expected_kpis
from pipelines.sandbox.demo_company import demo_company

pytestmark = pytest.mark.nights

COMPARED = ("new_leads", "revenue", "aov")
Cell = tuple[str, date, str, str]
Figures = dict[Cell, tuple[Decimal | None, Decimal | None]]


@dataclass(frozen=True)
class Years:
    """What the mart has and what it must have, by month; and the comparisons it makes of some KPIs."""

    found: Figures
    expected: Figures
    compared: dict[tuple[str, date, str], tuple[float | None, float | None]]


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Years:
    truth, inbox = demo_company(TWO_YEARS), tmp_path_factory.mktemp("years")
    with running_company(inbox, truth) as company, closing(new_warehouse()) as warehouse:
        company.night(warehouse, TODAY, project_without("ga4", "mailchimp"))
        rows = warehouse.execute(
            """select kpi_id, period_start, slice, member, numerator, denominator from marts.kpi_value
            where grain = 'month'"""
        ).fetchall()
        comparisons = warehouse.execute(
            """select kpi_id, period_start, compared_to, value, base_value from marts.kpi_comparison
            where grain = 'month' and slice = 'total' and list_contains(?, kpi_id)""",
            [list(COMPARED)],
        ).fetchall()
    expected = {
        (kpi_id, start, slice_, member): parts
        for (kpi_id, grain, start, slice_, member), parts in expected_kpis(truth, TODAY, rules_from_config()).items()
        if grain == "month"
    }
    return Years({row[:4]: row[4:] for row in rows}, expected, {row[:3]: row[3:] for row in comparisons})


@pytest.mark.parametrize("kpi_id", NEED_YEARS)
def test_a_figure_that_needs_years_is_exact(years: Years, kpi_id: str) -> None:
    found, expected = (
        {key: parts for key, parts in side.items() if key[0] == kpi_id} for side in (years.found, years.expected)
    )
    assert found == expected
    assert any(None not in parts for parts in expected.values())


@pytest.mark.parametrize("kpi_id", COMPARED)
def test_every_month_is_held_against_the_one_before_the_last_year_and_the_year_so_far(
    years: Years, kpi_id: str
) -> None:
    # July 2026 is not over, and is not compared
    parts = {start: years.expected[kpi_id, start, "total", ""] for start in months(date(2024, 5, 1), 26)}
    wanted = {}
    for before, start in pairwise(parts):
        wanted[kpi_id, start, "previous_period"] = (ratio([parts[start]]), ratio([parts[before]]))
    for start in parts:
        last_year = start.replace(year=start.year - 1)
        if last_year not in parts:
            continue
        wanted[kpi_id, start, "same_period_last_year"] = (ratio([parts[start]]), ratio([parts[last_year]]))
    # 2024 begins in May, so only 2026 has a whole year so far before it
    for start in months(date(2026, 1, 1), 6):
        now = [parts[month] for month in months(date(2026, 1, 1), start.month)]
        base = [parts[month] for month in months(date(2025, 1, 1), start.month)]
        wanted[kpi_id, start, "year_to_date"] = (ratio(now), ratio(base))
    found = {key: value for key, value in years.compared.items() if key[0] == kpi_id}
    assert found.keys() == wanted.keys()
    assert [key for key in wanted if found[key] != pytest.approx(wanted[key], rel=1e-12)] == []


def months(first: date, number: int) -> list[date]:
    counted = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + number)
    return [date(month // 12, month % 12 + 1, 1) for month in counted]


def ratio(parts: list[tuple[Decimal | None, Decimal | None]]) -> float:
    """The sum of the numerators over that of the denominators, or alone."""
    above = sum(Fraction(one) for one, _ in parts if one is not None)
    below = sum(Fraction(one) for _, one in parts if one is not None)
    return float(above / below) if below else float(above)
