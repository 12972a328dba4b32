"""How a page tells of targets: what was frozen with the version, in words, and nothing where it froze none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from read_page import Page, Written
from sample_snapshot import NEWEST

from pipelines.snapshots import create_snapshot_tables
from pipelines.tables import Table, read_table

PATH = Path(__file__).parents[2] / "assets/marts/kpi_target_status.sql"
TABLE: Table = read_table(PATH.read_text(encoding="utf-8"), PATH.name)
USUAL: dict[str, Any] = {
    "snapshot_id": NEWEST, "target_id": "weekly", "kpi_id": "new_leads", "grain": "month", "slice": "total",
    "period_start": "2026-10-01", "member": "", "owner": "marketing", "deadline": "2026-12-31",
    "target_period": "week", "target_value": 50.0,
    "expected_by_now": 440.0, "actual": 462.0, "pace": 1.05, "status": "on_track",
}  # fmt: skip


def with_targets(connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    create_snapshot_tables(connection, {TABLE.name: TABLE})
    for row in ({**USUAL, **changed} for changed in rows):
        marks = ", ".join("?" * len(row))
        connection.execute(
            f"insert into snapshots.kpi_target_status ({', '.join(row)}) values ({marks})", list(row.values())
        )
    return connection


def lines(page: Page) -> list[str]:
    return [one.text for one in page.every("p") if "target" in one.classes]


def test_a_card_says_how_its_kpi_stands_against_the_target(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    pages = written(with_targets(company, {}), languages=("nl", "en"))
    assert lines(pages["nl"]) == ["▲ Doel op koers 462; verwacht werd nu 440."]
    assert lines(pages["en"]) == ["▲ Target on track 462, where 440 was expected by now."]


def test_beside_the_pace_of_a_cost_stands_that_less_is_better(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    cost = {"target_id": "cost", "kpi_id": "cpl", "expected_by_now": 80.0, "actual": 84.0, "status": "behind"}
    page = written(with_targets(company, {}, cost), languages=("en",))["en"]
    paces = [row.text for row in page.every("tr", inside=page.section("targets")) if "105.0%" in row.text]
    assert ["105.0% less is better" in text for text in paces] == [True, False]


def test_the_table_has_every_target_and_the_cards_only_those_of_the_company(
    written: Written, company: duckdb.DuckDBPyConnection
) -> None:
    targets = (
        {"target_id": "paid", "slice": "channel", "member": "Paid Search", "status": "missed"},
        {"target_id": "rate", "kpi_id": "lead_to_mql_rate", "target_period": "month", "status": "undecided",
            "expected_by_now": 0.4, "actual": 0.38, "target_value": 0.41, "pace": 0.95,
            "reason": "the interval holds what is expected"},
        {"target_id": "vague", "status": "incomplete", "expected_by_now": None, "actual": None, "pace": None,
            "target_value": None, "deadline": None, "owner": None, "reason": "it lacks value, deadline"},
    )  # fmt: skip
    page = written(with_targets(company, *targets))["nl"]
    assert lines(page) == [
        "○ Doel nog niet te beoordelen 38,0%; verwacht werd nu 40,0%. de verwachting valt binnen het interval"
    ]
    (section,) = [one for one in page.every("section") if one.attributes.get("id") == "targets"]
    assert [row.text for row in page.every("tr", inside=section)][1:] == [
        "Nieuwe leads paid · Paid Search 440 462 105,0% 50 per week 31 december 2026 ✕ Doel niet gehaald marketing",
        "Verhouding leads - MQL rate 40,0% 38,0% 95,0% 41,0% 31 december 2026 ○ Doel nog niet te beoordelen "
        "de verwachting valt binnen het interval marketing",
        "Nieuwe leads vague — — — — — ○ Onvolledig hieraan ontbreekt: getal, einddatum —",
    ]


def test_a_version_that_froze_no_targets_says_nothing_of_them(written: Written, newest: dict[str, Page],
    company: duckdb.DuckDBPyConnection) -> None:  # fmt: skip
    other_version = written(with_targets(company, {"snapshot_id": "2026-09-v1", "period_start": "2026-09-01"}))["nl"]
    for page in (newest["nl"], other_version):
        assert lines(page) == []
        assert "targets" not in {one.attributes.get("id") for one in page.every("section")}
