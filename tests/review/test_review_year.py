"""The twelve months beside a closed one: what was frozen of each, and sums only where months add up."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import NEWEST, PACK, sample_connection

from pipelines.review import write_pages

TRAFFIC = "Traffic and media"


@pytest.fixture
def company() -> duckdb.DuckDBPyConnection:
    return sample_connection()


def year_of(connection: duckdb.DuckDBPyConnection, reports: Path, snapshot: str = NEWEST, language: str = "en") -> Page:
    written = write_pages(
        connection, reports, snapshot, company_name="V", is_demo=False, headline_pack=PACK, languages=(language,)
    )
    return Page(next(path for path in written if path.name == f"year.{language}.html"))


def cells(page: Page, head: str, caption: str = TRAFFIC) -> list[str]:
    return [cell.text for cell in page.every("td", inside=page.row(head, caption))]


def frozen(connection: duckdb.DuckDBPyConnection, kpi_id: str) -> list[float]:
    """The values of the twelve months, of each the newest version."""
    rows = connection.execute(
        """select max_by(v.value, s.version) from snapshots.kpi_value as v inner join snapshots.snapshot as s
            using (snapshot_id)
        where v.kpi_id = ? and v.grain = 'month' and v.slice = 'total' and v.period_start = s.month
            and strftime(s.month, '%Y-%m') > '2025-10'
        group by s.month order by s.month""",
        [kpi_id],
    ).fetchall()
    return [value for (value,) in rows]


def test_every_month_shows_what_its_newest_version_says_and_what_adds_up_is_summed(
    company: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    values = frozen(company, "sessions")
    assert len(values) == 12
    assert cells(year_of(company, tmp_path), "Sessions") == [f"{value:,.0f}" for value in [*values, sum(values)]]


def test_a_rate_has_no_sum_of_months(company: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    last = cells(year_of(company, tmp_path), "Marketing ROI", "Revenue and return")[-1]
    assert last.startswith("—")
    assert "months of this figure do not add up" in last


def test_a_year_with_a_month_that_was_never_frozen_has_no_sum(
    company: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = cells(year_of(company, tmp_path, "2026-06-v2"), "Sessions")
    assert "this snapshot does not hold this figure" in found[0]
    assert "not all twelve months are known" in found[-1]


def test_months_by_two_definitions_have_no_sum(company: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    company.execute("update snapshots.kpi_value set definition_version = 2 where snapshot_id = ?", [NEWEST])
    assert "counted by several definitions" in cells(year_of(company, tmp_path), "Sessions")[-1]


def test_a_group_that_still_converts_is_marked(company: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    page = year_of(company, tmp_path)
    assert cells(page, "Lead-to-MQL rate", "Funnel")[-2][-1].isalpha()
    assert "so far; this group still has time to convert" in page.section("main").text


def test_the_month_and_its_year_lead_to_each_other(
    written: Written, company: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    month = written(company)["nl"]
    year = year_of(company, tmp_path / "again", language="nl")
    assert "year.nl.html" in {link.attributes.get("href") for link in month.every("a")}
    assert "review.nl.html" in {link.attributes.get("href") for link in year.every("a")}
