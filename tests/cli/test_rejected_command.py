"""`kpi inbox rejected`: what is wrong with which lines, and what to do about it, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nightly import drop_files, read_files

from pipelines.cli import main
from pipelines.definitions import runtime_from_environment
from pipelines.intake import Night
from pipelines.runtime import prepare_warehouse

HEADER = "lead_id,created_at,score\n"
FEW = HEADER + "".join(f"L-{number},2026-09-01,5\n" for number in range(19)) + "L-99,soon,5\n"
CONTACTS = """Record ID,Create Date,Lifecycle Stage,Became a Marketing Qualified Lead Date
1,2026-09-01 09:00,MQL,2026-09-02
2,2026-09-01 09:00,MQL,2026-09-02
3,2026-09-01 09:00
"""
MANY = HEADER + "M-1,soon,5\nM-2,later,5\nM-3,2026-09-01,a lot\nM-4,jan@example.com,5\n"
Said = Callable[..., str]


def read(inbox: Path, files: Mapping[str, str]) -> None:
    drop_files(inbox, files)
    runtime = runtime_from_environment()
    with runtime.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, runtime)
        read_files(connection, inbox, runtime.config, Night("a run", date(2026, 9, 8), False))


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command says after a night in which these files were read."""
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))
    read(tmp_path / "inbox", {"leads/few.csv": FEW, "leads/many.csv": MANY})

    def say(*arguments: str) -> str:
        assert main(["inbox", "rejected", *arguments]) == 0
        return capsys.readouterr().out

    return say


def test_the_file_that_lacks_most_comes_first_with_its_share_and_what_follows_from_it(said: Said) -> None:
    headings = [line.rstrip() for line in said().splitlines() if "(load" in line]
    assert headings == [
        "leads/many.csv (load 3): 4 of 4 rows rejected, 100 %",
        "leads/few.csv (load 1): 1 of 20 rows rejected, 5 %",
    ]


def test_a_file_that_is_large_enough_to_stop_the_nights_says_so(said: Said, tmp_path: Path) -> None:
    rows = "".join(f"L-{number},soon\n" for number in range(20))
    read(tmp_path / "inbox", {"leads/stops.csv": f"lead_id,created_at\n{rows}"})
    (heading,) = (line.rstrip() for line in said("--file", "leads/stops.csv").splitlines() if "(load" in line)
    assert heading.endswith(": 20 of 20 rows rejected, 100 %: nothing is published while it stands")


def test_a_file_that_is_rows_of_two_kinds_is_a_heading_for_each_with_the_load_to_take_back(
    said: Said, tmp_path: Path
) -> None:
    read(tmp_path / "inbox", {"contacts.csv": CONTACTS})
    headings = [line.rstrip() for line in said("--file", "contacts.csv").splitlines() if "(load" in line]
    assert headings == [
        "contacts.csv as lead_stages (load 7): 1 of 3 rows rejected, 33.3 %",
        "contacts.csv as leads (load 5): 1 of 3 rows rejected, 33.3 %",
    ]


def test_equal_rejections_are_one_line_with_the_lines_a_value_why_and_what_to_do(said: Said) -> None:
    (line,) = [line for line in said("--file", "leads/many.csv").splitlines() if "not a time" in line]
    assert line.split()[:6] == ["3", "2-3,", "5", "created_at", "soon", "and"]
    assert "2 others" in line and "write the time as" in line


def test_an_address_is_masked_on_the_own_screen_too(said: Said) -> None:
    assert "jan@example.com" not in said("--all")


def test_programs_get_every_row(said: Said) -> None:
    rows: list[dict[str, Any]] = json.loads(said("--json"))
    assert [(row["path"], row["line"], row["column"]) for row in rows] == [
        ("leads/few.csv", 21, "created_at"),
        ("leads/many.csv", 2, "created_at"),
        ("leads/many.csv", 3, "created_at"),
        ("leads/many.csv", 4, "score"),
        ("leads/many.csv", 5, "created_at"),
    ]
    assert rows[1]["value"] == "soon" and rows[1]["reason"] == "not a time" and rows[1]["remedy"].startswith("write")


def test_all_rows_are_shown_to_people_who_ask(said: Said) -> None:
    assert len([line for line in said("--all", "--file", "leads/m*").splitlines() if "leads/many.csv" in line]) == 4


def test_a_file_of_which_every_row_was_taken_has_nothing_to_show(said: Said) -> None:
    assert said("--file", "leads/other.csv").startswith("no row was rejected")
