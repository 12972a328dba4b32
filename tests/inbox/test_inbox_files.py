"""A file as a whole: every row is accepted or rejected, and the counts of the warehouse add up to the rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.inbox import KINDS, FileRead, InboxFile, Persons, ReadingRules, Unreadable, Waiting, discover, read_file
from pipelines.inbox.forms import forms_of
from pipelines.inbox.reading import read_table
from pipelines.inbox.typing_columns import rejected_rows, typed_rows
from pipelines.loads import Occasion, Stored, store

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")
OCCASION = Occasion("file", "run-1", date(2026, 9, 8), moment("2026-09-08T06:00"))
LEADS = "lead_id,created_at,channel,merged_into\n"


def load(warehouse: duckdb.DuckDBPyConnection, result: FileRead) -> list[Stored]:
    return store(warehouse, result.arrivals, OCCASION)


def one_file(tmp_path: Path, content: str) -> InboxFile:
    path = tmp_path / "leads" / "a.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    (found,) = discover(tmp_path, [])
    return found


def test_the_counts_of_the_warehouse_add_up_to_the_rows_of_the_file(
    read: Read, warehouse: duckdb.DuckDBPyConnection
) -> None:
    load(warehouse, read("leads", LEADS + "L1,2026-01-01,Email,\nL2,2026-01-01,Email,\n", "first.csv"))
    second = read(
        "leads",
        LEADS + "L1,2026-01-01,Email,\nL1,2026-01-01,Email,\nL2,2026-01-01,Direct,\nL3,2026-01-01,,\nL4,soon,,\n",
        "second.csv",
    )
    stored = load(warehouse, second)[0]
    assert (stored.rows_new, stored.rows_changed, stored.rows_unchanged) == (1, 1, 1)
    assert second.rows_in == 5 == 1 + 1 + (1 + second.rows_repeated) + second.rows_rejected


def test_a_merge_that_is_taken_back_is_withdrawn(read: Read, warehouse: duckdb.DuckDBPyConnection) -> None:
    load(warehouse, read("leads", LEADS + "L1,2026-01-01,,L2\n", "first.csv"))
    lead, merge = load(warehouse, read("leads", LEADS + "L1,2026-01-01,,\n", "second.csv"))
    assert (lead.rows_unchanged, merge.rows_withdrawn) == (1, 1)


def test_a_renamed_campaign_is_replaced_with_the_rest_of_its_day(
    read: Read, warehouse: duckdb.DuckDBPyConnection
) -> None:
    header = "date,platform,campaign,cost,currency\n"
    load(warehouse, read("ad_costs", header + "2026-01-01,meta,old,5,EUR\n2026-01-02,meta,old,6,EUR\n", "first.csv"))
    (stored,) = load(warehouse, read("ad_costs", header + "2026-01-01,meta,new,5,EUR\n", "second.csv"))
    assert (stored.rows_new, stored.rows_withdrawn, stored.parts_accepted) == (1, 1, 1)


def test_a_full_export_that_lost_most_of_its_rows_is_refused(read: Read, warehouse: duckdb.DuckDBPyConnection) -> None:
    many = "".join(f"L{number},2026-01-01,Email,\n" for number in range(30))
    load(warehouse, read("leads", LEADS + many, "full/first.csv"))
    stored = load(warehouse, read("leads", LEADS + "L1,2026-01-01,Direct,\n", "full/second.csv"))[0]
    assert stored.parts_refused == 30


def test_a_stage_history_that_collapsed_is_refused(read: Read, warehouse: duckdb.DuckDBPyConnection) -> None:
    header = "lead_id,stage,entered_at\n"
    many = "".join(f"L1,mql,2026-01-{day:02}\n" for day in range(1, 26))
    load(warehouse, read("lead_stages", header + many, "first.csv"))
    (stored,) = load(warehouse, read("lead_stages", header + "L1,mql,2026-01-01\n", "second.csv"))
    assert (stored.parts_refused, stored.parts_accepted) == (1, 0)


MONEY = [
    ("deals", "deal_id,created_at,stage,amount\n", "D{n},2026-01-01,Offer,{money}\n", "amount"),
    (
        "orders",
        "order_id,ordered_at,status,net_amount,currency\n",
        "O{n},2026-01-01,paid,{money},EUR\n",
        "net_amount",
    ),
    (
        "costs",
        "cost_id,period_start,period_end,amount,currency,category\n",
        "C{n},2026-01-01,2026-01-31,{money},EUR,other\n",
        "amount",
    ),
    ("ad_costs", "date,platform,campaign,cost,currency\n", "2026-01-01,meta,c{n},{money},EUR\n", "cost"),
]


@pytest.mark.parametrize(("kind", "header", "line", "column"), MONEY, ids=[one[0] for one in MONEY])
def test_a_full_export_with_all_rows_and_a_fraction_of_the_money_is_refused(
    read: Read, warehouse: duckdb.DuckDBPyConnection, kind: str, header: str, line: str, column: str
) -> None:
    def export(money: int, rows: int = 20) -> str:
        return header + "".join(line.format(n=n, money=money) for n in range(rows))

    load(warehouse, read(kind, export(100), "full/first.csv"))
    fallen = load(warehouse, read(kind, export(49), "full/second.csv"))[0]
    assert fallen.parts_accepted == 0
    assert fallen.refusals[0].endswith(f"full export fell from 2000.00 to 980.00 ({column})")
    assert load(warehouse, read(kind, export(50), "full/third.csv"))[0].parts_refused == 0


def test_a_day_of_an_ad_platform_that_lost_its_money_is_refused(
    read: Read, warehouse: duckdb.DuckDBPyConnection
) -> None:
    _, header, line, _ = MONEY[3]
    load(warehouse, read("ad_costs", header + "".join(line.format(n=n, money=9) for n in range(20)), "first.csv"))
    zeros = header + "".join(line.format(n=n, money=0) for n in range(20))
    (stored,) = load(warehouse, read("ad_costs", zeros, "second.csv"))
    assert stored.refusals == ("meta||2026-01-01|campaign: fell from 180.00 to 0.00 (cost)",)


def test_a_platform_under_another_name_replaces_its_own_day(
    tmp_path: Path, persons: Persons, warehouse: duckdb.DuckDBPyConnection
) -> None:
    rules = ReadingRules("Europe/Amsterdam", b"a test pepper", {"facebook ads": "meta"})
    stored = []
    for name, platform in (("first", "Facebook-Ads"), ("second", "meta")):
        path = tmp_path / "ad_costs" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"date,platform,campaign,cost,currency\n2026-01-01,{platform},a,5,EUR\n")
        (found,) = (one for one in discover(tmp_path, []) if one.path == path)
        stored += store(warehouse, read_file(found, rules, persons).arrivals, OCCASION)
    assert [(one.rows_new, one.rows_unchanged) for one in stored] == [(1, 0), (0, 1)]


def test_a_file_that_may_not_be_read_any_more_waits(
    tmp_path: Path, persons: Persons, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = one_file(tmp_path, LEADS)
    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(Waiting, match="it cannot be read \\(Permission denied\\): make it readable"):
        read_file(found, RULES, persons)


def refused(*_: object, **__: object) -> bytes:
    raise PermissionError(13, "Permission denied")


def test_a_file_that_changed_since_it_was_found_waits(tmp_path: Path, persons: Persons) -> None:
    found = one_file(tmp_path, LEADS)
    found.path.write_text(LEADS + "L1,2026-01-01,,\n")
    with pytest.raises(Waiting, match="changed while it was read"):
        read_file(found, RULES, persons)


def test_a_file_that_cannot_be_read_says_why_as_it_was_found(tmp_path: Path, persons: Persons) -> None:
    found = replace(one_file(tmp_path, LEADS), state="unreadable", reason="it lies in no folder", remedy="move it")
    with pytest.raises(Unreadable, match=r"^leads/a\.csv: it lies in no folder: move it$"):
        read_file(found, RULES, persons)


def test_the_surrogates_of_rejected_rows_are_not_drawn(read: Read, persons: Persons) -> None:
    read("leads", LEADS + "L1,soon,,L2\n")
    assert persons.new_rows().num_rows == 0


def test_the_load_says_how_the_file_was_read(read: Read) -> None:
    flags = read("leads", LEADS).arrivals[0].flags
    assert (flags["path"], flags["dialect"], flags["delimiter"]) == ("leads/export.csv", "canonical", "comma")


CELLS = st.one_of(
    st.sampled_from(
        ["", "L1", "L2", "2026-01-01", "2026-03-29 02:30", "12.5", "1.234,56", "true", "won", "EUR", "N/A"]
    ),
    st.text(alphabet='a1.,;"\n\r\t|@ é=-', max_size=8),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_every_row_of_any_table_is_accepted_or_rejected(data: st.DataObject, kind: str) -> None:
    headers = [column.name for column in KINDS[kind].columns]
    table: Sequence[Sequence[str]] = data.draw(
        st.lists(st.lists(CELLS, min_size=len(headers), max_size=len(headers)), max_size=6)
    )
    written = io.StringIO(newline="")
    csv.writer(written).writerows([headers, *table])
    text = read_table(written.getvalue().encode(), forms_of(KINDS[kind]), "any.csv", "any.csv")
    typed = typed_rows(text, KINDS[kind], RULES)
    rejected = rejected_rows(text, typed.findings, "any.csv", "")
    assert text.rows_in == sum(any(cell.strip() for cell in row) for row in table)
    assert text.rows_in == typed.rows.num_rows + typed.rows_repeated + len(rejected)


@settings(deadline=None, max_examples=60)
@given(content=st.text(max_size=80))
def test_any_text_at_all_is_read_or_refused_in_one_line(content: str) -> None:
    try:
        text = read_table(("lead_id,created_at\n" + content).encode(), forms_of(KINDS["leads"]), "any.csv", "any.csv")
    except Unreadable as refused:
        assert str(refused).startswith("any.csv: ")
    else:
        typed = typed_rows(text, KINDS["leads"], RULES)
        assert text.rows_in == typed.rows.num_rows + typed.rows_repeated + len(typed.findings) + len(text.broken)
