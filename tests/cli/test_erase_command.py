"""What `kpi erase` says and refuses, and what a company sees of it afterwards."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from desk import Desk
from nightly import differing

from pipelines.cli import erasing, main
from pipelines.inbox import ReadingRules
from pipelines.intake import Night, take_in_files
from pipelines.runtime import Runtime, prepare_warehouse

pytestmark = pytest.mark.nights

Output = pytest.CaptureFixture[str]
TODAY = date(2026, 9, 8)
LEADS = "lead_id,created_at,customer_id\nL1,2026-08-01,C1\nL2,2026-08-02,\nL3,2026-08-03,\n"


@pytest.fixture
def nowhere(without_warehouse: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr(erasing, "runtime_from_environment", lambda: without_warehouse)
    return without_warehouse


@pytest.fixture
def here(nowhere: Runtime) -> Runtime:
    """A warehouse with the leads of one file."""
    inbox = nowhere.settings.data_dir / "inbox"
    (inbox / "leads").mkdir(parents=True)
    (inbox / "leads" / "all.csv").write_text(LEADS)
    rules = ReadingRules(nowhere.config.company.time_zone, nowhere.settings.pepper_bytes)
    with nowhere.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, nowhere)
        take_in_files(connection, inbox, rules, Night("run", TODAY, hold_on_failure=True))
    return nowhere


@pytest.fixture
def ids(tmp_path: Path) -> Path:
    path = tmp_path / "ids.txt"
    path.write_text("L1\nL3\n")
    return path


def leads_in(runtime: Runtime) -> list[str | None]:
    with runtime.warehouse.looked_into(purpose="test") as connection:
        return [row[0] for row in connection.execute("select lead_id from raw.lead order by created_at").fetchall()]


def test_the_erasure_is_told_and_what_still_holds_the_persons(here: Runtime, ids: Path, capsys: Output) -> None:
    backup = here.settings.data_dir / "backup" / "warehouse-20260907T030000Z.duckdb"
    replaced = here.warehouse.path.with_name("warehouse.before-restore-20260901T030000Z.duckdb")
    for path in (backup, replaced):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert main(["erase", "--source", "lead", "--ids", str(ids), "--note", "their request"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines() == [
        "erased 2 leads: 2 file rows and 0 rejected cells blanked; sums, closed months and replays are unchanged",
        "backups hold the persons until newer ones replace them (the last of each of 7 days is kept), or until you "
        f"delete them: 1 in {backup.parent}",
        f"warehouses that a restore replaced may hold the persons: delete {replaced}",
        "files of the inbox may name the persons: delete those that do, or move them away (one that is edited there "
        "is read again): leads/all.csv",
    ]
    assert leads_in(here) == [None, "L2", None]


def test_ids_that_are_not_known_are_a_warning(here: Runtime, ids: Path, capsys: Output) -> None:
    ids.write_text("".join(f"N{number}\n" for number in range(7)) + "L1\n")
    assert main(["erase", "--source", "leads", "--ids", str(ids)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("erased 1 lead: 1 file row and 0 rejected cells blanked")
    unknown = "N0, N1, N2, N3, N4 and 2 more"
    assert told.err == f"warning: not known as a lead, so nothing was erased of: {unknown}\n"
    assert leads_in(here) == [None, "L2", "L3"]


def test_the_same_list_again_erases_nobody_and_is_no_error(here: Runtime, ids: Path, capsys: Output) -> None:
    assert main(["erase", "--source", "lead", "--ids", str(ids)]) == 0
    capsys.readouterr()
    assert main(["erase", "--source", "lead", "--ids", str(ids)]) == 0
    assert capsys.readouterr().out.startswith("2 leads erased before: L1, L3\n")


def test_the_ids_of_customers_are_of_another_source(here: Runtime, ids: Path, capsys: Output) -> None:
    ids.write_text("customer_id\nC1\n")
    assert main(["erase", "--source", "orders", "--ids", str(ids)]) == 0
    assert capsys.readouterr().out.startswith("erased 1 customer: 1 file row and 0 rejected cells blanked")
    # the row of the lead told who the customer is
    assert leads_in(here) == [None, "L2", "L3"]


@pytest.mark.parametrize(
    ("arguments", "content", "line"),
    [
        (["--source", "crm"], "L1\n", "source crm: no persons come from it: "),
        (["--source", "custmer"], "L1\n", "source custmer: no persons come from it: did you mean 'customer'?"),
        (["--source", "lead"], "", "ids.txt: there is nothing in it: give a text file with one id per line"),
        (["--source", "lead"], "customer_id\nC1\n", "ids.txt: it holds the column customer_id, and --source says lead"),
        (["--source", "customer"], "L1\n", "the ids: not one of the 1 ids is known as a customer; nothing was erased"),
        (["--source", "lead", "--note", "L1 asked"], "L1\n", "the note: it names one of the persons"),
        ([], "L1\n", "kpi: Missing option '--source'"),
    ],
    ids=["no source", "a slip", "an empty file", "another column", "another source", "a telling note", "none"],
)
def test_wrong_use_is_one_line_and_changes_nothing(
    here: Runtime, ids: Path, capsys: Output, arguments: list[str], content: str, line: str
) -> None:
    ids.write_text(content)
    assert main(["erase", "--ids", str(ids), *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert told.err.removeprefix(f"{ids.parent}/").startswith(line)
    assert leads_in(here) == ["L1", "L2", "L3"]


def test_without_a_warehouse_there_is_nobody_to_erase(nowhere: Runtime, ids: Path, capsys: Output) -> None:
    assert main(["erase", "--source", "lead", "--ids", str(ids)]) == 2
    assert capsys.readouterr().err.startswith("warehouse: there is none at ")
    assert not nowhere.warehouse.path.exists()


def test_the_mart_stays_as_it_was_and_a_restored_backup_brings_nobody_back(
    worked_desk: Desk, tmp_path: Path, capsys: Output
) -> None:
    (export,) = (worked_desk.data / "inbox" / "leads").glob("*.csv")
    with export.open(newline="") as file:
        one = next(csv.DictReader(file))["lead_id"]
    (tmp_path / "ids.csv").write_text(f"lead_id\n{one}\n")
    (made,) = (worked_desk.data / "backup").glob("*.duckdb")
    old = shutil.copy(made, tmp_path / "old.duckdb")
    before = worked_desk.figures
    assert worked_desk.kpi("erase", "--source", "lead", "--ids", str(tmp_path / "ids.csv")) == 0
    # the export that comes next names the person still, and says something else
    lines = export.read_text().splitlines(keepends=True)
    lines = [line.replace(",online,", ",offline,") if line.startswith(f"{one},") else line for line in lines]
    export.write_text("".join(lines))
    assert worked_desk.kpi("nightly") == 0
    # all that came of it is the row that was rejected
    assert differing(worked_desk.figures, before) == ["marts.rejection"]
    told = "select column_name, reason from meta.rejected_row where path like 'leads/%'"
    assert worked_desk.mart(told) == [("lead_id", "the person was erased")]
    capsys.readouterr()
    assert worked_desk.kpi("restore", str(old)) == 0
    assert "; erased again, because it brought them back: 1 lead. Run `kpi nightly`" in capsys.readouterr().out
    with duckdb.connect(str(worked_desk.data / "warehouse/warehouse.duckdb"), read_only=True) as connection:
        named = connection.execute("select count(*) from raw.lead where lead_id = ?", [one]).fetchall()
        notes = connection.execute("select note from meta.erasure order by erasure_id").fetchall()
    assert (named, notes) == ([(0,)], [(None,), ("again, after a restore",)])
