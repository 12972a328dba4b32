"""The format of a file makes no difference to what is stored, and content that its ending belies is named."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import count

import duckdb
import pyarrow as pa
import pytest
from deliveries import FORMATS, Rows, as_parquet, as_text, as_workbook, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.inbox import KINDS, FileRead, Persons, ReadingRules, Unreadable
from pipelines.inbox.forms import forms_of
from pipelines.inbox.reading import read_table
from pipelines.inbox.splitting import arrivals_of
from pipelines.inbox.typing_columns import rejected_rows, typed_rows
from pipelines.loads import Occasion, store

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")
OCCASION = Occasion("file", "run-1", date(2026, 9, 8), moment("2026-09-08T06:00"))
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8) | st.sampled_from(
    ["=HYPERLINK(1)", "+1", "@cmd", "00123", "#N/A", "a;b", 'say "x"', "1,5"]
)
MONEY = st.decimals(-(10**8), 10**8, places=6)
MOMENT = st.datetimes(moment("2000-01-01"), moment("2100-01-01")).map(lambda one: one.replace(microsecond=0))
DAY = st.dates(date(2000, 1, 1), date(2100, 1, 1))
WHOLE = st.integers(0, 10**12)


def rows_of(**columns: st.SearchStrategy[object]) -> st.SearchStrategy[list[dict[str, object]]]:
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=5)


CASES = st.one_of(
    st.tuples(
        st.just("ad_costs"),
        rows_of(
            date=DAY, platform=TEXT, campaign=TEXT | WHOLE, cost=MONEY,
            currency=st.sampled_from(["EUR", "usd", "EURO"]),
            ad=st.none() | TEXT, impressions=st.none() | WHOLE, conversions=st.none() | MONEY,
        ),
    ),
    st.tuples(
        st.just("leads"),
        rows_of(
            lead_id=TEXT | WHOLE, created_at=MOMENT, score=st.none() | MONEY, scored_at=st.none() | MOMENT,
            is_test=st.none() | st.booleans(), merged_into=st.none() | TEXT,
        ),
    ),
)  # fmt: skip


def what_it_becomes(kind: str, content: bytes, name: str) -> tuple[list[pa.Table], list[tuple[int, str, str]]]:
    text = read_table(content, forms_of(KINDS[kind]), name, name)
    typed = typed_rows(text, KINDS[kind], RULES)
    numbers = count(1)
    persons = Persons(RULES.pepper, draw=lambda: next(numbers))
    rejected = rejected_rows(text, typed.findings, name, "")
    tables = [one.rows for one in arrivals_of(typed.rows, KINDS[kind], RULES, persons)]
    return tables, [(one.line, one.column_name, one.reason) for one in rejected]


def with_one_type_per_column(rows: Rows) -> Rows:
    """As Parquet needs it: ids and names as text."""
    return [{name: str(row[name]) if name in {"lead_id", "campaign"} else row[name] for name in row} for row in rows]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(case=CASES)
def test_the_same_rows_are_the_same_in_every_format(case: tuple[str, Rows]) -> None:
    kind, rows = case
    expected = what_it_becomes(kind, as_text(rows), "export.csv")
    for name in ("export.tsv", "export.csv.gz", "export.xlsx", "saved by Excel.xlsx"):
        assert what_it_becomes(kind, FORMATS[name](rows), name) == expected, name
    assert what_it_becomes(kind, as_parquet(with_one_type_per_column(rows)), "export.parquet") == expected


ORDERS: Rows = [
    {
        "order_id": f"O{number}", "ordered_at": moment(f"2026-01-0{number} 09:30"), "status": "paid",
        "net_amount": Decimal("19.99"), "currency": "EUR", "discount": None, "plan_from": date(2026, 1, number),
    }
    for number in range(1, 6)
]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "export.csv"])
def test_the_same_rows_in_another_format_are_another_content_that_changes_nothing(
    read: Read, warehouse: duckdb.DuckDBPyConnection, name: str
) -> None:
    first = read("orders", FORMATS["export.csv"](ORDERS), "first.csv")
    second = read("orders", FORMATS[name](ORDERS), name)
    assert first.file.content_hash != second.file.content_hash
    store(warehouse, first.arrivals, OCCASION)
    (stored, _) = store(warehouse, second.arrivals, OCCASION)
    assert (stored.rows_unchanged, stored.rows_new, stored.rows_changed, second.rejected) == (5, 0, 0, [])


WEB_PAGE = b"<!DOCTYPE html>\n<html><table><tr><td>cost_id</td></tr></table></html>"
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", as_workbook(ORDERS), "it is an Excel workbook, not CSV: name it .xlsx"),
        ("a.tsv", as_parquet(ORDERS), "it is a Parquet file, not TSV: name it .parquet"),
        ("a.csv", zipped({"a.csv": b"a"}), "it is a zip archive, not CSV: name it .zip"),
        ("a.csv", WEB_PAGE, "it is a web page (HTML), not CSV: open it in Excel and save it as XLSX or CSV"),
        ("a.csv", WEB_PAGE.decode().encode("utf-16"), "it is a web page (HTML), not CSV: open it in Excel and save"),
        ("a.csv", b"<?xml version='1.0'?><Workbook/>", "it is XML, not CSV: open it in Excel and save it as"),
        ("a.csv.gz", gzip.compress(as_parquet(ORDERS), mtime=0), "it is a Parquet file, not CSV: name it .parquet"),
        ("a.xlsx", as_text(ORDERS), "it is text, not an Excel workbook: name it .csv or .tsv"),
        ("a.xlsx", bytes(99), "it is nothing that is known, not an Excel workbook: save it as XLSX or CSV"),
        ("a.xlsx", OLD_EXCEL, "it is an old Excel file, or one with a password, not an Excel workbook: save it as"),
        ("a.xlsx", zipped({"content.xml": b"<a/>"}), "it is an OpenDocument file, not an Excel workbook: save it as"),
        ("a.xlsx", zipped({"xl/workbook.bin": b"x"}), "it is a binary Excel workbook (XLSB), not an Excel workbook"),
        ("a.parquet", zipped({"a.csv": b"a"}), "it is a zip archive, not a Parquet file: name it .zip"),
        ("a.zip", as_text(ORDERS), "it is text, not a zip archive: name it .csv or .tsv"),
        ("a.xls", OLD_EXCEL, "the old Excel file is damaged, or is none: open it in Excel and save it again as XLSX"),
        ("a.xls", WEB_PAGE, "it is a web page (HTML), not an old Excel file: open it in Excel and save it as XLSX"),
        ("a.xls", as_text(ORDERS), "it is text, not an old Excel file: name it .csv or .tsv"),
        ("a.xls", as_workbook(ORDERS), "it is an Excel workbook, not an old Excel file: name it .xlsx"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_ending_says_is_told_what_it_is(
    read: Read, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read("orders", content, name)
    assert f"{refused.value.why}: {refused.value.remedy}".startswith(message)


@pytest.mark.parametrize("name", ["a.ods", "a.xlsm", "a.xlsb", "a.txt", "a"])
def test_an_ending_that_is_not_read_is_refused_with_those_that_are(read: Read, name: str) -> None:
    with pytest.raises(
        Unreadable,
        match=r"its ending is none that is read: save it as XLSX or CSV; read are .csv, .tsv, .xlsx, .xls, .parquet ",
    ):
        read("orders", b"anything", name)


def test_a_compressed_archive_is_refused(read: Read) -> None:
    with pytest.raises(Unreadable, match=r"an archive is compressed already: drop it as .zip"):
        read("orders", gzip.compress(zipped({"a.csv": b"a"})), "a.zip.gz")
