"""When a page is written again: never for its figures, always for what is said of them."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from sample_snapshot import PACK, sample_connection, tell_of

from pipelines.review import Masthead, write_outstanding_pages

FIRST, SECOND = "2026-09-v1", "2026-09-v2"


def one_month() -> duckdb.DuckDBPyConnection:
    """September alone, in two versions."""
    connection = tell_of(sample_connection())
    connection.execute("delete from snapshots.snapshot where month <> '2026-09-01'")
    return connection


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, reports: Path, pack: tuple[str, ...] = PACK) -> list[str]:
    """The pages that were written, as month, version and language."""
    written = write_outstanding_pages(connection, reports, Masthead("V", False, tuple(pack)))
    months = [path for path in written if path.name.startswith("review")]
    return [f"{path.parent.name} {path.name.split('.')[1]}" for path in months]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    assert bring_up_to_date(one_month(), folder) == ["v1 nl", "v1 en", "v2 nl", "v2 en"]
    return folder


@pytest.fixture
def reports(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "reports"))


def approve(connection: duckdb.DuckDBPyConnection, snapshot_id: str) -> None:
    tell_of(connection, approvals=[(snapshot_id, "the board", datetime(2026, 10, 12), "")])  # noqa: DTZ001


def contents(reports: Path) -> dict[str, bytes]:
    return {str(path.relative_to(reports)): path.read_bytes() for path in sorted(reports.rglob("*.*"))}


def test_nothing_is_written_when_nothing_else_is_said(reports: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")}
    assert bring_up_to_date(one_month(), reports) == []
    assert {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")} == before


def test_an_approval_changes_the_pages_of_all_versions_of_its_month_and_the_list_to_what_a_new_writing_gives(
    reports: Path, tmp_path: Path
) -> None:
    connection = one_month()
    approve(connection, FIRST)
    assert bring_up_to_date(connection, reports) == ["v1 nl", "v1 en", "v2 nl", "v2 en"]
    bring_up_to_date(connection, tmp_path / "anew")
    assert contents(reports) == contents(tmp_path / "anew")


def test_a_page_that_is_gone_comes_back(reports: Path) -> None:
    before = contents(reports)
    (reports / "2026-09/v2/review.en.html").unlink()
    assert bring_up_to_date(one_month(), reports) == ["v2 nl", "v2 en"]
    assert contents(reports) == before


@pytest.mark.parametrize("name", ["review.nl.xlsx", "mail.en.txt", "mail.nl.html"])
def test_a_workbook_or_a_mail_that_is_gone_comes_back(reports: Path, name: str) -> None:
    before = contents(reports)
    (reports / "2026-09/v2" / name).unlink()
    bring_up_to_date(one_month(), reports)
    assert contents(reports) == before


def test_a_print_of_a_page_that_says_something_else_now_is_taken_away(reports: Path) -> None:
    stale = reports / "2026-09/v1/review.nl.pdf"
    stale.write_bytes(b"%PDF-1.4")
    bring_up_to_date(one_month(), reports)
    assert stale.exists()
    connection = one_month()
    approve(connection, FIRST)
    bring_up_to_date(connection, reports)
    assert not stale.exists()


def test_a_catalogue_that_grows_leaves_closed_months_alone(reports: Path) -> None:
    connection = one_month()
    connection.execute(
        "insert into reference.kpi by name select * replace ('brand_new' as kpi_id) from reference.kpi "
        "where kpi_id = 'revenue'"
    )
    assert bring_up_to_date(connection, reports) == []


def test_a_renamed_kpi_and_stage_leave_a_month_alone_that_froze_them(tmp_path: Path) -> None:
    connection = one_month()
    for table in ("kpi", "stage"):
        connection.execute(
            f"create table snapshots.{table} as select s.snapshot_id, r.* from snapshots.snapshot as s "
            f"cross join reference.{table} as r"
        )
    bring_up_to_date(connection, tmp_path)
    before = contents(tmp_path)
    connection.execute("update reference.kpi set name_nl = 'Anders', name_en = 'Otherwise', formula = 'else'")
    connection.execute("update reference.stage set name_nl = 'Anders', name_en = 'Otherwise'")
    assert bring_up_to_date(connection, tmp_path) == []
    assert contents(tmp_path) == before


def test_a_headline_that_came_after_a_month_was_frozen_is_a_gap_on_its_page(reports: Path) -> None:
    connection = one_month()
    connection.execute(
        "insert into reference.kpi by name select * replace ('brand_new' as kpi_id, 'Brand new' as name_en) "
        "from reference.kpi where kpi_id = 'revenue'"
    )
    assert bring_up_to_date(connection, reports, ("revenue", "brand_new")) == ["v1 nl", "v1 en", "v2 nl", "v2 en"]
    assert "this snapshot does not hold this figure" in (reports / "2026-09/v1/review.en.html").read_text("utf-8")
