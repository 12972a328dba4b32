"""Files dropped straight into the inbox: their header tells what they are, once per content, each on its own."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nightly import drop_files, new_warehouse, read_files, shipped_project

from pipelines.intake import FilesTaken, Night
from pipelines.loads import Ruling, current_cut, fix_cut, rule

LEADS = "lead_id,created_at\nL1,2026-09-01\n"
GERMAN = "Kampagnenbericht\nTag;Kampagne;Währungscode;Kosten\n01.09.2026;Generic;EUR;1.234,50\n"
CONTACTS = (
    "Record ID,Create Date,Lifecycle Stage,Became a Marketing Qualified Lead Date\n1,2026-09-01 09:00,MQL,2026-09-02\n"
)
SHOP = (
    "Name,Financial Status,Currency,Taxes,Shipping,Total,Discount Amount,Refunded Amount,Shipping Country,Created at,"
    "Lineitem name,Lineitem quantity,Lineitem price\n"
    "#1001,paid,EUR,2.10,0.00,12.10,0.00,0.00,NL,2026-09-01 10:00:00 +0200,Mug,1,4.00\n"
    "#1001,,,,,,,,,2026-09-01 10:00:00 +0200,Tea,2,3.00\n"
)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(new_warehouse()) as connection:
        yield connection


def taken(connection: duckdb.DuckDBPyConnection, inbox: Path, day: int = 4) -> FilesTaken:
    night = Night(f"night {day}", date(2026, 9, day), hold_on_failure=False)
    return read_files(connection, inbox, shipped_project().config, night)


def files(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("select path, kind, dialect, state, rows_in from meta.file order by all").fetchall()


def test_the_header_tells_what_a_file_is(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    drop_files(tmp_path, {"a.csv": LEADS, "b.csv": GERMAN})
    assert taken(warehouse, tmp_path).loaded == 2
    assert files(warehouse) == [
        ("a.csv", "leads", "canonical", "loaded", 1), ("b.csv", "ad_costs", "google_ads_campaigns", "loaded", 1),
    ]  # fmt: skip
    assert taken(warehouse, tmp_path, 5).loaded == 0


def test_one_file_can_be_leads_and_their_stages(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    drop_files(tmp_path, {"contacts.csv": CONTACTS})
    found = taken(warehouse, tmp_path)
    assert (found.loaded, found.rows_in) == (1, 2)
    assert files(warehouse) == [
        ("contacts.csv", "lead_stages", "hubspot_contacts", "loaded", 1),
        ("contacts.csv", "leads", "hubspot_contacts", "loaded", 1),
    ]
    assert warehouse.execute("select stage from raw.lead_stage").fetchall() == [("mql",)]
    assert taken(warehouse, tmp_path, 5).loaded == 0


@pytest.mark.parametrize(("first", "then"), [("a.csv", "leads/b.csv"), ("leads/a.csv", "b.csv")])
def test_the_same_content_is_one_load_wherever_it_lies(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, first: str, then: str
) -> None:
    drop_files(tmp_path, {first: LEADS})
    taken(warehouse, tmp_path)
    drop_files(tmp_path, {then: LEADS})
    assert taken(warehouse, tmp_path, 5).loaded == 0
    told = warehouse.execute("select kind, state, reason from meta.file where path = ?", [then]).fetchall()
    assert told == [("leads", "loaded", f"its content was read before, as {first}")]
    assert warehouse.execute("select count(*) from raw.lead").fetchall() == [(1,)]


def test_every_file_of_an_archive_is_told_by_its_own_header(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as archive:
        archive.writestr("crm/leads.csv", LEADS)
        archive.writestr("ads/report.csv", GERMAN)
        archive.writestr("ads/other.csv", "what,ever\n1,2\n")
    found = taken(warehouse, tmp_path)
    assert (found.loaded, found.unreadable) == (2, 1)
    assert {(path, kind, state) for path, kind, _, state, _ in files(warehouse)} == {
        ("week.zip!crm/leads.csv", "leads", "loaded"), ("week.zip!ads/report.csv", "ad_costs", "loaded"),
        ("week.zip!ads/other.csv", "", "unreadable"), ("week.zip", "", "loaded"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("what,ever\n1,2\n", "its header fits no kind of file: `kpi inbox explain --kind KIND FILE`"),
        ("date,clicks,impressions,spend\n2026-09-01,1,2,3\n", "seo_site do not know its headers 'spend': move"),
        ("lead_id,campaign\nL1,A\n", "read as leads the column 'created_at' is missing: add it under"),
        ("Day,Campaign\n2026-09-01,A\n", "read as ad_costs the columns 'cost' and 'currency' are missing: "),
    ],
)  # fmt: skip
def test_a_header_that_tells_nothing_says_what_to_do(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, reason: str
) -> None:
    drop_files(tmp_path, {"a.csv": text, "b.csv": LEADS})
    found = taken(warehouse, tmp_path)
    assert (found.loaded, found.unreadable) == (1, 1)
    ((told,),) = warehouse.execute("select reason from meta.file where state = 'unreadable'").fetchall()
    assert told.startswith(reason)


def test_a_campaign_report_whose_rows_lack_a_cent_of_its_total_is_told_with_both_sums(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    totals = "Gesamt: Kampagnen;;EUR;1.234,51\nGesamt: Konto;;EUR;2.000,00\n"
    drop_files(tmp_path, {"report.csv": GERMAN + totals})
    taken(warehouse, tmp_path)
    told = "select line, label, column_name, told, taken, taken - told from meta.file_total"
    assert [tuple(map(str, row)) for row in warehouse.execute(told).fetchall()] == [
        ("4", "Gesamt: Kampagnen", "cost", "1234.510000", "1234.500000", "-0.010000")
    ]


CHARTS = {
    "en": ("Chart", "Date,Clicks,Impressions,CTR,Position", "Queries", "Top queries,Clicks,Impressions,CTR,Position"),
    "nl": ("Diagram", "Datum,Klikken,Vertoningen,CTR,Positie", "Zoekopdrachten",
           "Populairste zoekopdrachten,Klikken,Vertoningen,CTR,Positie"),
}  # fmt: skip


@pytest.mark.parametrize("language", CHARTS)
def test_an_archive_of_search_console_is_the_days_of_its_chart_and_overlapping_ones_never_double(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, language: str
) -> None:
    chart, days, queries, header = CHARTS[language]
    for day, rows in ((4, "2026-09-01,3,90,3.33%,5.1\n2026-09-02,4,100,4%,6.2\n"), (5, "2026-09-02,5,110,4.5%,6\n")):
        with zipfile.ZipFile(tmp_path / f"shop.example-Performance-on-Search-{day}.zip", "w") as archive:
            archive.writestr(f"{chart}.csv", f"{days}\n{rows}")
            archive.writestr(f"{queries}.csv", f"{header}\nshoes,{day},70,4%,3.1\n")
            archive.writestr("Filters.csv", "Filter,Value\nDate,Last 3 months\n")
        taken(warehouse, tmp_path, day)
    counting = """select r.date, r.clicks, r.impressions, r.position from raw.seo_site as r
        inner join meta.current_part as c on c.object = 'seo_site' and c.part = r.part and c.load_id = r.load_id
        order by all"""
    fix_cut(warehouse, current_cut(warehouse), date(2026, 9, 5))
    assert [tuple(map(str, row)) for row in warehouse.execute(counting).fetchall()] == [
        ("2026-09-01", "3", "90", "5.100000"), ("2026-09-02", "5", "110", "6.000000"),
    ]  # fmt: skip
    assert warehouse.execute("select count(*) from raw.seo_query").fetchall() == [(0,)]
    assert warehouse.execute("select distinct state from meta.file").fetchall() == [("loaded",)]


def orders_and_lines(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    fix_cut(connection, current_cut(connection), date(2026, 9, 9))
    counting = " union all ".join(
        f"""select '{name}', count(*) from raw.{name} as r inner join meta.current_part as c
        on c.object = '{name}' and c.part = r.part and c.load_id = r.load_id"""
        for name in ("shop_order", "order_line")
    )
    return connection.execute(counting).fetchall()


def retract(connection: duckdb.DuckDBPyConnection, path: str, kind: str) -> None:
    told = "select max(load_id) from meta.file where path = ? and kind = ?"
    ((load_id,),) = connection.execute(told, [path, kind]).fetchall()
    rule(connection, Ruling("retract", load_id, "a test", datetime.now(UTC).replace(tzinfo=None)))


def test_an_export_of_orders_that_was_read_as_lines_only_is_read_whole_in_no_folder(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop_files(tmp_path, {"order_lines/shop.csv": SHOP})
    taken(warehouse, tmp_path)
    assert orders_and_lines(warehouse) == [("shop_order", 0), ("order_line", 2)]
    drop_files(tmp_path, {"shop.csv": SHOP})
    assert taken(warehouse, tmp_path, 5).loaded == 1
    assert orders_and_lines(warehouse) == [("shop_order", 1), ("order_line", 2)]
    told = "select kind, rows_new, rows_unchanged from meta.file where path = 'shop.csv' order by kind"
    assert warehouse.execute(told).fetchall() == [("order_lines", 0, 2), ("orders", 1, 1)]
    drop_files(tmp_path, {"again.csv": SHOP, "orders/again.csv": SHOP, "order_lines/again.csv": SHOP})
    assert taken(warehouse, tmp_path, 6).loaded == 0


@pytest.mark.parametrize(
    ("first", "then"), [("shop.csv", "b.csv"), ("orders/a.csv", "b.csv"), ("a.csv", "orders/b.csv")]
)
@pytest.mark.parametrize("kind", ["orders", "order_lines"])
def test_a_file_of_which_one_kind_was_taken_back_is_read_again(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, first: str, then: str, kind: str
) -> None:
    drop_files(tmp_path, {first: SHOP})
    taken(warehouse, tmp_path)
    drop_files(tmp_path, {f"copy of {first}".replace("copy of orders/", "orders/copy of "): SHOP})
    assert taken(warehouse, tmp_path, 5).loaded == 0
    retract(warehouse, first, kind)
    drop_files(tmp_path, {then: SHOP})
    assert taken(warehouse, tmp_path, 6).loaded == 1
    assert orders_and_lines(warehouse) == [("shop_order", 1), ("order_line", 2)]
    drop_files(tmp_path, {"c.csv": SHOP, "orders/c.csv": SHOP, "order_lines/c.csv": SHOP})
    assert taken(warehouse, tmp_path, 7).loaded == 0


def test_what_a_dialect_read_in_its_folder_is_one_load_in_no_folder_too(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop_files(tmp_path, {"ad_costs/a.csv": GERMAN, "orders/a.csv": SHOP})
    taken(warehouse, tmp_path)
    drop_files(tmp_path, {"a.csv": GERMAN, "b.csv": SHOP})
    assert taken(warehouse, tmp_path, 5).loaded == 0
