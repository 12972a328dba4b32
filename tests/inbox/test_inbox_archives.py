"""A zip archive is a delivery of files, each counted on its own, and read once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest
from deliveries import as_parquet, as_workbook, zipped

from pipelines.inbox import KINDS, InboxFile, ReadingRules, discover, empty_arrivals
from pipelines.intake import Night, known_files, take_in_files
from pipelines.loads import ensure_raw_table

RULES = ReadingRules("Europe/Amsterdam", b"a test pepper")
HEADER = "date,currency,rate\n"
JANUARY = (HEADER + "2026-01-01,USD,1.1\n2026-01-02,USD,1.2\n").encode()
FEBRUARY = (HEADER + "2026-02-01,USD,1.3\n").encode()


@pytest.fixture
def store(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse that has a table for exchange rates."""
    for arrival in empty_arrivals(KINDS["exchange_rates"]):
        ensure_raw_table(warehouse, arrival)
    return warehouse


def drop(inbox: Path, content: Mapping[str, bytes] | bytes, name: str = "rates.zip") -> Path:
    path = inbox / "exchange_rates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else zipped(content))
    return path


def found(inbox: Path, content: Mapping[str, bytes] | bytes) -> list[InboxFile]:
    drop(inbox, content)
    return discover(inbox, [])


def night(store: duckdb.DuckDBPyConnection, inbox: Path, run: int = 1) -> list[tuple[object, ...]]:
    """Takes in what is new and returns the rows of meta.file that this gave."""
    run_id = f"run-{run}"
    take_in_files(store, inbox, RULES, Night(run_id, date(2026, 3, run), hold_on_failure=False))
    return store.execute(
        """select path.replace('exchange_rates/', ''), state, rows_in, rows_new from meta.file
        where run_id = ? order by seen_at""",
        [run_id],
    ).fetchall()


def test_every_file_of_an_archive_counts_on_its_own_and_the_archive_says_so(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"january.csv": JANUARY, "2026/february.csv": FEBRUARY})
    assert night(store, tmp_path) == [
        ("rates.zip!2026/february.csv", "loaded", 1, 1),
        ("rates.zip!january.csv", "loaded", 2, 2),
        ("rates.zip", "loaded", None, None),
    ]
    ((reason,),) = store.execute("select reason from meta.file where path like '%.zip'").fetchall()
    assert reason == "2 files in it, each counted on its own"


def test_an_archive_holds_files_of_every_format(store: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    row = {"date": date(2026, 1, 1), "currency": "USD"}
    files = {
        "a.xlsx": as_workbook([{**row, "rate": 1.1}]),
        "b.parquet": as_parquet([{**row, "currency": "GBP", "rate": 0.9}]),
        "c.tsv": JANUARY.replace(b",", b"\t"),
    }
    drop(tmp_path, files)
    assert [new for _, _, _, new in night(store, tmp_path)] == [1, 1, 1, None]


def test_an_archive_that_was_read_is_not_opened_again(
    store: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, {"january.csv": JANUARY, "notes.txt": b"x"})
    night(store, tmp_path)
    monkeypatch.setattr("pipelines.inbox.discovery.contents_of", None)
    assert night(store, tmp_path, 2) == []


def test_an_archive_that_is_dropped_again_is_read_no_second_time(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"january.csv": JANUARY})
    night(store, tmp_path)
    drop(tmp_path, {"january.csv": JANUARY}, "copy.zip")
    assert night(store, tmp_path, 2) == [
        ("copy.zip!january.csv", "loaded", None, None),
        ("copy.zip", "loaded", None, None),
    ]


def test_an_archive_of_files_that_were_read_before_asks_for_no_run(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"january.csv": JANUARY})
    night(store, tmp_path)
    drop(tmp_path, {"january.csv": JANUARY}, "copy.zip")
    assert [one.state for one in discover(tmp_path, known_files(store, RULES))] == ["loaded", "loaded"]


def test_of_an_archive_with_one_new_file_only_that_one_is_read(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"january.csv": JANUARY})
    night(store, tmp_path)
    drop(tmp_path, {"january.csv": JANUARY, "february.csv": FEBRUARY})
    assert night(store, tmp_path, 2) == [
        ("rates.zip!february.csv", "loaded", 1, 1),
        ("rates.zip!january.csv", "loaded", None, None),
        ("rates.zip", "loaded", None, None),
    ]


def test_an_archive_waits_for_a_copy_in_it_until_it_is_known_what_became_of_the_first(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"a.csv": JANUARY, "b.csv": JANUARY})
    assert night(store, tmp_path) == [("rates.zip!a.csv", "loaded", 2, 2)]
    assert night(store, tmp_path, 2) == [
        ("rates.zip!b.csv", "loaded", None, None),
        ("rates.zip", "loaded", None, None),
    ]
    assert night(store, tmp_path, 3) == []


def test_a_run_that_was_cut_off_leaves_the_rest_of_the_archive_to_the_next(
    store: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, {"a.csv": JANUARY, "b.csv": FEBRUARY})
    with monkeypatch.context() as cut:
        cut.setattr("pipelines.intake.files.discover", lambda inbox, known: discover(inbox, known)[:1])
        assert night(store, tmp_path) == [("rates.zip!a.csv", "loaded", 2, 2)]
    assert [path for path, *_ in night(store, tmp_path, 2)] == ["rates.zip!b.csv", "rates.zip"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(store: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    drop(tmp_path, {"a.csv": b"no header\n", "b.xlsx": b"no workbook", "c.csv": JANUARY, "d.csv": b""})
    assert night(store, tmp_path) == [
        ("rates.zip!a.csv", "unreadable", None, None),
        ("rates.zip!b.xlsx", "unreadable", None, None),
        ("rates.zip!c.csv", "loaded", 2, 2),
        ("rates.zip!d.csv", "unreadable", None, None),
        ("rates.zip", "loaded", None, None),
    ]


@pytest.mark.parametrize(("name", "is_full"), [("full/rates.zip", True), ("rates.zip", False)])
def test_the_folder_of_the_archive_says_whether_its_files_are_full_exports(
    tmp_path: Path, name: str, is_full: bool
) -> None:
    drop(tmp_path, {"full/a.csv": JANUARY, "b/c.csv": FEBRUARY}, name)
    assert {one.is_full for one in discover(tmp_path, [])} == {is_full}


def test_what_systems_add_to_an_archive_is_left_out_and_named(tmp_path: Path) -> None:
    files = {
        "january.csv": JANUARY,
        "__MACOSX/._january.csv": b"x",
        ".DS_Store": b"x",
        "sub/Thumbs.db": b"x",
        "of jan@example.com/.x": b"x",
        "sub/": b"",
    }
    member, archive = found(tmp_path, files)
    assert member.name == "exchange_rates/rates.zip!january.csv"
    assert archive.reason == (
        "1 file in it, each counted on its own; "
        "ignored: __MACOSX/._january.csv, .DS_Store, sub/Thumbs.db, of (address)/.x"
    )


def test_a_long_list_of_ignored_files_is_cut(tmp_path: Path) -> None:
    files = {"january.csv": JANUARY, **{f".{number}": b"x" for number in range(9)}}
    assert found(tmp_path, files)[-1].reason.endswith("ignored: .0, .1, .2, .3, .4, 4 more")


def test_files_are_read_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, year in (("a.csv", 2026), ("b.csv", 2025), ("c.csv", 2025)):
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), name)
    assert [one.member for one in found(tmp_path, packed.getvalue())] == ["b.csv", "c.csv", "a.csv", ""]


def test_two_files_whose_shown_names_are_the_same_are_both_read(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    drop(tmp_path, {"jan@example.com .csv": FEBRUARY, "piet@example.com .csv": FEBRUARY.replace(b"02-01", b"02-02")})
    assert [rows for _, _, rows, _ in night(store, tmp_path)] == [1, 1, None]
