"""What a cell of a spreadsheet stores becomes what it means, in the same words as a text file would have it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from deliveries import HEADER, as_workbook, deal, repacked, saved, workbook
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipelines.inbox import FileRead

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
SHEET = "xl/worksheets/sheet1.xml"


def only(read: Read, book: Workbook, column: str) -> object:
    """The cell of a column in the one row of a workbook of deals."""
    result = read("deals", saved(book), "a.xlsx")
    assert result.rejected == []
    (value,) = result.arrivals[0].rows[column].to_pylist()
    return value


def reasons(result: FileRead) -> list[tuple[int, str, str]]:
    return [(row.line, row.column_name, row.reason) for row in result.rejected]


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (0.1, Decimal("0.1")),
        (0.1 + 0.2, Decimal("0.3")),
        (1e-6, Decimal("0.000001")),
        (1_234_567.89, Decimal("1234567.89")),
        (12_345_678_901, Decimal("12345678901")),
        (-0.0, Decimal("0")),
    ],
)
def test_a_number_is_read_without_the_noise_of_its_storage(read: Read, stored: float, meant: Decimal) -> None:
    book, _ = workbook(deal(amount=stored))
    assert only(read, book, "amount") == meant


def test_a_percentage_is_the_share_that_it_stands_for(read: Read) -> None:
    book, sheet = workbook(deal(amount=0.25))
    sheet["D2"].number_format = "0%"
    assert only(read, book, "amount") == Decimal("0.25")


@pytest.mark.parametrize(("stored", "meant"), [(12_345_678_901, "12345678901"), (123.0, "123"), ("00123", "00123")])
def test_an_id_is_read_as_it_is_written(read: Read, stored: object, meant: str) -> None:
    book, _ = workbook(deal(stored))
    assert only(read, book, "deal_id") == meant


def test_an_id_that_is_shown_with_leading_zeros_has_them(read: Read) -> None:
    book, sheet = workbook(deal(123))
    sheet["A2"].number_format = "00000"
    assert only(read, book, "deal_id") == "00123"


@pytest.mark.parametrize("stored", [1_234_567_890_123_456, 1.234567890123456e18])
def test_an_id_of_more_digits_than_a_spreadsheet_keeps_is_rejected(read: Read, stored: float) -> None:
    book, _ = workbook(deal(stored))
    assert reasons(read("deals", saved(book), "a.xlsx")) == [
        (2, "deal_id", "a spreadsheet turned this id into a rounded number")
    ]


@pytest.mark.parametrize("calendar", ["1900", "1904"])
def test_days_and_times_are_read_in_the_date_system_of_the_workbook(read: Read, calendar: str) -> None:
    book, _ = workbook(deal("D1"), deal("D2", created_at=moment("2026-07-01 09:30:15")))
    if calendar == "1904":
        book.epoch = CALENDAR_MAC_1904
    rows = read("deals", saved(book), "a.xlsx").arrivals[0].rows
    assert rows["created_at"].to_pylist() == [moment("2026-01-30 23:00"), moment("2026-07-01 07:30:15")]


@pytest.mark.parametrize("stored", [time(9, 30), timedelta(days=5), 46_000])
def test_a_time_without_its_day_is_rejected(read: Read, stored: object) -> None:
    book, _ = workbook(deal(created_at=stored))
    assert reasons(read("deals", saved(book), "a.xlsx")) == [(2, "created_at", "not a time")]


def test_a_date_outside_the_calendar_is_rejected(read: Read) -> None:
    book, sheet = workbook(deal(created_at=-5e9))
    sheet["B2"].number_format = "yyyy-mm-dd"
    assert reasons(read("deals", saved(book), "a.xlsx")) == [
        (2, "created_at", "an error of the spreadsheet instead of a value")
    ]


def test_a_line_break_inside_a_cell_is_a_space(read: Read) -> None:
    book, _ = workbook(deal(channel="two_x000D_\nlines"))
    assert only(read, book, "channel") == "two lines"


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_value_is_read(read: Read, value: bool) -> None:
    book, _ = workbook(deal(is_test=value))
    assert only(read, book, "is_test") is value


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!"])
def test_an_error_of_the_spreadsheet_is_no_text(read: Read, error: str) -> None:
    book, _ = workbook(deal(channel=error))
    assert reasons(read("deals", saved(book), "a.xlsx")) == [
        (2, "channel", "an error of the spreadsheet instead of a value")
    ]


def test_a_formula_that_was_never_calculated_asks_to_save_the_file_again(read: Read) -> None:
    book, _ = workbook(deal(amount="=1+1"))
    (row,) = read("deals", saved(book), "a.xlsx").rejected
    assert (row.line, row.column_name, row.reason) == (2, "amount", "a formula without its value")
    assert row.remedy == "open the file in Excel and save it again"


@pytest.mark.parametrize(
    ("formula", "value"), [(b"<f>1+1</f><v>2</v>", Decimal(2)), (b"<f>SUM(1)</f><v>0.5</v>", Decimal("0.5"))]
)
def test_of_a_formula_the_calculated_value_counts(read: Read, formula: bytes, value: Decimal) -> None:
    content = repacked(saved(workbook(deal(amount=77))[0]), {SHEET: lambda part: part.replace(b"<v>77</v>", formula)})
    assert read("deals", content, "a.xlsx").arrivals[0].rows["amount"].to_pylist() == [value]


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(read: Read) -> None:
    def emptied(part: bytes) -> bytes:
        return part.replace(b't="n"><v>77</v>', b't="str"><f>IF(1,"","")</f><v></v>')

    content = repacked(saved(workbook(deal(amount=77))[0]), {SHEET: emptied})
    assert read("deals", content, "a.xlsx").arrivals[0].rows["amount"].to_pylist() == [None]


def test_text_that_looks_like_a_formula_stays_text(read: Read) -> None:
    row = dict(zip(HEADER, deal(channel="=cmd|' /C calc'!A0"), strict=True))
    result = read("deals", as_workbook([row]), "a.xlsx")
    assert result.arrivals[0].rows["channel"].to_pylist() == ["=cmd|' /C calc'!A0"]
