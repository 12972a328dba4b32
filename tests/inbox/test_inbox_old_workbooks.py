"""Excel files of before 2007, as LinkedIn pages still export them: read like any other workbook."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlrd
from vendor_files import said

from pipelines.inbox import FileRead, Unreadable
from pipelines.inbox.old_workbooks import _rows

Read = Callable[..., FileRead]
FOLLOWERS = (Path(__file__).parent / "exports" / "linkedin_page_followers.xls").read_bytes()


@pytest.mark.parametrize("name", ["followers.xls", "followers.xls.gz"])
def test_the_followers_of_a_page_are_those_who_came_that_day(read: Read, name: str) -> None:
    found = read("social_pages", gzip.compress(FOLLOWERS) if name.endswith(".gz") else FOLLOWERS, name)
    assert (found.dialect, found.rows_in, found.rejected) == ("linkedin_page_followers", 3, [])
    assert said(found, "platform", "date", "period", "new_followers", "followers") == [
        ("linkedin", date(2026, 9, 1), "day", 7, None),
        ("linkedin", date(2026, 9, 2), "day", 4, None),
        ("linkedin", date(2026, 9, 3), "day", 0, None),
    ]
    assert found.arrivals[0].flags["sheet"] == "New followers"


def test_cells_of_an_old_workbook_are_written_as_a_canonical_file_would() -> None:
    with xlrd.open_workbook(file_contents=FOLLOWERS, on_demand=True) as workbook:
        (first, second) = _rows(workbook, 2)
    assert first == (1, ["2026-09-01", "1.5", "true"])
    assert second == (2, ["2026-09-01T09:30:00", "1.23456789012346E+16", "text"])


@pytest.mark.parametrize("kept", [512, 2_000, len(FOLLOWERS) - 600])
def test_an_old_workbook_that_was_cut_off_is_refused_in_one_line(read: Read, kept: int) -> None:
    with pytest.raises(
        Unreadable, match=r"^[^\n]*: save it again as XLSX$|open it in Excel and save it again as XLSX$"
    ):
        read("social_pages", FOLLOWERS[:kept], "followers.xls")


def test_any_spoiled_byte_of_an_old_workbook_ends_in_rows_or_in_one_line(read: Read) -> None:
    for place in range(0, len(FOLLOWERS), 7):
        spoiled = FOLLOWERS[:place] + bytes([FOLLOWERS[place] ^ 0x55]) + FOLLOWERS[place + 1 :]
        try:
            found = read("social_pages", spoiled, "followers.xls")
        except Unreadable as problem:
            assert "\n" not in str(problem)
        else:
            assert found.rows_in == found.arrivals[0].rows.num_rows + found.rows_repeated + found.rows_rejected
