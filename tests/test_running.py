"""Runs beside a daemon and without one, what failures become, and what is said after a run that published."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster import DagsterInstance
from dagster._daemon.types import DaemonHeartbeat
from nightly import shipped_project

from pipelines import running, runtime
from pipelines.cli import verdict
from pipelines.engines import duckdb as engine
from pipelines.engines.duckdb import Warehouse, locked
from pipelines.failures import DataFailed, SourceUnavailable, WrongUse
from pipelines.progress import progress_logger
from pipelines.running import Ended, opened_instance, refuse_failed, run_job
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.settings import load_settings

HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


@dg.op
def works() -> None:
    return


@dg.op
def lacks_data() -> None:
    raise DataFailed("marts.kpi_value", "it holds no row", "look at the sources")


@dg.op
def breaks() -> None:
    raise ZeroDivisionError("division by zero")


@dg.job
def well() -> None:
    works()


@dg.job
def ill() -> None:
    lacks_data()


@dg.job
def broken() -> None:
    breaks()


DEFINITIONS = dg.Definitions(
    jobs=[well, ill, broken], executor=dg.in_process_executor, loggers={"progress": progress_logger}
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A company of its own in this folder."""
    monkeypatch.setattr(running, "POLL_SECONDS", 0)
    settings = load_settings({"KPI_DATA": str(tmp_path / "data"), "DAGSTER_HOME": str(tmp_path / "home")})
    return Runtime(settings, shipped_project().config, shipped_project())


@pytest.fixture
def instance(here: Runtime) -> Iterator[DagsterInstance]:
    with opened_instance(here.settings.dagster_home) as one:
        yield one


def beat(instance: DagsterInstance, daemon: str, seconds_ago: float = 0) -> None:
    instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - seconds_ago, daemon, "test"))


class Launch:
    """In the place of `dagster job launch`: it keeps what it was given, then does what the test says."""

    def __init__(self, instance: DagsterInstance, job: str, then: Any) -> None:
        self.instance, self.job, self.then = instance, job, then
        self.environment: dict[str, str] = {}
        self.tags = ""

    def __call__(self, command: list[str], *, env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.environment, self.tags = env, command[command.index("--tags") + 1]
        run_id = command[command.index("--run-id") + 1]
        self.instance.create_run_for_job(
            DEFINITIONS.resolve_job_def(self.job), run_id=run_id, status=dg.DagsterRunStatus.NOT_STARTED
        )
        self.then(run_id)
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.mark.parametrize(
    ("job", "exit_code", "line"),
    [
        ("ill", 1, "marts.kpi_value: it holds no row: look at the sources"),
        ("broken", 1, "ZeroDivisionError: division by zero: run it again with --debug, or open the run in the Dag"),
    ],
)
def test_a_failed_run_is_a_line_an_exit_code_and_an_alert(
    here: Runtime, capsys: pytest.CaptureFixture[str], job: str, exit_code: int, line: str
) -> None:
    ended = run_job(DEFINITIONS, job, here)
    assert ended.exit_code == exit_code
    assert line in ended.messages[0]
    assert line[:20] in capsys.readouterr().err


def test_without_a_daemon_a_run_happens_here_and_says_who_started_it(here: Runtime, instance: DagsterInstance) -> None:
    beat(instance, "SENSOR")
    beat(instance, running.QUEUE_DAEMON, seconds_ago=running.HEARTBEAT_SECONDS + 1)
    ended = run_job(DEFINITIONS, "well", here, {"kpi/night": "1"})
    assert ended == Ended(ended.run_id, 0, ())
    run = instance.get_run_by_id(ended.run_id)
    assert run is not None and run.is_success
    assert {"kpi/night": "1", **running.BY_COMMAND}.items() <= run.tags.items()


def test_beside_a_daemon_a_run_goes_through_its_queue_in_the_same_instance(
    here: Runtime, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beat(instance, running.QUEUE_DAEMON)

    def work(run_id: str) -> None:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.handle_new_event(event_of(run, dg.DagsterEventType.RUN_SUCCESS))

    launch = Launch(instance, "well", work)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setattr(running.subprocess, "run", launch)
    assert run_job(DEFINITIONS, "well", here).exit_code == 0
    assert launch.environment["DAGSTER_HOME"] == str(here.settings.dagster_home)
    assert launch.environment["PATH"] == os.environ["PATH"]
    assert "command line" in launch.tags
    assert "goes through its queue" in capsys.readouterr().err


def test_a_run_whose_daemon_stopped_before_it_began_is_taken_back_and_ends_with_exit_code_3(
    here: Runtime, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(instance, running.QUEUE_DAEMON)
    stop = Launch(instance, "well", lambda _: beat(instance, running.QUEUE_DAEMON, running.HEARTBEAT_SECONDS + 1))
    monkeypatch.setattr(running.subprocess, "run", stop)
    ended = run_job(DEFINITIONS, "well", here)
    assert ended.exit_code == 3
    with pytest.raises(SourceUnavailable, match=r"the Dagster daemon stopped before .*: run it again"):
        refuse_failed(ended)
    run = instance.get_run_by_id(ended.run_id)
    # what is cancelled does not start when a daemon comes back
    assert run is not None and run.status is dg.DagsterRunStatus.CANCELED


def test_a_run_that_died_with_its_daemon_is_not_waited_for(
    here: Runtime, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(instance, running.QUEUE_DAEMON)

    def die(run_id: str) -> None:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.handle_new_event(event_of(run, dg.DagsterEventType.RUN_START))
        beat(instance, running.QUEUE_DAEMON, running.HEARTBEAT_SECONDS + 1)

    monkeypatch.setattr(running.subprocess, "run", Launch(instance, "well", die))
    ended = run_job(DEFINITIONS, "well", here)
    assert (ended.exit_code, "stopped while it ran" in ended.messages[0]) == (3, True)


def test_a_daemon_that_does_not_take_the_run_is_told_with_its_reason(
    here: Runtime, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(instance, running.QUEUE_DAEMON)
    refusal = subprocess.CompletedProcess([], 1, "", "Traceback\nno such job")
    monkeypatch.setattr(running.subprocess, "run", lambda *_, **__: refusal)
    assert run_job(DEFINITIONS, "well", here).messages == (
        "job well: the Dagster daemon did not take it (no such job): look at the Dagster UI",
    )


def event_of(run: dg.DagsterRun, kind: dg.DagsterEventType) -> dg.EventLogEntry:
    return dg.EventLogEntry(
        error_info=None,
        level=20,
        user_message="",
        run_id=run.run_id,
        timestamp=time.time(),
        job_name=run.job_name,
        dagster_event=dg.DagsterEvent(kind.value, run.job_name),
    )


class Clock(datetime):
    """A clock that tests turn."""

    today_is = date(2026, 8, 31)

    @classmethod
    def now(cls, tz: Any = None) -> Clock:
        return cls(cls.today_is.year, cls.today_is.month, cls.today_is.day, 23, 59, tzinfo=tz)


def test_the_business_date_moves_with_the_clock_but_not_within_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "datetime", Clock)
    monkeypatch.setattr(Clock, "today_is", date(2026, 8, 31))
    real = {"GA4_PROPERTY_ID": "1", "MAILCHIMP_API_KEY": "key-us6", "KPI_DATA": str(tmp_path)}
    one = Runtime(load_settings(real), shipped_project().config, shipped_project())
    assert one.business_date == date(2026, 8, 31)
    with one.business_date_held() as began:
        monkeypatch.setattr(Clock, "today_is", date(2026, 9, 1))
        with one.business_date_held():
            assert one.business_date == began == date(2026, 8, 31)
        assert one.business_date == date(2026, 8, 31)
    assert one.business_date == date(2026, 9, 1)


def test_a_warehouse_that_another_program_has_open_is_unavailable_and_names_its_process(tmp_path: Path) -> None:
    place = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin and other.stdout and other.stdout.readline() == "open\n"
        for opened in (place.opened, place.looked_into):
            with (
                pytest.raises(SourceUnavailable, match=f"process {other.pid} .* has it open: close it there"),
                opened(purpose="test", wait_seconds=0),
            ):
                pass
        other.stdin.close()
    with place.opened(purpose="test", wait_seconds=0) as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]


def test_another_program_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, pauses = Warehouse(tmp_path / "warehouse.duckdb", threads=1), []
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin and other.stdout and other.stdout.readline() == "open\n"

    def end_meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        other.communicate("\n")

    monkeypatch.setattr(engine.time, "sleep", end_meanwhile)
    with place.opened(purpose="test"):
        assert pauses == [engine.POLL_SECONDS]


def test_a_look_into_the_warehouse_changes_nothing_of_the_file(tmp_path: Path) -> None:
    place = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    with pytest.raises(WrongUse, match="there is none"), place.looked_into(purpose="test"):
        pass
    with place.opened(purpose="test") as connection:
        connection.execute("create table one as select 1 as number")
    before = (place.path.read_bytes(), place.path.stat().st_mtime_ns)
    with place.looked_into(purpose="test") as connection:
        assert connection.execute("from one").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("create table two as select 2 as number")
    assert (place.path.read_bytes(), place.path.stat().st_mtime_ns) == before
    with (
        locked(place.path.with_suffix(".lock"), "kpi nightly"),
        pytest.raises(SourceUnavailable, match="kpi nightly"),
        place.looked_into(purpose="test"),
    ):
        pass


def judged(here: Runtime, severity: str, *, passed: bool = False, check: str = "members_sum_to_total") -> None:
    with here.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, here)
        connection.execute(
            """insert into meta.check_result by name select 'marts.kpi_value' as table_name,
            ? as check_name, ? as severity, ? as passed, 3 as figure""",
            [check, severity, passed],
        )


def test_a_failed_check_of_severity_error_is_said_alerted_and_ends_with_exit_code_1(
    here: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(here, "error")
    found = verdict.pronounce(here)
    told = capsys.readouterr()
    alert, line = told.err.splitlines()
    assert line == (
        "error: marts.kpi_value members_sum_to_total: 3 rows break it: "
        "see them with `kpi check marts.kpi_value members_sum_to_total`, and correct them at their source"
    )
    assert "check failed" in alert and "3 rows break it" in alert
    with pytest.raises(DataFailed, match="kpi nightly: the mart is published, and members_sum_to_total failed: "):
        verdict.refuse_failed_checks(found, "kpi nightly")


def test_a_warning_and_a_refused_part_are_said_and_nothing_more(
    here: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(here, "warning")
    judged(here, "error", passed=True)
    # which says the same, only less
    judged(here, "warning", check="refused_parts_are_decided")
    with here.warehouse.opened(purpose="test") as connection:
        connection.execute(
            """insert into meta.refused_part by name
            select 1 as load_id, 'lead' as object, 'all' as part, '12 rows instead of 40' as reason"""
        )
    found = verdict.pronounce(here)
    told = capsys.readouterr()
    assert [line.partition(": ")[0] for line in told.err.splitlines()] == ["warning", "refused"]
    refused = told.err.splitlines()[-1]
    for words in ("refused: lead: all of load 1", ": 12 rows instead of 40: ", "deliver it again, complete"):
        assert words in refused
    assert "alert" not in told.err
    verdict.refuse_failed_checks(found, "kpi nightly")
