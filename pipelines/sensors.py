"""What is noticed between the schedules: new files, and runs that failed."""

from __future__ import annotations

import hashlib

import dagster as dg

from pipelines.alerts import Alert, send_alert
from pipelines.inbox_files import new_files
from pipelines.runtime import Runtime

INBOX_SECONDS = 60


def sensors(runtime: Runtime) -> list[dg.SensorDefinition]:
    """The inbox sensor and the alert on a failed run."""
    status = dg.DefaultSensorStatus.RUNNING if runtime.settings.production else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        job_name="files",
        minimum_interval_seconds=INBOX_SECONDS,
        default_status=status,
        description="Starts one run for each batch of new files, told apart by their content.",
    )
    def inbox_sensor() -> dg.RunRequest | dg.SkipReason:
        found = new_files(runtime)
        if not found:
            return dg.SkipReason("no new file in the inbox")
        fingerprint = hashlib.sha256("".join(sorted(file.content_hash for file in found)).encode()).hexdigest()
        return dg.RunRequest(run_key=fingerprint, tags={"files": str(len(found))})

    @dg.run_failure_sensor(
        name="run_failure_alert",
        default_status=status,
        description="Tells the log and the configured webhook what failed, why and what to do.",
    )
    def run_failure_alert(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        send_alert(Alert("run failed", run.run_id, run.job_name, context.failure_event.message or ""), runtime.settings)

    return [inbox_sensor, run_failure_alert]
