"""Every number of the mart equals the answer key, after a night over both emulated APIs and the export files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from answer_key_rules import rules_from_config
from nightly import tiny_truth

from pipelines.sandbox.answer_key import (
    Rules,
    expected_ad_month,
    expected_campaign_month,
    expected_channel_month,
    expected_cost_days,
    expected_email_campaigns,
    expected_funnel_cohort,
    expected_funnel_period,
    expected_kpis,
    expected_overclaim_month,
)

TOLERANCE = 1e-12
Rows = dict[Any, dict[str, Any]]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_from_config()


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def differences(found: Mapping[Any, Mapping[str, Any]], expected: Mapping[Any, Mapping[str, Any]]) -> list[str]:
    """Every cell that differs, and every row that one side lacks."""
    lines = [f"{key}: only expected" for key in expected.keys() - found.keys()]
    lines += [f"{key}: only found" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        for name, value in expected[key].items():
            if not same(found[key][name], value):
                lines.append(f"{key} {name}: found {found[key][name]}, expected {value}")
    return sorted(lines)


def same(found: Any, expected: Any) -> bool:
    """Counts, money, texts and days exactly; ratios to 1e-12 of their size."""
    if isinstance(found, float) and isinstance(expected, Fraction | Decimal | int):
        return abs(found - float(expected)) <= TOLERANCE * max(1.0, abs(float(expected)))
    return bool(found == expected)


def test_numerator_and_denominator_of_every_kpi_are_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    expected = {
        key: {"numerator": above, "denominator": below}
        for key, (above, below) in expected_kpis(truth, truth.today, rules).items()
    }
    found = {
        (row["kpi_id"], row["grain"], row["period_start"], row["slice"], row["member"]): row
        for row in rows_of(mart, "select * from marts.kpi_value")
    }
    assert differences(found, expected) == []


def test_the_value_of_every_kpi_is_its_numerator_over_its_denominator(
    mart: duckdb.DuckDBPyConnection, rules: Rules
) -> None:
    truth = tiny_truth()
    expected = expected_kpis(truth, truth.today, rules)
    divided = "select kpi_id from reference.kpi where denominator_measure is not null"
    ratios = {row["kpi_id"] for row in rows_of(mart, divided)}
    wrong = []
    for row in rows_of(mart, "select * from marts.kpi_value"):
        above, below = expected[row["kpi_id"], row["grain"], row["period_start"], row["slice"], row["member"]]
        if below is None and row["kpi_id"] in ratios:
            above = None
        value = above if below is None else (Fraction(above) / Fraction(below) if below and above is not None else None)
        if value is None or row["value"] is None:
            if value is not row["value"]:
                wrong.append((row["kpi_id"], row["grain"], row["period_start"], row["value"], value))
        elif not same(row["value"], value):
            wrong.append((row["kpi_id"], row["grain"], row["period_start"], row["value"], value))
    assert wrong == []


def test_every_cell_of_channel_month_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {(row["month"], row["channel"]): row for row in rows_of(mart, "select * from marts.channel_month")}
    assert differences(found, expected_channel_month(truth, truth.today, rules)) == []


def test_every_cell_of_the_campaigns_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {
        (row["month"], (row["channel"], row["campaign"])): row
        for row in rows_of(mart, "select * from marts.campaign_month")
    }
    assert differences(found, expected_campaign_month(truth, truth.today, rules)) == []


def test_every_cell_of_the_advertisements_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {
        (row["month"], (row["channel"], row["campaign"], row["ad"])): row
        for row in rows_of(mart, "select * from marts.ad_month")
    }
    assert differences(found, expected_ad_month(truth, truth.today, rules)) == []


def test_campaigns_and_advertisements_spend_what_the_ledger_says(mart: duckdb.DuckDBPyConnection) -> None:
    ledger = rows_of(
        mart,
        """select cast(date_trunc('month', day) as date) as month, sum(amount_eur) as spent
        from marts.cost_day where scope = 'media' group by 1 order by 1""",
    )
    for table in ("campaign_month", "ad_month"):
        spent = f"select month, sum(spend_media_eur) as spent from marts.{table} group by month order by month"
        assert [row for row in rows_of(mart, spent) if row["spent"]] == ledger


def test_every_cell_of_the_cost_ledger_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {
        (row["day"], row["channel"], row["category"], row["scope"], row["cost_id"]): row
        for row in rows_of(mart, "select * from marts.cost_day")
    }
    assert differences(found, expected_cost_days(truth, truth.today, rules)) == []


def test_every_claim_on_the_orders_is_exact_and_all_platforms_claim_more_than_there_were(
    mart: duckdb.DuckDBPyConnection, rules: Rules
) -> None:
    truth = tiny_truth()
    found = {
        (row["month"], row["claimant_kind"], row["claimant"]): row
        for row in rows_of(mart, "select * from marts.overclaim_month")
    }
    assert differences(found, expected_overclaim_month(truth, truth.today, rules)) == []
    platforms = [row["factor"] for (_, kind, _), row in found.items() if kind == "ad_platforms"]
    assert max(platforms) > 1
    assert None in {row["claimed"] for (_, kind, _), row in found.items() if kind == "ad_platform"}


def test_every_cell_of_the_cohort_funnel_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {
        (row["cohort_month"], row["slice"], row["member"], row["stage"]): row
        for row in rows_of(mart, "select * from marts.funnel_cohort")
    }
    assert differences(found, expected_funnel_cohort(truth, truth.today, rules)) == []


def test_every_cell_of_the_period_funnel_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {
        (row["month"], row["slice"], row["member"], row["stage"]): row
        for row in rows_of(mart, "select * from marts.funnel_period")
    }
    assert differences(found, expected_funnel_period(truth, truth.today, rules)) == []


def test_every_cell_of_the_email_campaigns_is_exact(mart: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    truth = tiny_truth()
    found = {row["campaign_id"]: row for row in rows_of(mart, "select * from marts.email_campaign")}
    assert differences(found, expected_email_campaigns(truth, truth.today, rules)) == []


def test_till_transactions_times_their_mean_value_are_store_revenue(mart: duckdb.DuckDBPyConnection) -> None:
    query = """
        select m.value * t.numerator as product, r.numerator as revenue
        from marts.kpi_value as m
        inner join marts.kpi_value as t
          on t.kpi_id = 'pos_transactions' and (t.grain, t.period_start, t.slice, t.member)
            = (m.grain, m.period_start, m.slice, m.member)
        inner join marts.kpi_value as r
          on r.kpi_id = 'retail_revenue' and (r.grain, r.period_start, r.slice, r.member)
            = (m.grain, m.period_start, m.slice, m.member)
        where m.kpi_id = 'avg_pos_transaction_value' and m.value is not null"""
    found = rows_of(mart, query)
    assert len(found) > 100
    assert [row for row in found if not same(row["product"], row["revenue"])] == []


def test_followers_in_total_are_those_of_all_networks(mart: duckdb.DuckDBPyConnection) -> None:
    query = """
        select
          t.grain, t.period_start, t.numerator as total,
          case when count(*) = count(p.numerator) then sum(p.numerator) end as members
        from marts.kpi_value as t
        inner join marts.kpi_value as p
          on p.kpi_id = t.kpi_id and p.grain = t.grain and p.period_start = t.period_start and p.slice = 'platform'
        where t.kpi_id = 'followers' and t.slice = 'total'
        group by t.grain, t.period_start, t.numerator"""
    found = rows_of(mart, query)
    assert {row["grain"] for row in found} == {"week", "month", "quarter", "year"}
    assert [row for row in found if row["total"] != row["members"]] == []


def test_people_reached_are_told_of_one_post_or_one_network_only(mart: duckdb.DuckDBPyConnection) -> None:
    query = "select distinct kpi_id, grain, slice from marts.kpi_value where kpi_id in ('social_reach', 'post_visits')"
    assert sorted(mart.execute(query).fetchall()) == [
        ("post_visits", "month", "post"),
        ("social_reach", "month", "platform"),
    ]


def test_the_growth_of_mailing_lists_is_the_change_of_their_size(mart: duckdb.DuckDBPyConnection) -> None:
    pairs = mart.execute(
        """select g.numerator, s.numerator - b.numerator
        from marts.kpi_value as g
        inner join marts.kpi_value as s using (grain, period_start, slice, member)
        inner join marts.kpi_value as b
            on b.kpi_id = s.kpi_id and b.grain = s.grain and b.slice = s.slice and b.member = s.member
            and b.period_start = s.period_start - interval 1 month
        where g.kpi_id = 'email_list_net_growth' and s.kpi_id = 'email_list_size' and s.grain = 'month'
            and s.numerator is not null and b.numerator is not null"""
    ).fetchall()
    assert len({growth for growth, _ in pairs}) > 1
    assert all(growth == change for growth, change in pairs if growth is not None)


def test_campaigns_are_compared_with_their_industry_on_all_that_mailchimp_tells(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    found = rows_of(mart, "select * from marts.email_benchmark")
    compared = {row["kpi_id"] for row in found if row["gap"] is not None}
    assert compared == {
        "email_open_rate_reported", "email_click_rate", "email_unsubscribe_rate", "email_bounce_rate",
        "email_spam_complaint_rate",
    }  # fmt: skip
    reasons = {row["refusal"] for row in found if row["refusal"]}
    assert not [reason for reason in reasons if reason.startswith("it divides by")]
