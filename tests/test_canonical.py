"""The canonical hash is the same for the same content, and another for any other content."""

from __future__ import annotations

import hashlib
import random
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import canonical
from pipelines.canonical import query_hash, table_hash
from pipelines.failures import WrongUse

moment = datetime.fromisoformat
COLUMNS = ("day", "channel", "spend", "rate", "is_paid", "seen_at")
KEY = ("day", "channel")
ROWS: list[tuple[object, ...]] = [
    (date(2026, 1, 1), "Email", Decimal("1.500000"), 0.1, True, moment("2026-01-01T06:30:00")),
    (date(2026, 1, 1), "Paid Search", Decimal("-2.250000"), 1 / 3, False, moment("2026-01-01T06:30:00.000005")),
    (date(2026, 1, 2), "", None, None, None, None),
    (date(2026, 1, 2), "Übrig\tes\n", Decimal(0), 1e300, True, moment("1999-12-31T00:00:00")),
]
OTHER_CELLS: list[tuple[str, object]] = [
    ("day", date(2026, 1, 3)),
    ("channel", "email"),
    ("channel", "Email "),
    ("spend", Decimal("1.500001")),
    ("spend", None),
    ("rate", 0.1 + 2**-56),
    ("rate", None),
    ("is_paid", False),
    ("is_paid", None),
    ("seen_at", moment("2026-01-01T06:30:00.000001")),
    ("seen_at", None),
]


def filled(connection: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> str:
    connection.execute(
        """create or replace table spend
        (day date, channel varchar, spend decimal(38,6), rate double, is_paid boolean, seen_at timestamp)"""
    )
    for row in rows:
        connection.execute("insert into spend values (?, ?, ?, ?, ?, ?)", row)
    return table_hash(connection, "spend", COLUMNS, KEY)


def hash_of_texts(*rows: tuple[str | None, ...]) -> str:
    """The hash of a table that holds these texts only."""
    with duckdb.connect() as connection:
        columns = [f"c{place}" for place in range(len(rows[0]))]
        connection.execute(f"create table t ({', '.join(f'{name} varchar' for name in columns)})")
        connection.executemany(f"insert into t values ({', '.join('?' * len(columns))})", rows)
        return table_hash(connection, "t", columns, ())


def test_insertion_order_does_not_show(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected = filled(warehouse, ROWS)
    for seed in range(10):
        assert filled(warehouse, random.Random(seed).sample(ROWS, len(ROWS))) == expected


def test_the_number_of_threads_does_not_show(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create table big as select i % 1000 as k, i / 7 as rate from range(300000) as r(i)")
    found = set()
    for threads in (1, 2, 8):
        warehouse.execute(f"set threads = {threads}")
        found.add(table_hash(warehouse, "big", ("k", "rate"), ("k",)))
    assert len(found) == 1


def test_the_size_of_the_batches_does_not_show(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = filled(warehouse, ROWS)
    monkeypatch.setattr(canonical, "LINES_AT_ONCE", 1)
    assert filled(warehouse, ROWS) == expected


@pytest.mark.parametrize(("column", "value"), OTHER_CELLS)
def test_any_other_cell_gives_another_hash(warehouse: duckdb.DuckDBPyConnection, column: str, value: object) -> None:
    before = filled(warehouse, ROWS)
    changed = list(ROWS[0])
    changed[COLUMNS.index(column)] = value
    assert filled(warehouse, [tuple(changed), *ROWS[1:]]) != before


def test_null_is_not_the_empty_text() -> None:
    assert hash_of_texts(("a", None)) != hash_of_texts(("a", ""))


def test_null_is_not_the_text_that_stands_for_it() -> None:
    assert hash_of_texts((r"\N",)) != hash_of_texts((None,))


def test_a_row_more_gives_another_hash() -> None:
    assert hash_of_texts(("a",), ("a",)) != hash_of_texts(("a",))


@settings(deadline=None, max_examples=60)
@given(*[st.lists(st.tuples(*[st.none() | st.text("\\\t\nNtn", max_size=3)] * 2), min_size=1, max_size=3)] * 2)
def test_two_tables_share_a_hash_only_when_they_hold_the_same_rows(
    left: list[tuple[str | None, str | None]], right: list[tuple[str | None, str | None]]
) -> None:
    def by_text(row: tuple[str | None, ...]) -> list[tuple[bool, str]]:
        return [(cell is not None, cell or "") for cell in row]

    same_rows = sorted(left, key=by_text) == sorted(right, key=by_text)
    assert (hash_of_texts(*left) == hash_of_texts(*right)) is same_rows


def test_the_form_is_lines_of_cells_in_declared_order(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        r"""create table t as select * from (values
            (10, 'b\c', 1.50::decimal(18,6), 0.1::double), (9, null, 2, 'inf'::double)) as v(k, name, spend, rate)"""
    )
    form = "9\t\\N\t2.000000\tinf\n10\tb\\\\c\t1.500000\t0.10000000000000001\n"
    assert (
        table_hash(warehouse, "t", ("k", "name", "spend", "rate"), ("k",)) == hashlib.sha256(form.encode()).hexdigest()
    )


def test_the_order_of_the_columns_shows(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create table t as select 1 as a, 2 as b")
    assert table_hash(warehouse, "t", ("a", "b"), ("a",)) != table_hash(warehouse, "t", ("b", "a"), ("a",))


def test_an_empty_table_has_a_hash(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert filled(warehouse, []) == hashlib.sha256().hexdigest()


def test_minus_zero_is_zero_and_a_nan_has_no_sign(warehouse: duckdb.DuckDBPyConnection) -> None:
    minus, plus = ("select '-0'::double as x, '-nan'::double as y", "select 0::double as x, 'nan'::double as y")
    assert query_hash(warehouse, minus, ()) == query_hash(warehouse, plus, ())


def test_the_zone_of_the_session_does_not_show(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create table t as select timestamptz '2026-07-01 12:00:00+02' as at")
    found = set()
    for zone in ("UTC", "America/New_York"):
        warehouse.execute(f"set TimeZone = '{zone}'")
        found.add(table_hash(warehouse, "t", ("at",), ()))
    assert len(found) == 1


def test_rows_of_one_snapshot_are_hashed_through_a_query(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        """create table frozen as select * from (values
            (1, 'a', 10), (1, 'b', 20), (2, 'b', 20), (2, 'a', 10), (3, 'a', 11)) as v(snapshot_id, member, amount)"""
    )
    first, second, third = (
        query_hash(warehouse, "select member, amount from frozen where snapshot_id = ?", ("member",), [snapshot])
        for snapshot in (1, 2, 3)
    )
    assert first == second != third


@pytest.mark.parametrize("value", ["['a']", "{'a': 1}", "[1.5::decimal(18,3)]", "null"])
def test_a_type_without_a_canonical_form_is_refused(warehouse: duckdb.DuckDBPyConnection, value: str) -> None:
    warehouse.execute(f"create table t as select {value} as odd")
    with pytest.raises(WrongUse, match=r"column odd: .* has no canonical form"):
        table_hash(warehouse, "t", ("odd",), ())
