"""What of a month asks for attention: each with a reason and a link, the gravest first, and nothing else."""

from __future__ import annotations

import duckdb
from read_page import Page, Written
from sample_snapshot import NEWEST
from test_review_targets import with_targets

QUIET = "delete from snapshots.refused_load; delete from snapshots.rejection"


def told(page: Page) -> list[str]:
    return [one.text for one in page.every("li", inside=page.section("attention"))]


def change(connection: duckdb.DuckDBPyConnection, kpi_id: str, columns: str) -> None:
    connection.execute(
        f"update snapshots.kpi_value set {columns} where snapshot_id = '{NEWEST}' and kpi_id = '{kpi_id}'"
    )


def test_a_month_without_trouble_says_so(written: Written, company: duckdb.DuckDBPyConnection) -> None:
    company.execute(QUIET)
    page = written(company, checks=(), languages=("en",))["en"]
    assert told(page) == []
    assert "Nothing: no target is missed" in page.section("attention").text


def test_what_was_refused_rejected_or_does_not_hold_is_counted_and_links_to_the_checks(newest: dict[str, Page]) -> None:
    assert told(newest["en"]) == [
        "✕ Data refused 1 load waits for a person; until then the figures it would change are the earlier ones. "
        "kpi loads --refused lists them with what to do. Data checks",
        "✕ Checks failed 1 data check does not hold. The page tells each of them with its remedy. Data checks",
        "! Rows left out Rows that could not be read and are in no figure: 30, of 2 files. "
        "kpi inbox rejected names each row with what to do. Data checks",
    ]


def test_a_missed_target_stands_there_and_one_on_track_does_not(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(QUIET)
    targets = (
        {},
        {"target_id": "b", "status": "missed", "actual": 300.0, "reason": ""},
        {"target_id": "c", "status": "behind", "slice": "channel", "member": "Email", "actual": 9.0},
    )
    page = written(with_targets(company, *targets), checks=(), languages=("en",))["en"]
    assert told(page) == [
        "✕ Target missed New leads: 300, where 440 was expected by now. Targets",
        "▼ Behind its target New leads · Email: 9, where 440 was expected by now. Targets",
    ]


def test_a_headline_figure_that_is_missing_or_doubted_says_why(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(QUIET)
    change(company, "new_leads", "value = null, status = 'no_source', status_reason = 'crm_leads was never loaded'")
    change(company, "marketing_roi", "trust = 'caution', trust_reason = 'ga4 is not up to date'")
    page = written(company, checks=(), languages=("en",))["en"]
    missing, doubted = told(page)
    assert missing.startswith("○ No source New leads has no figure this month.")
    assert doubted.startswith("! With caution Marketing ROI is to be read with care.")


def test_a_doubted_figure_outside_the_headline_is_left_to_its_table(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    company.execute(QUIET)
    assert told(written(company, checks=(), languages=("en",))["en"]) == []
