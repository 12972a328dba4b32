"""Whatever comes out of people's systems as text is read; whatever is no table is refused with one line that helps."""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Callable

import pytest

from pipelines.inbox import FileRead, Unreadable

Read = Callable[..., FileRead]

COSTS = "cost_id,period_start,period_end,amount,currency,category,channel\n"
ROW = "C1,2026-01-01,2026-01-31,100,EUR,software,Zoë\n"


def only_channel(read: Read, content: str | bytes, name: str = "export.csv") -> str:
    """The channel of the one row of a costs file."""
    result = read("costs", content, name)
    assert result.rejected == []
    (channel,) = result.arrivals[0].rows["channel"].to_pylist()
    return str(channel)


def refusal(read: Read, content: str | bytes, name: str = "export.csv", kind: str = "costs") -> str:
    with pytest.raises(Unreadable) as refused:
        read(kind, content, name)
    assert "\n" not in str(refused.value)
    return f"{refused.value.why}: {refused.value.remedy}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_is_read_in_its_own_encoding_and_the_choice_is_kept(read: Read, encoding: str) -> None:
    result = read("costs", (COSTS + ROW).encode(encoding))
    assert result.arrivals[0].rows["channel"].to_pylist() == ["Zoë"]
    assert result.arrivals[0].flags["encoding"] == encoding


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_decided_on_the_header(read: Read, delimiter: str) -> None:
    assert only_channel(read, (COSTS + ROW).replace(",", delimiter)) == "Zoë"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(read: Read, line_end: str) -> None:
    assert only_channel(read, (COSTS + ROW).replace("\n", line_end)) == "Zoë"


def test_the_last_line_may_lack_its_end(read: Read) -> None:
    assert only_channel(read, (COSTS + ROW).rstrip()) == "Zoë"


def test_a_compressed_file_is_unpacked(read: Read) -> None:
    assert only_channel(read, gzip.compress((COSTS + ROW).encode()), "export.csv.gz") == "Zoë"


def test_headers_are_matched_without_case_and_spaces_around(read: Read) -> None:
    assert only_channel(read, COSTS.replace("cost_id", " Cost_ID ").replace("channel", "CHANNEL") + ROW) == "Zoë"


def test_a_title_above_the_header_is_passed_over(read: Read) -> None:
    result = read("costs", "Cost report, January\n\n" + COSTS + ROW)
    assert result.arrivals[0].rows.num_rows == 1
    assert result.arrivals[0].flags["lines_before_header"] == 2


def test_a_line_break_inside_quotes_belongs_to_the_cell_and_counts_as_a_line(read: Read) -> None:
    content = COSTS + 'C1,2026-01-01,2026-01-31,100,EUR,software,"two\nlines"\nC2,soon,2026-01-31,1,EUR,software,\n'
    result = read("costs", content)
    assert result.arrivals[0].rows["channel"].to_pylist() == ["two lines"]
    assert [row.line for row in result.rejected] == [4]


def test_a_trailing_delimiter_makes_no_column(read: Read) -> None:
    assert only_channel(read, COSTS.replace("\n", ",\n") + ROW.replace("\n", ",\n")) == "Zoë"


def test_blank_lines_and_lines_of_delimiters_are_no_rows(read: Read) -> None:
    result = read("costs", COSTS + "\n" + ROW + ",,,,,,\n")
    assert (result.rows_in, result.arrivals[0].flags["blank_lines"]) == (1, 2)


def test_a_file_of_only_a_header_holds_no_rows(read: Read) -> None:
    result = read("costs", COSTS)
    assert (result.rows_in, result.arrivals[0].rows.num_rows) == (0, 0)


def test_unknown_columns_are_reported_by_name_but_never_stored(read: Read) -> None:
    content = (
        "cost_id,period_start,period_end,amount,currency,category,Contact jan@example.com\n"
        "C1,2026-01-01,2026-01-31,100,EUR,software,Jan Jansen\n"
    )
    (arrival,) = read("costs", content).arrivals
    assert arrival.flags["ignored_columns"] == ["contact (address)"]
    assert "Jansen" not in str(arrival)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("C2,2026-01-01,2026-01-31,100", "only 4 cells where the header has 7"),
        ("C2,2026-01-01,2026-01-31,1,EUR,software,a,b", "8 cells where the header has 7"),
        ('C2,2026-01-01,2026-01-31,1,EUR,software,"a "quote" b"', "a quote stands in the middle of a quoted cell"),
    ],
)
def test_a_line_that_does_not_fit_the_header_is_one_rejected_row(read: Read, line: str, reason: str) -> None:
    result = read("costs", f"{COSTS}{line}\n{ROW}")
    assert [(row.line, row.reason, row.value) for row in result.rejected] == [(2, reason, None)]
    assert (result.rows_in, result.arrivals[0].rows.num_rows) == (2, 1)


def test_a_quote_that_is_never_closed_names_its_line(read: Read) -> None:
    assert "the quote opened in line 3 is never closed" in refusal(read, COSTS + ROW + 'C2,"2026-01-01,1\nC3,1\n')


def test_a_missing_column_is_named_with_the_header_that_may_mean_it(read: Read) -> None:
    message = refusal(read, "lead id,created_at,source\nL1,2026-01-01,google\n", kind="leads")
    assert message.startswith("the column 'lead_id' is missing: ")
    assert "'lead_id' may be 'lead id' in the file" in message


def test_a_file_without_header_is_refused_without_repeating_its_cells(read: Read) -> None:
    message = refusal(read, "L1,2026-01-01,Jan Jansen\n", kind="leads")
    assert message == "no header line was found: the first line must name the columns 'lead_id' and 'created_at'"


def test_another_delimiter_is_named(read: Read) -> None:
    assert "separated by a vertical bar" in refusal(read, (COSTS + ROW).replace(",", "|"))


def test_a_column_that_stands_twice_is_named(read: Read) -> None:
    message = refusal(read, "lead_id,created_at,source,Source\nL1,2026-01-01,a,b\n", kind="leads")
    assert message.startswith("the column 'source' stands in the header twice")


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"\xef\xbb\xbf\r\n \n", "export.csv", "there is nothing in it"),
        (b"\x00\x01\x02\x03" * 50, "export.csv", "it is not text"),
        (b"PK\x03\x04 and so on", "export.csv", "it is a damaged zip or Excel file, not CSV"),
        (b"\xd0\xcf\x11\xe0 and so on", "export.csv", "an old Excel file"),
        (gzip.compress(b"a,b\n", mtime=0), "export.csv", "it is compressed with gzip, not CSV: add .gz to its name"),
        (b"a,b\n1,2\n", "export.csv.gz", "it is not compressed with gzip"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-12], "export.csv.gz", "end too early"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-8] + b"12345678", "export.csv.gz", "damaged"),
        ((COSTS + "Zo").encode() + b"\x8d\x81", "export.csv", "neither as UTF-8 nor as Windows-1252"),
        ((COSTS + "Zoë").encode()[:-1], "export.csv", "ends in the middle of a character"),
        ((COSTS + ROW).encode("utf-16")[:-1], "export.csv", "is no text"),
    ],
)
def test_what_is_no_table_of_text_says_what_it_is(read: Read, content: bytes, name: str, expected: str) -> None:
    assert expected in refusal(read, content, name)


@pytest.mark.parametrize("limit", [131_072, sys.maxsize])
def test_how_long_a_cell_may_be_is_the_same_whatever_was_read_before(read: Read, limit: int) -> None:
    header, long = "lead_id,created_at,source", "x" * 140_000
    before = csv.field_size_limit(limit)
    try:
        found = read("leads", f"{header}\nL1,2026-09-01,{long}\nL2,2026-09-01,\n", "a.csv")
        assert [(one.line, one.column_name) for one in found.rejected] == [(2, "source")]
        csv.field_size_limit(limit)
        with pytest.raises(Unreadable, match="no header line was found"):
            read("leads", f"{header},{long}\nL1,2026-09-01,,\n", "b.csv")
    finally:
        csv.field_size_limit(before)
