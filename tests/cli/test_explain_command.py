"""`kpi explain` on a company's machine: what a person reads, what programs get, what a spreadsheet may open."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from desk import Desk, desk_in

from pipelines.cli.csv_files import write_csv
from pipelines.cli.explaining import ROWS_PER_PAGE
from pipelines.definitions import runtime_from_environment
from pipelines.snapshots import BY_HAND, Due, close_month, content_hash, version_of
from pipelines.stored_texts import stored_recipe

MONTH = ("--month", "2026-08")
DIRECT = ("--slice", "channel", "--member", "Direct")


@pytest.fixture(scope="module")
def closed_desk(kept_desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a machine that closed a month after its one night."""
    folder = tmp_path_factory.mktemp("closed")
    shutil.copytree(kept_desk, folder, symlinks=True, dirs_exist_ok=True)
    with desk_in(folder):
        runtime = runtime_from_environment()
        with runtime.warehouse.opened(purpose="test") as connection:
            close_month(connection, runtime.project.tables, Due(date(2026, 8, 1), BY_HAND), run_id="close")
    return folder


@pytest.fixture
def desk(closed_desk: Path) -> Iterator[Desk]:
    with desk_in(closed_desk) as one:
        yield one


@pytest.fixture
def desk_of_ones_own(closed_desk: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(closed_desk, tmp_path / "desk", symlinks=True)
    with desk_in(tmp_path / "desk") as one:
        yield one


def by_hand(desk: Desk, statement: str) -> None:
    """What somebody does who writes to the file past the pipeline."""
    with duckdb.connect(str(desk.data / "warehouse/warehouse.duckdb")) as connection:
        connection.execute(statement)


def freeze_anew(desk: Desk) -> None:
    """As if the month had been frozen with what its rows say now."""
    with duckdb.connect(str(desk.data / "warehouse/warehouse.duckdb")) as connection:
        version = version_of(connection, date(2026, 8, 1), 1)
        content = content_hash(connection, stored_recipe(connection, version.recipe, "").tables, version.snapshot_id)
        connection.execute("update snapshots.snapshot set content_sha256 = ?", [content])


def test_a_person_reads_the_number_its_definition_its_loads_and_its_rows(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.kpi("explain", "new_leads", *MONTH, *DIRECT) == 0
    told = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert lines[0].endswith("new_leads of channel Direct, 2026-08-v1")
    for fact in ("status final", "unit count", "numerator measure new_leads", "definition version 1"):
        assert fact in lines
    assert any(line.startswith("2026-08-") and " lead L-" in line and " lead leads/leads_" in line for line in lines)
    assert lines[-1].startswith("the numerator ") and "@" not in told


def test_pages_follow_each_other_and_programs_and_files_get_every_row(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    assert desk.kpi("explain", "bounce_rate", *MONTH, "--json", "--csv", str(file)) == 0
    told = json.loads(capsys.readouterr().out)
    rows = told["rows"]
    assert len(rows) > 2 * ROWS_PER_PAGE
    assert {"snapshot_id", "business_date", "value", "ci_low", "status", "trust", "definition", "loads"} < told.keys()
    with file.open(encoding="utf-8", newline="") as written:
        assert list(csv.DictReader(written)) == [
            {name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows
        ]
    shown = []
    for page in ("1", "2"):
        assert desk.kpi("explain", "bounce_rate", *MONTH, "--page", page) == 0
        lines = capsys.readouterr().out.splitlines()
        assert f"--page {int(page) + 1} shows the next rows, --csv FILE writes all of them" in lines
        # of a visit nobody knows an offer
        (heads,) = [line for line in lines if line.startswith("day ")]
        assert "offer" not in heads and "channel" in heads
        shown += [line.split("  ")[1].strip() for line in lines if "numerator  " in line and line.startswith("2026-")]
    assert shown == [row["row"] for row in rows[: 2 * ROWS_PER_PAGE]]


def test_a_number_that_is_not_known_says_why_and_lists_nothing(
    desk_of_ones_own: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "2 rows without an exchange rate: load the missing rates"
    by_hand(
        desk_of_ones_own,
        f"""update snapshots.kpi_value set numerator = null, value = null, status = 'not_available',
        status_reason = '{reason}' where kpi_id = 'revenue' and grain = 'month'""",
    )
    freeze_anew(desk_of_ones_own)
    assert desk_of_ones_own.kpi("explain", "revenue", *MONTH) == 0
    told = capsys.readouterr().out
    assert reason in told and told.splitlines()[-1] == "there is no number, and no row"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("new_leads", "--month", "2026-07"), "month 2026-07: there is no version of it: see `kpi status`"),
        (("new_leads", *MONTH, "--version", "2"), "month 2026-08: there is no version 2 of it: see `kpi status`"),
        (("new_leeds", *MONTH), "KPI 'new_leeds': 2026-08-v1 has no such KPI: did you mean 'new_leads'?"),
        (("new_leads", *MONTH, "--page", "99"), "--page 99: the last page is 1: ask for a page that is there"),
        (
            ("new_leads", *MONTH, "--csv", "no/such/folder/rows.csv"),
            "--csv no/such/folder/rows.csv: No such file or directory: name a file in a folder that is there",
        ),
    ],
    ids=["no such month", "no such version", "no such KPI", "no such page", "no such folder"],
)
def test_what_is_not_there_is_wrong_use(
    desk: Desk, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    assert desk.kpi("explain", *arguments) == 2
    assert capsys.readouterr().err.splitlines() == [line]


def test_a_changed_raw_row_ends_it_with_exit_code_1(desk_of_ones_own: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    by_hand(desk_of_ones_own, "update raw.ga4_channel_day set new_users = new_users + 1 where part = '2026-08-20'")
    assert desk_of_ones_own.kpi("explain", "sessions", *MONTH) == 1
    assert "part 2026-08-20) are not those that were stored" in capsys.readouterr().err


def test_a_cell_that_begins_like_a_formula_only_stands_there(tmp_path: Path) -> None:
    texts = ("=1+1", "+1", "-1", "@sum(a1)", "\uff1d1", "a\x1bb", "a=b")
    write_csv(tmp_path / "rows.csv", ("text", "amount"), [{"text": text, "amount": -1} for text in texts])
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))[1:]
    assert [text for text, _ in cells] == ["'=1+1", "'+1", "'-1", "'@sum(a1)", "'\uff1d1", "a?b", "a=b"]
    assert {amount for _, amount in cells} == {"-1"}
