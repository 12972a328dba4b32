"""What the last runs left behind: the part of `kpi doctor` that looks into the warehouse and into Dagster's records.

It changes nothing and waits for nobody: a warehouse that a run holds is not looked into, and its holder is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.alerts import notice
from pipelines.doctor import Finding
from pipelines.failures import KpiError, SourceUnavailable
from pipelines.running import INSTANCE_SETTINGS, events_of, failure_of, opened_instance
from pipelines.runtime import Runtime, refuse_other_identity
from pipelines.snapshots import AFTER_A_BREAK, breaks

NIGHTLY = "nightly"
RECORDS = Path("history") / "runs.db"
# the newest version of every file, when it could not be read
UNREADABLE = """select path, max_by(reason, seen_at) from meta.file
group by path having max_by(state, seen_at) = 'unreadable' order by path"""


def look_back(runtime: Runtime) -> Iterator[Finding]:
    """How the last night ended, whose warehouse it is, and what in it waits for somebody."""
    yield from _last_night(runtime.settings.dagster_home)
    if not runtime.warehouse.path.exists():
        yield Finding("warehouse", "ok", "there is none yet: the first run makes it")
        return
    try:
        with runtime.warehouse.looked_into(purpose="kpi doctor") as connection:
            yield from _in_warehouse(connection, runtime)
    except SourceUnavailable as error:
        yield Finding("warehouse", "ok", f"it is not looked into now: {error.why}")
    except KpiError as error:
        yield Finding("warehouse", "failed", f"{error.what}: {error.why}", error.remedy, error.exit_code)
    except (duckdb.CatalogException, duckdb.BinderException):
        yield Finding("warehouse", "warning", "it was made by an earlier release", "run `kpi upgrade`")


def _last_night(home: Path) -> Iterator[Finding]:
    """The newest night that ended, as Dagster recorded it; nothing before the first one."""
    if not (home / INSTANCE_SETTINGS).exists() or not (home / RECORDS).exists():
        return
    with opened_instance(home) as instance:
        ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
        for run in instance.get_runs(dg.RunsFilter(job_name=NIGHTLY, statuses=ended), limit=1):
            if run.is_success:
                yield Finding("last night", "ok", f"run {run.run_id[:8]} ended well")
            else:
                _, lines = failure_of(events_of(instance, run.run_id))
                what, _, remedy = "; ".join(lines).rpartition(": ")
                yield Finding("last night", "warning", f"run {run.run_id[:8]} failed: {what}", remedy)


def _in_warehouse(connection: duckdb.DuckDBPyConnection, runtime: Runtime) -> Iterator[Finding]:
    """Raises WrongUse when it belongs to other data or another pepper, a DuckDB error when it lacks a table."""
    refuse_other_identity(connection, runtime)
    yield Finding("warehouse", "ok", "it can be opened, and belongs to these settings")
    broken = list(breaks(connection))
    for told in broken:
        yield Finding("closed months", "failed", told, AFTER_A_BREAK)
    if not broken:
        yield Finding("closed months", "ok", "every version is as it was frozen")
    inbox = runtime.settings.data_dir / "inbox"
    for path, reason in connection.execute(UNREADABLE).fetchall():
        if (inbox / path).exists():
            why, _, remedy = reason.partition(": ")
            yield Finding("unreadable file", "warning", f"{path}: {why}", remedy)
    for alert in notice(connection, runtime.config.sources, runtime.business_date).alerts:
        text, _, remedy = alert.line.rpartition(": ")
        yield Finding(alert.kind, "warning", text, remedy)
