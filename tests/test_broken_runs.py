"""A run that is killed leaves nothing that the next cannot put right, and nothing half made leaves the warehouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nightly import (
    Company,
    build_hashes,
    differing,
    read_sources,
    running_company,
    shipped_project,
    tiny_truth,
)

from pipelines import build as building
from pipelines.backups import backup
from pipelines.engines.duckdb import Warehouse
from pipelines.failures import DataFailed
from pipelines.ga4 import Ga4Source, connect
from pipelines.intake import Night, create_raw_tables
from pipelines.loads import create_meta_tables, current_cut, storing
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect as connect_mailchimp
from pipelines.publishing import publish
from pipelines.restoring import restore
from pipelines.sandbox.mailchimp_server import DEMO_API_KEY
from pipelines.snapshots import BY_HAND, Due, close_month

pytestmark = pytest.mark.nights

PROJECT = Path(__file__).parents[1]
TODAY = tiny_truth().today
NIGHT_BEFORE = date(2026, 9, 7)
READING = ("rows of ga4.landing_day appended", "rows of lead appended")
BUILDING = ("the build has begun", "the build is about to end")
DRIVER = "import sys, test_broken_runs; test_broken_runs.run_slowly(*sys.argv[1:])"


def run_slowly(warehouse: str, inbox: str, ga4_endpoint: str, mailchimp_url: str) -> None:
    """The night of another process: at every step it says where it is and waits for a line before it goes on."""

    def pause(where: str) -> None:
        print(where, flush=True)
        sys.stdin.readline()

    def pausing(
        step: Callable[..., Any], before: Callable[..., str] | None = None, after: Callable[..., str] | None = None
    ) -> Callable[..., Any]:
        def paused(*arguments: Any, **named: Any) -> Any:
            if before:
                pause(before(*arguments))
            outcome = step(*arguments, **named)
            if after:
                pause(after(*arguments))
            return outcome

        return paused

    # the rows stand in raw, their load row is not yet written, the transaction is open
    storing._append = pausing(storing._append, after=lambda _, arrival, *others: f"rows of {arrival.object} appended")
    building.begin_build = pausing(building.begin_build, after=lambda *_: BUILDING[0])
    building.end_build = pausing(building.end_build, before=lambda *_: BUILDING[1])
    mailchimp = MailchimpSource(connect_mailchimp(DEMO_API_KEY, base_url=mailchimp_url))
    with connect(tiny_truth().property_id, ga4_endpoint) as ga4:
        run_night(Warehouse(Path(warehouse), 1), Path(inbox), ga4, mailchimp, lambda table: pause(f"{table} is next"))


def run_night(
    warehouse: Warehouse,
    inbox: Path,
    ga4: Ga4Source,
    mailchimp: MailchimpSource,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """The night of the last day on a warehouse file, from opening to closing it; answers with the tables' hashes."""
    project, night = shipped_project(), Night("the night", TODAY, hold_on_failure=True)
    with warehouse.opened(purpose="the night", wait_seconds=0) as connection:
        create_meta_tables(connection)
        create_raw_tables(connection)
        read_sources(connection, ga4, mailchimp, inbox, project, night)
        building.build(
            connection, project, current_cut(connection), run_id="the night", business_date=TODAY, progress=progress
        )
        return build_hashes(connection, project.tables)


@dataclass(frozen=True)
class Machine:
    """A company on the morning of its last day: a warehouse of the night before, a backup of it, new exports."""

    company: Company
    night_before: Path
    backup: Path
    undisturbed: dict[str, str]

    def warehouse(self, folder: Path) -> Warehouse:
        """A copy of the warehouse of the night before."""
        shutil.copyfile(self.night_before, folder / "warehouse.duckdb")
        return Warehouse(folder / "warehouse.duckdb", 1)

    def run(self, warehouse: Warehouse) -> dict[str, str]:
        return run_night(warehouse, self.company.inbox, self.company.ga4, self.company.mailchimp)

    def kill(self, warehouse: Warehouse, moment: str) -> None:
        """Starts the night in a process of its own and kills it at the moment that it names."""
        servers = (self.company.ga4_server.endpoint, self.company.mailchimp_server.base_url)
        command = [sys.executable, "-c", DRIVER, str(warehouse.path), str(self.company.inbox), *servers]
        environment = os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'tests'}"}
        with subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin and process.stdout
            while line := process.stdout.readline().strip():
                if line == moment:
                    process.kill()
                    break
                print(file=process.stdin, flush=True)
        assert process.returncode == -9, f"it ended before {moment}"
        # what it had done stands in the log only: the next process has to take it in
        assert Path(f"{warehouse.path}.wal").stat().st_size > 0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    with running_company(folder / "inbox", today=NIGHT_BEFORE) as company:
        warehouse = Warehouse(folder / "warehouse.duckdb", 1)
        with warehouse.opened(purpose="the night before") as connection:
            create_meta_tables(connection)
            create_raw_tables(connection)
            company.night(connection, NIGHT_BEFORE)
            saved = backup(connection, folder / "backup", datetime(2026, 9, 7, 4, tzinfo=UTC))
        company.today = TODAY
        company.deliver(company)
        undisturbed = Machine(company, warehouse.path, saved, {})
        copy = undisturbed.warehouse(tmp_path_factory.mktemp("undisturbed"))
        yield Machine(company, warehouse.path, saved, undisturbed.run(copy))


@contextmanager
def opened(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse without waiting for whoever may still hold it."""
    with warehouse.opened(purpose="looking", wait_seconds=0) as connection:
        yield connection


def assert_at_rest(warehouse: Warehouse) -> None:
    assert {path.name for path in warehouse.path.parent.iterdir()} == {"warehouse.duckdb", "warehouse.lock"}
    assert warehouse.path.with_suffix(".lock").read_text() == ""


@pytest.mark.parametrize("moment", READING)
def test_a_run_killed_while_it_stores_rows_shows_none_of_them_and_is_made_up_by_the_next(
    machine: Machine, tmp_path: Path, moment: str
) -> None:
    warehouse = machine.warehouse(tmp_path)
    machine.kill(warehouse, moment)
    # it died as the holder: its name stands in the lock, which is free all the same
    assert "the night" in warehouse.path.with_suffix(".lock").read_text()
    with opened(warehouse) as connection:
        half_stored = moment.split()[2]
        table = f"raw.{half_stored.replace('.', '_')}"
        orphans = f"select count(*) from {table} where load_id not in (select load_id from meta.load)"
        assert connection.execute(orphans).fetchall() == [(0,)]
        read = connection.execute(
            "select count(*) filter (object = ?), count(*) from meta.load where run_id = 'the night'", [half_stored]
        ).fetchall()
        assert read[0][0] == 0 < read[0][1]
    assert differing(machine.run(warehouse), machine.undisturbed) == []
    assert_at_rest(warehouse)


@pytest.mark.parametrize("moment", BUILDING)
def test_a_run_killed_while_it_builds_lets_nothing_out_and_is_made_up_by_the_next(
    machine: Machine, tmp_path: Path, moment: str
) -> None:
    warehouse, tables = machine.warehouse(tmp_path), shipped_project().tables
    machine.kill(warehouse, moment)
    published = tmp_path / "elsewhere" / "published"
    with opened(warehouse) as connection:
        with pytest.raises(DataFailed, match="not complete"):
            publish(connection, tables, published_dir=published, run_id="too early")
        with pytest.raises(DataFailed, match="not complete"):
            close_month(connection, tables, Due(date(2026, 8, 1), BY_HAND), run_id="too early")
    assert not published.exists()
    shutil.rmtree(published.parent, ignore_errors=True)
    assert differing(machine.run(warehouse), machine.undisturbed) == []
    assert_at_rest(warehouse)


def test_a_warehouse_put_back_from_before_the_killed_run_is_made_up_by_the_next(
    machine: Machine, tmp_path: Path
) -> None:
    warehouse = machine.warehouse(tmp_path)
    machine.kill(warehouse, "facts.deal is next")
    kept = restore(machine.backup, warehouse, wait_seconds=0)
    assert kept is not None
    assert differing(machine.run(warehouse), machine.undisturbed) == []
    with opened(warehouse) as connection:
        publication = publish(connection, shipped_project().tables, published_dir=tmp_path / "published", run_id="now")
    assert publication.rows["marts.kpi_value"] > 1000
    for path in (tmp_path / "published").rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
