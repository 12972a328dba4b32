"""Which rejected rows still lack: not those of a file that was corrected, taken back, or followed by a full export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
from nightly import drop_files, new_warehouse, project_without, read_files

from pipelines.intake import Night
from pipelines.loads import Ruling, create_meta_tables, current_cut, fix_cut, rejections_with_values, rule

HEADER = "lead_id,created_at,score\n"
GOOD, LATE = "L-1,2026-09-01,5\n", "L-2,soon,5\n"
TODAY = date(2026, 9, 8)


class Inbox:
    """An inbox and the warehouse that reads it, a morning later each time."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.connection, self.today = folder, connection, TODAY

    def read(self, files: Mapping[str, str]) -> None:
        drop_files(self.folder, files)
        config = project_without("ga4", "mailchimp").config
        read_files(self.connection, self.folder, config, Night(f"run of {self.today}", self.today, False))
        self.today += timedelta(days=1)

    def ruled(self, action: Literal["accept", "retract"], path: str) -> None:
        ((load_id,),) = self.rows("select max(load_id) from meta.file where path = ?", path)
        rule(self.connection, Ruling(action, load_id, "a test", datetime.now(UTC).replace(tzinfo=None)))

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, parameters).fetchall()

    @property
    def standing(self) -> list[tuple[Any, ...]]:
        return self.rows(f"select path, lines from ({rejections_with_values()}) order by all")


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with closing(new_warehouse()) as connection:
        yield Inbox(tmp_path / "inbox", connection)


def test_of_a_file_that_was_corrected_only_what_its_newest_version_lacks_is_left(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + LATE + LATE.replace("2", "3", 1)})
    assert inbox.standing == [("leads/a.csv", "2-3")]
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    assert inbox.standing == [("leads/a.csv", "3")]


def test_a_correction_that_cannot_be_read_settles_nothing(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    inbox.read({"leads/a.csv": "who,when\n1,2\n"})
    assert inbox.standing == [("leads/a.csv", "3")]


def test_a_file_that_was_taken_back_lacks_nothing(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + LATE})
    inbox.ruled("retract", "leads/a.csv")
    assert inbox.standing == []


def test_a_correction_that_was_taken_back_leaves_what_was_there_before(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    inbox.read({"leads/a.csv": HEADER + GOOD})
    assert inbox.standing == []
    inbox.ruled("retract", "leads/a.csv")
    assert inbox.standing == [("leads/a.csv", "3")]


def test_a_file_that_was_taken_back_and_came_again_counts_once(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    inbox.ruled("retract", "leads/a.csv")
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    assert inbox.rows(f"select path, rows from ({rejections_with_values()})") == [("leads/a.csv", 1)]


def test_a_full_export_says_anew_what_earlier_files_of_its_kind_lacked(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE, "deals/d.csv": "deal_id,created_at,stage\nD-1,soon,won\n"})
    inbox.read({"leads/full/all.csv": HEADER + GOOD + "L-9,never,5\n"})
    assert inbox.standing == [("deals/d.csv", "2"), ("leads/full/all.csv", "3")]


def test_a_full_export_that_was_refused_says_nothing(inbox: Inbox) -> None:
    many = "".join(f"M-{number},2026-09-01,5\n" for number in range(60))
    inbox.read({"leads/full/all.csv": HEADER + many + LATE})
    inbox.read({"leads/full/next.csv": HEADER + GOOD})
    assert ("leads/full/all.csv", "62") in inbox.standing


def test_a_cut_of_an_earlier_day_has_what_stood_then(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    then = current_cut(inbox.connection)
    inbox.read({"leads/a.csv": HEADER + GOOD})
    inbox.ruled("retract", "leads/a.csv")
    inbox.read({"leads/a.csv": HEADER + GOOD + "\n"})
    for cut, expected in ((then, [("leads/a.csv", "3")]), (current_cut(inbox.connection), [])):
        fix_cut(inbox.connection, cut, TODAY)
        assert inbox.rows("select path, lines from meta.rejection") == expected


def test_ten_thousand_rows_that_are_wrong_in_the_same_way_are_one_line(inbox: Inbox) -> None:
    wrong = "".join(f"M-{number},soon,5\n" for number in range(10_000))
    inbox.read({"leads/a.csv": HEADER + wrong})
    found = inbox.rows(f"select rows, lines, value, value_count from ({rejections_with_values()})")
    assert found == [(10_000, "2-10001", "soon", 1)]


def test_lines_that_lie_apart_are_named_until_there_are_many(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + (LATE + GOOD) * 20})
    ((lines,),) = inbox.rows(f"select lines from ({rejections_with_values()}) where reason = 'not a time'")
    assert lines == "2, 4, 6, 8, 10, 12, 14, 16, ..."


def test_reasons_that_differ_in_their_numbers_are_one(inbox: Inbox) -> None:
    twice = "".join(f"M-{number},2026-09-0{day},5\n" for day in (1, 2) for number in range(30))
    inbox.read({"leads/a.csv": HEADER + twice})
    found = inbox.rows(f"select rows, lines, reason, wordings from ({rejections_with_values()})")
    assert found == [(30, "2-31", "same key again in line 32", 30)]


def test_rejected_rows_of_an_earlier_release_find_the_file_that_they_belong_to(inbox: Inbox) -> None:
    inbox.read({"leads/a.csv": HEADER + GOOD + LATE})
    inbox.connection.execute("alter table meta.rejected_row drop column load_id")
    create_meta_tables(inbox.connection)
    assert inbox.standing == [("leads/a.csv", "3")]
