"""What the shipped catalogue says of some KPIs, and that an entry which contradicts itself is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from pipelines.configuration import Config, Kpi

EVERY_GRAIN = ("day", "week", "month", "quarter", "year")


def entry(**changes: Any) -> dict[str, Any]:
    """A small ratio, changed."""
    return {
        "id": "half",
        "name_nl": "Helft",
        "name_en": "Half",
        "family": "traffic",
        "role": "support",
        "formula": {"numerator": "one", "denominator": "two"},
        "numerator": "one",
        "denominator": "two",
        "grains": ["month"],
        "slices": ["total"],
        "additivity": "ratio",
        "unit": "ratio",
        "range": "0..1",
        "direction": "neutral",
        "sources": [{"source": "ga4", "fields": "one, two"}],
        "definition_version": 1,
    } | changes


def test_users_exist_only_where_they_are_fetched(shipped: Config) -> None:
    everywhere = ("total", "channel", "device")
    of_months = ("total", "channel", "source_medium", "campaign", "device")
    assert shipped.kpi("users").slices_by_grain == dict.fromkeys(EVERY_GRAIN, everywhere) | {"month": of_months}


def test_other_kpis_have_the_same_slices_at_every_grain(shipped: Config) -> None:
    assert shipped.kpi("cpl").slices_by_grain == dict.fromkeys(EVERY_GRAIN, ("total", "channel"))
    assert shipped.kpi("channel_traffic_share").slices_by_grain == dict.fromkeys(EVERY_GRAIN, ("channel",))


def test_stage_rates_divide_those_that_reached_by_their_cohort(shipped: Config) -> None:
    rate = shipped.kpi("sql_to_opportunity_rate")
    assert (rate.numerator, rate.denominator, rate.window_days) == ("sql_to_opportunity_reached", "sql_cohort", 90)
    assert tuple(rate.slices_by_grain) == ("month", "quarter", "year")


def test_the_formula_reads_as_one_line(shipped: Config) -> None:
    assert shipped.kpi("bounce_rate").formula_text == "sessions that were not engaged / sessions"
    assert shipped.kpi("sessions").formula_text == "sessions started"


def test_the_sources_of_a_kpi_stand_once(shipped: Config) -> None:
    assert shipped.kpi("visit_to_lead_rate").source_kinds == ("crm_leads", "ga4")


def test_the_small_entry_of_these_tests_is_right() -> None:
    assert Kpi.model_validate(entry()).id == "half"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"denominator": None}, "ratio without a denominator"),
        ({"additivity": "additive"}, "additive with a denominator"),
        ({"range": None}, "without a range"),
        ({"interval": "wilson_95", "range": "0.."}, "Wilson"),
        ({"slices": []}, "names no slices"),
        ({"grains": []}, "the list is empty"),
        ({"grains": {"month": ["total"]}}, "slices beside grains"),
        ({"sources": []}, "the list is empty"),
        ({"definition_version": 2}, "without date or reason"),
        ({"definition_version": 2, "valid_from": date(2026, 9, 1), "reason": "why"}, "its earlier ones are none"),
        ({"definition_version": 0}, "greater than or equal to 1"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Kpi.model_validate(entry(**changes))
