"""What happens without anybody watching: schedules, sensors and alerts; and that a repeated run changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterInstance
from desk import FIRST_DAY, LAST_NIGHT, TODAY, Desk
from nightly import shipped_project

from pipelines import jobs as jobs_module
from pipelines.alerts import Alert, after_runs
from pipelines.build import build
from pipelines.engines.duckdb import locked
from pipelines.failures import SourceUnavailable
from pipelines.intake import Night, take_in_files
from pipelines.jobs import schedules
from pipelines.loads import current_cut
from pipelines.partitions import NIGHT, RANGE_END, RANGE_START, night_tags, usual_night_tags
from pipelines.running import BY_COMMAND
from pipelines.runtime import Runtime, prepare_warehouse
from pipelines.sensors import sensors
from pipelines.settings import load_settings
from pipelines.snapshots import create_snapshot_tables

MORNING = datetime(2026, 9, 8, 3, 30, tzinfo=UTC)
COSTS = "cost_id,period_start,period_end,amount,currency,category\nC-1,2026-08-01,2026-08-31,90.00,EUR,software\n"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A company in production, as its code server sees it."""
    monkeypatch.setattr(jobs_module, "LOOK_SECONDS", 0)
    return served(tmp_path)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with dg.instance_for_test() as one:
        yield one


def served(tmp_path: Path, **environ: str) -> Runtime:
    given = {"KPI_DATA": str(tmp_path / "data"), "KPI_PRODUCTION": "1", "KPI_PEPPER": "a secret of these tests"}
    settings = load_settings({**given, "KPI_TODAY": "2026-09-08", **environ})
    return Runtime(settings, shipped_project().config, shipped_project())


def prepared(server: Runtime) -> None:
    """A warehouse in which nothing was loaded yet."""
    with server.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, server)
        create_snapshot_tables(connection, server.project.tables)


def tick(server: Runtime, name: str) -> dg.RunRequest | str:
    """The run that a schedule asks for in the morning, or why it asks for none."""
    (schedule,) = [one for one in schedules(server) if one.name == name]
    with dg.build_schedule_context(scheduled_execution_time=MORNING) as context:
        data = schedule.evaluate_tick(context)
    return data.run_requests[0] if data.run_requests else str(data.skip_message)


Look = Callable[[], dg.RunRequest | str]


@pytest.fixture
def look(server: Runtime) -> Look:
    return looking(server)


def looking(server: Runtime) -> Look:
    """The run that the inbox sensor asks for, or why it asks for none; each look knows the one before it."""
    cursors: list[str | None] = [None]

    def once() -> dg.RunRequest | str:
        with dg.build_sensor_context(cursor=cursors[-1]) as context:
            data = sensors(server)[0].evaluate_tick(context)
        cursors.append(data.cursor or cursors[-1])
        return data.run_requests[0] if data.run_requests else str(data.skip_message)

    return once


def drop(server: Runtime, name: str, text: str = COSTS) -> None:
    path = server.settings.data_dir / "inbox" / "costs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_schedules_and_sensors_run_only_in_production(tmp_path: Path) -> None:
    for switch, is_on in (("1", True), ("0", False)):
        server = served(tmp_path, KPI_PRODUCTION=switch)
        found = {one.name: one.default_status.value == "RUNNING" for one in (*schedules(server), *sensors(server))}
        names = ("nightly_schedule", "month_close_schedule", "inbox_sensor", "run_failure_alert", "failed_check_alert")
        assert found == dict.fromkeys(names, is_on)


def test_the_schedules_keep_the_zone_of_the_company(server: Runtime) -> None:
    assert {one.execution_timezone for one in schedules(server)} == {server.config.company.time_zone}


def test_the_nightly_tick_opens_nothing_and_is_not_lost_to_a_lock(server: Runtime) -> None:
    prepared(server)
    with locked(server.warehouse.path.with_suffix(".lock"), "kpi close"):
        request = tick(server, "nightly_schedule")
    assert isinstance(request, dg.RunRequest)
    assert request.run_key == MORNING.isoformat()
    # a Tuesday: the look-back of every night
    assert {NIGHT: "1", RANGE_START: "2026-09-04", RANGE_END: "2026-09-07"}.items() <= request.tags.items()


def test_the_tick_of_a_monday_names_the_weekly_look_back(tmp_path: Path) -> None:
    tags = usual_night_tags(served(tmp_path, KPI_TODAY="2026-09-07"))
    assert tags == {NIGHT: "1", RANGE_START: "2026-08-03", RANGE_END: "2026-09-06"}


def test_a_night_asked_for_while_a_run_is_under_way_names_the_usual_days(server: Runtime) -> None:
    prepared(server)
    assert night_tags(server)[RANGE_START] == str(server.config.sources.ga4.start_date)
    with locked(server.warehouse.path.with_suffix(".lock"), "kpi close"):
        assert night_tags(server) == usual_night_tags(server)


def test_the_month_close_runs_only_when_a_month_is_due_or_cannot_be_looked_up(server: Runtime) -> None:
    assert tick(server, "month_close_schedule") == "there is no warehouse yet: the first night makes it"
    with server.warehouse.opened(purpose="test") as connection:
        prepare_warehouse(connection, server)
        build(connection, server.project, current_cut(connection), run_id="run", business_date=date(2026, 9, 8))
    assert tick(server, "month_close_schedule") == "no month is due"
    with locked(server.warehouse.path.with_suffix(".lock"), "kpi nightly"):
        assert isinstance(tick(server, "month_close_schedule"), dg.RunRequest)
    with server.warehouse.opened(purpose="test") as connection:
        connection.execute(
            "insert into marts.channel_month by name select date '2026-08-01' as month, 'SEO' as channel"
        )
        connection.execute(
            """insert into meta.load by name
            select 1 as load_id, 'lead' as object, date '2026-08-02' as business_date"""
        )
    request = tick(server, "month_close_schedule")
    assert isinstance(request, dg.RunRequest) and request.run_key == MORNING.isoformat()


def test_the_inbox_sensor_asks_once_for_each_batch_of_new_files(server: Runtime, look: Look) -> None:
    assert look() == f"warehouse: there is none at {server.warehouse.path}"
    prepared(server)
    assert look() == "no new file in the inbox"
    drop(server, "august.csv")
    assert look() == "1 new: read once they have not changed for 60 seconds"
    first = look()
    assert isinstance(first, dg.RunRequest) and first.tags["files"] == "1"
    again = look()
    assert isinstance(again, dg.RunRequest) and again.run_key == first.run_key
    drop(server, "september.csv", COSTS.replace("C-1", "C-2"))
    look()
    later = look()
    assert isinstance(later, dg.RunRequest) and later.run_key != first.run_key


def test_the_inbox_sensor_asks_again_for_an_unreadable_file_when_a_dialect_was_changed(server: Runtime) -> None:
    prepared(server)
    drop(server, "august.csv", "Number,Made\n1,2\n")
    texts = {**server.config.texts, "exports/a.yaml": server.config.texts["exports/linkedin_ads_performance.yaml"]}
    changed = Runtime(server.settings, replace(server.config, texts=texts), server.project)
    keys = []
    for runtime in (server, changed):
        look = looking(runtime)
        look()
        request = look()
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
        with runtime.warehouse.opened(purpose="test") as connection:
            night = Night("run", date(2026, 9, 8), hold_on_failure=False)
            take_in_files(connection, server.settings.data_dir / "inbox", runtime.reading_rules, night)
        assert look() == "no new file in the inbox"
    assert keys[0] != keys[1]


def test_the_inbox_sensor_waits_for_the_upgrade_of_a_warehouse_of_an_earlier_release(server: Runtime) -> None:
    prepared(server)
    with server.warehouse.opened(purpose="test") as connection:
        connection.execute("alter table meta.file drop column dialects_hash")
    assert looking(server)() == "the warehouse was made by an earlier release: run `kpi upgrade`"


def test_a_file_that_is_still_being_written_starts_no_run(server: Runtime, look: Look) -> None:
    prepared(server)
    for name, text in (("august.csv.part", COSTS), ("empty.csv", ""), (".hidden.csv", COSTS)):
        drop(server, name, text)
    assert look() == "no new file in the inbox"


def test_a_file_that_grows_between_two_looks_waits_for_the_next_one(server: Runtime, look: Look) -> None:
    prepared(server)
    drop(server, "august.csv")
    assert "1 new" in str(look())
    drop(server, "august.csv", f"{COSTS}{COSTS.splitlines()[-1].replace('C-1', 'C-2')}\n")
    assert "1 new" in str(look())
    assert isinstance(look(), dg.RunRequest)


def test_the_inbox_sensor_leaves_the_warehouse_as_it_is_and_waits_for_nobody(server: Runtime, look: Look) -> None:
    prepared(server)
    drop(server, "august.csv")
    path = server.warehouse.path
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    look()
    assert isinstance(look(), dg.RunRequest)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    with locked(path.with_suffix(".lock"), "kpi nightly"):
        assert "kpi nightly" in str(look())


@dg.op
def away() -> None:
    raise SourceUnavailable("mailchimp", "connection refused", "try again later")


@dg.job
def red() -> None:
    away()


@dg.asset(
    check_specs=[
        dg.AssetCheckSpec("adds_up", asset="mart"),
        dg.AssetCheckSpec("is_complete", asset="mart"),
        dg.AssetCheckSpec("is_fresh", asset="mart"),
    ]
)
def mart() -> Iterator[Any]:
    yield dg.MaterializeResult(asset_key="mart")
    yield dg.AssetCheckResult(asset_key="mart", check_name="adds_up", passed=False)
    yield dg.AssetCheckResult(asset_key="mart", check_name="is_complete", passed=True)
    yield dg.AssetCheckResult(
        asset_key="mart", check_name="is_fresh", passed=False, severity=dg.AssetCheckSeverity.WARN
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Alert]:
    found: list[Alert] = []
    monkeypatch.setattr(after_runs, "tell", lambda look, *_: found.extend(look.alerts))
    return found


def tell(server: Runtime, instance: DagsterInstance, name: str, result: dg.ExecuteInProcessResult) -> None:
    """Shows a finished run to one of the alerting sensors."""
    (sensor,) = [one for one in sensors(server) if one.name == name]
    ended = dg.DagsterEventType.RUN_SUCCESS if result.success else dg.DagsterEventType.RUN_FAILURE
    (event,) = [one for one in result.all_events if one.event_type is ended]
    context = dg.build_run_status_sensor_context(
        sensor_name=name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
    )
    sensor(context if result.success else context.for_run_failure())  # type: ignore[operator]


def test_the_alert_on_a_failed_run_is_the_line_of_the_command_line(
    server: Runtime, instance: DagsterInstance, sent: list[Alert]
) -> None:
    result = red.execute_in_process(instance=instance, raise_on_error=False)
    tell(server, instance, "run_failure_alert", result)
    assert [alert.text for alert in sent] == [
        f"[run failed] red {result.run_id[:8]}: mailchimp: connection refused: try again later"
    ]


def test_a_run_that_the_command_line_started_is_not_told_twice(
    server: Runtime, instance: DagsterInstance, sent: list[Alert]
) -> None:
    result = red.execute_in_process(instance=instance, raise_on_error=False, tags=BY_COMMAND)
    tell(server, instance, "run_failure_alert", result)
    assert sent == []


def test_a_green_run_with_a_failed_check_of_severity_error_is_told_and_a_warning_is_not(
    server: Runtime, instance: DagsterInstance, sent: list[Alert]
) -> None:
    result = dg.materialize([mart], instance=instance)
    tell(server, instance, "failed_check_alert", result)
    assert [alert.message for alert in sent] == ["mart adds_up: it does not hold: see `kpi status`"]


@pytest.mark.nights
def test_a_night_repeated_with_more_threads_changes_no_figure(
    worked_desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = worked_desk
    first = desk.figures
    assert {name.partition(".")[0] for name in first} == {"marts", "reference", "snapshots"}
    monkeypatch.setenv("KPI_THREADS", "2")
    assert desk.kpi("nightly") == 0
    assert desk.figures == first
    assert desk.count("published/v-*") == 2
    # the newest of a day is kept; the two nights are of two days when the test runs at midnight
    days = [path.name.partition("T")[0] for path in desk.data.glob("backup/warehouse-*.duckdb")]
    assert days and len(days) == len(set(days))
    capsys.readouterr()
    assert desk.kpi("status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["published"][0]["version"] == desk.current
    assert told["published"][0]["business_date"] == LAST_NIGHT.isoformat()
    assert {row["source"]: row["rows_read"] > 0 for row in told["sources"]} == {
        "ga4": True,
        "mailchimp": True,
        "inbox": False,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2026-08-25"], "--from and --to go together"),
        (["--to", "2026-08-25"], "--from and --to go together"),
        (["--from", "2026-08-25", "--to", "2026-08-24"], f"2026-08-25 to 2026-08-24 is not within {FIRST_DAY} to"),
        (["--from", "2026-08-16", "--to", "2026-08-24"], f"is not within {FIRST_DAY} to"),
        (["--from", "2026-08-25", "--to", TODAY.isoformat()], f"to {TODAY - timedelta(days=1)}"),
        (["--from", "soon", "--to", "2026-08-24"], "--from"),
    ],
)
def test_days_that_cannot_be_read_again_are_refused_with_exit_code_2(
    desk: Desk, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert desk.kpi("nightly", *arguments) == 2
    assert words in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (desk.data / "warehouse/warehouse.duckdb").exists()
