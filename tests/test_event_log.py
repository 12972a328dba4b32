"""What a command keeps of its runs: in Dagster's files and readable by Dagster, through few open connections."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from sqlalchemy import Engine, event

from pipelines.event_log import KEPT_OPEN, EventLogKeptOpen, instance_of

DAYS = dg.StaticPartitionsDefinition([f"2026-03-{day:02}" for day in range(1, 10)])
OTHER_STORAGE = """event_log_storage:
  module: dagster._core.storage.event_log
  class: ConsolidatedSqliteEventLogStorage
  config: {base_dir: %s}
"""


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def sessions() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 9})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with instance_of(home) as one:
        yield one


def read(instance: dg.DagsterInstance) -> str:
    """Reads all days in one run; answers with its id."""
    of_days = {"dagster/asset_partition_range_start": "2026-03-01", "dagster/asset_partition_range_end": "2026-03-09"}
    result = dg.Definitions(assets=[sessions]).resolve_implicit_global_asset_job_def()
    return result.execute_in_process(instance=instance, tags=of_days).run_id


def test_dagsters_own_storage_reads_what_a_command_kept(home: Path, instance: dg.DagsterInstance) -> None:
    run_id = read(instance)
    kept = [entry.to_json() for entry in instance.all_logs(run_id)]
    with dg.DagsterInstance.from_config(str(home)) as of_the_ui:
        assert [entry.to_json() for entry in of_the_ui.all_logs(run_id)] == kept
        assert of_the_ui.get_materialized_partitions(sessions.key) == set(DAYS.get_partition_keys())
        assert not isinstance(of_the_ui.event_log_storage, EventLogKeptOpen)


def test_a_command_sees_what_the_ui_wrote_meanwhile(home: Path, instance: dg.DagsterInstance) -> None:
    read(instance)
    with dg.DagsterInstance.from_config(str(home)) as of_the_ui:
        of_the_ui.report_runless_asset_event(dg.AssetMaterialization(sessions.key, partition="2026-03-04"))
        newest = of_the_ui.get_latest_materialization_event(sessions.key)
    seen = instance.get_latest_materialization_event(sessions.key)
    assert seen is not None and newest is not None
    assert seen.to_json() == newest.to_json()


def test_a_file_is_opened_once_for_all_events_of_a_run(instance: dg.DagsterInstance) -> None:
    opened: list[str] = []

    def note(connection: sqlite3.Connection, _: object) -> None:
        opened.append(Path(connection.execute("pragma database_list").fetchone()[2]).stem)

    event.listen(Engine, "connect", note)
    try:
        run_id = read(instance)
    finally:
        event.remove(Engine, "connect", note)
    assert len(instance.all_logs(run_id)) > 2 * len(DAYS.get_partition_keys())
    # twice to make it, once to use it
    assert opened.count(run_id) == 3


def test_the_log_is_where_the_settings_say(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT_HERE", str(home / "elsewhere"))
    (home / "dagster.yaml").write_text("storage: {sqlite: {base_dir: {env: KEPT_HERE}}}")
    with instance_of(home) as instance:
        run_id = read(instance)
        assert isinstance(instance.event_log_storage, EventLogKeptOpen)
    assert (home / "elsewhere" / "history" / "runs" / f"{run_id}.db").exists()


def test_whoever_reads_many_old_runs_keeps_few_files_open(instance: dg.DagsterInstance) -> None:
    runs = [read(instance) for _ in range(KEPT_OPEN + 3)]
    assert all(instance.all_logs(run_id) for run_id in runs)
    log = instance.event_log_storage
    assert isinstance(log, EventLogKeptOpen)
    assert len(log._engines) == KEPT_OPEN


def test_another_storage_that_the_settings_name_is_used(home: Path) -> None:
    (home / "dagster.yaml").write_text(OTHER_STORAGE % (home / "elsewhere"))
    with instance_of(home) as instance:
        run_id = read(instance)
        assert isinstance(instance.event_log_storage, ConsolidatedSqliteEventLogStorage)
        assert instance.all_logs(run_id)
