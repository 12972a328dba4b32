"""Cells in canonical notation become values; every other cell rejects its row and says how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from pipelines.inbox import FileRead
from pipelines.inbox.cells import (
    CURRENCY,
    DAY,
    IDENTIFIER,
    PLATFORM,
    TEXT,
    TIME,
    URL,
    YES_NO,
    CellType,
    ReadingRules,
    Wrong,
    choice,
)
from pipelines.inbox.number_cells import COUNT, decimal

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")
STATUS = choice("open", "won", "lost", "cross_sell")
LEADS = "lead_id,created_at,channel,score\n"


@pytest.mark.parametrize(
    ("of", "cell", "value"),
    [
        (DAY, "2026-02-28", date(2026, 2, 28)),
        (TIME, "2026-01-31T09:30:00+01:00", moment("2026-01-31T08:30")),
        (TIME, "2026-01-31T08:30:00Z", moment("2026-01-31T08:30")),
        (TIME, "2026-01-31 09:30", moment("2026-01-31T08:30")),
        (TIME, "2026-01-31 09:30:15.250000 +0100", moment("2026-01-31T08:30:15.250000")),
        (TIME, "2026-07-01", moment("2026-06-30T22:00")),
        (decimal(), "1234.56", Decimal("1234.56")),
        (decimal(), "-0.5", Decimal("-0.5")),
        (decimal(), "12.340000000", Decimal("12.34")),
        (COUNT, "12", 12),
        (COUNT, "12.0", 12),
        (YES_NO, "Yes", True),
        (YES_NO, "0", False),
        (CURRENCY, "usd", "USD"),
        (STATUS, "WON", "won"),
        (STATUS, "Cross-Sell", "cross_sell"),
        (TEXT, "=HYPERLINK(1)", "=HYPERLINK(1)"),
        (TEXT, "unknown", "unknown"),
        (URL, "https://shop.test/a?mc_eid=1&utm_source=x#top", "https://shop.test/a?utm_source=x"),
        (IDENTIFIER, "00123", "00123"),
    ],
)
def test_a_cell_becomes_its_value(of: CellType, cell: str, value: object) -> None:
    assert of.parse(cell, RULES) == value


@pytest.mark.parametrize(
    ("of", "cell", "reason"),
    [
        (DAY, "31-01-2026", "not a day"),
        (DAY, "2026-02-30", "a day that the calendar does not have"),
        (DAY, "1899-12-31", "a year outside 2000 to 2100"),
        (DAY, "2101-01-01", "a year outside 2000 to 2100"),
        (TIME, "01/02/2026 10:00", "not a time"),
        (TIME, "2026-01-31T25:00", "a time that the calendar does not have"),
        (TIME, "9999-12-31T23:59:59-12:00", "a year outside 2000 to 2100"),
        (decimal(), "1.234,56", "a number in local notation"),
        (decimal(), "1,234.56", "a number in local notation"),
        (decimal(), "12,50", "a number in local notation"),
        (decimal(), "NaN", "not a finite number"),
        (decimal(), "-inf", "not a finite number"),
        (decimal(), "1e3", "not a number"),
        (decimal(), "€ 5", "not a number"),
        (decimal(), "0.1234567", "more than 6 decimals"),
        (decimal(), "1000000000000", "a number too large to be true"),
        (decimal(), "9" * 5000, "a number too large to be true"),
        (decimal(0), "-0.01", "a number below what is possible"),
        (decimal(0, scale=12, above=True), "0.000", "a number below what is possible"),
        (COUNT, "1.5", "not a whole number"),
        (COUNT, "-1", "a number below what is possible"),
        (COUNT, "9" * 19, "a number too large to be true"),
        (COUNT, "9" * 5000, "a number too large to be true"),
        (YES_NO, "maybe", "neither true nor false"),
        (CURRENCY, "EURO", "not an ISO 4217 currency code"),
        (CURRENCY, "XTS", "not an ISO 4217 currency code"),
        (CURRENCY, "ZZZ", "not an ISO 4217 currency code"),
        (STATUS, "wonn", "not one of the words this column can hold"),
        (IDENTIFIER, "1.23E+18", "a spreadsheet turned this id into a rounded number"),
    ],
)
def test_a_cell_that_means_nothing_says_why(of: CellType, cell: str, reason: str) -> None:
    with pytest.raises(Wrong) as wrong:
        of.parse(cell, RULES)
    assert wrong.value.reason == reason
    assert cell not in wrong.value.reason + wrong.value.remedy


@pytest.mark.parametrize(
    ("cell", "platform"),
    [("Meta", "meta"), ("Facebook", "meta"), ("facebook-ads", "meta"), ("Bing  Ads", "microsoft_ads"), ("X", "x")],
)
def test_a_platform_has_one_name(cell: str, platform: str) -> None:
    aliases = {"facebook": "meta", "facebook_ads": "meta", "bing ads": "microsoft_ads"}
    assert PLATFORM.parse(cell, ReadingRules("UTC", b"", aliases)) == platform


@pytest.mark.parametrize(
    ("cells", "rejected"),
    [
        (["1.234", "1.234,50", "12,5", "0.5"], [2, 3, 4]),
        (["1.234", "12.5", "7"], []),
        (["1.234", "7"], []),
        (["-1.234", "0,99"], [2, 3]),
    ],
)
def test_a_number_that_could_be_read_in_two_ways_is_rejected_beside_local_notation(
    read: Read, cells: list[str], rejected: list[int]
) -> None:
    lines = "".join(f"L{number};2026-01-01;;{cell}\n" for number, cell in enumerate(cells))
    result = read("leads", LEADS.replace(",", ";") + lines)
    assert [row.line for row in result.rejected] == rejected
    assert {row.remedy for row in result.rejected} <= {
        "write every number of the column as 1234.56: a dot before the decimals, nothing else",
        "write it as 1234.56: a dot before the decimals, nothing else",
    }


@pytest.mark.parametrize(
    ("cells", "counts"),
    [(["1.000", "950"], [None, 950]), (["1.000", "2.000"], [None, None]), (["1.000", "1200.000"], [1, 1200])],
)
def test_a_thousand_is_never_counted_as_one(read: Read, cells: list[str], counts: list[int | None]) -> None:
    header = "date,platform,campaign,cost,currency,clicks\n"
    lines = "".join(f"2026-01-0{day},meta,a,5,EUR,{cell}\n" for day, cell in enumerate(cells, start=1))
    result = read("ad_costs", header + lines)
    assert [row.column_name for row in result.rejected] == ["clicks"] * counts.count(None)
    assert result.arrivals[0].rows["clicks"].to_pylist() == [one for one in counts if one is not None]


def test_a_misspelt_word_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(Wrong, match="did you mean 'won'"):
        STATUS.parse("wonn", RULES)


def test_a_local_time_that_summer_time_skips_is_refused() -> None:
    with pytest.raises(Wrong, match="summer time skips"):
        TIME.parse("2026-03-29 02:30", RULES)


def test_a_local_time_that_occurs_twice_is_its_first_occurrence() -> None:
    assert TIME.parse("2026-10-25 02:30", RULES) == moment("2026-10-25T00:30")


def test_a_day_whose_midnight_is_skipped_begins_at_its_first_moment() -> None:
    assert TIME.parse("2018-11-04", ReadingRules("America/Sao_Paulo", b"")) == moment("2018-11-04T03:00")


def test_a_rejected_row_keeps_line_column_value_and_what_to_do(read: Read) -> None:
    result = read("leads", LEADS + 'L1,2026-01-01,Email,1\nL2,2026-01-02,Email,"1.234,56"\n')
    (row,) = result.rejected
    assert (row.path, row.line, row.column_name, row.value) == ("leads/export.csv", 3, "score", "1.234,56")
    assert (row.value_kind, row.value_length) == ("number", 8)
    assert row.reason == "a number in local notation"
    assert "1234.56" in row.remedy
    assert result.arrivals[0].rows["lead_id"].to_pylist() == ["L1"]


def test_an_address_in_a_rejected_cell_is_masked(read: Read) -> None:
    (row,) = read("leads", LEADS + "L1,jan@example.com,,\n").rejected
    assert (row.value, row.value_length) == ("(address)", len("jan@example.com"))


def test_a_rejected_cell_does_nothing_to_a_terminal(read: Read) -> None:
    (row,) = read("leads", LEADS + "L1,2026-01-01,,\x1b]0;owned\x07\x9b31m\u202e5\n").rejected
    assert row.value == "?]0;owned??31m?5"


def test_a_row_with_two_wrong_cells_is_rejected_once(read: Read) -> None:
    (row,) = read("leads", LEADS + "L1,soon,,many\n").rejected
    assert row.column_name == "created_at"


def test_a_required_cell_may_not_be_empty(read: Read) -> None:
    (row,) = read("leads", LEADS + "L1,,,\n").rejected
    assert (row.column_name, row.reason, row.value_kind) == ("created_at", "it is empty", "empty")


def test_a_cell_beyond_reason_rejects_its_row_only(read: Read) -> None:
    result = read("leads", LEADS + f"L1,2026-01-01,{'x' * 200_000},\nL2,2026-01-01,Email,\n")
    (row,) = result.rejected
    assert (row.line, row.column_name, row.value_length, len(row.value or "")) == (2, "channel", 200_000, 200)
    assert result.arrivals[0].rows.num_rows == 1


def test_an_optional_column_that_is_missing_is_null_of_its_type(read: Read) -> None:
    rows = read("leads", "lead_id,created_at\nL1,2026-01-01\n").arrivals[0].rows
    assert rows["score"].to_pylist() == [None]
    assert str(rows.schema.field("score").type) == "decimal128(18, 6)"


def test_of_two_rows_with_the_same_key_the_later_one_counts(read: Read) -> None:
    result = read("leads", LEADS + "L1,2026-01-01,Email,\nL2,2026-01-01,,\nL1,2026-01-01,Direct,\n")
    (row,) = result.rejected
    assert (row.line, row.column_name, row.reason) == (2, "lead_id", "same key again in line 4")
    assert result.arrivals[0].rows["channel"].to_pylist() == [None, "Direct"]


def test_a_row_that_is_said_twice_in_the_same_words_counts_as_repeated(read: Read) -> None:
    result = read("leads", LEADS + "L1,2026-01-01,Email,\nL1,2026-01-01,Email,\n")
    assert (result.rows_in, result.rows_repeated, result.rejected) == (2, 1, [])
    assert result.arrivals[0].rows.num_rows == 1


def test_rows_that_differ_only_in_a_column_that_is_not_read_are_not_taken_for_the_same(read: Read) -> None:
    header = "date,platform,campaign,cost,currency,device\n"
    result = read("ad_costs", header + "2026-01-01,meta,a,5,EUR,mobile\n2026-01-01,meta,a,5,EUR,desktop\n")
    assert [row.reason for row in result.rejected] == ["same key again in line 3"]


def test_a_later_row_that_is_wrong_does_not_hide_the_earlier_one(read: Read) -> None:
    result = read("leads", LEADS + "L1,2026-01-01,Email,\nL1,soon,Direct,\n")
    assert [row.line for row in result.rejected] == [3]
    assert result.arrivals[0].rows["channel"].to_pylist() == ["Email"]


def test_a_period_that_ends_before_it_starts_is_rejected(read: Read) -> None:
    header = "cost_id,period_start,period_end,amount,currency,category\n"
    (row,) = read("costs", header + "C1,2026-02-01,2026-01-31,5,EUR,other\n").rejected
    assert (row.column_name, row.reason) == ("period_end", "it lies before period_start")


@pytest.mark.parametrize(
    ("first", "last", "reasons"),
    [
        ("2026-01-01", "2099-01-31", ["it lies more than 20 years after period_start"]),
        ("2000-01-01", "2020-01-01", []),
        ("2000-01-01", "2020-01-02", ["it lies more than 20 years after period_start"]),
    ],
)
def test_a_period_longer_than_twenty_years_is_a_slip(read: Read, first: str, last: str, reasons: list[str]) -> None:
    header = "cost_id,period_start,period_end,amount,currency,category\n"
    rejected = read("costs", header + f"C1,{first},{last},5,EUR,other\n").rejected
    assert [(row.column_name, row.reason) for row in rejected] == [("period_end", reason) for reason in reasons]
    assert all("correct the year" in row.remedy for row in rejected)
