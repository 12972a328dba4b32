"""What is told at the end of a run, whoever started it: that it failed, and what the warehouse knows then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb

from pipelines.alerts.alert import Look, joined
from pipelines.alerts.noticing import notice
from pipelines.alerts.telling import alert_log, tell
from pipelines.failures import KpiError
from pipelines.runtime import Runtime

LOOK_SECONDS = 5.0
HAS_READ = "select count(*) from meta.source_outcome where run_id = ?"


def tell_after_run(looks: Iterable[Look], run_id: str, runtime: Runtime) -> None:
    """Tells what is known of a run together with what is found in the warehouse after it."""
    tell(joined([*looks, look_into_warehouse(run_id, runtime)]), runtime.settings, datetime.now(UTC))


def look_into_warehouse(run_id: str, runtime: Runtime) -> Look:
    """What is wrong with what was read; nothing when the run read nothing, or when it cannot be seen now."""
    if not runtime.warehouse.path.exists():
        return Look()
    try:
        with runtime.warehouse.looked_into(purpose="alerts", wait_seconds=LOOK_SECONDS) as connection:
            ((count,),) = connection.execute(HAS_READ, [run_id]).fetchall()
            return notice(connection, runtime.config.sources, runtime.business_date) if count else Look()
    except (KpiError, OSError, duckdb.Error) as error:
        # the next run has it, or this one broke it: a run ends as it ended, whatever becomes of its alerts
        alert_log().warning("the warehouse was not looked into", reason=type(error).__name__, remedy="see `kpi status`")
        return Look()
