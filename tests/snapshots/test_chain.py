"""What was frozen stays: the chain tells what other hands changed, and who approved what is only ever added."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest
from small_month import Build

from pipelines.failures import DataFailed, WrongUse
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
    ],
    ids=["changed", "removed"],
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
