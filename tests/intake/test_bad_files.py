"""Bad files in the inbox: each is met in one line, and a good file beside it is read all the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from nightly import new_warehouse, read_files, shipped_project
from openpyxl import Workbook

from pipelines.intake import FilesTaken, Night

GOOD = "lead_id,created_at\nG1,2026-09-01\n"
COSTS = "date,platform,campaign,cost,currency\n"
LAST_ROW = 1_048_576


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(new_warehouse()) as connection:
        yield connection


def taken(connection: duckdb.DuckDBPyConnection, inbox: Path, name: str, content: bytes | str) -> FilesTaken:
    """A night with this file and a good one."""
    for path, said in ((inbox / name, content), (inbox / "leads" / "good.csv", GOOD)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(said.encode() if isinstance(said, str) else said)
    night = Night("night", date(2026, 9, 4), hold_on_failure=False)
    found = read_files(connection, inbox, shipped_project().config, night)
    assert connection.execute("select count(*) from raw.lead where lead_id = 'G1'").fetchall() == [(1,)]
    return found


def reasons(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select reason from meta.file where state = 'unreadable' order by reason").fetchall()
    return [reason for (reason,) in rows]


def rejected(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    told = "select line, column_name, reason from meta.rejected_row order by line"
    return connection.execute(told).fetchall()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(stream)
    return stream.getvalue()


def test_rows_with_another_delimiter_than_the_header_are_rejected_line_by_line(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    taken(warehouse, tmp_path, "ad_costs/a.csv", f"{COSTS}2026-09-01,meta,A,1,EUR\n2026-09-01;meta;B;2;EUR\n")
    assert rejected(warehouse) == [(3, "", "only 1 cells where the header has 5")]
    assert warehouse.execute("select campaign from raw.ad_cost").fetchall() == [("A",)]


def test_a_line_of_a_hundred_megabytes_is_no_header(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    taken(warehouse, tmp_path, "leads/a.csv", b"x" * 100_000_000)
    assert reasons(warehouse)[0].startswith("no header line was found")


def test_a_cell_of_twenty_megabytes_rejects_its_row(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = f"{COSTS}2026-09-01,meta,{'x' * 20_000_000},1,EUR\n2026-09-02,meta,B,2,EUR\n"
    taken(warehouse, tmp_path, "ad_costs/a.csv", text)
    assert [(line, column) for line, column, _ in rejected(warehouse)] == [(2, "campaign")]
    assert warehouse.execute("select campaign from raw.ad_cost").fetchall() == [("B",)]


@pytest.mark.parametrize("name", ["leads/a.csv", "a.csv"])
def test_a_file_of_ten_thousand_columns_is_read_as_far_as_it_is_known(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, name: str
) -> None:
    header = ["Record ID", "Create Date", "Lifecycle Stage", *(f"Property {place}" for place in range(10_000))]
    row = ["7", "2026-09-01", "lead", *("x" for _ in range(10_000))]
    taken(warehouse, tmp_path, name, f"{','.join(header)}\n{','.join(row)}\n")
    assert warehouse.execute("select count(*) from raw.lead where lead_id = '7'").fetchall() == [(1,)]


def test_a_header_that_carries_sql_is_a_header_that_nobody_knows(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    hostile = '''"'); drop table raw.lead; --"'''
    taken(warehouse, tmp_path, "ad_costs/a.csv", f"{COSTS.strip()},{hostile}\n2026-09-01,meta,A,1,EUR,x\n")
    assert warehouse.execute("select campaign from raw.ad_cost").fetchall() == [("A",)]
    ((ignored,),) = warehouse.execute(
        "select flags ->> 'ignored_columns' from meta.load where object = 'ad_cost'"
    ).fetchall()
    assert "drop table raw.lead" in ignored


def test_a_campaign_that_carries_a_formula_or_html_is_a_text_like_any_other(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    names = ["=HYPERLINK(1)", "<script>alert(1)</script>", "'); drop table raw.lead; --", "+1", "@sum"]
    rows = "".join(f'2026-09-01,meta,"{name}",1,EUR\n' for name in names)
    taken(warehouse, tmp_path, "ad_costs/a.csv", COSTS + rows)
    stored = warehouse.execute("select campaign from raw.ad_cost").fetchall()
    assert sorted(name for (name,) in stored) == sorted(names)


def test_a_negative_cost_is_a_credit_and_a_day_to_come_waits_for_its_day(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    taken(warehouse, tmp_path, "ad_costs/a.csv", f"{COSTS}2026-09-01,meta,A,-5,EUR\n2026-12-01,meta,A,7,EUR\n")
    assert rejected(warehouse) == []
    assert warehouse.execute("select cast(sum(cost) as integer) from raw.ad_cost").fetchall() == [(2,)]


def test_a_currency_that_there_is_not_and_an_id_that_a_spreadsheet_destroyed_reject_their_rows(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = "order_id,ordered_at,status,net_amount,currency\n1.23E+18,2026-09-01,paid,5,EUR\nO2,2026-09-01,paid,5,EUX\n"
    taken(warehouse, tmp_path, "orders/a.csv", text)
    assert rejected(warehouse) == [
        (2, "order_id", "a spreadsheet turned this id into a rounded number"),
        (3, "currency", "not an ISO 4217 currency code"),
    ]


@pytest.mark.parametrize("ending", [0, 1])
def test_a_file_that_ends_where_a_spreadsheet_does_was_cut_off(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, ending: int
) -> None:
    rows = LAST_ROW - 1 + ending
    taken(warehouse, tmp_path, "footfall/a.csv", "store_id,date,visitors\n" + "S1,2026-09-01,5\n" * rows)
    if ending:
        assert reasons(warehouse) == []
    else:
        assert reasons(warehouse)[0].startswith(
            "it ends at row 1,048,576, where a spreadsheet cuts a file off: export it"
        )


def test_a_formula_without_a_value_rejects_its_row_and_no_link_is_followed(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    header = tuple(COSTS.strip().split(","))
    rows = [("2026-09-01", "meta", "A", "=1+1", "EUR"), ("2026-09-01", "meta", "B", "='[other.xlsx]Sheet'!A1", "EUR")]
    taken(warehouse, tmp_path, "ad_costs/a.xlsx", workbook(header, *rows))
    assert rejected(warehouse) == [(line, "cost", "a formula without its value") for line in (2, 3)]


@pytest.mark.parametrize("name", ["two\nlines.csv", f"{'x' * 251}.csv", "=cmd.csv", "a b ü.csv"])
def test_a_file_is_read_whatever_it_is_called(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    found = taken(warehouse, tmp_path, f"leads/{name}", "lead_id,created_at\nL1,2026-09-01\n")
    assert (found.loaded, found.unreadable) == (2, 0)
    paths = warehouse.execute("select path from meta.file").fetchall()
    assert all("\n" not in path for (path,) in paths)


def test_links_and_folders_in_the_inbox_are_not_followed_nor_in_the_way(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    inbox, secret = tmp_path / "inbox", tmp_path / "secret.csv"
    secret.write_text("lead_id,created_at\nS1,2026-09-01\n")
    (inbox / "leads" / "a.csv").mkdir(parents=True)
    (inbox / "link.csv").symlink_to(secret)
    taken(warehouse, inbox, "leads/b.csv", "lead_id,created_at\nL1,2026-09-01\n")
    assert warehouse.execute("select lead_id from raw.lead order by all").fetchall() == [("G1",), ("L1",)]
    assert reasons(warehouse) == ["it is a link or no ordinary file: copy the file itself"]
