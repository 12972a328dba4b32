"""What a figure stands beside: the same month a year before, benchmarks, the plan, and the other channels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import NEWEST, month_at

from pipelines.snapshots import create_snapshot_tables
from pipelines.tables import Table, read_table

PATH = Path(__file__).parents[2] / "assets/marts/benchmark_gap.sql"
GAPS: Table = read_table(PATH.read_text(encoding="utf-8"), PATH.name)


def beside(page: Page, card: str) -> list[str]:
    return [one.text for one in page.every("p", "beside", inside=page.card(card))]


def with_benchmark(connection: duckdb.DuckDBPyConnection, **changed: Any) -> duckdb.DuckDBPyConnection:
    create_snapshot_tables(connection, {GAPS.name: GAPS})
    row = {
        "snapshot_id": NEWEST, "kpi_id": "marketing_roi", "benchmark_id": "B15", "preference": 2,
        "source": "Survey 2026", "benchmark_low": 0.4, "benchmark_high": 0.6, "gap": 0.1, **changed,
    }  # fmt: skip
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into snapshots.benchmark_gap ({', '.join(row)}) values ({marks})", list(row.values()))
    return connection


def of_month(connection: duckdb.DuckDBPyConnection, kpi_id: str, slice_name: str, member: str, value: float) -> None:
    connection.execute(
        """insert into snapshots.kpi_value (snapshot_id, kpi_id, grain, period_start, slice, member, value, unit,
        status, trust, definition_version) values (?, ?, 'month', ?, ?, ?, ?, 'count', 'final', 'ok', 1)""",
        [NEWEST, kpi_id, month_at(13), slice_name, member, value],
    )


def test_a_card_names_the_same_month_of_the_year_before(newest: dict[str, Page]) -> None:
    assert beside(newest["en"], "New leads") == ["Against October 2025 (461): \u221227 (\u22125.9%)."]
    assert beside(newest["nl"], "Nieuwe leads") == ["Tegenover oktober 2025 (461): \u221227 (\u22125,9%)."]


def test_without_a_snapshot_of_the_year_before_nothing_is_said_of_it(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    page = written(company, "2026-08-v2", languages=("en",))["en"]
    assert beside(page, "New leads") == []
    assert "Change from a year before" not in {head.text for head in page.every("th")}


def test_a_year_before_by_another_definition_is_not_compared(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute("update snapshots.kpi_value set definition_version = 2 where period_start >= '2026-01-01'")
    assert beside(written(company, languages=("en",))["en"], "New leads") == [
        "No comparison with October 2025 (version 2): the definition changed from 1 to 2."
    ]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.4, 0.6, "Above the benchmark of 40.0% to 60.0%: Survey 2026"),
        (0.9, 0.9, "Below the benchmark of 90.0%: Survey 2026"),
        (0.7, 0.9, "Equal to the benchmark of 70.0% to 90.0%: Survey 2026"),
    ],
)
def test_a_benchmark_stands_on_the_card_with_its_source(
    written: Written, company: duckdb.DuckDBPyConnection, low: float, high: float, said: str
) -> None:
    page = written(with_benchmark(company, benchmark_low=low, benchmark_high=high), languages=("en",))["en"]
    assert beside(page, "Marketing ROI")[-1] == said


def test_an_interval_that_reaches_the_benchmark_gives_no_verdict(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(f"update snapshots.kpi_value set ci_low = 0.5, ci_high = 0.9 where snapshot_id = '{NEWEST}'")
    said = beside(written(with_benchmark(company), languages=("en",))["en"], "Marketing ROI")[-1]
    assert said == "Not to be told from the benchmark of 40.0% to 60.0%: Survey 2026"


@pytest.mark.parametrize(
    "changed", [{"refusal": "about another industry", "gap": None}, {"benchmark_id": "own_history"}]
)
def test_a_benchmark_that_may_not_be_compared_is_not_shown(
    written: Written, company: duckdb.DuckDBPyConnection, changed: dict[str, Any]
) -> None:
    page = written(with_benchmark(company, **changed), languages=("en",))["en"]
    assert not any("benchmark" in one for one in beside(page, "Marketing ROI"))


def test_what_entered_a_stage_stands_beside_what_the_plan_needs(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    of_month(company, "required_stage_volume", "stage", "lead", 500)
    of_month(company, "required_stage_volume", "stage", "customer", 20)
    page = written(company, languages=("en",))["en"]
    caption = "Entries per stage in October 2026"
    assert page.row("Lead", caption).text == "Lead 434 —a (the funnel begins here) 500 86.8%"
    assert page.row("Customer", caption).text == "Customer 24 43.6% 20 120.0%"
    assert "the plan asks nothing of this stage" in page.row("Sales accepted lead", caption).text


def test_each_channel_has_its_share_of_the_sessions_and_of_its_own_those_on_a_phone(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    of_month(company, "mobile_traffic_share", "channel", "Email", 0.625)
    page = written(company, languages=("en",))["en"]
    assert page.row("Email", "Where the visits came from").text == "Email 4,155 9.0% 62.5%"
    assert page.row("Direct", "Where the visits came from").text.startswith("Direct 6,002 13.0% —")


def test_channels_show_their_cost_at_three_scopes(newest: dict[str, Page]) -> None:
    text = newest["en"].row("Paid Search", "Traffic, cost and results per channel").text
    assert "€10,172 €11,518 €13,537" in text


def test_a_topic_without_figures_says_why(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    company.execute(
        """update snapshots.kpi_value set value = null, status = 'no_source', status_reason = 'orders was never loaded'
        where kpi_id = 'aov'"""
    )
    page = written(company, languages=("en",))["en"]
    assert page.section("shop").text.startswith("Web shop and stores There are no figures on a web shop or stores")
    assert page.every("table", inside=page.section("shop")) == []


def test_a_figure_nobody_can_act_on_is_marked(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    company.execute("update reference.kpi set is_vanity = true where kpi_id = 'email_open_rate'")
    page = written(company, languages=("en",))["en"]
    assert "Email open rate vanity figure" in {head.text for head in page.every("th", inside=page.section("email"))}


def test_a_difference_that_rounds_to_nothing_is_no_change(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    company.execute(
        "update snapshots.kpi_value set value = case snapshot_id when ? then 180.004 else 180.006 end "
        "where kpi_id = 'cost_per_qualified_lead' and grain = 'month' and slice = 'total'",
        [NEWEST],
    )
    told = written(company)["nl"].card("Kosten per gekwalificeerde lead").text
    assert "180,00" in told and "180,01" in told, "the two round apart"
    assert "0,00 " not in told.replace("180,00 ", "")
    assert "vrijwel gelijk" in told.lower()
