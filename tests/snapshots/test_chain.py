"""What was frozen stays: the chain tells what other hands changed, and who approved what is only ever added."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from small_month import Build

from pipelines.engines.duckdb import Warehouse
from pipelines.failures import DataFailed, WrongUse
from pipelines.restoring import ClosedMonths, carry_over_closed_months
from pipelines.snapshots import BY_HAND, Approval, Due, approve, breaks, close_month, refuse_broken_chain
from pipelines.tables import Table

MOMENT = datetime(2026, 2, 6, 9, 0, tzinfo=UTC).replace(tzinfo=None)
A_WARNING = """insert into meta.check_result (table_name, check_name, severity, passed, figure)
values ('marts.value', 'figures_are_known', 'warning', false, 1)"""
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def closed(build_of: Build, tables: dict[str, Table]) -> duckdb.DuckDBPyConnection:
    """Three versions of two months."""
    for morning, month in (("2026-02-05", JANUARY), ("2026-03-05", FEBRUARY), ("2026-03-07", JANUARY)):
        connection = build_of(morning)
        connection.execute(A_WARNING)
        close_month(connection, tables, Due(month, BY_HAND), run_id="run")
    return connection


def test_versions_of_all_months_form_one_chain_that_holds(
    closed: duckdb.DuckDBPyConnection,
) -> None:
    links = closed.execute("select link, snapshot_id from snapshots.snapshot order by link").fetchall()
    assert links == [(1, "2026-01-v1"), (2, "2026-02-v1"), (3, "2026-01-v2")]
    assert list(breaks(closed)) == []
    refuse_broken_chain(closed)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update snapshots.value set figure = figure + 1 where snapshot_id = '2026-01-v1' and grain = 'month'",
            ["2026-01-v1: rows that it froze were changed"],
        ),
        (
            "delete from snapshots.channel where snapshot_id = '2026-02-v1'",
            ["2026-02-v1: rows that it froze were changed"],
        ),
        (
            "update snapshots.snapshot set note = 'as it should be' where snapshot_id = '2026-02-v1'",
            ["2026-02-v1: what it says of itself was changed"],
        ),
        (
            "delete from snapshots.snapshot where snapshot_id = '2026-02-v1'",
            ["2026-01-v2: 1 versions before it are gone"],
        ),
        (
            "delete from snapshots.snapshot where snapshot_id = '2026-01-v2'",
            ["2026-01-v2: it is gone, but rows of it are left in snapshots.channel"],
        ),
        (
            "update snapshots.check_result set passed = true where snapshot_id = '2026-01-v2'",
            ["2026-01-v2: the checks or restatements kept with it were changed"],
        ),
        (
            "update meta.text set body = body || ' ' where name = 'marts.cohort'",
            ["2026-01-v1: the kept text of marts.cohort is not the one that was stored"],
        ),
    ],
    ids=["a figure", "rows", "what a version says", "a version", "the newest version", "a check", "a text"],
)
def test_what_other_hands_changed_is_told(closed: duckdb.DuckDBPyConnection, statement: str, told: list[str]) -> None:
    closed.execute(statement)
    found = list(breaks(closed))
    assert found and all(line.startswith(start) for line, start in zip(found, told, strict=False))
    with pytest.raises(DataFailed, match="kpi restore"):
        refuse_broken_chain(closed)


def test_a_column_that_a_table_gained_later_breaks_no_older_version(
    closed: duckdb.DuckDBPyConnection,
) -> None:
    closed.execute("alter table snapshots.value add column trust varchar")
    assert list(breaks(closed)) == []


def test_a_version_from_before_there_was_a_chain_is_guarded_by_the_texts_of_its_models(
    closed: duckdb.DuckDBPyConnection,
) -> None:
    closed.execute("update snapshots.snapshot set link = null, chain_sha256 = null")
    closed.execute("update meta.text_set set set_hash = 'm'")
    assert list(breaks(closed)) == []
    closed.execute("update snapshots.channel set figure = 0 where snapshot_id = '2026-02-v1'")
    assert list(breaks(closed)) == ["2026-02-v1: rows that it froze were changed"]


def approval(version: int = 1, by: str = "the board", note: str = "as discussed") -> Approval:
    return Approval(JANUARY, version, by, MOMENT, note)


def test_an_approval_is_added_and_a_later_version_does_not_take_its_place(closed: duckdb.DuckDBPyConnection) -> None:
    assert approve(closed, approval()) == "2026-01-v1"
    assert approve(closed, approval(by="the accountant")) == "2026-01-v1"
    kept = closed.execute("select snapshot_id, approved_by, note from snapshots.approval order by all").fetchall()
    assert kept == [("2026-01-v1", "the accountant", "as discussed"), ("2026-01-v1", "the board", "as discussed")]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update snapshots.approval set note = ''", "2026-01-v1: its approval by the board was changed"),
        (
            "delete from snapshots.approval where approved_by = 'the board'",
            "2026-01-v1: 1 approvals before that of the accountant are gone",
        ),
        (
            "insert into snapshots.approval (snapshot_id, approved_by) values ('2026-01-v2', 'nobody')",
            "2026-01-v2: its approval by nobody was put in by other hands",
        ),
        (
            "update snapshots.snapshot set content_sha256 = 'other' where snapshot_id = '2026-01-v1'",
            "2026-01-v1: the board approved other figures under this name",
        ),
    ],
    ids=["changed", "removed", "put in", "of other figures"],
)
def test_an_approval_that_other_hands_changed_is_told(
    closed: duckdb.DuckDBPyConnection, statement: str, told: str
) -> None:
    approve(closed, approval())
    approve(closed, approval(by="the accountant"))
    assert list(breaks(closed)) == []
    closed.execute(statement)
    assert told in list(breaks(closed))


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (approval(version=3), "there is no version 3 of it"),
        (approval(by=" "), "nobody approves it"),
        (approval(), "the board approved it already"),
    ],
)
def test_an_approval_that_says_nothing_new_is_refused(
    closed: duckdb.DuckDBPyConnection, refused: Approval, why: str
) -> None:
    approve(closed, approval())
    with pytest.raises(WrongUse, match=why):
        approve(closed, refused)
    assert closed.execute("select count(*) from snapshots.approval").fetchall() == [(1,)]


@pytest.mark.parametrize("field", ["by", "note"])
def test_an_approval_publishes_no_e_mail_address(closed: duckdb.DuckDBPyConnection, field: str) -> None:
    named = {"by": "the board", "note": "", field: "jane.doe@example.com"}
    why = "it holds an e-mail address or a phone or IP number, and approvals are published"
    with pytest.raises(WrongUse, match=f"^--{field}: {why}: "):
        approve(closed, Approval(JANUARY, 1, named["by"], MOMENT, named["note"]))
    assert closed.execute("select count(*) from snapshots.approval").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "update snapshots.value set added = 1 where snapshot_id = '2026-01-v1'",
        "insert into snapshots.later values ('2026-01-v1', 1)",
    ],
    ids=["cells of a later column", "rows of a later table"],
)
def test_what_was_put_beside_a_version_is_told(closed: duckdb.DuckDBPyConnection, statement: str) -> None:
    closed.execute("alter table snapshots.value add column added integer")
    closed.execute("create table snapshots.later (snapshot_id varchar, figure integer)")
    assert list(breaks(closed)) == []
    closed.execute(statement)
    (told,) = breaks(closed)
    assert told.startswith("2026-01-v1: rows or cells that it never had were put into snapshots.")


@pytest.fixture
def on_disk(closed: duckdb.DuckDBPyConnection, tables: dict[str, Table], tmp_path: Path) -> Path:
    """The same months in a file, one closed and approved there."""
    file = tmp_path / "warehouse.duckdb"
    closed.execute(f"attach '{file}' as filed")
    closed.execute("copy from database memory to filed")
    closed.execute("detach filed")
    with duckdb.connect(str(file)) as connection:
        close_month(connection, tables, Due(FEBRUARY, BY_HAND), run_id="run")
        approve(connection, approval())
        assert list(breaks(connection)) == []
    return file


@pytest.mark.parametrize(
    ("removed_from", "name", "told"),
    [
        (
            ("value", "channel", "cohort", "check_result", "snapshot"),
            "2026-02-v2",
            "1 versions of closed months that came last are gone",
        ),
        (("approval",), "2026-01-v1", "1 approvals that came last are gone"),
    ],
    ids=["a version with all of its rows", "an approval"],
)
def test_what_was_taken_from_the_end_is_told_by_the_note_beside_the_warehouse(
    on_disk: Path, removed_from: tuple[str, ...], name: str, told: str
) -> None:
    with duckdb.connect(str(on_disk)) as connection:
        for table in removed_from:
            connection.execute(f"delete from snapshots.{table} where snapshot_id = ?", [name])
        assert list(breaks(connection)) == [told]


def test_a_restored_warehouse_counts_as_it_is_once_the_loss_was_told(on_disk: Path) -> None:
    with duckdb.connect(str(on_disk)) as connection:
        connection.execute("delete from snapshots.approval")
    months = carry_over_closed_months(None, Warehouse(on_disk, 1))
    assert months == ClosedMonths((), ("1 approvals that came last are gone",))
    with duckdb.connect(str(on_disk)) as connection:
        assert list(breaks(connection)) == []
