"""Columns of Parquet become what they hold, exactly; what cannot be one exact cell per row is refused by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deliveries import as_parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.inbox import KINDS, FileRead, Unreadable
from pipelines.inbox.forms import forms_of
from pipelines.inbox.reading import read_table

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
MORNING = moment("2026-01-31 09:30:15")


def deals(**columns: pa.Array | list[object]) -> bytes:
    """Deals as Parquet, as many as the longest column has values."""
    length = max(len(column) for column in columns.values())
    usual = {
        "deal_id": [f"D{number}" for number in range(length)],
        "created_at": pa.array([date(2026, 1, 31)] * length),
        "stage": ["Offer"] * length,
    }
    return written(pa.table({**usual, **columns}))


def written(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def values(read: Read, column: str, content: bytes) -> list[object]:
    result = read("deals", content, "a.parquet")
    assert result.rejected == []
    return list(result.arrivals[0].rows[column].to_pylist())


def refusal(read: Read, content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read("deals", content, "a.parquet")
    assert "\n" not in str(refused.value)
    return f"{refused.value.why}: {refused.value.remedy}"


@pytest.mark.parametrize(
    ("column", "stored", "meant"),
    [
        ("amount", pa.array([Decimal("0.000001"), Decimal("12")], pa.decimal128(18, 6)), [Decimal("0.000001"), 12]),
        ("amount", pa.array([Decimal("1.50")], pa.decimal256(60, 2)), [Decimal("1.5")]),
        ("amount", pa.array([Decimal("1.50")], pa.decimal128(5, 2)), [Decimal("1.5")]),
        ("amount", pa.array([0.1 + 0.2, None]), [Decimal("0.3"), None]),
        ("amount", pa.array([-7], pa.int8()), [-7]),
        ("term_months", pa.array([2**40], pa.uint64()), [2**40]),
        ("term_months", pa.array([12.0]), [12]),
        ("term_months", pa.array([Decimal("12.000"), Decimal("100.000")], pa.decimal128(18, 3)), [12, 100]),
        ("deal_id", pa.array([2**62, 2**62 + 1]), [str(2**62), str(2**62 + 1)]),
        ("deal_id", pa.array([123.0]), ["123"]),
        ("is_test", pa.array([True, None]), [True, None]),
        ("channel", pa.array(["Email", "Email", None]).dictionary_encode(), ["Email", "Email", None]),
        ("channel", pa.array(["Zoë"], pa.large_string()), ["Zoë"]),
        ("channel", pa.array(["Zoë"], pa.string_view()), ["Zoë"]),
        ("channel", pa.array(["Zoë".encode()], pa.binary()), ["Zoë"]),
        ("channel", pa.array(["=HYPERLINK(1)", " "]), ["=HYPERLINK(1)", None]),
        ("channel", pa.array([None], pa.null()), [None]),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else "",
)
def test_a_value_is_stored_as_it_is(read: Read, column: str, stored: pa.Array, meant: list[object]) -> None:
    assert values(read, column, deals(**{column: stored})) == meant


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_a_time_without_zone_is_of_the_company_and_one_with_a_zone_is_that_moment(read: Read, unit: str) -> None:
    local = pa.array([MORNING], pa.timestamp(unit))
    assert values(read, "created_at", deals(created_at=local)) == [moment("2026-01-31 08:30:15")]
    for zone in ("UTC", "America/New_York", "+05:30"):
        zoned = local.cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
        assert values(read, "created_at", deals(created_at=zoned)) == [MORNING]


@pytest.mark.parametrize("of", [pa.date32(), pa.date64(), pa.timestamp("us")])
def test_a_day_may_be_stored_as_its_midnight(read: Read, of: pa.DataType) -> None:
    assert values(read, "created_at", deals(created_at=pa.array([date(2026, 1, 31)]).cast(of))) == [
        moment("2026-01-30 23:00")
    ]


@pytest.mark.parametrize(
    ("column", "stored", "reason"),
    [
        ("amount", pa.array([float("nan")]), "not a finite number"),
        ("created_at", pa.array([2**62], pa.timestamp("us")), "not a time"),
        ("deal_id", pa.array([1.5e17]), "a spreadsheet turned this id into a rounded number"),
        ("stage", pa.array(["#REF!"]), "an error of the spreadsheet instead of a value"),
    ],
)
def test_a_value_that_means_nothing_rejects_its_row(read: Read, column: str, stored: pa.Array, reason: str) -> None:
    (row,) = read("deals", deals(**{column: stored}), "a.parquet").rejected
    assert (row.line, row.column_name, row.reason) == (2, column, reason)


def test_lines_count_rows_as_below_a_header_and_empty_rows_are_none(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.inbox.parquet_files.ROWS_AT_A_TIME", 2)
    content = as_parquet(
        [
            {"deal_id": "D1", "created_at": "2026-01-31", "stage": "Offer"},
            {"deal_id": None, "created_at": None, "stage": " "},
            {"deal_id": "D2", "created_at": "soon", "stage": "Offer"},
            {"deal_id": "D3", "created_at": "2026-01-31", "stage": "Offer"},
        ]
    )
    result = read("deals", content, "a.parquet")
    assert [row.line for row in result.rejected] == [4]
    assert (result.rows_in, result.arrivals[0].flags["blank_lines"]) == (3, 1)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (pa.array([["a"]]), "the column 'channel' holds nested values, which are not read: write it as text"),
        (pa.array([{"a": 1}]), "the column 'channel' holds nested values, which are not read: write it as text"),
        (pa.array([1], pa.duration("s")), "the column 'channel' holds values of the type duration[s], which are not"),
        (pa.array([bytes(16)], pa.binary(16)), "the column 'channel' holds values of the type fixed_size_binary[16]"),
        (pa.array([1.5], pa.float32()), "the column 'channel' holds numbers of 32 bits, which are not exact"),
        (pa.array([b"\xff"], pa.binary()), "the column 'channel' holds values that are no text: write it as text"),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else "",
)
def test_a_column_that_is_not_one_exact_cell_per_row_is_refused_by_name(
    read: Read, stored: pa.Array, message: str
) -> None:
    assert refusal(read, deals(channel=stored)).startswith(message)


def test_columns_that_are_not_read_may_hold_anything(read: Read) -> None:
    content = deals(path=pa.array([["a", "b"]]), size=pa.array([1.5], pa.float32()), raw=pa.array([b"\xff"]))
    result = read("deals", content, "a.parquet")
    assert (result.rejected, result.arrivals[0].flags["ignored_columns"]) == ([], ["path", "size", "raw"])


@pytest.mark.parametrize("others", [[["a"], ["b"]], ["a", "b"], ["a", "a"]], ids=str)
def test_rows_that_may_differ_in_a_column_that_is_not_read_are_not_taken_for_the_same(
    read: Read, others: list[object]
) -> None:
    result = read("deals", deals(deal_id=["D1", "D1"], path=pa.array(others)), "a.parquet")
    assert [row.reason for row in result.rejected] == ["same key again in line 3"]


def test_a_row_that_is_empty_as_far_as_it_is_read_is_rejected_and_not_taken_for_blank(read: Read) -> None:
    content = deals(deal_id=[None], created_at=pa.nulls(1), stage=[None], note=["something"])
    assert [row.reason for row in read("deals", content, "a.parquet").rejected] == ["it is empty"]


@contextmanager
def counted_memory() -> Iterator[pa.MemoryPool]:
    """Arrow's memory of meanwhile, counted."""
    usual = pa.default_memory_pool()
    pa.set_memory_pool(COUNTED)
    try:
        yield COUNTED
    finally:
        pa.set_memory_pool(usual)


# outlives everything that is allocated from it
COUNTED = pa.proxy_memory_pool(pa.default_memory_pool())
LONG = "x" * 8_000
BYTES_OF_ANY_LENGTH = [pa.string(), pa.large_string(), pa.string_view(), pa.binary()]


@pytest.mark.parametrize("of", BYTES_OF_ANY_LENGTH, ids=str)
@pytest.mark.parametrize("column", ["channel", "note", "stage.note"])
def test_a_small_file_never_becomes_a_large_one(monkeypatch: pytest.MonkeyPatch, of: pa.DataType, column: str) -> None:
    monkeypatch.setattr("pipelines.inbox.parquet_files.MOST_CHARACTERS", 10_000_000)
    content = deals(**{column: pa.array([LONG] * 20_000).cast(of)})
    assert len(content) < 300_000
    with counted_memory() as memory:
        try:
            table = read_table(content, forms_of(KINDS["deals"]), "a.parquet", "a.parquet")
        except Unreadable as refused:
            assert (column, refused.why) == ("channel", "it holds more than 10,000,000 characters")
        else:
            assert (column != "channel", table.rows_in) == (True, 20_000)
    # written out it is 160 MB
    assert memory.max_memory() < 40_000_000


def test_a_cell_of_more_characters_than_any_column_takes_is_refused_before_it_is_copied(read: Read) -> None:
    assert values(read, "channel", deals(channel=["é" * 10_000])) == ["é" * 10_000]
    long = pq.read_table(io.BytesIO(deals(channel=["x" * 4_000_000] * 100)))
    content = written(long, dictionary_pagesize_limit=16 << 20)
    with counted_memory() as memory:
        message = refusal(read, content)
    assert message == "the column 'channel' holds a cell of more than 10,000 characters: shorten it"
    assert memory.max_memory() < 40_000_000


def test_ten_thousand_columns_are_read_as_far_as_they_are_known(read: Read) -> None:
    content = deals(**{f"c{number}": [number] for number in range(10_000)})
    result = read("deals", content, "a.parquet")
    assert (result.rows_in, len(result.arrivals[0].flags["ignored_columns"])) == (1, 50)


def test_a_column_that_is_missing_is_named(read: Read) -> None:
    assert refusal(read, written(pa.table({"deal_id": ["D1"], "stage": ["Offer"]}))).startswith(
        "the column 'created_at' is missing"
    )


def test_a_column_that_stands_twice_is_named(read: Read) -> None:
    assert refusal(read, deals(Stage=["Offer"])).startswith("the column 'stage' stands in the header twice")


@pytest.mark.parametrize(
    ("limit", "message"),
    [("MOST_CELLS", "it holds more than 2 cells"), ("LARGEST_UNPACKED_BYTES", "it unpacks to more than 512 MiB")],
)
def test_a_file_beyond_a_limit_is_refused_before_it_is_unpacked(
    read: Read, monkeypatch: pytest.MonkeyPatch, limit: str, message: str
) -> None:
    monkeypatch.setattr(f"pipelines.inbox.parquet_files.{limit}", 2)
    assert refusal(read, deals(amount=[1.5])) == f"{message}: split it into smaller files"


def test_spoiled_data_are_told_of_in_one_line(read: Read) -> None:
    content = bytearray(deals(channel=["x" * 50]))
    content[4:60] = bytes(56)
    assert refusal(read, bytes(content)).startswith("the Parquet data are damaged, or in a form that is not read")


WHOLE = deals(amount=[1.5, 2.5], channel=["Email", None])


@settings(deadline=None, max_examples=200)
@given(place=st.integers(4, len(WHOLE) - 9), piece=st.binary(min_size=1, max_size=4))
def test_any_spoiled_file_is_read_or_refused_in_one_line(place: int, piece: bytes) -> None:
    content = WHOLE[:place] + piece + WHOLE[place + len(piece) :]
    try:
        table = read_table(content, forms_of(KINDS["deals"]), "a.parquet", "a.parquet")
    except Unreadable as refused:
        assert str(refused).startswith("a.parquet: ")
    else:
        assert table.rows_in <= 2


def test_no_byte_that_is_lost_ends_the_process() -> None:
    """What a C++ library throws past Python takes the night with it."""
    read = 0
    for place in range(4, len(WHOLE) - 8):
        content = WHOLE[:place] + b"\0" + WHOLE[place + 1 :]
        try:
            read += read_table(content, forms_of(KINDS["deals"]), "a.parquet", "a.parquet").rows_in <= 2
        except Unreadable:
            read += 1
    assert read == len(WHOLE) - 12
